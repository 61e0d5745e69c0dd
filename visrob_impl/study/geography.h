/* study/geography.h: is a model as good in every part of the world?
 *
 * Photographs that were taken for the purpose (GeoDE, Dollar Street), a table of the ImageNet classes that count as
 * right for each object, and a model's predictions give the accuracy per region and the disparity between regions.
 *
 *     vr_geo_set set;
 *     vr_dollar_street_predictions p;
 *     vr_dollar_street_hits hits;
 *     vr_geo_measure m;
 *     vr_geode_load(&perm, &set, "metadata_test_1k_final.csv", VR_FATAL);
 *     vr_dollar_street_predictions_load(&perm, &p, "resnet50.csv", VR_FATAL);
 *     vr_geo_score(&perm, &hits, &set, &p, VR_FATAL);
 *     vr_geo_measure_run(&perm, &m, &set, &hits, VR_GEO_REGION, NULL);
 *     printf("best - worst region: %.1f points\n", 100 * m.spread.value);
 *
 * Source:  Richards et al. 2023, "Does Progress On Object Recognition Benchmarks Improve Real-World Generalization?"
 *          and github.com/facebookresearch/Geographic_Generalization; Ramaswamy et al. 2023 (GeoDE). */
#ifndef VISROB_STUDY_GEOGRAPHY_H
#define VISROB_STUDY_GEOGRAPHY_H
#include "../report/table.h"
#include "../metric/disparity.h"
#include "../metric/group.h"
#include "dollar_street_score.h"
#ifdef __cplusplus
extern "C" {
#endif

/* ---- which ImageNet classes an object is ---- */

/* One object of a data set and the ImageNet-1k classes that count as right for it. */
typedef struct vr_geo_object {
    const char *name;
    int64_t count; /* 0: no class of ImageNet is this */
    const int16_t *ids;
} vr_geo_object;

enum { VR_GEODE_OBJECTS = 40, VR_DOLLAR_STREET_TOPICS = 96 };

/* The 40 objects of GeoDE, by their number ("object_index": the names are sorted).
 * Notes:   six have no class in ImageNet: hairbrush_comb, spices, stall, toothbrush, toothpaste_toothpowder, tree.
 * Source:  facts of datasets/geode.py (GEODE_CLASSES_TO_IMAGENET_INDICIES) of Geographic_Generalization. */
VR_API vr_geo_object vr_geode_object(int64_t number);

/* The number of a GeoDE object, "_" and " " alike; -1 where there is none of that name. */
VR_API int64_t vr_geode_object_find(const char *name);

/* The 96 topics of Dollar Street (MLCommons, Kaggle) that are in ImageNet, sorted; each is one class.
 * Source:  facts of datasets/dollarstreet.py (MAPPING, names of WordNet synsets); the numbers are those synsets'. */
VR_API vr_geo_object vr_dollar_street_topic(int64_t number);

/* The number of a topic, whatever its case and blanks around it; -1 where there is none of that name. */
VR_API int64_t vr_dollar_street_topic_find(const char *name);

/* ---- photographs ---- */

/* How photographs are grouped. */
typedef enum vr_geo_by {
    VR_GEO_REGION,
    VR_GEO_COUNTRY,
    VR_GEO_OBJECT, /* GeoDE's objects, Dollar Street's first topic or class */
    VR_GEO_INCOME, /* Dollar Street alone: q1..q4, or low, medium, high */
    VR_GEO_BY_COUNT
} vr_geo_by;

/* One grouping: photograph i is in group of[i]. count = 0 and NULL where the file does not tell. */
typedef struct vr_geo_groups {
    int64_t count;
    const char *const *names; /* [count] */
    const int64_t *of;        /* [photographs] */
} vr_geo_groups;

/* Photographs as columns. Arrays are [count]. */
typedef struct vr_geo_set {
    const char *name, *path; /* "GeoDE", "Dollar Street" */
    int64_t count;
    const char *const *id, *const *file; /* what names the photograph; its path in the data set */
    vr_geo_groups by[VR_GEO_BY_COUNT];
    const int64_t *household; /* photographs of one home share it; NULL: not known */
    int64_t household_count;
    vr_lists labels;    /* the ImageNet classes that count as right */
    int64_t unlabelled; /* photographs without any: they are not scored */
    int64_t remapped;   /* photographs whose classes in the file are not those of the built-in table */
} vr_geo_set;

/* Loads GeoDE's metadata: file_path, object, region, ip_country, and, where the file has them, 1k_index, object_index,
 * id; other columns are not read.
 * Notes:   without 1k_index the built-in table gives the classes, without id the path names the photograph.
 * Errors:  VR_ERR_FORMAT with line and column: an object or region that is none of GeoDE's, a class outside of 0..999,
 *          an object_index that is not the object's, an empty name, two rows of one id; *set = {0}. */
VR_API bool vr_geode_load(vr_arena *perm, vr_geo_set *set, const char *path, vr_err *err);

/* vr_geode_load of a text in memory; `path` is for messages. */
VR_API bool vr_geode_parse(vr_arena *perm, vr_geo_set *set, vr_bytes text, const char *path, vr_err *err);

/* Loads a split of Dollar Street as MLCommons published it: id, topics, imageRelPath, Region (or region.id),
 * country.name, and where the file has them Income_Group, income, imagenet_synset_id (or imagenet_sysnet_id).
 * Notes:   without the classes' column the built-in table gives them, by topic; a photograph of several topics has the
 *          classes of each, and is grouped by its first. Homes are pairs of country and income.
 * Errors:  as vr_geode_load: a region or income group that is none of the four, an income that is not positive. */
VR_API bool vr_dollar_street_split_load(vr_arena *perm, vr_geo_set *set, const char *path, vr_err *err);

/* vr_dollar_street_split_load of a text in memory. */
VR_API bool vr_dollar_street_split_parse(vr_arena *perm, vr_geo_set *set, vr_bytes text, const char *path,
                                         vr_err *err);

/* Dollar Street's metadata.csv as such a set, a view of `data` and `targets` (vr_dollar_street_targets). */
VR_API vr_geo_set vr_geo_from_dollar_street(vr_arena *perm, const vr_dollar_street *data,
                                            const vr_lists *targets);

/* Loads photographs, whichever they are: GeoDE's metadata (it has ip_country), a split of Dollar Street (topics), or Dollar
 * Street's metadata.csv, with the built-in map to ImageNet-1k. Errors: as those three. */
VR_API bool vr_geo_set_load(vr_arena *perm, vr_geo_set *set, const char *path, vr_err *err);

/* row[i] = the photograph called name[i]: by its id, else by its path, else by the last part of its path where that is
 * one photograph's alone; -1 where there is none.
 * Shapes:  row, name: [n]. */
VR_API void vr_geo_find(int64_t *row, const vr_geo_set *set, const char *const *name, int64_t n);

/* Which photographs a model gets right: top-k is right where any of its first k classes is one of the labels.
 * Notes:   k is 5, or what the file has; where a file has acc1 and acc5 alone, these are taken.
 * Errors:  VR_ERR_ARGUMENT where no photograph is scored, naming both files. */
VR_API bool vr_geo_score(vr_arena *perm, vr_dollar_street_hits *hits, const vr_geo_set *set,
                         const vr_dollar_street_predictions *predictions, vr_err *err);

/* ---- accuracy by region, and how far apart the regions are ---- */

/* All zero: top-1, 1000 resamples, 95 % intervals, seed 0. */
typedef struct vr_geo_opts {
    bool top5;
    int64_t resamples;
    uint64_t seed;
    const char *high,
        *low; /* the pair of groups; NULL: "Europe" and "Africa", the last and first income group */
} vr_geo_opts;

/* One group. accuracy is NaN without photographs. */
typedef struct vr_geo_accuracy {
    int64_t count, correct;
    vr_interval accuracy;
    double
        balanced; /* the mean over the objects that every group has: the mix of objects differs by region */
} vr_geo_accuracy;

/* Accuracy by group, and the disparity by both definitions that are in use. */
typedef struct vr_geo_measure {
    vr_geo_by by;
    bool top5;
    int64_t resamples;
    uint64_t seed;
    vr_geo_accuracy all, *groups; /* [group_count] */
    int64_t group_count, objects; /* objects: how many `balanced` is a mean of */
    vr_disparity disparity;       /* best and worst group, gap, ratio, Gini coefficient */
    vr_interval spread;           /* disparity.gap: the best group's accuracy - the worst's */
    int64_t high, low;            /* -1: there is no such pair */
    vr_interval pair;             /* accuracy of `high` - of `low`, "Europe - Africa" */
    double balanced_spread, balanced_pair;
    double normalised; /* pair / accuracy of `high` */
    double p;          /* of so large a spread if groups made no difference */
} vr_geo_measure;

/* Measures the scored photographs.
 * Notes:   intervals are percentile-bootstrap intervals over homes where they are known, else over photographs. The
 *          best and the worst group are chosen anew in each resample; a spread is never below 0, so its interval says
 *          how large it is, and p (a permutation test: hits are dealt to photographs anew, within the whole set)
 *          whether it could be chance. p does not know of homes. The same bits on any number of threads. opts may be
 *          NULL. A set without that grouping is a bug (VR_CHECK). */
VR_API void vr_geo_measure_run(vr_arena *perm, vr_geo_measure *out, const vr_geo_set *set,
                               const vr_dollar_street_hits *hits, vr_geo_by by, const vr_geo_opts *opts);

/* The measure as a table: group, photographs, right, accuracy with interval, balanced accuracy. */
VR_API vr_table vr_geo_measure_table(vr_arena *arena, const vr_geo_set *set, const vr_geo_measure *m);

/* The disparity as a table, one row a definition: which groups, gap with interval, balanced gap. */
VR_API vr_table vr_geo_disparity_table(vr_arena *arena, const vr_geo_set *set, const vr_geo_measure *m);

/* The mean accuracy of the countries above the (1 - q)-quantile of countries' accuracies, less that of those below the
 * q-quantile (both strictly; linear quantiles); NaN where a side has none.
 * Source:  Geographic_Generalization, "country percentile gap", q = .05, .1, .25, on top-5. */
VR_API double vr_geo_country_gap(const vr_geo_set *set, const vr_dollar_street_hits *hits, bool top5,
                                 double q);

/* cells[a * columns + b] = the scored photographs in group a of `rows` and b of `columns`, and how many are right.
 * Shapes:  cells: [groups of rows, groups of columns]; accuracy NaN where a cell is empty. */
VR_API void vr_geo_cross(vr_group *cells, const vr_geo_set *set, const vr_dollar_street_hits *hits, bool top5,
                         vr_geo_by rows, vr_geo_by columns);

/* The map of objects to classes as it is used in a set, for looking at: object, photographs, names of its classes, and
 * with which other objects it shares classes (there a model cannot be told right from wrong). */
VR_API vr_table vr_geo_map_table(vr_arena *arena, const vr_geo_set *set);

#ifdef __cplusplus
}
#endif
#endif
