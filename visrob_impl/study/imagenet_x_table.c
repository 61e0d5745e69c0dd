/* study/imagenet_x_table.c: the released tables of accuracies, in and out.
 *
 * They hold accuracies alone, as the shortest decimal numbers that read back as the same doubles. A quotient of two
 * whole numbers is rounded once, so of the right denominator every accuracy is a multiple to the last bit; that gives
 * back the counts, and with them intervals. */
#include "../base/os.h"
#include "../format/csv.h"
#include "../format/json.h"
#include "imagenet_x.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Columns behind the 16 factors'. */
enum {
    VRP_IMAGENET_X_MODEL = VR_IMAGENET_X_FACTORS,
    VRP_IMAGENET_X_GROUP,
    VRP_IMAGENET_X_WORST_FACTOR,
    VRP_IMAGENET_X_AVERAGE,
    VRP_IMAGENET_X_WORST_CLASSES,
    VRP_IMAGENET_X_COLUMNS
};

static const char *vrp_imagenet_x_table_column(int c) {
    static const char *const more[] = {"model", "metaclass", "worst_factor", "average", "worst_100_classes"};
    return c < VR_IMAGENET_X_FACTORS ? vr_imagenet_x_factor(c) : more[c - VR_IMAGENET_X_FACTORS];
}

/* The file's column of each of ours, -1 where it may be absent. */
static bool vrp_imagenet_x_table_columns(int64_t *column, const vr_csv *csv, vr_err *err) {
    for (int c = 0; c < VRP_IMAGENET_X_COLUMNS; c++) {
        const bool optional = c == VRP_IMAGENET_X_GROUP || c == VRP_IMAGENET_X_WORST_FACTOR ||
                              c == VRP_IMAGENET_X_WORST_CLASSES;
        column[c] = optional ? vr_csv_find(csv, vrp_imagenet_x_table_column(c))
                             : vr_csv_column(csv, vrp_imagenet_x_table_column(c), err);
        if (column[c] < 0 && !optional) return false;
    }
    for (int64_t i = 0; i < csv->columns; i++) {
        int c = 0;
        while (c < VRP_IMAGENET_X_COLUMNS && column[c] != i) c++;
        if (c == VRP_IMAGENET_X_COLUMNS)
            return vr_fail(err, VR_ERR_FORMAT,
                           "%s:1: '%.100s' is none of ImageNet-X's 16 factors, nor another column of "
                           "its tables of accuracies",
                           csv->path, csv->names[i]);
    }
    return true;
}

/* A field that is an accuracy, or empty. */
static bool vrp_imagenet_x_accuracy(double *x, const vr_csv *csv, int64_t column, vr_err *err) {
    *x = (double)NAN;
    if (column < 0 || csv->fields[column].size == 0) return true;
    if (!vr_csv_double(x, csv, column, err)) return false;
    if (isnan(*x) || (*x >= 0 && *x <= 1)) return true;
    return vr_csv_fail(csv, column, err, "%g is not an accuracy, 0 to 1 (column '%s')", *x,
                       csv->names[column]);
}

static bool vrp_imagenet_x_table_row(vr_arena *arena, vr_imagenet_x_row *row, const vr_csv *csv,
                                     const int64_t *column, vr_err *err) {
    *row = (vr_imagenet_x_row){.ece = (double)NAN};
    if (csv->fields[column[VRP_IMAGENET_X_MODEL]].size == 0)
        return vr_csv_fail(csv, column[VRP_IMAGENET_X_MODEL], err, "the model's name is missing");
    row->model = vr_csv_string(arena, csv, column[VRP_IMAGENET_X_MODEL]);
    double lowest = (double)NAN;
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        if (!vrp_imagenet_x_accuracy(&row->accuracy[f], csv, column[f], err)) return false;
        if (!(lowest <= row->accuracy[f]) && !isnan(row->accuracy[f])) lowest = row->accuracy[f];
        row->factor_ece[f] = (double)NAN;
    }
    if (!vrp_imagenet_x_accuracy(&row->average, csv, column[VRP_IMAGENET_X_AVERAGE], err) ||
        !vrp_imagenet_x_accuracy(&row->worst_factor, csv, column[VRP_IMAGENET_X_WORST_FACTOR], err) ||
        !vrp_imagenet_x_accuracy(&row->worst_classes, csv, column[VRP_IMAGENET_X_WORST_CLASSES], err))
        return false;
    if (column[VRP_IMAGENET_X_WORST_FACTOR] < 0) row->worst_factor = lowest;
    if (column[VRP_IMAGENET_X_GROUP] < 0) return true;
    const vr_bytes group = csv->fields[column[VRP_IMAGENET_X_GROUP]];
    for (int g = 0; g < VR_IMAGENET_X_METACLASSES; g++) {
        const char *known = vr_imagenet_x_metaclass(g);
        if (group.size == (int64_t)strlen(known) && memcmp(group.data, known, (size_t)group.size) == 0)
            row->metaclass = known;
    }
    return row->metaclass != NULL || vr_csv_fail(csv, column[VRP_IMAGENET_X_GROUP], err,
                                                 "'%.*s' is none of ImageNet-X's 17 metaclasses",
                                                 (int)vr_min(group.size, 60), (const char *)group.data);
}

/* A row of the file, to find those that are twice there. */
typedef struct vrp_imagenet_x_key_row {
    const char *model, *metaclass;
    int64_t line;
} vrp_imagenet_x_key_row;

static int vrp_imagenet_x_by_key(const void *a, const void *b) {
    const vrp_imagenet_x_key_row *x = (const vrp_imagenet_x_key_row *)a,
                                 *y = (const vrp_imagenet_x_key_row *)b;
    int order = strcmp(x->model, y->model);
    if (order == 0) order = strcmp(x->metaclass, y->metaclass);
    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static bool vrp_imagenet_x_table_unique(vrp_imagenet_x_key_row *keys, int64_t n, const char *path,
                                        vr_err *err) {
    if (n > 0) qsort(keys, (size_t)n, sizeof *keys, vrp_imagenet_x_by_key);
    for (int64_t i = 1; i < n; i++)
        if (strcmp(keys[i].model, keys[i - 1].model) == 0 &&
            strcmp(keys[i].metaclass, keys[i - 1].metaclass) == 0)
            return vr_fail(err, VR_ERR_FORMAT,
                           "%s:%lld:1: the model '%.200s' is twice there: on line %lld too", path,
                           (long long)keys[i].line, keys[i].model, (long long)keys[i - 1].line);
    return true;
}

/* Appends one file's rows. */
static bool vrp_imagenet_x_table_file(vr_arena *arena, vr_imagenet_x_table *table, const char *path,
                                      vr_err *err) {
    vr_arena scratch = {0};
    vr_csv csv;
    vr_err own = {0};
    int64_t column[VRP_IMAGENET_X_COLUMNS], capacity = 0, n = 0;
    vr_imagenet_x_row *rows = NULL;
    bool ok = vr_csv_load(&scratch, &csv, path, &own) && vrp_imagenet_x_table_columns(column, &csv, &own);
    vrp_imagenet_x_key_row *keys = NULL;
    while (ok && vr_csv_next(&csv, &own)) {
        if (n == capacity) { /* the rows of the file behind those of the table */
            vr_imagenet_x_row *more = (vr_imagenet_x_row *)vr_arena_alloc(
                arena, table->count + (capacity = vr_max(64, 2 * n)), (int64_t)sizeof *more);
            vrp_imagenet_x_key_row *more_keys = VR_NEW(&scratch, vrp_imagenet_x_key_row, capacity);
            if (n > 0) memcpy(more_keys, keys, (size_t)n * sizeof *keys);
            const vr_imagenet_x_row *from = n > 0 ? rows : table->rows;
            if (table->count + n > 0) memcpy(more, from, (size_t)(table->count + n) * sizeof *more);
            rows = more, keys = more_keys;
        }
        vr_imagenet_x_row *row = &rows[table->count + n];
        ok = vrp_imagenet_x_table_row(arena, row, &csv, column, &own);
        keys[n++] = (vrp_imagenet_x_key_row){row->model, row->metaclass ? row->metaclass : "", csv.line};
    }
    ok = own.code == VR_OK && vrp_imagenet_x_table_unique(keys, n, path, &own);
    vr_arena_free(&scratch);
    if (!ok) return vr_err_pass(err, &own);
    if (n == 0) return vr_fail(err, VR_ERR_ARGUMENT, "%s: there is no model in it", path);
    table->rows = rows;
    table->count += n;
    return true;
}

static const char *vrp_imagenet_x_target_name(vr_imagenet_x_target target) {
    return target == VR_IMAGENET_X_REAL        ? "real_class"
           : target == VR_IMAGENET_X_METACLASS ? "metaclass"
                                               : "class";
}

/* True for "accuracies_per_factor.class.csv", and for "accuracies_per_factor.csv" in a folder of that name or, `top`, in
 * the one that the user named. */
static bool vrp_imagenet_x_table_fits(const char *folder, const char *name, bool top,
                                      vr_imagenet_x_target target) {
    static const char stem[] = "accuracies_per_factor";
    const char *want = vrp_imagenet_x_target_name(target), *slash = strrchr(folder, '/');
    if (strncmp(name, stem, sizeof stem - 1) != 0) return false;
    const char *rest = name + sizeof stem - 1;
    if (strcmp(rest, ".csv") == 0) return top || strcmp(slash ? slash + 1 : folder, want) == 0;
    const size_t n = strlen(want);
    return rest[0] == '.' && strncmp(rest + 1, want, n) == 0 && strcmp(rest + 1 + n, ".csv") == 0;
}

static bool vrp_imagenet_x_table_walk(vr_arena *arena, vr_imagenet_x_table *table, const char *folder,
                                      int depth, vr_imagenet_x_target target, vr_err *err) {
    const char **names;
    int64_t n;
    if (depth > 16) return vr_fail(err, VR_ERR_LIMIT, "%s: more than 16 folders deep", folder);
    if (!vr_dir_list(arena, &names, &n, folder, err)) return false;
    for (int64_t i = 0; i < n; i++) {
        const char *path = vr_arena_printf(arena, "%s/%s", folder, names[i]);
        if (vr_path_is_dir(path)) {
            if (!vrp_imagenet_x_table_walk(arena, table, path, depth + 1, target, err)) return false;
        } else if (!vrp_imagenet_x_table_fits(folder, names[i], depth == 0, target))
            table->passed_over++;
        else if (!vrp_imagenet_x_table_file(arena, table, path, err))
            return false;
    }
    return true;
}

bool vr_imagenet_x_table_load(vr_arena *arena, vr_imagenet_x_table *table, const char *path,
                              vr_imagenet_x_target target, vr_err *err) {
    const int64_t before = table->count;
    if (!vr_path_is_dir(path)) return vrp_imagenet_x_table_file(arena, table, path, err);
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    const char *folder = vr_arena_string(arena, path, (int64_t)n);
    if (!vrp_imagenet_x_table_walk(arena, table, folder, 0, target, err)) return false;
    return table->count > before ||
           vr_fail(
               err, VR_ERR_ARGUMENT,
               "%s: there is no table %s/accuracies_per_factor.csv, nor accuracies_per_factor.%s.csv, in it",
               path, vrp_imagenet_x_target_name(target), vrp_imagenet_x_target_name(target));
}

/* ---- out ---- */

/* x as Python writes it: 0.25, 1.0; nothing for NaN. */
static void vrp_imagenet_x_table_number(vr_text *t, double x) {
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
        for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) vrp_imagenet_x_table_number(&t, row->accuracy[f]);
        vrp_imagenet_x_table_number(&t, row->worst_factor);
        vrp_imagenet_x_table_number(&t, row->average);
        if (!groups) vrp_imagenet_x_table_number(&t, row->worst_classes);
        vr_text_add(&t, "\n");
    }
    const bool ok = vr_file_write(path, t.data, t.size, err);
    vr_arena_free(&arena);
    return ok;
}

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

void vr_imagenet_x_recover(vr_imagenet_x_row *rows, int64_t count) {
    vr_arena scratch = {0};
    double *x = VR_NEW(&scratch, double, count);
    for (int g = -1; g < VR_IMAGENET_X_METACLASSES; g++)
        for (int f = 0; f <= VR_IMAGENET_X_FACTORS; f++)
            vrp_imagenet_x_recover_column(rows, count, g < 0 ? NULL : vr_imagenet_x_metaclass(g), f, x);
    vr_arena_free(&scratch);
}
