/* study/geography/data.c: GeoDE's and Dollar Street's tables as columns of one form. One reader takes the rows of all three
 * forms, so that names, groups and labels are made and checked in one place; a form is its columns and its names. */
#include "../predictions_impl.h"
#include "../../base/os.h"
#include "../../format/pylist.h"
#include "../class_map_impl.h"
#include "../income_impl.h"
#include "geography_impl.h"
#include <math.h>
#include <string.h>

/* ---- forms ---- */

/* What is read of a row. */
typedef enum vrp_geography_field {
    VRP_GEOGRAPHY_AT_FILE,
    VRP_GEOGRAPHY_AT_OBJECT,
    VRP_GEOGRAPHY_AT_REGION,
    VRP_GEOGRAPHY_AT_COUNTRY,
    VRP_GEOGRAPHY_AT_ID,
    VRP_GEOGRAPHY_AT_CLASSES,
    VRP_GEOGRAPHY_AT_NUMBER,
    VRP_GEOGRAPHY_AT_INCOME,
    VRP_GEOGRAPHY_AT_GROUP,
    VRP_GEOGRAPHY_FIELDS
} vrp_geography_field;

typedef enum vrp_geography_form {
    VRP_GEOGRAPHY_GEODE,
    VRP_GEOGRAPHY_SPLIT,
    VRP_GEOGRAPHY_METADATA,
    VRP_GEOGRAPHY_FORMS
} vrp_geography_form;

/* The columns of each form: names with blanks between them, of which the first that is there counts. NULL: none. The
 * first four fields have to be there, and the income of Dollar Street's metadata. */
static const char *const vrp_geography_columns[VRP_GEOGRAPHY_FORMS][VRP_GEOGRAPHY_FIELDS] = {
    {"file_path", "object", "region", "ip_country", "id", "1k_index", "object_index", NULL, NULL},
    {"imageRelPath", "topics", "region.id Region", "country.name", "id",
     "imagenet_synset_id imagenet_sysnet_id", NULL, "income", "Income_Group"},
    {"url", "label", "region", "country", NULL, NULL, NULL, "income", NULL}};

/* Regions in order, and other names of them behind. */
enum { VRP_GEOGRAPHY_GEODE_REGIONS = 6, VRP_GEOGRAPHY_REGIONS = 4 };
static const char *const vrp_geography_geode_regions[] = {"Africa", "Americas",      "EastAsia",
                                                          "Europe", "SouthEastAsia", "WestAsia"};
static const char *const vrp_geography_regions[] = {
    "Africa", "Asia", "Europe", "The Americas", "af", "as", "eu", "am",
    "",       "",     "",       "Americas",     "",   "",   "",   "America"};

/* Rows that are being read. Arrays have room for every row of the text. */
typedef struct vrp_geography_reader {
    vr_arena *perm, *scratch;
    const vr_csv *csv;
    vr_err *err;
    vrp_geography_form form;
    int64_t at[VRP_GEOGRAPHY_FIELDS]; /* columns; -1: none */
    vr_class_map map;
    int64_t count;
    const char **id, **file, **object, **country;
    int64_t *region, *group, *line;
    double *income;
    vr_names ids;
    vr_label_builder mapped, given; /* labels by the class map; as the file has them */
} vrp_geography_reader;

const char *vrp_geography_name(vr_arena *arena, const vr_csv *csv, int64_t column, vr_err *err) {
    const char *s = vr_csv_string(arena, csv, column);
    if (*s && strlen(s) == (size_t)csv->fields[column].size) return s;
    vr_csv_fail(csv, column, err, "empty field, or one with a zero byte (column '%s')", csv->names[column]);
    return NULL;
}

int64_t vrp_geography_rows(const vr_csv *csv) {
    int64_t rows = 1;
    for (const uint8_t *s = csv->at; s < csv->end; s++) rows += *s == '\n';
    return rows;
}

/* ---- a row ---- */

static bool vrp_geography_unexpected(const vrp_geography_reader *r, vrp_geography_field field,
                                     const char *expected) {
    const vr_bytes f = r->csv->fields[r->at[field]];
    return vr_csv_fail(r->csv, r->at[field], r->err, "expected %s, found '%.*s'", expected,
                       (int)vr_min(f.size, 60), (const char *)f.data);
}

static bool vrp_geography_text(const vrp_geography_reader *r, vr_arena *arena, const char **s,
                               vrp_geography_field field) {
    *s = vrp_geography_name(arena, r->csv, r->at[field], r->err);
    return *s != NULL;
}

/* The class of that name, "_" and " " and capitals alike, blanks around it free; -1 where there is none. Adds its labels. */
static int64_t vrp_geography_class(vrp_geography_reader *r, const char *name) {
    const char separator = r->form == VRP_GEOGRAPHY_SPLIT ? ' ' : '_';
    int64_t n = (int64_t)strlen(name);
    while (n > 0 && name[n - 1] == ' ') n--;
    while (n > 0 && *name == ' ') name++, n--;
    char *key = vr_arena_string(r->scratch, name, n);
    for (char *s = key; *s; s++)
        *s = (char)(*s == '_' || *s == ' ' ? separator : *s >= 'A' && *s <= 'Z' ? *s + 'a' - 'A' : *s);
    const int64_t c = vrp_class_map_find(&r->map, key);
    for (int64_t k = c < 0 ? 0 : r->map.ids.begin[c]; c >= 0 && k < r->map.ids.begin[c + 1]; k++)
        vr_label_builder_add(&r->mapped, r->map.ids.label[k]);
    return c;
}

/* GeoDE: the object is one of 40, and object_index is its number. */
static bool vrp_geography_object(vrp_geography_reader *r, const char *name) {
    const int64_t number = vrp_geography_class(r, name);
    if (number < 0) return vrp_geography_unexpected(r, VRP_GEOGRAPHY_AT_OBJECT, "one of GeoDE's 40 objects");
    r->object[r->count] = r->map.names[number];
    int64_t stated = number;
    const int64_t column = r->at[VRP_GEOGRAPHY_AT_NUMBER];
    if (column >= 0 && !vr_csv_int(&stated, r->csv, column, r->err)) return false;
    return stated == number ||
           vr_csv_fail(r->csv, column, r->err, "expected object_index %lld of '%s', found %lld",
                       (long long)number, r->map.names[number], (long long)stated);
}

/* A split of Dollar Street: topics with commas between them, of which the first one groups the image. */
static void vrp_geography_topics(vrp_geography_reader *r, const char *text) {
    for (const char *s = text; s;) {
        const char *comma = strchr(s, ','),
                   *name = vr_arena_string(r->scratch, s, comma ? comma - s : (int64_t)strlen(s));
        const int64_t c = vrp_geography_class(r, name);
        if (s == text) r->object[r->count] = c >= 0 ? r->map.names[c] : name;
        s = comma ? comma + 1 : NULL;
    }
}

/* Dollar Street's metadata: a Python list of classes, of which the first one groups the image. */
static bool vrp_geography_classes(vrp_geography_reader *r) {
    const char **names;
    int64_t n;
    const int64_t column = r->at[VRP_GEOGRAPHY_AT_OBJECT];
    if (!vr_pylist_strings(r->scratch, &names, &n, r->csv, column, r->err)) return false;
    if (n == 0) return vr_csv_fail(r->csv, column, r->err, "expected at least one class");
    for (int64_t k = 0; k < n; k++) {
        const int64_t c = vrp_geography_class(r, names[k]);
        if (c < 0)
            return vr_csv_fail(r->csv, column, r->err, "'%.60s' is not a class of Dollar Street", names[k]);
        if (k == 0) r->object[r->count] = r->map.names[c];
    }
    return true;
}

static bool vrp_geography_objects(vrp_geography_reader *r) {
    const char *text;
    vr_label_builder_next(&r->mapped);
    if (r->form == VRP_GEOGRAPHY_METADATA) return vrp_geography_classes(r);
    if (!vrp_geography_text(r, r->scratch, &text, VRP_GEOGRAPHY_AT_OBJECT)) return false;
    if (r->form == VRP_GEOGRAPHY_GEODE) return vrp_geography_object(r, text);
    vrp_geography_topics(r, text);
    return true;
}

/* The ImageNet classes that the file lists. */
static bool vrp_geography_labels(vrp_geography_reader *r) {
    int64_t *ids, n;
    vr_label_builder_next(&r->given);
    if (!vr_pylist_ints(r->scratch, &ids, &n, r->csv, r->at[VRP_GEOGRAPHY_AT_CLASSES], r->err)) return false;
    for (int64_t k = 0; k < n; k++) {
        if (ids[k] < 0 || ids[k] >= VRP_GEOGRAPHY_CLASSES)
            return vr_csv_fail(r->csv, r->at[VRP_GEOGRAPHY_AT_CLASSES], r->err,
                               "expected a class, 0 to %d, found %lld", VRP_GEOGRAPHY_CLASSES - 1,
                               (long long)ids[k]);
        vr_label_builder_add(&r->given, ids[k]);
    }
    return true;
}

static bool vrp_geography_region(vrp_geography_reader *r) {
    const bool geode = r->form == VRP_GEOGRAPHY_GEODE;
    const char *s, *const *names = geode ? vrp_geography_geode_regions : vrp_geography_regions;
    const int64_t regions = geode ? VRP_GEOGRAPHY_GEODE_REGIONS : VRP_GEOGRAPHY_REGIONS,
                  count = geode ? regions : 4 * regions;
    if (!vrp_geography_text(r, r->scratch, &s, VRP_GEOGRAPHY_AT_REGION)) return false;
    for (int64_t k = 0; k < count; k++)
        if (strcmp(s, names[k]) == 0) {
            r->region[r->count] = k % regions;
            return true;
        }
    return vrp_geography_unexpected(
        r, VRP_GEOGRAPHY_AT_REGION,
        geode ? "a region of GeoDE (Africa, Americas, EastAsia, Europe, SouthEastAsia, WestAsia)"
              : "a region of Dollar Street (Africa, Asia, Europe, The Americas)");
}

static bool vrp_geography_income(vrp_geography_reader *r) {
    if (r->at[VRP_GEOGRAPHY_AT_GROUP] >= 0) {
        const vr_bytes f = r->csv->fields[r->at[VRP_GEOGRAPHY_AT_GROUP]];
        if (f.size != 2 || (f.data[0] != 'q' && f.data[0] != 'Q') || f.data[1] < '1' || f.data[1] > '4')
            return vrp_geography_unexpected(r, VRP_GEOGRAPHY_AT_GROUP, "an income group q1, q2, q3 or q4");
        r->group[r->count] = f.data[1] - '1';
    }
    double *income = &r->income[r->count];
    if (r->at[VRP_GEOGRAPHY_AT_INCOME] < 0) return true;
    if (!vr_csv_double(income, r->csv, r->at[VRP_GEOGRAPHY_AT_INCOME], r->err)) return false;
    return (*income > 0 && !isinf(*income)) ||
           vrp_geography_unexpected(r, VRP_GEOGRAPHY_AT_INCOME, "a positive income");
}

static bool vrp_geography_row(vrp_geography_reader *r) {
    const int64_t i = r->count;
    if (!vrp_geography_text(r, r->perm, &r->file[i], VRP_GEOGRAPHY_AT_FILE) || !vrp_geography_region(r) ||
        !vrp_geography_text(r, r->scratch, &r->country[i], VRP_GEOGRAPHY_AT_COUNTRY))
        return false;
    const vrp_geography_field id =
        r->at[VRP_GEOGRAPHY_AT_ID] >= 0 ? VRP_GEOGRAPHY_AT_ID : VRP_GEOGRAPHY_AT_FILE;
    r->id[i] = r->file[i];
    if (id != VRP_GEOGRAPHY_AT_FILE && !vrp_geography_text(r, r->perm, &r->id[i], id)) return false;
    const int64_t same = vr_names_add(&r->ids, r->id[i], (int64_t)strlen(r->id[i]));
    if (same < i)
        return vr_csv_fail(r->csv, r->at[id], r->err, "duplicate image '%.100s' (first at line %lld)",
                           r->id[i], (long long)r->line[same]);
    if (!vrp_geography_objects(r) || (r->at[VRP_GEOGRAPHY_AT_CLASSES] >= 0 && !vrp_geography_labels(r)) ||
        !vrp_geography_income(r))
        return false;
    r->line[i] = r->csv->line;
    r->count++;
    return true;
}

/* ---- a set ---- */

static bool vrp_geography_same_labels(const vr_label_sets *a, const vr_label_sets *b, int64_t i) {
    bool same = vr_label_sets_size(a, i) == vr_label_sets_size(b, i);
    for (int64_t k = a->begin[i]; same && k < a->begin[i + 1]; k++)
        same = vr_label_sets_has(b, i, a->label[k]);
    return same;
}

static void vrp_geography_fill(vr_geography_set *set, const vrp_geography_reader *r) {
    static const char *const quarters[] = {"q1", "q2", "q3", "q4"};
    const bool geode = r->form == VRP_GEOGRAPHY_GEODE;
    const vr_label_sets mapped = vr_label_builder_sets(&r->mapped), given = vr_label_builder_sets(&r->given);
    const int64_t n = r->count;
    *set = (vr_geography_set){.name = geode ? "GeoDE" : "Dollar Street",
                              .path = vr_arena_string(r->perm, r->csv->path, (int64_t)strlen(r->csv->path)),
                              .count = n,
                              .id = r->id,
                              .file = r->file,
                              .labels = given.count > 0 ? given : mapped,
                              .index = {.arena = r->perm}};
    set->by[VR_GEOGRAPHY_REGION] =
        (vr_groups){.count = geode ? VRP_GEOGRAPHY_GEODE_REGIONS : VRP_GEOGRAPHY_REGIONS,
                    .names = geode ? vrp_geography_geode_regions : vrp_geography_regions,
                    .of = r->region};
    set->by[VR_GEOGRAPHY_COUNTRY] = vr_groups_of_names(r->perm, r->country, n);
    set->by[VR_GEOGRAPHY_OBJECT] = vr_groups_of_names(r->perm, r->object, n);
    if (r->at[VRP_GEOGRAPHY_AT_GROUP] >= 0)
        set->by[VR_GEOGRAPHY_INCOME] = (vr_groups){.count = 4, .names = quarters, .of = r->group};
    else if (r->form == VRP_GEOGRAPHY_METADATA)
        set->by[VR_GEOGRAPHY_INCOME] = vrp_income_groups(r->perm, r->income, n);
    if (r->at[VRP_GEOGRAPHY_AT_INCOME] >= 0) {
        int64_t *household = VR_NEW(r->perm, int64_t, n);
        set->household_count =
            vrp_income_households(household, set->by[VR_GEOGRAPHY_COUNTRY].of, r->income, n);
        set->household = household;
    }
    for (int64_t i = 0; i < given.count; i++) set->remapped += !vrp_geography_same_labels(&given, &mapped, i);
    for (int64_t i = 0; i < n; i++) vr_image_index_add(&set->index, set->id[i], i); /* ids before paths */
    for (int64_t i = 0; i < n; i++) vr_image_index_add(&set->index, set->file[i], i);
}

/* Tells the form by its first column, and finds the columns. */
static bool vrp_geography_open(vrp_geography_reader *r) {
    while (r->form < VRP_GEOGRAPHY_FORMS && vr_csv_find(r->csv, vrp_geography_columns[r->form][0]) < 0)
        r->form++;
    if (r->form == VRP_GEOGRAPHY_FORMS)
        return vr_fail(r->err, VR_ERR_FORMAT,
                       "%s:1: expected a column file_path (GeoDE), imageRelPath or url (Dollar Street)",
                       r->csv->path);
    for (int f = 0; f < VRP_GEOGRAPHY_FIELDS; f++) {
        const char *names = vrp_geography_columns[r->form][f], *last = names;
        const bool required = f <= VRP_GEOGRAPHY_AT_COUNTRY || r->form == VRP_GEOGRAPHY_METADATA;
        r->at[f] = -1;
        for (const char *s = names; s && r->at[f] < 0; s = *s ? s + 1 : NULL) {
            const size_t n = strcspn(s, " ");
            last = vr_arena_string(r->scratch, s, (int64_t)n);
            r->at[f] = vr_csv_find(r->csv, last);
            s += n;
        }
        if (names && required && r->at[f] < 0 && vr_csv_column(r->csv, last, r->err) < 0) return false;
    }
    if (r->form == VRP_GEOGRAPHY_GEODE) vrp_class_map_geode(r->perm, &r->map);
    if (r->form == VRP_GEOGRAPHY_SPLIT) vrp_class_map_dollar_street_topics(r->perm, &r->map);
    return r->form != VRP_GEOGRAPHY_METADATA ||
           vr_class_map_dollar_street(r->perm, &r->map, NULL, VR_LABELS_IN1K, r->err);
}

static bool vrp_geography_read(vr_arena *perm, vr_arena *scratch, vr_geography_set *set, vr_bytes text,
                               const char *path, vr_err *err) {
    vr_csv csv;
    if (!vr_csv_parse(scratch, &csv, text, path, err)) return false;
    vrp_geography_reader r = {.perm = perm,
                              .scratch = scratch,
                              .csv = &csv,
                              .err = err,
                              .ids = {.arena = scratch},
                              .mapped = {.arena = perm},
                              .given = {.arena = perm}};
    if (!vrp_geography_open(&r)) return false;
    const int64_t rows = vrp_geography_rows(&csv);
    r.id = VR_NEW(perm, const char *, rows), r.file = VR_NEW(perm, const char *, rows);
    r.object = VR_NEW(scratch, const char *, rows), r.country = VR_NEW(scratch, const char *, rows);
    r.region = VR_NEW(perm, int64_t, rows), r.group = VR_NEW(perm, int64_t, rows);
    r.line = VR_NEW(scratch, int64_t, rows), r.income = VR_NEW(scratch, double, rows);
    while (vr_csv_next(&csv, err))
        if (!vrp_geography_row(&r)) return false;
    if (!csv.ended) return false;
    if (r.count == 0) return vr_fail(err, VR_ERR_FORMAT, "%s: no images", path);
    vrp_geography_fill(set, &r);
    return true;
}

bool vrp_geography_parse(vr_arena *perm, vr_geography_set *set, vr_bytes text, const char *path,
                         vr_err *err) {
    *set = (vr_geography_set){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_arena scratch = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arena behind */
    const bool ok = vrp_geography_read(perm, &scratch, set, text, path, &own);
    vr_arena_free(&scratch);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    *set = (vr_geography_set){0};
    return vr_err_pass(err, &own);
}

bool vr_geography_load(vr_arena *perm, vr_geography_set *set, const char *path, vr_err *err) {
    *set = (vr_geography_set){0};
    vr_arena file = {0};
    vr_err own = {0};
    vr_bytes text;
    const bool ok = vr_file_map(&file, &text, path, &own) && vrp_geography_parse(perm, set, text, path, &own);
    vr_arena_free(&file);
    return ok || vr_err_pass(err, &own);
}
