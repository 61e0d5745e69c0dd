/* study/geography.c: GeoDE's and Dollar Street's tables, to columns of one form, and predictions to photographs.
 * One builder takes the rows of either file, so that names, groups and lists are made, checked and sorted in one place. */
#include "geography.h"
#include "../base/number.h"
#include "../base/os.h"
#include "../format/csv.h"
#include "../format/pylist.h"
#include "../metric/labelset.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VRP_GEO_CLASSES = 1000 };

static const char *const vrp_geo_regions[] = {"Africa", "Americas",      "EastAsia",
                                              "Europe", "SouthEastAsia", "WestAsia"};
enum { VRP_GEO_REGIONS = sizeof vrp_geo_regions / sizeof *vrp_geo_regions };

/* ---- sorted names ---- */

/* A name and whose it is. */
typedef struct vrp_geo_name {
    const char *s;
    int64_t i;
} vrp_geo_name;

static int vrp_geo_by_name(const void *a, const void *b) {
    const vrp_geo_name *x = (const vrp_geo_name *)a, *y = (const vrp_geo_name *)b;
    const int order = strcmp(x->s, y->s);
    return order ? order : (x->i > y->i) - (x->i < y->i);
}

static vrp_geo_name *vrp_geo_sort(vr_arena *scratch, const char *const *names, int64_t n) {
    vrp_geo_name *sorted = VR_NEW(scratch, vrp_geo_name, n);
    for (int64_t i = 0; i < n; i++) sorted[i] = (vrp_geo_name){names[i], i};
    qsort(sorted, (size_t)n, sizeof *sorted, vrp_geo_by_name);
    return sorted;
}

/* The first of n sorted names that is s, or NULL. */
static const vrp_geo_name *vrp_geo_lookup(const vrp_geo_name *sorted, int64_t n, const char *s) {
    int64_t low = 0, high = n;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (strcmp(sorted[middle].s, s) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && strcmp(sorted[low].s, s) == 0 ? sorted + low : NULL;
}

/* Groups rows by equal names; the groups are sorted bytewise. */
static vr_geo_groups vrp_geo_intern(vr_arena *perm, vr_arena *scratch, const char *const *names, int64_t n) {
    const vrp_geo_name *sorted = vrp_geo_sort(scratch, names, n);
    int64_t count = 0, *of = VR_NEW(perm, int64_t, n);
    for (int64_t i = 0; i < n; i++) count += i == 0 || strcmp(sorted[i - 1].s, sorted[i].s) != 0;
    const char **unique = VR_NEW(perm, const char *, count);
    count = 0;
    for (int64_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(sorted[i - 1].s, sorted[i].s) != 0) unique[count++] = sorted[i].s;
        of[sorted[i].i] = count - 1;
    }
    return (vr_geo_groups){count, unique, of};
}

/* ---- rows ---- */

/* The columns that a row is read from; -1: the file has no such column. */
typedef struct vrp_geo_columns {
    int64_t id, file, object, region, country, classes, number, income, group;
} vrp_geo_columns;

/* Rows that are being read. Arrays have room for every line of the text. */
typedef struct vrp_geo_rows {
    vr_arena *perm, *scratch;
    const vr_csv *csv;
    vrp_geo_columns at;
    bool geode;
    const char **id, **file, **object, **country, **home;
    int64_t *region, *group, *line, *begin;
    int64_t *labels, label_capacity;
    int64_t count, unlabelled, remapped;
    vr_err *err;
} vrp_geo_rows;

static bool vrp_geo_fail(const vrp_geo_rows *r, int64_t column, const char *wanted) {
    const vr_bytes f = r->csv->fields[column];
    return vr_csv_fail(r->csv, column, r->err, "'%.*s' is no %s", (int)vr_min(f.size, 60),
                       (const char *)f.data, wanted);
}

/* *s = the field, which may not be empty nor hold a 0 byte. */
static bool vrp_geo_text(const vrp_geo_rows *r, const char **s, int64_t column) {
    *s = vr_csv_string(r->perm, r->csv, column);
    if (**s && strlen(*s) == (size_t)r->csv->fields[column].size) return true;
    return vr_csv_fail(r->csv, column, r->err, "column '%s' is empty or has a byte 0", r->csv->names[column]);
}

/* Adds a class of the row that begins at labels[from], once. */
static void vrp_geo_label(vrp_geo_rows *r, int64_t id) {
    const int64_t n = r->begin[r->count + 1];
    for (int64_t l = r->begin[r->count]; l < n; l++)
        if (r->labels[l] == id) return;
    if (n == r->label_capacity) {
        const int64_t capacity = vr_max(1024, 2 * r->label_capacity);
        int64_t *grown = VR_NEW(r->scratch, int64_t, capacity);
        if (n > 0) memcpy(grown, r->labels, (size_t)n * sizeof *grown);
        r->labels = grown, r->label_capacity = capacity;
    }
    r->labels[n] = id;
    r->begin[r->count + 1] = n + 1;
}

static void vrp_geo_label_object(vrp_geo_rows *r, vr_geo_object object) {
    for (int64_t k = 0; k < object.count; k++) vrp_geo_label(r, object.ids[k]);
}

/* True where the row's classes are those of the table's object, as sets. */
static bool vrp_geo_as_mapped(const vrp_geo_rows *r, const bool *mapped) {
    int64_t wanted = 0, found = 0;
    for (int64_t id = 0; id < VRP_GEO_CLASSES; id++) wanted += mapped[id];
    for (int64_t l = r->begin[r->count]; l < r->begin[r->count + 1]; l++) {
        if (!mapped[r->labels[l]]) return false;
        found++;
    }
    return found == wanted;
}

/* The list of classes that the file states. */
static bool vrp_geo_read_classes(vrp_geo_rows *r, const bool *mapped) {
    int64_t *ids, n;
    const vr_arena_mark mark = vr_arena_here(r->perm);
    if (!vr_pylist_ints(r->perm, &ids, &n, r->csv, r->at.classes, r->err)) return false;
    for (int64_t k = 0; k < n; k++) {
        if (ids[k] < 0 || ids[k] >= VRP_GEO_CLASSES)
            return vr_csv_fail(r->csv, r->at.classes, r->err, "class %lld is not in 0..%d", (long long)ids[k],
                               VRP_GEO_CLASSES - 1);
        vrp_geo_label(r, ids[k]);
    }
    vr_arena_rewind(r->perm, mark);
    r->remapped += !vrp_geo_as_mapped(r, mapped);
    return true;
}

/* GeoDE: the object is one of 40, its number is its place among them. */
static bool vrp_geo_read_object(vrp_geo_rows *r, bool *mapped) {
    const char *name;
    if (!vrp_geo_text(r, &name, r->at.object)) return false;
    const int64_t number = vr_geode_object_find(name);
    if (number < 0) return vrp_geo_fail(r, r->at.object, "object of GeoDE's 40");
    const vr_geo_object object = vr_geode_object(number);
    int64_t stated = number;
    if (r->at.number >= 0 && !vr_csv_int(&stated, r->csv, r->at.number, r->err)) return false;
    if (stated != number)
        return vr_csv_fail(r->csv, r->at.number, r->err, "object_index is %lld, but '%s' is number %lld",
                           (long long)stated, object.name, (long long)number);
    r->object[r->count] = object.name;
    if (r->at.classes < 0) vrp_geo_label_object(r, object);
    for (int64_t k = 0; k < object.count; k++) mapped[object.ids[k]] = true;
    return true;
}

/* Dollar Street: topics with commas between them; the first one groups the photograph. */
static bool vrp_geo_read_topics(vrp_geo_rows *r, bool *mapped) {
    const char *text;
    if (!vrp_geo_text(r, &text, r->at.object)) return false;
    for (const char *s = text; s;) {
        const char *comma = strchr(s, ',');
        const char *name = vr_arena_string(r->perm, s, comma ? comma - s : (int64_t)strlen(s));
        const int64_t number = vr_dollar_street_topic_find(name);
        if (s == text) r->object[r->count] = number >= 0 ? vr_dollar_street_topic(number).name : name;
        if (number >= 0) {
            const vr_geo_object topic = vr_dollar_street_topic(number);
            if (r->at.classes < 0) vrp_geo_label_object(r, topic);
            mapped[topic.ids[0]] = true;
        }
        s = comma ? comma + 1 : NULL;
    }
    return true;
}

/* *region = the number of a region by any of its published names. */
static bool vrp_geo_read_region(vrp_geo_rows *r, int64_t *region) {
    static const char *const names[VR_DOLLAR_STREET_REGION_COUNT][4] = {
        {"Africa", "af", "Africa", "Africa"},
        {"Asia", "as", "Asia", "Asia"},
        {"Europe", "eu", "Europe", "Europe"},
        {"The Americas", "am", "Americas", "America"}};
    const char *s;
    if (!vrp_geo_text(r, &s, r->at.region)) return false;
    for (*region = 0; r->geode && *region < VRP_GEO_REGIONS; ++*region)
        if (strcmp(s, vrp_geo_regions[*region]) == 0) return true;
    for (*region = 0; !r->geode && *region < VR_DOLLAR_STREET_REGION_COUNT; ++*region)
        for (int k = 0; k < 4; k++)
            if (strcmp(s, names[*region][k]) == 0) return true;
    return vrp_geo_fail(r, r->at.region,
                        r->geode
                            ? "region of GeoDE: Africa, Americas, EastAsia, Europe, SouthEastAsia, WestAsia"
                            : "region of Dollar Street: Africa, Asia, Europe, The Americas");
}

/* The income group q1..q4, and the home: a pair of country and income. */
static bool vrp_geo_read_income(vrp_geo_rows *r) {
    if (r->at.group >= 0) {
        const vr_bytes f = r->csv->fields[r->at.group];
        const bool ok =
            f.size == 2 && (f.data[0] == 'q' || f.data[0] == 'Q') && f.data[1] >= '1' && f.data[1] <= '4';
        if (!ok) return vrp_geo_fail(r, r->at.group, "income group: q1, q2, q3, q4");
        r->group[r->count] = f.data[1] - '1';
    }
    if (r->at.income < 0) return true;
    double income;
    if (!vr_csv_double(&income, r->csv, r->at.income, r->err)) return false;
    if (!(income > 0) || isinf(income)) return vrp_geo_fail(r, r->at.income, "income");
    r->home[r->count] = vr_arena_printf(r->scratch, "%s %.17g", r->country[r->count], income);
    return true;
}

static bool vrp_geo_read_row(vrp_geo_rows *r) {
    const int64_t i = r->count;
    bool mapped[VRP_GEO_CLASSES] = {false};
    r->begin[i + 1] = r->begin[i];
    if (!vrp_geo_text(r, &r->file[i], r->at.file) || !vrp_geo_read_region(r, &r->region[i]) ||
        !vrp_geo_text(r, &r->country[i], r->at.country))
        return false;
    r->id[i] = r->file[i];
    if (r->at.id >= 0 && !vrp_geo_text(r, &r->id[i], r->at.id)) return false;
    if (!(r->geode ? vrp_geo_read_object(r, mapped) : vrp_geo_read_topics(r, mapped))) return false;
    if (r->at.classes >= 0 && !vrp_geo_read_classes(r, mapped)) return false;
    if (!vrp_geo_read_income(r)) return false;
    r->unlabelled += r->begin[i + 1] == r->begin[i];
    r->line[i] = r->csv->line;
    r->count++;
    return true;
}

static int64_t *vrp_geo_keep(vr_arena *perm, const int64_t *x, int64_t n) {
    int64_t *kept = VR_NEW(perm, int64_t, n);
    if (n > 0) memcpy(kept, x, (size_t)n * sizeof *kept);
    return kept;
}

/* The rows as a set. */
static void vrp_geo_fill(vr_geo_set *set, const vrp_geo_rows *r) {
    static const char *const groups[] = {"q1", "q2", "q3", "q4"};
    static const char *const regions[] = {"Africa", "Asia", "Europe", "The Americas"};
    const int64_t n = r->count;
    const char **id = VR_NEW(r->perm, const char *, n), **file = VR_NEW(r->perm, const char *, n);
    memcpy(id, r->id, (size_t)n * sizeof *id);
    memcpy(file, r->file, (size_t)n * sizeof *file);
    *set = (vr_geo_set){.name = r->geode ? "GeoDE" : "Dollar Street", .count = n, .id = id, .file = file};
    set->path = vr_arena_string(r->perm, r->csv->path, (int64_t)strlen(r->csv->path));
    set->by[VR_GEO_REGION] =
        (vr_geo_groups){r->geode ? VRP_GEO_REGIONS : VR_DOLLAR_STREET_REGION_COUNT,
                        r->geode ? vrp_geo_regions : regions, vrp_geo_keep(r->perm, r->region, n)};
    set->by[VR_GEO_COUNTRY] = vrp_geo_intern(r->perm, r->scratch, r->country, n);
    set->by[VR_GEO_OBJECT] = vrp_geo_intern(r->perm, r->scratch, r->object, n);
    if (r->at.group >= 0)
        set->by[VR_GEO_INCOME] = (vr_geo_groups){4, groups, vrp_geo_keep(r->perm, r->group, n)};
    if (r->at.income >= 0) {
        const vr_geo_groups homes = vrp_geo_intern(r->perm, r->scratch, r->home, n);
        set->household = homes.of, set->household_count = homes.count;
    }
    set->labels =
        (vr_lists){vrp_geo_keep(r->perm, r->begin, n + 1), vrp_geo_keep(r->perm, r->labels, r->begin[n])};
    set->unlabelled = r->unlabelled;
    set->remapped = r->remapped;
}

/* Two rows of one id: the later one is named. */
static bool vrp_geo_unique(const vrp_geo_rows *r) {
    const vrp_geo_name *sorted = vrp_geo_sort(r->scratch, r->id, r->count);
    for (int64_t i = 1; i < r->count; i++)
        if (strcmp(sorted[i - 1].s, sorted[i].s) == 0)
            return vr_fail(r->err, VR_ERR_FORMAT, "%s:%lld:1: '%.100s' is twice there: on line %lld too",
                           r->csv->path, (long long)r->line[sorted[i].i], sorted[i].s,
                           (long long)r->line[sorted[i - 1].i]);
    return true;
}

/* The column of the first of the names (with blanks between them) that is there; -1, and an error where it has to be. */
static int64_t vrp_geo_column(const vr_csv *csv, const char *names, bool required, vr_err *err) {
    for (const char *s = names; *s;) {
        char name[32] = {0};
        const size_t n = strcspn(s, " ");
        memcpy(name, s, n);
        int64_t column = vr_csv_find(csv, name);
        if (column >= 0 || (required && !s[n] && (column = vr_csv_column(csv, name, err)) < 0)) return column;
        s += n + (s[n] == ' ');
    }
    return -1;
}

static bool vrp_geo_columns_find(vrp_geo_columns *at, const vr_csv *csv, bool geode, vr_err *err) {
    at->file = vrp_geo_column(csv, geode ? "file_path" : "imageRelPath", true, err);
    at->object = at->file < 0 ? -1 : vrp_geo_column(csv, geode ? "object" : "topics", true, err);
    at->region = at->object < 0 ? -1 : vrp_geo_column(csv, geode ? "region" : "region.id Region", true, err);
    at->country = at->region < 0 ? -1 : vrp_geo_column(csv, geode ? "ip_country" : "country.name", true, err);
    if (at->country < 0) return false;
    at->id = vrp_geo_column(csv, "id", false, err);
    at->classes =
        vrp_geo_column(csv, geode ? "1k_index" : "imagenet_synset_id imagenet_sysnet_id", false, err);
    at->number = geode ? vrp_geo_column(csv, "object_index", false, err) : -1;
    at->income = geode ? -1 : vrp_geo_column(csv, "income", false, err);
    at->group = geode ? -1 : vrp_geo_column(csv, "Income_Group", false, err);
    return true;
}

static bool vrp_geo_read(vr_arena *perm, vr_arena *scratch, vr_geo_set *set, vr_bytes text, const char *path,
                         bool geode, vr_err *err) {
    vr_csv csv;
    if (!vr_csv_parse(scratch, &csv, text, path, err)) return false;
    vrp_geo_rows r = {.perm = perm, .scratch = scratch, .csv = &csv, .geode = geode, .err = err};
    if (!vrp_geo_columns_find(&r.at, &csv, geode, err)) return false;
    int64_t lines = 1; /* as many rows as the text can have */
    for (const uint8_t *s = csv.at; s < csv.end; s++) lines += *s == '\n';
    const char **names = VR_NEW(scratch, const char *, 5 * lines);
    int64_t *numbers = VR_NEW(scratch, int64_t, (4 * lines + 1));
    r.id = names, r.file = names + lines, r.object = names + 2 * lines, r.country = names + 3 * lines;
    r.home = names + 4 * lines;
    r.region = numbers, r.group = numbers + lines, r.line = numbers + 2 * lines,
    r.begin = numbers + 3 * lines;
    while (vr_csv_next(&csv, err))
        if (!vrp_geo_read_row(&r)) return false;
    if (!csv.ended) return false;
    if (r.count == 0) return vr_fail(err, VR_ERR_FORMAT, "%s: no photographs", path);
    if (!vrp_geo_unique(&r)) return false;
    vrp_geo_fill(set, &r);
    return true;
}

static bool vrp_geo_parse(vr_arena *perm, vr_geo_set *set, vr_bytes text, const char *path, bool geode,
                          vr_err *err) {
    *set = (vr_geo_set){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arena behind */
    const bool ok = vrp_geo_read(perm, &scratch, set, text, path, geode, &own);
    vr_arena_free(&scratch);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    *set = (vr_geo_set){0};
    return vr_err_pass(err, &own);
}

static bool vrp_geo_load(vr_arena *perm, vr_geo_set *set, const char *path, bool geode, vr_err *err) {
    *set = (vr_geo_set){0};
    vr_arena file = {0};
    vr_err own = {0};
    vr_bytes text;
    const bool ok =
        vr_file_map(&file, &text, path, &own) && vrp_geo_parse(perm, set, text, path, geode, &own);
    vr_arena_free(&file);
    return ok || vr_err_pass(err, &own);
}

bool vr_geode_parse(vr_arena *perm, vr_geo_set *set, vr_bytes text, const char *path, vr_err *err) {
    return vrp_geo_parse(perm, set, text, path, true, err);
}

bool vr_geode_load(vr_arena *perm, vr_geo_set *set, const char *path, vr_err *err) {
    return vrp_geo_load(perm, set, path, true, err);
}

bool vr_dollar_street_split_parse(vr_arena *perm, vr_geo_set *set, vr_bytes text, const char *path,
                                  vr_err *err) {
    return vrp_geo_parse(perm, set, text, path, false, err);
}

bool vr_dollar_street_split_load(vr_arena *perm, vr_geo_set *set, const char *path, vr_err *err) {
    return vrp_geo_load(perm, set, path, false, err);
}

vr_geo_set vr_geo_from_dollar_street(vr_arena *perm, const vr_dollar_street *data, const vr_lists *targets) {
    static const char *const regions[] = {"Africa", "Asia", "Europe", "The Americas"};
    static const char *const incomes[] = {"low", "medium", "high"};
    int64_t *object = VR_NEW(perm, int64_t, data->count);
    vr_geo_set set = {.name = "Dollar Street",
                      .path = data->path,
                      .count = data->count,
                      .id = data->id,
                      .file = data->url,
                      .household = data->household,
                      .household_count = data->household_count,
                      .labels = *targets};
    for (int64_t i = 0; i < data->count; i++) {
        object[i] = data->labels.id[data->labels.begin[i]];
        set.unlabelled += targets->begin[i] == targets->begin[i + 1];
    }
    set.by[VR_GEO_REGION] = (vr_geo_groups){VR_DOLLAR_STREET_REGION_COUNT, regions, data->region};
    set.by[VR_GEO_COUNTRY] = (vr_geo_groups){data->country_count, data->countries, data->country};
    set.by[VR_GEO_OBJECT] = (vr_geo_groups){data->class_count, data->classes, object};
    set.by[VR_GEO_INCOME] = (vr_geo_groups){VR_INCOME_COUNT, incomes, data->bucket};
    return set;
}

/* Dollar Street's metadata.csv with the built-in map. */
static bool vrp_geo_metadata(vr_arena *perm, vr_geo_set *set, const char *path, vr_err *err) {
    vr_dollar_street *data = VR_NEW(perm, vr_dollar_street, 1);
    vr_class_map map;
    vr_lists targets;
    if (!vr_dollar_street_load(perm, data, path, NULL, err) || !vr_class_map_load(perm, &map, NULL, err) ||
        !vr_dollar_street_targets(perm, &targets, data, &map, VR_SPACE_IN1K, false, err))
        return false;
    *set = vr_geo_from_dollar_street(perm, data, &targets);
    return true;
}

bool vr_geo_set_load(vr_arena *perm, vr_geo_set *set, const char *path, vr_err *err) {
    *set = (vr_geo_set){0};
    vr_arena scratch = {0};
    vr_err own = {0};
    vr_csv csv;
    const bool ok = vr_csv_load(&scratch, &csv, path, &own),
               geode = ok && vr_csv_find(&csv, "ip_country") >= 0,
               split = ok && vr_csv_find(&csv, "topics") >= 0;
    vr_arena_free(&scratch);
    if (!ok) return vr_err_pass(err, &own);
    return geode   ? vr_geode_load(perm, set, path, err)
           : split ? vr_dollar_street_split_load(perm, set, path, err)
                   : vrp_geo_metadata(perm, set, path, err);
}

/* ---- predictions to photographs ---- */

static const char *vrp_geo_last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void vr_geo_find(int64_t *row, const vr_geo_set *set, const char *const *name, int64_t n) {
    vr_arena scratch = {0};
    const char **last = VR_NEW(&scratch, const char *, set->count);
    for (int64_t i = 0; i < set->count; i++) last[i] = vrp_geo_last_part(set->file[i]);
    const vrp_geo_name *ids = vrp_geo_sort(&scratch, set->id, set->count),
                       *files = vrp_geo_sort(&scratch, set->file, set->count),
                       *lasts = vrp_geo_sort(&scratch, last, set->count);
    for (int64_t i = 0; i < n; i++) {
        const vrp_geo_name *at = vrp_geo_lookup(ids, set->count, name[i]);
        if (!at) at = vrp_geo_lookup(files, set->count, name[i]);
        if (!at && (at = vrp_geo_lookup(lasts, set->count, vrp_geo_last_part(name[i]))) != NULL &&
            at + 1 < lasts + set->count && strcmp(at[0].s, at[1].s) == 0)
            at = NULL;
        row[i] = at ? at->i : -1;
    }
    vr_arena_free(&scratch);
}

static uint8_t vrp_geo_hit(const vr_geo_set *set, int64_t i, const int64_t *predicted, int64_t k) {
    const vr_label_sets sets = {set->labels.begin, set->labels.id, set->count};
    for (int64_t j = 0; j < k; j++)
        if (vr_label_sets_has(&sets, i, predicted[j])) return 1;
    return 0;
}

bool vr_geo_score(vr_arena *perm, vr_dollar_street_hits *hits, const vr_geo_set *set,
                  const vr_dollar_street_predictions *p, vr_err *err) {
    *hits = (vr_dollar_street_hits){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    uint8_t *scored = VR_NEW(perm, uint8_t, set->count), *top1 = VR_NEW(perm, uint8_t, set->count),
            *top5 = VR_NEW(perm, uint8_t, set->count);
    int64_t *row = VR_NEW(&scratch, int64_t, p->count), *of = VR_NEW(&scratch, int64_t, set->count),
            twice = -1;
    vr_dollar_street_hits h = {.count = set->count,
                               .scored = scored,
                               .top1 = top1,
                               .top5 = top5,
                               .k = p->predicted ? vr_min(5, p->k) : 5};
    vr_geo_find(row, set, p->id, p->count);
    for (int64_t i = 0; i < set->count; i++) of[i] = -1;
    for (int64_t j = 0; j < p->count; j++) {
        h.unmatched += row[j] < 0;
        if (row[j] < 0) continue;
        if (of[row[j]] >= 0 && twice < 0) twice = row[j];
        of[row[j]] = j;
    }
    for (int64_t i = 0; i < set->count; i++) {
        const int64_t j = of[i];
        const bool labelled = set->labels.begin[i] < set->labels.begin[i + 1];
        h.unpredicted += j < 0;
        h.unmapped += !labelled;
        if (j < 0 || !labelled) continue;
        scored[i] = 1;
        h.rows++;
        top1[i] = p->predicted ? vrp_geo_hit(set, i, p->predicted + j * p->k, 1) : p->top1[j];
        top5[i] = p->predicted ? vrp_geo_hit(set, i, p->predicted + j * p->k, h.k) : p->top5[j];
    }
    vr_arena_free(&scratch);
    if (h.rows == 0 || twice >= 0) {
        vr_arena_rewind(perm, mark);
        if (twice >= 0)
            return vr_fail(err, VR_ERR_FORMAT, "%s: two predictions for '%.200s'", p->path, set->id[twice]);
        return vr_fail(err, VR_ERR_ARGUMENT, "%s names no photograph of %s that has a class", p->path,
                       set->path);
    }
    *hits = h;
    return true;
}
