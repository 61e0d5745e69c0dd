/* model/config.c: the files that hubs keep beside weights: timm's and transformers' config.json, transformers'
 * preprocessor_config.json, open_clip_config.json. What says something about the numbers that visrob does not compute is
 * an error; what only training uses is ignored. */
#include "facts_impl.h"
#include "../base/error.h"
#include "../base/os.h"
#include "../format/json.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct vrp_config {
    vr_arena *perm;
    vrp_facts *f;
    vr_json_doc doc;
    vr_err *err;
} vrp_config;

/* ---- values ---- */

static bool vrp_config_unsupported(vrp_config *c, const vr_json *node, const char *what) {
    vr_json_fail(&c->doc, node, c->err, "unsupported: %s", what);
    if (c->err && c->err->code) c->err->code = VR_ERR_UNSUPPORTED;
    return false;
}

static bool vrp_config_number(double *x, const vr_json *v) {
    if (!v || (v->type != VR_JSON_INT && v->type != VR_JSON_REAL)) return false;
    *x = v->type == VR_JSON_INT ? (double)v->integer : v->real;
    return true;
}

static bool vrp_config_flag(const vr_json *object, const char *key, bool otherwise) {
    const vr_json *v = vr_json_get(object, key);
    return v && v->type == VR_JSON_BOOL ? v->integer != 0 : otherwise;
}

static const char *vrp_config_string(const vr_json *object, const char *key) {
    const vr_json *v = vr_json_get(object, key);
    return v && v->type == VR_JSON_STRING ? v->string : "";
}

/* A number of the file as a fact. */
static bool vrp_config_set(vrp_config *c, const vr_json *v, vrp_fact fact, double x) {
    if (!vrp_facts_in_range(fact, x)) return vr_json_fail(&c->doc, v, c->err, "%g is out of range", x);
    vrp_facts_set(c->f, fact, x, VRP_FROM_CONFIG);
    return true;
}

/* object[key] as a fact, if it is there and not null. */
static bool vrp_config_fact(vrp_config *c, vrp_fact fact, const vr_json *object, const char *key) {
    const vr_json *v = vr_json_get(object, key);
    double x;
    if (!v || v->type == VR_JSON_NULL) return true;
    if (!vrp_config_number(&x, v)) return vr_json_fail(&c->doc, v, c->err, "expected a number as %s", key);
    return vrp_config_set(c, v, fact, x);
}

/* A side in pixels: 224, [224,224], [3,224,224], {"height": 224, "width": 224}. */
static bool vrp_config_side(vrp_config *c, double *side, const vr_json *v) {
    double h = 0, w = 0;
    if (v && v->type == VR_JSON_OBJECT) {
        if (!vrp_config_number(&h, vr_json_get(v, "height")) ||
            !vrp_config_number(&w, vr_json_get(v, "width")))
            h = 0;
    } else if (v && v->type == VR_JSON_ARRAY) {
        for (const vr_json *e = vr_json_first(v); e; e = vr_json_next(v, e)) {
            h = w;
            if (!vrp_config_number(&w, e)) return vr_json_fail(&c->doc, v, c->err, "expected a size");
        }
    } else if (vrp_config_number(&h, v)) {
        w = h;
    }
    if (!(h >= 1 && h <= 1 << 16 && h == floor(h)))
        return vr_json_fail(&c->doc, v ? v : c->doc.root, c->err, "expected a size in pixels");
    *side = h;
    return h == w || vrp_config_unsupported(c, v, "inputs that are not square");
}

static bool vrp_config_triple(float x[3], const vr_json *v) {
    int n = 0;
    double d;
    if (!v || v->type != VR_JSON_ARRAY || v->count != 3) return false;
    for (const vr_json *e = vr_json_first(v); e; e = vr_json_next(v, e)) {
        if (!vrp_config_number(&d, e)) return false;
        x[n++] = (float)d;
    }
    return true;
}

static bool vrp_config_normalization(vrp_config *c, const vr_json *object, const char *mean,
                                     const char *std) {
    const vr_json *m = vr_json_get(object, mean), *s = vr_json_get(object, std);
    float x[6];
    if (!m || !s || m->type == VR_JSON_NULL || s->type == VR_JSON_NULL) return true;
    if (!vrp_config_triple(x, m) || !vrp_config_triple(x + 3, s))
        return vr_json_fail(&c->doc, m, c->err, "expected three numbers each as %s and %s", mean, std);
    const char *text = vr_arena_printf(c->f->arena, "%.9g,%.9g,%.9g,%.9g,%.9g,%.9g", (double)x[0],
                                       (double)x[1], (double)x[2], (double)x[3], (double)x[4], (double)x[5]);
    vr_err own = {0};
    return vrp_facts_normalize(c->f, text, VRP_FROM_CONFIG, &own) ||
           vr_json_fail(&c->doc, m, c->err, "expected three numbers each as %s and %s, std above 0", mean,
                        std);
}

/* Packages' names of activations. */
static bool vrp_config_act(vrp_config *c, const vr_json *object, const char *key) {
    static const struct {
        const char *name;
        vr_act act;
    } known[] = {{"gelu", VR_ACT_GELU},
                 {"gelu_tanh", VR_ACT_GELU_TANH},
                 {"gelu_pytorch_tanh", VR_ACT_GELU_TANH},
                 {"gelu_new", VR_ACT_GELU_TANH},
                 {"gelu_fast", VR_ACT_GELU_TANH},
                 {"quick_gelu", VR_ACT_QUICK_GELU},
                 {"quickgelu", VR_ACT_QUICK_GELU},
                 {"relu", VR_ACT_RELU},
                 {"silu", VR_ACT_SILU},
                 {"swish", VR_ACT_SILU}};
    const vr_json *v = vr_json_get(object, key);
    if (!v || v->type == VR_JSON_NULL) return true;
    for (size_t i = 0; v->type == VR_JSON_STRING && i < sizeof known / sizeof *known; i++)
        if (strcmp(v->string, known[i].name) == 0) {
            vrp_facts_set(c->f, VRP_FACT_ACT, known[i].act, VRP_FROM_CONFIG);
            return true;
        }
    return vrp_config_unsupported(c, v, "this activation");
}

static bool vrp_config_pool(vrp_config *c, const vr_json *object, const char *key) {
    const vr_json *v = vr_json_get(object, key);
    const char *s = v && v->type == VR_JSON_STRING ? v->string : "";
    if (!*s) return true;
    double x;
    vr_err own = {0};
    if (strcmp(s, "fast") != 0 && !vrp_facts_word(&x, VRP_FACT_POOL, s, &own))
        return vrp_config_unsupported(c, v, "this pooling");
    if (strcmp(s, "fast") != 0) vrp_facts_set(c->f, VRP_FACT_POOL, x, VRP_FROM_CONFIG);
    return true;
}

/* ---- class names ---- */

static bool vrp_config_placeholder(const char *s) { return strncmp(s, "LABEL_", 6) == 0; }

/* {"0": "cat", ...}: every number once. */
static bool vrp_config_id2label(vrp_config *c, const vr_json *object) {
    if (!object || object->type != VR_JSON_OBJECT || object->count == 0) return true;
    const char **labels = VR_NEW(c->perm, const char *, object->count);
    bool placeholders = true;
    for (const vr_json *key = vr_json_first(object); key; key = vr_json_next(object, key)) {
        const vr_json *v = vr_json_value(key);
        int64_t i = -1;
        char *end = NULL;
        if (key->string[0] >= '0' && key->string[0] <= '9') i = strtoll(key->string, &end, 10);
        if (i < 0 || *end || i >= object->count || labels[i] || v->type != VR_JSON_STRING)
            return vr_json_fail(&c->doc, key, c->err, "expected the numbers 0 to %u, each with a name",
                                (unsigned)object->count - 1);
        labels[i] = vr_arena_string(c->perm, v->string, (int64_t)strlen(v->string));
        placeholders = placeholders && vrp_config_placeholder(labels[i]);
    }
    if (!placeholders) c->f->labels = labels, c->f->label_count = object->count;
    return true;
}

/* timm: names, and what they mean: {"n01440764": "tench, Tinca tinca"}. */
static bool vrp_config_label_names(vrp_config *c, const vr_json *names, const vr_json *descriptions) {
    if (!names || names->type != VR_JSON_ARRAY || names->count == 0) return true;
    const char **labels = VR_NEW(c->perm, const char *, names->count);
    int64_t n = 0;
    for (const vr_json *e = vr_json_first(names); e; e = vr_json_next(names, e)) {
        if (e->type != VR_JSON_STRING) return vr_json_fail(&c->doc, e, c->err, "expected a class name");
        const vr_json *d = vr_json_get(descriptions, e->string);
        const char *s = d && d->type == VR_JSON_STRING ? d->string : e->string;
        labels[n++] = vr_arena_string(c->perm, s, (int64_t)strlen(s));
    }
    c->f->labels = labels, c->f->label_count = n;
    return true;
}

/* ---- timm ---- */

/* What a model's arguments say that its keys say too, or that only training uses. */
static bool vrp_config_known_argument(const char *key) {
    static const char *const known[] = {
        "num_classes",    "in_chans",     "class_token", "reg_tokens",     "no_embed_class",
        "fc_norm",        "init_values",  "pre_norm",    "mlp_ratio",      "qkv_bias",
        "stem_type",      "stem_width",   "avg_down",    "block",          "layers",
        "base_width",     "cardinality",  "drop_rate",   "drop_path_rate", "dynamic_img_size",
        "img_size",       "proj_bias",    "weight_init", "fix_init",       "proj_drop_rate",
        "attn_drop_rate", "pos_drop_rate"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(key, known[i]) == 0) return true;
    return false;
}

static bool vrp_config_arguments(vrp_config *c, const vr_json *args) {
    static const struct {
        const char *key;
        vrp_fact fact;
    } numbers[] = {{"num_heads", VRP_FACT_HEADS},
                   {"embed_dim", VRP_FACT_WIDTH},
                   {"depth", VRP_FACT_DEPTH},
                   {"patch_size", VRP_FACT_PATCH},
                   {"output_stride", VRP_FACT_OUTPUT_STRIDE}};
    if (!args || args->type != VR_JSON_OBJECT) return true;
    if (!vrp_config_act(c, args, "act_layer") || !vrp_config_pool(c, args, "global_pool")) return false;
    for (const vr_json *key = vr_json_first(args); key; key = vr_json_next(args, key)) {
        bool known = vrp_config_known_argument(key->string) || strcmp(key->string, "act_layer") == 0 ||
                     strcmp(key->string, "global_pool") == 0;
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
            if (strcmp(key->string, numbers[i].key) == 0) {
                known = true;
                if (!vrp_config_fact(c, numbers[i].fact, args, key->string)) return false;
            }
        if (!known) vrp_facts_note(c->f, "'%.60s' of model_args in %s is not read", key->string, c->doc.path);
    }
    return true;
}

/* size, crop, filter and constants, as timm evaluates. */
static bool vrp_config_timm_images(vrp_config *c, const vr_json *cfg) {
    const vr_json *size = vr_json_get(cfg, "input_size"), *crop = vr_json_get(cfg, "crop_pct"),
                  *filter = vr_json_get(cfg, "interpolation"), *mode = vr_json_get(cfg, "crop_mode");
    double x;
    vr_err own = {0};
    if (size && size->type == VR_JSON_ARRAY) {
        if (!vrp_config_side(c, &x, size) || !vrp_config_set(c, size, VRP_FACT_SIZE, x)) return false;
    }
    if (crop && crop->type != VR_JSON_NULL) {
        if (!vrp_config_fact(c, VRP_FACT_CROP, cfg, "crop_pct")) return false;
    }
    if (filter && filter->type == VR_JSON_STRING) {
        if (!vrp_facts_word(&x, VRP_FACT_FILTER, filter->string, &own))
            return vrp_config_unsupported(c, filter, "this interpolation");
        vrp_facts_set(c->f, VRP_FACT_FILTER, x, VRP_FROM_CONFIG);
    }
    if (mode && mode->type == VR_JSON_STRING) {
        const bool squash = strcmp(mode->string, "squash") == 0;
        if (!squash && strcmp(mode->string, "center") != 0)
            return vrp_config_unsupported(c, mode, "this crop_mode");
        vrp_facts_set(c->f, VRP_FACT_SQUASH, squash, VRP_FROM_CONFIG);
    }
    return vrp_config_normalization(c, cfg, "mean", "std");
}

static bool vrp_config_timm(vrp_config *c) {
    const vr_json *root = c->doc.root, *cfg = vr_json_get(root, "pretrained_cfg");
    const vr_json *names = vr_json_get(root, "label_names"), *said = vr_json_get(root, "label_descriptions");
    const char *architecture = vrp_config_string(root, "architecture"), *tag = vrp_config_string(cfg, "tag");
    if (!cfg || cfg->type != VR_JSON_OBJECT) cfg = root;
    if (!names) names = vr_json_get(cfg, "label_names"), said = vr_json_get(cfg, "label_descriptions");
    vr_err own = {0};
    const char *whole = *tag ? vr_arena_printf(c->f->arena, "%s.%s", architecture, tag) : architecture;
    if (!vrp_facts_published(c->f, whole, &own) && !vrp_facts_published(c->f, architecture, &own))
        vrp_facts_note(c->f, "%s: '%.60s' is not in the table of published models", c->doc.path,
                       architecture);
    return vrp_config_timm_images(c, cfg) && vrp_config_pool(c, root, "global_pool") &&
           vrp_config_fact(c, VRP_FACT_CLASSES, root, "num_classes") &&
           vrp_config_arguments(c, vr_json_get(root, "model_args")) && vrp_config_label_names(c, names, said);
}

/* ---- transformers ---- */

static bool vrp_config_transformers_resnet(vrp_config *c) {
    const vr_json *root = c->doc.root, *depths = vr_json_get(root, "depths");
    static const char *const unsupported[] = {"downsample_in_first_stage", "downsample_in_bottleneck"};
    for (int i = 0; i < 2; i++)
        if (vrp_config_flag(root, unsupported[i], false))
            return vrp_config_unsupported(c, vr_json_get(root, unsupported[i]), unsupported[i]);
    double sum = 0, x;
    if (depths && depths->type != VR_JSON_ARRAY)
        return vr_json_fail(&c->doc, depths, c->err, "expected an array of numbers as depths");
    for (const vr_json *e = depths ? vr_json_first(depths) : NULL; e; e = vr_json_next(depths, e))
        if (vrp_config_number(&x, e)) sum += x;
    if (depths && !vrp_config_set(c, depths, VRP_FACT_DEPTH, sum)) return false;
    /* Of this class nothing else can be set. */
    return vrp_facts_parse(c->f,
                           "act=relu,stem_stride=2,stem_pool=1,output_stride=32,antialias=none,eps=1e-5",
                           VRP_FROM_CONFIG, c->err) &&
           vrp_config_fact(c, VRP_FACT_WIDTH, root, "embedding_size") &&
           vrp_config_act(c, root, "hidden_act");
}

/* The defaults of the classes, which files leave out. */
static const char *vrp_config_defaults(const char *type) {
    static const struct {
        const char *type, *facts;
    } known[] = {{"clip", "heads=12,eps=1e-5,act=quick_gelu"},
                 {"siglip", "heads=12,eps=1e-6,act=gelu_tanh"},
                 {"dinov2", "heads=12,eps=1e-6,act=gelu"},
                 {"vit_msn", "heads=12,eps=1e-6,act=gelu"},
                 {"", "heads=12,eps=1e-12,act=gelu"}};
    size_t i = 0;
    while (strncmp(type, known[i].type, strlen(known[i].type)) != 0) i++;
    return known[i].facts;
}

static bool vrp_config_transformers(vrp_config *c) {
    const vr_json *root = c->doc.root, *vision = vr_json_get(root, "vision_config");
    const char *type = vrp_config_string(root, "model_type");
    if (!vrp_config_id2label(c, vr_json_get(root, "id2label"))) return false;
    if (strcmp(type, "resnet") == 0) return vrp_config_transformers_resnet(c);
    if (!vision || vision->type != VR_JSON_OBJECT) vision = root;
    const vr_json *size = vr_json_get(vision, "image_size");
    double side;
    if (size) {
        if (!vrp_config_side(c, &side, size) || !vrp_config_set(c, size, VRP_FACT_SIZE, side)) return false;
    }
    return vrp_facts_parse(c->f, vrp_config_defaults(type), VRP_FROM_CONFIG, c->err) &&
           vrp_facts_parse(c->f, "post_norm=0", VRP_FROM_CONFIG, c->err) &&
           vrp_config_fact(c, VRP_FACT_WIDTH, vision, "hidden_size") &&
           vrp_config_fact(c, VRP_FACT_DEPTH, vision, "num_hidden_layers") &&
           vrp_config_fact(c, VRP_FACT_HEADS, vision, "num_attention_heads") &&
           vrp_config_fact(c, VRP_FACT_PATCH, vision, "patch_size") &&
           vrp_config_fact(c, VRP_FACT_EPS, vision, "layer_norm_eps") &&
           vrp_config_act(c, vision, "hidden_act");
}

/* A side that is resized to: {"shortest_edge": 256}, or both sides. */
static bool vrp_config_resized(vrp_config *c, double *side, bool *squash, const vr_json *size) {
    const vr_json *edge = vr_json_get(size, "shortest_edge");
    *squash = !edge;
    return edge ? vrp_config_side(c, side, edge) : vrp_config_side(c, side, size);
}

/* The geometry of a preprocessor_config.json: resize and crop to sizes, or by crop_pct (ResNet). */
static bool vrp_config_geometry(vrp_config *c) {
    const vr_json *root = c->doc.root, *size = vr_json_get(root, "size"),
                  *pct = vr_json_get(root, "crop_pct");
    const vr_json *crop = vr_json_get(root, "crop_size");
    double resized, side, ratio;
    bool squash = false;
    if (!vrp_config_flag(root, "do_resize", true) || !size) return true;
    /* A number is both sides, but for classes that crop, where it is the shorter one. */
    const bool centre = vrp_config_flag(root, "do_center_crop", false);
    if (!vrp_config_resized(c, &resized, &squash, size)) return false;
    if (centre && size->type == VR_JSON_INT) squash = false;
    side = resized;
    if (vrp_config_number(&ratio, pct) && ratio >= 0.05 && ratio <= 20) {
        squash = resized >= 384; /* ConvNextImageProcessor */
        resized = squash ? resized : floor(resized / ratio);
    } else if (centre && crop && !vrp_config_side(c, &side, crop)) {
        return false;
    }
    vrp_facts_set(c->f, VRP_FACT_SQUASH, squash, VRP_FROM_CONFIG);
    return vrp_config_set(c, size, VRP_FACT_SIZE, side) &&
           vrp_config_set(c, size, VRP_FACT_CROP, side / resized);
}

static bool vrp_config_preprocessor(vrp_config *c) {
    static const int filters[] = {VR_FILTER_NEAREST, -1, VR_FILTER_BILINEAR, VR_FILTER_BICUBIC,
                                  VR_FILTER_BOX};
    const vr_json *root = c->doc.root, *resample = vr_json_get(root, "resample");
    double x;
    if (vrp_config_number(&x, resample)) {
        if (!(x >= 0 && x <= 4) || filters[(int)x] < 0)
            return vrp_config_unsupported(c, resample, "this resampling");
        vrp_facts_set(c->f, VRP_FACT_FILTER, filters[(int)x], VRP_FROM_CONFIG);
    }
    if (vrp_config_number(&x, vr_json_get(root, "rescale_factor")) && !(fabs(x * 255 - 1) < 1e-4))
        return vrp_config_unsupported(c, vr_json_get(root, "rescale_factor"),
                                      "a rescale_factor other than 1/255");
    if (!vrp_config_geometry(c)) return false;
    if (!vrp_config_flag(root, "do_normalize", true))
        return vrp_facts_normalize(c->f, "none", VRP_FROM_CONFIG, c->err);
    return vrp_config_normalization(c, root, "image_mean", "image_std");
}

/* ---- open_clip ---- */

static bool vrp_config_open_clip_images(vrp_config *c, const vr_json *cfg) {
    const vr_json *mode = vr_json_get(cfg, "resize_mode"), *filter = vr_json_get(cfg, "interpolation");
    double x;
    vr_err own = {0};
    const bool squash = mode && mode->type == VR_JSON_STRING && strcmp(mode->string, "squash") == 0;
    if (mode && mode->type == VR_JSON_STRING && !squash && strcmp(mode->string, "shortest") != 0)
        return vrp_config_unsupported(c, mode, "this resize_mode");
    vrp_facts_set(c->f, VRP_FACT_SQUASH, squash, VRP_FROM_CONFIG);
    vrp_facts_set(c->f, VRP_FACT_CROP, 1, VRP_FROM_CONFIG);
    if (filter && filter->type == VR_JSON_STRING && vrp_facts_word(&x, VRP_FACT_FILTER, filter->string, &own))
        vrp_facts_set(c->f, VRP_FACT_FILTER, x, VRP_FROM_CONFIG);
    return vrp_config_normalization(c, cfg, "mean", "std");
}

static bool vrp_config_open_clip(vrp_config *c) {
    const vr_json *model = vr_json_get(c->doc.root, "model_cfg"), *vision = vr_json_get(model, "vision_cfg");
    const vr_json *pool = vr_json_get(vision, "pool_type"), *size = vr_json_get(vision, "image_size");
    const char *timm = vrp_config_string(vision, "timm_model_name");
    const bool quick = vrp_config_flag(model, "quick_gelu", false);
    double width, head = 64, side;
    vr_err own = {0};
    if (size) {
        if (!vrp_config_side(c, &side, size) || !vrp_config_set(c, size, VRP_FACT_SIZE, side)) return false;
    }
    if (*timm) {
        vrp_facts_published(c->f, timm, &own);
        return vrp_config_open_clip_images(c, vr_json_get(c->doc.root, "preprocess_cfg"));
    }
    if ((pool && pool->type == VR_JSON_STRING && strcmp(pool->string, "tok") != 0) ||
        vrp_config_flag(vision, "global_average_pool", false) ||
        vrp_config_flag(vision, "final_ln_after_pool", false))
        return vrp_config_unsupported(c, pool ? pool : vision, "a pooling other than the class token");
    vrp_config_number(&head, vr_json_get(vision, "head_width"));
    const vr_json *layers = vr_json_get(vision, "layers");
    if (layers && layers->type == VR_JSON_INT && vrp_config_number(&width, vr_json_get(vision, "width")) &&
        head >= 1) {
        if (!vrp_config_fact(c, VRP_FACT_WIDTH, vision, "width") ||
            !vrp_config_fact(c, VRP_FACT_DEPTH, vision, "layers") ||
            !vrp_config_fact(c, VRP_FACT_PATCH, vision, "patch_size"))
            return false;
        if (!vrp_config_set(c, vr_json_get(vision, "width"), VRP_FACT_HEADS, floor(width / head)))
            return false;
        vrp_facts_set(c->f, VRP_FACT_ACT, quick ? VR_ACT_QUICK_GELU : VR_ACT_GELU, VRP_FROM_CONFIG);
        if (!vrp_facts_parse(c->f, "eps=1e-5,pool=token,post_norm=0", VRP_FROM_CONFIG, c->err)) return false;
    }
    return vrp_config_open_clip_images(c, vr_json_get(c->doc.root, "preprocess_cfg"));
}

/* ---- files ---- */

static bool vrp_config_main(vrp_config *c) {
    if (vr_json_get(c->doc.root, "model_cfg")) return vrp_config_open_clip(c);
    if (*vrp_config_string(c->doc.root, "architecture")) return vrp_config_timm(c);
    if (*vrp_config_string(c->doc.root, "model_type")) return vrp_config_transformers(c);
    vrp_facts_note(c->f, "%s is neither timm's nor transformers' form and is not read", c->doc.path);
    return true;
}

bool vrp_config_parse(vr_arena *perm, vrp_facts *f, vr_bytes text, const char *path, vr_err *err) {
    vrp_config c = {.perm = perm, .f = f, .err = err};
    if (!vr_json_parse(f->arena, &c.doc, text, path, err)) return false;
    return vr_path_has_suffix(path, "preprocessor_config.json") ? vrp_config_preprocessor(&c)
                                                                : vrp_config_main(&c);
}

bool vrp_config_read(vr_arena *perm, vrp_facts *f, const char *path, vr_err *err) {
    static const char *const files[] = {"config.json", "open_clip_config.json", "preprocessor_config.json"};
    const char *slash = strrchr(path, '/');
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *beside =
            vr_arena_printf(f->arena, "%.*s%s", slash ? (int)(slash + 1 - path) : 0, path, files[i]);
        if (!vr_path_exists(beside) || vr_path_is_dir(beside)) continue;
        vr_err own = {0};
        vr_bytes text;
        if (!f->config) f->config = beside;
        if (!vr_file_map(f->arena, &text, beside, &own) || !vrp_config_parse(perm, f, text, beside, &own))
            return vr_err_pass(err, &own);
    }
    return true;
}
