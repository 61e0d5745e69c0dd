/* study/by_group.c: the file is read twice, for its predictions and for the column, so that both have the house's rules. */
#include "by_group.h"
#include "../base/log.h"
#include "../base/os.h"
#include "../format/rows.h"
#include "../metric/group.h"
#include "predictions_impl.h"
#include <math.h>
#include <stdlib.h>

/* The groups of the file's rows, in its order. */
static bool vrp_by_group_column(vr_arena *perm, vr_groups *groups, int64_t *empty, vr_bytes text,
                                const char *path, const char *column, int64_t count, vr_err *err) {
    vr_rows rows;
    const char **name = VR_NEW(perm, const char *, count);
    int64_t n = 0;
    *empty = 0;
    bool ok = vr_rows_parse(perm, &rows, text, path, &column, 1, 0, err);
    if (ok && !vr_rows_has(&rows, 0))
        ok = vr_fail(err, VR_ERR_FORMAT, "%s:1: missing column or key '%s'", path, column);
    while (ok && vr_rows_next(&rows, err)) {
        vr_bytes field = {0};
        if (vr_rows_empty(&rows, 0))
            ++*empty;
        else
            ok = vr_rows_text(&field, &rows, 0, err);
        VR_CHECK(n < count, "%s has %lld predictions and more rows", path, (long long)count);
        name[n++] = field.size ? vr_arena_string(perm, (const char *)field.data, field.size) : NULL;
    }
    ok = ok && rows.ended;
    vr_rows_close(&rows);
    if (ok) *groups = vr_groups_of_names(perm, name, n);
    return ok;
}

/* correct and scored of each row; returns how many are scored, or -1 after an error. */
static int64_t vrp_by_group_score(uint8_t *correct, uint8_t *scored, const vr_predictions *p, vr_err *err) {
    int64_t count = 0;
    if (!p->correct && !(p->predicted && p->label)) {
        vr_fail(err, VR_ERR_FORMAT, "%s:1: expected a column correct, or predicted_class and label", p->path);
        return -1;
    }
    if (!p->correct && p->several > 0) {
        vr_fail(err, VR_ERR_FORMAT, "%s: %lld row%s with several labels: expected a column correct", p->path,
                (long long)p->several, vr_plural(p->several));
        return -1;
    }
    for (int64_t i = 0; i < p->count; i++) {
        scored[i] = p->correct || p->label[i] >= 0;
        correct[i] = p->correct ? p->correct[i] : scored[i] && p->predicted[i * p->k] == p->label[i];
        count += scored[i];
    }
    if (count == 0) vr_fail(err, VR_ERR_ARGUMENT, "%s: no row has a label", p->path);
    return count > 0 ? count : -1;
}

/* A group and its place in the table. */
typedef struct vrp_by_group_place {
    double ratio;
    int64_t group;
} vrp_by_group_place;

static int vrp_by_group_order(const void *a, const void *b) {
    const vrp_by_group_place *x = (const vrp_by_group_place *)a, *y = (const vrp_by_group_place *)b;
    if (isnan(x->ratio) != isnan(y->ratio)) return isnan(x->ratio) ? 1 : -1;
    if (x->ratio != y->ratio && !isnan(x->ratio)) return x->ratio > y->ratio ? -1 : 1;
    return x->group < y->group ? -1 : 1;
}

static void vrp_by_group_row(vr_table *t, const char *name, int64_t images, double accuracy,
                             vr_interval ratio) {
    vr_table_text(t, name);
    vr_table_number(t, (double)images, 0);
    vr_table_number(t, accuracy, 4);
    vr_table_interval(t, ratio, 3);
}

static void vrp_by_group_table(vr_arena *perm, vr_table *out, const char *column, const vr_groups *groups,
                               const uint8_t *correct, const uint8_t *scored, int64_t n,
                               const vr_bootstrap *options) {
    const int64_t G = groups->count;
    vr_group *group = VR_NEW(perm, vr_group, G), all = {0};
    vr_interval *ratio = VR_NEW(perm, vr_interval, G);
    vrp_by_group_place *place = VR_NEW(perm, vrp_by_group_place, G);
    vr_group_accuracy(group, groups, correct, scored, n);
    vr_group_error_ratios(perm, ratio, groups, correct, scored, n, options);
    for (int64_t i = 0; i < n; i++) all.count += scored[i], all.correct += scored[i] && correct[i];
    for (int64_t g = 0; g < G; g++) place[g] = (vrp_by_group_place){ratio[g].value, g};
    qsort(place, (size_t)G, sizeof *place, vrp_by_group_order);
    const char *const names[] = {column, "images", "accuracy", "error ratio"};
    *out = vr_table_new(perm, names, 4);
    vrp_by_group_row(out, "all", all.count, (double)all.correct / (double)all.count,
                     (vr_interval){1, NAN, NAN});
    for (int64_t i = 0; i < G; i++) {
        const int64_t g = place[i].group;
        vrp_by_group_row(out, groups->names[g], group[g].count, group[g].accuracy, ratio[g]);
    }
}

bool vr_predictions_by_group(vr_arena *perm, vr_table *out, const char *path, const char *column,
                             const vr_bootstrap *options, vr_err *err) {
    *out = (vr_table){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_err own = {0};
    vr_bytes text;
    vr_predictions p;
    vr_groups groups = {0};
    int64_t empty = 0, scored_count = -1;
    uint8_t *correct = NULL, *scored = NULL;
    if (vr_file_map(perm, &text, path, &own) && vrp_predictions_parse(perm, &p, text, path, NULL, &own) &&
        vrp_by_group_column(perm, &groups, &empty, text, path, column, p.count, &own)) {
        correct = VR_NEW(perm, uint8_t, p.count), scored = VR_NEW(perm, uint8_t, p.count);
        scored_count = vrp_by_group_score(correct, scored, &p, &own);
    }
    if (scored_count < 0) {
        vr_arena_rewind(perm, mark);
        return vr_err_pass(err, &own);
    }
    if (scored_count < p.count)
        vr_log("%s: rows without a label are left out: %lld", path, (long long)(p.count - scored_count));
    if (empty > 0) vr_log("%s: rows in no group, without a %s: %lld", path, column, (long long)empty);
    vrp_by_group_table(perm, out, column, &groups, correct, scored, p.count, options);
    return true;
}
