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

/* The accuracies of a row, as columns: of the 16 factors, then these; then the other columns of a table. */
enum {
    VRP_IMAGENET_X_WORST_FACTOR = VR_IMAGENET_X_FACTORS,
    VRP_IMAGENET_X_AVERAGE,
    VRP_IMAGENET_X_WORST_CLASSES,
    VRP_IMAGENET_X_ACCURACIES,
    VRP_IMAGENET_X_MODEL = VRP_IMAGENET_X_ACCURACIES,
    VRP_IMAGENET_X_GROUP,
    VRP_IMAGENET_X_COLUMNS
};

static const char *vrp_imagenet_x_column(int c) {
    static const char *const more[] = {"worst_factor", "average", "worst_100_classes", "model", "metaclass"};
    return c < VR_IMAGENET_X_FACTORS ? vr_imagenet_x_factor(c) : more[c - VR_IMAGENET_X_FACTORS];
}

static double *vrp_imagenet_x_accuracy(vr_imagenet_x_row *row, int c) {
    double *const more[] = {&row->worst_factor, &row->average, &row->worst_classes};
    return c < VR_IMAGENET_X_FACTORS ? &row->accuracy[c] : more[c - VR_IMAGENET_X_FACTORS];
}

/* Finds the counts of a column of the rows of one metaclass, NULL: of all images. */
static void vrp_imagenet_x_recover_column(vr_imagenet_x_row *rows, int64_t count, const char *metaclass,
                                          int c, double *scratch) {
    int64_t known = 0;
    for (int64_t i = 0; i < count; i++) {
        const double a = *vrp_imagenet_x_accuracy(&rows[i], c);
        if (rows[i].metaclass == metaclass && !isnan(a)) scratch[known++] = a;
    }
    const int64_t n = vrp_imagenet_x_denominator(scratch, known);
    for (int64_t i = 0; i < count; i++)
        if (rows[i].metaclass == metaclass)
            *(c == VRP_IMAGENET_X_AVERAGE ? &rows[i].n : &rows[i].count[c]) =
                isnan(*vrp_imagenet_x_accuracy(&rows[i], c)) ? 0 : n;
}

void vrp_imagenet_x_recover(vr_imagenet_x_row *rows, int64_t count) {
    vr_arena scratch = {0};
    double *x = VR_NEW(&scratch, double, count);
    for (int g = -1; g < VR_IMAGENET_X_METACLASSES; g++)
        for (int c = 0; c <= VRP_IMAGENET_X_AVERAGE; c++)
            if (c != VRP_IMAGENET_X_WORST_FACTOR)
                vrp_imagenet_x_recover_column(rows, count, g < 0 ? NULL : vrp_imagenet_x_metaclasses()[g], c,
                                              x);
    vr_arena_free(&scratch);
}

/* ---- released tables, in ---- */

/* column[c] = the file's column of each of ours, -1 where an optional one is missing. */
static bool vrp_imagenet_x_columns(int64_t *column, const vr_csv *csv, vr_err *err) {
    if (vr_csv_find(csv, "model") < 0 && vr_csv_find(csv, "predicted_class") >= 0)
        return vr_fail(
            err, VR_ERR_FORMAT,
            "%s:1: expected a table of accuracies (model, pose, ...), found predictions of images, "
            "which need annotations (--annotations, --predictions)",
            csv->path);
    for (int c = 0; c < VRP_IMAGENET_X_COLUMNS; c++) {
        const bool needed =
            c < VR_IMAGENET_X_FACTORS || c == VRP_IMAGENET_X_AVERAGE || c == VRP_IMAGENET_X_MODEL;
        column[c] = needed ? vr_csv_column(csv, vrp_imagenet_x_column(c), err)
                           : vr_csv_find(csv, vrp_imagenet_x_column(c));
        if (needed && column[c] < 0) return false;
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
static bool vrp_imagenet_x_accuracy_read(double *x, const vr_csv *csv, int64_t column, vr_err *err) {
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
    for (int c = 0; c < VRP_IMAGENET_X_ACCURACIES; c++)
        if (!vrp_imagenet_x_accuracy_read(vrp_imagenet_x_accuracy(row, c), csv, column[c], err)) return false;
    for (int f = 0; f < VR_IMAGENET_X_FACTORS; f++) row->factor_ece[f] = (double)NAN;
    const int64_t worst = vr_worst(row->accuracy, VR_IMAGENET_X_FACTORS);
    if (column[VRP_IMAGENET_X_WORST_FACTOR] < 0 && worst >= 0) row->worst_factor = row->accuracy[worst];
    if (group < 0) return true;
    const vr_bytes name = csv->fields[group];
    const int64_t g = vrp_imagenet_x_find(vrp_imagenet_x_metaclasses(), VR_IMAGENET_X_METACLASSES,
                                          (const char *)name.data, name.size);
    if (g >= 0) row->metaclass = vrp_imagenet_x_metaclasses()[g];
    return g >= 0 || vr_csv_fail(csv, group, err, "unknown metaclass '%.*s'", (int)vr_min(name.size, 60),
                                 (const char *)name.data);
}

static const char *const vrp_imagenet_x_kinds[] = {"class", "metaclass", "real_class", "top", "multi"};

/* kind[0] = "top" or "multi", kind[1] = the target, by the parts of a path that end with "/" or "."; NULL where none tells,
 * and the last of several. */
static void vrp_imagenet_x_kind(const char **kind, const char *path) {
    kind[0] = kind[1] = NULL;
    for (size_t n; *path; path += n + (path[n] != 0)) {
        n = strcspn(path, "/.");
        const int64_t k = path[n] ? vrp_imagenet_x_find(vrp_imagenet_x_kinds, 5, path, (int64_t)n) : -1;
        if (k >= 0) kind[k < 3] = vrp_imagenet_x_kinds[k];
    }
}

/* Checks that a file has what the tables before it have, as far as the paths tell, and notes what that is. */
static bool vrp_imagenet_x_same_kind(vr_arena *perm, vr_imagenet_x_table *t, const char *path,
                                     vr_imagenet_x_target target, bool by_metaclass, vr_err *err) {
    const char *kind[3] = {NULL, NULL, by_metaclass ? "by metaclass" : "all images"};
    vrp_imagenet_x_kind(kind, path);
    if (target != VR_IMAGENET_X_CLASS && kind[1] && kind[1] != vrp_imagenet_x_kinds[target])
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: a table of the target '%s', not '%s'", path, kind[1],
                       vrp_imagenet_x_kinds[target]);
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
                                      vr_imagenet_x_target target, vr_err *err) {
    vr_arena scratch = {0};
    vr_csv csv;
    vr_err own = {0};
    vr_names keys = {.arena = &scratch};
    vr_imagenet_x_table t = *table;
    int64_t column[VRP_IMAGENET_X_COLUMNS], capacity = t.count;
    bool ok = vr_csv_load(&scratch, &csv, path, &own) && vrp_imagenet_x_columns(column, &csv, &own) &&
              vrp_imagenet_x_same_kind(perm, &t, path, target, column[VRP_IMAGENET_X_GROUP] >= 0, &own);
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

static const char vrp_imagenet_x_stem[] = "accuracies_per_factor";

/* The kind of a folder's table that is not read; NULL where it is. */
static const char *vrp_imagenet_x_other(const char *path, const char *name, bool in_root,
                                        vr_imagenet_x_target target) {
    const char *kind[2], *rest = name + sizeof vrp_imagenet_x_stem - 1;
    vrp_imagenet_x_kind(kind, path);
    if (*rest != '.') return "by metaclass";
    if (kind[1] == vrp_imagenet_x_kinds[target] || (in_root && strcmp(rest, ".csv") == 0)) return NULL;
    return kind[1] ? kind[1] : "of an unknown target";
}

enum { VRP_IMAGENET_X_NAMED = 8 }; /* files that are left out, by name */

/* Counts a file of a folder that is not read, and its kind (or NULL). */
static void vrp_imagenet_x_leave(vr_arena *perm, vr_imagenet_x_others *to, const char *name,
                                 const char *why) {
    if (to->count++ < VRP_IMAGENET_X_NAMED)
        to->names = vr_arena_printf(perm, "%s%s%s%s%s%s", to->names ? to->names : "", to->names ? ", " : "",
                                    name, why ? " (" : "", why ? why : "", why ? ")" : "");
}

/* Lists what is read of a folder: predictions or, with a target, its tables, which may be in folders below. The names of
 * others begin `root` bytes behind those of the paths. */
static bool vrp_imagenet_x_walk(vr_arena *perm, vr_names *paths, vr_imagenet_x_table *t, const char *folder,
                                size_t root, int depth, const vr_imagenet_x_target *target, vr_err *err) {
    const char **names;
    bool *folders;
    int64_t n;
    if (depth > 16) return vr_fail(err, VR_ERR_LIMIT, "%s: more than 16 folders deep", folder);
    if (!vr_dir_list(perm, &names, &folders, &n, folder, err)) return false;
    for (int64_t i = 0; i < n; i++) {
        const char *path = vr_arena_printf(perm, "%s/%s", folder, names[i]), *kind = NULL;
        const bool csv = !folders[i] && names[i][0] != '.' && vr_path_has_suffix(names[i], ".csv"),
                   table = csv && strncmp(names[i], vrp_imagenet_x_stem, sizeof vrp_imagenet_x_stem - 1) == 0;
        if (table) kind = target ? vrp_imagenet_x_other(path, names[i], depth == 0, *target) : "accuracies";
        if (folders[i] && target) {
            if (!vrp_imagenet_x_walk(perm, paths, t, path, root, depth + 1, target, err)) return false;
        } else if (kind || !(target ? table : csv))
            vrp_imagenet_x_leave(perm, kind ? &t->other_tables : &t->other_files, path + root, kind);
        else
            vr_names_add(paths, path, (int64_t)strlen(path));
    }
    return true;
}

bool vrp_imagenet_x_list(vr_arena *perm, vr_names *paths, vr_imagenet_x_table *t, const char *path,
                         const vr_imagenet_x_target *target, vr_err *err) {
    int64_t n = (int64_t)strlen(path);
    if (!vr_path_is_dir(path)) return vr_names_add(paths, path, n) >= 0;
    while (n > 1 && path[n - 1] == '/') n--;
    if (!vrp_imagenet_x_walk(perm, paths, t, vr_arena_string(perm, path, n), (size_t)n + 1, 0, target, err))
        return false;
    if (paths->count > 0) return true;
    const char *others = vrp_imagenet_x_others_text(perm, t), *what = ".csv file of predictions";
    if (target)
        what = vr_arena_printf(perm, "table %s/accuracies_per_factor.csv or accuracies_per_factor.%s.csv",
                               vrp_imagenet_x_kinds[*target], vrp_imagenet_x_kinds[*target]);
    return vr_fail(err, VR_ERR_ARGUMENT, "%s: no %s%s%s", path, what, others ? "; not read: " : "",
                   others ? others : "");
}

bool vr_imagenet_x_table_load(vr_arena *perm, vr_imagenet_x_table *table, const char *path,
                              vr_imagenet_x_target target, vr_err *err) {
    vr_names paths = {.arena = perm};
    if (!vrp_imagenet_x_list(perm, &paths, table, path, &target, err)) return false;
    for (int64_t i = 0; i < paths.count; i++)
        if (!vrp_imagenet_x_table_file(perm, table, vr_names_at(&paths, i), target, err)) return false;
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
    const int columns = groups ? VRP_IMAGENET_X_WORST_CLASSES : VRP_IMAGENET_X_ACCURACIES;
    vr_text_add(&t, groups ? "model,metaclass" : "model");
    for (int c = 0; c < columns; c++) vr_text_printf(&t, ",%s", vrp_imagenet_x_column(c));
    vr_text_add(&t, "\n");
    for (int64_t i = 0; i < count; i++) {
        vr_imagenet_x_row row = rows[i];
        VR_CHECK(groups == (row.metaclass != NULL), "row %lld: all rows or none are of metaclasses",
                 (long long)i);
        vr_csv_field(&t, row.model);
        if (groups) vr_text_printf(&t, ",%s", row.metaclass);
        for (int c = 0; c < columns; c++) vrp_imagenet_x_digits(&t, *vrp_imagenet_x_accuracy(&row, c));
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

vr_table vrp_imagenet_x_by_factor(vr_arena *arena, const vr_imagenet_x_table *table, int64_t min_images) {
    const char *names[2 + VRP_IMAGENET_X_FEW] = {"factor", "images"};
    for (int64_t m = 0; m < table->count; m++) {
        names[2 + m] = vrp_imagenet_x_row_name(arena, &table->rows[m]);
        if (memcmp(table->rows[m].count, table->rows[0].count, sizeof table->rows[0].count) != 0)
            names[1] = vr_arena_printf(arena, "images, %s", names[2]); /* of files with other images each */
    }
    vr_table t = vr_table_new(arena, names, 2 + table->count);
    for (int64_t f = 0; f < VR_IMAGENET_X_FACTORS; f++) {
        vr_table_text(&t, vr_imagenet_x_factor(f));
        vr_table_number(&t, vrp_imagenet_x_images(table->rows[0].count[f]), 0);
        for (int64_t m = 0; m < table->count; m++)
            vr_table_digits(&t, vrp_imagenet_x_ratio(&table->rows[m], f, min_images), 6);
    }
    return t;
}

vr_table vrp_imagenet_x_by_model(vr_arena *arena, const vr_imagenet_x_table *table, int64_t min_images,
                                 bool worst) {
    const char *names[3 + VR_IMAGENET_X_FACTORS] = {"model"};
    int64_t columns = 1;
    if (table->rows[0].metaclass) names[columns++] = "metaclass";
    names[columns++] = "accuracy";
    if (worst) names[columns++] = "worst factor", names[columns++] = "error ratio";
    for (int64_t f = 0; !worst && f < VR_IMAGENET_X_FACTORS; f++) names[columns++] = vr_imagenet_x_factor(f);
    vr_table t = vr_table_new(arena, names, columns);
    for (const vr_imagenet_x_row *row = table->rows; row < table->rows + table->count; row++) {
        vr_table_text(&t, row->model);
        if (row->metaclass) vr_table_text(&t, row->metaclass);
        vr_table_number(&t, row->average, 4);
        for (int64_t f = 0; !worst && f < VR_IMAGENET_X_FACTORS; f++)
            vr_table_digits(&t, vrp_imagenet_x_ratio(row, f, min_images), 6);
        if (!worst) continue;
        const int64_t f = vrp_imagenet_x_worst(row, min_images);
        vr_table_text(&t, f < 0 ? "-" : vr_imagenet_x_factor(f));
        vr_table_interval(&t, f < 0 ? (vr_interval){NAN, NAN, NAN} : vr_imagenet_x_error_ratio(row, f), 3);
    }
    return t;
}

/* One row of a model and factor, -1: all images. */
static void vrp_imagenet_x_cell(vr_table *t, const vr_imagenet_x_row *row, int f, double shift) {
    const bool all = f < 0;
    const int64_t images = all ? row->n : row->count[f];
    vr_table_text(t, all ? "(all)" : vr_imagenet_x_factor(f));
    vr_table_number(t, vrp_imagenet_x_images(images), 0);
    vr_table_interval(t, vrp_imagenet_x_interval(all ? row->average : row->accuracy[f], images), 4);
    vr_table_interval(t, all ? (vr_interval){1, NAN, NAN} : vr_imagenet_x_error_ratio(row, f), 3);
    vr_table_number(t, all ? (double)NAN : vrp_imagenet_x_rest_ratio(row, f), 3);
    vr_table_number(t, shift, 4);
}

vr_table vrp_imagenet_x_cells(vr_arena *arena, const vr_imagenet_x_row *rows, int64_t count,
                              int64_t min_images, bool whole) {
    const char *names[9] = {"model"};
    static const char *const more[] = {"factor",      "images",     "accuracy",
                                       "error ratio", "rest ratio", "error shift"};
    int64_t columns = 1;
    bool ece = whole;
    const bool metaclass = whole || (count > 0 && rows[0].metaclass);
    for (int64_t i = 0; i < count; i++) ece = ece || !isnan(rows[i].ece);
    if (metaclass) names[columns++] = "metaclass";
    for (int k = 0; k < 6; k++) names[columns++] = more[k];
    if (ece) names[columns++] = "ece";
    vr_table t = vr_table_new(arena, names, columns);
    for (const vr_imagenet_x_row *row = rows; row < rows + count; row++) {
        double shift[VR_IMAGENET_X_FACTORS];
        vrp_imagenet_x_shift(shift, row);
        for (int f = -1; f < VR_IMAGENET_X_FACTORS; f++) {
            const int64_t images = f < 0 ? row->n : row->count[f];
            if (images < min_images && (images > 0 || isnan(f < 0 ? row->average : row->accuracy[f])))
                continue;
            vr_table_text(&t, row->model);
            if (metaclass) vr_table_text(&t, row->metaclass ? row->metaclass : "");
            vrp_imagenet_x_cell(&t, row, f, f < 0 ? (double)NAN : shift[f]);
            if (ece) vr_table_number(&t, f < 0 ? row->ece : row->factor_ece[f], 4);
        }
    }
    return t;
}

vr_table vr_imagenet_x_cells(vr_arena *perm, const vr_imagenet_x_row *rows, int64_t count) {
    return vrp_imagenet_x_cells(perm, rows, count, 0, true);
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

const char *vrp_imagenet_x_data_text(vr_arena *arena, const vr_imagenet_x_report *r) {
    vr_text t = {.arena = arena};
    vr_text_add(&t, r->data);
    const char *before = " (";
    for (int k = 0; k < 3; k++) {
        const char *kind = r->table->kind[k];
        if (!kind || (k == 2 && !r->table->rows[0].metaclass)) continue;
        vr_text_printf(&t, "%s%s", before, kind);
        before = ", ";
    }
    if (*before == ',') vr_text_add(&t, ")");
    return t.data;
}

const char *vrp_imagenet_x_others_text(vr_arena *arena, const vr_imagenet_x_table *t) {
    vr_text text = {.arena = arena};
    for (int k = 0; k < 2; k++) {
        const vr_imagenet_x_others *o = k == 0 ? &t->other_tables : &t->other_files;
        if (o->count == 0) continue;
        vr_text_printf(&text, "%s%lld %s%s: %s", text.size ? "; " : "", (long long)o->count,
                       k == 0 ? "table" : "other file", vr_plural(o->count), o->names);
        if (o->count > VRP_IMAGENET_X_NAMED)
            vr_text_printf(&text, " and %lld more", (long long)(o->count - VRP_IMAGENET_X_NAMED));
    }
    return text.data;
}

/* Prints which predictions, images and files were left out; models in succession with the same numbers share a line. */
static void vrp_imagenet_x_print_left_out(vr_arena *scratch, const vr_imagenet_x_table *t) {
    for (int64_t m = 0, next; m < t->count; m = next) {
        const vr_join *join = &t->rows[m].join;
        for (next = m + 1; next < t->count && memcmp(&t->rows[next].join, join, sizeof *join) == 0;) next++;
        const int64_t more = next - m - 1;
        if (vrp_join_left_out(join) > 0)
            vr_log("%s%s: %s", t->rows[m].model,
                   more ? vr_arena_printf(scratch, " and %lld more", (long long)more) : "",
                   vr_join_text(scratch, join));
    }
    const char *others = vrp_imagenet_x_others_text(scratch, t);
    if (others) vr_log("not read: %s", others);
}

void vr_imagenet_x_print(FILE *file, const vr_imagenet_x_report *r) {
    vr_arena scratch = {0};
    const vr_table ratios = r->table->count <= VRP_IMAGENET_X_FEW
                                ? vrp_imagenet_x_by_factor(&scratch, r->table, r->min_images)
                                : vrp_imagenet_x_by_model(&scratch, r->table, r->min_images, true);
    vr_print(file, "Error ratios, %s\n\n", vrp_imagenet_x_data_text(&scratch, r));
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
    vrp_imagenet_x_print_left_out(&scratch, r->table);
    vr_arena_free(&scratch);
}
