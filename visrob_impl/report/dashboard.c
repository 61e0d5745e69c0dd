/* report/dashboard.c: the rows of a dashboard as one JSON text: numbers as bytes in base64, names as strings. The form
 * and the charts are built from it in the browser (report/web/dashboard.js). Rejected: sums made here for each choice
 * of filters, of which there are too many; a library of charts, which is megabytes. */
#include "dashboard.h"
#include "../base/log.h"
#include "../format/json.h"
#include "../image/resize.h"
#include <string.h>

enum { VRP_DASHBOARD_SIDE = 120, VRP_DASHBOARD_IMAGES = 600 };

/* ---- pieces of JSON ---- */

static void vrp_dashboard_string(vr_text *out, const char *key, const char *s) {
    vr_text_printf(out, ",\"%s\":", key);
    vr_json_string(out, s);
}

static void vrp_dashboard_strings(vr_text *out, const char *key, const char *const *s, int64_t count) {
    vr_text_printf(out, ",\"%s\":[", key);
    for (int64_t i = 0; i < count; i++) {
        if (i) vr_text_add(out, ",");
        vr_json_string(out, s[i]);
    }
    vr_text_add(out, "]");
}

/* Appends "key":{"bytes":2,"base64":"..."}: numbers of 0 .. limit - 1 in as few bytes as these take, the lowest first. */
static void vrp_dashboard_integers(vr_text *out, const char *key, const int64_t *x, int64_t count,
                                   int64_t limit) {
    vr_arena scratch = {0};
    const int size = limit <= 1 << 8 ? 1 : limit <= 1 << 16 ? 2 : 4;
    uint8_t *bytes = VR_NEW(&scratch, uint8_t, (count * size));
    bool fits = limit <= (int64_t)1 << 32;
    for (int64_t i = 0; i < count; i++) {
        fits &= x[i] >= 0 && x[i] < limit;
        for (int b = 0; b < size; b++) bytes[i * size + b] = (uint8_t)((uint64_t)x[i] >> 8 * b);
    }
    VR_CHECK(fits, "a number of '%s' is not in 0..%lld", key, (long long)limit - 1);
    vr_text_printf(out, ",\"%s\":{\"bytes\":%d,\"base64\":\"", key, size);
    vr_text_base64(out, bytes, count * size);
    vr_text_add(out, "\"}");
    vr_arena_free(&scratch);
}

/* ---- the rows ---- */

static void vrp_dashboard_column_add(vr_text *out, const vr_dashboard_column *c, int64_t rows) {
    static const char *const kinds[] = {"boxes", "ranked", "list"};
    vr_text_printf(out, "{\"kind\":\"%s\",\"card\":%s", kinds[c->kind], c->off_card ? "false" : "true");
    vrp_dashboard_string(out, "name", c->name);
    vrp_dashboard_string(out, "title", c->title ? c->title : c->name);
    vrp_dashboard_strings(out, "values", c->values, c->value_count);
    if (c->begin) {
        vr_arena scratch = {0};
        int64_t *sizes = VR_NEW(&scratch, int64_t, rows), most = 0;
        for (int64_t i = 0; i < rows; i++) most = vr_max(most, sizes[i] = c->begin[i + 1] - c->begin[i]);
        vrp_dashboard_integers(out, "sizes", sizes, rows, most + 1);
        vr_arena_free(&scratch);
    }
    vrp_dashboard_integers(out, "of", c->of, c->begin ? c->begin[rows] : rows, c->value_count);
    vr_text_add(out, "}");
}

static void vrp_dashboard_number_add(vr_text *out, const vr_dashboard_number *x, int64_t rows) {
    vr_arena scratch = {0};
    uint8_t *bytes = VR_NEW(&scratch, uint8_t, (4 * rows));
    for (int64_t i = 0; i < rows; i++) {
        const float value = (float)x->of[i];
        uint32_t bits;
        memcpy(&bits, &value, 4);
        for (int b = 0; b < 4; b++) bytes[4 * i + b] = (uint8_t)(bits >> 8 * b);
    }
    vr_text_printf(out, "{\"log\":%s,\"card\":%s", x->log ? "true" : "false", x->off_card ? "false" : "true");
    vrp_dashboard_string(out, "name", x->name);
    vrp_dashboard_string(out, "note",
                         x->note ? x->note
                                 : "Groups of about equal size, in order; the band is the 95 % interval.");
    vrp_dashboard_string(out, "before", x->before ? x->before : "");
    vrp_dashboard_string(out, "after", x->after ? x->after : "");
    vrp_dashboard_strings(out, "parts", x->parts, x->limit_count ? x->limit_count + 1 : 0);
    vr_text_add(out, ",\"limits\":[");
    for (int64_t k = 0; k < x->limit_count; k++) {
        if (k) vr_text_add(out, ",");
        vr_text_number(out, x->limits[k], 9);
    }
    vr_text_add(out, "],\"of\":\"");
    vr_text_base64(out, bytes, 4 * rows);
    vr_text_add(out, "\"}");
    vr_arena_free(&scratch);
}

/* A row's bits: 1 scored, 2 correct, 4 correct with one of the first k. */
static void vrp_dashboard_model_add(vr_text *out, const vr_dashboard *d, const vr_dashboard_model *m) {
    vr_arena scratch = {0};
    int64_t *bits = VR_NEW(&scratch, int64_t, d->rows);
    for (int64_t i = 0; i < d->rows; i++)
        if (!m->scored || m->scored[i])
            bits[i] = 1 | m->correct[i] << 1 | (d->top_k > 1 ? m->correct_top[i] << 2 : 0);
    vr_text_add(out, "{\"name\":");
    vr_json_string(out, m->name);
    vrp_dashboard_integers(out, "bits", bits, d->rows, 8);
    vr_text_add(out, "}");
    vr_arena_free(&scratch);
}

static void vrp_dashboard_factors_add(vr_text *out, const vr_dashboard *d) {
    vr_arena scratch = {0};
    int64_t *x = VR_NEW(&scratch, int64_t, d->rows);
    for (int64_t i = 0; i < d->rows; i++) x[i] = d->factor[i];
    vr_text_printf(out, ",\n\"factors\":{\"count\":%lld", (long long)d->factor_count);
    vrp_dashboard_strings(out, "values", d->factors, d->factor_count);
    vrp_dashboard_integers(out, "of", x, d->rows, (int64_t)1 << d->factor_count);
    vr_text_add(out, "}");
    vr_arena_free(&scratch);
}

/* One string, which is cheaper to read than 38,000: line ends part the names. */
static void vrp_dashboard_names_add(vr_text *out, const vr_dashboard *d) {
    vr_arena scratch = {0};
    vr_text names = {.arena = &scratch};
    vr_text_add(&names, "");
    for (int64_t i = 0; i < d->rows; i++) {
        if (i) vr_text_add(&names, "\n");
        for (const char *s = d->names[i]; *s; s++) vr_text_bytes(&names, *s == '\n' ? " " : s, 1);
    }
    vrp_dashboard_string(out, "names", names.data);
    vr_arena_free(&scratch);
}

/* ---- the thumbnails ---- */

/* One image as a JPEG of a square; size 0, and a line on stderr, for one that cannot be decoded. */
static vr_bytes vrp_dashboard_thumbnail(vr_arena *step, const vr_dataset *images, int64_t i) {
    const int64_t side = VRP_DASHBOARD_SIDE;
    vr_image image;
    vr_err err = {0};
    if (!vr_dataset_image(step, &image, images, i, &err)) {
        vr_log("left out: %s", err.msg);
        return (vr_bytes){0};
    }
    int64_t width = image.width, height = image.height;
    vr_resize_shorter(&width, &height, side);
    image = vr_image_resize(step, image, width, height, VR_FILTER_BICUBIC);
    return vr_image_format_jpeg(step, vr_image_crop_centre(step, image, side, side), 80);
}

/* Appends the thumbnails of the images that rows have, at most `limit` of them at even steps, and each row's number, from
 * 1 on. */
static void vrp_dashboard_images_add(vr_text *out, const vr_dashboard *d) {
    vr_arena scratch = {0}, step = {0};
    const int64_t n = d->images->count, limit = d->image_limit > 0 ? d->image_limit : VRP_DASHBOARD_IMAGES;
    int64_t *number = VR_NEW(&scratch, int64_t, n), *of = VR_NEW(&scratch, int64_t, d->rows), used = 0,
            written = 0, last = -1;
    for (int64_t i = 0; i < d->rows; i++) last = vr_max(last, d->image[i]);
    VR_CHECK(last < n, "a row has image %lld of %lld", (long long)last, (long long)n);
    for (int64_t i = 0; i < d->rows; i++)
        if (d->image[i] >= 0 && !number[d->image[i]]) number[d->image[i]] = 1, used++;
    vr_text_add(out, ",\"thumbnails\":[");
    for (int64_t i = 0, k = 0; i < n; i++) {
        if (!number[i]) continue;
        number[i] = 0;
        k++;
        if (used > limit && (k - 1) * limit / used == k * limit / used) continue;
        const vr_bytes file = vrp_dashboard_thumbnail(&step, d->images, i);
        if (file.size > 0) {
            vr_text_add(out, written ? ",\"" : "\"");
            vr_text_base64(out, file.data, file.size);
            vr_text_add(out, "\"");
            number[i] = ++written;
        }
        vr_arena_reset(&step);
    }
    vr_text_add(out, "]");
    for (int64_t i = 0; i < d->rows; i++) of[i] = d->image[i] >= 0 ? number[d->image[i]] : 0;
    vrp_dashboard_integers(out, "thumbnail", of, d->rows, written + 1);
    vr_arena_free(&step);
    vr_arena_free(&scratch);
}

/* ---- all together ---- */

static void vrp_dashboard_json(vr_text *out, const vr_dashboard *d) {
    vr_text_printf(out, "{\"rows\":%lld,\"topK\":%lld", (long long)d->rows, (long long)vr_max(d->top_k, 1));
    vrp_dashboard_string(out, "of", d->of ? d->of : "images");
    vr_text_add(out, ",\n\"columns\":[");
    for (int64_t c = 0; c < d->column_count; c++) {
        if (c) vr_text_add(out, ",\n");
        vrp_dashboard_column_add(out, &d->columns[c], d->rows);
    }
    vr_text_add(out, "],\n\"numbers\":[");
    for (int64_t c = 0; c < d->number_count; c++) {
        if (c) vr_text_add(out, ",\n");
        vrp_dashboard_number_add(out, &d->numbers[c], d->rows);
    }
    vr_text_add(out, "],\n\"models\":[");
    for (int64_t m = 0; m < d->model_count; m++) {
        if (m) vr_text_add(out, ",\n");
        vrp_dashboard_model_add(out, d, &d->models[m]);
    }
    vr_text_add(out, "]");
    if (d->factor_count > 0) vrp_dashboard_factors_add(out, d);
    if (d->cluster) {
        int64_t last = 0;
        for (int64_t i = 0; i < d->rows; i++) last = vr_max(last, d->cluster[i]);
        vrp_dashboard_integers(out, "clusters", d->cluster, d->rows, last + 1);
        vrp_dashboard_string(out, "cluster", d->cluster_name ? d->cluster_name : "cluster");
    }
    if (d->names) vrp_dashboard_names_add(out, d);
    if (d->images) vrp_dashboard_images_add(out, d);
    vr_text_add(out, "}");
}

/* The names in the address are distinct, and none is a control's. */
static void vrp_dashboard_check_names(const vr_dashboard *d) {
    static const char *const reserved[] = {"factor", "model", "top", "base", "show"};
    for (int64_t c = 0; c < d->column_count; c++) {
        for (size_t k = 0; k < sizeof reserved / sizeof *reserved; k++)
            VR_CHECK(strcmp(d->columns[c].name, reserved[k]) != 0, "a column cannot be named '%s'",
                     reserved[k]);
        for (int64_t k = 0; k < c; k++)
            VR_CHECK(strcmp(d->columns[c].name, d->columns[k].name) != 0, "two columns are named '%s'",
                     d->columns[k].name);
    }
}

void vr_page_dashboard(vr_page *page, const vr_dashboard *d) {
    VR_CHECK(!page->dashboard, "a page has one dashboard");
    VR_CHECK(d->model_count >= 1, "a dashboard shows at least one model");
    VR_CHECK(d->column_count <= 30 && d->factor_count <= 32,
             "%lld columns and %lld factors are more than 30 and 32", (long long)d->column_count,
             (long long)d->factor_count);
    VR_CHECK(d->rows <= INT32_MAX && (d->images == NULL || d->image != NULL),
             "%lld rows, with images but no `image`", (long long)d->rows);
    vrp_dashboard_check_names(d);
    vr_arena scratch = {0};
    vr_text json = {.arena = &scratch}, *out = &page->body;
    vrp_dashboard_json(&json, d);
    vr_text_add(out, "<div id=\"dashboard\"></div>\n"
                     "<noscript><p>The filters and charts need JavaScript.</p></noscript>\n"
                     "<script type=\"application/json\" id=\"data\">");
    for (const char *s = json.data; *s;) { /* a name with "</script>" in it may not end the text */
        const size_t plain = strcspn(s, "<");
        vr_text_bytes(out, s, (int64_t)plain);
        s += plain;
        if (*s) vr_text_add(out, "\\u003c"), s++;
    }
    vr_text_add(out, "</script>\n");
    vr_arena_free(&scratch);
    page->dashboard = true;
}
