/* study/dollar_street_page.h: Dollar Street as a page to explore: one HTML file, filters by income, region, class, country
 * and factor, and charts that follow them.
 *
 *     vr_dollar_street_model model = {"resnet50", &hits};
 *     vr_dollar_street_page_save(&data, &model, 1, NULL, "dollar_street.html", VR_FATAL);
 */
#ifndef VISROB_STUDY_DOLLAR_STREET_PAGE_H
#define VISROB_STUDY_DOLLAR_STREET_PAGE_H
#include "../base/text.h"
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

/* All zero: no pictures. */
typedef struct vr_dollar_street_page_opts {
    const char *title;               /* NULL: "Dollar Street" */
    const char *note;                /* a paragraph below the title, or NULL */
    const char *command;             /* what made the page, or NULL */
    const vr_dataset *images;        /* pictures, found by vr_dollar_street_find; NULL = none */
    int64_t pictures;                /* the most that are put into the page, about 5 kB each; 0 = 600 */
    vr_dollar_street_opts intervals; /* of the tables */
} vr_dollar_street_page_opts;

/* Saves the page. It needs no network, works from the keyboard and on a phone, follows the reader's dark mode, and keeps
 * its filters in the address, so that `page.html#income=low&factor=darker` opens on these.
 * Notes:   with more images than `pictures` an even sample of them is taken. An image that cannot be decoded is left out
 *          with a line on stderr. 38,000 rows make a page of some 3 MB. opts may be NULL.
 * Errors:  VR_ERR_IO naming the path; VR_ERR_LIMIT for more than 65,536 homes, countries or classes. */
VR_API bool vr_dollar_street_page_save(const vr_dollar_street *data, const vr_dollar_street_model *models,
                                       int64_t model_count, const vr_dollar_street_page_opts *opts,
                                       const char *path, vr_err *err);

/* Appends the page's style. */
VR_API void vr_dollar_street_page_style(vr_text *out);

/* Appends the page's script. */
VR_API void vr_dollar_street_page_script(vr_text *out);

/* The page's content security policy, which names the script by its hash and allows no network. */
VR_API const char *vr_dollar_street_page_policy(void);

#ifdef __cplusplus
}
#endif
#endif
