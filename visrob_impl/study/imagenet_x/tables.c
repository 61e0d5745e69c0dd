/* study/imagenet_x/tables.c: the released tables of accuracies, in and out, and the tables and text of this study.
 *
 * Released tables have accuracies only, as the shortest decimal numbers that read back as the same doubles. A quotient of
 * two integers is rounded once, so of the right denominator every accuracy is a multiple to the last bit; that gives back
 * the counts, and with them intervals. */
#include "../../base/log.h"
#include "../../base/os.h"
#include "../../format/json.h"
#include "../../metric/accuracy.h"
#include "../../tensor/hypothesis.h"
#include "imagenet_x_impl.h"
#include <math.h>
#include <string.h>

/* ---- counts from accuracies ---- */

/* The smallest n of which all x[count] are multiples, to the last bit; 0 where there is none. */
static int64_t vrp_imagenet_x_denominator(const double *x, int64_t count) {
    for (int64_t n = 1; n <= 100000 && count > 0; n++) {
        int64_t i = 0;
        while (i < count && rint(x[i] * (double)n) / (double)n == x[i]) i++;
        if (i == count) return n;
    }
    return 0;
}

/* Finds the counts of column f (16: of the average) of the rows of one metaclass, NULL: of all images. */
static void vrp_imagenet_x_recover_column(vr_imagenet_x_row *rows, int64_t count, const char *metaclass,
                                          int f, double *scratch) {
    int64_t known = 0;
    for (int64_t i = 0; i < count; i++) {
        const double a = f < VR_IMAGENET_X_FACTORS ? rows[i].accuracy[f] : rows[i].average;
        if (rows[i].metaclass == metaclass && !isnan(a)) scratch[known++] = a;
    }
    const int64_t n = vrp_imagenet_x_denominator(scratch, known);
    for (int64_t i = 0; i < count; i++) {
        if (rows[i].metaclass != metaclass) continue;
        if (f == VR_IMAGENET_X_FACTORS)
            rows[i].n = n;
        else
            rows[i].count[f] = isnan(rows[i].accuracy[f]) ? 0 : n;
    }
}

void vrp_imagenet_x_recover(vr_imagenet_x_row *rows, int64_t count) {
    vr_arena scratch = {0};
    double *x = VR_NEW(&scratch, double, count);
    for (int g = -1; g < VR_IMAGENET_X_METACLASSES; g++)
        for (int f = 0; f <= VR_IMAGENET_X_FACTORS; f++)
            vrp_imagenet_x_recover_column(rows, count, g < 0 ? NULL : vrp_imagenet_x_metaclass(g), f, x);
    vr_arena_free(&scratch);
}

/* ---- released tables, in ---- */

/* Columns after the 16 factors. */
enum {
    VRP_IMAGENET_X_MODEL = VR_IMAGENET_X_FACTORS,
    VRP_IMAGENET_X_GROUP,
    VRP_IMAGENET_X_WORST_FACTOR,
    VRP_IMAGENET_X_AVERAGE,
    VRP_IMAGENET_X_WORST_CLASSES,
    VRP_IMAGENET_X_COLUMNS
};

static const char *vrp_imagenet_x_column(int c) {
    static const char *const more[] = {"model", "metaclass", "worst_factor", "average", "worst_100_classes"};
    return c < VR_IMAGENET_X_FACTORS ? vr_imagenet_x_factor(c) : more[c - VR_IMAGENET_X_FACTORS];
}

/* column[c] = the file's column of each of ours, -1 where an optional one is missing. */
static bool vrp_imagenet_x_columns(int64_t *column, const vr_csv *csv, vr_err *err) {
    for (int c = 0; c < VRP_IMAGENET_X_COLUMNS; c++) {
        const bool optional = c == VRP_IMAGENET_X_GROUP || c == VRP_IMAGENET_X_WORST_FACTOR ||
                              c == VRP_IMAGENET_X_WORST_CLASSES;
        column[c] = optional ? vr_csv_find(csv, vrp_imagenet_x_column(c))
                             : vr_csv_column(csv, vrp_imagenet_x_column(c), err);
        if (column[c] < 0 && !optional) return false;
    }
    for (int64_t i = 0; i < csv->columns; i++) {
        int c = 0;
        while (c < VRP_IMAGENET_X_COLUMNS && column[c] != i) c++;
        if (c == VRP_IMAGENET_X_COLUMNS)
            return vr_fail(err, VR_ERR_FORMAT, "%s:1: unknown column '%.100s'", csv->path, csv->names[i]);
    }
    return true;
}

/* A field that is an accuracy, or empty. */
static bool vrp_imagenet_x_accuracy(double *x, const vr_csv *csv, int64_t column, vr_err *err) {
    *x = (double)NAN;
    if (column < 0 || csv->fields[column].size == 0) return true;
    if (!vr_csv_double(x, csv, column, err)) return false;
    if (isnan(*x) || (*x >= 0 && *x <= 1)) return true;
    return vr_csv_fail(csv, column, err, "expected an accuracy, 0 to 1, found %g (column '%s')", *x,
                       csv->names[column]);
}

static bool vrp_imagenet_x_row_read(vr_arena *perm, vr_imagenet_x_row *row, const vr_csv *csv,
                                    const int64_t *column, vr_err *err) {
    const int64_t model = column[VRP_IMAGENET_X_MODEL], group = column[VRP_IMAGENET_X_GROUP];
    *row = (vr_imagenet_x_row){.ece = (double)NAN};
    if (csv->fields[model].size == 0) return vr_csv_fail(csv, model, err, "expected the name of a model");
    row->model = vr_csv_string(perm, csv, model);
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        if (!vrp_imagenet_x_accuracy(&row->accuracy[f], csv, column[f], err)) return false;
        row->factor_ece[f] = (double)NAN;
    }
    if (!vrp_imagenet_x_accuracy(&row->average, csv, column[VRP_IMAGENET_X_AVERAGE], err) ||
        !vrp_imagenet_x_accuracy(&row->worst_factor, csv, column[VRP_IMAGENET_X_WORST_FACTOR], err) ||
        !vrp_imagenet_x_accuracy(&row->worst_classes, csv, column[VRP_IMAGENET_X_WORST_CLASSES], err))
        return false;
    const int64_t worst = vr_worst(row->accuracy, VR_IMAGENET_X_FACTORS);
    if (column[VRP_IMAGENET_X_WORST_FACTOR] < 0 && worst >= 0) row->worst_factor = row->accuracy[worst];
    if (group < 0) return true;
    const vr_bytes name = csv->fields[group];
    const int64_t g = vrp_imagenet_x_metaclass_find(name);
    if (g >= 0) row->metaclass = vrp_imagenet_x_metaclass(g);
    return g >= 0 || vr_csv_fail(csv, group, err, "unknown metaclass '%.*s'", (int)vr_min(name.size, 60),
                                 (const char *)name.data);
}

static const char *const vrp_imagenet_x_targets[] = {"class", "metaclass", "real_class"};

/* Which of the names is a part of the path, ended by "/" or "."; the last one counts. -1: none. */
static int vrp_imagenet_x_in_path(const char *path, const char *const *names, int count) {
    int found = -1;
    for (size_t n; *path; path += n + (path[n] != 0)) {
        n = strcspn(path, "/.");
        for (int i = 0; i < count; i++)
            if (strlen(names[i]) == n && memcmp(path, names[i], n) == 0 && path[n]) found = i;
    }
    return found;
}

/* Checks that a file has what the tables before it have, as far as the paths tell, and notes what that is. */
static bool vrp_imagenet_x_same_kind(vr_arena *perm, vr_imagenet_x_table *t, const char *path,
                                     bool by_metaclass, vr_err *err) {
    static const char *const annotations[] = {"top", "multi"};
    const int a = vrp_imagenet_x_in_path(path, annotations, 2),
              b = vrp_imagenet_x_in_path(path, vrp_imagenet_x_targets, 3);
    const char *const kind[] = {a < 0 ? NULL : annotations[a], b < 0 ? NULL : vrp_imagenet_x_targets[b],
                                by_metaclass ? "by metaclass" : "all images"};
    for (int k = 0; k < 3; k++)
        if (kind[k] && t->kind[k] && strcmp(kind[k], t->kind[k]) != 0)
            return vr_fail(err, VR_ERR_ARGUMENT, "%s: tables of different kinds: '%s', but '%s' in %s", path,
                           kind[k], t->kind[k], t->path);
    for (int k = 0; k < 3; k++)
        if (kind[k]) t->kind[k] = kind[k];
    t->path = vr_arena_string(perm, path, (int64_t)strlen(path));
    return true;
}

/* Appends one file's rows. */
static bool vrp_imagenet_x_table_file(vr_arena *perm, vr_imagenet_x_table *table, const char *path,
                                      vr_err *err) {
    vr_arena scratch = {0};
    vr_csv csv;
    vr_err own = {0};
    vrp_imagenet_x_keys keys = {.names.arena = &scratch};
    vr_imagenet_x_table t = *table;
    int64_t column[VRP_IMAGENET_X_COLUMNS], capacity = t.count;
    bool ok = vr_csv_load(&scratch, &csv, path, &own) && vrp_imagenet_x_columns(column, &csv, &own) &&
              vrp_imagenet_x_same_kind(perm, &t, path, column[VRP_IMAGENET_X_GROUP] >= 0, &own);
    while (ok && vr_csv_next(&csv, &own)) {
        if (t.count == capacity) {
            capacity = vr_max(64, 2 * t.count);
            vr_imagenet_x_row *more = VR_NEW(perm, vr_imagenet_x_row, capacity);
            if (t.count > 0) memcpy(more, t.rows, (size_t)t.count * sizeof *more);
            t.rows = more;
        }
        vr_imagenet_x_row *row = &t.rows[t.count++];
        if (!vrp_imagenet_x_row_read(perm, row, &csv, column, &own)) break;
        const char *key = vrp_imagenet_x_row_name(&scratch, row);
        ok = vrp_imagenet_x_key(&keys, &csv, column[VRP_IMAGENET_X_MODEL], "model",
                                (vr_bytes){(const uint8_t *)key, (int64_t)strlen(key)}, &own);
    }
    vr_arena_free(&scratch);
    if (own.code == VR_OK && t.count == table->count) vr_fail(&own, VR_ERR_ARGUMENT, "%s: no models", path);
    if (own.code != VR_OK) return vr_err_pass(err, &own);
    *table = t;
    return true;
}

/* Appends the tables of a folder, which are named "accuracies_per_factor.csv" or "accuracies_per_factor.class.csv". */
static bool vrp_imagenet_x_walk(vr_arena *perm, vr_imagenet_x_table *table, const char *folder, int depth,
                                vr_imagenet_x_target target, vr_err *err) {
    static const char stem[] = "accuracies_per_factor";
    const char **names;
    int64_t n;
    if (depth > 16) return vr_fail(err, VR_ERR_LIMIT, "%s: more than 16 folders deep", folder);
    if (!vr_dir_list(perm, &names, NULL, &n, folder, err)) return false;
    for (int64_t i = 0; i < n; i++) {
        const char *path = vr_arena_printf(perm, "%s/%s", folder, names[i]),
                   *rest = names[i] + sizeof stem - 1;
        if (vr_path_is_dir(path)) {
            if (!vrp_imagenet_x_walk(perm, table, path, depth + 1, target, err)) return false;
        } else if (strncmp(names[i], stem, sizeof stem - 1) != 0 || !vr_path_has_suffix(rest, ".csv"))
            table->other_files++;
        else if (*rest != '.' || !((depth == 0 && strcmp(rest, ".csv") == 0) ||
                                   vrp_imagenet_x_in_path(path, vrp_imagenet_x_targets, 3) == (int)target))
            table->other_tables++;
        else if (!vrp_imagenet_x_table_file(perm, table, path, err))
            return false;
    }
    return true;
}

bool vr_imagenet_x_table_load(vr_arena *perm, vr_imagenet_x_table *table, const char *path,
                              vr_imagenet_x_target target, vr_err *err) {
    const int64_t before = table->count;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    if (!vr_path_is_dir(path)
            ? !vrp_imagenet_x_table_file(perm, table, path, err)
            : !vrp_imagenet_x_walk(perm, table, vr_arena_string(perm, path, (int64_t)n), 0, target, err))
        return false;
    if (table->count == before)
        return vr_fail(err, VR_ERR_ARGUMENT,
                       "%s: no table %s/accuracies_per_factor.csv or accuracies_per_factor.%s.csv", path,
                       vrp_imagenet_x_targets[target], vrp_imagenet_x_targets[target]);
    vrp_imagenet_x_recover(table->rows, table->count);
    return true;
}

/* ---- released tables, out ---- */

/* x as Python writes it: 0.25, 1.0; nothing for NaN. */
static void vrp_imagenet_x_digits(vr_text *t, double x) {
    vr_text_add(t, ",");
    if (isnan(x)) return;
    const int64_t from = t->size;
    vr_json_real(t, x);
    if (!strpbrk(t->data + from, ".e")) vr_text_add(t, ".0");
}

bool vr_imagenet_x_table_save(const vr_imagenet_x_row *rows, int64_t count, const char *path, vr_err *err) {
    vr_arena arena = {0};
    vr_text t = {.arena = &arena};
    const bool groups = count > 0 && rows[0].metaclass;
    vr_text_add(&t, groups ? "model,metaclass" : "model");
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) vr_text_printf(&t, ",%s", vr_imagenet_x_factor(f));
    vr_text_add(&t, groups ? ",worst_factor,average\n" : ",worst_factor,average,worst_100_classes\n");
    for (int64_t i = 0; i < count; i++) {
        const vr_imagenet_x_row *row = &rows[i];
        VR_CHECK(groups == (row->metaclass != NULL), "row %lld: all rows or none are of metaclasses",
                 (long long)i);
        vr_csv_field(&t, row->model);
        if (groups) vr_text_printf(&t, ",%s", row->metaclass);
        for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) vrp_imagenet_x_digits(&t, row->accuracy[f]);
        vrp_imagenet_x_digits(&t, row->worst_factor);
        vrp_imagenet_x_digits(&t, row->average);
        if (!groups) vrp_imagenet_x_digits(&t, row->worst_classes);
        vr_text_add(&t, "\n");
    }
    const bool ok = vr_file_write(path, t.data, t.size, err);
    vr_arena_free(&arena);
    return ok;
}

/* ---- tables ---- */

const char *vrp_imagenet_x_row_name(vr_arena *arena, const vr_imagenet_x_row *row) {
    return row->metaclass ? vr_arena_printf(arena, "%s, %s", row->model, row->metaclass) : row->model;
}

/* An accuracy over n images with Wilson's 95 % interval; without one where n is unknown. */
static vr_interval vrp_imagenet_x_interval(double accuracy, int64_t images) {
    if (images <= 0 || isnan(accuracy)) return (vr_interval){accuracy, (double)NAN, (double)NAN};
    return vr_wilson((int64_t)rint(accuracy * (double)images), images, 0);
}

static double vrp_imagenet_x_images(int64_t n) { return n > 0 ? (double)n : (double)NAN; }

/* A few models: a row a factor. */
static vr_table vrp_imagenet_x_by_factor(vr_arena *perm, const vr_imagenet_x_table *table,
                                         int64_t min_images) {
    const char *names[2 + VRP_IMAGENET_X_FEW] = {"factor", "images"};
    for (int64_t m = 0; m < table->count; m++) names[2 + m] = vrp_imagenet_x_row_name(perm, &table->rows[m]);
    for (int64_t m = 1; m < table->count; m++) /* of files with other images each */
        if (memcmp(table->rows[m].count, table->rows[0].count, sizeof table->rows[0].count) != 0)
            names[1] = vr_arena_printf(perm, "images, %s", names[2]);
    vr_table t = vr_table_new(perm, names, 2 + table->count);
    for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        vr_table_text(&t, vr_imagenet_x_factor(f));
        vr_table_number(&t, vrp_imagenet_x_images(table->rows[0].count[f]), 0);
        for (int64_t m = 0; m < table->count; m++)
            vr_table_digits(&t, vrp_imagenet_x_ratio(&table->rows[m], f, min_images), 6);
    }
    return t;
}

/* A table of one row a model: begins with model, metaclass if the rows have one, and accuracy, then `more` columns. */
static vr_table vrp_imagenet_x_models(vr_arena *perm, const vr_imagenet_x_table *table,
                                      const char *const *more, int64_t count) {
    const char *names[3 + VR_IMAGENET_X_FACTORS] = {"model"};
    int64_t columns = 1;
    if (table->rows[0].metaclass) names[columns++] = "metaclass";
    names[columns++] = "accuracy";
    for (int64_t k = 0; k < count; k++) names[columns++] = more[k];
    return vr_table_new(perm, names, columns);
}

static void vrp_imagenet_x_model(vr_table *t, const vr_imagenet_x_row *row) {
    vr_table_text(t, row->model);
    if (row->metaclass) vr_table_text(t, row->metaclass);
    vr_table_number(t, row->average, 4);
}

vr_table vrp_imagenet_x_ratio_table(vr_arena *perm, const vr_imagenet_x_table *table, int64_t min_images) {
    if (table->count <= VRP_IMAGENET_X_FEW) return vrp_imagenet_x_by_factor(perm, table, min_images);
    const char *names[VR_IMAGENET_X_FACTORS];
    for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) names[f] = vr_imagenet_x_factor(f);
    vr_table t = vrp_imagenet_x_models(perm, table, names, VR_IMAGENET_X_FACTORS);
    for (int64_t m = 0; m < table->count; m++) {
        vrp_imagenet_x_model(&t, &table->rows[m]);
        for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++)
            vr_table_digits(&t, vrp_imagenet_x_ratio(&table->rows[m], f, min_images), 6);
    }
    return t;
}

/* Many models: the worst factor of each. */
static vr_table vrp_imagenet_x_worst_table(vr_arena *perm, const vr_imagenet_x_table *table,
                                           int64_t min_images) {
    static const char *const names[] = {"worst factor", "error ratio"};
    vr_table t = vrp_imagenet_x_models(perm, table, names, 2);
    for (int64_t m = 0; m < table->count; m++) {
        const vr_imagenet_x_row *row = &table->rows[m];
        const int64_t f = vrp_imagenet_x_worst(row, min_images);
        vrp_imagenet_x_model(&t, row);
        vr_table_text(&t, f < 0 ? "-" : vr_imagenet_x_factor(f));
        vr_table_interval(&t, f < 0 ? (vr_interval){0} : vrp_imagenet_x_error_ratio_interval(row, f), 3);
    }
    return t;
}

vr_table vrp_imagenet_x_cells(vr_arena *arena, const vr_imagenet_x_row *rows, int64_t count,
                              int64_t min_images, bool metaclass, bool ece) {
    const char *names[9] = {"model"};
    static const char *const more[] = {"factor",      "images",     "accuracy",
                                       "error ratio", "rest ratio", "error shift"};
    int64_t columns = 1;
    if (metaclass) names[columns++] = "metaclass";
    for (int k = 0; k < 6; k++) names[columns++] = more[k];
    if (ece) names[columns++] = "ece";
    vr_table t = vr_table_new(arena, names, columns);
    for (int64_t i = 0; i < count; i++) {
        const vr_imagenet_x_row *row = &rows[i];
        double shift[VR_IMAGENET_X_FACTORS];
        vrp_imagenet_x_shift(shift, row);
        for (int f = -1; f < VR_IMAGENET_X_FACTORS; f++) {
            const bool all = f < 0;
            const double accuracy = all ? row->average : row->accuracy[f];
            const int64_t images = all ? row->n : row->count[f];
            if (images < min_images && (images > 0 || isnan(accuracy))) continue;
            vr_table_text(&t, row->model);
            if (metaclass) vr_table_text(&t, row->metaclass ? row->metaclass : "");
            vr_table_text(&t, all ? "(all)" : vr_imagenet_x_factor(f));
            vr_table_number(&t, vrp_imagenet_x_images(images), 0);
            vr_table_interval(&t, vrp_imagenet_x_interval(accuracy, images), 4);
            vr_table_interval(
                &t, all ? (vr_interval){1, NAN, NAN} : vrp_imagenet_x_error_ratio_interval(row, f), 3);
            vr_table_number(&t, all ? (double)NAN : vrp_imagenet_x_rest_ratio(row, f), 3);
            vr_table_number(&t, all ? (double)NAN : shift[f], 4);
            if (ece) vr_table_number(&t, all ? row->ece : row->factor_ece[f], 4);
        }
    }
    return t;
}

vr_table vr_imagenet_x_cells(vr_arena *perm, const vr_imagenet_x_row *rows, int64_t count) {
    return vrp_imagenet_x_cells(perm, rows, count, 0, true, true); /* always the same columns */
}

void vrp_imagenet_x_order(int *order, const double *value) {
    for (int i = 0; i < VR_IMAGENET_X_FACTORS; i++) {
        int at = i;
        for (;
             at > 0 && (value[i] > value[order[at - 1]] || (isnan(value[order[at - 1]]) && !isnan(value[i])));
             at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

vr_table vrp_imagenet_x_family_table(vr_arena *perm, const vr_imagenet_x_families *x) {
    const char **names = VR_NEW(perm, const char *, x->count + 4);
    names[0] = "factor";
    names[1] = vr_arena_printf(perm, "all (%lld)", (long long)x->all.models);
    for (int64_t i = 0; i < x->count; i++)
        names[2 + i] =
            vr_arena_printf(perm, "%s (%lld)", x->families[i].name, (long long)x->families[i].models);
    names[2 + x->count] = "A", names[3 + x->count] = "p";
    vr_table t = vr_table_new(perm, names, x->count + 4);
    int order[VR_IMAGENET_X_FACTORS];
    vrp_imagenet_x_order(order, x->all.ratio);
    for (int i = 0; i < VR_IMAGENET_X_FACTORS; i++) {
        const int f = order[i];
        vr_table_text(&t, vr_imagenet_x_factor(f));
        vr_table_number(&t, x->all.ratio[f], 4);
        for (int64_t k = 0; k < x->count; k++) vr_table_number(&t, x->families[k].ratio[f], 4);
        vr_table_number(&t, x->statistic[f], 4);
        vr_table_p(&t, x->p[f]);
    }
    return t;
}

vr_table vrp_imagenet_x_effect_table(vr_arena *perm, const vr_imagenet_x_effects *x) {
    static const char *const names[] = {"factor",      "t",           "p",          "from strength",
                                        "ratio there", "to strength", "ratio at it"};
    vr_table t = vr_table_new(perm, names, (int64_t)(sizeof names / sizeof *names));
    double value[VR_IMAGENET_X_FACTORS];
    int order[VR_IMAGENET_X_FACTORS];
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) value[f] = x->factors[f].t;
    vrp_imagenet_x_order(order, value);
    for (int i = 0; i < VR_IMAGENET_X_FACTORS; i++) {
        const vr_imagenet_x_effect *e = &x->factors[order[i]];
        vr_table_text(&t, vr_imagenet_x_factor(order[i]));
        vr_table_number(&t, e->t, 4);
        vr_table_p(&t, e->p);
        vr_table_number(&t, e->low, 1);
        vr_table_number(&t, e->low_mean, 4);
        vr_table_number(&t, e->high, 1);
        vr_table_number(&t, e->high_mean, 4);
    }
    return t;
}

/* ---- text ---- */

void vr_imagenet_x_print(FILE *file, const vr_imagenet_x_report *r) {
    vr_arena scratch = {0};
    const vr_table ratios = r->table->count <= VRP_IMAGENET_X_FEW
                                ? vrp_imagenet_x_ratio_table(&scratch, r->table, r->min_images)
                                : vrp_imagenet_x_worst_table(&scratch, r->table, r->min_images);
    vr_print(file, "Error ratios, %s\n\n", r->data);
    vr_table_print(file, &ratios);
    vr_print(file, "\n2 means twice as many errors with the factor as on all images.\n");
    if (r->families) {
        const vr_table families = vrp_imagenet_x_family_table(&scratch, r->families);
        vr_print(file, "\nMean error ratios by family\n\n");
        vr_table_print(file, &families);
    }
    if (r->effects) {
        const vr_table effects = vrp_imagenet_x_effect_table(&scratch, r->effects);
        vr_print(file, "\nWhat %s does\n\n", r->augmentation);
        vr_table_print(file, &effects);
    }
    vr_arena_free(&scratch);
}

const char *vrp_imagenet_x_join_text(vr_arena *arena, const vr_imagenet_x_row *row) {
    const vr_join *j = &row->join;
    if (j->missing + j->extra + j->unlabelled + row->prototypes == 0) return NULL;
    const char *text = vr_join_text(arena, j);
    return row->prototypes == 0 ? text
                                : vr_arena_printf(arena, "%s; %lld predictions of prototypes are left out",
                                                  text, (long long)row->prototypes);
}

void vr_imagenet_x_print_join(const vr_imagenet_x_table *t) {
    vr_arena scratch = {0};
    for (int64_t m = 0, next; m < t->count; m = next) {
        const vr_imagenet_x_row *row = &t->rows[m];
        const char *text = vrp_imagenet_x_join_text(&scratch, row), *more = "";
        for (next = m + 1; next < t->count && t->rows[next].prototypes == row->prototypes &&
                           memcmp(&t->rows[next].join, &row->join, sizeof row->join) == 0;)
            next++;
        if (next > m + 1) more = vr_arena_printf(&scratch, " and %lld more", (long long)(next - m - 1));
        if (text) vr_log("%s%s: %s", row->model, more, text);
    }
    if (t->other_tables + t->other_files > 0)
        vr_log("not read: %lld tables of another target (--target) or by metaclass, %lld other files",
               (long long)t->other_tables, (long long)t->other_files);
    vr_arena_free(&scratch);
}
