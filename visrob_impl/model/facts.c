/* model/facts.c: facts by source, their text form, and the sentence about those that were assumed.
 *
 * A row of the table of published models and the option --model have one form, KEY=VALUE pairs, and one parser. */
#include "facts_impl.h"
#include "../base/error.h"
#include "../base/number.h"
#include "../format/json.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- words ---- */

static const char *const vrp_facts_acts[] = {[VR_ACT_NONE] = "none",
                                             [VR_ACT_RELU] = "relu",
                                             [VR_ACT_GELU] = "gelu",
                                             [VR_ACT_GELU_TANH] = "gelu_tanh",
                                             [VR_ACT_QUICK_GELU] = "quick_gelu",
                                             [VR_ACT_SILU] = "silu",
                                             NULL};
static const char *const vrp_facts_pools[] = {"token", "avg", "map", "token_avg", NULL};
static const char *const vrp_facts_antialias[] = {"none", "avg", "blur", NULL};
static const char *const vrp_facts_filters[] = {[VR_FILTER_BILINEAR] = "bilinear",
                                                [VR_FILTER_BICUBIC] = "bicubic",
                                                [VR_FILTER_NEAREST] = "nearest",
                                                [VR_FILTER_BOX] = "box",
                                                NULL};

static const struct {
    const char *key;
    const char *const *words;
} vrp_facts_list[VRP_FACT_COUNT] = {
#define X(id, key, words) {key, words},
    VRP_FACTS(X)
#undef X
};

/* ---- setting and getting ---- */

void vrp_facts_set(vrp_facts *f, vrp_fact fact, double value, vrp_source from) {
    if (from < (vrp_source)f->from[fact]) return;
    f->value[fact] = value;
    f->from[fact] = (uint8_t)from;
}

bool vrp_facts_normalize(vrp_facts *f, const char *text, vrp_source from, vr_err *err) {
    float mean[3], std[3];
    if (!vr_model_normalization(mean, std, text, err)) return false;
    if (from < (vrp_source)f->normalization) return true;
    memcpy(f->mean, mean, sizeof mean);
    memcpy(f->std, std, sizeof std);
    f->normalization = (uint8_t)from;
    f->normalized_by = vr_arena_string(f->arena, text, (int64_t)strlen(text));
    return true;
}

double vrp_facts_get(vrp_facts *f, vrp_fact fact, double rule) {
    if (f->from[fact] == VRP_FROM_NOTHING) vrp_facts_set(f, fact, rule, VRP_FROM_RULE);
    return f->value[fact];
}

int64_t vrp_facts_int(vrp_facts *f, vrp_fact fact, int64_t rule) {
    return (int64_t)vrp_facts_get(f, fact, (double)rule);
}

vrp_facts vrp_facts_none(vr_arena *arena) {
    return (vrp_facts){.arena = arena, .notes = {.arena = arena}, .rules = {.arena = arena}};
}

static void vrp_facts_join(vr_text *t, const char *between, const char *fmt, va_list args) {
    const char *text = vr_arena_vprintf(t->arena, fmt, args);
    vr_text_printf(t, "%s%s", t->size > 0 ? between : "", text);
}

void vrp_facts_note(vrp_facts *f, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vrp_facts_join(&f->notes, "; ", fmt, args);
    va_end(args);
}

void vrp_facts_assume(vrp_facts *f, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vrp_facts_join(&f->rules, ", ", fmt, args);
    va_end(args);
}

bool vrp_facts_agree(vrp_facts *f, vrp_fact fact, int64_t keys, const char *path, vr_err *err) {
    if (f->from[fact] > VRP_FROM_KEYS && (int64_t)f->value[fact] != keys)
        return vr_fail(err, VR_ERR_FORMAT, "%s: the file's %s is %lld, but that of %s is %lld", path,
                       vrp_facts_list[fact].key, (long long)keys,
                       f->from[fact] == VRP_FROM_CONFIG && f->config ? f->config
                       : f->name                                     ? f->name
                                                                     : "--model",
                       (long long)f->value[fact]);
    vrp_facts_set(f, fact, (double)keys, VRP_FROM_KEYS);
    return true;
}

/* ---- text ---- */

bool vrp_facts_in_range(vrp_fact fact, double x) {
    if (vrp_facts_list[fact].words) return x >= 0 && x == floor(x);
    switch (fact) {
    case VRP_FACT_EPS:
        return x >= 0 && x <= 1;
    case VRP_FACT_CROP:
        return x >= 0.05 && x <= 20;
    case VRP_FACT_OUTPUT_STRIDE:
        return x == 8 || x == 16 || x == 32;
    case VRP_FACT_STEM_STRIDE:
        return x == 1 || x == 2;
    case VRP_FACT_POST_NORM:
    case VRP_FACT_STEM_POOL:
    case VRP_FACT_SQUASH:
        return x == 0 || x == 1;
    case VRP_FACT_CLASSES:
        return x >= 0 && x <= 1 << 20 && x == floor(x); /* 0: no head */
    case VRP_FACT_SIZE:
        return x >= 1 && x <= 4096 && x == floor(x);
    default:
        return x >= 1 && x <= 1 << 20 && x == floor(x);
    }
}

bool vrp_facts_word(double *value, vrp_fact fact, const char *text, vr_err *err) {
    const char *const *words = vrp_facts_list[fact].words;
    if (!words) {
        if (vr_number_double(value, text, (int64_t)strlen(text)) && vrp_facts_in_range(fact, *value))
            return true;
        return vr_fail(err, VR_ERR_ARGUMENT, "'%s' is not a value of %s", text, vrp_facts_list[fact].key);
    }
    char known[128] = "";
    for (int i = 0, n = 0; words[i]; i++) {
        if (strcmp(words[i], text) == 0) {
            *value = i;
            return true;
        }
        n += snprintf(known + n, sizeof known - (size_t)n, "%s%s", i ? ", " : "", words[i]);
    }
    return vr_fail(err, VR_ERR_ARGUMENT, "unknown %s '%s': expected %s", vrp_facts_list[fact].key, text,
                   known);
}

static bool vrp_facts_pair(vrp_facts *f, const char *key, const char *value, vrp_source from, vr_err *err) {
    double x;
    if (strcmp(key, "norm") == 0) { /* six numbers are separated by '/' here */
        char *text = vr_arena_string(f->arena, value, (int64_t)strlen(value));
        for (char *s = text; *s; s++)
            if (*s == '/') *s = ',';
        return vrp_facts_normalize(f, text, from, err);
    }
    for (int fact = 0; fact < VRP_FACT_COUNT; fact++)
        if (strcmp(key, vrp_facts_list[fact].key) == 0) {
            if (!vrp_facts_word(&x, (vrp_fact)fact, value, err)) return false;
            vrp_facts_set(f, (vrp_fact)fact, x, from);
            return true;
        }
    vr_text known = {.arena = f->arena};
    for (int fact = 0; fact < VRP_FACT_COUNT; fact++)
        vr_text_printf(&known, "%s, ", vrp_facts_list[fact].key);
    return vr_fail(err, VR_ERR_ARGUMENT, "unknown key '%s': expected %snorm", key, known.data);
}

bool vrp_facts_parse(vrp_facts *f, const char *text, vrp_source from, vr_err *err) {
    while (*text) {
        const size_t n = strcspn(text, ",");
        char *pair = vr_arena_string(f->arena, text, (int64_t)n), *value = strchr(pair, '=');
        if (!value) return vr_fail(err, VR_ERR_ARGUMENT, "'%s': expected KEY=VALUE", pair);
        *value++ = 0;
        if (!vrp_facts_pair(f, pair, value, from, err)) return false;
        text += n + (text[n] == ',');
    }
    return true;
}

bool vrp_facts_model(vrp_facts *f, const char *name, vrp_source from, vr_err *err) {
    const size_t n = strcspn(name, ",");
    const char *first = vr_arena_string(f->arena, name, (int64_t)n), *rest = name + n + (name[n] == ',');
    if (strchr(first, '=')) return vrp_facts_parse(f, name, from, err);
    if (n > 0) {
        vr_err own = {0};
        if (!vrp_facts_published(f, first, &own))
            return own.code
                       ? vr_err_pass(err, &own)
                       : vr_fail(err, VR_ERR_ARGUMENT,
                                 "unknown model '%s': expected a name of timm's or torchvision's with or "
                                 "without its tag (vit_base_patch16_224.augreg_in21k), or KEY=VALUE,...",
                                 first);
    }
    return vrp_facts_parse(f, rest, from, err);
}

/* ---- what follows from them ---- */

void vrp_facts_preprocess(vr_preprocess *p, vrp_facts *f) {
    p->size = vrp_facts_int(f, VRP_FACT_SIZE, 224);
    const double crop = vrp_facts_get(f, VRP_FACT_CROP, 0.875);
    p->squash = vrp_facts_int(f, VRP_FACT_SQUASH, 0) != 0;
    p->resize =
        crop > 0 ? (int64_t)floor((double)p->size / crop + 1e-6) : 0; /* timm floors; 224/0.875 is 256 */
    p->filter = (vr_filter)vrp_facts_int(f, VRP_FACT_FILTER, VR_FILTER_BILINEAR);
    if (f->normalization == VRP_FROM_NOTHING) vrp_facts_normalize(f, "imagenet", VRP_FROM_RULE, VR_FATAL);
    memcpy(p->mean, f->mean, sizeof p->mean);
    memcpy(p->std, f->std, sizeof p->std);
}

static bool vrp_facts_rule(const vrp_facts *f, vrp_fact fact) { return f->from[fact] == VRP_FROM_RULE; }

static void vrp_facts_say(vr_text *t, const char *fmt, ...) VR_PRINTF(2, 3);
static void vrp_facts_say(vr_text *t, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vrp_facts_join(t, ", ", fmt, args);
    va_end(args);
}

static void vrp_facts_say_network(vr_text *t, const vrp_facts *f) {
    static const char *const pools[] = {"the class token as features", "the mean of the patches as features",
                                        "attention pooling",
                                        "the class token and the patches' mean as features"};
    static const char *const antialias[] = {"no antialiasing", "average pooling before strides",
                                            "blur before strides"};
    const double *v = f->value;
    if (vrp_facts_rule(f, VRP_FACT_STEM_STRIDE) || vrp_facts_rule(f, VRP_FACT_STEM_POOL))
        vrp_facts_say(t, "stem stride %g %s pooling", v[VRP_FACT_STEM_STRIDE],
                      v[VRP_FACT_STEM_POOL] != 0 ? "with" : "without");
    if (vrp_facts_rule(f, VRP_FACT_OUTPUT_STRIDE)) {
        if (v[VRP_FACT_OUTPUT_STRIDE] < 32)
            vrp_facts_say(t, "dilation to output stride %g", v[VRP_FACT_OUTPUT_STRIDE]);
        else
            vrp_facts_say(t, "no dilation");
    }
    if (vrp_facts_rule(f, VRP_FACT_ANTIALIAS)) vrp_facts_say(t, "%s", antialias[(int)v[VRP_FACT_ANTIALIAS]]);
    if (vrp_facts_rule(f, VRP_FACT_HEADS)) vrp_facts_say(t, "%g heads", v[VRP_FACT_HEADS]);
    if (vrp_facts_rule(f, VRP_FACT_POST_NORM))
        vrp_facts_say(t, "norms %s attention and MLP", v[VRP_FACT_POST_NORM] != 0 ? "after" : "before");
    if (vrp_facts_rule(f, VRP_FACT_ACT)) vrp_facts_say(t, "%s", vrp_facts_acts[(int)v[VRP_FACT_ACT]]);
    if (vrp_facts_rule(f, VRP_FACT_EPS)) {
        vrp_facts_say(t, "eps ");
        vr_json_real(t, v[VRP_FACT_EPS]);
    }
    if (vrp_facts_rule(f, VRP_FACT_POOL)) vrp_facts_say(t, "%s", pools[(int)v[VRP_FACT_POOL]]);
}

static void vrp_facts_say_images(vr_text *t, const vrp_facts *f) {
    const double *v = f->value;
    if (vrp_facts_rule(f, VRP_FACT_SIZE)) vrp_facts_say(t, "input of %g pixels", v[VRP_FACT_SIZE]);
    if (vrp_facts_rule(f, VRP_FACT_CROP)) {
        if (v[VRP_FACT_CROP] > 0)
            vrp_facts_say(t, "%s %g", v[VRP_FACT_SQUASH] != 0 ? "squashed, crop" : "crop", v[VRP_FACT_CROP]);
        else
            vrp_facts_say(t, "no resizing");
    }
    if (vrp_facts_rule(f, VRP_FACT_FILTER) && v[VRP_FACT_CROP] > 0)
        vrp_facts_say(t, "%s", vrp_facts_filters[(int)v[VRP_FACT_FILTER]]);
    if (f->normalization == VRP_FROM_RULE) vrp_facts_say(t, "%s normalization", f->normalized_by);
}

const char *vrp_facts_assumed(vr_arena *perm, const vrp_facts *f) {
    vr_text rules = {.arena = f->arena}, all = {.arena = perm};
    if (f->rules.size > 0) vrp_facts_say(&rules, "%s", f->rules.data);
    vrp_facts_say_network(&rules, f);
    vrp_facts_say_images(&rules, f);
    if (f->notes.size > 0) vr_text_add(&all, f->notes.data);
    if (rules.size > 0)
        vr_text_printf(&all, "%sassumed: %s; --model or a config.json beside the file says otherwise",
                       all.size > 0 ? "; " : "", rules.data);
    return all.data;
}

#undef VRP_FACTS
