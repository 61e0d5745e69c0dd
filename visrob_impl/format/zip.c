/* format/zip.c: the directory of a zip, and decompression.
 *
 * The central directory is authoritative; a local header gives the place of the data and has to agree in name and
 * method. Sizes are checked before anything is allocated: a directory entry takes at least 46 bytes and deflate packs at
 * most 1,032 : 1, so that a small file cannot request much memory.
 * Inflate is stb_image's. It fails when fewer than 16 bits are left, even if they suffice, so that it is also given the
 * bytes after a stream (a zip and a gzip always have some); size and checksum verify that the stream was complete. */
#include "zip_impl.h"
#include "../base/crc32.h"
#include "../base/stb.h"
#include <stdlib.h>
#include <string.h>

#define VRP_DEFLATE_RATIO 1032
#define VRP_STB_TAIL      8 /* bytes after a stream that stb may read */

static uint32_t vrp_zip_u16(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static uint32_t vrp_zip_u32(const uint8_t *p) { return vrp_zip_u16(p) | vrp_zip_u16(p + 2) << 16; }
static uint64_t vrp_zip_u64(const uint8_t *p) { return vrp_zip_u32(p) | (uint64_t)vrp_zip_u32(p + 4) << 32; }

/* ---- decompression ---- */

/* Inflates in.data[from, from+packed) to exactly `size` bytes; NULL, with nothing allocated, where that fails. */
static uint8_t *vrp_zip_inflate(vr_arena *arena, vr_bytes in, int64_t from, int64_t packed, int64_t size) {
    vr_arena_mark mark = vr_arena_here(arena);
    uint8_t *data = (uint8_t *)vr_arena_alloc(arena, size + 1, 1);
    int64_t given = vr_min(packed + VRP_STB_TAIL, in.size - from);
    int got =
        stbi_zlib_decode_noheader_buffer((char *)data, (int)size, (const char *)in.data + from, (int)given);
    if (got == (int)size) {
        data[size] = 0;
        return data;
    }
    vr_arena_rewind(arena, mark);
    return NULL;
}

/* True where `packed` bytes can hold `size` bytes, and where both fit stb's int. */
static bool vrp_zip_plausible(int64_t size, int64_t packed) { return size / VRP_DEFLATE_RATIO <= packed; }
static bool vrp_zip_in_reach(int64_t size, int64_t packed) {
    return size < INT32_MAX && packed < INT32_MAX - VRP_STB_TAIL;
}

/* The byte where the deflate stream of a gzip begins, or -1. */
static int64_t vrp_zip_gzip_header(vr_bytes in) {
    enum { HEADER_CRC = 2, EXTRA = 4, NAME = 8, COMMENT = 16 };
    if (in.size < 18 || in.data[0] != 0x1f || in.data[1] != 0x8b || in.data[2] != 8) return -1;
    const int flags = in.data[3];
    int64_t at = 10;
    if (flags & EXTRA) at += 2 + vrp_zip_u16(in.data + at);
    for (int text = NAME; text <= COMMENT; text *= 2)
        if (flags & text) {
            while (at < in.size && in.data[at] != 0) at++;
            at++;
        }
    if (flags & HEADER_CRC) at += 2;
    return at + 8 <= in.size ? at : -1;
}

bool vrp_gunzip(vr_arena *arena, vr_bytes *out, vr_bytes in, int64_t limit, const char *name, vr_err *err) {
    *out = (vr_bytes){0};
    int64_t from = vrp_zip_gzip_header(in);
    if (from < 0) return vr_fail(err, VR_ERR_FORMAT, "%s: byte 0: not a gzip file, or truncated", name);
    const int64_t end = in.size - 8, size = (int64_t)vrp_zip_u32(in.data + end + 4), packed = end - from;
    if (!vrp_zip_plausible(size, packed))
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: byte %lld: declares %lld bytes, more than %lld compressed bytes can hold", name,
                       (long long)end + 4, (long long)size, (long long)packed);
    if (size > limit || !vrp_zip_in_reach(size, packed))
        return vr_fail(err, VR_ERR_LIMIT, "%s: decompresses to %lld bytes, the limit is %lld", name,
                       (long long)size, (long long)vr_min(limit, INT32_MAX));
    vr_arena_mark mark = vr_arena_here(arena);
    uint8_t *data = vrp_zip_inflate(arena, in, from, packed, size);
    if (!data)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: byte %lld: does not decompress to the declared %lld bytes (truncated, corrupt, "
                       "or several gzip "
                       "members)",
                       name, (long long)from, (long long)size);
    if (vr_crc32(0, data, size) != vrp_zip_u32(in.data + end)) {
        vr_arena_rewind(arena, mark);
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: checksum mismatch", name, (long long)end);
    }
    *out = (vr_bytes){.data = data, .size = size};
    return true;
}

bool vrp_zip_read(vr_arena *arena, vr_bytes *out, const vrp_zip *zip, const vrp_zip_entry *e, int64_t limit,
                  vr_err *err) {
    *out = (vr_bytes){0};
    const uint8_t *data = zip->file.data + e->at;
    if (e->method != 0 && e->method != 8)
        return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: '%s': unsupported compression method %d", zip->path,
                       e->name, e->method);
    vr_arena_mark mark = vr_arena_here(arena);
    if (e->method == 8) {
        if (!vrp_zip_plausible(e->size, e->packed_size))
            return vr_fail(
                err, VR_ERR_FORMAT,
                "%s: byte %lld: '%s' declares %lld bytes, more than %lld compressed bytes can hold",
                zip->path, (long long)e->at, e->name, (long long)e->size, (long long)e->packed_size);
        if (e->size > limit || !vrp_zip_in_reach(e->size, e->packed_size))
            return vr_fail(err, VR_ERR_LIMIT, "%s: '%s': decompresses to %lld bytes, the limit is %lld",
                           zip->path, e->name, (long long)e->size, (long long)vr_min(limit, INT32_MAX));
        data = vrp_zip_inflate(arena, zip->file, e->at, e->packed_size, e->size);
        if (!data)
            return vr_fail(err, VR_ERR_FORMAT,
                           "%s: byte %lld: '%s' does not decompress to the declared %lld bytes", zip->path,
                           (long long)e->at, e->name, (long long)e->size);
    }
    if (vr_crc32(0, data, e->size) != e->crc) {
        vr_arena_rewind(arena, mark);
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: checksum mismatch in '%s'", zip->path,
                       (long long)e->at, e->name);
    }
    *out = (vr_bytes){.data = data, .size = e->size};
    return true;
}

/* ---- the directory ---- */

/* The place of the central directory and its declared number of entries. */
typedef struct vrp_zip_end {
    int64_t from, size, count;
} vrp_zip_end;

/* Finds the end record: the last one whose comment ends at the end of the file. */
static int64_t vrp_zip_find_end(vr_bytes f) {
    for (int64_t at = f.size - 22; at >= 0 && at >= f.size - 22 - 65535; at--)
        if (vrp_zip_u32(f.data + at) == 0x06054b50u && at + 22 + vrp_zip_u16(f.data + at + 20) == f.size)
            return at;
    return -1;
}

static bool vrp_zip_end_read(vrp_zip_end *end, vr_bytes f, const char *path, vr_err *err) {
    int64_t at = vrp_zip_find_end(f);
    if (at < 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: no zip directory: truncated, or not a zip file",
                       path, (long long)f.size);
    const uint8_t *p = f.data + at;
    uint64_t count = vrp_zip_u16(p + 10), size = vrp_zip_u32(p + 12), from = vrp_zip_u32(p + 16);
    uint32_t disks = vrp_zip_u16(p + 4) | vrp_zip_u16(p + 6);
    if (count == 0xffff || size == 0xffffffffu ||
        from == 0xffffffffu) { /* zip64: a locator, then a longer record */
        if (at < 20 || vrp_zip_u32(p - 20) != 0x07064b50u)
            return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: missing zip64 locator", path, (long long)at);
        uint64_t long_at = vrp_zip_u64(p - 12);
        if (long_at > (uint64_t)at || at - (int64_t)long_at < 76 ||
            vrp_zip_u32(f.data + long_at) != 0x06064b50u)
            return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: missing zip64 record", path,
                           (long long)at - 20);
        const uint8_t *q = f.data + long_at;
        disks = vrp_zip_u32(q + 16) | vrp_zip_u32(q + 20);
        count = vrp_zip_u64(q + 32), size = vrp_zip_u64(q + 40), from = vrp_zip_u64(q + 48);
        at = (int64_t)long_at;
    }
    if (disks != 0)
        return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: unsupported: a zip split over several files", path);
    if (from > (uint64_t)at || size > (uint64_t)at - from || count > size / 46)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: byte %lld: its directory (%llu entries, bytes %llu + %llu) exceeds the file",
                       path, (long long)at, (unsigned long long)count, (unsigned long long)from,
                       (unsigned long long)size);
    *end = (vrp_zip_end){.from = (int64_t)from, .size = (int64_t)size, .count = (int64_t)count};
    return true;
}

/* Reads a 64-bit value from the zip64 field where the 32-bit one is all ones. */
static bool vrp_zip_wide(uint64_t *value, const uint8_t **p, const uint8_t *end) {
    if (*value != 0xffffffffu) return true;
    if (end - *p < 8) return false;
    *value = vrp_zip_u64(*p);
    *p += 8;
    return true;
}

/* Sizes and place of an entry from its zip64 extra field, if there is one. */
static bool vrp_zip_extra(const uint8_t *p, const uint8_t *end, uint64_t *size, uint64_t *packed,
                          uint64_t *local) {
    while (end - p >= 4) {
        uint32_t id = vrp_zip_u16(p), n = vrp_zip_u16(p + 2);
        p += 4;
        if ((int64_t)n > end - p) return false;
        if (id == 1) {
            const uint8_t *q = p, *stop = p + n;
            return vrp_zip_wide(size, &q, stop) && vrp_zip_wide(packed, &q, stop) &&
                   vrp_zip_wide(local, &q, stop);
        }
        p += n;
    }
    return true;
}

/* One record of the central directory at *p, and the local header it points to. */
static bool vrp_zip_entry_read(vr_arena *arena, vrp_zip_entry *e, const uint8_t **p, const vrp_zip *zip,
                               const vrp_zip_end *directory, vr_err *err) {
    const uint8_t *f = zip->file.data, *c = *p;
    const int64_t end = directory->from + directory->size;
    const long long at = c - f;
    if (end - at < 46 || vrp_zip_u32(c) != 0x02014b50u)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: missing entry of the zip directory", zip->path,
                       at);
    const int64_t n = vrp_zip_u16(c + 28), extra = vrp_zip_u16(c + 30), comment = vrp_zip_u16(c + 32);
    if (end - at < 46 + n + extra + comment || memchr(c + 46, 0, (size_t)n))
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: malformed entry of the zip directory", zip->path,
                       at);
    uint64_t packed = vrp_zip_u32(c + 20), size = vrp_zip_u32(c + 24), local = vrp_zip_u32(c + 42);
    if (!vrp_zip_extra(c + 46 + n, c + 46 + n + extra, &size, &packed, &local))
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: malformed zip64 field", zip->path, at);
    e->name = vr_arena_string(arena, (const char *)c + 46, n);
    e->method = (int)vrp_zip_u16(c + 10);
    e->crc = vrp_zip_u32(c + 16);
    if (vrp_zip_u16(c + 8) & 1)
        return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: byte %lld: unsupported: '%s' is encrypted", zip->path,
                       at, e->name);
    const uint64_t limit = (uint64_t)directory->from; /* local headers and data lie before it */
    const uint8_t *l = f + (local <= limit ? local : limit);
    if (local > limit || limit - local < 30 || vrp_zip_u32(l) != 0x04034b50u ||
        vrp_zip_u16(l + 8) != (uint32_t)e->method || vrp_zip_u16(l + 26) != n ||
        limit - local < 30 + (uint64_t)n || memcmp(l + 30, c + 46, (size_t)n) != 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: no local header of '%s' at byte %llu", zip->path,
                       at, e->name, (unsigned long long)local);
    const uint64_t data = local + 30 + (uint64_t)n + vrp_zip_u16(l + 28);
    if (data > limit || packed > limit - data || size > INT64_MAX || (e->method == 0 && size != packed))
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: byte %lld: '%s' declares %llu bytes (%llu decompressed), more than the file has",
                       zip->path, at, e->name, (unsigned long long)packed, (unsigned long long)size);
    e->at = (int64_t)data, e->size = (int64_t)size, e->packed_size = (int64_t)packed;
    *p = c + 46 + n + extra + comment;
    return true;
}

static int vrp_zip_by_place(const void *a, const void *b) {
    const vrp_zip_entry *x = *(const vrp_zip_entry *const *)a, *y = *(const vrp_zip_entry *const *)b;
    return (x->at > y->at) - (x->at < y->at);
}

/* Builds the table of names; duplicate names and overlapping entries are errors. */
static bool vrp_zip_check(vr_arena *arena, vrp_zip *zip, vr_err *err) {
    zip->names = (vr_names){.arena = arena};
    vr_names_reserve(&zip->names, zip->count);
    for (int64_t i = 0; i < zip->count; i++) {
        const vrp_zip_entry *e = &zip->entries[i];
        if (vr_names_add(&zip->names, e->name, (int64_t)strlen(e->name)) != i)
            return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: duplicate entry '%s'", zip->path,
                           (long long)e->at, e->name);
    }
    const vr_arena_mark mark = vr_arena_here(arena);
    const vrp_zip_entry **order = VR_NEW(arena, const vrp_zip_entry *, zip->count);
    for (int64_t i = 0; i < zip->count; i++) order[i] = &zip->entries[i];
    qsort(order, (size_t)zip->count, sizeof *order, vrp_zip_by_place);
    for (int64_t i = 1; i < zip->count; i++) { /* a local header takes 30 bytes and the name */
        const vrp_zip_entry *before = order[i - 1], *e = order[i];
        if (e->at - 30 - (int64_t)strlen(e->name) < before->at + before->packed_size)
            return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: '%s' overlaps another entry", zip->path,
                           (long long)e->at, e->name);
    }
    vr_arena_rewind(arena, mark);
    return true;
}

bool vrp_zip_parse(vr_arena *arena, vrp_zip *zip, vr_bytes file, const char *path, vr_err *err) {
    *zip = (vrp_zip){0};
    vrp_zip_end end = {0};
    if (!vrp_zip_end_read(&end, file, path, err)) return false;
    vr_arena_mark mark = vr_arena_here(arena);
    vrp_zip z = {
        .path = vr_arena_string(arena, path, (int64_t)strlen(path)), .file = file, .count = end.count};
    z.entries = VR_NEW(arena, vrp_zip_entry, end.count);
    const uint8_t *p = file.data + end.from;
    bool ok = true;
    for (int64_t i = 0; ok && i < z.count; i++)
        ok = vrp_zip_entry_read(arena, &z.entries[i], &p, &z, &end, err);
    if (ok && p != file.data + end.from + end.size)
        ok = vr_fail(err, VR_ERR_FORMAT,
                     "%s: byte %lld: the zip directory has more than the declared %lld entries", path,
                     (long long)(p - file.data), (long long)z.count);
    if (ok && vrp_zip_check(arena, &z, err)) {
        *zip = z;
        return true;
    }
    vr_arena_rewind(arena, mark);
    return false;
}

const vrp_zip_entry *vrp_zip_find(const vrp_zip *zip, const char *name) {
    const int64_t i = vr_names_find(&zip->names, name, (int64_t)strlen(name));
    return i >= 0 ? &zip->entries[i] : NULL;
}

#undef VRP_DEFLATE_RATIO
#undef VRP_STB_TAIL
