/* report/dashboard.h: rows to explore on a page: filters by column and factor, and charts that follow them: accuracy by
 * group with intervals, along a number, and by two columns; factors among errors; the images that pass.
 *
 *     const char *const regions[] = {"Africa", "Asia"};
 *     const int64_t region[] = {0, 1, 1, 0};                    // of each image
 *     const uint8_t correct[] = {0, 1, 1, 1};
 *     vr_dashboard_column column = {.name = "region", .values = regions, .value_count = 2, .of = region};
 *     vr_dashboard_model resnet = {.name = "resnet50", .correct = correct};
 *     vr_page page = vr_page_new(&perm, &(vr_page_info){.title = "Regions"});
 *     vr_page_dashboard(&page, &(vr_dashboard){.rows = 4, .columns = &column, .column_count = 1,
 *                                              .models = &resnet, .model_count = 1});
 *     vr_page_save(&page, "regions.html", VR_FATAL);
 */
#ifndef VISROB_REPORT_DASHBOARD_H
#define VISROB_REPORT_DASHBOARD_H
#include "../image/dataset.h"
#include "page.h"
#ifdef __cplusplus
extern "C" {
#endif

/* How a column is filtered and charted. */
typedef enum vr_dashboard_kind {
    VR_DASHBOARD_BOXES, /* a checkbox for each value; a bar for each, in their order */
    VR_DASHBOARD_RANKED, /* a list of which one value can be chosen; a bar for each, the lowest accuracy first */
    VR_DASHBOARD_LIST    /* such a list, and no chart */
} vr_dashboard_kind;

/* A property whose values have names: a group, a class, a background. */
typedef struct vr_dashboard_column {
    const char *name;  /* "region": in headings and, as region=Africa, in the address */
    const char *title; /* of its filter; NULL = name */
    vr_dashboard_kind kind;
    const char *const *values; /* [value_count] */
    int64_t value_count;
    const int64_t
        *begin; /* NULL: of[i] is row i's value. Else a row's values are of[begin[i]] .. of[begin[i+1] - 1] */
    const int64_t *of; /* numbers of `values` */
    bool off_card;     /* not shown on the card of an image */
} vr_dashboard_column;

/* A property that is a number: the accuracy along it is a curve. */
typedef struct vr_dashboard_number {
    const char *name, *note;    /* note: a sentence above the curve; NULL = how its points are made */
    const double *of;           /* [rows]; NaN, and with `log` what is not positive, is not on the curve */
    bool log;                   /* a logarithmic axis */
    const char *before, *after; /* around a number, as "$" or " px"; NULL = nothing */
    const double *limits;       /* [limit_count], rising: they divide the axis into parts with names */
    const char *const *parts;   /* [limit_count + 1]; NULL where there are no limits */
    int64_t limit_count;
    bool off_card;
} vr_dashboard_number;

/* What a model got right. */
typedef struct vr_dashboard_model {
    const char *name;
    const uint8_t *scored;      /* [rows]; 0: the row has no prediction. NULL: all have one */
    const uint8_t *correct;     /* [rows], 0 or 1 */
    const uint8_t *correct_top; /* [rows], by the first top_k predictions; read only with top_k > 1 */
} vr_dashboard_model;

/* What to show. All zero, but rows and models, is a dashboard of one group. The arrays are the caller's and are only read. */
typedef struct vr_dashboard {
    int64_t rows;
    const char *const *names; /* [rows], of the images' cards; or NULL */
    const vr_dashboard_model *models;
    int64_t model_count;
    int64_t top_k; /* of correct_top; 0 or 1: there is none */
    const vr_dashboard_column *columns;
    int64_t
        column_count; /* at most 30; of two and more columns of boxes the first two have a table of both */
    const vr_dashboard_number *numbers;
    int64_t number_count;
    const char *const *factors; /* [factor_count], at most 32 */
    const uint32_t *factor;     /* [rows]: bit f is set where the row has factor f */
    int64_t factor_count;
    const int64_t *
        cluster; /* [rows]: rows of one cluster resemble each other, and intervals are wider for it; or NULL */
    const char *cluster_name; /* "household" */
    const char *of;           /* what rows are; NULL = "images" */
    const vr_dataset *images; /* with `image`: thumbnails on the cards */
    const int64_t
        *image; /* [rows]: the number of the row's image in `images`, -1 for none; rows may share one */
    int64_t image_limit; /* the most thumbnails, of about 5 kB each: an even sample; 0 = 600 */
} vr_dashboard;

/* Adds the dashboard to a page, which can have one.
 * Notes:   it works from the keyboard and on a phone, follows the reader's dark mode, and keeps its filters in the
 *          address, so that `page.html#region=Africa&factor=darker` opens on these. Intervals are Wilson's, 95 %, with
 *          the variance between clusters in place of that between rows where it is larger. Counts of at most 5 rows are
 *          neither ranked nor taken as present among the factors. 38,000 rows take some 3 MB. An image that cannot be
 *          decoded is left out with a line on stderr.
 * Errors:  none; a number that is out of range is a bug in the caller (VR_CHECK). */
VR_API void vr_page_dashboard(vr_page *page, const vr_dashboard *dashboard);

#ifdef __cplusplus
}
#endif
#endif
