/* report/page.c: the body is written as it comes; head, contents and footer are put around it at the end. The page
 * contains its style and its scripts (report/web): sorting, filtering and tooltips, without which tables and plots are
 * complete. A content security policy allows these scripts by their hashes and no network.
 * Rejected: a template file, which would have to be found at run time. */
#include "page_impl.h"
#include "../base/os.h"
#include "plot_impl.h"
#include "web_impl.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

/* A copy in which absolute paths are their last parts: a page is passed on, and the folders of its author's machine are
 * of no use to its readers. */
static const char *vrp_page_copy(vr_arena *arena, const char *s) {
    if (!s) return NULL;
    vr_text out = {.arena = arena};
    vr_text_add(&out, "");
    for (const char *at = s; *at;) {
        const bool begins = at == s || strchr(" '\"=", at[-1]);
        const char *end = at + strcspn(at, " '\""), *last = end;
        if (begins && *at == '/' && end > at + 1) {
            while (last[-1] == '/') last--; /* the slashes that end a folder */
            while (last > at && last[-1] != '/') last--;
            at = last;
        }
        vr_text_bytes(&out, at++, 1);
    }
    return out.data;
}

const char *vr_page_note(vr_arena *arena, const vr_page_info *info) {
    return vr_arena_printf(arena, "n = %s, seed %llu, %s, %s", vrp_page_thousands(arena, info->n),
                           (unsigned long long)info->seed, vrp_page_copy(arena, info->data), info->build);
}

vr_page vr_page_new(vr_arena *arena, const vr_page_info *info) {
    VR_CHECK(info->title && info->data && info->build, "a page needs a title, data and build");
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
    heading = vrp_page_copy(page->arena, heading);
    vr_text_printf(&page->contents, "<li><a href=\"#s%lld\">", number);
    vr_text_html(&page->contents, heading);
    vr_text_add(&page->contents, "</a></li>\n");
    vr_text_printf(&page->body, "<h2 id=\"s%lld\">", number);
    vr_text_html(&page->body, heading);
    vr_text_add(&page->body, "</h2>\n");
}

/* A paragraph of formatted text. */
static void vrp_page_paragraph(vr_page *page, const char *class_name, const char *fmt, va_list args) {
    const char *s = vrp_page_copy(page->arena, vr_arena_vprintf(page->arena, fmt, args));
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

/* Ends a figure with its caption, if it has one. */
static void vrp_page_caption(vr_page *page, const char *caption) {
    if (caption) {
        vr_text_add(&page->body, "<figcaption>");
        vr_text_html(&page->body, vrp_page_copy(page->arena, caption));
        vr_text_add(&page->body, "</figcaption>\n");
    }
    vr_text_add(&page->body, "</figure>\n");
}

/* Opens a part that scrolls horizontally where it is too wide; Tab focuses it, so that the arrow keys scroll it. */
static void vrp_page_scroll(vr_page *page, const char *label) {
    vr_text_add(&page->body, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    vr_text_html(&page->body, vrp_page_copy(page->arena, label));
    vr_text_add(&page->body, "\">\n");
}

void vr_page_table(vr_page *page, const vr_table *table, const char *caption) {
    vr_text_add(&page->body, "<figure class=\"table\">\n");
    vrp_page_scroll(page, caption ? caption : "table");
    vr_table_format(&page->body, table, VR_TABLE_HTML);
    vr_text_add(&page->body, "</div>\n");
    vrp_page_caption(page, caption);
}

/* The plot at a width as inline SVG, without its note, which is the figure's. */
static void vrp_page_plot_at(vr_page *page, const vr_plot *plot, double width) {
    vr_plot p = *plot;
    p.note = NULL;
    if (width > 0) p.width = width;
    const vrp_canvas c = vrp_plot_draw(page->arena, &p);
    vrp_canvas_svg(&page->body, &c, false);
}

void vr_page_plot(vr_page *page, const vr_plot *plot, const char *caption) {
    enum {
        DESK = 880,
        PHONE = 328,
        COLUMNS = 12
    }; /* widths less margins; more columns are not readable there */
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

/* The image as <img>: its longer side is `side` pixels, or, of a smaller image, the largest multiple of it that fits. */
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

/* Where the numbers of a page come from, in a line below its title. */
static void vrp_page_facts(vr_text *out, const vr_page_info *info) {
    if (info->n > 0)
        vrp_page_pair(out, info->of ? info->of : "images", vrp_page_thousands(out->arena, info->n), false);
    vrp_page_pair(out, "seed", vr_arena_printf(out->arena, "%llu", (unsigned long long)info->seed), false);
    vrp_page_pair(out, "data", info->data, false);
    vrp_page_pair(out, "model", info->model, false);
    vrp_page_pair(out, "build", info->build, false);
}

static const vrp_web_file vrp_page_scripts[] = {VRP_WEB_PAGE_JS, VRP_WEB_CHARTS_JS, VRP_WEB_DASHBOARD_JS};

/* The scripts of a page are the first so many. */
static int vrp_page_script_count(const vr_page *page) { return page->dashboard ? 3 : 1; }

static void vrp_page_head(vr_text *out, const vr_page *page) {
    const vr_page_info *info = &page->info;
    vr_text_add(out,
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
                "style-src 'unsafe-inline'; script-src");
    for (int i = 0; i < vrp_page_script_count(page); i++)
        vr_text_printf(out, " '%s'", vrp_web_hash(vrp_page_scripts[i]));
    vr_text_add(out, "\">\n<title>");
    vr_text_html(out, info->title);
    vr_text_add(out, "</title>\n<style>\n");
    vrp_canvas_css(out);
    vrp_web_add(out, VRP_WEB_PAGE_CSS);
    if (page->dashboard) vrp_web_add(out, VRP_WEB_DASHBOARD_CSS);
    vr_text_printf(out, "</style>\n</head>\n<body>\n<div class=\"page%s\">\n<header>\n<h1>",
                   page->dashboard ? " dashboard" : "");
    vr_text_html(out, info->title);
    vr_text_add(out, "</h1>\n");
    if (info->subtitle) {
        vr_text_add(out, "<p class=\"subtitle\">");
        vr_text_html(out, info->subtitle);
        vr_text_add(out, "</p>\n");
    }
    vr_text_add(out, "<dl class=\"facts\">\n");
    vrp_page_facts(out, info);
    vr_text_add(out, "</dl>\n</header>\n");
}

void vrp_page_format(vr_text *out, const vr_page *page) {
    VR_CHECK(!page->folded, "a fold is still open");
    vrp_page_head(out, page);
    if (page->sections > 1) {
        vr_text_add(out, "<nav aria-label=\"Contents\">\n<ol>\n");
        vr_text_bytes(out, page->contents.data, page->contents.size);
        vr_text_add(out, "</ol>\n</nav>\n");
    }
    vr_text_add(out, "<main>\n");
    vr_text_bytes(out, page->body.data, page->body.size);
    vr_text_add(out, "</main>\n<footer>\n<dl>\n");
    vrp_page_pair(out, "command", page->info.command, true);
    vr_text_add(out, "</dl>\n</footer>\n</div>\n");
    for (int i = 0; i < vrp_page_script_count(page); i++) {
        vr_text_add(out, "<script>");
        vrp_web_add(out, vrp_page_scripts[i]);
        vr_text_add(out, "</script>\n");
    }
    vr_text_add(out, "</body>\n</html>\n");
}

bool vr_page_save(const vr_page *page, const char *path, vr_err *err) {
    vr_arena scratch = {0};
    vr_text out = {.arena = &scratch};
    vrp_page_format(&out, page);
    const bool ok = vr_file_write(path, out.data, out.size, err);
    vr_arena_free(&scratch);
    return ok;
}
