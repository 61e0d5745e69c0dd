/* report/page.c: the body is written as it comes; head, contents and footer are put around it at the end. The page
 * carries its style and one small script (sorting, filtering, tooltips), and nothing is missing without it: tables
 * and plots are there before it runs. A content security policy allows that script by its hash and no network.
 * Rejected: a template file, which would have to be found at run time. */
#include "page.h"
#include "../base/os.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The lines of one of the two arrays below: a single string of that length is more than C promises to take. */
#define VRP_PAGE_LINES(out, lines)                                                                           \
    for (size_t line = 0; line < sizeof(lines) / sizeof *(lines); line++) {                                  \
        vr_text_add((out), (lines)[line]);                                                                   \
        vr_text_add((out), "\n");                                                                            \
    }

/* clang-format off: style and script are read by the line */
static const char *const vrp_page_css[] = {
    "*{box-sizing:border-box}",
    "html{color-scheme:light dark;-webkit-text-size-adjust:100%}",
    "body{margin:0;background:var(--vr-p);color:var(--vr-k);line-height:1.6}",
    "body{font-family:-apple-system,BlinkMacSystemFont,\"Segoe UI\",Roboto,Helvetica,Arial,sans-serif}",
    "a{color:var(--vr-0)}",
    ":focus-visible{outline:2px solid var(--vr-0);outline-offset:2px;border-radius:2px}",
    ".page{max-width:920px;margin:0 auto;padding:3rem 1.25rem 2.5rem}",
    "h1{font-size:2.25rem;line-height:1.2;letter-spacing:-.02em;margin:0}",
    "h2{font-size:1.4rem;line-height:1.3;letter-spacing:-.01em;margin:3.25rem 0 "
    ".75rem;scroll-margin-top:1rem}",
    "p{margin:.75rem 0;max-width:72ch;overflow-wrap:break-word}",
    ".subtitle{font-size:1.1rem;color:var(--vr-m);margin:.4rem 0 0}",
    ".lead{font-size:1.25rem;line-height:1.5;max-width:64ch;margin:1.5rem 0}",

    ".facts{display:flex;flex-wrap:wrap;gap:.1rem 1.75rem;margin:1.25rem 0 0;padding:.6rem "
    "0;font-size:.85rem}",
    ".facts{border:solid var(--vr-g);border-width:1px 0}",
    ".facts div{display:flex;gap:.5em;min-width:0}",
    ".facts dt,footer dt{color:var(--vr-m)}",
    ".facts dd,footer dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}",
    ".figures{display:flex;flex-wrap:wrap;gap:1.5rem 2rem;margin:2rem 0}",
    ".figures div{display:flex;flex:1 1 9rem;flex-direction:column-reverse;justify-content:flex-end}",
    ".figures div{max-width:100%;padding-left:.9rem;border-left:3px solid var(--vr-0)}",
    ".figures dt{font-size:.85rem;line-height:1.35;color:var(--vr-m)}",
    ".figures dd{margin:0;font-size:2.1rem;line-height:1.2;font-weight:600;letter-spacing:-.02em}",
    ".figures dd{font-variant-numeric:tabular-nums;overflow-wrap:break-word}",

    "nav{font-size:.9rem;margin:1rem 0 0}",
    "nav ol{display:flex;flex-wrap:wrap;gap:.1rem 1.5rem;list-style:none;margin:0;padding:0}",
    "nav a{display:block;padding:.2rem 0}",

    "figure{margin:1.25rem 0 2rem}",
    "figcaption{margin-top:.6rem;font-size:.875rem;line-height:1.5;color:var(--vr-m);max-width:84ch}",
    "figcaption{overflow-wrap:break-word}",
    "figcaption small{display:block;font-size:.75rem;margin-top:.15rem}",
    "svg.vr{display:block;max-width:100%;height:auto;overflow:visible}",
    ".narrow{display:none}",
    ".narrow svg.vr{width:100%;max-width:440px}",
    ".scroll{overflow-x:auto}",
    "table{border-collapse:collapse;font-size:.85rem;line-height:1.35;font-variant-numeric:tabular-nums}",
    ".table table{min-width:100%}",
    ".table th{padding:0;text-align:left;vertical-align:bottom;white-space:nowrap;font-weight:600}",
    ".table th{border-bottom:1px solid var(--vr-m)}",
    ".table td{padding:.3rem .55rem;border-bottom:1px solid var(--vr-g);white-space:nowrap}",
    ".table .n{text-align:right}",
    ".table tbody tr:hover td{background:color-mix(in srgb,var(--vr-0) 8%,var(--vr-p))}",
    ".table td:first-child,.table th:first-child{position:sticky;left:0;background:var(--vr-p)}",
    "th button{all:unset;box-sizing:border-box;position:relative;width:100%;padding:.4rem "
    ".55rem;cursor:pointer}",
    "th button:hover{color:var(--vr-0)}",
    "th button:focus-visible{outline:2px solid var(--vr-0);outline-offset:-2px}",
    ".table th:first-child button,.table td:first-child{padding-left:.25rem}",
    "th[aria-sort] button::after{position:absolute;margin-left:.1em;content:\"\\2191\"}",
    "th[aria-sort=descending] button::after{content:\"\\2193\"}",
    ".filter{display:flex;flex-wrap:wrap;align-items:center;gap:.75rem;margin:0 0 .6rem}",
    ".filter{font-size:.85rem;color:var(--vr-m)}",
    ".filter input{width:14rem;max-width:60vw;margin-left:.5rem;padding:.3rem "
    ".6rem;font:inherit;color:var(--vr-k)}",
    ".filter input{background:transparent;border:1px solid var(--vr-m);border-radius:6px}",

    "img{display:block;max-width:100%;height:auto}",
    ".whole{image-rendering:pixelated}",
    ".strip ul{display:grid;grid-template-columns:repeat(auto-fill,96px);gap:1rem .75rem}",
    ".strip ul{justify-content:space-between}",
    ".strip ul{list-style:none;margin:0;padding:0}",
    ".strip li{font-size:.8rem;line-height:1.3;min-width:0;overflow-wrap:break-word}",
    ".strip img{width:100%;border-radius:3px;margin-bottom:.3rem}",
    ".strip b{display:block;font-weight:600}",
    ".strip span{color:var(--vr-m);font-variant-numeric:tabular-nums}",
    ".grid img{max-width:none;border-radius:2px}",
    ".grid th{padding:0 .75rem 0 0;text-align:left;white-space:nowrap;font-weight:400;color:var(--vr-m)}",
    ".grid thead th{padding:0 0 .25rem;text-align:center}",
    ".grid tbody th{position:sticky;left:0;background:var(--vr-p);color:var(--vr-k)}",
    ".grid td{padding:0 3px 3px 0;font-size:.75rem;color:var(--vr-m)}",
    "summary{cursor:pointer;color:var(--vr-0);width:max-content;max-width:100%}",

    ".tip{position:fixed;z-index:1;left:0;top:0;max-width:20rem;padding:.25rem .5rem;border-radius:5px}",
    ".tip{font-size:.8rem;line-height:1.35;font-variant-numeric:tabular-nums;pointer-events:none}",
    ".tip{background:var(--vr-k);color:var(--vr-p)}",
    "[hidden]{display:none!important}",
    "footer{margin-top:3.5rem;padding-top:1rem;border-top:1px solid var(--vr-g);font-size:.8rem}",
    "footer dl{margin:0}",
    "footer div{display:grid;grid-template-columns:5.5rem minmax(0,1fr)}",
    "code{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.95em}",

    "@media(max-width:680px){",
    ".page{padding:1.75rem 1rem}",
    "h1{font-size:1.6rem}",
    "h2{margin-top:2.5rem}",
    ".lead{font-size:1.1rem}",
    ".figures{gap:1.25rem}",
    ".figures dd{font-size:1.5rem}",
    ".strip ul{grid-template-columns:repeat(auto-fill,minmax(76px,1fr));gap:.75rem .5rem}",
    ".strip .whole{image-rendering:auto}",
    ".strip li{font-size:.72rem}",
    ".wide{display:none}",
    ".narrow{display:block}",
    ".scroll>svg.vr{max-width:none}",
    "}",
    "@media print{",
    "body{font-size:10.5pt}",
    ".page{max-width:none;padding:0}",
    "nav,.filter,.tip,summary{display:none}",
    ".scroll{overflow:visible}",
    ".table table{font-size:7.5pt}",
    ".table td,th button{padding:.2rem .3rem}",
    "figure,.figures div,.strip li,tr{break-inside:avoid}",
    ".table,.grid,.strip{break-inside:auto}",
    "h2{break-after:avoid}",
    "svg.vr{-webkit-print-color-adjust:exact;print-color-adjust:exact}",
    "}",
};
/* Its SHA-256 stands in vrp_page_policy; tests/test_page.c compares the two. */
static const char *const vrp_page_script[] = {
    "'use strict';",
    "(() => {",
    "  const make = (name, properties) => Object.assign(document.createElement(name), properties);",
    "  const number = cell => {",
    "    const v = cell.dataset.v;",
    "    return v === undefined ? NaN : Number(v.replace('inf', 'Infinity'));",
    "  };",
    "  const letters = new Intl.Collator('en', {numeric: true});",
    "",
    "  /* Rows in the order of column i; a missing number is last whichever way. */",
    "  function sort(table, i) {",
    "    const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0], rows = [...body.rows];",
    "    const numeric = heads[i].classList.contains('n');",
    "    const before = heads[i].getAttribute('aria-sort');",
    "    const up = before ? before === 'descending' : !numeric;",
    "    const sign = up ? 1 : -1;",
    "    rows.sort((a, b) => {",
    "      const p = a.cells[i], q = b.cells[i];",
    "      if (!numeric) return sign * letters.compare(p.textContent, q.textContent);",
    "      const x = number(p), y = number(q);",
    "      if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y);",
    "      return x === y ? 0 : sign * (x < y ? -1 : 1);",
    "    });",
    "    heads.forEach(head => head.removeAttribute('aria-sort'));",
    "    heads[i].setAttribute('aria-sort', up ? 'ascending' : 'descending');",
    "    body.append(...rows);",
    "  }",
    "",
    "  /* Hides the rows that lack one of the words typed. */",
    "  function filter(table, words, count) {",
    "    let shown = 0;",
    "    const rows = table.tBodies[0].rows;",
    "    for (const row of rows) {",
    "      const text = [...row.cells].map(cell => cell.textContent).join(' ').toLowerCase();",
    "      row.hidden = !words.every(word => text.includes(word));",
    "      if (!row.hidden) shown++;",
    "    }",
    "    count.textContent = shown === rows.length ? '' : `${shown} of ${rows.length} rows`;",
    "  }",
    "",
    "  for (const table of document.querySelectorAll('.table table')) {",
    "    [...table.tHead.rows[0].cells].forEach((head, i) => {",
    "      const button = make('button', {type: 'button'});",
    "      button.append(...head.childNodes);",
    "      button.addEventListener('click', () => sort(table, i));",
    "      head.append(button);",
    "    });",
    "    if (table.tBodies[0].rows.length <= 12) continue;",
    "    const bar = make('div', {className: 'filter'}), label = make('label', {textContent: 'Filter'});",
    "    const field = make('input', {type: 'search'}), count = make('output');",
    "    field.addEventListener('input', () =>",
    "      filter(table, field.value.toLowerCase().split(' ').filter(Boolean), count));",
    "    label.append(field);",
    "    bar.append(label, count);",
    "    table.closest('figure').prepend(bar);",
    "  }",
    "",
    "  /* A shape's <title> is shown at once, in place of the browser's slow tooltip. */",
    "  const tip = make('div', {className: 'tip', hidden: true});",
    "  document.body.append(tip);",
    "  document.addEventListener('pointerover', event => {",
    "    const shape = event.target.closest('svg.vr > *, svg.vr > g > *');",
    "    const title = shape && shape.querySelector(':scope > title');",
    "    if (title) {",
    "      shape.dataset.tip = title.textContent;",
    "      title.remove();",
    "    }",
    "    tip.hidden = !(shape && shape.dataset.tip);",
    "    if (!tip.hidden) tip.textContent = shape.dataset.tip;",
    "  });",
    "  document.addEventListener('pointermove', event => {",
    "    if (tip.hidden) return;",
    "    const x = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);",
    "    const above = event.clientY - tip.offsetHeight - 12;",
    "    const y = above > 0 ? above : event.clientY + 20;",
    "    tip.style.transform = `translate(${Math.max(x, 8)}px,${y}px)`;",
    "  });",
    "})();",
};
/* clang-format on */

static const char vrp_page_policy[] = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
                                      "script-src 'sha256-eTcqq2zn0Lw+MZoIupodAItURgKYV6/DYr2v0wcdXsc='";

/* 10000 as "10,000". */
static const char *vrp_page_thousands(vr_arena *arena, int64_t n) {
    char digits[32], out[48];
    const int count = snprintf(digits, sizeof digits, "%lld", (long long)n);
    int k = 0;
    for (int i = 0; i < count; i++) {
        out[k++] = digits[i];
        const int left = count - 1 - i;
        if (left > 0 && left % 3 == 0 && digits[i] != '-') out[k++] = ',';
    }
    return vr_arena_string(arena, out, k);
}

static const char *vrp_page_copy(vr_arena *arena, const char *s) {
    return s ? vr_arena_string(arena, s, (int64_t)strlen(s)) : NULL;
}

const char *vr_page_note(vr_arena *arena, const vr_page_info *info) {
    return vr_arena_printf(arena, "n = %s, seed %llu, %s, %s", vrp_page_thousands(arena, info->n),
                           (unsigned long long)info->seed, info->data, info->build);
}

vr_page vr_page_new(vr_arena *arena, const vr_page_info *info) {
    VR_CHECK(info->title && info->data && info->build, "a page says its title, data and build");
    vr_page page = {.arena = arena, .info = *info, .body = {.arena = arena}, .contents = {.arena = arena}};
    page.info.title = vrp_page_copy(arena, info->title);
    page.info.subtitle = vrp_page_copy(arena, info->subtitle);
    page.info.data = vrp_page_copy(arena, info->data);
    page.info.model = vrp_page_copy(arena, info->model);
    page.info.build = vrp_page_copy(arena, info->build);
    page.info.command = vrp_page_copy(arena, info->command);
    page.info.of = vrp_page_copy(arena, info->of);
    vr_text_add(&page.body, "");
    vr_text_add(&page.contents, "");
    return page;
}

void vr_page_section(vr_page *page, const char *heading) {
    const long long number = (long long)++page->sections;
    vr_text_printf(&page->contents, "<li><a href=\"#s%lld\">", number);
    vr_text_html(&page->contents, heading);
    vr_text_add(&page->contents, "</a></li>\n");
    vr_text_printf(&page->body, "<h2 id=\"s%lld\">", number);
    vr_text_html(&page->body, heading);
    vr_text_add(&page->body, "</h2>\n");
}

/* What printf would print, as a paragraph. */
static void vrp_page_paragraph(vr_page *page, const char *class_name, const char *fmt, va_list args) {
    va_list again;
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, fmt, args);
    VR_CHECK(n >= 0, "the format '%s' cannot be printed", fmt);
    char *s = (char *)vr_arena_alloc(page->arena, n + 1, 1);
    vsnprintf(s, (size_t)n + 1, fmt, again);
    va_end(again);
    vr_text_printf(&page->body, class_name ? "<p class=\"%s\">" : "<p>", class_name);
    vr_text_html(&page->body, s);
    vr_text_add(&page->body, "</p>\n");
}

void vr_page_lead(vr_page *page, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vrp_page_paragraph(page, "lead", fmt, args);
    va_end(args);
}

void vr_page_text(vr_page *page, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vrp_page_paragraph(page, NULL, fmt, args);
    va_end(args);
}

void vr_page_fold(vr_page *page, const char *summary) {
    VR_CHECK(page->folded == !summary, "a fold is opened by its summary and closed by NULL, in turn");
    page->folded = summary != NULL;
    if (!summary) {
        vr_text_add(&page->body, "</details>\n");
        return;
    }
    vr_text_add(&page->body, "<details>\n<summary>");
    vr_text_html(&page->body, summary);
    vr_text_add(&page->body, "</summary>\n");
}

/* A pair of a <dl>, in a <div> of its own; nothing without a value. */
static void vrp_page_pair(vr_text *out, const char *term, const char *value, bool code) {
    if (!value) return;
    vr_text_add(out, "<div><dt>");
    vr_text_html(out, term);
    vr_text_add(out, code ? "</dt><dd><code>" : "</dt><dd>");
    vr_text_html(out, value);
    vr_text_add(out, code ? "</code></dd></div>\n" : "</dd></div>\n");
}

void vr_page_figures(vr_page *page, const char *const *values, const char *const *labels, int64_t count) {
    vr_text_add(&page->body, "<dl class=\"figures\">\n");
    for (int64_t i = 0; i < count; i++) vrp_page_pair(&page->body, labels[i], values[i], false);
    vr_text_add(&page->body, "</dl>\n");
}

/* Ends a figure with its caption and with what its numbers come from. */
static void vrp_page_caption(vr_page *page, const char *caption) {
    vr_text_add(&page->body, "<figcaption>");
    if (caption) vr_text_html(&page->body, caption);
    vr_text_add(&page->body, "<small>");
    vr_text_html(&page->body, vr_page_note(page->arena, &page->info));
    vr_text_add(&page->body, "</small></figcaption>\n</figure>\n");
}

/* Opens a part that scrolls sideways where it is too wide; Tab reaches it, so that the arrow keys scroll it. */
static void vrp_page_scroll(vr_page *page, const char *label) {
    vr_text_add(&page->body, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    vr_text_html(&page->body, label);
    vr_text_add(&page->body, "\">\n");
}

void vr_page_table(vr_page *page, const vr_table *table, const char *caption) {
    vr_text_add(&page->body, "<figure class=\"table\">\n");
    vrp_page_scroll(page, caption ? caption : "table");
    vr_table_format(&page->body, table, VR_TABLE_HTML);
    vr_text_add(&page->body, "</div>\n");
    vrp_page_caption(page, caption);
}

/* The plot at a width as inline SVG; the page says what the note would. */
static void vrp_page_plot_at(vr_page *page, const vr_plot *plot, double width) {
    vr_plot p = *plot;
    p.note = NULL;
    if (width > 0) p.width = width;
    const vr_canvas c = vr_plot_draw(page->arena, &p);
    vr_canvas_svg(&page->body, &c, false);
}

void vr_page_plot(vr_page *page, const vr_plot *plot, const char *caption) {
    enum {
        DESK = 880,
        PHONE = 328,
        COLUMNS = 12
    }; /* the page's; 360 less the margins; more are not readable there */
    const bool matrix = plot->kind == VR_PLOT_HEAT || plot->kind == VR_PLOT_CONFUSION;
    const bool twice = plot->width == 0 && !(matrix && plot->columns > COLUMNS);
    const double desk = plot->width > 0 || plot->kind == VR_PLOT_RELIABILITY ? 0 : DESK;
    vr_text_add(&page->body, "<figure>\n");
    if (twice) {
        vr_text_add(&page->body, "<div class=\"wide\">\n");
        vrp_page_plot_at(page, plot, desk);
        vr_text_add(&page->body, "</div>\n<div class=\"narrow\">\n");
        vrp_page_plot_at(page, plot, PHONE);
    } else {
        vrp_page_scroll(page, plot->title ? plot->title : "plot");
        vrp_page_plot_at(page, plot, desk);
    }
    vr_text_add(&page->body, "</div>\n");
    vrp_page_caption(page, caption);
}

/* ---- images ---- */

/* Width and height of a JPEG from its frame header (ITU T.81, B.2.2); 0 where there is none. */
static void vrp_page_jpeg_size(vr_bytes f, int64_t *width, int64_t *height) {
    for (int64_t i = 2; i + 9 < f.size && f.data[i] == 0xFF;) {
        const int marker = f.data[i + 1];
        const bool frame =
            marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (frame) {
            *height = f.data[i + 5] << 8 | f.data[i + 6];
            *width = f.data[i + 7] << 8 | f.data[i + 8];
            return;
        }
        i += marker == 0xFF ? 1 : 2 + (f.data[i + 2] << 8 | f.data[i + 3]);
    }
}

/* The MIME type and size of an image file, or NULL for what is neither PNG nor JPEG or has no size. */
static const char *vrp_page_image_type(vr_bytes f, int64_t *width, int64_t *height) {
    const char *type = NULL;
    *width = *height = 0;
    if (f.size >= 24 && memcmp(f.data, "\x89PNG\r\n\x1a\n", 8) == 0) {
        type = "image/png";
        for (int i = 0; i < 4; i++) {
            *width = *width << 8 | f.data[16 + i];
            *height = *height << 8 | f.data[20 + i];
        }
    } else if (f.size >= 4 && f.data[0] == 0xFF && f.data[1] == 0xD8) {
        type = "image/jpeg";
        vrp_page_jpeg_size(f, width, height);
    }
    return *width > 0 && *height > 0 ? type : NULL;
}

/* The image as <img>: `side` pixels at its longer side, or, where it is smaller, as many whole times its size as
 * fit into that. */
static void vrp_page_image_add(vr_page *page, vr_page_image image, int64_t side) {
    vr_text *out = &page->body;
    int64_t w, h;
    const char *type = vrp_page_image_type(image.file, &w, &h);
    if (!type) {
        vr_text_html(out, image.alt ? image.alt : "");
        return;
    }
    const int64_t longer = vr_max(w, h), times = side / longer;
    const double scale = times >= 1 ? (double)times : (double)side / (double)longer;
    vr_text_printf(out, "<img width=\"%lld\" height=\"%lld\"%s alt=\"", (long long)llround(scale * (double)w),
                   (long long)vr_max(1, llround(scale * (double)h)), times > 1 ? " class=\"whole\"" : "");
    vr_text_html(out, image.alt ? image.alt : "");
    vr_text_printf(out, "\" src=\"data:%s;base64,", type);
    vr_text_base64(out, image.file.data, image.file.size);
    vr_text_add(out, "\">");
    page->images++;
}

void vr_page_picture(vr_page *page, vr_page_image image, const char *caption) {
    vr_text_add(&page->body, "<figure>\n");
    vrp_page_image_add(page, image, 256);
    vr_text_add(&page->body, "\n");
    vrp_page_caption(page, caption);
}

void vr_page_strip(vr_page *page, const vr_page_image *images, const char *const *names,
                   const char *const *values, int64_t count, const char *caption) {
    vr_text *out = &page->body;
    vr_text_add(out, "<figure class=\"strip\">\n<ul>\n");
    for (int64_t i = 0; i < count; i++) {
        vr_text_add(out, "<li>");
        vrp_page_image_add(page, images[i], 96);
        vr_text_add(out, "<b>");
        vr_text_html(out, names[i]);
        vr_text_add(out, "</b><span>");
        if (values) vr_text_html(out, values[i]);
        vr_text_add(out, "</span></li>\n");
    }
    vr_text_add(out, "</ul>\n");
    vrp_page_caption(page, caption);
}

void vr_page_grid(vr_page *page, const vr_page_image *images, const char *const *row_names,
                  const char *const *column_names, int64_t rows, int64_t columns, const char *caption) {
    vr_text *out = &page->body;
    vr_text_add(out, "<figure class=\"grid\">\n");
    vrp_page_scroll(page, caption ? caption : "images");
    vr_text_add(out, "<table>\n");
    if (column_names) {
        vr_text_add(out, row_names ? "<thead><tr><td></td>" : "<thead><tr>");
        for (int64_t k = 0; k < columns; k++) {
            vr_text_add(out, "<th scope=\"col\">");
            vr_text_html(out, column_names[k]);
            vr_text_add(out, "</th>");
        }
        vr_text_add(out, "</tr></thead>\n");
    }
    vr_text_add(out, "<tbody>\n");
    for (int64_t r = 0; r < rows; r++) {
        vr_text_add(out, "<tr>");
        if (row_names) {
            vr_text_add(out, "<th scope=\"row\">");
            vr_text_html(out, row_names[r]);
            vr_text_add(out, "</th>");
        }
        for (int64_t k = 0; k < columns; k++) {
            vr_text_add(out, "<td>");
            if (images[r * columns + k].file.size > 0)
                vrp_page_image_add(page, images[r * columns + k], rows > 10 ? 72 : 96);
            vr_text_add(out, "</td>");
        }
        vr_text_add(out, "</tr>\n");
    }
    vr_text_add(out, "</tbody>\n</table>\n</div>\n");
    vrp_page_caption(page, caption);
}

/* ---- the document ---- */

static void vrp_page_head(vr_text *out, const vr_page_info *info) {
    vr_text_printf(out,
                   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n<title>",
                   vrp_page_policy);
    vr_text_html(out, info->title);
    vr_text_add(out, "</title>\n<style>\n");
    vr_canvas_css(out);
    VRP_PAGE_LINES(out, vrp_page_css);
    vr_text_add(out, "</style>\n</head>\n<body>\n<div class=\"page\">\n<header>\n<h1>");
    vr_text_html(out, info->title);
    vr_text_add(out, "</h1>\n");
    if (info->subtitle) {
        vr_text_add(out, "<p class=\"subtitle\">");
        vr_text_html(out, info->subtitle);
        vr_text_add(out, "</p>\n");
    }
    vr_text_add(out, "<dl class=\"facts\">\n");
    vrp_page_pair(out, info->of ? info->of : "images", vrp_page_thousands(out->arena, info->n), false);
    vrp_page_pair(out, "seed", vr_arena_printf(out->arena, "%llu", (unsigned long long)info->seed), false);
    vrp_page_pair(out, "data", info->data, false);
    vrp_page_pair(out, "model", info->model, false);
    vr_text_add(out, "</dl>\n</header>\n");
}

void vr_page_format(vr_text *out, const vr_page *page) {
    const vr_page_info *info = &page->info;
    VR_CHECK(!page->folded, "a fold is still open");
    vrp_page_head(out, info);
    if (page->sections > 1) {
        vr_text_add(out, "<nav aria-label=\"Contents\">\n<ol>\n");
        vr_text_bytes(out, page->contents.data, page->contents.size);
        vr_text_add(out, "</ol>\n</nav>\n");
    }
    vr_text_add(out, "<main>\n");
    vr_text_bytes(out, page->body.data, page->body.size);
    vr_text_add(out, "</main>\n<footer>\n<dl>\n");
    vrp_page_pair(out, info->of ? info->of : "images", vrp_page_thousands(out->arena, info->n), false);
    vrp_page_pair(out, "seed", vr_arena_printf(out->arena, "%llu", (unsigned long long)info->seed), false);
    vrp_page_pair(out, "data", info->data, false);
    vrp_page_pair(out, "model", info->model, false);
    vrp_page_pair(out, "build", info->build, false);
    vrp_page_pair(out, "command", info->command, true);
    vr_text_add(out, "</dl>\n</footer>\n</div>\n<script>");
    VRP_PAGE_LINES(out, vrp_page_script);
    vr_text_add(out, "</script>\n</body>\n</html>\n");
}

bool vr_page_save(const vr_page *page, const char *path, vr_err *err) {
    vr_arena scratch = {0};
    vr_text out = {.arena = &scratch};
    vr_page_format(&out, page);
    const bool ok = vr_file_write(path, out.data, out.size, err);
    vr_arena_free(&scratch);
    return ok;
}

#undef VRP_PAGE_LINES
