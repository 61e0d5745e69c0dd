/* study/dollar_street_page.c: the dashboard's document: the rows as columns of bytes in base64 inside of one JSON text,
 * the form, and empty places that the script (dollar_street_script.c) draws in. The form is written here and not by the
 * script, so that names are escaped in one place. */
#include "dollar_street_page.h"
#include "../base/log.h"
#include "../base/os.h"
#include "../format/json.h"
#include "../image/resize.h"
#include "../report/canvas.h"
#include "../report/page.h"
#include <string.h>

enum { VRP_DOLLAR_STREET_PAGE_SIDE = 120, VRP_DOLLAR_STREET_PAGE_PICTURES = 600 };

/* ---- the rows ---- */

/* Appends "key":"base64", of count numbers of `size` bytes each, the lowest byte first. */
static void vrp_dollar_street_page_column(vr_text *out, const char *key, const int64_t *x, int64_t count,
                                          int size) {
    vr_arena scratch = {0};
    uint8_t *bytes = VR_NEW(&scratch, uint8_t, (count * size));
    for (int64_t i = 0; i < count; i++)
        for (int b = 0; b < size; b++) bytes[i * size + b] = (uint8_t)((uint64_t)x[i] >> 8 * b);
    vr_text_printf(out, ",\n\"%s\":\"", key);
    vr_text_base64(out, bytes, count * size);
    vr_text_add(out, "\"");
    vr_arena_free(&scratch);
}

static void vrp_dollar_street_page_names(vr_text *out, const char *key, const char *const *names,
                                         int64_t count) {
    vr_text_printf(out, ",\n\"%s\":[", key);
    for (int64_t i = 0; i < count; i++) {
        if (i) vr_text_add(out, ",");
        vr_json_string(out, names[i]);
    }
    vr_text_add(out, "]");
}

/* What a row is called on the page: the last part of its name, where the photographs' size says nothing. */
static void vrp_dollar_street_page_ids(vr_text *out, const vr_dollar_street *data) {
    vr_arena scratch = {0};
    vr_text ids = {.arena = &scratch};
    for (int64_t i = 0; i < data->count; i++) {
        const char *slash = strrchr(data->id[i], '/'), *name = slash && slash[1] ? slash + 1 : data->id[i];
        if (strncmp(name, "480x480-", 8) == 0) name += 8;
        if (i) vr_text_add(&ids, "\n");
        for (const char *s = name; *s; s++) vr_text_bytes(&ids, *s == '\n' ? " " : s, 1);
    }
    vr_text_add(out, ",\n\"ids\":");
    vr_json_string(out, ids.data);
    vr_arena_free(&scratch);
}

static void vrp_dollar_street_page_rows(vr_text *out, const vr_dollar_street *data) {
    vr_arena scratch = {0};
    const int64_t n = data->count;
    int64_t *x = VR_NEW(&scratch, int64_t, n);
    vrp_dollar_street_page_column(out, "region", data->region, n, 1);
    vrp_dollar_street_page_column(out, "bucket", data->bucket, n, 1);
    vrp_dollar_street_page_column(out, "country", data->country, n, 2);
    vrp_dollar_street_page_column(out, "home", data->household, n, 2);
    for (int64_t i = 0; i < n; i++) {
        const float income = (float)data->income[i];
        uint32_t bits;
        memcpy(&bits, &income, 4);
        x[i] = bits;
    }
    vrp_dollar_street_page_column(out, "income", x, n, 4);
    for (int64_t i = 0; i < n; i++) x[i] = data->labels.begin[i + 1] - data->labels.begin[i];
    vrp_dollar_street_page_column(out, "labels", x, n, 1);
    vrp_dollar_street_page_column(out, "label", data->labels.id, data->labels.begin[n], 2);
    for (int64_t i = 0; data->factors && i < n; i++) x[i] = data->factors[i];
    if (data->factors) vrp_dollar_street_page_column(out, "factors", x, n, 2);
    if (data->image_count < n) vrp_dollar_street_page_column(out, "image", data->image, n, 4);
    vr_arena_free(&scratch);
}

static void vrp_dollar_street_page_hits(vr_text *out, const vr_dollar_street_model *models, int64_t count,
                                        int64_t n) {
    vr_arena scratch = {0};
    uint8_t *bits = VR_NEW(&scratch, uint8_t, n);
    vr_text_add(out, ",\n\"scored\":[");
    for (int64_t m = 0; m < count; m++)
        vr_text_printf(out, "%s%lld", m ? "," : "", (long long)models[m].hits->rows);
    vr_text_add(out, "],\n\"hits\":[");
    for (int64_t m = 0; m < count; m++) {
        const vr_dollar_street_hits *h = models[m].hits;
        for (int64_t i = 0; i < n; i++) bits[i] = (uint8_t)(h->scored[i] | h->top1[i] << 1 | h->top5[i] << 2);
        vr_text_add(out, m ? ",\"" : "\"");
        vr_text_base64(out, bits, n);
        vr_text_add(out, "\"");
    }
    vr_text_add(out, "]");
    vr_arena_free(&scratch);
}

/* Appends the pictures by the numbers of their images. */
static void vrp_dollar_street_page_pictures(vr_text *out, const vr_dollar_street *data,
                                            const vr_dataset *images, int64_t most) {
    vr_text_add(out, ",\n\"pictures\":{");
    vr_arena scratch = {0}, step = {0};
    const int64_t n = images ? images->count : 0, side = VRP_DOLLAR_STREET_PAGE_SIDE;
    int64_t *row = VR_NEW(&scratch, int64_t, n), found = 0, written = 0;
    uint8_t *seen = VR_NEW(&scratch, uint8_t, data->image_count);
    if (n > 0) vr_dollar_street_find(row, data, images->files, n);
    for (int64_t i = 0; i < n; i++) /* one picture an image */
        if (row[i] >= 0 && !seen[data->image[row[i]]]++)
            found++;
        else
            row[i] = -1;
    if (n > 0 && found == 0)
        vr_log("%s: no picture has the name of an image of %s", images->path, data->path);
    for (int64_t i = 0, k = 0; i < n; i++) {
        if (row[i] < 0) continue;
        k++; /* of the found ones, `most` at even steps */
        if (found > most && (k - 1) * most / found == k * most / found) continue;
        vr_image image;
        vr_err bad = {0};
        if (vr_dataset_image(&step, &image, images, i, &bad)) {
            int64_t width = image.width, height = image.height;
            vr_resize_shorter(&width, &height, side);
            image = vr_image_resize(&step, image, width, height, VR_FILTER_BICUBIC);
            const vr_bytes file =
                vr_image_format_jpeg(&step, vr_image_crop_centre(&step, image, side, side), 80);
            vr_text_printf(out, "%s\"%lld\":\"", written++ ? "," : "", (long long)data->image[row[i]]);
            vr_text_base64(out, file.data, file.size);
            vr_text_add(out, "\"");
        } else
            vr_log("left out: %s", bad.msg);
        vr_arena_reset(&step);
    }
    vr_text_add(out, "}");
    vr_arena_free(&step);
    vr_arena_free(&scratch);
}

static void vrp_dollar_street_page_data(vr_text *out, const vr_dollar_street *data,
                                        const vr_dollar_street_model *models, int64_t model_count,
                                        const vr_dollar_street_page_opts *o) {
    vr_arena scratch = {0};
    vr_text json = {.arena = &scratch};
    const char *regions[VR_DOLLAR_STREET_REGION_COUNT], *factors[VR_DOLLAR_STREET_FACTOR_COUNT];
    for (int r = 0; r < VR_DOLLAR_STREET_REGION_COUNT; r++)
        regions[r] = vr_dollar_street_region_name((vr_dollar_street_region)r);
    for (int f = 0; f < VR_DOLLAR_STREET_FACTOR_COUNT; f++)
        factors[f] = vr_dollar_street_factor_name((vr_dollar_street_factor)f);
    vr_text_printf(&json, "{\"n\":%lld,\"homes\":%lld,\"topk\":\"top-%lld\"", (long long)data->count,
                   (long long)data->household_count, (long long)models[0].hits->k);
    vrp_dollar_street_page_names(&json, "regions", regions, VR_DOLLAR_STREET_REGION_COUNT);
    vrp_dollar_street_page_names(&json, "factorNames", factors, VR_DOLLAR_STREET_FACTOR_COUNT);
    vrp_dollar_street_page_names(&json, "countries", data->countries, data->country_count);
    vrp_dollar_street_page_names(&json, "classes", data->classes, data->class_count);
    vrp_dollar_street_page_rows(&json, data);
    vrp_dollar_street_page_hits(&json, models, model_count, data->count);
    vrp_dollar_street_page_ids(&json, data);
    vrp_dollar_street_page_pictures(&json, data, o->images,
                                    o->pictures > 0 ? o->pictures : VRP_DOLLAR_STREET_PAGE_PICTURES);
    vr_text_add(&json, "}");
    vr_text_add(out, "<script type=\"application/json\" id=\"data\">");
    for (const char *s = json.data; *s;) { /* a name with "</script>" in it may not end the text */
        const size_t plain = strcspn(s, "<");
        vr_text_bytes(out, s, (int64_t)plain);
        s += plain;
        if (*s) vr_text_add(out, "\\u003c"), s++;
    }
    vr_text_add(out, "</script>\n");
    vr_arena_free(&scratch);
}

/* ---- the form ---- */

/* "dish_racks" as "dish racks". */
static void vrp_dollar_street_page_words(vr_text *out, const char *name) {
    char *words = vr_arena_string(out->arena, name, (int64_t)strlen(name));
    for (char *s = words; (s = strchr(s, '_')) != NULL;) *s = ' ';
    vr_text_html(out, words);
}

static void vrp_dollar_street_page_boxes(vr_text *out, const char *name, const char *legend, int64_t count,
                                         const char *(*word)(int64_t)) {
    vr_text_printf(out, "<fieldset><legend>%s</legend>\n", legend);
    for (int64_t i = 0; i < count; i++) {
        vr_text_printf(
            out, "<label><input type=\"checkbox\" name=\"%s\" id=\"%s-%lld\" value=\"%lld\" data-word=\"",
            name, name, (long long)i, (long long)i);
        vr_text_html(out, word(i));
        vr_text_add(out, "\" checked> ");
        vr_text_html(out, word(i));
        vr_text_add(out, "</label>\n");
    }
    vr_text_add(out, "</fieldset>\n");
}

static const char *vrp_dollar_street_page_income(int64_t i) {
    static const char *const words[] = {"low", "medium", "high"};
    return words[i];
}
static const char *vrp_dollar_street_page_region(int64_t i) {
    return vr_dollar_street_region_name((vr_dollar_street_region)i);
}

/* A choice of one of `count` names; `all`, where it is not NULL, comes first and has the value -1. */
static void vrp_dollar_street_page_select(vr_text *out, const char *name, const char *legend, const char *all,
                                          const char *const *names, int64_t count) {
    vr_text_printf(out, "<label class=\"field\"><span>%s</span><select name=\"%s\" id=\"%s\">\n", legend,
                   name, name);
    if (all) vr_text_printf(out, "<option value=\"-1\">%s</option>\n", all);
    for (int64_t i = 0; i < count; i++) {
        vr_text_printf(out, "<option value=\"%lld\" data-word=\"", (long long)i);
        vr_text_html(out, names[i]);
        vr_text_add(out, "\">");
        vrp_dollar_street_page_words(out, names[i]);
        vr_text_add(out, "</option>\n");
    }
    vr_text_add(out, "</select></label>\n");
}

static void vrp_dollar_street_page_factor(vr_text *out) {
    vr_text_add(out, "<label class=\"field\"><span>Factor</span><select name=\"factor\" id=\"factor\">\n"
                     "<option value=\"\">any</option>\n");
    for (int without = 0; without < 2; without++) {
        vr_text_printf(out, "<optgroup label=\"%s\">\n", without ? "without" : "with");
        for (int f = 0; f < VR_DOLLAR_STREET_FACTOR_COUNT; f++) {
            const char *name = vr_dollar_street_factor_name((vr_dollar_street_factor)f),
                       *word = without ? "without " : "";
            vr_text_printf(out, "<option value=\"%s%d\" data-word=\"%s%s\">%s", without ? "-" : "", f + 1,
                           word, name, word);
            vrp_dollar_street_page_words(out, name);
            vr_text_add(out, "</option>\n");
        }
        vr_text_add(out, "</optgroup>\n");
    }
    vr_text_add(out, "</select></label>\n");
}

static void vrp_dollar_street_page_form(vr_text *out, const vr_dollar_street *data,
                                        const vr_dollar_street_model *models, int64_t model_count) {
    const char **names = VR_NEW(out->arena, const char *, model_count);
    for (int64_t m = 0; m < model_count; m++) names[m] = models[m].name;
    vr_text_add(
        out,
        "<details id=\"panel\" class=\"box\" open><summary>Filters <span id=\"active\"></span></summary>\n"
        "<form id=\"filters\" autocomplete=\"off\">\n");
    vrp_dollar_street_page_boxes(out, "income", "Income of the home", VR_INCOME_COUNT,
                                 vrp_dollar_street_page_income);
    vrp_dollar_street_page_boxes(out, "region", "Region", VR_DOLLAR_STREET_REGION_COUNT,
                                 vrp_dollar_street_page_region);
    vrp_dollar_street_page_select(out, "country", "Country", "all", data->countries, data->country_count);
    vrp_dollar_street_page_select(out, "class", "Class", "all", data->classes, data->class_count);
    if (data->factors)
        vrp_dollar_street_page_factor(out);
    else
        vr_text_add(out, "<input type=\"hidden\" name=\"factor\" value=\"\">\n");
    if (model_count > 1)
        vrp_dollar_street_page_select(out, "model", "Model", NULL, names, model_count);
    else
        vr_text_add(out, "<input type=\"hidden\" name=\"model\" value=\"0\">\n");
    if (models[0].hits->k > 1)
        vr_text_printf(
            out,
            "<fieldset class=\"row\"><legend>Right when the class is</legend>\n"
            "<label><input type=\"radio\" name=\"top\" id=\"top-5\" value=\"5\" checked> in the first "
            "%lld</label>\n<label><input type=\"radio\" name=\"top\" id=\"top-1\" value=\"1\"> first"
            "</label></fieldset>\n",
            (long long)models[0].hits->k);
    else
        vr_text_add(out, "<input type=\"hidden\" name=\"top\" value=\"1\">\n");
    vr_text_add(out, "<button type=\"reset\" id=\"reset\">Reset</button>\n</form>\n</details>\n");
}

/* ---- the places that the script draws in ---- */

/* A box with a heading and an empty place. */
static void vrp_dollar_street_page_box(vr_text *out, const char *id, const char *heading, const char *note,
                                       bool wide) {
    vr_text_printf(out, "<section class=\"box%s\"><h2>%s</h2><p>%s</p>\n<div id=\"%s\"></div>\n</section>\n",
                   wide ? " wide" : "", heading, note, id);
}

static void vrp_dollar_street_page_cells(vr_text *out, bool wide) {
    vr_text_printf(
        out,
        "<section class=\"box%s\"><h2>Region by income</h2><p>Accuracy, and below it the images.</p>\n"
        "<table id=\"cells\"><thead><tr><td></td>",
        wide ? " wide" : "");
    for (int b = 0; b < VR_INCOME_COUNT; b++)
        vr_text_printf(out, "<th scope=\"col\">%s</th>", vr_income_name((vr_income)b));
    vr_text_add(out, "</tr></thead><tbody>\n");
    for (int r = 0; r < VR_DOLLAR_STREET_REGION_COUNT; r++)
        vr_text_printf(out, "<tr><th scope=\"row\">%s</th><td></td><td></td><td></td></tr>\n",
                       vr_dollar_street_region_name((vr_dollar_street_region)r));
    vr_text_add(out, "</tbody></table></section>\n");
}

static void vrp_dollar_street_page_charts(vr_text *out, const vr_dollar_street *data, bool pictures) {
    static const char own[] = "Whiskers are 95 % intervals, wider where one home gives many images.";
    vr_text_add(
        out, "<dl class=\"figures box\">\n"
             "<div><dt>pass the filters</dt><dd><output id=\"count\" form=\"filters\" aria-live=\"polite\">"
             "</output></dd></div>\n"
             "<div><dt><span class=\"measure\"></span> accuracy</dt><dd id=\"accuracy\"></dd>"
             "<small id=\"interval\"></small></div>\n"
             "<div><dt>between best and worst income</dt><dd id=\"income-gap\"></dd></div>\n"
             "<div><dt>between best and worst region</dt><dd id=\"region-gap\"></dd></div>\n</dl>\n"
             "<div class=\"charts\">\n");
    vrp_dollar_street_page_box(out, "by-income", "By income", own, false);
    vrp_dollar_street_page_box(out, "by-region", "By region", own, false);
    vrp_dollar_street_page_box(
        out, "along", "Along income",
        "Homes in groups from poor to rich, in dollars a month; the band is the interval.", true);
    const bool many = data->class_count > 12; /* then one column holds them alone */
    vr_text_add(out, "<div class=\"stack\">\n");
    if (data->factors)
        vr_text_add(
            out,
            "<section class=\"box\"><h2>Factors among errors</h2><p>How much more often a factor is ticked "
            "among the wrong images than in the baseline. Counts of at most 5 are taken as none.</p>\n"
            "<div class=\"inline\"><label>Baseline <select name=\"base\" id=\"base\" form=\"filters\">"
            "<option value=\"all\">all images</option>"
            "<option value=\"own\" data-word=\"own\">the images that pass</option></select></label></div>\n"
            "<div id=\"factors\"></div>\n</section>\n");
    if (many || !data->factors) vrp_dollar_street_page_cells(out, false);
    vr_text_add(
        out, "</div>\n<div class=\"stack\">\n"
             "<section class=\"box\"><h2>Classes, worst first</h2><p>Classes with more than 5 images.</p>\n"
             "<div id=\"classes\"></div>\n<p class=\"note\" id=\"classes-note\"></p>\n"
             "<button type=\"button\" id=\"more-classes\"></button>\n</section>\n");
    vr_text_add(out, "</div>\n");
    if (!many && data->factors) vrp_dollar_street_page_cells(out, true);
    vr_text_printf(
        out,
        "<section class=\"box wide\"><h2>Images</h2>\n<div class=\"inline\" role=\"group\" "
        "aria-label=\"Which images\">\n"
        "<label><input type=\"radio\" form=\"filters\" name=\"show\" value=\"wrong\" checked> wrong</label>\n"
        "<label><input type=\"radio\" form=\"filters\" name=\"show\" value=\"right\"> right</label>\n"
        "<label><input type=\"radio\" form=\"filters\" name=\"show\" value=\"all\"> all</label>\n"
        "%s<span class=\"note\" id=\"cards-note\"></span></div>\n<ul id=\"cards\"></ul>\n"
        "<button type=\"button\" class=\"more\" id=\"more-cards\">Show more</button>\n</section>\n</div>\n",
        pictures ? "<label><input type=\"checkbox\" form=\"filters\" name=\"pictures\" checked> only with a "
                   "picture</label>\n"
                 : "");
}

static void vrp_dollar_street_page_table(vr_text *out, const vr_table *t, const char *heading) {
    vr_text_add(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"table\"><h2>");
    vr_text_html(out, heading);
    vr_text_add(out, "</h2>\n");
    vr_table_format(out, t, VR_TABLE_HTML);
    vr_text_add(out, "</div>\n");
}

/* The numbers of the whole data as tables: what there is without the script. */
static void vrp_dollar_street_page_tables(vr_text *out, const vr_dollar_street *data,
                                          const vr_dollar_street_model *models, int64_t model_count,
                                          const vr_dollar_street_page_opts *o) {
    static const vr_dollar_street_by by[] = {VR_BY_INCOME, VR_BY_REGION};
    vr_text_add(out,
                "<details class=\"box numbers\"><summary>All images, as tables</summary>\n"
                "<p class=\"note\">With 95 % bootstrap intervals over homes.</p>\n<div class=\"tables\">\n");
    for (int64_t m = 0; m < model_count; m++)
        for (int k = 0; k < 2; k++) {
            const vr_table t =
                vr_dollar_street_accuracy_table(out->arena, data, models[m].hits, by[k], &o->intervals);
            vrp_dollar_street_page_table(out, &t, models[m].name);
        }
    vr_text_add(out, "</div>\n");
    for (int64_t m = 0; data->factors && m < model_count; m++) {
        const vr_table t = vr_dollar_street_association_table(out->arena, data, models[m].hits, VR_BY_INCOME,
                                                              VR_DOLLAR_STREET_FACTOR_COUNT, NULL);
        vrp_dollar_street_page_table(out, &t,
                                     vr_arena_printf(out->arena, "%s: factors among errors", models[m].name));
    }
    if (data->factors)
        vr_text_add(
            out,
            "<p class=\"note\">Shift: how much more often a factor is ticked among the wrong images of an "
            "income than among all images. Odds ratio: of being wrong with the factor to without it, "
            "within the income; 1 is no difference. p Holm and p BH: its p, corrected for all incomes and "
            "factors by Holm's and by Benjamini and Hochberg's method.</p>\n");
    vr_text_add(out, "</details>\n");
}

/* What the numbers come from, and what was left out of them. */
static void vrp_dollar_street_page_footer(vr_text *out, const vr_dollar_street *data,
                                          const vr_dollar_street_model *models, int64_t model_count,
                                          const vr_dollar_street_page_opts *o) {
    const vr_page_info info = {
        .n = data->count, .seed = o->intervals.seed, .data = data->path, .build = VR_BUILD};
    vr_text_add(out, "<footer><p>");
    vr_text_html(out, vr_page_note(out->arena, &info));
    vr_text_add(out, "</p>\n");
    if (data->unrated + data->unmatched > 0)
        vr_text_printf(
            out,
            "<p>%lld rows could not be rated by the annotator and %lld are not in the metadata; they are "
            "left out.</p>\n",
            (long long)data->unrated, (long long)data->unmatched);
    for (int64_t m = 0; m < model_count; m++) {
        const vr_dollar_street_hits *h = models[m].hits;
        vr_text_add(out, "<p>");
        vr_text_html(out, models[m].name);
        vr_text_printf(
            out,
            ": %lld rows scored; %lld without a prediction, %lld of a class that the model lacks; %lld "
            "predictions of other images.</p>\n",
            (long long)h->rows, (long long)h->unpredicted, (long long)h->unmapped, (long long)h->unmatched);
    }
    if (o->command) {
        vr_text_add(out, "<p><code>");
        vr_text_html(out, o->command);
        vr_text_add(out, "</code></p>\n");
    }
    vr_text_add(out, "</footer>\n");
}

static void vrp_dollar_street_page_head(vr_text *out, const vr_dollar_street *data,
                                        const vr_dollar_street_page_opts *o) {
    const char *title = o->title ? o->title : "Dollar Street";
    vr_text_printf(out,
                   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n<title>",
                   vr_dollar_street_page_policy());
    vr_text_html(out, title);
    vr_text_add(out, "</title>\n<style>\n");
    vr_canvas_css(out);
    vr_dollar_street_page_style(out);
    vr_text_add(out, "</style>\n</head>\n<body>\n<div class=\"page\">\n<header><h1>");
    vr_text_html(out, title);
    vr_text_printf(
        out,
        "</h1>\n<p>Where a model is wrong, by what a home earns and where it stands: %lld homes in %lld "
        "countries.</p>\n",
        (long long)data->household_count, (long long)data->country_count);
    if (o->note) {
        vr_text_add(out, "<p>");
        vr_text_html(out, o->note);
        vr_text_add(out, "</p>\n");
    }
    vr_text_add(
        out, "<noscript><p>Filters and charts need JavaScript; the tables at the end do not.</p></noscript>\n"
             "</header>\n");
}

bool vr_dollar_street_page_save(const vr_dollar_street *data, const vr_dollar_street_model *models,
                                int64_t model_count, const vr_dollar_street_page_opts *opts, const char *path,
                                vr_err *err) {
    VR_CHECK(model_count >= 1, "a page shows at least one model");
    for (int64_t m = 0; m < model_count; m++)
        VR_CHECK(models[m].hits->count == data->count, "%s has hits of other data", models[m].name);
    const int64_t most = vr_max(data->household_count, vr_max(data->country_count, data->class_count));
    int64_t labels = 0;
    for (int64_t i = 0; i < data->count; i++)
        labels = vr_max(labels, data->labels.begin[i + 1] - data->labels.begin[i]);
    if (most > 65536 || labels > 255 || data->count > INT32_MAX)
        return vr_fail(err, VR_ERR_LIMIT,
                       "%s: a page holds 65,536 homes, countries and classes, and 255 classes an image",
                       data->path);
    const vr_dollar_street_page_opts o = opts ? *opts : (vr_dollar_street_page_opts){0};
    vr_arena arena = {0};
    vr_text out = {.arena = &arena};
    vrp_dollar_street_page_head(&out, data, &o);
    vr_text_add(&out, "<div class=\"layout\">\n");
    vrp_dollar_street_page_form(&out, data, models, model_count);
    vr_text_add(&out, "<main>\n");
    vrp_dollar_street_page_charts(&out, data, o.images != NULL);
    vrp_dollar_street_page_tables(&out, data, models, model_count, &o);
    vr_text_add(&out, "</main>\n</div>\n");
    vrp_dollar_street_page_footer(&out, data, models, model_count, &o);
    vr_text_add(&out, "</div>\n");
    vrp_dollar_street_page_data(&out, data, models, model_count, &o);
    vr_text_add(&out, "<script>");
    vr_dollar_street_page_script(&out);
    vr_text_add(&out, "</script>\n</body>\n</html>\n");
    vr_err own = {0};
    const bool ok = vr_file_write(path, out.data, out.size, &own);
    vr_arena_free(&arena);
    return ok || vr_err_pass(err, &own);
}
