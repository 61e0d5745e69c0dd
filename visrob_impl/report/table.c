/* report/table.c: cells are formatted when they are added and kept with their number, so that every form shows
 * the same digits and CSV and sorting still have the full number. Rejected: a printf format per column, which
 * could not say what a missing value or an interval is. */
#include "table.h"
#include "../base/os.h"
#include "../format/csv.h"
#include <math.h>
#include <string.h>

vr_table vr_table_new(vr_arena *arena, const char *const *names, int64_t columns) {
    VR_CHECK(columns >= 1, "a table has at least one column, not %lld", (long long)columns);
    const char **copy = VR_NEW(arena, const char *, columns);
    for (int64_t c = 0; c < columns; c++)
        copy[c] = vr_arena_string(arena, names[c], (int64_t)strlen(names[c]));
    return (vr_table){.arena = arena, .names = copy, .columns = columns};
}

static void vrp_table_add(vr_table *t, vr_cell cell) {
    if (t->count == t->capacity) {
        const int64_t capacity = vr_max(64, 2 * t->capacity);
        vr_cell *cells = VR_NEW(t->arena, vr_cell, capacity);
        if (t->count > 0) memcpy(cells, t->cells, (size_t)t->count * sizeof *cells);
        t->cells = cells;
        t->capacity = capacity;
    }
    t->cells[t->count++] = cell;
}

/* x with so many decimals; NaN is "-", and a negative zero loses its sign. */
static const char *vrp_table_digits(vr_arena *arena, double x, int decimals) {
    if (isnan(x)) return "-";
    if (isinf(x)) return x > 0 ? "inf" : "-inf";
    if (fabs(x) < 0.5 * pow(10, -decimals)) x = 0;
    return vr_arena_printf(arena, "%.*f", decimals, x);
}

void vr_table_text(vr_table *t, const char *s) {
    vrp_table_add(t, (vr_cell){.text = vr_arena_string(t->arena, s, (int64_t)strlen(s))});
}

void vr_table_number(vr_table *t, double x, int decimals) {
    vrp_table_add(t, (vr_cell){.text = vrp_table_digits(t->arena, x, decimals),
                               .number = {x, NAN, NAN},
                               .kind = VR_CELL_NUMBER});
}

void vr_table_interval(vr_table *t, vr_interval x, int decimals) {
    const char *text = vrp_table_digits(t->arena, x.value, decimals);
    if (!isnan(x.low) || !isnan(x.high))
        text = vr_arena_printf(t->arena, "%s [%s, %s]", text, vrp_table_digits(t->arena, x.low, decimals),
                               vrp_table_digits(t->arena, x.high, decimals));
    vrp_table_add(t, (vr_cell){.text = text, .number = x, .kind = VR_CELL_INTERVAL});
}

int64_t vr_table_rows(const vr_table *t) { return t->count / t->columns; }

/* Characters of UTF-8, for alignment: all bytes that do not continue one. */
static int64_t vrp_table_width(const char *s) {
    int64_t n = 0;
    for (; *s; s++) n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

static void vrp_table_pad(vr_text *out, int64_t n) {
    for (int64_t i = 0; i < n; i++) vr_text_bytes(out, " ", 1);
}

/* A column is set flush right where none of its cells is a text. */
static bool vrp_table_numeric(const vr_table *t, int64_t column) {
    for (int64_t i = column; i < t->count; i += t->columns)
        if (t->cells[i].kind == VR_CELL_TEXT) return false;
    return t->count > 0;
}

static bool vrp_table_has_interval(const vr_table *t, int64_t column) {
    for (int64_t i = column; i < t->count; i += t->columns)
        if (t->cells[i].kind == VR_CELL_INTERVAL) return true;
    return false;
}

/* Markdown knows one special character inside a cell; a line end would break the row. */
static const char *vrp_table_markdown_text(vr_arena *arena, const char *s) {
    vr_text out = {.arena = arena};
    vr_text_add(&out, "");
    for (; *s; s++) {
        if (*s == '|' || *s == '\\') vr_text_add(&out, "\\");
        vr_text_bytes(&out, *s == '\n' || *s == '\r' ? " " : s, 1);
    }
    return out.data;
}

/* Aligned columns; the bars and the rule make Markdown of the same text. */
static void vrp_table_aligned(vr_text *out, const vr_table *t, bool markdown) {
    vr_arena *arena = out->arena;
    const int64_t C = t->columns, rows = vr_table_rows(t);
    int64_t *width = VR_NEW(arena, int64_t, C);
    const char **texts = VR_NEW(arena, const char *, (rows + 1) * C);
    for (int64_t i = 0; i < (rows + 1) * C; i++) {
        const char *s = i < C ? t->names[i] : t->cells[i - C].text;
        texts[i] = markdown ? vrp_table_markdown_text(arena, s) : s;
        width[i % C] = vr_max(vr_max(width[i % C], vrp_table_width(texts[i])), markdown ? 3 : 1);
    }
    for (int64_t r = 0; r <= rows; r++) {
        for (int64_t c = 0; c < C; c++) {
            const char *s = texts[r * C + c];
            const int64_t gap = width[c] - vrp_table_width(s);
            const bool right = vrp_table_numeric(t, c);
            vr_text_add(out, markdown ? "| " : c ? "  " : "");
            if (right) vrp_table_pad(out, gap);
            vr_text_add(out, s);
            if (!right && (markdown || c + 1 < C)) vrp_table_pad(out, gap);
            if (markdown) vr_text_add(out, c + 1 < C ? " " : " |");
        }
        vr_text_add(out, "\n");
        if (r > 0) continue;
        for (int64_t c = 0; c < C; c++) {
            const bool right = vrp_table_numeric(t, c);
            vr_text_add(out, markdown ? "| " : c ? "  " : "");
            for (int64_t k = 0; k < width[c] - (markdown && right); k++) vr_text_add(out, "-");
            if (markdown) vr_text_add(out, right ? (c + 1 < C ? ": " : ": |") : (c + 1 < C ? " " : " |"));
        }
        vr_text_add(out, "\n");
    }
}

static void vrp_table_csv_number(vr_text *out, double x) {
    if (!isnan(x)) vr_text_printf(out, "%.9g", x);
}

static void vrp_table_csv(vr_text *out, const vr_table *t) {
    const int64_t C = t->columns;
    for (int64_t c = 0; c < C; c++) {
        if (c) vr_text_add(out, ",");
        vr_csv_field(out, t->names[c]);
        if (!vrp_table_has_interval(t, c)) continue;
        vr_text_add(out, ",");
        vr_csv_field(out, vr_arena_printf(out->arena, "%s low", t->names[c]));
        vr_text_add(out, ",");
        vr_csv_field(out, vr_arena_printf(out->arena, "%s high", t->names[c]));
    }
    vr_text_add(out, "\n");
    for (int64_t i = 0; i < t->count; i++) {
        const vr_cell *cell = &t->cells[i];
        if (i % C) vr_text_add(out, ",");
        if (cell->kind == VR_CELL_TEXT)
            vr_csv_field(out, cell->text);
        else
            vrp_table_csv_number(out, cell->number.value);
        if (vrp_table_has_interval(t, i % C)) {
            const bool ends = cell->kind == VR_CELL_INTERVAL;
            vr_text_add(out, ",");
            vrp_table_csv_number(out, ends ? cell->number.low : NAN);
            vr_text_add(out, ",");
            vrp_table_csv_number(out, ends ? cell->number.high : NAN);
        }
        if (i % C == C - 1) vr_text_add(out, "\n");
    }
}

static void vrp_table_latex_text(vr_text *out, const char *s) {
    for (; *s; s++) {
        switch (*s) {
        case '\\':
            vr_text_add(out, "\\textbackslash{}");
            break;
        case '~':
            vr_text_add(out, "\\textasciitilde{}");
            break;
        case '^':
            vr_text_add(out, "\\textasciicircum{}");
            break;
        case '&':
        case '%':
        case '$':
        case '#':
        case '_':
        case '{':
        case '}':
            vr_text_add(out, "\\"); /* fall through */
        default:
            vr_text_bytes(out, s, 1);
        }
    }
}

static void vrp_table_latex(vr_text *out, const vr_table *t) {
    const int64_t C = t->columns;
    vr_text_add(out, "\\begin{tabular}{");
    for (int64_t c = 0; c < C; c++) vr_text_add(out, vrp_table_numeric(t, c) ? "r" : "l");
    vr_text_add(out, "}\n\\toprule\n");
    for (int64_t i = 0; i < C + t->count; i++) {
        vrp_table_latex_text(out, i < C ? t->names[i] : t->cells[i - C].text);
        vr_text_add(out, i % C < C - 1 ? " & " : " \\\\\n");
        if (i == C - 1) vr_text_add(out, "\\midrule\n");
    }
    vr_text_add(out, "\\bottomrule\n\\end{tabular}\n");
}

static void vrp_table_html(vr_text *out, const vr_table *t) {
    const int64_t C = t->columns;
    vr_text_add(out, "<table>\n<thead><tr>");
    for (int64_t c = 0; c < C; c++) {
        vr_text_add(out, vrp_table_numeric(t, c) ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        vr_text_html(out, t->names[c]);
        vr_text_add(out, "</th>");
    }
    vr_text_add(out, "</tr></thead>\n<tbody>\n");
    for (int64_t i = 0; i < t->count; i++) {
        const vr_cell *cell = &t->cells[i];
        if (i % C == 0) vr_text_add(out, "<tr>");
        if (cell->kind == VR_CELL_TEXT)
            vr_text_add(out, "<td>");
        else if (isnan(cell->number.value))
            vr_text_add(out, "<td class=\"n\">");
        else
            vr_text_printf(out, "<td class=\"n\" data-v=\"%.9g\">", cell->number.value);
        vr_text_html(out, cell->text);
        vr_text_add(out, i % C == C - 1 ? "</td></tr>\n" : "</td>");
    }
    vr_text_add(out, "</tbody>\n</table>\n");
}

void vr_table_format(vr_text *out, const vr_table *t, vr_table_form form) {
    VR_CHECK(t->count % t->columns == 0, "the last row has %lld of %lld cells",
             (long long)(t->count % t->columns), (long long)t->columns);
    switch (form) {
    case VR_TABLE_TEXT:
        vrp_table_aligned(out, t, false);
        break;
    case VR_TABLE_MARKDOWN:
        vrp_table_aligned(out, t, true);
        break;
    case VR_TABLE_CSV:
        vrp_table_csv(out, t);
        break;
    case VR_TABLE_LATEX:
        vrp_table_latex(out, t);
        break;
    case VR_TABLE_HTML:
        vrp_table_html(out, t);
        break;
    }
}

void vr_table_print(FILE *file, const vr_table *t) {
    const vr_arena_mark mark = vr_arena_here(t->arena);
    vr_text out = {.arena = t->arena};
    vr_table_format(&out, t, VR_TABLE_TEXT);
    fwrite(out.data, 1, (size_t)out.size, file);
    vr_arena_rewind(t->arena, mark);
}

bool vr_table_save(const vr_table *t, const char *path, vr_err *err) {
    static const char *const endings[] = {".txt", ".md", ".csv", ".tex",
                                          ".html"}; /* in vr_table_form's order */
    for (int form = VR_TABLE_TEXT; form <= VR_TABLE_HTML; form++) {
        if (!vr_path_has_suffix(path, endings[form])) continue;
        const vr_arena_mark mark = vr_arena_here(t->arena);
        vr_text out = {.arena = t->arena};
        vr_table_format(&out, t, (vr_table_form)form);
        const bool ok = vr_file_write(path, out.data, out.size, err);
        vr_arena_rewind(t->arena, mark);
        return ok;
    }
    return vr_fail(err, VR_ERR_ARGUMENT, "%s: a table is saved as .txt, .md, .csv, .tex or .html", path);
}
