/* report/page.h: a report as one HTML file that needs no network.
 *
 *     const double severity[] = {0, 1, 2}, accuracy[] = {0.91, 0.74, 0.52};
 *     vr_series fog = {"fog", severity, accuracy, NULL, NULL, 3};
 *     vr_plot plot = {.kind = VR_PLOT_LINES, .title = "Accuracy by severity", .series = &fog, .series_count = 1};
 *     vr_page page = vr_page_new(&perm, &(vr_page_info){.title = "Robustness of resnet20", .n = 10000,
 *                                                       .seed = 1, .data = "cifar10/test.tar", .build = VR_BUILD});
 *     vr_page_section(&page, "From which severity on");
 *     vr_page_plot(&page, &plot, "The mean over all images.");
 *     vr_page_save(&page, "report.html", VR_FATAL);
 */
#ifndef VISROB_REPORT_PAGE_H
#define VISROB_REPORT_PAGE_H
#include "../base/error.h"
#include "../base/text.h"
#include "plot.h"
#include "table.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The version and the compiler, for vr_page_info.build. */
#if defined(__clang__)
#define VR_BUILD "visrob " VR_VERSION ", " __VERSION__
#elif defined(__GNUC__)
#define VR_BUILD "visrob " VR_VERSION ", gcc " __VERSION__
#else
#define VR_BUILD "visrob " VR_VERSION
#endif

/* Where the numbers come from; the page shows it. title, data and build are required. */
typedef struct vr_page_info {
    const char *title, *subtitle; /* subtitle, model and command may be NULL */
    int64_t n;                    /* images; 0 = data says it */
    uint64_t seed;
    const char *data, *model, *build, *command;
    const char *of; /* what n counts: "models"; NULL = "images" */
} vr_page_info;

/* A page under construction; the fields are its own. */
typedef struct vr_page {
    vr_arena *arena;
    vr_page_info info;
    vr_text body, contents;
    int64_t sections;
    bool folded, dashboard;
} vr_page;

/* An image of a page: the bytes of a PNG or JPEG file, and what it shows, in words. Of other bytes only alt is shown. */
typedef struct vr_page_image {
    vr_bytes file;
    const char *alt;
} vr_page_image;

/* "n = 10,000, seed 1, cifar10/test.tar, visrob 0.1.0": where a figure's numbers come from, for vr_plot.note of a
 * figure that is saved as a file. A page says it once, below its title. */
VR_API const char *vr_page_note(vr_arena *arena, const vr_page_info *info);

/* Begins a page; the info's texts are copied. Absolute paths in texts, headings and captions are shown without their
 * folders. */
VR_API vr_page vr_page_new(vr_arena *arena, const vr_page_info *info);

/* Begins a section; the page's contents link to it. */
VR_API void vr_page_section(vr_page *page, const char *heading);

/* Adds the main finding, as a sentence in large type. */
VR_API void vr_page_lead(vr_page *page, const char *fmt, ...) VR_PRINTF(2, 3);

/* Adds a paragraph. All texts of a page are escaped: callers do not write HTML. */
VR_API void vr_page_text(vr_page *page, const char *fmt, ...) VR_PRINTF(2, 3);

/* Adds a few numbers in large type: values[i] above labels[i], `count` of them. */
VR_API void vr_page_figures(vr_page *page, const char *const *values, const char *const *labels,
                            int64_t count);

/* Adds a table whose column headings sort it. caption may be NULL.
 * Notes:   numbers sort by the full number, highest first, then lowest first; a missing one is always last. A table
 *          of more than 12 rows has a field that filters its rows; of more than 30 rows the first 20 are shown until a
 *          button below shows all. A wide table takes the window's width; one that is wider still scrolls and says so. */
VR_API void vr_page_table(vr_page *page, const vr_table *table, const char *caption);

/* Adds a plot as inline SVG. caption may be NULL.
 * Notes:   drawn twice, for a desktop and for a phone, unless plot->width is set or a heat map has many columns: such
 *          a plot scrolls on a phone. */
VR_API void vr_page_plot(vr_page *page, const vr_plot *plot, const char *caption);

/* Adds images in rows that wrap at the page's width, with names and values (or NULL) below.
 * Shapes:  images, names, values: [count]. */
VR_API void vr_page_strip(vr_page *page, const vr_page_image *images, const char *const *names,
                          const char *const *values, int64_t count, const char *caption);

/* Puts what follows, up to vr_page_fold(page, NULL), behind a summary that opens it. */
VR_API void vr_page_fold(vr_page *page, const char *summary);

/* Adds a grid of images with names at its rows and columns.
 * Shapes:  images: [rows,columns]; row_names: [rows]; column_names: [columns], or NULL.
 * Notes:   an image with size 0 is an empty cell. */
VR_API void vr_page_grid(vr_page *page, const vr_page_image *images, const char *const *row_names,
                         const char *const *column_names, int64_t rows, int64_t columns, const char *caption);

/* Saves the document: readers see the old file or the whole new one.
 * Errors:  VR_ERR_IO naming the path. */
VR_API bool vr_page_save(const vr_page *page, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
