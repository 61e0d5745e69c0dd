/* model/checkpoint.c: an index of one subtree of the keys, and a mark on each key that was taken.
 *
 * Packing is the only copy of a weight: mapped pages are released as soon as their layer is packed, so that loading
 * needs the size of the packed model and not twice as much. Names are translated (dialect.c) in the index alone, so that
 * an error names the key that the user's file has. */
#include "checkpoint_impl.h"
#include "../base/os.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { VRP_CHECKPOINT_NAME = 512 };
enum { VRP_CHECKPOINT_STEM = 64 }; /* bytes of the longest stem that vrp_checkpoint_has_below is asked for */

/* Which of several subtrees is the model: that of the lowest rank of a word in its prefix (the list in model.h). */
enum { VRP_CHECKPOINT_PLAIN = 4, VRP_CHECKPOINT_RANKS };
static const struct {
    const char *word;
    int rank;
    bool projector; /* its head is a projector: `fc.weight` of MoCo v1 */
} vrp_checkpoint_words[] = {
    {"state_dict_ema", 0, false}, /* timm and DeiT evaluate the averaged weights */
    {"model_ema", 0, false},
    {"ema_model", 0, false},
    {"ema_state_dict", 0, false},
    {"ema", 0, false},
    {"online_encoder", 1, true}, /* BYOL, which has a target_encoder as well */
    {"online_network", 1, true},
    {"online_net", 1, true},
    {"teacher", 2, true}, /* DINO, DINOv2, iBOT */
    {"teacher_backbone", 2, true},
    {"target_encoder", 2, true}, /* I-JEPA, MSN */
    {"encoder_q", 3, true},      /* MoCo v1, v2 */
    {"base_encoder", 3, true},   /* MoCo v3 */
    {"student", 3, true},
    {"student_backbone", 3, true},
    /* VRP_CHECKPOINT_PLAIN: any other: state_dict, model, module, backbone, encoder, net, "" */
    {"encoder_k", 5, true},
    {"momentum_encoder", 5, true},
    {"momentum_backbone", 5, true},
    {"backbone_momentum", 5, true},
    {"target_network", 5, true},
    {"target_net", 5, true},
    {"attacker", 5, false}, /* the robustness library saves the model twice */
};

/* What a training checkpoint may add to the model. */
static const char *const vrp_checkpoint_extras[] = {
    "*.num_batches_tracked", /* a counter of training */
    "mask_token",            /* MAE, DINOv2, iBOT: for masked patches, in training */
    "masked_embed",          /* iBOT */
    "decoder",               /* MAE's decoder_embed, decoder_blocks.#, ... */
    "projector.",            /* VICReg, Barlow Twins */
    "projection_head.",      /* SwAV, SimCLR */
    "prototypes.",           /* SwAV */
    "predictor.",            /* BYOL, SimSiam, MoCo v3, I-JEPA */
    "dino_head.",
    "ibot_head.",
    "pooler.",          /* transformers: a layer that only its pre-training used */
    "text_model.",      /* CLIP's text tower, beside the image tower */
    "text_projection.", /* as above */
    "logit_scale",
    "logit_bias",
    "embeddings.position_ids",
};

struct vrp_checkpoint_key {
    const vr_array *array;
    bool taken;
    struct vrp_checkpoint_key *next_unpacked;
};

/* The row of vrp_checkpoint_words that decides about a prefix, or -1 for a plain one. */
static int vrp_checkpoint_word(const char *prefix, size_t length) {
    int best = -1;
    const int words = (int)(sizeof vrp_checkpoint_words / sizeof *vrp_checkpoint_words);
    for (size_t from = 0; from < length;) {
        const size_t n = strcspn(prefix + from, ".");
        for (int w = 0; w < words; w++)
            if (strlen(vrp_checkpoint_words[w].word) == n &&
                memcmp(prefix + from, vrp_checkpoint_words[w].word, n) == 0 &&
                (best < 0 || vrp_checkpoint_words[w].rank < vrp_checkpoint_words[best].rank))
                best = w;
        from += n + 1;
    }
    return best;
}

static int vrp_checkpoint_rank(int word) {
    return word < 0 ? VRP_CHECKPOINT_PLAIN : vrp_checkpoint_words[word].rank;
}

/* True where name is prefix + anchor; *length = the prefix's. */
static bool vrp_checkpoint_anchored(size_t *length, const char *name, const char *anchor) {
    const size_t n = strlen(name), k = strlen(anchor);
    if (n < k || strcmp(name + n - k, anchor) != 0 || (n > k && name[n - k - 1] != '.')) return false;
    *length = n - k;
    return true;
}

/* Whether a prefix is the requested one, with or without its closing dot; NULL matches any. */
static bool vrp_checkpoint_requested(const char *name, size_t length, const char *request) {
    if (!request) return true;
    const size_t n = strlen(request);
    const size_t whole = n > 0 && request[n - 1] != '.' ? n + 1 : n;
    return whole == length && memcmp(name, request, n) == 0;
}

/* Whether a prefix is the requested one, or the requested one and a body. */
static bool vrp_checkpoint_requested_body(const char *name, size_t length, const char *request,
                                          const vrp_dialect *d) {
    if (vrp_checkpoint_requested(name, length, request)) return true;
    for (int b = 0; d->bodies && d->bodies[b]; b++) {
        const size_t n = strlen(d->bodies[b]);
        if (length >= n && memcmp(name + length - n, d->bodies[b], n) == 0 &&
            vrp_checkpoint_requested(name, length - n, request))
            return true;
    }
    return false;
}

static bool vrp_checkpoint_unknown(const vrp_checkpoint *c, const char *request, vr_err *err) {
    int count = 0;
    const vrp_dialect *d = vrp_dialects(&count);
    char list[512] = "";
    if (c->arrays->count == 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s: unsupported model: the file holds no arrays", c->path);
    for (int a = 0, n = 0; a < count && n < (int)sizeof list; a++)
        n += snprintf(list + n, sizeof list - (size_t)n, "%s'%s'", a ? " or " : "", d[a].anchor);
    return vr_fail(err, VR_ERR_FORMAT,
                   "%s: unsupported model: no key%s%s ends in %s (%lld keys, the first '%s')", c->path,
                   request ? " below " : "", request ? request : "", list, (long long)c->arrays->count,
                   c->arrays->items[0].name);
}

/* The names of the keys with the prefix, and what they begin with. */
static bool vrp_checkpoint_index(vrp_checkpoint *c, vr_err *err) {
    const vr_arrays *arrays = c->arrays;
    const size_t length = strlen(c->prefix), body = strlen(c->body);
    char name[VRP_CHECKPOINT_NAME];
    c->names.arena = c->stems.arena = c->scratch;
    c->keys = VR_NEW(c->scratch, struct vrp_checkpoint_key, arrays->count);
    for (int64_t i = 0; i < arrays->count; i++) {
        if (strncmp(arrays->items[i].name, c->prefix, length) != 0) continue;
        const char *whole = arrays->items[i].name + length;
        if (strncmp(whole, c->body, body) == 0) whole += body;
        if (vrp_dialect_rename(name, sizeof name, c->dialect, whole)) {
            c->renamed = c->renamed || strcmp(name, whole) != 0;
            whole = name;
        }
        const int64_t count = c->names.count, at = vr_names_add(&c->names, whole, (int64_t)strlen(whole));
        if (at < count)
            return vr_fail(err, VR_ERR_FORMAT, "%s: duplicate key '%s'", c->path, arrays->items[i].name);
        c->keys[at].array = &arrays->items[i];
        for (const char *dot = strchr(whole, '.'); dot && dot - whole < VRP_CHECKPOINT_STEM;
             dot = strchr(dot + 1, '.'))
            vr_names_add(&c->stems, whole, dot + 1 - whole);
    }
    return true;
}

/* A subtree that may be the model. */
typedef struct vrp_checkpoint_candidate {
    const char *name; /* begins with the prefix */
    size_t length;
    int rank;
    const vrp_dialect *dialect;
} vrp_checkpoint_candidate;

static bool vrp_checkpoint_same(const vrp_checkpoint_candidate *a, const vrp_checkpoint_candidate *b) {
    return a->length == b->length && memcmp(a->name, b->name, a->length) == 0;
}

/* The subtree of the lowest rank; other: one that was not chosen, of the lowest rank among these. */
static void vrp_checkpoint_choose(vrp_checkpoint_candidate *best, vrp_checkpoint_candidate *other,
                                  const vr_arrays *arrays, const char *request) {
    int dialects = 0;
    const vrp_dialect *d = vrp_dialects(&dialects);
    *best = *other = (vrp_checkpoint_candidate){.rank = VRP_CHECKPOINT_RANKS + 1};
    for (int64_t i = 0; i < arrays->count; i++)
        for (int a = 0; a < dialects; a++) {
            vrp_checkpoint_candidate now = {.name = arrays->items[i].name, .dialect = &d[a]};
            if (!vrp_checkpoint_anchored(&now.length, now.name, d[a].anchor) ||
                !vrp_checkpoint_requested_body(now.name, now.length, request, &d[a]))
                continue;
            now.rank = vrp_checkpoint_rank(vrp_checkpoint_word(now.name, now.length));
            if (best->name && vrp_checkpoint_same(best, &now)) {
                if (now.dialect < best->dialect) best->dialect = now.dialect;
            } else if (now.rank < best->rank) {
                *other = *best;
                *best = now;
            } else if (now.rank < other->rank) {
                *other = now;
            }
        }
}

bool vrp_checkpoint_open(vrp_checkpoint *c, vr_arena *scratch, const vr_arrays *arrays, vrp_facts *facts,
                         const char *prefix, vr_err *err) {
    *c = (vrp_checkpoint){.path = arrays->path ? arrays->path : "arrays",
                          .scratch = scratch,
                          .file = arrays->file,
                          .body = "",
                          .arrays = arrays};
    vrp_checkpoint_candidate best, other;
    vrp_checkpoint_choose(&best, &other, arrays, prefix);
    if (!best.name) return vrp_checkpoint_unknown(c, prefix, err);
    if (other.name && other.rank == best.rank)
        return vr_fail(err, VR_ERR_FORMAT, "%s: both '%.*s' and '%.*s' hold a model (--prefix chooses)",
                       c->path, (int)best.length, best.name, (int)other.length, other.name);
    if (other.name)
        vrp_facts_note(facts, "the model is '%.*s', not '%.*s' (--prefix chooses)", (int)best.length,
                       best.name, (int)other.length, other.name);
    c->dialect = best.dialect;
    for (int b = 0; c->dialect->bodies && c->dialect->bodies[b]; b++) {
        const size_t n = strlen(c->dialect->bodies[b]);
        if (best.length < n || memcmp(best.name + best.length - n, c->dialect->bodies[b], n) != 0) continue;
        c->body = c->dialect->bodies[b];
        best.length -= n;
        break;
    }
    c->prefix = vr_arena_string(scratch, best.name, (int64_t)best.length);
    const int word = vrp_checkpoint_word(best.name, best.length);
    c->projector = word >= 0 && vrp_checkpoint_words[word].projector;
    return vrp_checkpoint_index(c, err);
}

void vrp_checkpoint_random(vrp_checkpoint *c, vr_arena *scratch, uint64_t seed) {
    *c = (vrp_checkpoint){
        .path = "random weights", .prefix = "", .body = "", .random = true, .scratch = scratch};
    c->rng = vr_rng_split(vr_rng_init(seed), "weights");
}

static struct vrp_checkpoint_key *vrp_checkpoint_find(const vrp_checkpoint *c, const char *stem,
                                                      const char *leaf) {
    char name[256];
    const int n = snprintf(name, sizeof name, "%s%s", stem, leaf);
    const int64_t at = n < (int)sizeof name ? vr_names_find(&c->names, name, n) : -1;
    return at >= 0 ? &c->keys[at] : NULL;
}

bool vrp_checkpoint_has(const vrp_checkpoint *c, const char *stem, const char *leaf) {
    return vrp_checkpoint_find(c, stem, leaf) != NULL;
}

bool vrp_checkpoint_has_below(const vrp_checkpoint *c, const char *stem) {
    return vr_names_find(&c->stems, stem, (int64_t)strlen(stem)) >= 0;
}

/* "[64,3,7,7]" */
static const char *vrp_checkpoint_shape_text(char text[128], int ndim, const int64_t *shape) {
    int n = snprintf(text, 128, "[");
    for (int d = 0; d < ndim && n < 120; d++)
        n += snprintf(text + n, (size_t)(128 - n), "%s%lld", d ? "," : "", (long long)shape[d]);
    snprintf(text + vr_min(n, 126), 2, "]");
    return text;
}

int vrp_checkpoint_dims(const vrp_checkpoint *c, const char *stem, const char *leaf) {
    const struct vrp_checkpoint_key *key = vrp_checkpoint_find(c, stem, leaf);
    return key ? key->array->ndim : -1;
}

bool vrp_checkpoint_beside(const vrp_checkpoint *c, const char *stem) {
    size_t n = strlen(c->prefix), k = strlen(stem);
    while (n > 0 && (c->prefix[n - 1] == '.' ? n == strlen(c->prefix) : true)) n--; /* drops the last part */
    for (int64_t i = 0; !c->random && c->prefix[0] && i < c->arrays->count; i++) {
        const char *name = c->arrays->items[i].name;
        if (strncmp(name, c->prefix, n) == 0 && strncmp(name + n, stem, k) == 0 &&
            c->arrays->items[i].ndim == 4)
            return true;
    }
    return false;
}

static bool vrp_checkpoint_missing(const vrp_checkpoint *c, const char *stem, const char *leaf, vr_err *err) {
    const bool vit = c->dialect && c->dialect->family == VRP_FAMILY_VIT;
    return vr_fail(err, VR_ERR_FORMAT, "%s: missing key '%s%s%s%s'%s", c->path, c->prefix, c->body, stem,
                   leaf,
                   !c->renamed ? ""
                   : vit       ? " (timm's name of it)"
                               : " (torchvision's name of it)");
}

/* Strides of 0 would let a small file declare weights of any size. */
static bool vrp_checkpoint_limit(const vrp_checkpoint *c, const vr_array *a, vr_err *err) {
    int64_t count = 1;
    bool fits = true;
    for (int d = 0; d < a->ndim; d++) fits = fits && vr_size_mul(&count, count, a->shape[d]);
    if (fits && count <= (int64_t)1 << 31 &&
        (vr_array_contiguous(a) || count <= vr_max(c->file.size, 1 << 20)))
        return true;
    char text[128];
    return vr_fail(err, VR_ERR_LIMIT, "%s: key '%s' has shape %s, more than the file can hold", c->path,
                   a->name, vrp_checkpoint_shape_text(text, a->ndim, a->shape));
}

bool vrp_checkpoint_shape(vrp_checkpoint *c, int64_t *shape, int ndim, const char *stem, const char *leaf,
                          vr_err *err) {
    const struct vrp_checkpoint_key *key = vrp_checkpoint_find(c, stem, leaf);
    if (!key) return vrp_checkpoint_missing(c, stem, leaf, err);
    if (!vrp_checkpoint_limit(c, key->array, err)) return false;
    char text[128];
    bool fits = key->array->ndim == ndim;
    for (int d = 0; fits && d < ndim; d++) {
        shape[d] = key->array->shape[d];
        fits = shape[d] >= 1;
    }
    return fits ||
           vr_fail(err, VR_ERR_FORMAT, "%s: key '%s': expected %d dimensions, none of size 0, found shape %s",
                   c->path, key->array->name, ndim,
                   vrp_checkpoint_shape_text(text, key->array->ndim, key->array->shape));
}

static bool vrp_checkpoint_ends(const char *s, const char *end) {
    const size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

static vr_tensor vrp_checkpoint_draw(vrp_checkpoint *c, const char *stem, const char *leaf, int ndim,
                                     const int64_t *shape) {
    vr_tensor x = vr_tensor_raw(c->scratch, ndim, shape);
    const char *key = vr_arena_printf(c->scratch, "%s%s", stem, leaf);
    const int64_t n = vr_tensor_count(x);
    const bool weight = vrp_checkpoint_ends(key, "weight");
    float scale = 0, constant = 0;
    if (weight && ndim > 1)
        scale = sqrtf(2.0f * (float)shape[0] / (float)n);
    else if (strstr(key, "_token") || strstr(key, "pos_embed"))
        scale = 0.02f;
    else if (weight || vrp_checkpoint_ends(key, "running_var") || vrp_checkpoint_ends(key, "gamma"))
        constant = 1;
    if (scale > 0) vr_rng_normal_fill(x.data, n, vr_rng_split(c->rng, key), 0);
    for (int64_t i = 0; i < n; i++) x.data[i] = scale > 0 ? x.data[i] * scale : constant;
    return x;
}

/* Whether an array has the shape, up to leading dimensions of size 1. */
static bool vrp_checkpoint_fits(const vr_array *a, int ndim, const int64_t *shape) {
    int from = 0, expected = 0;
    while (from < a->ndim && a->shape[from] == 1) from++;
    while (expected < ndim && shape[expected] == 1) expected++;
    if (ndim < 3 || shape[0] != 1) from = expected = 0; /* only tokens have them */
    return a->ndim - from == ndim - expected &&
           memcmp(a->shape + from, shape + expected, (size_t)(ndim - expected) * sizeof *shape) == 0;
}

bool vrp_checkpoint_rows(vrp_checkpoint *c, int64_t *rows, const char *key, int64_t width, vr_err *err) {
    const struct vrp_checkpoint_key *k = vrp_checkpoint_find(c, key, "");
    if (!k) return vrp_checkpoint_missing(c, key, "", err);
    if (!vrp_checkpoint_limit(c, k->array, err)) return false;
    const vr_array *a = k->array;
    *rows = a->ndim >= 2 ? a->shape[a->ndim - 2] : 1;
    const int64_t shape[3] = {1, *rows, width};
    char text[128];
    return (*rows >= 1 && vrp_checkpoint_fits(a, 3, shape)) ||
           vr_fail(err, VR_ERR_FORMAT, "%s: key '%s': expected shape [1,rows,%lld], found %s", c->path,
                   a->name, (long long)width, vrp_checkpoint_shape_text(text, a->ndim, a->shape));
}

/* Weights are floating-point numbers: integers are a quantized model's, whose scales are elsewhere. */
static bool vrp_checkpoint_floating(const vrp_checkpoint *c, const vr_array *a, vr_err *err) {
    return a->dtype == VR_F32 || a->dtype == VR_F64 || a->dtype == VR_F16 || a->dtype == VR_BF16 ||
           vr_fail(err, VR_ERR_UNSUPPORTED,
                   "%s: key '%s': integer weights: a quantized model; save it before it is quantized",
                   c->path, a->name);
}

bool vrp_checkpoint_take(vrp_checkpoint *c, vr_tensor *out, const char *stem, const char *leaf, int ndim,
                         const int64_t *shape, vr_err *err) {
    *out = (vr_tensor){0};
    if (c->random) {
        *out = vrp_checkpoint_draw(c, stem, leaf, ndim, shape);
        return true;
    }
    struct vrp_checkpoint_key *key = vrp_checkpoint_find(c, stem, leaf);
    if (!key) return vrp_checkpoint_missing(c, stem, leaf, err);
    const vr_array *a = key->array;
    if (!vrp_checkpoint_fits(a, ndim, shape)) {
        char found[128], expected[128];
        return vr_fail(err, VR_ERR_FORMAT, "%s: key '%s': expected shape %s, found %s", c->path, a->name,
                       vrp_checkpoint_shape_text(expected, ndim, shape),
                       vrp_checkpoint_shape_text(found, a->ndim, a->shape));
    }
    if (!vrp_checkpoint_limit(c, a, err) || !vrp_checkpoint_floating(c, a, err)) return false;
    if (!vr_array_tensor(c->scratch, out, a, err)) return vr_err_context(err, "%s: key ", c->path);
    if (a->ndim != ndim) {
        const vr_tensor whole = vr_tensor_copy(c->scratch, *out); /* [D] as [1,1,D] */
        *out = vr_tensor_view(whole.data, ndim, shape);
    }
    if (!key->taken) key->next_unpacked = c->unpacked, c->unpacked = key;
    key->taken = true;
    return true;
}

/* What was taken is packed: rewinds scratch and releases the mapped pages. */
static void vrp_checkpoint_packed(vrp_checkpoint *c, vr_arena_mark mark) {
    const uintptr_t from = (uintptr_t)c->file.data, to = from + (uintptr_t)c->file.size;
    for (; c->unpacked; c->unpacked = c->unpacked->next_unpacked) {
        const vr_array *a = c->unpacked->array;
        const int64_t bytes = vr_array_count(a) * vr_dtype_size(a->dtype);
        const uintptr_t at = (uintptr_t)a->data;
        if (vr_array_contiguous(a) && at >= from && at + (uintptr_t)bytes <= to)
            vr_file_unneeded(a->data, bytes);
    }
    vr_arena_rewind(c->scratch, mark);
}

bool vrp_checkpoint_conv(vrp_checkpoint *c, vr_conv *conv, vr_arena *perm, const char *stem, bool bias,
                         int ndim, const int64_t *shape, vr_conv_opts opts, vr_err *err) {
    const vr_arena_mark mark = vr_arena_here(c->scratch);
    vr_tensor w, b = {0};
    const bool ok = vrp_checkpoint_take(c, &w, stem, "weight", ndim, shape, err) &&
                    (!bias || vrp_checkpoint_take(c, &b, stem, "bias", 1, shape, err));
    if (ok) *conv = vr_conv_pack(perm, w, b, opts);
    vrp_checkpoint_packed(c, mark);
    return ok;
}

bool vrp_checkpoint_conv_batchnorm(vrp_checkpoint *c, vr_conv *conv, vr_arena *perm, const char *stem,
                                   const char *norm, int ndim, const int64_t *shape, vr_conv_opts opts,
                                   float eps, float gain, vr_err *err) {
    const vr_arena_mark mark = vr_arena_here(c->scratch);
    const int64_t O = shape[0];
    vr_tensor w, gamma, beta, mean, var;
    bool ok = vrp_checkpoint_take(c, &w, stem, "weight", ndim, shape, err) &&
              vrp_checkpoint_take(c, &gamma, norm, "weight", 1, &O, err) &&
              vrp_checkpoint_take(c, &beta, norm, "bias", 1, &O, err) &&
              vrp_checkpoint_take(c, &mean, norm, "running_mean", 1, &O, err) &&
              vrp_checkpoint_take(c, &var, norm, "running_var", 1, &O, err);
    for (int64_t o = 0; ok && o < O; o++) {
        const double v = var.data[o * var.stride[0]];
        if (!(v + eps > 0))
            ok = vr_fail(err, VR_ERR_NUMERIC,
                         "%s: key '%s%srunning_var': expected a variance of at least 0, found %g", c->path,
                         c->prefix, norm, v);
        if (c->random) gamma.data[o] *= gain;
    }
    if (ok) *conv = vr_conv_pack_batchnorm(perm, w, opts, mean, var, gamma, beta, eps);
    vrp_checkpoint_packed(c, mark);
    return ok;
}

bool vrp_checkpoint_linear(vrp_checkpoint *c, vr_linear *linear, vr_arena *perm, const char *stem, bool bias,
                           const char *scale, int64_t in, int64_t out, vr_err *err) {
    const vr_arena_mark mark = vr_arena_here(c->scratch);
    vr_tensor w, b = {0}, s;
    bool ok = vrp_checkpoint_take(c, &w, stem, "weight", VRP_SHAPE(out, in), err) &&
              (!bias || vrp_checkpoint_take(c, &b, stem, "bias", VRP_SHAPE(out), err)) &&
              (!scale || vrp_checkpoint_take(c, &s, scale, "gamma", VRP_SHAPE(out), err));
    if (ok && scale) {
        w = vr_tensor_copy(c->scratch, w);
        if (bias) b = vr_tensor_copy(c->scratch, b);
        for (int64_t o = 0; o < out; o++) {
            const float g = s.data[o * s.stride[0]];
            for (int64_t i = 0; i < in; i++) w.data[o * in + i] *= g;
            if (bias) b.data[o] *= g;
        }
    }
    if (ok) *linear = vr_linear_pack(perm, w, b);
    vrp_checkpoint_packed(c, mark);
    return ok;
}

bool vrp_checkpoint_linear_stack(vrp_checkpoint *c, vr_linear *linear, vr_arena *perm,
                                 const char *const *stems, int count, int64_t in, int64_t each, vr_err *err) {
    const vr_arena_mark mark = vr_arena_here(c->scratch);
    vr_tensor w = vr_tensor_2d(c->scratch, count * each, in), b = {0}, part;
    bool ok = true;
    for (int i = 0; ok && i < count; i++) {
        ok = vrp_checkpoint_take(c, &part, stems[i], "weight", VRP_SHAPE(each, in), err);
        if (ok) vr_tensor_assign(vr_tensor_slice(w, 0, i * each, (i + 1) * each), part);
        if (!ok || !vrp_checkpoint_has(c, stems[i], "bias")) continue;
        ok = vrp_checkpoint_take(c, &part, stems[i], "bias", 1, &each, err);
        if (!b.data) b = vr_tensor_1d(c->scratch, count * each);
        if (ok) vr_tensor_assign(vr_tensor_slice(b, 0, i * each, (i + 1) * each), part);
    }
    if (ok) *linear = vr_linear_pack(perm, w, b);
    vrp_checkpoint_packed(c, mark);
    return ok;
}

bool vrp_checkpoint_norm(vrp_checkpoint *c, vr_norm *norm, vr_arena *perm, const char *stem,
                         const char *scale, int64_t C, vr_err *err) {
    const vr_arena_mark mark = vr_arena_here(c->scratch);
    vr_tensor w, b, s;
    const bool ok = vrp_checkpoint_take(c, &w, stem, "weight", 1, &C, err) &&
                    vrp_checkpoint_take(c, &b, stem, "bias", 1, &C, err) &&
                    (!scale || vrp_checkpoint_take(c, &s, scale, "gamma", 1, &C, err));
    if (ok) *norm = (vr_norm){vr_tensor_copy(perm, w), vr_tensor_copy(perm, b)};
    for (int64_t i = 0; ok && scale && i < C; i++) {
        norm->w.data[i] *= s.data[i * s.stride[0]];
        norm->b.data[i] *= s.data[i * s.stride[0]];
    }
    vrp_checkpoint_packed(c, mark);
    return ok;
}

static bool vrp_checkpoint_matches(const char *name, const char *pattern) {
    if (*pattern == '*') return vrp_checkpoint_ends(name, pattern + 1);
    for (; *pattern; pattern++, name++)
        if (*pattern == '#' ? *name < '0' || *name > '9' : *name != *pattern) return false;
    return true;
}

void vrp_checkpoint_skip(vrp_checkpoint *c, const char *pattern) {
    for (int64_t i = 0; i < c->names.count; i++)
        if (vrp_checkpoint_matches(vr_names_at(&c->names, i), pattern)) c->keys[i].taken = true;
}

bool vrp_checkpoint_close(vrp_checkpoint *c, const char *model, vr_err *err) {
    for (size_t i = 0; i < sizeof vrp_checkpoint_extras / sizeof *vrp_checkpoint_extras; i++)
        vrp_checkpoint_skip(c, vrp_checkpoint_extras[i]);
    for (int64_t i = 0; i < c->names.count; i++)
        if (!c->keys[i].taken)
            return vr_fail(err, VR_ERR_FORMAT, "%s: unexpected key '%s': not part of a %s", c->path,
                           c->keys[i].array->name, model);
    return true;
}
