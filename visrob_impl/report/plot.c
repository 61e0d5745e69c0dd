/* report/plot.c: the doors to the plots. Each kind is one function that knows the width, lays its parts out from the top
 * and sets the canvas's height last (report/frame.h). */
#include "plot.h"
#include "../base/os.h"
#include "frame.h"

#define VRP_PLOT_MARGIN 16.0 /* around a plot that is saved by itself */

vr_canvas vr_plot_draw(vr_arena *arena, const vr_plot *p) {
    enum { LINES = 2 * VR_COLOUR_SERIES_COUNT }; /* more cannot be told apart in one frame */
    VR_CHECK(p->width == 0 || p->width >= 240, "a plot of %g pixels leaves no room for its labels", p->width);
    VR_CHECK(p->count >= 0 && p->series_count >= 0 && p->rows >= 0 && p->columns >= 0,
             "sizes are not negative");
    vr_canvas c = {.arena = arena, .title = p->title};
    c.width = p->width > 0 ? p->width : p->kind == VR_PLOT_RELIABILITY ? 460 : 720;
    switch (p->kind) {
    case VR_PLOT_BARS:
        vr_plot_draw_bars(&c, p);
        break;
    case VR_PLOT_LINES:
        if (p->series_count <= LINES)
            vr_plot_draw_lines(&c, p);
        else
            vr_plot_draw_panels(&c, p);
        break;
    case VR_PLOT_PANELS:
        vr_plot_draw_panels(&c, p);
        break;
    case VR_PLOT_SCATTER:
        vr_plot_draw_scatter(&c, p);
        break;
    case VR_PLOT_HEAT:
    case VR_PLOT_CONFUSION:
        vr_plot_draw_heat(&c, p);
        break;
    case VR_PLOT_RELIABILITY:
        vr_plot_draw_reliability(&c, p);
        break;
    }
    return c;
}

void vr_plot_svg(vr_text *out, const vr_plot *plot) {
    vr_canvas c = vr_plot_draw(out->arena, plot);
    c.margin = VRP_PLOT_MARGIN;
    vr_canvas_svg(out, &c, true);
}

bool vr_plot_save(const vr_plot *plot, const char *path, vr_err *err) {
    const bool png = vr_path_has_suffix(path, ".png");
    if (!png && !vr_path_has_suffix(path, ".svg"))
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: a plot is saved as .svg or .png", path);
    vr_arena scratch = {0};
    bool ok;
    if (png) {
        vr_canvas c = vr_plot_draw(&scratch, plot);
        c.margin = VRP_PLOT_MARGIN;
        const double w = 2 * (c.width + 2 * c.margin), h = 2 * (c.height + 2 * c.margin);
        ok = w * h <= VR_IMAGE_MAX_PIXELS
                 ? vr_image_save(vr_canvas_image(&scratch, &c, 2), path, err)
                 : vr_fail(err, VR_ERR_LIMIT, "%s: %.0f x %.0f pixels are too many; save it as .svg", path, w,
                           h);
    } else {
        vr_text svg = {.arena = &scratch};
        vr_plot_svg(&svg, plot);
        ok = vr_file_write(path, svg.data, svg.size, err);
    }
    vr_arena_free(&scratch);
    return ok;
}

#undef VRP_PLOT_MARGIN
