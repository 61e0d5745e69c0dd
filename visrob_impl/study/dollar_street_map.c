/* study/dollar_street_map.c: which predictions count as right for a class, and the files that predictions come in.
 * The built-in map is the text of a map file, so that it is read, and checked, as any other. */
#include "dollar_street_score.h"
#include "../base/os.h"
#include "../format/csv.h"
#include "../format/json.h"
#include "../format/pylist.h"
#include "../base/number.h"
#include <stdlib.h>
#include <string.h>

/* Facts of the published data: the targets of metadata.csv, class by class (images: how many it has), and the 1k
 * lists of the mitigation study. Source: github.com/facebookresearch/dollarstreet_factors. */
static const char vrp_dollar_street_map_text[] =
    /* clang-format off */
    "dollarstreet_class,images,sin21k_ids,sin21k_alibaba_ids,imagenet1k_ids\n"
    "alcoholic_drinks,38,2 20 103,2 20 95,440 907 441 503\n"
    "armchairs,249,73,72,559 765\n"
    "bathrooms,253,26 59,26,434 435 794\n"
    "bedrooms,282,28,28,831\n"
    "beds,286,27,27,831 520\n"
    "bikes,114,29,29,444 671\n"
    "books,214,96 3 30,90 3 30,917 454 453 624\n"
    "bowls,23,31,31,809 659\n"
    "car_keys,28,56,56,\n"
    "cars,78,32,32,\n"
    "ceilings,261,33,33,858 825 853\n"
    "chickens,60,23,23,83\n"
    "child_rooms,228,28,28,\n"
    "cleaning_equipment,216,18 4 34,18 4 34,897 882 534 462\n"
    "cleaning_floors,54,18 34,18 34,882 462\n"
    "computers,117,37,37,527 620 681 508\n"
    "cooking_pots,266,65 66,64 65,926\n"
    "cooking_utensils,231,8 16 58 88,8 16 58 84,651 567 532 499\n"
    "cups,249,39,39,968 647 504\n"
    "diapers,58,5,5,529\n"
    "dish_brushes,252,72,71,\n"
    "dish_racks,267,41,41,729\n"
    "dishwashers,32,6,6,534\n"
    "drying_clothes,214,43,43,897\n"
    "everyday_shoes,270,48,48,770 788 774\n"
    "floors,273,18 34 46,46,\n"
    "freezers,120,14,14,\n"
    "frontdoor_keys,64,56,56,695\n"
    "fruit_trees,75,105 106,96 97,949 31 957 952\n"
    "fruits,145,107,98,957 949 956 954 953\n"
    "glasses,93,78,76,836 837 622 447\n"
    "goats,21,24,24,\n"
    "grains,238,98,92,987\n"
    "guest_beds,229,27,27,831\n"
    "hair_brushes,234,36 52,36 52,584 589\n"
    "homes,284,74 54,73 54,660 449\n"
    "instruments,45,63,62,558 632 687 402 401\n"
    "jackets,30,55,55,841 474\n"
    "kids_bed,242,27,27,831 797 434 520\n"
    "kitchen_sinks,252,4,4,\n"
    "kitchens,257,57,57,\n"
    "latest_furniture_bought,35,49,49,831 532\n"
    "living_rooms,217,60,59,598 831\n"
    "lock_on_front_doors,256,61,60,507\n"
    "make_up,81,38,38,629\n"
    "medication,201,9 13,9 13,648\n"
    "menstruation_pads,69,82 70,69,\n"
    "mosquito_protections,128,11,11,669\n"
    "motorcycles,51,62,61,670\n"
    "music_equipment,113,25,25,402 401 632\n"
    "necklaces,49,12,12,679\n"
    "nicest_shoes,252,48,48,770 514\n"
    "ovens,97,64 10 84,80 10 63,827 651 544 859 766\n"
    "parking_lots,90,50,50,704\n"
    "pens,192,92,87,563 749 709\n"
    "pet_foods,34,99,93,\n"
    "pets,129,22,22,239 537 285 200 282\n"
    "phones,237,83,79,528 487\n"
    "plates,253,40,40,923 729\n"
    "plates_of_food,206,40,40,996 582\n"
    "power_outlets,203,44,44,844\n"
    "power_switches,207,17,17,844\n"
    "radios,110,94,88,754\n"
    "refrigerators,173,14,14,760\n"
    "roofs,234,69,68,858 853\n"
    "rugs,152,47,47,741 885 721\n"
    "shaving,147,104 67 71,66 70,\n"
    "showers,236,1 4 75 76 15,1 4 74 75 15,794 435\n"
    "social_drinks,203,102,94,762\n"
    "sofas,218,73,72,831\n"
    "spices,263,100 79,77,\n"
    "stoves,279,81 45,45 78,827\n"
    "street_view,257,68,67,919 706 920 716\n"
    "toilet_paper,219,21,21,700 999\n"
    "tools,206,85 86,81 82,477 786 527 778\n"
    "toothbrushes,274,87,83,\n"
    "trash,229,0 90,0 85,569 728 792\n"
    "tvs,201,42 95 7,89 42 7,851 548\n"
    "vegetable_plots,53,51,51,738\n"
    "vegetables,202,97,91,938 937 942 947\n"
    "wall_clocks,135,35,35,892\n"
    "wardrobes,265,19,19,894\n"
    "wheel_barrows,32,53,53,723\n"
    "wrist_watches,86,91,86,826 531\n"
    /* clang-format on */
    ;

/* ---- the map ---- */

/* A list that grows. */
typedef struct vrp_dollar_street_ids {
    vr_arena *arena;
    int64_t *id, count, capacity;
} vrp_dollar_street_ids;

static void vrp_dollar_street_ids_add(vrp_dollar_street_ids *l, int64_t id) {
    if (l->count == l->capacity) {
        l->capacity = vr_max(64, 2 * l->capacity);
        int64_t *more = VR_NEW(l->arena, int64_t, l->capacity);
        if (l->count > 0) memcpy(more, l->id, (size_t)l->count * sizeof *more);
        l->id = more;
    }
    l->id[l->count++] = id;
}

/* The numbers of a field, with `mark` or blanks between them; returns how many, or -1. */
static int64_t vrp_dollar_street_numbers(vrp_dollar_street_ids *list, const vr_csv *csv, int64_t column,
                                         char mark, vr_err *err) {
    const char *s = (const char *)csv->fields[column].data, *end = s + csv->fields[column].size;
    int64_t n = 0;
    while (s < end) {
        const char *stop = s;
        while (stop < end && *stop != mark) stop++;
        int64_t x;
        if (!vr_number_int(&x, s, stop - s) || x < 0) {
            vr_csv_fail(csv, column, err, "'%.*s' is not a class number (column '%s')",
                        (int)vr_min(stop - s, 40), s, csv->names[column]);
            return -1;
        }
        vrp_dollar_street_ids_add(list, x);
        n++;
        if (stop + 1 == end) {
            vr_csv_fail(csv, column, err, "a class number is wanted at the end (column '%s')",
                        csv->names[column]);
            return -1;
        }
        s = stop + (stop < end);
    }
    return n;
}

/* The numbers of a Python list; returns how many, or -1. */
static int64_t vrp_dollar_street_python(vrp_dollar_street_ids *list, const vr_csv *csv, int64_t column,
                                        vr_err *err) {
    vr_arena scratch = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arena behind */
    int64_t *ids, n;
    bool ok = vr_pylist_ints(&scratch, &ids, &n, csv, column, &own);
    for (int64_t i = 0; ok && i < n; i++) {
        ok = ids[i] >= 0 || vr_csv_fail(csv, column, &own, "%lld is not a class number (column '%s')",
                                        (long long)ids[i], csv->names[column]);
        if (ok) vrp_dollar_street_ids_add(list, ids[i]);
    }
    vr_arena_free(&scratch);
    if (ok) return n;
    vr_err_pass(err, &own);
    return -1;
}

static bool vrp_dollar_street_map_read(vr_arena *perm, vr_class_map *map, vr_csv *csv, vr_err *err) {
    static const char *const columns[VR_SPACE_COUNT] = {"sin21k_ids", "sin21k_alibaba_ids", "imagenet1k_ids"};
    static const int64_t limits[VR_SPACE_COUNT] = {108, 99, 1000};
    int64_t rows = 0, at[VR_SPACE_COUNT];
    const int64_t name = vr_csv_column(csv, "dollarstreet_class", err);
    if (name < 0) return false;
    for (const uint8_t *s = csv->at; s < csv->end; s++) rows += *s == '\n';
    const char **names = VR_NEW(perm, const char *, rows + 1);
    int64_t *begin[VR_SPACE_COUNT];
    vrp_dollar_street_ids lists[VR_SPACE_COUNT];
    for (int k = 0; k < VR_SPACE_COUNT; k++) {
        if ((at[k] = vr_csv_column(csv, columns[k], err)) < 0) return false;
        begin[k] = VR_NEW(perm, int64_t, rows + 2);
        lists[k] = (vrp_dollar_street_ids){.arena = perm};
    }
    int64_t n = 0;
    for (; vr_csv_next(csv, err); n++) {
        names[n] = vr_csv_string(perm, csv, name);
        if (n > 0 && strcmp(names[n - 1], names[n]) >= 0)
            return vr_csv_fail(csv, name, err, "'%.60s' is not behind '%.60s': classes are sorted, each once",
                               names[n], names[n - 1]);
        for (int k = 0; k < VR_SPACE_COUNT; k++) {
            if (vrp_dollar_street_numbers(&lists[k], csv, at[k], ' ', err) < 0) return false;
            for (int64_t i = begin[k][n]; i < lists[k].count; i++)
                if (lists[k].id[i] >= limits[k])
                    return vr_csv_fail(csv, at[k], err, "%lld is not in 0..%lld", (long long)lists[k].id[i],
                                       (long long)limits[k] - 1);
            begin[k][n + 1] = lists[k].count;
        }
    }
    if (!csv->ended) return false;
    *map = (vr_class_map){.count = n, .names = names};
    for (int k = 0; k < VR_SPACE_COUNT; k++) map->ids[k] = (vr_lists){begin[k], lists[k].id};
    return n > 0 || vr_fail(err, VR_ERR_FORMAT, "%s: no classes", csv->path);
}

bool vr_class_map_load(vr_arena *perm, vr_class_map *map, const char *path, vr_err *err) {
    *map = (vr_class_map){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    const vr_bytes text = {(const uint8_t *)vrp_dollar_street_map_text,
                           sizeof vrp_dollar_street_map_text - 1};
    vr_csv csv;
    const bool open =
        path ? vr_csv_load(perm, &csv, path, err) : vr_csv_parse(perm, &csv, text, "the built-in map", err);
    if (open && vrp_dollar_street_map_read(perm, map, &csv, err)) return true;
    vr_arena_rewind(perm, mark);
    *map = (vr_class_map){0};
    return false;
}

static int vrp_dollar_street_map_order(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool vr_dollar_street_targets(vr_arena *perm, vr_lists *targets, const vr_dollar_street *data,
                              const vr_class_map *map, vr_label_space space, bool published, vr_err *err) {
    *targets = (vr_lists){0};
    vr_arena scratch = {0};
    int64_t *entry = VR_NEW(&scratch, int64_t, data->class_count);
    const vr_lists ids = map->ids[space];
    for (int64_t c = 0; c < data->class_count; c++) {
        const char *const *found =
            (const char *const *)bsearch(&data->classes[c], map->names, (size_t)map->count,
                                         sizeof *map->names, vrp_dollar_street_map_order);
        if (!found) {
            vr_arena_free(&scratch);
            return vr_fail(err, VR_ERR_ARGUMENT, "%s: the class map has no class '%.100s'", data->path,
                           data->classes[c]);
        }
        entry[c] = published && strchr(data->classes[c], '_') ? -1 : found - map->names;
    }
    int64_t *begin = VR_NEW(perm, int64_t, data->count + 1);
    vrp_dollar_street_ids list = {.arena = perm};
    for (int64_t i = 0; i < data->count; i++) {
        for (int64_t l = data->labels.begin[i]; l < data->labels.begin[i + 1]; l++) {
            const int64_t e = entry[data->labels.id[l]];
            for (int64_t j = e < 0 ? 0 : ids.begin[e]; j < (e < 0 ? 0 : ids.begin[e + 1]); j++) {
                bool there = false;
                for (int64_t t = begin[i]; t < list.count; t++) there = there || list.id[t] == ids.id[j];
                if (!there) vrp_dollar_street_ids_add(&list, ids.id[j]);
            }
        }
        begin[i + 1] = list.count;
    }
    vr_arena_free(&scratch);
    *targets = (vr_lists){begin, list.id};
    return true;
}

/* ---- predictions ---- */

/* Rows that are being read. */
typedef struct vrp_dollar_street_said {
    vr_arena *arena;
    const char **id;
    uint8_t *top1, *top5;
    int64_t count, capacity, k; /* k: -1 before the first row */
    vrp_dollar_street_ids predicted;
} vrp_dollar_street_said;

static void vrp_dollar_street_said_grow(vrp_dollar_street_said *s) {
    if (s->count < s->capacity) return;
    const int64_t capacity = vr_max(1024, 2 * s->capacity);
    const char **id = VR_NEW(s->arena, const char *, capacity);
    uint8_t *top1 = VR_NEW(s->arena, uint8_t, capacity), *top5 = VR_NEW(s->arena, uint8_t, capacity);
    for (int64_t i = 0; i < s->count; i++) id[i] = s->id[i], top1[i] = s->top1[i], top5[i] = s->top5[i];
    s->id = id, s->top1 = top1, s->top5 = top5, s->capacity = capacity;
}

/* *hit = a field that is 0 or 1: 1.0, 0.0, True, False. */
static bool vrp_dollar_street_hit(uint8_t *hit, const vr_csv *csv, int64_t column, vr_err *err) {
    const vr_bytes f = csv->fields[column];
    *hit = f.size == 4 && memcmp(f.data, "True", 4) == 0;
    if (*hit || (f.size == 5 && memcmp(f.data, "False", 5) == 0)) return true;
    double x;
    if (!vr_csv_double(&x, csv, column, err)) return false;
    *hit = x == 1;
    return x == 0 || x == 1 ||
           vr_csv_fail(csv, column, err, "%g is neither 0 nor 1 (column '%s')", x, csv->names[column]);
}

static bool vrp_dollar_street_said_csv(vrp_dollar_street_said *s, vr_dollar_street_predictions *out,
                                       vr_bytes text, const char *path, vr_err *err) {
    static const char *const names[] = {"ID", "id", "url", "file_name", "file_path"};
    vr_csv csv;
    if (!vr_csv_parse(s->arena, &csv, text, path, err)) return false;
    int64_t name = -1;
    for (size_t i = 0; i < sizeof names / sizeof *names && name < 0; i++) name = vr_csv_find(&csv, names[i]);
    const int64_t many = vr_csv_find(&csv, "Prediction_Indices"), one = vr_csv_find(&csv, "predicted_class"),
                  python = vr_csv_find(&csv, "predictions"), acc1 = vr_csv_find(&csv, "acc1"),
                  acc5 = vr_csv_find(&csv, "acc5"),
                  list = many >= 0     ? many
                         : python >= 0 ? python
                                       : one;
    if (name < 0 || (list < 0 && (acc1 < 0 || acc5 < 0)))
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s:1: wanted are a column ID, id, url, file_name or file_path, and "
                       "Prediction_Indices, predictions, "
                       "predicted_class or acc1 and acc5",
                       path);
    for (; vr_csv_next(&csv, err); s->count++) {
        vrp_dollar_street_said_grow(s);
        s->id[s->count] = vr_csv_string(s->arena, &csv, name);
        if (csv.fields[name].size == 0 || strlen(s->id[s->count]) != (size_t)csv.fields[name].size)
            return vr_csv_fail(&csv, name, err, "the row has no name");
        if (list >= 0) {
            const int64_t n = list == python ? vrp_dollar_street_python(&s->predicted, &csv, list, err)
                                             : vrp_dollar_street_numbers(&s->predicted, &csv, list, '|', err);
            if (n < 0) return false;
            if (n == 0 || (s->k >= 0 && n != s->k))
                return vr_csv_fail(&csv, list, err, "%lld predictions, other rows have %lld", (long long)n,
                                   (long long)vr_max(1, s->k));
            s->k = n;
        }
        if (acc1 >= 0 && !vrp_dollar_street_hit(&s->top1[s->count], &csv, acc1, err)) return false;
        if (acc5 >= 0 && !vrp_dollar_street_hit(&s->top5[s->count], &csv, acc5, err)) return false;
    }
    if (acc1 >= 0) out->top1 = s->top1;
    if (acc5 >= 0) out->top5 = s->top5;
    return csv.ended;
}

/* {id: {"pred_indices": [[5 numbers]]}}; one pair of brackets will do. */
static bool vrp_dollar_street_said_json(vrp_dollar_street_said *s, vr_bytes text, const char *path,
                                        vr_err *err) {
    vr_arena scratch = {0};
    vr_json_doc doc;
    bool ok = vr_json_parse(&scratch, &doc, text, path, err);
    const vr_json *key = ok ? vr_json_first(doc.root) : NULL;
    for (; ok && key; key = vr_json_next(doc.root, key), s->count++) {
        const vr_json *list = vr_json_want(&doc, vr_json_value(key), "pred_indices", VR_JSON_ARRAY, err);
        if (!list) {
            ok = false;
            break;
        }
        if (list->count == 1 && vr_json_first(list)->type == VR_JSON_ARRAY) list = vr_json_first(list);
        vrp_dollar_street_said_grow(s);
        s->id[s->count] = vr_arena_string(s->arena, key->string, key->count);
        if (list->count == 0 || (s->k >= 0 && s->k != list->count))
            ok = vr_json_fail(&doc, list, err, "%lld predictions, other rows have %lld",
                              (long long)list->count, (long long)vr_max(1, s->k));
        s->k = list->count;
        for (const vr_json *n = vr_json_first(list); ok && n; n = vr_json_next(list, n)) {
            ok = (n->type == VR_JSON_INT && n->integer >= 0) ||
                 vr_json_fail(&doc, n, err, "a class number is wanted");
            if (ok) vrp_dollar_street_ids_add(&s->predicted, n->integer);
        }
    }
    vr_arena_free(&scratch);
    return ok;
}

static bool vrp_dollar_street_said_read(vr_arena *perm, vr_dollar_street_predictions *out, vr_bytes text,
                                        const char *path, vr_err *err) {
    vrp_dollar_street_said s = {.arena = perm, .k = -1, .predicted = {.arena = perm}};
    int64_t at = text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < text.size && text.data[at] <= ' ') at++;
    const bool json = at < text.size && text.data[at] == '{';
    if (!(json ? vrp_dollar_street_said_json(&s, text, path, err)
               : vrp_dollar_street_said_csv(&s, out, text, path, err)))
        return false;
    if (s.count == 0) return vr_fail(err, VR_ERR_FORMAT, "%s: no predictions", path);
    vr_arena scratch = {0};
    const char **sorted = VR_NEW(&scratch, const char *, s.count), *twice = NULL;
    memcpy(sorted, s.id, (size_t)s.count * sizeof *sorted);
    qsort(sorted, (size_t)s.count, sizeof *sorted, vrp_dollar_street_map_order);
    for (int64_t i = 1; i < s.count; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0) twice = sorted[i];
    vr_arena_free(&scratch);
    if (twice) return vr_fail(err, VR_ERR_FORMAT, "%s: two predictions for '%.200s'", path, twice);
    out->path = vr_arena_string(perm, path, (int64_t)strlen(path));
    out->count = s.count;
    out->id = s.id;
    if (s.k > 0) out->k = s.k, out->predicted = s.predicted.id;
    return true;
}

bool vr_dollar_street_predictions_parse(vr_arena *perm, vr_dollar_street_predictions *out, vr_bytes text,
                                        const char *path, vr_err *err) {
    *out = (vr_dollar_street_predictions){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_err own = {0}; /* VR_FATAL may not leave a scratch arena behind */
    if (vrp_dollar_street_said_read(perm, out, text, path, &own)) return true;
    vr_arena_rewind(perm, mark);
    *out = (vr_dollar_street_predictions){0};
    return vr_err_pass(err, &own);
}

bool vr_dollar_street_predictions_load(vr_arena *perm, vr_dollar_street_predictions *out, const char *path,
                                       vr_err *err) {
    *out = (vr_dollar_street_predictions){0};
    vr_arena file = {0};
    vr_err own = {0};
    vr_bytes text;
    const bool ok = vr_file_map(&file, &text, path, &own) &&
                    vr_dollar_street_predictions_parse(perm, out, text, path, &own);
    vr_arena_free(&file);
    return ok || vr_err_pass(err, &own);
}
