/* study/corruption.c: what an image is corrupted by stands in its path, so that folders, archives and arrays are read by one
 * rule. */
#include "corruption_impl.h"
#include "../base/text.h"
#include "../format/csv.h"
#include "../metric/accuracy.h"
#include <math.h>
#include <string.h>

bool vrp_severities_parse(int severity[VR_SEVERITIES], int64_t *count, const char *list, vr_err *err) {
    bool chosen[VR_SEVERITIES + 1] = {false};
    const char *s = list ? list : "1,2,3,4,5";
    for (;; s += 2) {
        if (s[0] < '1' || s[0] > '5' || chosen[s[0] - '0'] || (s[1] && s[1] != ','))
            return vr_fail(err, VR_ERR_USAGE, "severity '%s': expected 1 to 5, each once, as 3 or 1,3,5",
                           list);
        chosen[s[0] - '0'] = true;
        if (!s[1]) break;
    }
    *count = 0;
    for (int k = 1; k <= VR_SEVERITIES; k++)
        if (chosen[k]) severity[(*count)++] = k;
    return true;
}

const char *vrp_severities_text(vr_arena *arena, const int *severity, int64_t count) {
    if (count == VR_SEVERITIES) return "severities 1 to 5";
    vr_text t = {.arena = arena};
    vr_text_add(&t, count == 1 ? "severity" : "severities");
    for (int64_t s = 0; s < count; s++)
        vr_text_printf(&t, "%s %d", s == 0 ? "" : s == count - 1 ? " and" : ",", severity[s]);
    return t.data;
}

/* ---- cells ---- */

static int64_t vrp_corruption_factor(const char *name, int64_t n) {
    for (int f = 0; f < VR_FACTOR_COUNT; f++) {
        const char *known = vr_factor_name((vr_factor)f);
        if ((int64_t)strlen(known) == n && memcmp(known, name, (size_t)n) == 0) return f;
    }
    return -1;
}

/* What follows CORRUPTION/SEVERITY/ in the path of a file, the last such pair; NULL where there is none. */
static const char *vrp_corruption_rest(vr_arena *scratch, const vr_dataset *data, const char *file,
                                       vr_factor *factor, int *severity) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    const char *path = vr_arena_printf(scratch, "%s/%s", data->path, file);
    const int64_t before = (int64_t)(strlen(path) - strlen(file));
    int64_t rest = -1;
    for (const char *s = path, *slash; (slash = strchr(s, '/')) != NULL; s = slash + 1) {
        if (slash[1] < '1' || slash[1] > '5' || slash[2] != '/') continue;
        const int64_t f = vrp_corruption_factor(s, slash - s);
        if (f < 0) continue;
        *factor = (vr_factor)f, *severity = slash[1] - '0', rest = slash + 3 - path;
    }
    vr_arena_rewind(scratch, mark);
    return rest < 0 ? NULL : file + vr_max(0, rest - before);
}

bool vrp_corruptions_find(vr_arena *perm, vr_corruptions *out, const vr_dataset *data, vr_err *err) {
    *out = (vr_corruptions){0};
    enum { CELLS = VR_FACTOR_COUNT * VR_SEVERITIES };
    vr_corruptions c = {.factor = VR_NEW(perm, vr_factor, CELLS), .severity = VR_NEW(perm, int, CELLS)};
    const char **rest = VR_NEW(perm, const char *, data->count), *outside = NULL;
    bool seen[VR_FACTOR_COUNT][VR_SEVERITIES + 1] = {{false}};
    for (int64_t i = 0; i < data->count; i++) {
        vr_factor f = VR_FACTOR_COUNT;
        int s = 0;
        rest[i] = vrp_corruption_rest(perm, data, data->files[i], &f, &s);
        if (!rest[i]) {
            outside = data->files[i];
            continue;
        }
        if (c.count == 0 || c.factor[c.count - 1] != f || c.severity[c.count - 1] != s) {
            if (c.count == 1) c.images = i;
            if (seen[f][s])
                return vr_fail(err, VR_ERR_ARGUMENT,
                               "%s: %s is in several folders at severity %d: '%s' for one", data->path,
                               vr_factor_name(f), s, data->files[i]);
            seen[f][s] = true;
            c.factor[c.count] = f, c.severity[c.count++] = s;
        }
        const int64_t first = c.count == 1 ? i : i - (c.count - 1) * c.images;
        if (first < 0 || (c.count > 1 && (first >= c.images || strcmp(rest[i], rest[first]) != 0)))
            return vr_fail(err, VR_ERR_ARGUMENT,
                           "%s: %s at severity %d and %s at severity %d have not the same images: '%s'",
                           data->path, vr_factor_name(c.factor[0]), c.severity[0], vr_factor_name(f), s,
                           data->files[i]);
    }
    if (c.count == 1) c.images = data->count;
    if (c.count > 0 && outside)
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: '%s' is not below CORRUPTION/SEVERITY/, as other images are", data->path,
                       outside);
    if (c.count * c.images != data->count && c.count > 0)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: %s at severity %d lacks images that %s at severity %d has",
                       data->path, vr_factor_name(c.factor[c.count - 1]), c.severity[c.count - 1],
                       vr_factor_name(c.factor[0]), c.severity[0]);
    *out = c;
    return true;
}

/* ---- errors ---- */

const char *vrp_model_letter(vr_arena *arena, int64_t m) {
    return m < 26 ? vr_arena_printf(arena, "%c", (int)('A' + m))
                  : vr_arena_printf(arena, "%lld", (long long)m + 1);
}

bool vrp_corruption_counts(vr_factor factor) {
    return factor < VR_FACTOR_DEFAULTS && !vr_factor_is_continuous(factor);
}

vr_corruption_errors vrp_corruption_errors(const vr_factor *factors, const double *accuracy, int64_t n,
                                           double clean, const double *baseline) {
    double error[VR_FACTOR_COUNT], of[VR_FACTOR_COUNT];
    int64_t count = 0;
    for (int64_t f = 0; f < n && count < VR_FACTOR_COUNT; f++) {
        if (!vrp_corruption_counts(factors[f])) continue;
        of[count] = baseline ? baseline[factors[f]] : (double)NAN;
        error[count++] = 1 - accuracy[f];
    }
    return (vr_corruption_errors){.count = count,
                                  .mean = vr_mce(error, NULL, count, 1),
                                  .relative = vr_mce(error, NULL, count, 1) - (1 - clean),
                                  .mce = vr_mce(error, of, count, 1)};
}

static bool vrp_baseline_read(vr_csv *csv, double *baseline, vr_err *err) {
    const int64_t name = vr_csv_column(csv, "corruption", err);
    const int64_t error = name < 0 ? -1 : vr_csv_column(csv, "error", err);
    if (error < 0) return false;
    while (vr_csv_next(csv, err)) {
        const vr_bytes field = csv->fields[name];
        const int64_t f = vrp_corruption_factor((const char *)field.data, field.size);
        double x;
        if (f < 0 || !isnan(baseline[f]))
            return vr_csv_fail(csv, name, err, "'%.*s' is %s", (int)vr_min(field.size, 60),
                               (const char *)field.data, f < 0 ? "no corruption" : "named twice");
        if (!vr_csv_double(&x, csv, error, err)) return false;
        if (!(x > 0 && x <= 100))
            return vr_csv_fail(csv, error, err, "expected an error in per cent, above 0 and up to 100");
        baseline[f] = x / 100;
    }
    return csv->ended;
}

const double *vrp_baseline_load(vr_arena *perm, const char *name, vr_err *err) {
    static const double alexnet[] = {0.886428, 0.894468, 0.922640, 0.819880, 0.826268,
                                     0.785948, 0.798360, 0.866816, 0.826572, 0.819324,
                                     0.564592, 0.853204, 0.646056, 0.717840, 0.606500};
    double *baseline = VR_NEW(perm, double, VR_FACTOR_COUNT);
    for (int f = 0; f < VR_FACTOR_COUNT; f++) baseline[f] = (double)NAN;
    if (strcmp(name, "alexnet") == 0) {
        memcpy(baseline, alexnet,
               sizeof alexnet); /* the fifteen come first in VR_FACTORS, in the paper's order */
        return baseline;
    }
    vr_csv csv;
    return vr_csv_load(perm, &csv, name, err) && vrp_baseline_read(&csv, baseline, err) ? baseline : NULL;
}
