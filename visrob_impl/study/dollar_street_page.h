/* study/dollar_street_page.h: Dollar Street as a page to explore: one HTML file with filters by income, region, country,
 * class and factor, and charts that follow them (report/dashboard).
 *
 *     vr_dollar_street_model model = {"resnet50", &hits};
 *     vr_dollar_street_page_save(&data, &model, 1, NULL, "dollar_street.html", VR_FATAL);
 */
#ifndef VISROB_STUDY_DOLLAR_STREET_PAGE_H
#define VISROB_STUDY_DOLLAR_STREET_PAGE_H
#include "../image/dataset.h"
#include "dollar_street_score.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A model on the page. */
typedef struct vr_dollar_street_model {
    const char *name;
    const vr_dollar_street_hits *hits;
} vr_dollar_street_model;

/* All zero: no images. */
typedef struct vr_dollar_street_page_opts {
    const char *title;               /* NULL: "Dollar Street" */
    const char *note;                /* a paragraph below the title, or NULL */
    const char *command;             /* the command that made the page, or NULL */
    const vr_dataset *images;        /* found by vr_dollar_street_find; NULL = none */
    int64_t pictures;                /* the most images that are put into the page; 0 = 600 */
    vr_dollar_street_opts intervals; /* of the tables */
} vr_dollar_street_page_opts;

/* Saves the page; what it does is described at vr_page_dashboard. opts may be NULL.
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vr_dollar_street_page_save(const vr_dollar_street *data, const vr_dollar_street_model *models,
                                       int64_t model_count, const vr_dollar_street_page_opts *opts,
                                       const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
