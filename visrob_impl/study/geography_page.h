/* study/geography_page.h: progress and geography as plots and as one page. */
#ifndef VISROB_STUDY_GEOGRAPHY_PAGE_H
#define VISROB_STUDY_GEOGRAPHY_PAGE_H
#include "../report/plot.h"
#include "geography_progress.h"
#include "geography_retrain.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What a page is made of; what is NULL or zero is left out. */
typedef struct vr_geo_report {
    const vr_benchmarks *benchmarks; /* with rates and robust */
    const vr_progress_rate *rates;
    const vr_robust *robust;
    int64_t rate_count, robust_count;
    const vr_geo_set *set; /* with hits and measures */
    const vr_dollar_street_hits *hits;
    const vr_geo_measure *measures[VR_GEO_BY_COUNT]; /* by region, country, object, income */
    const char *model;                               /* whose hits these are */
    const vr_geo_set *retrain_set;                   /* with retrain */
    const vr_geo_retrain_row *retrain;
    int64_t retrain_count;
    const char *note; /* said first: that a world is made up */
    const char *command;
    uint64_t seed;
} vr_geo_report;

/* Every benchmark against its base, one colour each, with its least-squares line: for vr_plot_save.
 * Notes:   the plot points into the arena. Gaps between regions, and benchmarks on other classes, are left out; of more than
 *          eight the first eight. */
VR_API vr_plot vr_progress_plot(vr_arena *arena, const vr_benchmarks *b);

/* Saves the page. Errors: VR_ERR_IO naming the path. */
VR_API bool vr_geo_page_save(const vr_geo_report *report, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
