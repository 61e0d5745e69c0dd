/* report/plot.c: chooses the function of a plot's kind. It is given the width, lays its parts out from the top and sets
 * the canvas's height last. */
#include "plot_impl.h"
#include "../base/os.h"

_Static_assert((int)VR_PLOT_COLOURS == (int)VRP_COLOUR_SERIES_COUNT, "the theme has a colour for each");

#define VRP_PLOT_MARGIN 16.0 /* around a saved plot */

vrp_canvas vrp_plot_draw(vr_arena *arena, const vr_plot *p) {
    enum { LINES = 2 * VR_PLOT_COLOURS }; /* more are not distinguishable in one frame */
    VR_CHECK(p->width == 0 || p->width >= 240, "a plot is at least 240 pixels wide, not %g", p->width);
    VR_CHECK(p->count >= 0 && p->series_count >= 0 && p->rows >= 0 && p->columns >= 0,
             "count, series_count, rows and columns are at least 0");
    vrp_canvas c = {.arena = arena, .title = p->title};
    c.width = p->width > 0 ? p->width : p->kind == VR_PLOT_RELIABILITY ? 460 : 720;
    switch (p->kind) {
    case VR_PLOT_BARS:
        vrp_plot_draw_bars(&c, p);
        break;
    case VR_PLOT_LINES:
        if (p->series_count <= LINES)
            vrp_plot_draw_lines(&c, p);
        else
            vrp_plot_draw_panels(&c, p);
        break;
    case VR_PLOT_PANELS:
        vrp_plot_draw_panels(&c, p);
        break;
    case VR_PLOT_SCATTER:
        vrp_plot_draw_scatter(&c, p);
        break;
    case VR_PLOT_HEAT:
    case VR_PLOT_CONFUSION:
        vrp_plot_draw_heat(&c, p);
        break;
    case VR_PLOT_RELIABILITY:
        vrp_plot_draw_reliability(&c, p);
        break;
    }
    return c;
}

void vrp_plot_svg(vr_text *out, const vr_plot *plot) {
    vrp_canvas c = vrp_plot_draw(out->arena, plot);
    c.margin = VRP_PLOT_MARGIN;
    vrp_canvas_svg(out, &c, true);
}

bool vr_plot_save(const vr_plot *plot, const char *path, vr_err *err) {
    const bool png = vr_path_has_suffix(path, ".png");
    if (!png && !vr_path_has_suffix(path, ".svg"))
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: unsupported file name extension; expected .svg or .png",
                       path);
    vr_arena scratch = {0};
    bool ok;
    if (png) {
        vrp_canvas c = vrp_plot_draw(&scratch, plot);
        c.margin = VRP_PLOT_MARGIN;
        const double w = 2 * (c.width + 2 * c.margin), h = 2 * (c.height + 2 * c.margin);
        ok = w * h <= VR_IMAGE_MAX_PIXELS
                 ? vr_image_save(vrp_canvas_image(&scratch, &c, 2), path, err)
                 : vr_fail(err, VR_ERR_LIMIT,
                           "%s: %.0f x %.0f pixels exceed the limit; save the plot as .svg", path, w, h);
    } else {
        vr_text svg = {.arena = &scratch};
        vrp_plot_svg(&svg, plot);
        ok = vr_file_write(path, svg.data, svg.size, err);
    }
    vr_arena_free(&scratch);
    return ok;
}

#undef VRP_PLOT_MARGIN
