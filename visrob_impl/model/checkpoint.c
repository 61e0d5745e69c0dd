/* model/checkpoint.c: an index of one subtree of the keys, and a mark on each key that was taken.
 *
 * Packing is the only copy of a weight: mapped pages are released as soon as their layer is packed, so that loading
 * needs the size of the packed model and not twice as much. Rejected: renaming all keys to one dialect first (as timm's
 * converters do); an error would then name a key that the user's file does not have. */
#include "checkpoint_impl.h"
#include "../base/os.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { VRP_CHECKPOINT_STEM = 64 }; /* bytes of the longest stem that vrp_checkpoint_has_below is asked for */

/* Which of several subtrees is the model: that of the lowest rank of a word in its prefix (the list in model.h). */
enum { VRP_CHECKPOINT_PLAIN = 3, VRP_CHECKPOINT_RANKS };
static const struct {
    const char *word;
    int rank;
    bool projector; /* its head is a projector: `fc.weight` of MoCo v1 */
} vrp_checkpoint_words[] = {
    {"state_dict_ema", 0, false}, /* timm and DeiT evaluate the averaged weights */
    {"model_ema", 0, false},
    {"ema", 0, false},
    {"teacher", 1, true},        /* DINO, DINOv2, iBOT */
    {"target_encoder", 1, true}, /* I-JEPA */
    {"encoder_q", 2, true},      /* MoCo v1, v2 */
    {"base_encoder", 2, true},   /* MoCo v3 */
    {"online_encoder", 2, true}, /* BYOL */
    {"student", 2, true},
    /* VRP_CHECKPOINT_PLAIN: any other: state_dict, model, module, backbone, encoder, net, "" */
    {"encoder_k", 4, true},
    {"momentum_encoder", 4, true},
    {"momentum_backbone", 4, true},
    {"attacker", 4, false}, /* the robustness library saves the model twice */
};

/* What a training checkpoint may add to the model. */
static const char *const vrp_checkpoint_extras[] = {
    "*.num_batches_tracked", /* a counter of training */
    "mask_token",            /* MAE, DINOv2, iBOT: for masked patches, in training */
    "decoder",               /* MAE's decoder_embed, decoder_blocks.#, ... */
    "projector.",            /* VICReg, Barlow Twins */
    "projection_head.",      /* SwAV, SimCLR */
    "prototypes.",           /* SwAV */
    "predictor.",            /* BYOL, SimSiam, MoCo v3, I-JEPA */
    "dino_head.",
    "ibot_head.",
    "head.mlp.", /* DINO's head */
    "head.last_layer.",
    "fc.#.",   /* MoCo v2's projector: two layers in the place of the head */
    "head.#.", /* MoCo v3's */
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

static int vrp_checkpoint_unknown(const vr_arrays *arrays, const char *const *anchors, int count,
                                  const char *request, vr_err *err) {
    char list[256] = "";
    for (int a = 0, n = 0; a < count && n < (int)sizeof list; a++)
        n += snprintf(list + n, sizeof list - (size_t)n, "%s'%s'", a ? " or " : "", anchors[a]);
    vr_fail(err, VR_ERR_FORMAT, "%s: unsupported model: no key%s%s ends in %s (%lld keys, the first '%s')",
            arrays->path ? arrays->path : "arrays", request ? " below " : "", request ? request : "", list,
            (long long)arrays->count, arrays->count > 0 ? arrays->items[0].name : "");
    return -1;
}

/* The names of the keys with the prefix, and what they begin with. */
static bool vrp_checkpoint_index(vrp_checkpoint *c, const vr_arrays *arrays, vr_err *err) {
    const size_t length = strlen(c->prefix);
    c->names.arena = c->stems.arena = c->scratch;
    c->keys = VR_NEW(c->scratch, struct vrp_checkpoint_key, arrays->count);
    for (int64_t i = 0; i < arrays->count; i++) {
        if (strncmp(arrays->items[i].name, c->prefix, length) != 0) continue;
        const char *name = arrays->items[i].name + length;
        const int64_t count = c->names.count, at = vr_names_add(&c->names, name, (int64_t)strlen(name));
        if (at < count)
            return vr_fail(err, VR_ERR_FORMAT, "%s: duplicate key '%s'", c->path, arrays->items[i].name);
        c->keys[at].array = &arrays->items[i];
        for (const char *dot = strchr(name, '.'); dot && dot - name < VRP_CHECKPOINT_STEM;
             dot = strchr(dot + 1, '.'))
            vr_names_add(&c->stems, name, dot + 1 - name);
    }
    return true;
}

int vrp_checkpoint_open(vrp_checkpoint *c, vr_arena *scratch, const vr_arrays *arrays,
                        const char *const *anchors, int anchor_count, const char *prefix, vr_err *err) {
    *c = (vrp_checkpoint){
        .path = arrays->path ? arrays->path : "arrays", .scratch = scratch, .file = arrays->file};
    const char *best = NULL, *tie = NULL;
    size_t length = 0, tie_length = 0;
    int found = -1, rank = VRP_CHECKPOINT_RANKS + 1;
    for (int64_t i = 0; i < arrays->count; i++)
        for (int a = 0; a < anchor_count; a++) {
            const char *name = arrays->items[i].name;
            size_t n;
            if (!vrp_checkpoint_anchored(&n, name, anchors[a]) || !vrp_checkpoint_requested(name, n, prefix))
                continue;
            const int r = vrp_checkpoint_rank(vrp_checkpoint_word(name, n));
            if (r < rank)
                best = name, length = n, found = a, rank = r, tie = NULL;
            else if (r == rank)
                tie = name, tie_length = n;
        }
    if (found < 0) return vrp_checkpoint_unknown(arrays, anchors, anchor_count, prefix, err);
    if (tie) {
        vr_fail(err, VR_ERR_FORMAT, "%s: both '%.*s' and '%.*s' hold a model: set the option prefix", c->path,
                (int)length, best, (int)tie_length, tie);
        return -1;
    }
    c->prefix = vr_arena_string(scratch, best, (int64_t)length);
    const int word = vrp_checkpoint_word(best, length);
    c->projector = word >= 0 && vrp_checkpoint_words[word].projector;
    return vrp_checkpoint_index(c, arrays, err) ? found : -1;
}

void vrp_checkpoint_random(vrp_checkpoint *c, vr_arena *scratch, uint64_t seed) {
    *c = (vrp_checkpoint){.path = "random weights", .prefix = "", .random = true, .scratch = scratch};
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

static bool vrp_checkpoint_missing(const vrp_checkpoint *c, const char *stem, const char *leaf, vr_err *err) {
    return vr_fail(err, VR_ERR_FORMAT, "%s: missing key '%s%s%s'", c->path, c->prefix, stem, leaf);
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
    if (a->ndim != ndim || memcmp(a->shape, shape, (size_t)ndim * sizeof *shape) != 0) {
        char found[128], expected[128];
        return vr_fail(err, VR_ERR_FORMAT, "%s: key '%s': expected shape %s, found %s", c->path, a->name,
                       vrp_checkpoint_shape_text(expected, ndim, shape),
                       vrp_checkpoint_shape_text(found, a->ndim, a->shape));
    }
    if (!vrp_checkpoint_limit(c, a, err)) return false;
    if (!vr_array_tensor(c->scratch, out, a, err)) return vr_err_context(err, "%s: key ", c->path);
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
                                   float gain, vr_err *err) {
    const float eps = 1e-5f;
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

bool vrp_checkpoint_norm(vrp_checkpoint *c, vr_norm *norm, vr_arena *perm, const char *stem, int64_t C,
                         vr_err *err) {
    const vr_arena_mark mark = vr_arena_here(c->scratch);
    vr_tensor w, b;
    const bool ok = vrp_checkpoint_take(c, &w, stem, "weight", 1, &C, err) &&
                    vrp_checkpoint_take(c, &b, stem, "bias", 1, &C, err);
    if (ok) *norm = (vr_norm){vr_tensor_copy(perm, w), vr_tensor_copy(perm, b)};
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
