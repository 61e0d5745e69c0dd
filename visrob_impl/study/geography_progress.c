/* study/geography_progress.c: tables of models by benchmarks, and the lines through them. */
#include "geography_progress.h"
#include "../base/number.h"
#include "../base/os.h"
#include "../format/csv.h"
#include "../metric/disparity.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *vr_pretraining_name(vr_pretraining p) {
    static const char *const names[VR_PRETRAINING_COUNT] = {"ImageNet-1k", "ImageNet-21k", "web"};
    VR_CHECK(p >= 0 && p < VR_PRETRAINING_COUNT, "pretraining %d", (int)p);
    return names[p];
}

vr_pretraining vr_pretraining_of(const char *name) {
    /* words of a tag; those that end in '*' go on */
    static const char *const web[] = {"clip", "openai", "laion*", "webli",     "ig1b", "swag",
                                      "swsl", "wsl",    "ssl",    "yfcc*",     "jft",  "m30m",
                                      "m38m", "seer",   "dfn*",   "datacomp*", "lvd*", "metaclip*"};
    static const char *const larger[] = {"in12k", "in21k", "in22k", "ssld", "6m"};
    vr_pretraining found = VR_PRETRAINING_IN1K;
    for (const char *s = strchr(name, '.'); s; s = strchr(s, '_')) {
        const size_t n = strcspn(++s, "_");
        for (size_t k = 0; k < sizeof web / sizeof *web; k++) {
            const size_t m = strlen(web[k]);
            if (web[k][m - 1] == '*' ? strncmp(s, web[k], m - 1) == 0 : n == m && strncmp(s, web[k], n) == 0)
                return VR_PRETRAINING_WEB;
        }
        for (size_t k = 0; k < sizeof larger / sizeof *larger; k++)
            if (n == strlen(larger[k]) && strncmp(s, larger[k], n) == 0) found = VR_PRETRAINING_IN21K;
    }
    return found;
}

/* ---- models by name ---- */

/* A model's name, its image size (0 where sizes do not count), its number, and the line on which it stands. */
typedef struct vrp_progress_key {
    const char *name;
    int64_t size, i, line;
} vrp_progress_key;

static int vrp_progress_by_key(const void *a, const void *b) {
    const vrp_progress_key *x = (const vrp_progress_key *)a, *y = (const vrp_progress_key *)b;
    const int order = strcmp(x->name, y->name);
    return order ? order : (x->size > y->size) - (x->size < y->size);
}

static int vrp_progress_by_key_and_place(const void *a, const void *b) {
    const vrp_progress_key *x = (const vrp_progress_key *)a, *y = (const vrp_progress_key *)b;
    const int order = vrp_progress_by_key(a, b);
    return order ? order : (x->i > y->i) - (x->i < y->i);
}

static const vr_pretraining *vrp_progress_pretraining(vr_arena *perm, const char *const *model, int64_t n) {
    vr_pretraining *p = VR_NEW(perm, vr_pretraining, n);
    for (int64_t i = 0; i < n; i++) p[i] = vr_pretraining_of(model[i]);
    return p;
}

/* Appends a benchmark; value: [models], kept. */
static void vrp_progress_append(vr_arena *perm, vr_benchmarks *b, const char *name, int64_t base, bool gap,
                                const double *value) {
    vr_benchmark *grown = VR_NEW(perm, vr_benchmark, b->count + 1);
    if (b->count > 0) memcpy(grown, b->benchmark, (size_t)b->count * sizeof *grown);
    grown[b->count++] = (vr_benchmark){name, value, gap, base};
    b->benchmark = grown;
}

int64_t vr_benchmarks_find(const vr_benchmarks *b, const char *name) {
    for (int64_t k = 0; k < b->count; k++)
        if (strcmp(b->benchmark[k].name, name) == 0) return k;
    return -1;
}

int64_t vr_benchmarks_add(vr_arena *perm, vr_benchmarks *b, const char *name, bool gap,
                          const char *const *model, const double *value, int64_t n) {
    double *all = VR_NEW(perm, double, b->models);
    int64_t found = 0;
    for (int64_t m = 0; m < b->models; m++) all[m] = NAN;
    for (int64_t i = 0; i < n; i++)
        for (int64_t m = 0; m < b->models; m++)
            if (strcmp(model[i], b->model[m]) == 0) {
                all[m] = value[i];
                found++;
                break;
            }
    vrp_progress_append(perm, b, vr_arena_string(perm, name, (int64_t)strlen(name)), 0, gap, all);
    return found;
}

/* ---- timm's results ---- */

/* Rows of one file; all arrays [count]. */
typedef struct vrp_progress_file {
    int64_t count;
    vrp_progress_key *key; /* in the order of the file */
    double *top1;
} vrp_progress_file;

static bool vrp_progress_timm_row(vr_arena *perm, vrp_progress_file *f, const vr_csv *csv,
                                  const int64_t at[3], vr_err *err) {
    vrp_progress_key *key = &f->key[f->count];
    double *top1 = &f->top1[f->count];
    *key = (vrp_progress_key){.name = vr_csv_string(perm, csv, at[0]), .i = f->count, .line = csv->line};
    if (!*key->name || strlen(key->name) != (size_t)csv->fields[at[0]].size)
        return vr_csv_fail(csv, at[0], err, "the model has no name");
    if (!vr_csv_int(&key->size, csv, at[1], err) || !vr_csv_double(top1, csv, at[2], err)) return false;
    if (key->size <= 0) return vr_csv_fail(csv, at[1], err, "%lld is no image size", (long long)key->size);
    if (!(*top1 >= 0 && *top1 <= 100)) return vr_csv_fail(csv, at[2], err, "%g is not in 0..100", *top1);
    *top1 /= 100;
    f->count++;
    return true;
}

/* A file of results, and its keys once more, sorted. */
static bool vrp_progress_timm_file(vr_arena *perm, vrp_progress_file *f, vrp_progress_key **sorted,
                                   const char *path, vr_err *err) {
    static const char *const names[] = {"model", "img_size", "top1"};
    vr_csv csv;
    int64_t at[3], lines = 1;
    *f = (vrp_progress_file){0};
    if (!vr_csv_load(perm, &csv, path, err)) return false;
    for (int k = 0; k < 3; k++)
        if ((at[k] = vr_csv_column(&csv, names[k], err)) < 0) return false;
    for (const uint8_t *s = csv.at; s < csv.end; s++) lines += *s == '\n';
    f->key = VR_NEW(perm, vrp_progress_key, lines);
    f->top1 = VR_NEW(perm, double, lines);
    while (vr_csv_next(&csv, err))
        if (!vrp_progress_timm_row(perm, f, &csv, at, err)) return false;
    if (!csv.ended) return false;
    if (f->count == 0) return vr_fail(err, VR_ERR_FORMAT, "%s: no models", path);
    *sorted = VR_NEW(perm, vrp_progress_key, f->count);
    memcpy(*sorted, f->key, (size_t)f->count * sizeof **sorted);
    qsort(*sorted, (size_t)f->count, sizeof **sorted, vrp_progress_by_key_and_place);
    for (int64_t i = 1; i < f->count; i++)
        if (vrp_progress_by_key(&(*sorted)[i - 1], &(*sorted)[i]) == 0)
            return vr_fail(err, VR_ERR_FORMAT,
                           "%s:%lld:1: '%.100s' at %lld pixels is twice there: on line %lld too", path,
                           (long long)(*sorted)[i].line, (*sorted)[i].name, (long long)(*sorted)[i].size,
                           (long long)(*sorted)[i - 1].line);
    return true;
}

/* The rows that are the first of their name in the list; the models of the table. */
static void vrp_progress_timm_models(vr_arena *perm, vr_arena *scratch, vr_benchmarks *out,
                                     vrp_progress_key *models, const vrp_progress_file *f) {
    vrp_progress_key *by_name = VR_NEW(scratch, vrp_progress_key, f->count);
    bool *first = VR_NEW(scratch, bool, f->count);
    for (int64_t i = 0; i < f->count; i++) by_name[i] = (vrp_progress_key){.name = f->key[i].name, .i = i};
    qsort(by_name, (size_t)f->count, sizeof *by_name, vrp_progress_by_key_and_place);
    for (int64_t i = 0; i < f->count; i++)
        first[by_name[i].i] = i == 0 || strcmp(by_name[i - 1].name, by_name[i].name) != 0;
    const char **model = VR_NEW(perm, const char *, f->count);
    double *value = VR_NEW(perm, double, f->count);
    for (int64_t i = 0; i < f->count; i++) {
        if (!first[i]) continue;
        model[out->models] = vr_arena_string(perm, f->key[i].name, (int64_t)strlen(f->key[i].name));
        value[out->models] = f->top1[i];
        models[out->models++] = f->key[i];
    }
    out->other_sizes = f->count - out->models;
    out->model = model;
    out->pretraining = vrp_progress_pretraining(perm, model, out->models);
    vrp_progress_append(perm, out, "ImageNet", -1, false, value);
}

/* value[m] = what a file has of each model at its size; NULL where the file is not there, or after a fault. */
static double *vrp_progress_timm_values(vr_arena *perm, vr_arena *scratch, vr_benchmarks *out,
                                        const vrp_progress_key *models, const vrp_progress_key *all,
                                        int64_t all_count, const char *path, vr_err *err) {
    vrp_progress_file f;
    vrp_progress_key *sorted;
    if (!vr_path_exists(path) || !vrp_progress_timm_file(scratch, &f, &sorted, path, err)) return NULL;
    double *value = VR_NEW(perm, double, out->models);
    for (int64_t m = 0; m < out->models; m++) {
        const vrp_progress_key *at = (const vrp_progress_key *)bsearch(&models[m], sorted, (size_t)f.count,
                                                                       sizeof *sorted, vrp_progress_by_key);
        value[m] = at ? f.top1[at->i] : NAN;
    }
    for (int64_t i = 0; i < f.count; i++)
        out->unmatched += !bsearch(&f.key[i], all, (size_t)all_count, sizeof *all, vrp_progress_by_key);
    return value;
}

static bool vrp_progress_timm(vr_arena *perm, vr_arena *scratch, vr_benchmarks *out, const char *folder,
                              vr_err *err) {
    /* file, name, and the file of ImageNet on its classes alone */
    static const char *const files[][3] = {
        {"results-imagenetv2-matched-frequency.csv", "ImageNetV2", NULL},
        {"results-imagenet-real.csv", "ImageNet-ReaL", NULL},
        {"results-imagenet-r.csv", "ImageNet-R", "results-imagenet-r-clean.csv"},
        {"results-sketch.csv", "ImageNet-Sketch", NULL},
        {"results-imagenet-a.csv", "ImageNet-A", "results-imagenet-a-clean.csv"}};
    vrp_progress_file imagenet;
    vrp_progress_key *all;
    if (!vrp_progress_timm_file(scratch, &imagenet, &all,
                                vr_arena_printf(scratch, "%s/results-imagenet.csv", folder), err))
        return false;
    vrp_progress_key *models = VR_NEW(scratch, vrp_progress_key, imagenet.count);
    vrp_progress_timm_models(perm, scratch, out, models, &imagenet);
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        const double *value[2] = {0};
        for (int j = 0; j < 2 && files[k][2 * j]; j++)
            value[j] =
                vrp_progress_timm_values(perm, scratch, out, models, all, imagenet.count,
                                         vr_arena_printf(scratch, "%s/%s", folder, files[k][2 * j]), err);
        if (err->code != VR_OK) return false;
        if (value[0]) vrp_progress_append(perm, out, files[k][1], 0, false, value[0]);
        if (!value[0] || !value[1]) continue;
        vrp_progress_append(perm, out, vr_arena_printf(perm, "ImageNet on %s's classes", files[k][1]), -1,
                            false, value[1]);
        vrp_progress_append(perm, out, vr_arena_printf(perm, "%s, same classes", files[k][1]), out->count - 1,
                            false, value[0]);
    }
    return true;
}

bool vr_timm_results_load(vr_arena *perm, vr_benchmarks *out, const char *folder, vr_err *err) {
    *out = (vr_benchmarks){.path = vr_arena_string(perm, folder, (int64_t)strlen(folder))};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arena behind */
    const bool ok = vrp_progress_timm(perm, &scratch, out, folder, &own);
    vr_arena_free(&scratch);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    *out = (vr_benchmarks){0};
    return vr_err_pass(err, &own);
}

/* ---- any table ---- */

/* Splits "geode-africa_test_accuracy1"; false for other names. */
static bool vrp_progress_region(const char *name, const char **region, int64_t *set, int64_t *n) {
    static const char ending[] = "_test_accuracy1";
    const size_t size = strlen(name), tail = sizeof ending - 1;
    const char *dash = strchr(name, '-');
    if (!dash || size <= tail || strcmp(name + size - tail, ending) != 0 || name + size - tail <= dash + 1)
        return false;
    *region = dash + 1;
    *set = dash - name;
    *n = name + size - tail - *region;
    return true;
}

/* The gaps between the regions of the set that column k is the first of; nothing where it is not, or the only one. */
static void vrp_progress_gaps(vr_arena *perm, vr_benchmarks *b, int64_t k, int64_t columns) {
    const char *region, *other;
    int64_t set, n, other_set, other_n, count = 0;
    if (!vrp_progress_region(b->benchmark[k].name, &region, &set, &n)) return;
    const double **of = VR_NEW(perm, const double *, columns), *europe = NULL, *africa = NULL;
    for (int64_t j = 0; j < columns; j++) {
        const char *name = b->benchmark[j].name;
        if (!vrp_progress_region(name, &other, &other_set, &other_n) || other_set != set ||
            memcmp(name, b->benchmark[k].name, (size_t)set) != 0)
            continue;
        if (j < k) return;
        of[count++] = b->benchmark[j].value;
        if (other_n == 6 && memcmp(other, "europe", 6) == 0) europe = b->benchmark[j].value;
        if (other_n == 6 && memcmp(other, "africa", 6) == 0) africa = b->benchmark[j].value;
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
    const char *name = b->benchmark[k].name;
    vrp_progress_append(perm, b, vr_arena_printf(perm, "%.*s best - worst", (int)set, name), 0, true, spread);
    if (europe && africa)
        vrp_progress_append(perm, b, vr_arena_printf(perm, "%.*s europe - africa", (int)set, name), 0, true,
                            pair);
}

/* Reads the rows: key[m], value[c * lines + m]. */
static bool vrp_progress_rows(vr_arena *perm, vrp_progress_key *key, const char **model, double *value,
                              int64_t *rows, int64_t lines, vr_csv *csv, int64_t name, double *highest,
                              vr_err *err) {
    while (vr_csv_next(csv, err)) {
        model[*rows] = vr_csv_string(perm, csv, name);
        key[*rows] = (vrp_progress_key){.name = model[*rows], .i = *rows, .line = csv->line};
        if (!*model[*rows] || strlen(model[*rows]) != (size_t)csv->fields[name].size)
            return vr_csv_fail(csv, name, err, "the model has no name");
        for (int64_t c = 0; c < csv->columns; c++) {
            double *x = &value[c * lines + *rows];
            *x = NAN;
            if (c == name || !*csv->names[c] || csv->fields[c].size == 0) continue;
            if (!vr_csv_double(x, csv, c, err)) return false;
            if (!(*x >= 0 && *x <= 100))
                return vr_csv_fail(csv, c, err, "%g is no accuracy (column '%s')", *x, csv->names[c]);
            *highest = fmax(*highest, *x);
        }
        ++*rows;
    }
    return csv->ended;
}

static bool vrp_progress_read(vr_arena *perm, vr_arena *scratch, vr_benchmarks *out, vr_bytes text,
                              const char *path, vr_err *err) {
    vr_csv csv;
    if (!vr_csv_parse(scratch, &csv, text, path, err)) return false;
    int64_t name = vr_csv_find(&csv, "Model"), lines = 1, rows = 0, cells;
    if (name < 0 && (name = vr_csv_column(&csv, "model", err)) < 0) return false;
    for (const uint8_t *s = csv.at; s < csv.end; s++) lines += *s == '\n';
    double highest = 0;
    if (!vr_size_mul(&cells, lines, csv.columns)) return vr_fail(err, VR_ERR_LIMIT, "%s: too large", path);
    const char **model = VR_NEW(perm, const char *, lines);
    vrp_progress_key *sorted = VR_NEW(scratch, vrp_progress_key, lines);
    /* a row has a byte for each column at least, so that this is no more than eight times the text */
    double *value = VR_NEW(perm, double, vr_min(cells, text.size + csv.columns));
    lines = vr_min(lines, (text.size + csv.columns) / csv.columns);
    if (!vrp_progress_rows(perm, sorted, model, value, &rows, lines, &csv, name, &highest, err)) return false;
    if (rows == 0) return vr_fail(err, VR_ERR_FORMAT, "%s: no models", path);
    if (highest > 1 && highest <= 2)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: the highest accuracy, %g, is neither a fraction nor one in percent", path,
                       highest);
    qsort(sorted, (size_t)rows, sizeof *sorted, vrp_progress_by_key_and_place);
    for (int64_t m = 1; m < rows; m++)
        if (strcmp(sorted[m - 1].name, sorted[m].name) == 0)
            return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:1: '%.100s' is twice there: on line %lld too", path,
                           (long long)sorted[m].line, sorted[m].name, (long long)sorted[m - 1].line);
    *out = (vr_benchmarks){
        .path = vr_arena_string(perm, path, (int64_t)strlen(path)), .models = rows, .model = model};
    out->pretraining = vrp_progress_pretraining(perm, model, rows);
    for (int64_t c = 0; c < csv.columns; c++) {
        if (c == name || !*csv.names[c]) continue;
        for (int64_t m = 0; highest > 1 && m < rows; m++) value[c * lines + m] /= 100;
        vrp_progress_append(perm, out, vr_arena_string(perm, csv.names[c], (int64_t)strlen(csv.names[c])),
                            out->count == 0 ? -1 : 0, false, value + c * lines);
    }
    const int64_t columns = out->count;
    for (int64_t k = 0; k < columns; k++) vrp_progress_gaps(perm, out, k, columns);
    return columns > 0 || vr_fail(err, VR_ERR_FORMAT, "%s:1: no benchmarks", path);
}

bool vr_benchmarks_parse(vr_arena *perm, vr_benchmarks *out, vr_bytes text, const char *path, vr_err *err) {
    *out = (vr_benchmarks){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    vr_err own = {0};
    const bool ok = vrp_progress_read(perm, &scratch, out, text, path, &own);
    vr_arena_free(&scratch);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    *out = (vr_benchmarks){0};
    return vr_err_pass(err, &own);
}

bool vr_benchmarks_load(vr_arena *perm, vr_benchmarks *out, const char *path, vr_err *err) {
    *out = (vr_benchmarks){0};
    vr_arena file = {0};
    vr_err own = {0};
    vr_bytes text;
    const bool ok = vr_file_map(&file, &text, path, &own) && vr_benchmarks_parse(perm, out, text, path, &own);
    vr_arena_free(&file);
    return ok || vr_err_pass(err, &own);
}

/* ---- rates ---- */

/* Models by the accuracies that a statistic is of: y on x, and where there is a standard v on u. */
typedef struct vrp_progress_points {
    int64_t n;
    double *x, *y, *u, *v;
} vrp_progress_points;

/* The models that benchmark k, the standard one and their bases were measured of. */
static vrp_progress_points vrp_progress_gather(vr_arena *scratch, const vr_benchmarks *b, int64_t k,
                                               int64_t standard) {
    double *all = VR_NEW(scratch, double, (4 * b->models));
    vrp_progress_points p = {0, all, all + b->models, all + 2 * b->models, all + 3 * b->models};
    const vr_benchmark *of = &b->benchmark[k], *s = &b->benchmark[standard];
    for (int64_t m = 0; m < b->models; m++) {
        const double x = b->benchmark[of->base].value[m], y = of->value[m],
                     u = b->benchmark[s->base].value[m], v = s->value[m];
        if (!isfinite(x) || !isfinite(y) || !isfinite(u) || !isfinite(v)) continue;
        p.x[p.n] = x, p.y[p.n] = y, p.u[p.n] = u, p.v[p.n++] = v;
    }
    return p;
}

static double vrp_progress_slope(const double *x, const double *y, const int64_t *index, int64_t m) {
    double mean = 0, sxx = 0, sxy = 0;
    for (int64_t i = 0; i < m; i++) mean += x[index[i]];
    mean /= (double)m;
    for (int64_t i = 0; i < m; i++) {
        const double d = x[index[i]] - mean;
        sxx += d * d;
        sxy += d * y[index[i]];
    }
    return sxy / sxx;
}

static double vrp_progress_lag(const void *context, const int64_t *index, int64_t m) {
    const vrp_progress_points *p = (const vrp_progress_points *)context;
    return vrp_progress_slope(p->u, p->v, index, m) / vrp_progress_slope(p->x, p->y, index, m);
}

static double vrp_progress_headroom(vr_arena *scratch, const vrp_progress_points *p) {
    double *x = VR_NEW(scratch, double, p->n), *y = VR_NEW(scratch, double, p->n);
    int64_t n = 0;
    for (int64_t i = 0; i < p->n; i++)
        if (p->x[i] < 1 && p->y[i] < 1) x[n] = log(1 - p->x[i]), y[n++] = log(1 - p->y[i]);
    return vr_fit_line(x, y, n).slope;
}

/* The slope among the models that are at least as good as the median on the base. */
static vr_interval vrp_progress_top(vr_arena *scratch, const vrp_progress_points *p) {
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

int64_t vr_progress_fit(vr_arena *perm, vr_progress_rate **out, const vr_benchmarks *b,
                        const vr_progress_opts *opts, vr_err *err) {
    const vr_progress_opts o = opts ? *opts : (vr_progress_opts){0};
    const vr_bootstrap bootstrap = {.resamples = o.resamples, .seed = o.seed};
    *out = NULL;
    const int64_t standard = o.standard ? vr_benchmarks_find(b, o.standard) : b->count > 1 ? 1 : -1;
    if (standard < 0 || b->benchmark[standard].base < 0)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s has no benchmark %s%.100s", b->path,
                       o.standard ? "called " : "beside the first", o.standard ? o.standard : "")
                   ? 0
                   : -1;
    vr_progress_rate *rates = VR_NEW(perm, vr_progress_rate, b->count);
    vr_arena scratch = {0};
    int64_t count = 0;
    for (int64_t k = 0; k < b->count; k++) {
        if (b->benchmark[k].base < 0) continue;
        const vrp_progress_points p = vrp_progress_gather(&scratch, b, k, k),
                                  q = vrp_progress_gather(&scratch, b, k, standard);
        vr_progress_rate *r = &rates[count++];
        *r = (vr_progress_rate){
            .name = b->benchmark[k].name, .benchmark = k, .n = p.n, .gap = b->benchmark[k].gap};
        if (p.n < 3) {
            vr_fail(err, VR_ERR_ARGUMENT,
                    "%s: '%.100s' and '%.100s' have %lld models in common; a rate needs three", b->path,
                    b->benchmark[0].name, r->name, (long long)p.n);
            vr_arena_free(&scratch);
            return -1;
        }
        r->mean = vr_mean(p.y, p.n);
        r->line = vr_fit_line(p.x, p.y, p.n);
        r->rate = vr_line_slope(&r->line, 0);
        r->top = vrp_progress_top(&scratch, &p);
        r->headroom = r->gap ? NAN : vrp_progress_headroom(&scratch, &p);
        r->lag = r->gap || q.n < 3 ? (vr_interval){NAN, NAN, NAN}
                                   : vr_bootstrap_statistic(&scratch, vrp_progress_lag, &q, q.n, &bootstrap);
        vr_arena_reset(&scratch);
    }
    vr_arena_free(&scratch);
    *out = rates;
    return count;
}

vr_table vr_progress_table(vr_arena *arena, const vr_progress_rate *rates, int64_t count) {
    const char *const names[] = {"benchmark", "models", "mean %", "rate",   "better half",
                                 "intercept", "r2",     "p",      "errors", "progress gap"};
    vr_table t = vr_table_new(arena, names, 10);
    for (int64_t k = 0; k < count; k++) {
        vr_table_text(&t, rates[k].name);
        vr_table_number(&t, (double)rates[k].n, 0);
        vr_table_number(&t, 100 * rates[k].mean, 1);
        vr_table_interval(&t, rates[k].rate, 3);
        vr_table_interval(&t, rates[k].top, 2);
        vr_table_number(&t, rates[k].line.intercept, 3);
        vr_table_number(&t, rates[k].line.r2, 3);
        vr_table_digits(&t, rates[k].line.p, 2);
        vr_table_number(&t, rates[k].headroom, 2);
        vr_table_interval(&t, rates[k].lag, 2);
    }
    return t;
}

/* ---- effective robustness ---- */

/* The trend of ordinary models of one benchmark; false, without an error, where there are too few. */
static bool vrp_progress_trend(vr_arena *scratch, vr_robust *r, const vr_benchmarks *b, int64_t k,
                               vr_err *err) {
    double *x = VR_NEW(scratch, double, b->models), *y = VR_NEW(scratch, double, b->models);
    for (int all = 0; all < 2; all++) {
        int64_t n = 0;
        for (int64_t m = 0; m < b->models; m++) {
            const double u = b->benchmark[b->benchmark[k].base].value[m], v = b->benchmark[k].value[m];
            if (!(u > 0 && u < 1 && v > 0 && v < 1) || (!all && b->pretraining[m] != VR_PRETRAINING_IN1K))
                continue;
            x[n] = u, y[n++] = v;
        }
        if (n >= 10 || all) return vr_trend_fit(&r->trend, x, y, n, VR_SPACE_LOGIT, scratch, err);
    }
    return false;
}

int64_t vr_robust_fit(vr_arena *perm, vr_robust **out, const vr_benchmarks *b, const vr_progress_opts *opts,
                      vr_err *err) {
    const vr_bootstrap bootstrap = {.resamples = opts ? opts->resamples : 0, .seed = opts ? opts->seed : 0};
    *out = NULL;
    if (b->count < 2)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s has no benchmark beside the first", b->path) ? 0 : -1;
    vr_robust *robust = VR_NEW(perm, vr_robust, b->count);
    vr_arena scratch = {0};
    int64_t count = 0;
    for (int64_t k = 0; k < b->count; k++) {
        if (b->benchmark[k].gap || b->benchmark[k].base < 0) continue;
        vr_robust *r = &robust[count++];
        *r = (vr_robust){
            .name = b->benchmark[k].name, .benchmark = k, .above = VR_NEW(perm, double, b->models)};
        vr_err own = {0};
        if (!vrp_progress_trend(&scratch, r, b, k, &own)) {
            vr_arena_free(&scratch);
            vr_err_set(err, own.code, own.src_file, own.src_line, "%s: '%.100s': %s", b->path, r->name,
                       own.msg);
            return -1;
        }
        double *above = VR_NEW(&scratch, double, b->models);
        for (int p = 0; p < VR_PRETRAINING_COUNT; p++) {
            for (int64_t m = 0; m < b->models; m++) {
                if ((int)b->pretraining[m] != p) continue;
                const double u = b->benchmark[b->benchmark[k].base].value[m], v = b->benchmark[k].value[m];
                r->above[m] = u > 0 && u < 1 ? vr_effective_robustness(&r->trend, u, v) : NAN;
                if (isfinite(r->above[m])) above[r->n[p]++] = r->above[m];
            }
            r->mean[p] = vr_bootstrap_mean(&scratch, above, r->n[p], &bootstrap);
        }
        vr_arena_reset(&scratch);
    }
    vr_arena_free(&scratch);
    *out = robust;
    return count;
}

vr_table vr_robust_table(vr_arena *arena, const vr_robust *robust, int64_t count) {
    const char *names[1 + 2 * VR_PRETRAINING_COUNT] = {"benchmark"};
    for (int p = 0; p < VR_PRETRAINING_COUNT; p++) {
        names[1 + 2 * p] = vr_pretraining_name((vr_pretraining)p);
        names[2 + 2 * p] = vr_arena_printf(arena, "models, %s", names[1 + 2 * p]);
    }
    vr_table t = vr_table_new(arena, names, 1 + 2 * VR_PRETRAINING_COUNT);
    for (int64_t k = 0; k < count; k++) {
        vr_table_text(&t, robust[k].name);
        for (int p = 0; p < VR_PRETRAINING_COUNT; p++) {
            const vr_interval m = robust[k].mean[p];
            vr_table_interval(&t, (vr_interval){100 * m.value, 100 * m.low, 100 * m.high}, 1);
            vr_table_number(&t, (double)robust[k].n[p], 0);
        }
    }
    return t;
}

/* A model and its mean effective robustness. */
typedef struct vrp_progress_rank {
    double mean;
    int64_t model;
} vrp_progress_rank;

static int vrp_progress_by_mean(const void *a, const void *b) {
    const vrp_progress_rank *x = (const vrp_progress_rank *)a, *y = (const vrp_progress_rank *)b;
    if (x->mean != y->mean) return x->mean > y->mean ? -1 : 1;
    return (x->model > y->model) - (x->model < y->model);
}

vr_table vr_robust_models_table(vr_arena *arena, const vr_benchmarks *b, const vr_robust *robust,
                                int64_t count, int64_t most) {
    const char **names = VR_NEW(arena, const char *, count + 4);
    names[0] = "model", names[1] = "seen", names[2] = vr_arena_printf(arena, "%s %%", b->benchmark[0].name);
    names[3] = "mean above";
    for (int64_t k = 0; k < count; k++) names[4 + k] = robust[k].name;
    vr_table t = vr_table_new(arena, names, count + 4);
    vrp_progress_rank *rank = VR_NEW(arena, vrp_progress_rank, b->models);
    int64_t n = 0;
    for (int64_t m = 0; m < b->models; m++) {
        double sum = 0;
        int64_t on = 0;
        for (int64_t k = 0; k < count; k++)
            if (isfinite(robust[k].above[m])) sum += robust[k].above[m], on++;
        if (on > 0) rank[n++] = (vrp_progress_rank){sum / (double)on, m};
    }
    qsort(rank, (size_t)n, sizeof *rank, vrp_progress_by_mean);
    for (int64_t i = 0; i < vr_min(n, most); i++) {
        const int64_t m = rank[i].model;
        vr_table_text(&t, b->model[m]);
        vr_table_text(&t, vr_pretraining_name(b->pretraining[m]));
        vr_table_number(&t, 100 * b->benchmark[0].value[m], 1);
        vr_table_number(&t, 100 * rank[i].mean, 1);
        for (int64_t k = 0; k < count; k++) vr_table_number(&t, 100 * robust[k].above[m], 1);
    }
    return t;
}
