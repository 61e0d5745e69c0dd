/* report/plot_heat.c: a map of coloured cells, with their numbers where these fit; cells that are too small to be seen
 * are averaged with their neighbours. */
#include "plot_impl.h"
#include <math.h>
#include <string.h>

/* A map's measures: `pool` neighbours are averaged into one of rows x columns cells of w x h pixels. */
typedef struct vrp_heat {
    const double *values; /* of the colours: of ratios their logarithms to base 2 */
    const double *counts; /* of a confusion matrix: the numbers in the cells; else NULL */
    int64_t rows, columns, pool_rows, pool_columns;
    double left, top, w, h, low, high;
    bool diverging;
} vrp_heat;

/* Averages blocks of neighbours; NaN is left out of the mean. */
static void vrp_heat_pool(vr_arena *arena, vrp_heat *m, int64_t rows, int64_t columns) {
    double *out = VR_NEW(arena, double, (m->rows * m->columns));
    for (int64_t r = 0; r < m->rows; r++) {
        for (int64_t k = 0; k < m->columns; k++) {
            double sum = 0, n = 0;
            for (int64_t i = r * m->pool_rows; i < vr_min(rows, (r + 1) * m->pool_rows); i++)
                for (int64_t j = k * m->pool_columns; j < vr_min(columns, (k + 1) * m->pool_columns); j++)
                    if (!isnan(m->values[i * columns + j])) sum += m->values[i * columns + j], n += 1;
            out[r * m->columns + k] = n > 0 ? sum / n : NAN;
        }
    }
    m->values = out;
}

static void vrp_heat_range(vrp_heat *m, const vr_plot *p) {
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < m->rows * m->columns; i++) vrp_axis_widen(&low, &high, m->values[i]);
    if (!(low <= high)) low = 0, high = 1;
    if (p->y_min != p->y_max) {
        low = p->y_min, high = p->y_max;
    } else if (low >= 0 && !p->ratio) { /* zero is the light end, and 100 % the dark end of a share */
        low = low < 0.5 * high || p->percent ? 0 : low;
        high = p->percent && high > 0.5 && high <= 1 ? 1 : high;
    }
    m->diverging = p->ratio || (low < 0 && high > 0);
    if (m->diverging) high = fmax(-low, high), low = -high;
    if (low == high) high = low + 1;
    const double limit = 1e300; /* so that high - low is finite */
    m->low = fmax(low, -limit), m->high = fmin(high, limit);
}

/* The share of each count in its row's sum; NaN in a row without counts. */
static const double *vrp_heat_shares(vr_arena *arena, const vr_plot *p) {
    double *shares = VR_NEW(arena, double, (p->rows * p->columns));
    for (int64_t r = 0; r < p->rows; r++) {
        const double *row = p->values + r * p->columns;
        double sum = 0;
        for (int64_t k = 0; k < p->columns; k++) sum += isfinite(row[k]) ? row[k] : 0;
        for (int64_t k = 0; k < p->columns; k++)
            shares[r * p->columns + k] = sum > 0 && isfinite(row[k]) ? row[k] / sum : NAN;
    }
    return shares;
}

static vrp_colour vrp_heat_colour(const vrp_heat *m, double value) {
    if (isnan(value)) return VRP_COLOUR_NONE;
    const double t = vrp_between((value - m->low) / (m->high - m->low), 0, 1);
    return m->diverging ? VRP_COLOUR_DIVERGING + (vrp_colour)lround(t * (VRP_COLOUR_DIVERGING_COUNT - 1))
                        : VRP_COLOUR_HEAT + (vrp_colour)lround(t * (VRP_COLOUR_HEAT_COUNT - 1));
}

/* Ink on cells near the paper's colour, paper on those near the ink's. */
static vrp_colour vrp_heat_ink(vrp_colour cell) {
    if (cell >= VRP_COLOUR_DIVERGING)
        return cell <= VRP_COLOUR_DIVERGING + 6 || cell >= VRP_COLOUR_DIVERGING + 26 ? VRP_COLOUR_PAPER
                                                                                     : VRP_COLOUR_INK;
    return cell >= VRP_COLOUR_HEAT + 18 ? VRP_COLOUR_PAPER : VRP_COLOUR_INK;
}

/* The text of a cell: percent without the sign, whole numbers without decimals. */
static const char *vrp_heat_cell_text(vr_arena *arena, double x, bool percent) {
    if (percent) return vrp_value_fixed(arena, 100 * x, 0, "");
    return fabs(x) < 1e6 && x == floor(x) ? vrp_value_fixed(arena, x, 0, "")
                                          : vrp_value_text(arena, x, false);
}

/* The value whose colour is at x. */
static double vrp_heat_value(const vr_plot *p, double x) { return p->ratio ? exp2(x) : x; }

/* "cat, dog: 3.1 %"; of a confusion matrix "cat, predicted dog: 31, 3.1 %". */
static const char *vrp_heat_tooltip(vr_arena *arena, const vr_plot *p, const vrp_heat *m, int64_t i) {
    const char *of = p->names && m->pool_rows == 1 ? p->names[i / m->columns] : "";
    const char *at = p->column_names && m->pool_columns == 1 ? p->column_names[i % m->columns] : "";
    const char *value = vrp_value_text(arena, vrp_heat_value(p, m->values[i]), p->percent);
    if (m->counts)
        value = vr_arena_printf(arena, "%s, %s", vrp_heat_cell_text(arena, m->counts[i], false), value);
    return vr_arena_printf(arena, "%s%s%s%s: %s", of, *of && *at ? ", " : "",
                           m->counts && *at ? "predicted " : "", at, value);
}

/* One cell with its tooltip, and its number where text is not NULL; an empty one is not drawn. */
static void vrp_heat_cell(vrp_canvas *c, const vr_plot *p, const vrp_heat *m, int64_t i, const char *text) {
    const vrp_colour colour = vrp_heat_colour(m, m->values[i]);
    if (colour == VRP_COLOUR_NONE) return;
    const double gap = m->w >= 10 && m->h >= 10 ? 1 : 0;
    const double x = m->left + m->w * (double)(i % m->columns), y = m->top + m->h * (double)(i / m->columns);
    vrp_canvas_rect(c, x, y, m->w - gap, m->h - gap, colour, 1, vrp_heat_tooltip(c->arena, p, m, i));
    if (text)
        vrp_canvas_text(c, x + (m->w - gap) / 2, y + (m->h - gap) / 2 + 3.8, 10.5,
                        strcmp(text, "0") == 0 ? VRP_COLOUR_MUTED : vrp_heat_ink(colour), VRP_ANCHOR_MIDDLE,
                        0, false, text);
}

/* Few cells: a rectangle each, with numbers where all of them fit. Many: one shape. */
static void vrp_heat_cells(vrp_canvas *c, const vr_plot *p, const vrp_heat *m) {
    enum { FEW = 2500 };
    const int64_t n = m->rows * m->columns;
    if (n > FEW) {
        vrp_colour *cells = VR_NEW(c->arena, vrp_colour, n);
        for (int64_t i = 0; i < n; i++) cells[i] = vrp_heat_colour(m, m->values[i]);
        vrp_canvas_cells(c, m->left, m->top, m->w * (double)m->columns, m->h * (double)m->rows, cells,
                         m->rows, m->columns);
        return;
    }
    double widest = 0;
    const char **texts = VR_NEW(c->arena, const char *, n);
    for (int64_t i = 0; i < n; i++) {
        texts[i] = m->counts ? vrp_heat_cell_text(c->arena, m->counts[i], false)
                             : vrp_heat_cell_text(c->arena, vrp_heat_value(p, m->values[i]), p->percent);
        widest = fmax(widest, vrp_text_width(texts[i], 10.5));
    }
    const bool numbers = widest <= m->w - 2 && m->h >= 14;
    for (int64_t i = 0; i < n; i++) vrp_heat_cell(c, p, m, i, numbers ? texts[i] : NULL);
}

/* An end of the scale of colours: no decimals where it is a whole number. */
static const char *vrp_heat_end_text(vr_arena *arena, double x, bool percent) {
    const double shown = percent ? 100 * x : x;
    if (fabs(shown) < 1e6 && shown == floor(shown))
        return vrp_value_fixed(arena, shown, 0, percent ? " %" : "");
    return vrp_value_text(arena, x, percent);
}

/* The colour scale, below the map's left end, which a phone shows first; returns the y below. */
static double vrp_heat_scale(vrp_canvas *c, const vr_plot *p, const vrp_heat *m, double y) {
    const int levels = m->diverging ? VRP_COLOUR_DIVERGING_COUNT : VRP_COLOUR_HEAT_COUNT;
    const vrp_colour first = m->diverging ? VRP_COLOUR_DIVERGING : VRP_COLOUR_HEAT;
    vrp_colour cells[VRP_COLOUR_DIVERGING_COUNT];
    for (int i = 0; i < levels; i++) cells[i] = first + (vrp_colour)i;
    const double width = 128;
    const char *low = vrp_heat_end_text(c->arena, vrp_heat_value(p, m->low), p->percent);
    const char *high =
        vr_arena_printf(c->arena, "%s%s", vrp_heat_end_text(c->arena, vrp_heat_value(p, m->high), p->percent),
                        p->kind == VR_PLOT_CONFUSION ? " of the row" : "");
    const double x = fmax(m->left, vrp_text_width(low, VRP_TYPE_SMALL) + 6);
    vrp_canvas_cells(c, x, y, width, 10, cells, 1, levels);
    vrp_canvas_text(c, x - 6, y + 9, VRP_TYPE_SMALL, VRP_COLOUR_MUTED, VRP_ANCHOR_END, 0, false, low);
    vrp_canvas_text(c, x + width + 6, y + 9, VRP_TYPE_SMALL, VRP_COLOUR_MUTED, VRP_ANCHOR_START, 0, false,
                    high);
    return y + 14;
}

/* Names of rows at the left and of columns above, some left out where they would touch; rotated by `turn` degrees. */
static void vrp_heat_names(vrp_canvas *c, const vr_plot *p, const vrp_heat *m, double turn,
                           double name_width) {
    const int64_t row_stride = (int64_t)ceil(12 / m->h),
                  column_stride = turn == 0 ? 1 : (int64_t)ceil(13 / m->w);
    for (int64_t r = 0; p->names && r < m->rows; r += row_stride)
        vrp_canvas_text(c, m->left - 6, m->top + m->h * ((double)r + 0.5) + 3.8, VRP_TYPE_SMALL,
                        VRP_COLOUR_INK, VRP_ANCHOR_END, 0, false,
                        vrp_text_shorten(c->arena, p->names[r * m->pool_rows], VRP_TYPE_SMALL, m->left - 6));
    for (int64_t k = 0; p->column_names && k < m->columns; k += column_stride) {
        const double x = m->left + m->w * ((double)k + 0.5) + (turn == 0 ? 0 : turn == -45 ? 1 : 4);
        vrp_canvas_text(
            c, x, m->top - 6, VRP_TYPE_SMALL, VRP_COLOUR_INK,
            turn == 0 ? VRP_ANCHOR_MIDDLE : VRP_ANCHOR_START, turn, false,
            vrp_text_shorten(c->arena, p->column_names[k * m->pool_columns], VRP_TYPE_SMALL, name_width));
    }
}

/* Chooses cells and the blocks that are averaged into them; returns the rotation of column names. */
static double vrp_heat_place(vrp_heat *m, const vr_plot *p, double width, double name_width) {
    enum { LEAST = 3 }; /* pixels of a cell that can be seen */
    const bool square = p->rows == p->columns;
    double room = width - m->left, turn = 0;
    const double cell = room / (double)vr_max(p->columns, 1), most = square ? 52 : 80;
    if (name_width > fmin(cell, most) - 3) turn = cell >= 16 ? -45 : -90;
    if (turn == -45) room -= fmax(0, 0.75 * name_width - cell / 2); /* the last name extends to the right */
    m->pool_columns = vr_max(1, (int64_t)ceil(LEAST * (double)p->columns / room - 1e-9));
    m->pool_rows = square ? m->pool_columns : vr_max(1, (int64_t)ceil((double)p->rows / 400));
    m->rows = (p->rows + m->pool_rows - 1) / m->pool_rows;
    m->columns = (p->columns + m->pool_columns - 1) / m->pool_columns;
    m->w = fmin(room / (double)vr_max(m->columns, 1), most);
    m->h = square ? m->w : m->rows <= 60 ? vrp_between(m->w, 16, 24) : fmax(LEAST, 1200 / (double)m->rows);
    return turn;
}

/* Averages where the cells would be too small to be seen; returns the remark below the title, or NULL. */
static const char *vrp_heat_pool_if_small(vr_arena *arena, vrp_heat *m, const vr_plot *p) {
    if (m->pool_rows == 1 && m->pool_columns == 1) return NULL;
    vrp_heat_pool(arena, m, p->rows, p->columns);
    m->counts = NULL;
    return vr_arena_printf(arena, "each cell is the mean of %lld\xC3\x97%lld", (long long)m->pool_rows,
                           (long long)m->pool_columns);
}

static void vrp_heat_draw(vrp_canvas *c, const vr_plot *p, const double *counts) {
    vrp_heat m = {.values = p->values, .counts = counts};
    const double label = vrp_frame_names_width(p->names, p->rows, VRP_TYPE_SMALL, 0.3 * c->width);
    const double widest = vrp_frame_names_width(p->column_names, p->columns, VRP_TYPE_SMALL, 110);
    m.left = label > 0 ? label + 6 : 0;
    const double turn = vrp_heat_place(&m, p, c->width, widest);
    double y = vrp_frame_head(c, p->title, p->subtitle, vrp_heat_pool_if_small(c->arena, &m, p));
    vrp_heat_range(&m, p);
    if (p->y_label)
        y = vrp_canvas_paragraph(c, 0, y, c->width, VRP_TYPE_TEXT, VRP_COLOUR_MUTED, false, p->y_label) + 4;
    const double names = turn == 0 ? 14 : turn == -45 ? 0.71 * widest + 10 : widest + 4;
    m.top = y + (widest == 0 ? 0 : names + 4);
    vrp_heat_names(c, p, &m, turn, 110);
    vrp_heat_cells(c, p, &m);
    y = m.top + m.h * (double)m.rows;
    if (p->x_label) {
        const char *text = vrp_text_shorten(c->arena, p->x_label, VRP_TYPE_TEXT, c->width);
        const double half = vrp_text_width(text, VRP_TYPE_TEXT) / 2;
        vrp_canvas_text(c, vrp_between(m.left + m.w * (double)m.columns / 2, half, c->width - half), y + 17,
                        VRP_TYPE_TEXT, VRP_COLOUR_MUTED, VRP_ANCHOR_MIDDLE, 0, false, text);
        y += 20;
    }
    c->description =
        vr_arena_printf(c->arena, "%s of %lld rows and %lld columns, from %s to %s.",
                        counts ? "Confusion matrix" : "Heat map", (long long)p->rows, (long long)p->columns,
                        vrp_heat_end_text(c->arena, vrp_heat_value(p, m.low), p->percent),
                        vrp_heat_end_text(c->arena, vrp_heat_value(p, m.high), p->percent));
    vrp_frame_foot(c, p->note, vrp_heat_scale(c, p, &m, y + 12));
}

void vrp_plot_draw_heat(vrp_canvas *c, const vr_plot *p) {
    if (p->kind == VR_PLOT_HEAT) {
        vr_plot shown = *p;
        double *powers = VR_NEW(c->arena, double, p->ratio ? p->rows * p->columns : 0);
        for (int64_t i = 0; p->ratio && i < p->rows * p->columns; i++) powers[i] = log2(p->values[i]);
        if (p->ratio) shown.values = powers;
        vrp_heat_draw(c, &shown, NULL);
        return;
    }
    vr_plot shares = *p;
    shares.values = vrp_heat_shares(c->arena, p);
    shares.percent = true;
    shares.y_min = 0, shares.y_max = 1;
    if (!p->column_names && p->rows == p->columns) shares.column_names = p->names;
    if (!p->x_label) shares.x_label = "predicted class";
    if (!p->y_label) shares.y_label = "true class";
    vrp_heat_draw(c, &shares, p->values);
}
