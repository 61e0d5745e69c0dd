/* format/zip.c: the directory of a zip, and unpacking.
 *
 * The central directory is what counts; each local header is only asked where its bytes begin, and has to agree
 * about name and method. Sizes are checked before anything is allocated: a directory entry takes 46 bytes at
 * least, deflate packs 1,032 : 1 at most, so a small file cannot ask for much memory.
 * Inflate is stb_image's. It gives up when fewer than 16 bits are left, even if they suffice, so it is handed the
 * bytes behind a stream too (a zip and a gzip have always some); the size and the checksum tell whether
 * the stream itself was whole. */
#include "zip.h"
#include "../base/stb.h"
#include <stdlib.h>
#include <string.h>

#define VRP_DEFLATE_RATIO 1032
#define VRP_STB_TAIL      8 /* bytes behind a stream that stb may look at */

static uint32_t vrp_zip_u16(const uint8_t *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static uint32_t vrp_zip_u32(const uint8_t *p) { return vrp_zip_u16(p) | vrp_zip_u16(p + 2) << 16; }
static uint64_t vrp_zip_u64(const uint8_t *p) { return vrp_zip_u32(p) | (uint64_t)vrp_zip_u32(p + 4) << 32; }

/* ---- checksum ---- */

/* Eight tables, eight bytes a step; [k][b] is the CRC of byte b followed by k zero bytes. */
typedef struct vrp_zip_tables {
    uint32_t t[8][256];
} vrp_zip_tables;

static void vrp_zip_tables_fill(vrp_zip_tables *tables) {
    for (uint32_t b = 0; b < 256; b++) {
        uint32_t c = b;
        for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
        tables->t[0][b] = c;
    }
    for (uint32_t b = 0; b < 256; b++)
        for (int k = 1; k < 8; k++) {
            uint32_t c = tables->t[k - 1][b];
            tables->t[k][b] = c >> 8 ^ tables->t[0][c & 255];
        }
}

uint32_t vr_crc32(uint32_t crc, const void *bytes, int64_t n) {
    const uint8_t *p = (const uint8_t *)bytes;
    vrp_zip_tables
        tables; /* on the stack and filled each time (some microseconds): no shared state, no race */
    crc = ~crc;
    vrp_zip_tables_fill(&tables);
    for (; n >= 8; n -= 8, p += 8) {
        uint32_t a = vrp_zip_u32(p) ^ crc, b = vrp_zip_u32(p + 4);
        crc = tables.t[7][a & 255] ^ tables.t[6][a >> 8 & 255] ^ tables.t[5][a >> 16 & 255] ^
              tables.t[4][a >> 24] ^ tables.t[3][b & 255] ^ tables.t[2][b >> 8 & 255] ^
              tables.t[1][b >> 16 & 255] ^ tables.t[0][b >> 24];
    }
    for (; n > 0; n--) crc = crc >> 8 ^ tables.t[0][(crc ^ *p++) & 255];
    return ~crc;
}

/* ---- unpacking ---- */

/* Inflates in.data[from, from+packed) to exactly `size` bytes; NULL (and nothing allocated) where it does not. */
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

/* True where `packed` bytes of deflate can hold `size` bytes and both are in reach of stb's int. */
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

bool vr_gunzip(vr_arena *arena, vr_bytes *out, vr_bytes in, int64_t limit, const char *name, vr_err *err) {
    *out = (vr_bytes){0};
    int64_t from = vrp_zip_gzip_header(in);
    if (from < 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte 0: not a gzip file, or one that is cut off", name);
    const int64_t end = in.size - 8, size = (int64_t)vrp_zip_u32(in.data + end + 4), packed = end - from;
    if (!vrp_zip_plausible(size, packed))
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: byte %lld: declares %lld bytes, more than %lld packed bytes can hold", name,
                       (long long)end + 4, (long long)size, (long long)packed);
    if (size > limit || !vrp_zip_in_reach(size, packed))
        return vr_fail(err, VR_ERR_LIMIT, "%s: unpacks to %lld bytes, the limit is %lld", name,
                       (long long)size, (long long)vr_min(limit, INT32_MAX));
    vr_arena_mark mark = vr_arena_here(arena);
    uint8_t *data = vrp_zip_inflate(arena, in, from, packed, size);
    if (!data)
        return vr_fail(
            err, VR_ERR_FORMAT,
            "%s: byte %lld: does not unpack to the %lld bytes it declares (cut off, damaged, or several "
            "gzip files in one)",
            name, (long long)from, (long long)size);
    if (vr_crc32(0, data, size) != vrp_zip_u32(in.data + end)) {
        vr_arena_rewind(arena, mark);
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: the checksum does not fit the bytes", name,
                       (long long)end);
    }
    *out = (vr_bytes){.data = data, .size = size};
    return true;
}

bool vr_zip_read(vr_arena *arena, vr_bytes *out, const vr_zip *zip, const vr_zip_entry *e, int64_t limit,
                 vr_err *err) {
    *out = (vr_bytes){0};
    const uint8_t *data = zip->file.data + e->at;
    if (e->method != 0 && e->method != 8)
        return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: '%s': packed by method %d; stored and deflated are read",
                       zip->path, e->name, e->method);
    vr_arena_mark mark = vr_arena_here(arena);
    if (e->method == 8) {
        if (!vrp_zip_plausible(e->size, e->packed_size))
            return vr_fail(err, VR_ERR_FORMAT,
                           "%s: byte %lld: '%s' declares %lld bytes, more than %lld packed bytes can hold",
                           zip->path, (long long)e->at, e->name, (long long)e->size,
                           (long long)e->packed_size);
        if (e->size > limit || !vrp_zip_in_reach(e->size, e->packed_size))
            return vr_fail(err, VR_ERR_LIMIT, "%s: '%s': unpacks to %lld bytes, the limit is %lld", zip->path,
                           e->name, (long long)e->size, (long long)vr_min(limit, INT32_MAX));
        data = vrp_zip_inflate(arena, zip->file, e->at, e->packed_size, e->size);
        if (!data)
            return vr_fail(err, VR_ERR_FORMAT,
                           "%s: byte %lld: '%s' does not unpack to the %lld bytes it declares", zip->path,
                           (long long)e->at, e->name, (long long)e->size);
    }
    if (vr_crc32(0, data, e->size) != e->crc) {
        vr_arena_rewind(arena, mark);
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: the checksum of '%s' does not fit its bytes",
                       zip->path, (long long)e->at, e->name);
    }
    *out = (vr_bytes){.data = data, .size = e->size};
    return true;
}

/* ---- the directory ---- */

/* Where the central directory lies, and how many entries it says it has. */
typedef struct vrp_zip_end {
    int64_t from, size, count;
} vrp_zip_end;

/* Finds the end record: the last one whose comment reaches exactly to the end of the file. */
static int64_t vrp_zip_find_end(vr_bytes f) {
    for (int64_t at = f.size - 22; at >= 0 && at >= f.size - 22 - 65535; at--)
        if (vrp_zip_u32(f.data + at) == 0x06054b50u && at + 22 + vrp_zip_u16(f.data + at + 20) == f.size)
            return at;
    return -1;
}

static bool vrp_zip_end_read(vrp_zip_end *end, vr_bytes f, const char *path, vr_err *err) {
    int64_t at = vrp_zip_find_end(f);
    if (at < 0)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: byte %lld: a zip file without its directory: cut off, or not a zip", path,
                       (long long)f.size);
    const uint8_t *p = f.data + at;
    uint64_t count = vrp_zip_u16(p + 10), size = vrp_zip_u32(p + 12), from = vrp_zip_u32(p + 16);
    uint32_t disks = vrp_zip_u16(p + 4) | vrp_zip_u16(p + 6);
    if (count == 0xffff || size == 0xffffffffu ||
        from == 0xffffffffu) { /* zip64: a locator, then a longer record */
        if (at < 20 || vrp_zip_u32(p - 20) != 0x07064b50u)
            return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: its zip64 locator is missing", path,
                           (long long)at);
        uint64_t long_at = vrp_zip_u64(p - 12);
        if (long_at > (uint64_t)at || at - (int64_t)long_at < 76 ||
            vrp_zip_u32(f.data + long_at) != 0x06064b50u)
            return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: its zip64 record is missing", path,
                           (long long)at - 20);
        const uint8_t *q = f.data + long_at;
        disks = vrp_zip_u32(q + 16) | vrp_zip_u32(q + 20);
        count = vrp_zip_u64(q + 32), size = vrp_zip_u64(q + 40), from = vrp_zip_u64(q + 48);
        at = (int64_t)long_at;
    }
    if (disks != 0) return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: a zip split over several files", path);
    if (from > (uint64_t)at || size > (uint64_t)at - from || count > size / 46)
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: byte %lld: its directory (%llu entries, bytes %llu + %llu) does not fit", path,
                       (long long)at, (unsigned long long)count, (unsigned long long)from,
                       (unsigned long long)size);
    *end = (vrp_zip_end){.from = (int64_t)from, .size = (int64_t)size, .count = (int64_t)count};
    return true;
}

/* Takes a 64-bit value from the zip64 field where the 32-bit one says so. */
static bool vrp_zip_wide(uint64_t *value, const uint8_t **p, const uint8_t *end) {
    if (*value != 0xffffffffu) return true;
    if (end - *p < 8) return false;
    *value = vrp_zip_u64(*p);
    *p += 8;
    return true;
}

/* The sizes and the place of an entry that the zip64 extra field gives, if there is one. */
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
static bool vrp_zip_entry_read(vr_arena *arena, vr_zip_entry *e, const uint8_t **p, const vr_zip *zip,
                               const vrp_zip_end *directory, vr_err *err) {
    const uint8_t *f = zip->file.data, *c = *p;
    const int64_t end = directory->from + directory->size;
    const long long at = c - f;
    if (end - at < 46 || vrp_zip_u32(c) != 0x02014b50u)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: an entry of the zip directory is missing",
                       zip->path, at);
    const int64_t n = vrp_zip_u16(c + 28), extra = vrp_zip_u16(c + 30), comment = vrp_zip_u16(c + 32);
    if (end - at < 46 + n + extra + comment || memchr(c + 46, 0, (size_t)n))
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: a broken entry of the zip directory", zip->path,
                       at);
    uint64_t packed = vrp_zip_u32(c + 20), size = vrp_zip_u32(c + 24), local = vrp_zip_u32(c + 42);
    if (!vrp_zip_extra(c + 46 + n, c + 46 + n + extra, &size, &packed, &local))
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: a broken zip64 field", zip->path, at);
    e->name = vr_arena_string(arena, (const char *)c + 46, n);
    e->method = (int)vrp_zip_u16(c + 10);
    e->crc = vrp_zip_u32(c + 16);
    if (vrp_zip_u16(c + 8) & 1)
        return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: byte %lld: '%s' is encrypted", zip->path, at, e->name);
    const uint64_t limit = (uint64_t)directory->from; /* local headers and data lie before it */
    const uint8_t *l = f + (local <= limit ? local : limit);
    if (local > limit || limit - local < 30 || vrp_zip_u32(l) != 0x04034b50u ||
        vrp_zip_u16(l + 8) != (uint32_t)e->method || vrp_zip_u16(l + 26) != n ||
        limit - local < 30 + (uint64_t)n || memcmp(l + 30, c + 46, (size_t)n) != 0)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: '%s' is not at byte %llu, where it should be",
                       zip->path, at, e->name, (unsigned long long)local);
    const uint64_t data = local + 30 + (uint64_t)n + vrp_zip_u16(l + 28);
    if (data > limit || packed > limit - data || size > INT64_MAX || (e->method == 0 && size != packed))
        return vr_fail(err, VR_ERR_FORMAT,
                       "%s: byte %lld: '%s' declares %llu bytes (%llu unpacked), more than there are",
                       zip->path, at, e->name, (unsigned long long)packed, (unsigned long long)size);
    e->at = (int64_t)data, e->size = (int64_t)size, e->packed_size = (int64_t)packed;
    *p = c + 46 + n + extra + comment;
    return true;
}

typedef struct vrp_zip_key {
    const vr_zip_entry *entry;
    int64_t number, from;
} vrp_zip_key;

static int vrp_zip_by_name(const void *a, const void *b) {
    return strcmp(((const vrp_zip_key *)a)->entry->name, ((const vrp_zip_key *)b)->entry->name);
}

static int vrp_zip_by_place(const void *a, const void *b) {
    const vrp_zip_key *x = (const vrp_zip_key *)a, *y = (const vrp_zip_key *)b;
    return (x->from > y->from) - (x->from < y->from);
}

/* Sorts by place and by name: overlapping entries and doubled names are errors, and the order serves the search. */
static bool vrp_zip_order(vr_arena *arena, vr_zip *zip, vr_err *err) {
    int64_t *by_name = (int64_t *)vr_arena_alloc(arena, zip->count, (int64_t)sizeof(int64_t));
    vr_arena_mark mark = vr_arena_here(arena);
    vrp_zip_key *keys = VR_NEW(arena, vrp_zip_key, zip->count);
    const vr_zip_entry *bad = NULL;
    for (int64_t i = 0; i < zip->count; i++)
        keys[i] = (vrp_zip_key){.entry = &zip->entries[i], .number = i, .from = zip->entries[i].at};
    qsort(keys, (size_t)zip->count, sizeof *keys, vrp_zip_by_place);
    for (int64_t i = 1; i < zip->count && !bad;
         i++) { /* its header, at least 30 bytes, lies behind the one before */
        const vr_zip_entry *before = keys[i - 1].entry, *e = keys[i].entry;
        if (e->at - 30 - (int64_t)strlen(e->name) < before->at + before->packed_size) bad = e;
    }
    if (bad)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: '%s' overlaps another entry", zip->path,
                       (long long)bad->at, bad->name);
    qsort(keys, (size_t)zip->count, sizeof *keys, vrp_zip_by_name);
    for (int64_t i = 0; i < zip->count; i++) by_name[i] = keys[i].number;
    for (int64_t i = 1; i < zip->count && !bad; i++)
        if (vrp_zip_by_name(&keys[i - 1], &keys[i]) == 0) bad = keys[i].entry;
    if (bad)
        return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: '%s' is there twice", zip->path,
                       (long long)bad->at, bad->name);
    vr_arena_rewind(arena, mark);
    zip->by_name = by_name;
    return true;
}

bool vr_zip_parse(vr_arena *arena, vr_zip *zip, vr_bytes file, const char *path, vr_err *err) {
    *zip = (vr_zip){0};
    vrp_zip_end end = {0};
    if (!vrp_zip_end_read(&end, file, path, err)) return false;
    vr_arena_mark mark = vr_arena_here(arena);
    vr_zip z = {
        .path = vr_arena_string(arena, path, (int64_t)strlen(path)), .file = file, .count = end.count};
    z.entries = VR_NEW(arena, vr_zip_entry, end.count);
    const uint8_t *p = file.data + end.from;
    bool ok = true;
    for (int64_t i = 0; ok && i < z.count; i++)
        ok = vrp_zip_entry_read(arena, &z.entries[i], &p, &z, &end, err);
    if (ok && p != file.data + end.from + end.size)
        ok = vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: the zip directory has more than its %lld entries",
                     path, (long long)(p - file.data), (long long)z.count);
    if (ok && vrp_zip_order(arena, &z, err)) {
        *zip = z;
        return true;
    }
    vr_arena_rewind(arena, mark);
    return false;
}

const vr_zip_entry *vr_zip_find(const vr_zip *zip, const char *name) {
    int64_t lo = 0, hi = zip->count;
    while (lo < hi) {
        int64_t mid = lo + (hi - lo) / 2;
        const vr_zip_entry *e = &zip->entries[zip->by_name[mid]];
        int order = strcmp(e->name, name);
        if (order == 0) return e;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

/* ---- writing ---- */

static uint8_t *vrp_zip_put(uint8_t *p, uint64_t v, int bytes) {
    for (int i = 0; i < bytes; i++) *p++ = (uint8_t)(v >> 8 * i);
    return p;
}

/* What the local header and the directory say alike of an entry: version, flags (UTF-8 names), method, date, checksum,
 * sizes, lengths. A zip64 entry has its sizes, and in the directory its place, in an extra field. */
static uint8_t *vrp_zip_put_facts(uint8_t *p, const vr_zip_item *item, uint32_t crc, bool wide, int extra) {
    p = vrp_zip_put(p, wide ? 45 : 20, 2);
    p = vrp_zip_put(p, 0x0800, 2);
    p = vrp_zip_put(p, 0, 2);
    p = vrp_zip_put(p, 0x00210000, 4);
    p = vrp_zip_put(p, crc, 4);
    p = vrp_zip_put(p, wide ? 0xffffffffu : (uint64_t)item->size, 4);
    p = vrp_zip_put(p, wide ? 0xffffffffu : (uint64_t)item->size, 4);
    p = vrp_zip_put(p, strlen(item->name), 2);
    return vrp_zip_put(p, (uint64_t)extra, 2);
}

static uint8_t *vrp_zip_put_wide(uint8_t *p, const vr_zip_item *item, int fields, int64_t at) {
    p = vrp_zip_put(p, 1, 2);
    p = vrp_zip_put(p, (uint64_t)(8 * fields), 2);
    p = vrp_zip_put(p, (uint64_t)item->size, 8);
    p = vrp_zip_put(p, (uint64_t)item->size, 8);
    return fields == 3 ? vrp_zip_put(p, (uint64_t)at, 8) : p;
}

static uint8_t *vrp_zip_put_end(uint8_t *p, int64_t count, int64_t at, int64_t size, bool wide) {
    if (wide) {
        const uint64_t here = (uint64_t)(at + size);
        p = vrp_zip_put(p, 0x06064b50u, 4);
        p = vrp_zip_put(p, 44, 8);
        p = vrp_zip_put(p, 45 | 45 << 16, 4);
        p = vrp_zip_put(p, 0, 8);
        p = vrp_zip_put(p, (uint64_t)count, 8);
        p = vrp_zip_put(p, (uint64_t)count, 8);
        p = vrp_zip_put(p, (uint64_t)size, 8);
        p = vrp_zip_put(p, (uint64_t)at, 8);
        p = vrp_zip_put(p, 0x07064b50u, 4);
        p = vrp_zip_put(p, 0, 4);
        p = vrp_zip_put(p, here, 8);
        p = vrp_zip_put(p, 1, 4);
    }
    p = vrp_zip_put(p, 0x06054b50u, 4);
    p = vrp_zip_put(p, 0, 4);
    p = vrp_zip_put(p, wide ? 0xffff : (uint64_t)count, 2);
    p = vrp_zip_put(p, wide ? 0xffff : (uint64_t)count, 2);
    p = vrp_zip_put(p, wide ? 0xffffffffu : (uint64_t)size, 4);
    p = vrp_zip_put(p, wide ? 0xffffffffu : (uint64_t)at, 4);
    return vrp_zip_put(p, 0, 2);
}

vr_bytes vr_zip_format(vr_arena *arena, const vr_zip_item *items, int64_t count) {
    int64_t total = 98; /* the end records */
    for (int64_t i = 0; i < count; i++) {
        const int64_t name = (int64_t)strlen(items[i].name);
        VR_CHECK(name <= 65535 && items[i].size >= 0, "'%.64s...' has %lld bytes", items[i].name,
                 (long long)name);
        total += 30 + 46 + 2 * name + 20 + 28 + items[i].size;
    }
    const bool wide = total >= (int64_t)0xffffffffu || count >= 0xffff;
    uint8_t *data = (uint8_t *)vr_arena_alloc(arena, total, 1), *p = data;
    vr_arena_mark mark = vr_arena_here(arena);
    struct vrp_zip_place {
        int64_t at;
        uint32_t crc;
    } *places = (struct vrp_zip_place *)vr_arena_alloc(arena, count, (int64_t)sizeof *places);
    for (int64_t i = 0; i < count; i++) {
        const vr_zip_item *item = &items[i];
        const size_t name = strlen(item->name);
        uint8_t *body = p + 30 + name + (wide ? 20 : 0);
        item->fill(body, item->size, item->context);
        places[i] = (struct vrp_zip_place){.at = p - data, .crc = vr_crc32(0, body, item->size)};
        p = vrp_zip_put(p, 0x04034b50u, 4);
        p = vrp_zip_put_facts(p, item, places[i].crc, wide, wide ? 20 : 0);
        memcpy(p, item->name, name);
        if (wide) vrp_zip_put_wide(p + name, item, 2, 0);
        p = body + item->size;
    }
    const int64_t directory = p - data;
    for (int64_t i = 0; i < count; i++) {
        const size_t name = strlen(items[i].name);
        p = vrp_zip_put(p, 0x02014b50u, 4);
        p = vrp_zip_put(p, wide ? 45 : 20, 2);
        p = vrp_zip_put_facts(p, &items[i], places[i].crc, wide, wide ? 28 : 0);
        p = vrp_zip_put(vrp_zip_put(p, 0, 8), 0, 2); /* comment, disk, attributes */
        p = vrp_zip_put(p, wide ? 0xffffffffu : (uint64_t)places[i].at, 4);
        memcpy(p, items[i].name, name);
        p += name;
        if (wide) p = vrp_zip_put_wide(p, &items[i], 3, places[i].at);
    }
    p = vrp_zip_put_end(p, count, directory, p - data - directory, wide);
    vr_arena_rewind(arena, mark);
    return (vr_bytes){.data = data, .size = p - data};
}

#undef VRP_DEFLATE_RATIO
#undef VRP_STB_TAIL
