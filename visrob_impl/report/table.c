/* report/table.c: cells are formatted when they are added and kept with their number, so that every form shows
 * the same digits and CSV and sorting still have the full number. Rejected: a printf format per column, which
 * has no way to write a missing value or an interval. */
#include "table.h"
#include "../base/os.h"
#include "../format/csv.h"
#include "../format/json.h"
#include "font_impl.h"
#include <ctype.h>
#include <math.h>
#include <string.h>

vr_table vr_table_new(vr_arena *arena, const char *const *names, int64_t columns) {
    VR_CHECK(columns >= 1, "a table has at least one column, not %lld", (long long)columns);
    const char **copy = VR_NEW(arena, const char *, columns);
    for (int64_t c = 0; c < columns; c++)
        copy[c] = vr_arena_string(arena, names[c], (int64_t)strlen(names[c]));
    return (vr_table){.arena = arena, .names = copy, .columns = columns};
}

int64_t vr_table_rows(const vr_table *t) { return t->count / t->columns; }

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

void vr_table_digits(vr_table *t, double x, int digits) {
    vrp_table_add(t, (vr_cell){.text = isfinite(x) ? vr_arena_printf(t->arena, "%.*g", digits, x)
                                                   : vrp_table_digits(t->arena, x, digits),
                               .number = {x, NAN, NAN},
                               .kind = VR_CELL_NUMBER});
}

void vr_table_p(vr_table *t, double p) {
    vr_table_digits(t, p, 2);
    if (p == 0) t->cells[t->count - 1].text = "<1e-300";
}

void vr_table_interval(vr_table *t, vr_interval x, int decimals) {
    const char *text = vrp_table_digits(t->arena, x.value, decimals);
    if (!isnan(x.low) || !isnan(x.high))
        text = vr_arena_printf(t->arena, "%s [%s, %s]", text, vrp_table_digits(t->arena, x.low, decimals),
                               vrp_table_digits(t->arena, x.high, decimals));
    vrp_table_add(t, (vr_cell){.text = text, .number = x, .kind = VR_CELL_INTERVAL});
}

/* The number of terminal columns of a character: none for a combining mark, two for the
 * wide ones of East Asia and for emoji (Unicode's East Asian Width W and F, by blocks). */
static int vrp_table_character_width(uint32_t c) {
    static const struct {
        uint32_t first, last;
        int width;
    } ranges[] = {{0x300, 0x36F, 0},     {0x591, 0x5BD, 0},    {0x64B, 0x65F, 0},     {0x93C, 0x93C, 0},
                  {0x941, 0x948, 0},     {0x94D, 0x94D, 0},    {0xE31, 0xE31, 0},     {0xE34, 0xE3A, 0},
                  {0xE47, 0xE4E, 0},     {0x1100, 0x115F, 2},  {0x1AB0, 0x1AFF, 0},   {0x200B, 0x200F, 0},
                  {0x20D0, 0x20FF, 0},   {0x2E80, 0x303E, 2},  {0x3041, 0xA4CF, 2},   {0xAC00, 0xD7A3, 2},
                  {0xF900, 0xFAFF, 2},   {0xFE00, 0xFE0F, 0},  {0xFE30, 0xFE6F, 2},   {0xFEFF, 0xFEFF, 0},
                  {0xFF00, 0xFF60, 2},   {0xFFE0, 0xFFE6, 2},  {0x1F300, 0x1F64F, 2}, {0x1F680, 0x1F6FF, 2},
                  {0x1F900, 0x1F9FF, 2}, {0x20000, 0x3FFFD, 2}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && c >= ranges[i].first; i++)
        if (c <= ranges[i].last) return ranges[i].width;
    return 1;
}

static int64_t vrp_table_width(const char *s) {
    int64_t n = 0;
    while (*s) n += vrp_table_character_width(vrp_utf8_next(&s));
    return n;
}

/* The text on one line: control characters, which would break a row or control the terminal, become spaces, and bytes
 * that are not UTF-8 U+FFFD. */
static const char *vrp_table_line(vr_arena *arena, const char *s) {
    vr_text out = {.arena = arena};
    vr_text_add(&out, "");
    while (*s) {
        const char *from = s;
        const uint32_t c = vrp_utf8_next(&s);
        if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029)
            vr_text_add(&out, " ");
        else if (c == 0xFFFD)
            vr_text_add(&out, "\xEF\xBF\xBD");
        else
            vr_text_bytes(&out, from, s - from);
    }
    return out.data;
}

static void vrp_table_pad(vr_text *out, int64_t n) {
    for (int64_t i = 0; i < n; i++) vr_text_bytes(out, " ", 1);
}

/* A column is aligned right where none of its cells is a text. */
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

/* Whether the character at s[i] is markup in a cell of GitHub's Markdown. An underscore between letters is not, and an
 * ampersand only where an entity may follow. */
static bool vrp_table_markdown_special(const char *s, int64_t i) {
    if (s[i] == '&') return s[i + 1] == '#' || isalpha((unsigned char)s[i + 1]);
    if (s[i] == '_') return i == 0 || !isalnum((unsigned char)s[i - 1]) || !isalnum((unsigned char)s[i + 1]);
    return strchr("\\|`*~<[]$", s[i]) != NULL;
}

static const char *vrp_table_markdown_text(vr_arena *arena, const char *s) {
    vr_text out = {.arena = arena};
    vr_text_add(&out, "");
    for (int64_t i = 0; s[i]; i++) {
        if (vrp_table_markdown_special(s, i)) vr_text_add(&out, "\\");
        vr_text_bytes(&out, &s[i], 1);
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
        const bool number = i >= C && t->cells[i - C].kind != VR_CELL_TEXT; /* our own "[1.2, 1.8]" */
        const char *s = vrp_table_line(arena, i < C ? t->names[i] : t->cells[i - C].text);
        texts[i] = markdown && !number ? vrp_table_markdown_text(arena, s) : s;
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

static void vrp_table_json_pair(vr_text *out, const char *name, const char *end, double x) {
    vr_json_string(out, vr_arena_printf(out->arena, "%s%s", name, end));
    vr_text_add(out, ": ");
    if (isfinite(x))
        vr_text_number(out, x, 9);
    else
        vr_text_add(out, "null");
}

/* One object a line. */
static void vrp_table_json(vr_text *out, const vr_table *t) {
    const int64_t C = t->columns;
    vr_text_add(out, "[");
    for (int64_t i = 0; i < t->count; i++) {
        const vr_cell *cell = &t->cells[i];
        const char *name = t->names[i % C];
        vr_text_add(out, i % C ? ", " : i ? ",\n {" : "\n {");
        if (cell->kind == VR_CELL_TEXT) {
            vr_json_string(out, name);
            vr_text_add(out, ": ");
            vr_json_string(out, cell->text);
        } else
            vrp_table_json_pair(out, name, "", cell->number.value);
        if (vrp_table_has_interval(t, i % C)) {
            const bool ends = cell->kind == VR_CELL_INTERVAL;
            vr_text_add(out, ", ");
            vrp_table_json_pair(out, name, " low", ends ? cell->number.low : NAN);
            vr_text_add(out, ", ");
            vrp_table_json_pair(out, name, " high", ends ? cell->number.high : NAN);
        }
        if (i % C == C - 1) vr_text_add(out, "}");
    }
    vr_text_add(out, "\n]\n");
}

static void vrp_table_csv_number(vr_text *out, double x) {
    if (!isnan(x)) vr_text_number(out, x, 9);
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

/* The characters that are commands in TeX, and those that its OT1 fonts print as others. A bracket or a star
 * is braced, since at the start of a row it would be an argument of the \\ before. */
static void vrp_table_latex_text(vr_text *out, const char *s) {
    static const char *const escaped[128] = {['\\'] = "\\textbackslash{}",
                                             ['~'] = "\\textasciitilde{}",
                                             ['^'] = "\\textasciicircum{}",
                                             ['|'] = "\\textbar{}",
                                             ['<'] = "\\textless{}",
                                             ['>'] = "\\textgreater{}",
                                             ['`'] = "\\`{}",
                                             ['['] = "{[}",
                                             ['*'] = "{*}",
                                             ['&'] = "\\&",
                                             ['%'] = "\\%",
                                             ['$'] = "\\$",
                                             ['#'] = "\\#",
                                             ['_'] = "\\_",
                                             ['{'] = "\\{",
                                             ['}'] = "\\}"};
    for (; *s; s++) {
        const char *e = (unsigned char)*s < 128 ? escaped[(unsigned char)*s] : NULL;
        if (e)
            vr_text_add(out, e);
        else
            vr_text_bytes(out, s, 1);
    }
}

/* A number in TeX: a true minus sign, and a dash for a missing one. */
static void vrp_table_latex_number(vr_text *out, const char *s) {
    for (; *s; s++) {
        if (*s != '-')
            vr_text_bytes(out, s, 1);
        else
            vr_text_add(out, s[1] == 'i' || isdigit((unsigned char)s[1]) ? "$-$" : "--");
    }
}

static void vrp_table_latex(vr_text *out, const vr_table *t) {
    const int64_t C = t->columns;
    vr_text_add(out, "\\begin{tabular}{");
    for (int64_t c = 0; c < C; c++) vr_text_add(out, vrp_table_numeric(t, c) ? "r" : "l");
    vr_text_add(out, "}\n\\toprule\n");
    for (int64_t i = 0; i < C + t->count; i++) {
        if (i >= C && t->cells[i - C].kind != VR_CELL_TEXT)
            vrp_table_latex_number(out, t->cells[i - C].text);
        else
            vrp_table_latex_text(out, vrp_table_line(out->arena, i < C ? t->names[i] : t->cells[i - C].text));
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
        else {
            vr_text_add(out, "<td class=\"n\" data-v=\"");
            vr_text_number(out, cell->number.value, 9);
            vr_text_add(out, "\">");
        }
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
    case VR_TABLE_JSON:
        vrp_table_json(out, t);
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
    static const char *const endings[] = {".txt", ".md",   ".csv",
                                          ".tex", ".html", ".json"}; /* in vr_table_form's order */
    for (int form = VR_TABLE_TEXT; form <= VR_TABLE_JSON; form++) {
        if (!vr_path_has_suffix(path, endings[form])) continue;
        const vr_arena_mark mark = vr_arena_here(t->arena);
        vr_text out = {.arena = t->arena};
        vr_table_format(&out, t, (vr_table_form)form);
        const bool ok = vr_file_write(path, out.data, out.size, err);
        vr_arena_rewind(t->arena, mark);
        return ok;
    }
    return vr_fail(err, VR_ERR_ARGUMENT,
                   "%s: unsupported file name extension; expected .txt, .md, .csv, .tex, .html or .json",
                   path);
}
