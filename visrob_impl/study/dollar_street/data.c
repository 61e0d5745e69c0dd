/* study/dollar_street/data.c: the tables of Dollar Street, to columns. Metadata and annotations come as CSV and as pandas'
 * JSON with other sets of columns; one reader takes a field by its name from either, so that each rule (a region is
 * one of four, a factor is 0 or 1) is written once. Rejected: a loader for each file, which would drift apart. */
#include "../income_impl.h"
#include "../predictions_impl.h"
#include "../../base/os.h"
#include "../../format/rows.h"
#include "dollar_street_impl.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- names and buckets ---- */

static const char *const vrp_dollar_street_factor_names[VR_DOLLAR_STREET_FACTOR_COUNT] = {
#define X(ID, name) #name,
    VR_DOLLAR_STREET_FACTORS(X)
#undef X
};
static const char *const vrp_dollar_street_region_names[VR_DOLLAR_STREET_REGION_COUNT] = {
    "Africa", "Asia", "Europe", "The Americas"};
static const char *const vrp_dollar_street_income_names[VRP_INCOME_COUNT] = {"low", "medium", "high"};

/* The place of a text in a list of names, or -1 with the list in `expected`: "low, medium, high". */
static int64_t vrp_dollar_street_choose(char expected[300], const char *text, const char *const *names,
                                        int64_t count) {
    int n = 0;
    for (int64_t i = 0; i < count; i++) {
        if (text && strcmp(text, names[i]) == 0) return i;
        n += snprintf(expected + n, (size_t)(300 - n), "%s%s", i ? ", " : "", names[i]);
    }
    return -1;
}

const char *vrp_dollar_street_factor_name(vr_dollar_street_factor f) {
    VR_CHECK(f >= 0 && f < VR_DOLLAR_STREET_FACTOR_COUNT, "factor %d", (int)f);
    return vrp_dollar_street_factor_names[f];
}

bool vr_dollar_street_factor_parse(vr_dollar_street_factor *f, const char *name, vr_err *err) {
    char expected[300];
    const int64_t found = vrp_dollar_street_choose(expected, name, vrp_dollar_street_factor_names,
                                                   VR_DOLLAR_STREET_FACTOR_COUNT);
    *f = (vr_dollar_street_factor)vr_max(0, found);
    return found >= 0 ||
           vr_fail(err, VR_ERR_USAGE, "unknown factor '%.60s' (expected one of %s)", name, expected);
}

const char *vrp_dollar_street_region_name(vr_dollar_street_region region) {
    VR_CHECK(region >= 0 && region < VR_DOLLAR_STREET_REGION_COUNT, "region %d", (int)region);
    return vrp_dollar_street_region_names[region];
}

/* ---- a table, from CSV or JSON ---- */

/* X(ID, column): what is read of a table. */
#define VRP_DOLLAR_STREET_FIELDS(X)                                                                          \
    X(URL, "url")                                                                                            \
    X(COUNTRY, "country")                                                                                    \
    X(REGION, "region")                                                                                      \
    X(INCOME, "income")                                                                                      \
    X(BUCKET, "income_bucket")                                                                               \
    X(LATITUDE, "lat")                                                                                       \
    X(LONGITUDE, "lng")                                                                                      \
    X(LABEL, "label")                                                                                        \
    X(CLASS, "class")                                                                                        \
    X(TARGETS_22K, "sin21k_targets")                                                                         \
    X(NAMES_22K, "sin21k_labels")                                                                            \
    X(TARGETS_11K, "sin21k_targets_alibaba")                                                                 \
    X(NAMES_11K, "sin21k_labels_alibaba")                                                                    \
    X(RATED, "can_i_rate_this_job")                                                                          \
    X(REASON, "justification")                                                                               \
    X(WORD, "one_word")                                                                                      \
    X(IMAGE_ID, "image_id")                                                                                  \
    X(FULL_ID, "full_image_id")

enum {
#define X(ID, column) VRP_DOLLAR_STREET_##ID,
    VRP_DOLLAR_STREET_FIELDS(X)
#undef X
        VRP_DOLLAR_STREET_FACTOR0, /* and the 16 of them */
    VRP_DOLLAR_STREET_INDEX = VRP_DOLLAR_STREET_FACTOR0 + VR_DOLLAR_STREET_FACTOR_COUNT,
    VRP_DOLLAR_STREET_FIELD_COUNT
};

static const char *const vrp_dollar_street_fields[VRP_DOLLAR_STREET_FIELD_COUNT] = {
#define X(ID, column) column,
    VRP_DOLLAR_STREET_FIELDS(X)
#undef X
#define X(ID, name) #name,
        VR_DOLLAR_STREET_FACTORS(X)
#undef X
            "" /* pandas' index has no name */
};

/* *text = the field in the arena, or NULL where the row does not have it. */
static bool vrp_dollar_street_text(vr_rows *t, vr_arena *arena, const char **text, int field, vr_err *err) {
    vr_bytes s;
    *text = NULL;
    if (!vr_rows_text(&s, t, field, err)) return false;
    if (s.size > 0) *text = vr_arena_string(arena, (const char *)s.data, s.size);
    return true;
}

/* *x = the field as a finite number. */
static bool vrp_dollar_street_number(const vr_rows *t, double *x, int field, vr_err *err) {
    return vr_rows_number(x, t, field, err) &&
           (isfinite(*x) || vr_rows_fail(t, field, err, "expected a finite number"));
}

/* Fails where the table lacks a column that neither it nor `metadata` can do without. */
static bool vrp_dollar_street_columns(vr_rows *t, const char *path, bool metadata, vr_err *err) {
    static const int required[] = {VRP_DOLLAR_STREET_COUNTRY, VRP_DOLLAR_STREET_REGION,
                                   VRP_DOLLAR_STREET_INCOME};
    int factors = 0, missing = -1;
    for (int f = 0; f < VR_DOLLAR_STREET_FACTOR_COUNT; f++) {
        const bool has = vr_rows_has(t, VRP_DOLLAR_STREET_FACTOR0 + f);
        factors += has;
        if (!has) missing = f;
    }
    if (factors == 0 && !vr_rows_has(t, VRP_DOLLAR_STREET_URL))
        return vr_fail(err, VR_ERR_FORMAT, "%s:1: missing column 'url' or columns of the 16 factors", path);
    if (factors > 0 && missing >= 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s:1: missing column '%s': found %d of the 16 factors", path,
                       vrp_dollar_street_factor_names[missing], factors);
    for (int i = 0; !metadata && i < 3; i++)
        if (!vr_rows_has(t, required[i]))
            return vr_fail(err, VR_ERR_FORMAT, "%s:1: missing column '%s', and no metadata that has it", path,
                           vrp_dollar_street_fields[required[i]]);
    return metadata || vr_rows_has(t, VRP_DOLLAR_STREET_CLASS) || vr_rows_has(t, VRP_DOLLAR_STREET_LABEL) ||
           vr_fail(err, VR_ERR_FORMAT, "%s:1: missing column 'label' or 'class'", path);
}

/* ---- one row ---- */

/* A row that is being read, in the step arena. */
typedef struct vrp_dollar_street_row {
    const char *id, *url, *image, *country, *reason, *word, **labels;
    double income, latitude, longitude;
    int64_t region, bucket, label_count, target_count[2], *targets[2];
    uint16_t factors;
    bool unrated, rebucketed;
} vrp_dollar_street_row;

/* *number = the place of the field's text in a list of names. */
static bool vrp_dollar_street_choice(vr_rows *t, vr_arena *step, int64_t *number, int field,
                                     const char *const *names, int64_t count, vr_err *err) {
    const char *text;
    char expected[300];
    if (!vrp_dollar_street_text(t, step, &text, field, err)) return false;
    *number = vrp_dollar_street_choose(expected, text, names, count);
    return *number >= 0 ||
           vr_rows_fail(t, field, err, "expected one of %s, found '%.60s'", expected, text ? text : "");
}

/* *x = the field as a number within -limit..limit, where the table has it. */
static bool vrp_dollar_street_degrees(vr_rows *t, double *x, int field, double limit, vr_err *err) {
    if (!vr_rows_has(t, field)) return true;
    if (!vrp_dollar_street_number(t, x, field, err)) return false;
    return fabs(*x) <= limit ||
           vr_rows_fail(t, field, err, "expected degrees, %g to %g, found %g", -limit, limit, *x);
}

/* Place, region and income, as far as the table has them. */
static bool vrp_dollar_street_read_place(vr_rows *t, vr_arena *step, vrp_dollar_street_row *row,
                                         vr_err *err) {
    row->latitude = row->longitude = row->income = NAN;
    row->bucket = row->region = -1;
    if (!vrp_dollar_street_text(t, step, &row->country, VRP_DOLLAR_STREET_COUNTRY, err)) return false;
    if (vr_rows_has(t, VRP_DOLLAR_STREET_COUNTRY) && !row->country)
        return vr_rows_fail(t, VRP_DOLLAR_STREET_COUNTRY, err, "expected a country");
    if (vr_rows_has(t, VRP_DOLLAR_STREET_REGION) &&
        !vrp_dollar_street_choice(t, step, &row->region, VRP_DOLLAR_STREET_REGION,
                                  vrp_dollar_street_region_names, VR_DOLLAR_STREET_REGION_COUNT, err))
        return false;
    if (vr_rows_has(t, VRP_DOLLAR_STREET_INCOME)) {
        if (!vrp_dollar_street_number(t, &row->income, VRP_DOLLAR_STREET_INCOME, err)) return false;
        if (row->income <= 0)
            return vr_rows_fail(t, VRP_DOLLAR_STREET_INCOME, err, "expected a positive income, found %g",
                                row->income);
        row->bucket = vrp_income_bucket(row->income);
    }
    if (vr_rows_has(t, VRP_DOLLAR_STREET_BUCKET)) {
        int64_t given;
        if (!vrp_dollar_street_choice(t, step, &given, VRP_DOLLAR_STREET_BUCKET,
                                      vrp_dollar_street_income_names, VRP_INCOME_COUNT, err))
            return false;
        row->rebucketed = row->bucket >= 0 && row->bucket != given;
        row->bucket = given;
    }
    return vrp_dollar_street_degrees(t, &row->latitude, VRP_DOLLAR_STREET_LATITUDE, 90, err) &&
           vrp_dollar_street_degrees(t, &row->longitude, VRP_DOLLAR_STREET_LONGITUDE, 180, err);
}

/* Lists of the file's own ids below a limit, with as many names beside them. */
static bool vrp_dollar_street_read_targets(vr_rows *t, vr_arena *step, vrp_dollar_street_row *row,
                                           vr_err *err) {
    static const int ids[2] = {VRP_DOLLAR_STREET_TARGETS_22K, VRP_DOLLAR_STREET_TARGETS_11K},
                     names[2] = {VRP_DOLLAR_STREET_NAMES_22K, VRP_DOLLAR_STREET_NAMES_11K},
                     limits[2] = {108, 99};
    for (int k = 0; k < 2; k++) {
        if (t->json || !vr_rows_has(t, ids[k])) continue;
        const char **name;
        int64_t *id, n, count;
        if (!vr_rows_ints(step, &id, &n, t, ids[k], err)) return false;
        for (int64_t i = 0; i < n; i++)
            if (id[i] < 0 || id[i] >= limits[k])
                return vr_rows_fail(t, ids[k], err, "expected a class, 0 to %d, found %lld", limits[k] - 1,
                                    (long long)id[i]);
        row->targets[k] = id, row->target_count[k] = n;
        if (!vr_rows_has(t, names[k])) continue;
        if (!vr_rows_strings(step, &name, &count, t, names[k], err)) return false;
        if (count != n)
            return vr_rows_fail(t, names[k], err, "expected a name for each of %lld ids, found %lld",
                                (long long)n, (long long)count);
    }
    return true;
}

static bool vrp_dollar_street_read_labels(vr_rows *t, vr_arena *step, vrp_dollar_street_row *row,
                                          vr_err *err) {
    if (!t->json && vr_rows_has(t, VRP_DOLLAR_STREET_LABEL)) {
        if (!vr_rows_strings(step, &row->labels, &row->label_count, t, VRP_DOLLAR_STREET_LABEL, err))
            return false;
        if (row->label_count == 0)
            return vr_rows_fail(t, VRP_DOLLAR_STREET_LABEL, err, "expected at least one class");
    } else if (vr_rows_has(t, VRP_DOLLAR_STREET_CLASS)) {
        row->labels = VR_NEW(step, const char *, 1);
        row->label_count = 1;
        if (!vrp_dollar_street_text(t, step, &row->labels[0], VRP_DOLLAR_STREET_CLASS, err)) return false;
        if (!row->labels[0]) return vr_rows_fail(t, VRP_DOLLAR_STREET_CLASS, err, "expected a class");
    }
    for (int64_t i = 0; i < row->label_count; i++) {
        char *name = vr_arena_string(step, row->labels[i], (int64_t)strlen(row->labels[i]));
        for (char *s = name; (s = strchr(s, ' ')) != NULL;) *s = '_';
        row->labels[i] = name;
    }
    return true;
}

static bool vrp_dollar_street_read_factors(vr_rows *t, vr_arena *step, vrp_dollar_street_row *row,
                                           vr_err *err) {
    const char *rated;
    if (!vrp_dollar_street_text(t, step, &rated, VRP_DOLLAR_STREET_RATED, err)) return false;
    row->unrated = rated && strcmp(rated, "no") == 0;
    if (row->unrated) return true;
    for (int f = 0; f < VR_DOLLAR_STREET_FACTOR_COUNT; f++) {
        const int field = VRP_DOLLAR_STREET_FACTOR0 + f;
        double x;
        if (!vr_rows_has(t, field)) continue;
        if (!vrp_dollar_street_number(t, &x, field, err)) return false;
        if (x != 0 && x != 1) return vr_rows_fail(t, field, err, "expected 0 or 1, found %g", x);
        if (x == 1) row->factors = (uint16_t)(row->factors | 1 << f);
    }
    return vrp_dollar_street_text(t, step, &row->reason, VRP_DOLLAR_STREET_REASON, err) &&
           vrp_dollar_street_text(t, step, &row->word, VRP_DOLLAR_STREET_WORD, err);
}

/* Names the row and its image. Metadata has one row an image, named by its url; a table of tasks has an index. */
static bool vrp_dollar_street_read_names(vr_rows *t, vr_arena *step, vrp_dollar_street_row *row,
                                         vr_err *err) {
    const char *index, *image_id, *full_id;
    if (!vrp_dollar_street_text(t, step, &row->url, VRP_DOLLAR_STREET_URL, err) ||
        !vrp_dollar_street_text(t, step, &index, VRP_DOLLAR_STREET_INDEX, err) ||
        !vrp_dollar_street_text(t, step, &image_id, VRP_DOLLAR_STREET_IMAGE_ID, err) ||
        !vrp_dollar_street_text(t, step, &full_id, VRP_DOLLAR_STREET_FULL_ID, err))
        return false;
    const bool images = !t->json && vr_rows_has(t, VRP_DOLLAR_STREET_LABEL);
    row->id = images || !index ? row->url : index;
    row->image = full_id ? full_id : row->url ? row->url : image_id ? image_id : row->id;
    if (row->id) return true;
    const int at = vr_rows_has(t, VRP_DOLLAR_STREET_URL) ? VRP_DOLLAR_STREET_URL : VRP_DOLLAR_STREET_INDEX;
    return vr_rows_fail(t, at, err, "expected the name of a row");
}

static bool vrp_dollar_street_read(vr_rows *t, vr_arena *step, vrp_dollar_street_row *row, vr_err *err) {
    *row = (vrp_dollar_street_row){0};
    return vrp_dollar_street_read_factors(t, step, row, err) &&
           (row->unrated || (vrp_dollar_street_read_names(t, step, row, err) &&
                             vrp_dollar_street_read_place(t, step, row, err) &&
                             vrp_dollar_street_read_labels(t, step, row, err) &&
                             vrp_dollar_street_read_targets(t, step, row, err)));
}

/* ---- rows to columns ---- */

/* Columns that grow, with room for all rows of the table. */
typedef struct vrp_dollar_street_build {
    vr_arena *perm;
    int64_t count, unrated, unmatched, rebucketed;
    const char **id, **url, **reason, **word;
    double *income, *latitude, *longitude;
    int64_t *image, *region, *bucket, *country, *line;
    uint16_t *factors;
    vr_names ids, images, countries, classes;
    vr_label_builder labels, targets[2];
    const vr_dollar_street *metadata; /* or NULL; with its names, and the first row of each image */
    vr_image_index index;
    int64_t *first;
} vrp_dollar_street_build;

static void vrp_dollar_street_begin(vrp_dollar_street_build *b, vr_arena *perm, vr_arena *scratch, int64_t n,
                                    const vr_dollar_street *metadata) {
    *b = (vrp_dollar_street_build){.perm = perm, .metadata = metadata};
    b->ids.arena = b->labels.arena = b->targets[0].arena = b->targets[1].arena = perm;
    b->images.arena = b->countries.arena = b->classes.arena = scratch;
    b->id = VR_NEW(perm, const char *, n), b->url = VR_NEW(perm, const char *, n);
    b->reason = VR_NEW(perm, const char *, n), b->word = VR_NEW(perm, const char *, n);
    b->income = VR_NEW(perm, double, n);
    b->latitude = VR_NEW(perm, double, n), b->longitude = VR_NEW(perm, double, n);
    b->image = VR_NEW(perm, int64_t, n), b->region = VR_NEW(perm, int64_t, n);
    b->bucket = VR_NEW(perm, int64_t, n), b->country = VR_NEW(perm, int64_t, n);
    b->line = VR_NEW(scratch, int64_t, n);
    b->factors = VR_NEW(perm, uint16_t, n);
    if (!metadata) return;
    b->index = vrp_dollar_street_index(scratch, metadata);
    b->first = VR_NEW(scratch, int64_t, metadata->image_count);
    for (int64_t i = metadata->count - 1; i >= 0; i--) b->first[metadata->image[i]] = i;
}

/* Gives the row what its table lacks and its image in the metadata has; false where the image is not there. */
static bool vrp_dollar_street_complete(const vrp_dollar_street_build *b, vr_arena *step,
                                       vrp_dollar_street_row *row, bool bucket_given) {
    const vr_dollar_street *m = b->metadata;
    const char *name = row->url ? row->url : row->image;
    const int64_t found = vrp_image_index_find(&b->index, name, (int64_t)strlen(name));
    if (found < 0) return false;
    const int64_t k = found < m->image_count ? b->first[found] : found - m->image_count;
    row->image = m->url && m->url[k] ? m->url[k] : m->id[k];
    if (!row->url) row->url = row->image;
    if (!row->country) row->country = m->countries[m->country[k]];
    if (row->region < 0) row->region = m->region[k];
    if (isnan(row->income)) {
        row->income = m->income[k];
        row->rebucketed = bucket_given && row->bucket != m->bucket[k];
        if (!bucket_given) row->bucket = m->bucket[k];
    }
    if (isnan(row->latitude) && m->latitude) row->latitude = m->latitude[k];
    if (isnan(row->longitude) && m->longitude) row->longitude = m->longitude[k];
    if (row->label_count > 0) return true;
    row->label_count = vr_label_sets_size(&m->labels, k);
    row->labels = VR_NEW(step, const char *, row->label_count);
    for (int64_t j = 0; j < row->label_count; j++)
        row->labels[j] = m->classes[m->labels.label[m->labels.begin[k] + j]];
    return true;
}

static int64_t vrp_dollar_street_add(vr_names *names, const char *name) {
    return vr_names_add(names, name, (int64_t)strlen(name));
}

static const char *vrp_dollar_street_keep(vr_arena *perm, const char *s) {
    return s ? vr_arena_string(perm, s, (int64_t)strlen(s)) : NULL;
}

static void vrp_dollar_street_append(vrp_dollar_street_build *b, const vrp_dollar_street_row *row) {
    const int64_t i = b->count++;
    b->id[i] = vr_names_at(&b->ids, b->ids.count - 1);
    b->url[i] = row->url == row->id ? b->id[i] : vrp_dollar_street_keep(b->perm, row->url);
    b->reason[i] = vrp_dollar_street_keep(b->perm, row->reason);
    b->word[i] = vrp_dollar_street_keep(b->perm, row->word);
    b->image[i] = vrp_dollar_street_add(&b->images, row->image);
    b->country[i] = vrp_dollar_street_add(&b->countries, row->country);
    b->income[i] = row->income, b->latitude[i] = row->latitude, b->longitude[i] = row->longitude;
    b->region[i] = row->region, b->bucket[i] = row->bucket, b->factors[i] = row->factors;
    b->rebucketed += row->rebucketed;
    vr_label_builder_next(&b->labels);
    for (int64_t j = 0; j < row->label_count; j++)
        vr_label_builder_add(&b->labels, vrp_dollar_street_add(&b->classes, row->labels[j]));
    for (int k = 0; k < 2; k++) {
        vr_label_builder_next(&b->targets[k]);
        for (int64_t j = 0; j < row->target_count[k]; j++)
            vr_label_builder_add(&b->targets[k], row->targets[k][j]);
    }
}

/* Reads the rows that there are. */
static bool vrp_dollar_street_rows(vrp_dollar_street_build *b, vr_rows *t, vr_arena *step, vr_err *err) {
    vrp_dollar_street_row row;
    for (; vr_rows_next(t, err); vr_arena_reset(step)) {
        if (!vrp_dollar_street_read(t, step, &row, err)) return false;
        b->unrated += row.unrated;
        if (row.unrated) continue;
        const int64_t known = b->ids.count, number = vrp_dollar_street_add(&b->ids, row.id);
        if (number < known)
            return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:1: duplicate row '%.200s' (first at line %lld)",
                           t->path, (long long)t->line, row.id, (long long)b->line[number]);
        b->line[number] = t->line;
        if (!b->metadata ||
            vrp_dollar_street_complete(b, step, &row, vr_rows_has(t, VRP_DOLLAR_STREET_BUCKET)))
            vrp_dollar_street_append(b, &row);
        else
            b->unmatched++;
    }
    return t->ended;
}

/* The names in order; the numbers of names become their places in it. */
static const char *const *vrp_dollar_street_sort(vr_arena *perm, vr_arena *scratch, const vr_names *names,
                                                 int64_t *number, int64_t n) {
    const char **name = VR_NEW(scratch, const char *, names->count);
    for (int64_t i = 0; i < names->count; i++) name[i] = vr_names_at(names, i);
    const vr_groups sorted = vr_groups_of_names(perm, name, names->count);
    for (int64_t i = 0; i < n; i++) number[i] = sorted.of[number[i]];
    return sorted.names;
}

/* Households, and their quarters by income. */
static void vrp_dollar_street_households(vr_arena *perm, vr_arena *scratch, vr_dollar_street *out) {
    int64_t *household = VR_NEW(perm, int64_t, out->count), *quarter = VR_NEW(perm, int64_t, out->count);
    out->household_count = vrp_income_households(household, out->country, out->income, out->count);
    double *income = VR_NEW(scratch, double, out->household_count); /* each counts once */
    for (int64_t i = 0; i < out->count; i++) income[household[i]] = out->income[i];
    vr_sort(income, out->household_count);
    for (int k = 0; k <= 4; k++)
        out->quarters[k] = vr_quantile_sorted(income, out->household_count, 0.25 * k);
    for (int64_t i = 0; i < out->count; i++)
        while (quarter[i] < 3 && out->income[i] > out->quarters[quarter[i] + 1]) quarter[i]++;
    out->household = household, out->quarter = quarter;
}

static void vrp_dollar_street_end(vr_dollar_street *out, vr_arena *scratch, vrp_dollar_street_build *b,
                                  vr_rows *t) {
    const int64_t n = b->count;
    bool urls = false, places = false;
    for (int64_t i = 0; i < n; i++) {
        urls = urls || b->url[i];
        places = places || !isnan(b->latitude[i]);
    }
    *out = (vr_dollar_street){.count = n,
                              .id = b->id,
                              .url = urls ? b->url : NULL,
                              .image = b->image,
                              .image_count = b->images.count,
                              .country_count = b->countries.count,
                              .country = b->country,
                              .region = b->region,
                              .income = b->income,
                              .bucket = b->bucket,
                              .latitude = places ? b->latitude : NULL,
                              .longitude = places ? b->longitude : NULL,
                              .class_count = b->classes.count,
                              .labels = vr_label_builder_sets(&b->labels),
                              .unrated = b->unrated,
                              .matched = b->metadata != NULL,
                              .unmatched = b->unmatched,
                              .rebucketed = b->rebucketed};
    out->countries = vrp_dollar_street_sort(b->perm, scratch, &b->countries, b->country, n);
    out->classes =
        vrp_dollar_street_sort(b->perm, scratch, &b->classes, b->labels.label, out->labels.begin[n]);
    if (!t->json && vr_rows_has(t, VRP_DOLLAR_STREET_TARGETS_22K))
        out->targets_22k = vr_label_builder_sets(&b->targets[0]);
    if (!t->json && vr_rows_has(t, VRP_DOLLAR_STREET_TARGETS_11K))
        out->targets_11k = vr_label_builder_sets(&b->targets[1]);
    if (vr_rows_has(t, VRP_DOLLAR_STREET_FACTOR0)) out->factors = b->factors;
    if (vr_rows_has(t, VRP_DOLLAR_STREET_REASON)) out->reason = b->reason;
    if (vr_rows_has(t, VRP_DOLLAR_STREET_WORD)) out->word = b->word;
    vrp_dollar_street_households(b->perm, scratch, out);
}

static bool vrp_dollar_street_text_read(vr_arena *perm, vr_arena *scratch, vr_arena *step,
                                        vr_dollar_street *out, vr_rows *t, const vr_dollar_street *metadata,
                                        vr_err *err) {
    vrp_dollar_street_build b;
    if (!vrp_dollar_street_columns(t, t->path, metadata != NULL, err)) return false;
    vrp_dollar_street_begin(&b, perm, scratch, t->most, metadata);
    if (!vrp_dollar_street_rows(&b, t, step, err)) return false;
    if (b.count == 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s: no rows (%lld not rated, %lld not in the metadata)", t->path,
                       (long long)b.unrated, (long long)b.unmatched);
    vrp_dollar_street_end(out, scratch, &b, t);
    out->path = vrp_dollar_street_keep(perm, t->path);
    return true;
}

bool vrp_dollar_street_parse(vr_arena *perm, vr_dollar_street *out, vr_bytes text, const char *path,
                             const vr_dollar_street *metadata, vr_err *err) {
    const vr_dollar_street known = metadata ? *metadata : (vr_dollar_street){0}; /* it may be out */
    *out = (vr_dollar_street){0};
    vr_arena scratch = {0}, step = {0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arenas behind */
    vr_rows rows;
    const bool ok =
        vr_rows_parse(&scratch, &rows, text, path, vrp_dollar_street_fields, VRP_DOLLAR_STREET_FIELD_COUNT, 0,
                      &own) &&
        vrp_dollar_street_text_read(perm, &scratch, &step, out, &rows, metadata ? &known : NULL, &own);
    vr_rows_close(&rows);
    vr_arena_free(&step);
    vr_arena_free(&scratch);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    return vr_err_pass(err, &own);
}

bool vr_dollar_street_load(vr_arena *perm, vr_dollar_street *out, const char *path,
                           const vr_dollar_street *metadata, vr_err *err) {
    vr_arena file = {0};
    vr_err own = {0};
    vr_bytes text;
    const bool ok = vr_file_map(&file, &text, path, &own) &&
                    vrp_dollar_street_parse(perm, out, text, path, metadata, &own);
    vr_arena_free(&file);
    if (!ok) *out = (vr_dollar_street){0};
    return ok || vr_err_pass(err, &own);
}

/* ---- rows by name ---- */

vr_image_index vrp_dollar_street_index(vr_arena *arena, const vr_dollar_street *data) {
    static const char *const strip[] = {"480x480-", "-", NULL}; /* what the published code takes out */
    vr_image_index index = {.arena = arena, .strip = strip};
    for (int64_t i = 0; data->url && i < data->count; i++)
        if (data->url[i]) vr_image_index_add(&index, data->url[i], data->image[i]);
    for (int64_t i = 0; i < data->count; i++) { /* an id may be a name of the image */
        const int64_t at = vrp_image_index_find(&index, data->id[i], (int64_t)strlen(data->id[i]));
        vr_image_index_add(&index, data->id[i], at == data->image[i] ? at : data->image_count + i);
    }
    return index;
}

#undef VRP_DOLLAR_STREET_FIELDS
