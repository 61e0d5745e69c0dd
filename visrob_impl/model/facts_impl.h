/* model/facts_impl.h: what keys and shapes do not tell of a model, and where each fact is from.
 *
 * Facts are set from the options, the config.json beside the file, the table of published models, keys, and rules; of two
 * sources the one that comes first in this list decides, whatever the order of the calls. What was only a rule is listed by
 * vrp_facts_assumed, so that no program has to know what a family assumes. */
#ifndef VISROB_MODEL_FACTS_IMPL_H
#define VISROB_MODEL_FACTS_IMPL_H
#include "../base/text.h"
#include "model.h"

/*    id             key in --model and in the table; words of its values, 0, 1, ... (NULL: a number) */
#define VRP_FACTS(X)                                                                                         \
    X(WIDTH, "width", NULL)                        /* channels of a ViT, of a ResNet's stem */               \
    X(DEPTH, "depth", NULL)                        /* blocks */                                              \
    X(PATCH, "patch", NULL)                        /* pixels a side */                                       \
    X(CLASSES, "classes", NULL)                    /* of the head */                                         \
    X(HEADS, "heads", NULL)                        /* of attention */                                        \
    X(EPS, "eps", NULL)                            /* of batch or layer norms */                             \
    X(ACT, "act", vrp_facts_acts)                  /* activation */                                          \
    X(POOL, "pool", vrp_facts_pools)               /* what of the tokens is the feature */                   \
    X(POST_NORM, "post_norm", NULL)                /* 1: x + norm(f(x)), 0: x + f(norm(x)) */                \
    X(STEM_STRIDE, "stem_stride", NULL)            /* of a ResNet's first convolution */                     \
    X(STEM_POOL, "stem_pool", NULL)                /* 1: pooling after it */                                 \
    X(OUTPUT_STRIDE, "output_stride", NULL)        /* 32; 16 and 8: dilation in the last stages */           \
    X(ANTIALIAS, "antialias", vrp_facts_antialias) /* instead of a stride */                                 \
    X(SIZE, "size", NULL)                          /* of the input */                                        \
    X(CROP, "crop", NULL)                          /* size / the resized shorter side; 0: no resizing */     \
    X(SQUASH, "squash", NULL)                      /* 1: both sides are resized */                           \
    X(FILTER, "filter", vrp_facts_filters)

typedef enum vrp_fact {
#define X(id, key, words) VRP_FACT_##id,
    VRP_FACTS(X)
#undef X
        VRP_FACT_COUNT
} vrp_fact;

typedef enum vrp_pool { VRP_POOL_TOKEN, VRP_POOL_AVG, VRP_POOL_MAP, VRP_POOL_TOKEN_AVG } vrp_pool;
typedef enum vrp_antialias { VRP_ANTIALIAS_NONE, VRP_ANTIALIAS_AVG, VRP_ANTIALIAS_BLUR } vrp_antialias;

/* In ascending order. */
typedef enum vrp_source {
    VRP_FROM_NOTHING,
    VRP_FROM_RULE,
    VRP_FROM_KEYS,
    VRP_FROM_TABLE,
    VRP_FROM_CONFIG,
    VRP_FROM_OPTION
} vrp_source;

typedef struct vrp_facts {
    vr_arena *arena;
    double value[VRP_FACT_COUNT];
    uint8_t from[VRP_FACT_COUNT];
    float mean[3], std[3];
    uint8_t normalization;     /* where mean and std are from */
    const char *normalized_by; /* their name */
    const char *name, *config; /* the architecture, and the file that says so, or NULL */
    const char *const *labels; /* of the config */
    int64_t label_count;
    vr_text notes, rules; /* other notes, joined by "; "; other assumptions, joined by ", " */
} vrp_facts;

/* The facts of no model; their texts live in the arena. */
VR_API vrp_facts vrp_facts_none(vr_arena *arena);

/* Sets a fact, unless a source that comes before this one did. */
VR_API void vrp_facts_set(vrp_facts *f, vrp_fact fact, double value, vrp_source from);

/* The same for the constants of normalization; text: as vr_model_normalization. */
VR_API bool vrp_facts_normalize(vrp_facts *f, const char *text, vrp_source from, vr_err *err);

/* The fact, or the rule's value where nothing said anything. */
VR_API double vrp_facts_get(vrp_facts *f, vrp_fact fact, double rule);
VR_API int64_t vrp_facts_int(vrp_facts *f, vrp_fact fact, int64_t rule);

/* Sets "heads=12,eps=1e-6,norm=imagenet".
 * Errors:  VR_ERR_ARGUMENT naming an unknown key or value. */
VR_API bool vrp_facts_parse(vrp_facts *f, const char *text, vrp_source from, vr_err *err);

/* True for a value that a network can have: none divides by zero, overflows or allocates without end. */
VR_API bool vrp_facts_in_range(vrp_fact fact, double x);

/* The value of a fact as --model writes it.
 * Errors:  VR_ERR_ARGUMENT naming the word and those that are known. */
VR_API bool vrp_facts_word(double *value, vrp_fact fact, const char *text, vr_err *err);

/* A value that the keys determine.
 * Errors:  VR_ERR_FORMAT where the options, the config or the table say otherwise, naming both. */
VR_API bool vrp_facts_agree(vrp_facts *f, vrp_fact fact, int64_t keys, const char *path, vr_err *err);

/* Facts of a published name, "vit_base_patch16_224.augreg_in21k", or those of its architecture where it has no tag.
 * Notes:   other pairs KEY=VALUE may follow after commas, or stand alone.
 * Errors:  VR_ERR_ARGUMENT naming the name, or the tags that are known. */
VR_API bool vrp_facts_model(vrp_facts *f, const char *name, vrp_source from, vr_err *err);

/* False for a name that is in no table; *f is then unchanged. */
VR_API bool vrp_facts_published(vrp_facts *f, const char *name, vr_err *err);

/* The number of heads of the published ViTs of this width and depth: 0 where there is none, -1 where they differ. */
VR_API int64_t vrp_facts_published_heads(int64_t width, int64_t depth);

/* Adds to what vrp_facts_assumed says: a sentence before the list, or an assumption that is no fact of the list above. */
VR_API void vrp_facts_note(vrp_facts *f, const char *fmt, ...) VR_PRINTF(2, 3);
VR_API void vrp_facts_assume(vrp_facts *f, const char *fmt, ...) VR_PRINTF(2, 3);

/* Fills size, resize, filter, mean and std. The rules are given as --model writes them: "crop=0.875,filter=bilinear,..." */
VR_API void vrp_facts_preprocess(vr_preprocess *p, vrp_facts *f);

/* "assumed: 12 heads, eps 1e-6; --model NAME or a config.json beside the file says otherwise", or NULL. */
VR_API const char *vrp_facts_assumed(vr_arena *perm, const vrp_facts *f);

/* Sets what a config.json, or where `path` is called so, a preprocessor_config.json says; labels live in perm, path in
 * messages.
 * Errors:  VR_ERR_FORMAT as `path:line:column:`, VR_ERR_UNSUPPORTED for what visrob does not compute. */
VR_API bool vrp_config_parse(vr_arena *perm, vrp_facts *f, vr_bytes text, const char *path, vr_err *err);

/* Reads config.json and preprocessor_config.json beside the file, in the forms of timm's hub and of transformers.
 * Notes:   labels go to perm. Without such files nothing happens.
 * Errors:  VR_ERR_FORMAT naming path, line and column; VR_ERR_UNSUPPORTED for what visrob does not compute. */
VR_API bool vrp_config_read(vr_arena *perm, vrp_facts *f, const char *path, vr_err *err);

#endif
