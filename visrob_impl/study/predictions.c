/* study/predictions.c: one reader per form of file fills the same rows, so that what a row has to be is written once.
 *
 * Names are views of the file where they can be. Files are most often in the order of the data set, so that the join first
 * compares with the name after the last one, and looks into a hash table only where that fails. Two rows of one image are
 * found there too: before the join it would take a table of all names. */
#include "predictions.h"
#include "../base/number.h"
#include "../base/os.h"
#include "../base/text.h"
#include "../format/csv.h"
#include "../format/json.h"
#include "../format/npy.h"
#include "../format/pylist.h"
#include <math.h>
#include <string.h>

/* ---- rows that are being read ---- */

/* Which of the optional fields the file has. */
typedef struct vrp_predictions_has {
    bool predicted, probability, label, correct, correct_top5;
} vrp_predictions_has;

typedef struct vrp_predictions_rows {
    vr_arena *perm;
    vr_bytes text;
    const char *path;
    int64_t classes; /* the limit; 0: none */
    int64_t count, capacity, k, predicted_count, predicted_capacity;
    vr_bytes *image;
    int64_t *line, *predicted, *label;
    float *probability;
    uint8_t *correct, *correct_top5;
    bool zeros;       /* the text has zero bytes */
    vr_bytes counted; /* of a JSON document: what lies before counted_line's end */
    int64_t counted_line;
} vrp_predictions_rows;

/* The number of lines; *zeros is set where the text has a zero byte. Counts of a block fit in bytes, of which a processor
 * adds many at once. */
static int64_t vrp_predictions_lines(vr_bytes text, bool *zeros) {
    enum { BLOCK = 192 };
    int64_t lines = 1, i = 0;
    uint8_t zero = 0;
    for (; i + BLOCK <= text.size; i += BLOCK) {
        uint8_t n = 0;
        for (int64_t k = i; k < i + BLOCK; k++) {
            n = (uint8_t)(n + (text.data[k] == '\n'));
            zero |= text.data[k] == 0;
        }
        lines += n;
    }
    for (; i < text.size; i++) lines += text.data[i] == '\n', zero |= text.data[i] == 0;
    *zeros = zero;
    return lines;
}

/* Room for as many rows as the text can have. */
static void vrp_predictions_begin(vrp_predictions_rows *r, vr_arena *perm, vr_bytes text, const char *path,
                                  const vr_predictions_opts *opts, int64_t capacity) {
    *r = (vrp_predictions_rows){
        .perm = perm, .text = text, .path = path, .classes = opts ? opts->classes : 0, .capacity = capacity};
    r->image = (vr_bytes *)vr_arena_alloc(perm, capacity, sizeof *r->image);
    r->line = (int64_t *)vr_arena_alloc(perm, capacity, sizeof *r->line);
}

static void vrp_predictions_fields(vrp_predictions_rows *r, const vrp_predictions_has *has) {
    if (has->label) r->label = VR_NEW(r->perm, int64_t, r->capacity);
    if (has->probability) r->probability = VR_NEW(r->perm, float, r->capacity);
    if (has->correct) r->correct = VR_NEW(r->perm, uint8_t, r->capacity);
    if (has->correct_top5) r->correct_top5 = VR_NEW(r->perm, uint8_t, r->capacity);
}

/* Adds a class of the current row; false where it is none. */
static bool vrp_predictions_class(vrp_predictions_rows *r, int64_t c) {
    if (c < 0 || (r->classes > 0 && c >= r->classes)) return false;
    if (r->predicted_count == r->predicted_capacity) {
        r->predicted_capacity = vr_max(r->capacity, 2 * r->predicted_capacity);
        int64_t *more = (int64_t *)vr_arena_alloc(r->perm, r->predicted_capacity, sizeof *more);
        if (r->predicted_count > 0) memcpy(more, r->predicted, (size_t)r->predicted_count * sizeof *more);
        r->predicted = more;
    }
    r->predicted[r->predicted_count++] = c;
    return true;
}

/* The classes of the current row are complete: n of them. */
static bool vrp_predictions_same_k(vrp_predictions_rows *r, int64_t n) {
    if (r->count == 0) r->k = n;
    return n > 0 && n == r->k;
}

static bool vrp_predictions_end(vr_predictions *p, const vrp_predictions_rows *r, vr_err *err) {
    if (r->count == 0) return vr_fail(err, VR_ERR_FORMAT, "%s: no predictions", r->path);
    *p = (vr_predictions){.path = vr_arena_string(r->perm, r->path, (int64_t)strlen(r->path)),
                          .count = r->count,
                          .k = r->k,
                          .image = r->image,
                          .line = r->line,
                          .predicted = r->predicted,
                          .probability = r->probability,
                          .label = r->label,
                          .correct = r->correct,
                          .correct_top5 = r->correct_top5};
    return true;
}

/* ---- the names of fields ---- */

/* Names of one field in order of preference, NULL at the end. */
static const char *const vrp_predictions_image[] = {"file_name", "file_path", "path",     "image", "url",
                                                    "id",        "ID",        "filename", NULL},
                         *const vrp_predictions_correct[] = {"correct", "acc1", NULL},
                         *const vrp_predictions_correct_top5[] = {"correct_top5", "acc5", NULL};

/* ---- CSV ---- */

typedef struct vrp_predictions_columns {
    int64_t image, predicted, bars, list, probability, label, correct, correct_top5; /* -1: not there */
} vrp_predictions_columns;

static int64_t vrp_predictions_find(const vr_csv *csv, const char *const *names) {
    for (; *names; names++) {
        const int64_t column = vr_csv_find(csv, *names);
        if (column >= 0) return column;
    }
    return -1;
}

static bool vrp_predictions_columns_find(vrp_predictions_columns *c, const vr_csv *csv, vr_err *err) {
    *c = (vrp_predictions_columns){.image = vrp_predictions_find(csv, vrp_predictions_image),
                                   .predicted = vr_csv_find(csv, "predicted_class"),
                                   .bars = vr_csv_find(csv, "Prediction_Indices"),
                                   .list = vr_csv_find(csv, "predictions"),
                                   .probability = vr_csv_find(csv, "predicted_probability"),
                                   .label = vr_csv_find(csv, "label"),
                                   .correct = vrp_predictions_find(csv, vrp_predictions_correct),
                                   .correct_top5 = vrp_predictions_find(csv, vrp_predictions_correct_top5)};
    if (c->image < 0)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s:1: missing column of image names: file_name (or file_path, path, image, url, id)",
                       csv->path);
    if (c->bars >= 0 || c->list >= 0) c->predicted = -1;
    if (c->predicted >= 0 || c->bars >= 0 || c->list >= 0 || c->correct >= 0) return true;
    return vr_fail(err, VR_ERR_FORMAT,
                   "%s:1: missing column predicted_class (or Prediction_Indices, predictions, correct)",
                   csv->path);
}

static bool vrp_predictions_bad_class(const vrp_predictions_rows *r, const vr_csv *csv, int64_t column,
                                      vr_err *err) {
    const vr_bytes f = csv->fields[column];
    const int n = (int)vr_min(f.size, 60);
    if (r->classes > 0)
        return vr_csv_fail(csv, column, err, "expected a class, 0 to %lld, found '%.*s' (column '%s')",
                           (long long)r->classes - 1, n, (const char *)f.data, csv->names[column]);
    return vr_csv_fail(csv, column, err, "expected a class number, found '%.*s' (column '%s')", n,
                       (const char *)f.data, csv->names[column]);
}

/* "4|18|34": returns how many, or -1. */
static int64_t vrp_predictions_bars(vrp_predictions_rows *r, const vr_csv *csv, int64_t column, vr_err *err) {
    const char *s = (const char *)csv->fields[column].data, *end = s + csv->fields[column].size;
    int64_t n = 0;
    for (bool more = true; more; n++) {
        const char *bar = s < end ? (const char *)memchr(s, '|', (size_t)(end - s)) : NULL;
        int64_t c;
        if (!vr_number_int(&c, s, (bar ? bar : end) - s) || !vrp_predictions_class(r, c))
            return vrp_predictions_bad_class(r, csv, column, err) ? 0 : -1;
        more = bar != NULL;
        s = more ? bar + 1 : end;
    }
    return n;
}

/* "[4, 18, 34]": returns how many, or -1. */
static int64_t vrp_predictions_list(vrp_predictions_rows *r, const vr_csv *csv, int64_t column, vr_err *err) {
    vr_arena scratch = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the scratch arena behind */
    int64_t *c, n;
    bool ok = vr_pylist_ints(&scratch, &c, &n, csv, column, &own);
    for (int64_t i = 0; ok && i < n; i++)
        ok = vrp_predictions_class(r, c[i]) || vrp_predictions_bad_class(r, csv, column, &own);
    vr_arena_free(&scratch);
    return ok ? n : vr_err_pass(err, &own) ? 0 : -1;
}

/* *x = a field that is 0 or 1: 1.0, 0.0, True, False. */
static bool vrp_predictions_flag(uint8_t *x, const vr_csv *csv, int64_t column, vr_err *err) {
    const vr_bytes f = csv->fields[column];
    double number = f.size == 4 && memcmp(f.data, "True", 4) == 0 ? 1 : 0;
    if (number == 0 && !(f.size == 5 && memcmp(f.data, "False", 5) == 0) &&
        !vr_csv_double(&number, csv, column, err))
        return false;
    *x = number == 1;
    return number == 0 || number == 1 ||
           vr_csv_fail(csv, column, err, "expected 0 or 1, found %g (column '%s')", number,
                       csv->names[column]);
}

static bool vrp_predictions_csv_row(vrp_predictions_rows *r, const vr_csv *csv,
                                    const vrp_predictions_columns *c, vr_err *err) {
    const int64_t i = r->count;
    const vr_bytes name = csv->fields[c->image];
    if (name.size == 0 || (r->zeros && memchr(name.data, 0, (size_t)name.size)))
        return vr_csv_fail(csv, c->image, err, "expected the name of an image (column '%s')",
                           csv->names[c->image]);
    const bool view = name.data >= r->text.data && name.data < r->text.data + r->text.size;
    r->image[i] = view ? name : (vr_bytes){(const uint8_t *)vr_csv_string(r->perm, csv, c->image), name.size};
    r->line[i] = csv->line;
    int64_t n = 1, one;
    const int64_t at = c->bars >= 0 ? c->bars : c->list >= 0 ? c->list : c->predicted;
    if (c->bars >= 0)
        n = vrp_predictions_bars(r, csv, at, err);
    else if (c->list >= 0)
        n = vrp_predictions_list(r, csv, at, err);
    else if (at >= 0 && (!vr_csv_int(&one, csv, at, err) ||
                         (!vrp_predictions_class(r, one) && !vrp_predictions_bad_class(r, csv, at, err))))
        return false;
    if (n < 0) return false;
    if (at >= 0 && !vrp_predictions_same_k(r, n))
        return vr_csv_fail(csv, at, err, "expected %lld predictions as in the rows before, found %lld",
                           (long long)vr_max(1, r->k), (long long)n);
    if (c->probability >= 0) {
        double x;
        if (!vr_csv_double(&x, csv, c->probability, err)) return false;
        if (!(x >= 0 && x <= 1.000001)) /* a softmax may round to just above 1; NaN fails */
            return vr_csv_fail(csv, c->probability, err, "expected a probability, 0 to 1, found %g", x);
        r->probability[i] = x > 1 ? 1 : (float)x;
    }
    if (c->label >= 0) {
        const bool none = csv->fields[c->label].size == 0;
        if (!none && !vr_csv_int(&r->label[i], csv, c->label, err)) return false;
        if (none) r->label[i] = -1;
        if (r->label[i] < -1 || (r->classes > 0 && r->label[i] >= r->classes))
            return vrp_predictions_bad_class(r, csv, c->label, err);
    }
    r->count++;
    return (c->correct < 0 || vrp_predictions_flag(&r->correct[i], csv, c->correct, err)) &&
           (c->correct_top5 < 0 || vrp_predictions_flag(&r->correct_top5[i], csv, c->correct_top5, err));
}

/* How many fields the first line has where its second one is a number: such a file has no names of columns; else 0. */
static int64_t vrp_predictions_nameless(vr_bytes text) {
    const char *s = (const char *)text.data, *end = s + text.size;
    if (text.size >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0) s += 3;
    const char *line = (const char *)memchr(s, '\n', (size_t)(end - s));
    if (line) end = line - (line > s && line[-1] == '\r');
    int64_t fields = 0;
    for (bool more = true; more; fields++) {
        const char *comma = s < end ? (const char *)memchr(s, ',', (size_t)(end - s)) : NULL;
        int64_t x;
        if (fields == 1 && !vr_number_int(&x, s, (comma ? comma : end) - s)) return 0;
        more = comma != NULL;
        s = more ? comma + 1 : end;
    }
    return fields >= 2 && fields <= 4 ? fields : 0;
}

static bool vrp_predictions_csv(vr_arena *perm, vr_predictions *p, vr_bytes text, const char *path,
                                const vr_predictions_opts *opts, vr_err *err) {
    static const char *const names[] = {"file_name", "predicted_class", "predicted_probability", "label"};
    const int64_t nameless = vrp_predictions_nameless(text);
    vr_csv csv;
    vrp_predictions_columns c;
    vrp_predictions_rows r;
    if (nameless ? !vr_csv_parse_named(perm, &csv, text, path, names, nameless, err)
                 : !vr_csv_parse(perm, &csv, text, path, err))
        return false;
    if (!vrp_predictions_columns_find(&c, &csv, err)) return false;
    bool zeros;
    vrp_predictions_begin(&r, perm, text, path, opts, vrp_predictions_lines(text, &zeros));
    r.zeros = zeros;
    vrp_predictions_fields(&r, &(vrp_predictions_has){.probability = c.probability >= 0,
                                                      .label = c.label >= 0,
                                                      .correct = c.correct >= 0,
                                                      .correct_top5 = c.correct_top5 >= 0});
    while (vr_csv_next(&csv, err))
        if (!vrp_predictions_csv_row(&r, &csv, &c, err)) return false;
    return csv.ended && vrp_predictions_end(p, &r, err);
}

/* ---- JSON ---- */

static const vr_json *vrp_predictions_get(const vr_json *object, const char *const *names) {
    const vr_json *value = NULL;
    for (; *names && !value; names++) value = vr_json_get(object, *names);
    return value;
}

/* *x = a number that is 0 or 1, or a bool. */
static bool vrp_predictions_json_flag(uint8_t *x, const vr_json_doc *doc, const vr_json *node,
                                      const char *name, vr_err *err) {
    const double number = node && node->type == VR_JSON_BOOL ? (double)node->integer
                          : node                             ? vr_json_number(node)
                                                             : NAN;
    *x = number == 1;
    return number == 0 || number == 1 ||
           vr_json_fail(doc, node ? node : doc->root, err, "expected '%s' to be 0 or 1", name);
}

static bool vrp_predictions_json_classes(vrp_predictions_rows *r, const vr_json_doc *doc, const vr_json *node,
                                         vr_err *err) {
    int64_t n = 0;
    if (node->type == VR_JSON_ARRAY && node->count == 1 && vr_json_first(node)->type == VR_JSON_ARRAY)
        node = vr_json_first(node);
    const bool array = node->type == VR_JSON_ARRAY;
    for (const vr_json *c = array ? vr_json_first(node) : node; c;
         c = array ? vr_json_next(node, c) : NULL, n++)
        if (c->type != VR_JSON_INT || !vrp_predictions_class(r, c->integer))
            return vr_json_fail(doc, c, err,
                                r->classes > 0 ? "expected a class, 0 to %lld" : "expected a class number",
                                (long long)r->classes - 1);
    return vrp_predictions_same_k(r, n) ||
           vr_json_fail(doc, node, err, "expected %lld predictions as in the rows before, found %lld",
                        (long long)vr_max(1, r->k), (long long)n);
}

/* The line of a node, which comes after the last one asked for: lines are counted on from there. */
static int64_t vrp_predictions_json_line(vrp_predictions_rows *r, const vr_json_doc *doc,
                                         const vr_json *node) {
    if (doc->text.data != r->counted.data)
        r->counted = (vr_bytes){doc->text.data, 0}, r->counted_line = doc->line;
    for (; r->counted.size < node->at; r->counted.size++)
        r->counted_line += doc->text.data[r->counted.size] == '\n';
    return r->counted_line;
}

/* The row of one object; name is its name where that is the key of the object. */
static bool vrp_predictions_json_row(vrp_predictions_rows *r, const vr_json_doc *doc, const vr_json *object,
                                     const vr_json *name, vr_err *err) {
    static const char *const lists[] = {"predicted_class", "pred_indices", "predictions", NULL};
    const int64_t i = r->count;
    if (object->type != VR_JSON_OBJECT)
        return vr_json_fail(doc, object, err, "expected an object: one prediction");
    if (!name) name = vrp_predictions_get(object, vrp_predictions_image);
    if (!name) return vr_json_fail(doc, object, err, "missing key 'file_name'");
    if (name->type != VR_JSON_STRING || name->count == 0 || strlen(name->string) != name->count)
        return vr_json_fail(doc, name, err, "expected the name of an image");
    r->image[i] =
        (vr_bytes){(const uint8_t *)vr_arena_string(r->perm, name->string, name->count), name->count};
    r->line[i] = vrp_predictions_json_line(r, doc, name);
    const vr_json *predicted = vrp_predictions_get(object, lists),
                  *correct = vrp_predictions_get(object, vrp_predictions_correct),
                  *top5 = vrp_predictions_get(object, vrp_predictions_correct_top5),
                  *probability = vr_json_get(object, "predicted_probability"),
                  *label = vr_json_get(object, "label");
    if (i == 0) {
        if (!predicted && !correct) return vr_json_fail(doc, object, err, "missing key 'predicted_class'");
        r->k = predicted ? -1 : 0;
        vrp_predictions_fields(
            r, &(vrp_predictions_has){
                   .probability = probability, .label = label, .correct = correct, .correct_top5 = top5});
    }
    if ((predicted != NULL) != (r->k != 0))
        return vr_json_fail(doc, object, err, "expected the keys of the first row: '%s'", "predicted_class");
    if (predicted && !vrp_predictions_json_classes(r, doc, predicted, err)) return false;
    if (r->probability) {
        const double x = probability ? vr_json_number(probability) : NAN;
        if (!(x >= 0 && x <= 1.000001))
            return vr_json_fail(doc, probability ? probability : object, err,
                                "expected a probability, 0 to 1");
        r->probability[i] = x > 1 ? 1 : (float)x;
    }
    if (r->label) {
        const bool none = !label || label->type == VR_JSON_NULL;
        if (!none && (label->type != VR_JSON_INT || label->integer < -1 ||
                      (r->classes > 0 && label->integer >= r->classes)))
            return vr_json_fail(doc, label, err, "expected the class number of the label");
        r->label[i] = none ? -1 : label->integer;
    }
    r->count++;
    return (!r->correct || vrp_predictions_json_flag(&r->correct[i], doc, correct, "correct", err)) &&
           (!r->correct_top5 ||
            vrp_predictions_json_flag(&r->correct_top5[i], doc, top5, "correct_top5", err));
}

/* An array of objects, or an object of objects by name. */
static bool vrp_predictions_json_document(vr_arena *perm, vr_predictions *p, const vr_json_doc *doc,
                                          const char *path, const vr_predictions_opts *opts, vr_err *err) {
    const vr_json *root = doc->root;
    vrp_predictions_rows r;
    vrp_predictions_begin(&r, perm, doc->text, path, opts, root->count);
    for (const vr_json *child = vr_json_first(root); child; child = vr_json_next(root, child)) {
        const bool named = root->type == VR_JSON_OBJECT;
        if (!vrp_predictions_json_row(&r, doc, named ? vr_json_value(child) : child, named ? child : NULL,
                                      err))
            return false;
    }
    return vrp_predictions_end(p, &r, err);
}

static bool vrp_predictions_json_lines(vr_arena *perm, vr_predictions *p, vr_bytes text, const char *path,
                                       const vr_predictions_opts *opts, vr_err *err) {
    vr_json_lines lines = {.text = text, .path = path};
    vr_json_doc doc;
    vr_arena step = {0};
    vr_err own = {0}; /* VR_FATAL may not leave the step arena behind */
    vrp_predictions_rows r;
    bool zeros;
    vrp_predictions_begin(&r, perm, text, path, opts, vrp_predictions_lines(text, &zeros));
    while (own.code == VR_OK && vr_json_lines_next(&step, &doc, &lines, &own)) {
        vrp_predictions_json_row(&r, &doc, doc.root, NULL, &own);
        vr_arena_reset(&step);
    }
    vr_arena_free(&step);
    return own.code == VR_OK ? vrp_predictions_end(p, &r, err) : vr_err_pass(err, &own);
}

/* Is the text JSON lines? Its first line is a whole object that has a name. */
static bool vrp_predictions_is_lines(vr_bytes text) {
    vr_arena scratch = {0};
    vr_json_lines lines = {.text = text, .path = ""};
    vr_json_doc doc;
    vr_err none = {0};
    const bool yes = vr_json_lines_next(&scratch, &doc, &lines, &none) && doc.root->type == VR_JSON_OBJECT &&
                     vrp_predictions_get(doc.root, vrp_predictions_image) != NULL;
    vr_arena_free(&scratch);
    return yes;
}

/* ---- any form ---- */

static bool vrp_predictions_text(vr_arena *perm, vr_predictions *p, vr_bytes text, const char *path,
                                 const vr_predictions_opts *opts, vr_err *err) {
    int64_t at = text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < text.size && text.data[at] <= ' ') at++;
    const bool json = at < text.size && (text.data[at] == '{' || text.data[at] == '[');
    if (!json) return vrp_predictions_csv(perm, p, text, path, opts, err);
    if (text.data[at] == '{' && vrp_predictions_is_lines(text))
        return vrp_predictions_json_lines(perm, p, text, path, opts, err);
    vr_arena scratch = {0};
    vr_json_doc doc;
    vr_err own = {0};
    const bool ok = vr_json_parse(&scratch, &doc, text, path, &own) &&
                    vrp_predictions_json_document(perm, p, &doc, path, opts, &own);
    vr_arena_free(&scratch);
    return ok || vr_err_pass(err, &own);
}

bool vr_predictions_parse(vr_arena *perm, vr_predictions *p, vr_bytes text, const char *path,
                          const vr_predictions_opts *opts, vr_err *err) {
    *p = (vr_predictions){0};
    const vr_arena_mark mark = vr_arena_here(perm);
    vr_err own = {0};
    if (vrp_predictions_text(perm, p, text, path, opts, &own)) return true;
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
            : vr_file_map(perm, &text, path, &own) && vr_predictions_parse(perm, p, text, path, opts, &own))
        return true;
    vr_arena_rewind(perm, mark);
    *p = (vr_predictions){0};
    return vr_err_pass(err, &own);
}

/* ---- saving ---- */

/* The last part of a path. */
static vr_bytes vrp_predictions_last(vr_bytes path) {
    int64_t n = path.size;
    if (n == 0 || !memchr(path.data, '/', (size_t)n)) return path;
    while (n > 0 && path.data[n - 1] != '/') n--;
    return (vr_bytes){path.data + n, path.size - n};
}

/* True where no two images have the same last part of the path. */
static bool vrp_predictions_last_unique(vr_arena *scratch, const vr_predictions *p) {
    vr_names names = {.arena = scratch};
    for (int64_t i = 0; i < p->count; i++) {
        const vr_bytes last = vrp_predictions_last(p->image[i]);
        if (vr_names_add(&names, (const char *)last.data, last.size) < i) return false;
    }
    return true;
}

bool vr_predictions_save(const vr_predictions *p, const char *path, vr_err *err) {
    VR_CHECK(p->image && p->predicted, "predictions without images or classes");
    vr_arena arena = {0};
    const bool unique = vrp_predictions_last_unique(&arena, p);
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

/* The last part of a name without its ending and what the index strips; in buffer where that changes it. */
static vr_bytes vrp_predictions_part(const vr_image_index *index, const char *name, int64_t n, char *buffer,
                                     int64_t room) {
    vr_bytes part = vrp_predictions_last((vr_bytes){(const uint8_t *)name, n});
    int64_t dot = part.size;
    while (dot > 0 && part.data[dot - 1] != '.') dot--;
    if (dot > 1 && part.size - dot <= 5) part.size = dot - 1; /* .jpg, .jpeg, .JPEG, .webp */
    if (!index->strip || part.size >= room) return part;
    memcpy(buffer, part.data, (size_t)part.size);
    buffer[part.size] = 0;
    for (const char *const *strip = index->strip; *strip; strip++)
        for (char *at = buffer; (at = strstr(at, *strip)) != NULL;)
            memmove(at, at + strlen(*strip), strlen(at + strlen(*strip)) + 1);
    return (vr_bytes){(const uint8_t *)buffer, (int64_t)strlen(buffer)};
}

/* of[] with room for the names that the table has room for, of which n are there. */
static int64_t *vrp_predictions_room(const vr_names *names, int64_t *of, int64_t n, int64_t *capacity) {
    if (n < *capacity) return of;
    *capacity = names->capacity;
    int64_t *more = (int64_t *)vr_arena_alloc(names->arena, *capacity, sizeof *more);
    if (n > 0) memcpy(more, of, (size_t)n * sizeof *more);
    return more;
}

/* Adds the last part of a name. */
static void vrp_image_index_part(vr_image_index *index, vr_bytes name, int64_t image) {
    char buffer[256];
    const vr_bytes part =
        vrp_predictions_part(index, (const char *)name.data, name.size, buffer, sizeof buffer);
    const int64_t count = index->part.count,
                  at = vr_names_add(&index->part, (const char *)part.data, part.size);
    index->of_part = vrp_predictions_room(&index->part, index->of_part, at, &index->part_capacity);
    if (at == count)
        index->of_part[at] = image;
    else if (index->of_part[at] != image)
        index->of_part[at] = -1;
}

/* Is name i its last part and the ending of the first name? */
static bool vrp_image_index_plain(vr_image_index *index, int64_t i) {
    char buffer[256];
    const vr_bytes first = index->whole.name[0], name = index->whole.name[i],
                   part =
                       vrp_predictions_part(index, (const char *)name.data, name.size, buffer, sizeof buffer);
    const int64_t ending = name.size - part.size;
    if (i == 0) index->ending = ending;
    return part.data == name.data && name.size < (int64_t)sizeof buffer && ending == index->ending &&
           memcmp(name.data + part.size, first.data + first.size - ending, (size_t)ending) == 0;
}

/* Makes the table of last parts: at the first search that needs it, as many joins do not. Names that are all plain, as
 * ImageNet's, need none: last part and ending are the name. */
static void vrp_image_index_parts(vr_image_index *index) {
    if (!index->mixed) {
        while (index->parts < index->whole.count && vrp_image_index_plain(index, index->parts))
            index->parts++;
        if (index->parts == index->whole.count) return;
        index->mixed = true, index->parts = 0;
    }
    index->part.arena = index->arena;
    vr_names_reserve(&index->part, index->whole.count);
    for (; index->parts < index->whole.count; index->parts++)
        vrp_image_index_part(index, index->whole.name[index->parts], index->of_whole[index->parts]);
}

void vr_image_index_add_bytes(vr_image_index *index, vr_bytes name, int64_t image) {
    index->whole.arena = index->arena;
    const int64_t count = index->whole.count,
                  at = vr_names_add(&index->whole, (const char *)name.data, name.size);
    index->of_whole = vrp_predictions_room(&index->whole, index->of_whole, at, &index->whole_capacity);
    if (at == count)
        index->of_whole[at] = image;
    else if (index->of_whole[at] != image) {
        if (!index->mixed) index->mixed = true, index->parts = 0;
        vrp_image_index_parts(index);
        vrp_image_index_part(index, name, image);
    }
}

void vr_image_index_add(vr_image_index *index, const char *name, int64_t image) {
    vr_image_index_add_bytes(index, (vr_bytes){(const uint8_t *)name, (int64_t)strlen(name)}, image);
}

int64_t vr_image_index_find(const vr_image_index *index, const char *name, int64_t n) {
    int64_t at = vr_names_find(&index->whole, name, n);
    if (at >= 0) return index->of_whole[at];
#pragma omp critical(vrp_image_index)
    vrp_image_index_parts((vr_image_index *)index);
    char buffer[256], plain[256];
    const vr_bytes part = vrp_predictions_part(index, name, n, buffer, sizeof buffer);
    if (index->mixed) {
        at = vr_names_find(&index->part, (const char *)part.data, part.size);
        return at >= 0 ? index->of_part[at] : -1;
    }
    if (index->whole.count == 0 || part.size + index->ending > (int64_t)sizeof plain) return -1;
    const vr_bytes first = index->whole.name[0];
    memcpy(plain, part.data, (size_t)part.size);
    memcpy(plain + part.size, first.data + first.size - index->ending, (size_t)index->ending);
    const int64_t size = part.size + index->ending;
    if (size == n && memcmp(plain, name, (size_t)n) == 0) return -1; /* as was found above */
    at = vr_names_find(&index->whole, plain, size);
    return at >= 0 ? index->of_whole[at] : -1;
}

/* ---- predictions meet images ---- */

const char *vr_join_text(vr_arena *arena, const vr_join *join) {
    const struct {
        int64_t n;
        const char *what;
    } counts[] = {{join->missing, "images without a prediction"},
                  {join->extra, "predictions of other images"},
                  {join->unlabelled, "images without a label"}};
    vr_text t = {.arena = arena};
    vr_text_printf(&t, "%lld images scored", (long long)join->scored);
    for (int i = 0, more = 0; i < 3; i++)
        if (counts[i].n > 0)
            vr_text_printf(&t, "%s%lld %s", more++ ? ", " : "; ", (long long)counts[i].n, counts[i].what);
    return t.data;
}

static bool vrp_predictions_twice(const vr_predictions *p, int64_t first, int64_t second, vr_err *err) {
    const vr_bytes a = p->image[first], b = p->image[second];
    const long long at = p->line ? p->line[second] : second + 1,
                    before = p->line ? p->line[first] : first + 1;
    if (a.size == b.size && memcmp(a.data, b.data, (size_t)a.size) == 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:1: duplicate image '%.*s' (first at line %lld)", p->path,
                       at, (int)vr_min(a.size, 200), (const char *)a.data, before);
    return vr_fail(err, VR_ERR_FORMAT, "%s:%lld:1: '%.*s' is the image of '%.*s' (line %lld)", p->path, at,
                   (int)vr_min(b.size, 150), (const char *)b.data, (int)vr_min(a.size, 150),
                   (const char *)a.data, before);
}

/* The image of row j's name, which most often follows that of the row before: `next` is where to look first. */
static int64_t vrp_predictions_image_of(const vr_image_index *index, vr_bytes name, int64_t *next) {
    const int64_t at = *next;
    if (at < index->whole.count && index->whole.name[at].size == name.size &&
        memcmp(index->whole.name[at].data, name.data, (size_t)name.size) == 0) {
        ++*next;
        return index->of_whole[at];
    }
    return vr_image_index_find(index, (const char *)name.data, name.size);
}

bool vr_predictions_join(int64_t *prediction, const vr_predictions *p, const vr_image_index *index,
                         int64_t images, const char *data, vr_err *err) {
    if (!p->image && p->count != images)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: %lld predictions without names for the %lld images of %s",
                       p->path, (long long)p->count, (long long)images, data);
    vr_arena scratch = {0};
    vr_names others = {.arena = &scratch}; /* names of no image */
    int64_t next = 0, used = p->image ? 0 : images, first = -1, j = 0, *other = NULL, capacity = 0;
    for (int64_t i = 0; i < images; i++) prediction[i] = p->image ? -1 : i;
    for (; p->image && first < 0 && j < p->count; j++) {
        const vr_bytes name = p->image[j];
        const int64_t i = vrp_predictions_image_of(index, name, &next);
        VR_CHECK(i < images, "image %lld of %lld", (long long)i, (long long)images);
        if (i >= 0) {
            first = prediction[i];
            prediction[i] = j;
            used++;
            continue;
        }
        if (others.count == 0) vr_names_reserve(&others, 1024);
        const int64_t n = others.count, at = vr_names_add(&others, (const char *)name.data, name.size);
        other = vrp_predictions_room(&others, other, at, &capacity);
        if (at < n)
            first = other[at];
        else
            other[n] = j;
    }
    vr_arena_free(&scratch);
    if (first >= 0) return vrp_predictions_twice(p, first, j - 1, err);
    if (used > 0) return true;
    const vr_bytes have = p->image ? p->image[0] : (vr_bytes){0},
                   want = index->whole.count > 0 ? index->whole.name[0] : (vr_bytes){0};
    return vr_fail(err, VR_ERR_ARGUMENT,
                   "%s: no prediction is of an image of %s: names are like '%.*s', expected like '%.*s'",
                   p->path, data, (int)vr_min(have.size, 100), (const char *)have.data,
                   (int)vr_min(want.size, 100), (const char *)want.data);
}

/* How many of the k best classes come before one that is among the labels; k where none is. */
static int64_t vrp_predictions_rank(const int64_t *label, int64_t count, const int64_t *top, int64_t k) {
    for (int64_t r = 0; r < k; r++)
        for (int64_t l = 0; l < count; l++)
            if (label[l] == top[r]) return r;
    return k;
}

bool vr_predictions_score(vr_arena *perm, vr_scores *out, const vr_predictions *p, const int64_t *prediction,
                          const vr_label_sets *labels, vr_err *err) {
    *out = (vr_scores){0};
    const int64_t n = labels->count, k = p->predicted ? vr_min(5, p->k) : 5;
    if (!p->predicted && !(p->correct && p->correct_top5))
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: neither classes nor correct and correct_top5", p->path);
    uint8_t *scored = VR_NEW(perm, uint8_t, n), *correct = VR_NEW(perm, uint8_t, n),
            *top5 = VR_NEW(perm, uint8_t, n);
    vr_arena scratch = {0};
    bool *taken = VR_NEW(&scratch, bool, p->count);
    const int64_t *const begin = labels->begin, *const label = labels->label, *const predicted = p->predicted,
                         K = p->k;
    int64_t used = 0, missing = 0, unlabelled = 0;
    for (int64_t i = 0; i < n; i++) {
        const int64_t j = prediction[i], first = begin ? begin[i] : i,
                      end = begin ? begin[i + 1] : i + (label[i] >= 0);
        if (j < 0) {
            missing++;
            continue;
        }
        used += !taken[j];
        taken[j] = true;
        unlabelled += first == end;
        scored[i] = first < end;
        if (!predicted) {
            correct[i] = scored[i] && p->correct[j], top5[i] = scored[i] && p->correct_top5[j];
            continue;
        }
        const int64_t *top = predicted + j * K;
        const int64_t rank = k == 1 && end == first + 1
                                 ? *top != label[first]
                                 : vrp_predictions_rank(label + first, end - first, top, k);
        correct[i] = rank == 0, top5[i] = rank < k;
    }
    vr_arena_free(&scratch);
    const vr_join join = {n - missing - unlabelled, missing, p->count - used, unlabelled};
    *out = (vr_scores){
        .count = n, .k = k, .scored = scored, .correct = correct, .correct_top5 = top5, .join = join};
    if (join.scored > 0) return true;
    *out = (vr_scores){0};
    return vr_fail(err, VR_ERR_ARGUMENT,
                   "%s: no image is scored: %lld without a prediction, %lld without a label", p->path,
                   (long long)join.missing, (long long)join.unlabelled);
}
