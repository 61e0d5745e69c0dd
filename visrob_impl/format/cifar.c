/* format/cifar.c: records of fixed size without a header; size and labels are checked. */
#include "cifar_impl.h"
#include "../base/os.h"
#include "../base/text.h"
#include <string.h>

#define VRP_CIFAR_PIXELS (VR_CIFAR_SIDE * VR_CIFAR_SIDE)

/* The byte of the first label out of range, or -1. coarse, fine: the numbers of classes; coarse 0 = no coarse label. */
static int64_t vrp_cifar_bad_label(vr_bytes file, int64_t record, int coarse, int fine) {
    for (int64_t at = 0; at < file.size; at += record) {
        if (coarse && file.data[at] >= coarse) return at;
        if (file.data[at + (coarse > 0)] >= fine) return at + (coarse > 0);
    }
    return -1;
}

/* Class names: the lines of `file` beside c->path, or "0", "1", ... where it is missing. */
static bool vrp_cifar_names(vr_arena *arena, vr_cifar *c, const char *file, vr_err *err) {
    const char *slash = strrchr(c->path, '/');
    const char *path =
        vr_arena_printf(arena, "%.*s%s", slash ? (int)(slash + 1 - c->path) : 0, c->path, file);
    const char **names = VR_NEW(arena, const char *, c->class_count);
    c->classes = names;
    if (!vr_path_exists(path)) {
        for (int64_t i = 0; i < c->class_count; i++) names[i] = vr_arena_printf(arena, "%lld", (long long)i);
        return true;
    }
    vr_bytes text;
    if (!vr_file_read(arena, &text, path, err) || !vr_text_check(&text, path, err)) return false;
    int64_t n = 0;
    for (const char *p = (const char *)text.data, *end = p + text.size; p < end;) {
        const char *stop = (const char *)memchr(p, '\n', (size_t)(end - p));
        if (!stop) stop = end;
        int64_t length = stop - p;
        if (length > 0 && p[length - 1] == '\r') length--;
        if (length > 0 && n < c->class_count) names[n] = vr_arena_string(arena, p, length);
        n += length > 0;
        p = stop + 1;
    }
    return n == c->class_count || vr_fail(err, VR_ERR_FORMAT, "%s: expected %lld names, found %lld", path,
                                          (long long)c->class_count, (long long)n);
}

static bool vrp_cifar_open(vr_arena *arena, vr_cifar *c, vr_bytes file, const char *path, vr_err *err) {
    const int64_t ten = 1 + 3 * VRP_CIFAR_PIXELS, hundred = 2 + 3 * VRP_CIFAR_PIXELS;
    c->path = vr_arena_string(arena, path, (int64_t)strlen(path));
    c->records = file.data;
    const bool size_of_10 = file.size > 0 && file.size % ten == 0,
               size_of_100 = file.size > 0 && file.size % hundred == 0;
    if (!size_of_10 && !size_of_100)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: byte %lld: the size is not a multiple of CIFAR-10's records (%lld bytes) or "
                       "CIFAR-100's (%lld)",
                       path, (long long)file.size, (long long)ten, (long long)hundred);
    const int64_t bad_10 = size_of_10 ? vrp_cifar_bad_label(file, ten, 0, 10) : 0;
    const int64_t bad_100 = size_of_100 ? vrp_cifar_bad_label(file, hundred, 20, 100) : 0;
    if (size_of_10 && bad_10 < 0) {
        c->record_size = ten, c->class_count = 10;
    } else if (size_of_100 && bad_100 < 0) {
        c->record_size = hundred, c->class_count = 100;
    } else {
        const int64_t at = size_of_10 ? bad_10 : bad_100;
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: label %d out of range", path, (long long)at,
                       file.data[at]);
    }
    c->count = file.size / c->record_size;
    return vrp_cifar_names(arena, c, c->class_count == 10 ? "batches.meta.txt" : "fine_label_names.txt", err);
}

bool vrp_cifar_parse(vr_arena *arena, vr_cifar *cifar, vr_bytes file, const char *path, vr_err *err) {
    *cifar = (vr_cifar){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    if (vrp_cifar_open(arena, cifar, file, path, err)) return true;
    vr_arena_rewind(arena, mark);
    *cifar = (vr_cifar){0};
    return false;
}

bool vr_cifar_load(vr_arena *arena, vr_cifar *cifar, const char *path, vr_err *err) {
    *cifar = (vr_cifar){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    vr_bytes file;
    if (vr_file_map(arena, &file, path, err) && vrp_cifar_parse(arena, cifar, file, path, err)) return true;
    vr_arena_rewind(arena, mark);
    return false;
}

int64_t vr_cifar_label(const vr_cifar *cifar, int64_t i) {
    VR_CHECK(i >= 0 && i < cifar->count, "record %lld of %lld", (long long)i, (long long)cifar->count);
    return cifar->records[i * cifar->record_size + (cifar->class_count == 100)];
}

void vr_cifar_pixels(uint8_t *rgb, const vr_cifar *cifar, int64_t i) {
    VR_CHECK(i >= 0 && i < cifar->count, "record %lld of %lld", (long long)i, (long long)cifar->count);
    const uint8_t *planes = cifar->records + (i + 1) * cifar->record_size - 3 * VRP_CIFAR_PIXELS;
    for (int64_t k = 0; k < VRP_CIFAR_PIXELS; k++)
        for (int64_t c = 0; c < 3; c++) rgb[3 * k + c] = planes[c * VRP_CIFAR_PIXELS + k];
}

#undef VRP_CIFAR_PIXELS
