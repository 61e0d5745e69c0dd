/* study/predictions.c: format/rows reads any form of file, so that what a row has to be is written once.
 *
 * Names are views of the file where they can be. Files are most often in the order of the data set, so that both the
 * check for two rows of one name and the join first compare with the neighbour, and look into a hash table only where
 * that fails. */
#include "predictions_impl.h"
#include "../base/os.h"
#include "../base/text.h"
#include "../format/npy.h"
#include "../format/rows.h"
#include "../metric/accuracy.h"
#include <string.h>

/* ---- rows ---- */

/* What is read of a row; the first four are the columns of a file without names. */
enum {
    FIELD_IMAGE,
    FIELD_PREDICTED,
    FIELD_PROBABILITY,
    FIELD_LABEL,
    FIELD_CORRECT,
    FIELD_CORRECT_TOP5,
    FIELDS
};
static const char *const vrp_predictions_field[FIELDS] = {
    "file_name|file_path|path|image|url|id|ID|filename|",
    "Prediction_Indices|predictions|predicted_class|pred_indices",
    "predicted_probability",
    "label",
    "correct|acc1",
    "correct_top5|acc5"};

/* Predictions that are being read; arrays have room for all rows of the text. */
typedef struct vrp_predictions_build {
    vr_arena *perm, step;
    vr_bytes text;
    int64_t classes; /* the limit; 0: none */
    int64_t count, k, predicted_count, capacity, several;
    vr_bytes *image;
    int64_t *line, *predicted, *label;
    float *probability;
    uint8_t *correct, *correct_top5;
} vrp_predictions_build;

static bool vrp_predictions_begin(vrp_predictions_build *b, const vr_rows *rows, vr_err *err) {
    const int64_t n = rows->most;
    if (n == 0) return vr_fail(err, VR_ERR_FORMAT, "%s: no predictions", rows->path);
    if (!vr_rows_has(rows, FIELD_IMAGE))
        return vr_fail(
            err, VR_ERR_FORMAT,
            "%s:1: missing image names: a column or key file_name, file_path, path, image, url or id",
            rows->path);
    if (!vr_rows_has(rows, FIELD_PREDICTED) && !vr_rows_has(rows, FIELD_CORRECT))
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s:1: missing predictions: a column or key predicted_class, predictions or correct",
                       rows->path);
    b->image = (vr_bytes *)vr_arena_alloc(b->perm, n, sizeof *b->image);
    b->line = (int64_t *)vr_arena_alloc(b->perm, n, sizeof *b->line);
    b->k = vr_rows_has(rows, FIELD_PREDICTED) ? -1 : 0; /* -1: as many as the first row has */
    if (vr_rows_has(rows, FIELD_PROBABILITY)) b->probability = VR_NEW(b->perm, float, n);
    if (vr_rows_has(rows, FIELD_LABEL)) b->label = VR_NEW(b->perm, int64_t, n);
    if (vr_rows_has(rows, FIELD_CORRECT)) b->correct = VR_NEW(b->perm, uint8_t, n);
    if (vr_rows_has(rows, FIELD_CORRECT_TOP5)) b->correct_top5 = VR_NEW(b->perm, uint8_t, n);
    return true;
}

/* A class has to be below the limit. */
static bool vrp_predictions_class(const vrp_predictions_build *b, const vr_rows *rows, int64_t field,
                                  int64_t c, vr_err *err) {
    if (c >= 0 && (b->classes == 0 || c < b->classes)) return true;
    if (b->classes == 0)
        return vr_rows_fail(rows, field, err, "expected a class number, found %lld", (long long)c);
    return vr_rows_fail(rows, field, err, "expected a class, 0 to %lld, found %lld",
                        (long long)b->classes - 1, (long long)c);
}

static bool vrp_predictions_classes(vrp_predictions_build *b, const vr_rows *rows, vr_err *err) {
    int64_t one, *c = &one, n = 1;
    if (!vr_rows_is_int(&one, rows, FIELD_PREDICTED)) {
        vr_arena_reset(&b->step);
        if (!vr_rows_ints(&b->step, &c, &n, rows, FIELD_PREDICTED, err)) return false;
    }
    if (b->k < 0) b->k = vr_max(1, n);
    if (n != b->k)
        return vr_rows_fail(rows, FIELD_PREDICTED, err,
                            "expected %lld classes as in the rows before, found %lld", (long long)b->k,
                            (long long)n);
    if (b->predicted_count + n > b->capacity) {
        b->capacity = vr_max(rows->most, 2 * b->capacity + n);
        int64_t *more = (int64_t *)vr_arena_alloc(b->perm, b->capacity, sizeof *more);
        if (b->predicted_count > 0) memcpy(more, b->predicted, (size_t)b->predicted_count * sizeof *more);
        b->predicted = more;
    }
    for (int64_t i = 0; i < n; i++) {
        if (!vrp_predictions_class(b, rows, FIELD_PREDICTED, c[i], err)) return false;
        b->predicted[b->predicted_count++] = c[i];
    }
    return true;
}

static bool vrp_predictions_flag(uint8_t *x, const vr_rows *rows, int64_t field, vr_err *err) {
    double number;
    if (!vr_rows_number(&number, rows, field, err)) return false;
    *x = number == 1;
    return number == 0 || number == 1 || vr_rows_fail(rows, field, err, "expected 0 or 1, found %g", number);
}

/* An image without a label has an empty field; of several labels the first one counts. */
static bool vrp_predictions_label(vrp_predictions_build *b, const vr_rows *rows, vr_err *err) {
    int64_t *label, n;
    b->label[b->count] = -1;
    if (vr_rows_empty(rows, FIELD_LABEL)) return true;
    vr_arena_reset(&b->step);
    if (!vr_rows_ints(&b->step, &label, &n, rows, FIELD_LABEL, err)) return false;
    for (int64_t k = 0; k < n; k++)
        if (label[k] != -1 && !vrp_predictions_class(b, rows, FIELD_LABEL, label[k], err)) return false;
    if (n > 0) b->label[b->count] = label[0];
    b->several += n > 1;
    return true;
}

static bool vrp_predictions_row(vrp_predictions_build *b, vr_rows *rows, vr_err *err) {
    const int64_t i = b->count;
    vr_bytes name;
    if (!vr_rows_text(&name, rows, FIELD_IMAGE, err)) return false;
    if (name.size == 0) return vr_rows_fail(rows, FIELD_IMAGE, err, "expected the name of an image");
    const bool view = name.data >= b->text.data && name.data < b->text.data + b->text.size;
    if (!view) name.data = (const uint8_t *)vr_arena_string(b->perm, (const char *)name.data, name.size);
    b->image[i] = name;
    b->line[i] = rows->line;
    if (b->k != 0 && !vrp_predictions_classes(b, rows, err)) return false;
    if (b->probability) {
        double x;
        if (!vr_rows_number(&x, rows, FIELD_PROBABILITY, err)) return false;
        if (!(x >= 0 && x <= 1.000001)) /* a softmax may round to just above 1; NaN fails */
            return vr_rows_fail(rows, FIELD_PROBABILITY, err, "expected a probability, 0 to 1, found %g", x);
        b->probability[i] = x > 1 ? 1 : (float)x;
    }
    if ((b->label && !vrp_predictions_label(b, rows, err)) ||
        (b->correct && !vrp_predictions_flag(&b->correct[i], rows, FIELD_CORRECT, err)) ||
        (b->correct_top5 && !vrp_predictions_flag(&b->correct_top5[i], rows, FIELD_CORRECT_TOP5, err)))
        return false;
    b->count++;
    return true;
}

/* Two rows of one image. */
static bool vrp_predictions_twice(const vr_predictions *p, int64_t first, int64_t second, vr_err *err) {
    const vr_bytes a = p->image[first], b = p->image[second];
    const long long line = p->line ? p->line[second] : second + 1,
                    before = p->line ? p->line[first] : first + 1;
    if (a.size == b.size && memcmp(a.data, b.data, (size_t)a.size) == 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:1: duplicate image '%.*s' (first at line %lld)", p->path,
                       line, (int)vr_min(a.size, 200), (const char *)a.data, before);
    return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:1: '%.*s' is the image of '%.*s' (line %lld)", p->path, line,
                   (int)vr_min(b.size, 150), (const char *)b.data, (int)vr_min(a.size, 150),
                   (const char *)a.data, before);
}

/* The last part of a path. */
static vr_bytes vrp_predictions_last(vr_bytes path) {
    int64_t n = path.size;
    if (n == 0 || !memchr(path.data, '/', (size_t)n)) return path;
    while (n > 0 && path.data[n - 1] != '/') n--;
    return (vr_bytes){path.data + n, path.size - n};
}

/* The first row whose name (or its last part) an earlier row has, *first; p->count: there is none. */
static int64_t vrp_predictions_repeated(const vr_predictions *p, bool last, int64_t *first) {
    vr_arena scratch = {0};
    vr_names names = {.arena = &scratch};
    vr_names_reserve(&names, p->count);
    int64_t i = 0;
    for (; i < p->count; i++) {
        const vr_bytes name = last ? vrp_predictions_last(p->image[i]) : p->image[i];
        *first = vr_names_add(&names, (const char *)name.data, name.size);
        if (*first < i) break;
    }
    vr_arena_free(&scratch);
    return i;
}

/* Refuses two rows of one name; most files are sorted, and then no table is needed. */
static bool vrp_predictions_unique(const vr_predictions *p, vr_err *err) {
    bool sorted = true;
    for (int64_t i = 1; sorted && i < p->count; i++) {
        const vr_bytes x = p->image[i - 1], y = p->image[i];
        const int order = memcmp(x.data, y.data, (size_t)vr_min(x.size, y.size));
        sorted = order < 0 || (order == 0 && x.size < y.size);
    }
    int64_t first = 0;
    const int64_t second = sorted ? p->count : vrp_predictions_repeated(p, false, &first);
    return second == p->count || vrp_predictions_twice(p, first, second, err);
}

/* Reads all rows; those of one name are refused here, unless the caller joins them. */
static bool vrp_predictions_read(vrp_predictions_build *b, vr_predictions *p, vr_rows *rows, bool joined,
                                 vr_err *err) {
    if (!vrp_predictions_begin(b, rows, err)) return false;
    while (vr_rows_next(rows, err))
        if (!vrp_predictions_row(b, rows, err)) return false;
    if (!rows->ended) return false;
    if (b->count == 0) return vr_fail(err, VR_ERR_FORMAT, "%s: no predictions", rows->path);
    *p = (vr_predictions){.path = rows->path,
                          .count = b->count,
                          .k = b->k,
                          .image = b->image,
                          .line = b->line,
                          .predicted = b->predicted,
                          .probability = b->probability,
                          .label = b->label,
                          .several = b->several,
                          .correct = b->correct,
                          .correct_top5 = b->correct_top5};
    return joined || vrp_predictions_unique(p, err);
}

bool vrp_predictions_parse(vr_arena *perm, vr_predictions *p, vr_bytes text, const char *path,
                           const vr_predictions_opts *opts, vr_err *err) {
    *p = (vr_predictions){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vrp_predictions_build b = {.perm = perm, .text = text, .classes = opts ? opts->classes : 0};
    vr_err own = {0}; /* VR_FATAL may not leave the step arenas behind */
    vr_rows rows;
    const bool ok = vr_rows_parse(perm, &rows, text, path, vrp_predictions_field, FIELDS, 4, &own) &&
                    vrp_predictions_read(&b, p, &rows, opts && opts->joined, &own);
    vr_rows_close(&rows);
    vr_arena_free(&b.step);
    if (ok) return true;
    vr_arena_rewind(perm, mark);
    *p = (vr_predictions){0};
    return vr_err_pass(err, &own);
}

/* Classes [N] or [N,k]; logits [N,classes]. */
static bool vrp_predictions_npy(vr_arena *perm, vr_predictions *p, const char *path,
                                const vr_predictions_opts *opts, vr_err *err) {
    vr_array a;
    if (!vr_npy_load(perm, &a, path, err)) return false;
    const bool logits = a.dtype == VR_F32 || a.dtype == VR_F64 || a.dtype == VR_F16;
    const int64_t limit = opts ? opts->classes : 0;
    if (a.ndim < 1 || a.ndim > 2 || (logits && a.ndim != 2) || vr_array_count(&a) == 0)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: expected classes [N] or [N,k], or logits [N,classes], found %d dimensions", path,
                       a.ndim);
    const int64_t N = a.shape[0], C = a.ndim == 2 ? a.shape[1] : 1;
    *p = (vr_predictions){.path = vr_arena_string(perm, path, (int64_t)strlen(path)), .count = N, .k = C};
    if (logits) {
        vr_tensor x;
        if (limit > 0 && C != limit)
            return vr_fail(err, VR_ERR_FORMAT, "%s: expected logits of %lld classes, found %lld", path,
                           (long long)limit, (long long)C);
        if (!vr_array_tensor(perm, &x, &a, err)) return vr_err_context(err, "%s: ", path);
        x = vr_tensor_copy(perm, x);
        p->k = vr_min(opts && opts->k > 0 ? opts->k : 5, C);
        int64_t *predicted = VR_NEW(perm, int64_t, (N * p->k));
        vr_predict_top_k(predicted, x.data, N, C, p->k);
        p->predicted = predicted;
        return true;
    }
    int64_t *predicted = VR_NEW(perm, int64_t, vr_array_count(&a));
    if (!vr_array_to_i64(predicted, &a, err)) return vr_err_context(err, "%s: ", path);
    for (int64_t i = 0; i < N * C; i++)
        if (predicted[i] < 0 || (limit > 0 && predicted[i] >= limit))
            return vr_fail(err, VR_ERR_FORMAT, "%s: row %lld: %lld is no class", path, (long long)(i / C),
                           (long long)predicted[i]);
    for (int64_t i = 0; i < N * C; i++)
        for (int64_t j = i - vr_min(i % C, 5); j < i && i % C <= 5; j++)
            if (predicted[j] == predicted[i])
                return vr_fail(err, VR_ERR_FORMAT, "%s: row %lld: class %lld twice among the best", path,
                               (long long)(i / C), (long long)predicted[i]);
    p->predicted = predicted;
    return true;
}

bool vr_predictions_load(vr_arena *perm, vr_predictions *p, const char *path, const vr_predictions_opts *opts,
                         vr_err *err) {
    *p = (vr_predictions){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_err own = {0};
    vr_bytes text;
    if (vr_path_has_suffix(path, ".npy")
            ? vrp_predictions_npy(perm, p, path, opts, &own)
            : vr_file_map(perm, &text, path, &own) && vrp_predictions_parse(perm, p, text, path, opts, &own))
        return true;
    vr_arena_rewind(perm, mark);
    *p = (vr_predictions){0};
    return vr_err_pass(err, &own);
}

/* ---- saving ---- */

bool vr_predictions_save(const vr_predictions *p, const char *path, vr_err *err) {
    VR_CHECK(p->image && p->predicted, "predictions without images or classes");
    vr_arena arena = {0};
    int64_t first;
    const bool unique = vrp_predictions_repeated(p, true, &first) == p->count;
    vr_text text = {.arena = &arena};
    vr_text_printf(&text, "file_name,predicted_class%s%s%s%s\n",
                   p->probability ? ",predicted_probability" : "", p->label ? ",label" : "",
                   p->correct ? ",correct" : "", p->correct_top5 ? ",correct_top5" : "");
    for (int64_t i = 0; i < p->count; i++) {
        const vr_bytes name = unique ? vrp_predictions_last(p->image[i]) : p->image[i];
        vr_csv_field(&text, vr_arena_string(&arena, (const char *)name.data, name.size));
        vr_text_printf(&text, ",%lld", (long long)p->predicted[i * p->k]);
        if (p->probability) vr_text_printf(&text, ",%.9g", (double)p->probability[i]);
        if (p->label) vr_text_printf(&text, ",%lld", (long long)p->label[i]);
        if (p->correct) vr_text_printf(&text, ",%d", p->correct[i]);
        if (p->correct_top5) vr_text_printf(&text, ",%d", p->correct_top5[i]);
        vr_text_add(&text, "\n");
    }
    const bool ok = vr_file_write(path, text.data, text.size, err);
    vr_arena_free(&arena);
    return ok;
}

/* ---- images by name ---- */

/* The bytes of an image file's ending: ".jpg" and its like, in any case; 0 where the name has none. */
static int64_t vrp_predictions_ending(vr_bytes name) {
    static const char *const endings[] = {".jpg",  ".jpeg", ".png",  ".bmp", ".gif",
                                          ".webp", ".tif",  ".tiff", ".ppm"};
    for (size_t e = 0; e < sizeof endings / sizeof *endings; e++) {
        const int64_t n = (int64_t)strlen(endings[e]);
        int64_t k = 0;
        while (k < n && n < name.size && (name.data[name.size - n + k] | (k ? 0x20 : 0)) == endings[e][k])
            k++;
        if (k == n) return n;
    }
    return 0;
}

/* The last part of a name without its ending and what the index strips; in buffer where that changes it. */
static vr_bytes vrp_predictions_part(const vr_image_index *index, vr_bytes name, char *buffer, int64_t room) {
    vr_bytes part = vrp_predictions_last(name);
    part.size -= vrp_predictions_ending(part);
    if (!index->strip || part.size >= room) return part;
    memcpy(buffer, part.data, (size_t)part.size);
    buffer[part.size] = 0;
    for (const char *const *strip = index->strip; *strip; strip++)
        for (char *at = buffer; (at = strstr(at, *strip)) != NULL;)
            memmove(at, at + strlen(*strip), strlen(at + strlen(*strip)) + 1);
    return (vr_bytes){(const uint8_t *)buffer, (int64_t)strlen(buffer)};
}

/* Last parts without their endings; made at the first search that needs them. */
struct vr_image_parts {
    vr_names names; /* their values are the images; -1: of several */
    int64_t done;   /* names whose parts are there */
};

int64_t vrp_image_index_add(vr_image_index *index, vr_bytes name, int64_t image) {
    if (index->whole.count == 0) {
        index->whole.arena = index->arena;
        index->parts = VR_NEW(index->arena, struct vr_image_parts, 1);
        index->parts->names.arena = index->arena;
        index->ending = vrp_predictions_ending(name);
        index->plain = !index->strip;
    }
    const int64_t count = index->whole.count,
                  at = vr_names_add(&index->whole, (const char *)name.data, name.size);
    if (at < count) return index->whole.value[at];
    index->whole.value[at] = image;
    const vr_bytes first = index->whole.name[0];
    index->plain = index->plain && name.size >= index->ending && !memchr(name.data, '/', (size_t)name.size) &&
                   memcmp(name.data + name.size - index->ending, first.data + first.size - index->ending,
                          (size_t)index->ending) == 0 &&
                   (index->ending > 0 || vrp_predictions_ending(name) == 0);
    return image;
}

void vr_image_index_add(vr_image_index *index, const char *name, int64_t image) {
    vrp_image_index_add(index, (vr_bytes){(const uint8_t *)name, (int64_t)strlen(name)}, image);
}

static void vrp_predictions_parts(const vr_image_index *index) {
    struct vr_image_parts *p = index->parts;
    char buffer[256];
    for (; p->done < index->whole.count; p->done++) {
        const int64_t image = index->whole.value[p->done], count = p->names.count;
        const vr_bytes part = vrp_predictions_part(index, index->whole.name[p->done], buffer, sizeof buffer);
        const int64_t at = vr_names_add(&p->names, (const char *)part.data, part.size);
        p->names.value[at] = at == count || p->names.value[at] == image ? image : -1;
    }
}

int64_t vrp_image_index_find(const vr_image_index *index, const char *name, int64_t n) {
    if (index->whole.count == 0) return -1;
    int64_t at = vr_names_find(&index->whole, name, n);
    if (at >= 0) return index->whole.value[at];
    const vr_bytes query = {(const uint8_t *)name, n}, last = vrp_predictions_last(query),
                   first = index->whole.name[0];
    const int64_t ending = vrp_predictions_ending(last);
    if (index->plain && ending == index->ending &&
        memcmp(last.data + last.size - ending, first.data + first.size - ending, (size_t)ending) == 0) {
        at = last.size < n ? vr_names_find(&index->whole, (const char *)last.data, last.size) : -1;
        return at >= 0 ? index->whole.value[at] : -1; /* all names are last parts with this ending */
    }
    char buffer[256];
#pragma omp critical(vrp_predictions_parts)
    vrp_predictions_parts(index);
    const vr_bytes part = vrp_predictions_part(index, query, buffer, sizeof buffer);
    at = vr_names_find(&index->parts->names, (const char *)part.data, part.size);
    return at >= 0 ? index->parts->names.value[at] : -1;
}

/* ---- predictions meet images ---- */

const char *vr_join_text(vr_arena *arena, const vr_join *join) {
    const struct {
        int64_t n;
        const char *what;
    } counts[] = {
        {join->missing, "without a prediction"},
        {join->extra, join->extra == 1 ? "prediction of an unknown image" : "predictions of unknown images"},
        {join->unlabelled, "without a label"},
        {join->excluded,
         join->excluded == 1 ? "prediction of an excluded image" : "predictions of excluded images"}};
    vr_text t = {.arena = arena};
    vr_text_printf(&t, "%lld scored", (long long)join->scored);
    for (int i = 0, more = 0; i < 4; i++)
        if (counts[i].n > 0)
            vr_text_printf(&t, "%s%lld %s", more++ ? ", " : "; ", (long long)counts[i].n, counts[i].what);
    return t.data;
}

/* The image of a name, which most often follows that of the row before: `next` is where to look first. */
static int64_t vrp_predictions_image_of(const vr_image_index *index, vr_bytes name, int64_t *next) {
    const int64_t at = *next;
    if (at < index->whole.count && index->whole.name[at].size == name.size &&
        memcmp(index->whole.name[at].data, name.data, (size_t)name.size) == 0) {
        ++*next;
        return index->whole.value[at];
    }
    return vrp_image_index_find(index, (const char *)name.data, name.size);
}

bool vr_predictions_join(int64_t *prediction, const vr_predictions *p, const vr_image_index *index,
                         int64_t images, const char *data, vr_err *err) {
    if (!p->image && p->count != images)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: %lld predictions without names for the %lld images of %s",
                       p->path, (long long)p->count, (long long)images, data);
    vr_arena scratch = {0};
    vr_names others = {.arena = &scratch}; /* names of no image; their values are their rows */
    int64_t next = 0, used = p->image ? 0 : images, first = -1, second = -1;
    for (int64_t i = 0; i < images; i++) prediction[i] = p->image ? -1 : i;
    for (int64_t j = 0; p->image && j < p->count; j++) {
        const vr_bytes name = p->image[j];
        const int64_t i = vrp_predictions_image_of(index, name, &next);
        VR_CHECK(i < images, "image %lld of %lld", (long long)i, (long long)images);
        int64_t *row = prediction + vr_max(i, 0);
        if (i < 0) {
            const int64_t n = others.count, at = vr_names_add(&others, (const char *)name.data, name.size);
            row = &others.value[at];
            if (at == n) *row = -1;
        } else
            used++;
        if (*row >= 0 && first < 0) first = *row, second = j;
        *row = j;
    }
    vr_arena_free(&scratch);
    if (used > 0) return first < 0 || vrp_predictions_twice(p, first, second, err);
    const vr_bytes have = p->image ? p->image[0] : (vr_bytes){0},
                   want = index->whole.count > 0 ? index->whole.name[0] : (vr_bytes){0};
    return vr_fail(err, VR_ERR_ARGUMENT,
                   "%s: no prediction is of an image of %s: names are like '%.*s', expected like '%.*s'",
                   p->path, data, (int)vr_min(have.size, 100), (const char *)have.data,
                   (int)vr_min(want.size, 100), (const char *)want.data);
}

bool vr_predictions_score(vr_arena *perm, vr_scores *out, const vr_predictions *p, const int64_t *prediction,
                          const vr_label_sets *labels, vr_err *err) {
    *out = (vr_scores){0};
    const int64_t n = labels->count, k = p->predicted ? vr_min(5, p->k) : 5;
    if (!p->predicted && !(p->correct && p->correct_top5))
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: neither classes nor correct and correct_top5", p->path);
    uint8_t *scored = VR_NEW(perm, uint8_t, n), *correct = VR_NEW(perm, uint8_t, n),
            *top5 = VR_NEW(perm, uint8_t, n);
    const vr_arena_mark mark = vr_arena_here(perm);
    bool *taken = VR_NEW(perm, bool, p->count);
    const int64_t *const begin = labels->begin, *const label = labels->label;
    int64_t used = 0, missing = 0, unlabelled = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t j = prediction[i];
        const bool labelled = begin ? begin[i + 1] > begin[i] : label[i] >= 0;
        missing += j < 0;
        if (j < 0) continue;
        used += !taken[j];
        taken[j] = true;
        unlabelled += !labelled;
        scored[i] = labelled;
        if (!p->predicted && labelled) correct[i] = p->correct[j], top5[i] = p->correct_top5[j];
    }
    if (p->predicted) vr_correct_sets(correct, p->predicted, prediction, n, 1, p->k, labels);
    if (p->predicted && k > 1) vr_correct_sets(top5, p->predicted, prediction, n, k, p->k, labels);
    if (p->predicted && k == 1) memcpy(top5, correct, (size_t)n);
    vr_arena_rewind(perm, mark);
    const vr_join join = {n - missing - unlabelled, missing, p->count - used, unlabelled, 0};
    *out = (vr_scores){
        .count = n, .k = k, .scored = scored, .correct = correct, .correct_top5 = top5, .join = join};
    if (join.scored > 0) return true;
    *out = (vr_scores){0};
    return vr_fail(err, VR_ERR_ARGUMENT,
                   "%s: no image is scored: %lld without a prediction, %lld without a label", p->path,
                   (long long)join.missing, (long long)join.unlabelled);
}
