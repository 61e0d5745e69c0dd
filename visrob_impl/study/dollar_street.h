/* study/dollar_street.h: homes of the world by income and region, and which factors go with a model's errors.
 *
 *     vr_dollar_street data;
 *     vr_dollar_street_load(&perm, &data, "metadata.csv", NULL, VR_FATAL);
 *     printf("%lld images of %lld households\n", (long long)data.count, (long long)data.household_count);
 *
 * Source:  Gustafson et al. 2023, "Pinpointing why object recognition performance degrades across income levels and
 *          geographies" (arXiv 2304.05391), and github.com/facebookresearch/dollarstreet_factors. */
#ifndef VISROB_STUDY_DOLLAR_STREET_H
#define VISROB_STUDY_DOLLAR_STREET_H
#include "../base/arena.h"
#include "../base/error.h"
#ifdef __cplusplus
extern "C" {
#endif

/* X(ID, name): the factors in which an annotator says that an image differs from its class's prototypes, in the
 * order of the published annotations. */
#define VR_DOLLAR_STREET_FACTORS(X)                                                                          \
    X(MULTIPLE_OBJECTS, multiple_objects)                                                                    \
    X(BACKGROUND, background)                                                                                \
    X(COLOR, color)                                                                                          \
    X(BRIGHTER, brighter)                                                                                    \
    X(DARKER, darker)                                                                                        \
    X(STYLE, style)                                                                                          \
    X(LARGER, larger)                                                                                        \
    X(SMALLER, smaller)                                                                                      \
    X(OBJECT_BLOCKING, object_blocking)                                                                      \
    X(PERSON_BLOCKING, person_blocking)                                                                      \
    X(PARTIAL_VIEW, partial_view)                                                                            \
    X(PATTERN, pattern)                                                                                      \
    X(POSE, pose)                                                                                            \
    X(SHAPE, shape)                                                                                          \
    X(SUBCATEGORY, subcategory)                                                                              \
    X(TEXTURE, texture)

typedef enum vr_dollar_street_factor {
#define X(ID, name) VR_DOLLAR_STREET_##ID,
    VR_DOLLAR_STREET_FACTORS(X)
#undef X
        VR_DOLLAR_STREET_FACTOR_COUNT
} vr_dollar_street_factor;

/* Monthly income per household, in the buckets of Facebook's fairness indicators. */
typedef enum vr_income { VR_INCOME_LOW, VR_INCOME_MEDIUM, VR_INCOME_HIGH, VR_INCOME_COUNT } vr_income;

/* The four regions of Dollar Street. */
typedef enum vr_dollar_street_region {
    VR_DOLLAR_STREET_AFRICA,
    VR_DOLLAR_STREET_ASIA,
    VR_DOLLAR_STREET_EUROPE,
    VR_DOLLAR_STREET_AMERICAS,
    VR_DOLLAR_STREET_REGION_COUNT
} vr_dollar_street_region;

/* A list of whole numbers for each row: those of row i are id[begin[i]] .. id[begin[i+1] - 1]. */
typedef struct vr_lists {
    const int64_t *begin; /* [rows+1], NULL where the file has no such lists */
    const int64_t *id;
} vr_lists;

/* Rows as columns. A row is an image (metadata) or a task, an image with one of its classes (annotations). Arrays are
 * [count]; those that the file does not have are NULL. */
typedef struct vr_dollar_street {
    const char *path;
    int64_t count;
    const char *const *id;  /* what names the row: the task's, or the url */
    const char *const *url; /* of the image */
    const int64_t *image;   /* the image's number: rows of one image share it */
    int64_t image_count;
    const char *const *countries; /* [country_count], sorted bytewise, as classes are */
    int64_t country_count;
    const int64_t *country;             /* a number of `countries` */
    const int64_t *region;              /* a vr_dollar_street_region */
    const double *income;               /* US dollars a month, at purchasing power parity */
    const int64_t *bucket;              /* a vr_income */
    const double *latitude, *longitude; /* degrees */
    const int64_t *household;           /* the number of the pair (country, income), in that order */
    int64_t household_count;
    const int64_t *quarter;     /* 0..3: the quarter of the homes, by income, that the row's is in */
    double quarters[5];         /* their limits: the least income, three quartiles of the homes', the most */
    const char *const *classes; /* [class_count] */
    int64_t class_count;
    vr_lists labels;           /* numbers of `classes`, in the order of the file */
    vr_lists targets_22k;      /* ids of the 108 ImageNet-21k classes: "sin21k_targets" */
    vr_lists targets_11k;      /* ids of the 99 of the 11k models: "sin21k_targets_alibaba" */
    const uint16_t *factors;   /* bit f is vr_dollar_street_factor f */
    const char *const *reason; /* the annotator's "justification"; an element may be NULL */
    const char *const *word;   /* and "one_word" */
    int64_t unrated;           /* rows left out: the annotator could not rate the image */
    int64_t unmatched;         /* rows left out: their image is not in `metadata` */
    int64_t rebucketed; /* rows whose bucket, as the file gives it, is not vr_income_bucket of their income */
} vr_dollar_street;

/* "texture". */
VR_API const char *vr_dollar_street_factor_name(vr_dollar_street_factor f);

/* "low", "medium" or "high". */
VR_API const char *vr_income_name(vr_income bucket);

/* "Africa", "Asia", "Europe" or "The Americas". */
VR_API const char *vr_dollar_street_region_name(vr_dollar_street_region region);

/* The bucket of an income in dollars a month: round(ln(income) / 3), halves to even: below e^4.5 = 90.02 low, from
 * e^7.5 = 1808.04 high.
 * Notes:   the published rule gives the numbers 1, 2, 3; what would be 0 or 4 (below 4.48, above 36,316) is low or high.
 * Source:  VISSL's fairness indicators, the version of the data that the factors were annotated on. */
VR_API vr_income vr_income_bucket(double income);

/* Loads a table of Dollar Street, whichever it is:
 *     metadata.csv             url, country, region, income, label; lat, lng, sin21k_* where there
 *     annotations.json         pandas' orient="split": the factors, class, url, region, income, ...
 *     DollarStreetFactors.csv  the factors with a nameless first column of ids
 * Notes:   columns are found by name and others are not read. Country, region, income, place and labels that a table
 *          lacks are taken from `metadata` (may be NULL) by the image: url, image_id, full_image_id or the row's id.
 *          Rows with can_i_rate_this_job = "no" are left out and counted, as are rows whose image is not in metadata.
 *          Blanks in class names become "_". Lists of ids are sets: the published ids and names of one row are not in
 *          one order.
 * Errors:  VR_ERR_FORMAT with line and column: a region that is none of the four, an income that is not positive, a
 *          factor that is neither 0 nor 1, an id outside of its range, two rows of one id, a column that is missing. */
VR_API bool vr_dollar_street_load(vr_arena *perm, vr_dollar_street *out, const char *path,
                                  const vr_dollar_street *metadata, vr_err *err);

/* vr_dollar_street_load of a text in memory; `path` is for messages. What begins with "{" is JSON. */
VR_API bool vr_dollar_street_parse(vr_arena *perm, vr_dollar_street *out, vr_bytes text, const char *path,
                                   const vr_dollar_street *metadata, vr_err *err);

/* row[i] = the first row whose id, url or image is called name[i]; -1 where there is none.
 * Notes:   after the names as they are, their last parts are compared, without "480x480-", "-", ".jpg", ".jpeg" and
 *          ".png": what the published code calls image_id. Where two images are called the same by that, none is meant.
 * Shapes:  row, name: [n]. */
VR_API void vr_dollar_street_find(int64_t *row, const vr_dollar_street *data, const char *const *name,
                                  int64_t n);

#ifdef __cplusplus
}
#endif
#endif
