/* study/geography/progress.c: tables of models by benchmarks, and the lines through them. */
#include "../../base/os.h"
#include "geography_impl.h"
#include <math.h>
#include <string.h>

const char *vrp_geography_pretraining_name(vr_geography_pretraining p) {
    static const char *const names[VR_GEOGRAPHY_PRETRAINING_COUNT] = {"ImageNet-1k", "ImageNet-21k", "web"};
    VR_CHECK(p >= 0 && p < VR_GEOGRAPHY_PRETRAINING_COUNT, "pretraining %d", (int)p);
    return names[p];
}

vr_geography_pretraining vrp_geography_pretraining_of(const char *name) {
    /* words of a tag; those that end in '*' go on */
    static const char *const web[] = {"clip", "openai", "laion*", "webli",     "ig1b", "swag",
                                      "swsl", "wsl",    "ssl",    "yfcc*",     "jft",  "m30m",
                                      "m38m", "seer",   "dfn*",   "datacomp*", "lvd*", "metaclip*"};
    static const char *const larger[] = {"in12k", "in21k", "in22k", "ssld", "6m"};
    vr_geography_pretraining found = VR_GEOGRAPHY_IN1K;
    for (const char *s = strchr(name, '.'); s; s = strchr(s, '_')) {
        const size_t n = strcspn(++s, "_");
        for (size_t k = 0; k < sizeof web / sizeof *web; k++) {
            const size_t m = strlen(web[k]);
            if (web[k][m - 1] == '*' ? strncmp(s, web[k], m - 1) == 0 : n == m && strncmp(s, web[k], n) == 0)
                return VR_GEOGRAPHY_WEB;
        }
        for (size_t k = 0; k < sizeof larger / sizeof *larger; k++)
            if (n == strlen(larger[k]) && strncmp(s, larger[k], n) == 0) found = VR_GEOGRAPHY_IN21K;
    }
    return found;
}

static const vr_geography_pretraining *vrp_geography_pretraining_all(vr_arena *perm, const char *const *model,
                                                                     int64_t n) {
    vr_geography_pretraining *p = VR_NEW(perm, vr_geography_pretraining, n);
    for (int64_t i = 0; i < n; i++) p[i] = vrp_geography_pretraining_of(model[i]);
    return p;
}

/* Appends a benchmark; value: [models], kept. */
static void vrp_geography_append(vr_arena *perm, vr_geography_benchmarks *b, const char *name, int64_t base,
                                 bool gap, const double *value) {
    vr_geography_benchmark *grown = VR_NEW(perm, vr_geography_benchmark, b->count + 1);
    if (b->count > 0) memcpy(grown, b->benchmark, (size_t)b->count * sizeof *grown);
    grown[b->count++] = (vr_geography_benchmark){name, value, gap, base};
    b->benchmark = grown;
}

int64_t vrp_geography_benchmark_find(const vr_geography_benchmarks *b, const char *name) {
    for (int64_t k = 0; k < b->count; k++)
        if (strcmp(b->benchmark[k].name, name) == 0) return k;
    return -1;
}

/* ---- timm's results ---- */

/* Rows of one file: row i is named "size model" in `rows`. */
typedef struct vrp_geography_results {
    vr_names rows;
    const char **model;
    double *top1;
} vrp_geography_results;

static bool vrp_geography_timm_row(vr_arena *scratch, vrp_geography_results *f, int64_t *line,
                                   const vr_csv *csv, const int64_t at[3], vr_err *err) {
    const int64_t i = f->rows.count;
    double *top1 = &f->top1[i];
    int64_t size;
    if (!(f->model[i] = vrp_geography_name(scratch, csv, at[0], err)) ||
        !vr_csv_int(&size, csv, at[1], err) || !vr_csv_double(top1, csv, at[2], err))
        return false;
    if (size <= 0)
        return vr_csv_fail(csv, at[1], err, "expected a positive image size, found %lld", (long long)size);
    if (!(*top1 >= 0 && *top1 <= 100))
        return vr_csv_fail(csv, at[2], err, "expected a percentage, 0 to 100, found %g", *top1);
    *top1 /= 100;
    const char *key = vr_arena_printf(scratch, "%lld %s", (long long)size, f->model[i]);
    const int64_t same = vr_names_add(&f->rows, key, (int64_t)strlen(key));
    line[i] = csv->line;
    return same == i ||
           vr_csv_fail(csv, at[0], err, "duplicate model '%.100s' at %lld pixels (first at line %lld)",
                       f->model[i], (long long)size, (long long)line[same]);
}

static bool vrp_geography_timm_file(vr_arena *scratch, vrp_geography_results *f, const char *path,
                                    vr_err *err) {
    static const char *const names[] = {"model", "img_size", "top1"};
    vr_csv csv;
    int64_t at[3];
    if (!vr_csv_load(scratch, &csv, path, err)) return false;
    for (int k = 0; k < 3; k++)
        if ((at[k] = vr_csv_column(&csv, names[k], err)) < 0) return false;
    const int64_t most = vrp_geography_rows(&csv);
    int64_t *line = VR_NEW(scratch, int64_t, most);
    *f = (vrp_geography_results){.rows = {.arena = scratch},
                                 .model = VR_NEW(scratch, const char *, most),
                                 .top1 = VR_NEW(scratch, double, most)};
    while (vr_csv_next(&csv, err))
        if (!vrp_geography_timm_row(scratch, f, line, &csv, at, err)) return false;
    return csv.ended && (f->rows.count > 0 || vr_fail(err, VR_ERR_FORMAT, "%s: no models", path));
}

/* The models of the table: the first row of each name in ImageNet's list; their rows' names in `kept`. */
static void vrp_geography_timm_models(vr_arena *perm, vr_arena *scratch, vr_geography_benchmarks *out,
                                      vr_names *kept, const vrp_geography_results *f) {
    vr_names models = {.arena = scratch};
    const char **model = VR_NEW(perm, const char *, f->rows.count);
    double *value = VR_NEW(perm, double, f->rows.count);
    for (int64_t i = 0; i < f->rows.count; i++) {
        const int64_t size = (int64_t)strlen(f->model[i]);
        if (vr_names_add(&models, f->model[i], size) < out->models) continue;
        vr_names_add(kept, (const char *)f->rows.name[i].data, f->rows.name[i].size);
        model[out->models] = vr_arena_string(perm, f->model[i], size);
        value[out->models++] = f->top1[i];
    }
    out->other_sizes = f->rows.count - out->models;
    out->model = model;
    out->pretraining = vrp_geography_pretraining_all(perm, model, out->models);
    vrp_geography_append(perm, out, "ImageNet", -1, false, value);
}

/* value[m] = what a file has of each model at its size; NULL where there is no such file, or after an error. */
static double *vrp_geography_timm_values(vr_arena *perm, vr_arena *scratch, vr_geography_benchmarks *out,
                                         const vr_names *kept, const vr_names *all, const char *path,
                                         vr_err *err) {
    vrp_geography_results f;
    if (!vr_path_exists(path) || !vrp_geography_timm_file(scratch, &f, path, err)) return NULL;
    double *value = VR_NEW(perm, double, out->models);
    for (int64_t m = 0; m < out->models; m++) value[m] = NAN;
    for (int64_t i = 0; i < f.rows.count; i++) {
        const char *key = (const char *)f.rows.name[i].data;
        const int64_t m = vr_names_find(kept, key, f.rows.name[i].size);
        if (m >= 0) value[m] = f.top1[i];
        out->unknown += m < 0 && vr_names_find(all, key, f.rows.name[i].size) < 0;
    }
    return value;
}

static bool vrp_geography_timm(vr_arena *perm, vr_arena *scratch, vr_geography_benchmarks *out,
                               const char *folder, vr_err *err) {
    /* file, name, and the file of ImageNet on its classes */
    static const char *const files[][3] = {
        {"results-imagenetv2-matched-frequency.csv", "ImageNetV2", NULL},
        {"results-imagenet-real.csv", "ImageNet-ReaL", NULL},
        {"results-imagenet-r.csv", "ImageNet-R", "results-imagenet-r-clean.csv"},
        {"results-sketch.csv", "ImageNet-Sketch", NULL},
        {"results-imagenet-a.csv", "ImageNet-A", "results-imagenet-a-clean.csv"}};
    vrp_geography_results imagenet;
    vr_names kept = {.arena = scratch};
    if (!vrp_geography_timm_file(scratch, &imagenet,
                                 vr_arena_printf(scratch, "%s/results-imagenet.csv", folder), err))
        return false;
    vrp_geography_timm_models(perm, scratch, out, &kept, &imagenet);
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        const double *value[2] = {0};
        for (int j = 0; j < 2 && files[k][2 * j]; j++)
            value[j] =
                vrp_geography_timm_values(perm, scratch, out, &kept, &imagenet.rows,
                                          vr_arena_printf(scratch, "%s/%s", folder, files[k][2 * j]), err);
        if (err->code != VR_OK) return false;
        if (value[0]) vrp_geography_append(perm, out, files[k][1], 0, false, value[0]);
        if (!value[0] || !value[1]) continue;
        vrp_geography_append(perm, out, vr_arena_printf(perm, "ImageNet on %s's classes", files[k][1]), -1,
                             false, value[1]);
        vrp_geography_append(perm, out, vr_arena_printf(perm, "%s, same classes", files[k][1]),
                             out->count - 1, false, value[0]);
    }
    return true;
}

/* ---- any table ---- */

/* Splits "geode-africa_test_accuracy1" into set and region; false for other names. */
static bool vrp_geography_column_region(const char *name, vr_bytes *set, vr_bytes *region) {
    static const char ending[] = "_test_accuracy1";
    const int64_t end = (int64_t)strlen(name) - (int64_t)(sizeof ending - 1);
    const char *dash = strchr(name, '-');
    if (!dash || end <= dash + 1 - name || strcmp(name + end, ending) != 0) return false;
    *set = (vr_bytes){(const uint8_t *)name, dash - name};
    *region = (vr_bytes){(const uint8_t *)dash + 1, name + end - dash - 1};
    return true;
}

static bool vrp_geography_is(vr_bytes s, const char *text) {
    return s.size == (int64_t)strlen(text) && memcmp(s.data, text, (size_t)s.size) == 0;
}

/* Appends the gaps between the regions of the set that column k is the first of. */
static void vrp_geography_gaps(vr_arena *perm, vr_geography_benchmarks *b, int64_t k, int64_t columns) {
    vr_bytes set, other, region;
    int64_t count = 0;
    if (!vrp_geography_column_region(b->benchmark[k].name, &set, &region)) return;
    const char *name = vr_arena_string(perm, (const char *)set.data, set.size);
    const double **of = VR_NEW(perm, const double *, columns), *europe = NULL, *africa = NULL;
    for (int64_t j = 0; j < columns; j++) {
        if (!vrp_geography_column_region(b->benchmark[j].name, &other, &region) ||
            !vrp_geography_is(other, name))
            continue;
        if (j < k) return;
        of[count++] = b->benchmark[j].value;
        if (vrp_geography_is(region, "europe")) europe = b->benchmark[j].value;
        if (vrp_geography_is(region, "africa")) africa = b->benchmark[j].value;
    }
    if (count < 2) return;
    double *spread = VR_NEW(perm, double, b->models), *pair = VR_NEW(perm, double, b->models),
           *value = VR_NEW(perm, double, count);
    for (int64_t m = 0; m < b->models; m++) {
        for (int64_t j = 0; j < count; j++) value[j] = of[j][m];
        const vr_disparity d = vr_disparity_of(value, count);
        spread[m] = d.count == count ? d.gap : NAN; /* the best of fewer regions is not the best */
        pair[m] = europe && africa ? europe[m] - africa[m] : NAN;
    }
    vrp_geography_append(perm, b, vr_arena_printf(perm, "%s best - worst", name), 0, true, spread);
    if (europe && africa)
        vrp_geography_append(perm, b, vr_arena_printf(perm, "%s europe - africa", name), 0, true, pair);
}

/* A table that is being read: value[c * most + m]. */
typedef struct vrp_geography_table_reader {
    const char **model;
    double *value, highest;
    int64_t most, rows, name; /* name: the column of names */
} vrp_geography_table_reader;

static bool vrp_geography_table_rows(vr_arena *perm, vr_arena *scratch, vrp_geography_table_reader *t,
                                     vr_csv *csv, vr_err *err) {
    vr_names models = {.arena = scratch};
    int64_t *line = VR_NEW(scratch, int64_t, t->most);
    for (; vr_csv_next(csv, err); t->rows++) {
        const char *model = vrp_geography_name(perm, csv, t->name, err);
        if (!model) return false;
        const int64_t same = vr_names_add(&models, model, (int64_t)strlen(model));
        if (same < t->rows)
            return vr_csv_fail(csv, t->name, err, "duplicate model '%.100s' (first at line %lld)", model,
                               (long long)line[same]);
        t->model[t->rows] = model;
        line[t->rows] = csv->line;
        for (int64_t c = 0; c < csv->columns; c++) {
            double *x = &t->value[c * t->most + t->rows];
            *x = NAN;
            if (c == t->name || !*csv->names[c] || csv->fields[c].size == 0) continue;
            if (!vr_csv_double(x, csv, c, err)) return false;
            if (!(*x >= 0 && *x <= 100))
                return vr_csv_fail(csv, c, err, "expected an accuracy, 0 to 100, found %g (column '%s')", *x,
                                   csv->names[c]);
            t->highest = fmax(t->highest, *x);
        }
    }
    if (csv->ended && t->rows == 0) return vr_fail(err, VR_ERR_FORMAT, "%s: no models", csv->path);
    return csv->ended;
}

static bool vrp_geography_table_read(vr_arena *perm, vr_arena *scratch, vr_geography_benchmarks *out,
                                     vr_bytes text, const char *path, vr_err *err) {
    vr_csv csv;
    if (!vr_csv_parse(scratch, &csv, text, path, err)) return false;
    vrp_geography_table_reader t = {.name = vr_csv_find(&csv, "Model")};
    if (t.name < 0 && (t.name = vr_csv_column(&csv, "model", err)) < 0) return false;
    /* a row has a byte for each column at least, so that this is no more than eight times the text */
    t.most = vr_min(vrp_geography_rows(&csv), (text.size + csv.columns) / csv.columns);
    t.model = VR_NEW(perm, const char *, t.most);
    t.value = VR_NEW(perm, double, (t.most * csv.columns));
    if (!vrp_geography_table_rows(perm, scratch, &t, &csv, err)) return false;
    if (t.highest > 1 && t.highest <= 2)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: the highest accuracy, %g, is neither a fraction nor a percentage", path,
                       t.highest);
    *out = (vr_geography_benchmarks){
        .path = vr_arena_string(perm, path, (int64_t)strlen(path)), .models = t.rows, .model = t.model};
    out->pretraining = vrp_geography_pretraining_all(perm, t.model, t.rows);
    for (int64_t c = 0; c < csv.columns; c++) {
        double *value = t.value + c * t.most;
        if (c == t.name || !*csv.names[c]) continue;
        for (int64_t m = 0; t.highest > 1 && m < t.rows; m++) value[m] /= 100;
        vrp_geography_append(perm, out, vr_arena_string(perm, csv.names[c], (int64_t)strlen(csv.names[c])),
                             out->count == 0 ? -1 : 0, false, value);
    }
    const int64_t columns = out->count;
    for (int64_t k = 0; k < columns; k++) vrp_geography_gaps(perm, out, k, columns);
    return columns > 0 || vr_fail(err, VR_ERR_FORMAT, "%s:1: no benchmarks", path);
}

/* A folder of timm's results, or the text of a table. */
static bool vrp_geography_benchmarks_read(vr_arena *perm, vr_geography_benchmarks *out, bool folder,
                                          vr_bytes text, const char *path, vr_err *err) {
    *out = (vr_geography_benchmarks){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arena behind */
    const bool ok = folder ? vrp_geography_timm(perm, &scratch, out, path, &own)
                           : vrp_geography_table_read(perm, &scratch, out, text, path, &own);
    vr_arena_free(&scratch);
    out->path = vr_arena_string(perm, path, (int64_t)strlen(path));
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    *out = (vr_geography_benchmarks){0};
    return vr_err_pass(err, &own);
}

bool vrp_geography_benchmarks_parse(vr_arena *perm, vr_geography_benchmarks *out, vr_bytes text,
                                    const char *path, vr_err *err) {
    return vrp_geography_benchmarks_read(perm, out, false, text, path, err);
}

bool vr_geography_benchmarks_load(vr_arena *perm, vr_geography_benchmarks *out, const char *path,
                                  vr_err *err) {
    *out = (vr_geography_benchmarks){0};
    if (vr_path_is_dir(path)) return vrp_geography_benchmarks_read(perm, out, true, (vr_bytes){0}, path, err);
    vr_arena file = {0};
    vr_err own = {0};
    vr_bytes text;
    const bool ok = vr_file_map(&file, &text, path, &own) &&
                    vrp_geography_benchmarks_read(perm, out, false, text, path, &own);
    vr_arena_free(&file);
    return ok || vr_err_pass(err, &own);
}

/* ---- rates ---- */

/* Models by the accuracies that a statistic is of: y on x, and of the standard benchmark v on u. */
typedef struct vrp_geography_points {
    int64_t n;
    double *x, *y, *u, *v;
} vrp_geography_points;

/* The models that have benchmark k, the standard one and their bases. */
static vrp_geography_points vrp_geography_gather(vr_arena *scratch, const vr_geography_benchmarks *b,
                                                 int64_t k, int64_t standard) {
    double *all = VR_NEW(scratch, double, (4 * b->models));
    vrp_geography_points p = {0, all, all + b->models, all + 2 * b->models, all + 3 * b->models};
    const vr_geography_benchmark *of = &b->benchmark[k], *s = &b->benchmark[standard];
    for (int64_t m = 0; m < b->models; m++) {
        const double x = b->benchmark[of->base].value[m], y = of->value[m],
                     u = b->benchmark[s->base].value[m], v = s->value[m];
        if (!isfinite(x) || !isfinite(y) || !isfinite(u) || !isfinite(v)) continue;
        p.x[p.n] = x, p.y[p.n] = y, p.u[p.n] = u, p.v[p.n++] = v;
    }
    return p;
}

/* Sums over the models of a part, of values less their means over all: what slopes of y on x and of v on u are made of. */
typedef struct vrp_geography_sums {
    double n, x, y, u, v, xx, xy, uu, uv;
} vrp_geography_sums;

/* The ratio of the slopes over parts that were drawn. */
static double vrp_geography_lag(const void *context, const int64_t *index, int64_t m) {
    const vrp_geography_sums *parts = (const vrp_geography_sums *)context;
    vrp_geography_sums s = {0};
    for (int64_t i = 0; i < m; i++) {
        const vrp_geography_sums *p = &parts[index[i]];
        s.n += p->n, s.x += p->x, s.y += p->y, s.u += p->u, s.v += p->v;
        s.xx += p->xx, s.xy += p->xy, s.uu += p->uu, s.uv += p->uv;
    }
    return ((s.uv - s.u * s.v / s.n) / (s.uu - s.u * s.u / s.n)) /
           ((s.xy - s.x * s.y / s.n) / (s.xx - s.x * s.x / s.n));
}

/* The progress gap with its interval. A part is a model or, of very many, a random part of them, so that a resample does
 * not take longer the more there are. */
static vr_interval vrp_geography_lag_interval(vr_arena *scratch, const vrp_geography_points *q,
                                              const vr_bootstrap *bootstrap) {
    enum { MANY = 65536, PARTS = 4096 };
    const int64_t parts = q->n > MANY ? PARTS : q->n;
    const vr_rng rng = vr_rng_split(vr_rng_init(bootstrap->seed), "parts");
    const double x = vr_mean(q->x, q->n), y = vr_mean(q->y, q->n), u = vr_mean(q->u, q->n),
                 v = vr_mean(q->v, q->n);
    vrp_geography_sums *sums = VR_NEW(scratch, vrp_geography_sums, parts);
    for (int64_t i = 0; i < q->n; i++) {
        vrp_geography_sums *s = &sums[parts < q->n ? vr_rng_below(rng, (uint64_t)i, parts) : i];
        const double dx = q->x[i] - x, dy = q->y[i] - y, du = q->u[i] - u, dv = q->v[i] - v;
        s->n += 1, s->x += dx, s->y += dy, s->u += du, s->v += dv;
        s->xx += dx * dx, s->xy += dx * dy, s->uu += du * du, s->uv += du * dv;
    }
    return vr_bootstrap_statistic(scratch, vrp_geography_lag, sums, parts, bootstrap);
}

static double vrp_geography_headroom(vr_arena *scratch, const vrp_geography_points *p) {
    double *x = VR_NEW(scratch, double, p->n), *y = VR_NEW(scratch, double, p->n);
    int64_t n = 0;
    for (int64_t i = 0; i < p->n; i++)
        if (p->x[i] < 1 && p->y[i] < 1) x[n] = log(1 - p->x[i]), y[n++] = log(1 - p->y[i]);
    return vr_fit_line(x, y, n).slope;
}

/* The slope among the models that are at least as good as the median on the base. */
static vr_interval vrp_geography_top(vr_arena *scratch, const vrp_geography_points *p) {
    double *sorted = VR_NEW(scratch, double, p->n), *x = VR_NEW(scratch, double, p->n),
           *y = VR_NEW(scratch, double, p->n);
    int64_t n = 0;
    memcpy(sorted, p->x, (size_t)p->n * sizeof *sorted);
    vr_sort(sorted, p->n);
    const double median = vr_quantile_sorted(sorted, p->n, 0.5);
    for (int64_t i = 0; i < p->n; i++)
        if (p->x[i] >= median) x[n] = p->x[i], y[n++] = p->y[i];
    const vr_line line = vr_fit_line(x, y, n);
    return vr_line_slope(&line, 0);
}

static bool vrp_geography_rate(vr_arena *scratch, vr_geography_rate *r, const vr_geography_benchmarks *b,
                               int64_t k, int64_t standard, const vr_bootstrap *bootstrap, vr_err *err) {
    const vrp_geography_points p = vrp_geography_gather(scratch, b, k, k),
                               q = vrp_geography_gather(scratch, b, k, standard);
    *r = (vr_geography_rate){
        .name = b->benchmark[k].name, .benchmark = k, .n = p.n, .gap = b->benchmark[k].gap};
    if (p.n < 3)
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: '%.100s' and '%.100s' have %lld models in common, a rate needs three", b->path,
                       b->benchmark[0].name, r->name, (long long)p.n);
    r->mean = vr_mean(p.y, p.n);
    r->line = vr_fit_line(p.x, p.y, p.n);
    r->rate = vr_line_slope(&r->line, 0);
    r->top = vrp_geography_top(scratch, &p);
    r->headroom = r->gap ? NAN : vrp_geography_headroom(scratch, &p);
    r->lag =
        r->gap || q.n < 3 ? (vr_interval){NAN, NAN, NAN} : vrp_geography_lag_interval(scratch, &q, bootstrap);
    return true;
}

/* ---- effective robustness ---- */

/* The trend of ordinary models: those of ImageNet-1k, or of all where these are fewer than ten. */
static bool vrp_geography_trend(vr_arena *scratch, vr_trend *trend, const vr_geography_benchmarks *b,
                                int64_t k, vr_err *err) {
    double *x = VR_NEW(scratch, double, b->models), *y = VR_NEW(scratch, double, b->models);
    int64_t n = 0;
    for (int all = 0; all < 2 && n < 10; all++) {
        n = 0;
        for (int64_t m = 0; m < b->models; m++) {
            const double u = b->benchmark[b->benchmark[k].base].value[m], v = b->benchmark[k].value[m];
            if (!(u > 0 && u < 1 && v > 0 && v < 1) || (!all && b->pretraining[m] != VR_GEOGRAPHY_IN1K))
                continue;
            x[n] = u, y[n++] = v;
        }
    }
    return vr_trend_fit(trend, x, y, n, VR_SCALE_LOGIT, scratch, err);
}

static bool vrp_geography_effective(vr_arena *perm, vr_arena *scratch, vr_geography_effective *r,
                                    const vr_geography_benchmarks *b, int64_t k,
                                    const vr_bootstrap *bootstrap, vr_err *err) {
    *r = (vr_geography_effective){
        .name = b->benchmark[k].name, .benchmark = k, .above = VR_NEW(perm, double, b->models)};
    if (!vrp_geography_trend(scratch, &r->trend, b, k, err))
        return vr_err_context(err, "%s: '%.100s': ", b->path, r->name);
    double *above = VR_NEW(scratch, double, b->models);
    for (int p = 0; p < VR_GEOGRAPHY_PRETRAINING_COUNT; p++) {
        for (int64_t m = 0; m < b->models; m++) {
            if ((int)b->pretraining[m] != p) continue;
            const double u = b->benchmark[b->benchmark[k].base].value[m], v = b->benchmark[k].value[m];
            r->above[m] = u > 0 && u < 1 ? vr_effective_robustness(&r->trend, u, v) : NAN;
            if (isfinite(r->above[m])) above[r->n[p]++] = r->above[m];
        }
        r->mean[p] = vr_bootstrap_mean(scratch, above, r->n[p], bootstrap);
    }
    return true;
}

bool vr_geography_progress_fit(vr_arena *perm, vr_geography_progress *out, const vr_geography_benchmarks *b,
                               const vr_geography_opts *opts, vr_err *err) {
    const vr_geography_opts o = opts ? *opts : (vr_geography_opts){0};
    const vr_bootstrap bootstrap = {.resamples = o.resamples, .seed = o.seed};
    *out = (vr_geography_progress){0};
    const int64_t standard = o.standard ? vrp_geography_benchmark_find(b, o.standard) : b->count > 1 ? 1 : -1;
    if (standard < 0 || b->benchmark[standard].base < 0)
        return o.standard ? vr_fail(err, VR_ERR_ARGUMENT, "%s: no benchmark '%.100s'", b->path, o.standard)
                          : vr_fail(err, VR_ERR_ARGUMENT, "%s: expected a second benchmark", b->path);
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_geography_progress p = {.benchmarks = b,
                               .rate = VR_NEW(perm, vr_geography_rate, b->count),
                               .effective = VR_NEW(perm, vr_geography_effective, b->count)};
    vr_arena scratch = {0};
    vr_err own = {0};
    for (int64_t k = 0; k < b->count && own.code == VR_OK; k++) {
        if (b->benchmark[k].base < 0) continue;
        vr_arena_reset(&scratch);
        if (!vrp_geography_rate(&scratch, &p.rate[p.rate_count++], b, k, standard, &bootstrap, &own)) break;
        if (b->benchmark[k].gap) continue;
        vrp_geography_effective(perm, &scratch, &p.effective[p.effective_count++], b, k, &bootstrap, &own);
    }
    vr_arena_free(&scratch);
    if (own.code != VR_OK) {
        vr_arena_rewind(perm, mark);
        return vr_err_pass(err, &own);
    }
    *out = p;
    return true;
}
