/* format/tar.c: one pass over the headers; the data between them is not read.
 *
 * A header of 512 bytes describes the data after it. Long names are separate entries before the one they belong to:
 * GNU's types 'L' and 'K' hold the path and the target of a link, pax's type 'x' holds records of the form
 * "length key=value". A hard link has the data of an earlier file; links are resolved after the pass. */
#include "tar_impl.h"
#include "../base/names.h"
#include "../base/os.h"
#include "zip_impl.h"
#include <string.h>

#define VRP_TAR_BLOCK 512

/* A hard link: its entry and the path that it links to. */
typedef struct vrp_tar_link {
    const char *target;
    int64_t entry;
} vrp_tar_link;

typedef struct vrp_tar_reader {
    vr_arena *arena;
    vr_bytes bytes;
    const char *name;
    vr_err *err;
    vr_tar *tar;
    int64_t capacity;
    char *pool; /* free memory for paths */
    int64_t pool_left;
    vr_bytes long_path, long_link; /* from L, K or x, for the next entry */
    int64_t long_size;             /* from x; -1 = none */
    vrp_tar_link *links;
    int64_t link_count, link_capacity;
} vrp_tar_reader;

static bool vrp_tar_error(const vrp_tar_reader *r, int64_t at, const char *what) {
    return vr_fail(r->err, VR_ERR_FORMAT, "%s: byte %lld: %s", r->name, (long long)at, what);
}

/* An octal field, terminated by a space, a 0 or its end; or GNU's base 256, marked by the first bit. -1 = neither. */
static int64_t vrp_tar_number(const uint8_t *p, int n) {
    int64_t value = 0;
    int i = 0;
    if (p[0] & 0x80) {
        if (p[0] != 0x80) return -1; /* negative, or beyond 2^63 */
        for (i = 1; i < n; i++) {
            if (value >> 54) return -1;
            value = value << 8 | p[i];
        }
        return value;
    }
    while (i < n && p[i] == ' ') i++;
    for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
        value = value << 3 | (p[i] - '0'); /* 12 digits at most */
    for (; i < n; i++)
        if (p[i] != ' ' && p[i] != 0) return -1;
    return value;
}

/* The sum of the header's bytes, the checksum field counted as spaces; some old tars summed signed bytes. */
static bool vrp_tar_checksum_ok(const uint8_t *h) {
    const int64_t declared = vrp_tar_number(h + 148, 8);
    int64_t sum = 8 * ' ', high = 0;
    for (int i = 0; i < VRP_TAR_BLOCK; i++) {
        if (i >= 148 && i < 156) continue;
        sum += h[i];
        high += h[i] >> 7;
    }
    return declared >= 0 && (declared == sum || declared == sum - 256 * high);
}

static int64_t vrp_tar_length(const uint8_t *p, int64_t most) {
    const uint8_t *end = (const uint8_t *)memchr(p, 0, (size_t)most);
    return end ? end - p : most;
}

/* Takes "." and empty parts out of a path, and ".." with the part before it; nothing is above the top. A "/" at the end,
 * the mark of a directory, stays. */
static void vrp_tar_normalize(char *path) {
    const char *from = path;
    char *to = path;
    while (*from) {
        const size_t n = strcspn(from, "/");
        const bool slash = from[n] == '/';
        if (n == 2 && from[0] == '.' && from[1] == '.') {
            if (to > path) to--;
            while (to > path && to[-1] != '/') to--;
        } else if (n > 0 && !(n == 1 && from[0] == '.')) {
            memmove(to, from, n);
            to += n;
            if (slash) *to++ = '/';
        }
        from += n + slash;
    }
    *to = 0;
}

/* a/b as one string, packed without alignment, since an archive may have a million paths. */
static const char *vrp_tar_path(vrp_tar_reader *r, vr_bytes a, vr_bytes b) {
    const int64_t n = a.size + b.size + 2;
    if (r->pool_left < n) {
        r->pool_left = vr_max(n, (int64_t)1 << 16);
        r->pool = (char *)vr_arena_alloc(r->arena, r->pool_left, 1);
    }
    char *path = r->pool, *to = path;
    if (a.size > 0) {
        memcpy(to, a.data, (size_t)a.size);
        to += a.size;
        *to++ = '/';
    }
    memcpy(to, b.data, (size_t)b.size);
    to += b.size;
    *to++ = 0;
    r->pool_left -= to - path;
    r->pool = to;
    vrp_tar_normalize(path);
    return path;
}

/* The records of a pax header: "length key=value\n", the length counting all of the record. */
static bool vrp_tar_pax(vrp_tar_reader *r, int64_t at, int64_t size, bool global) {
    const uint8_t *p = r->bytes.data;
    for (const int64_t end = at + size; at < end;) {
        int64_t n = 0, i = at;
        for (; i < end && p[i] >= '0' && p[i] <= '9' && n < (int64_t)1 << 40; i++) n = n * 10 + p[i] - '0';
        if (i == at || i == end || p[i] != ' ' || n <= i + 1 - at || n > end - at || p[at + n - 1] != '\n')
            return vrp_tar_error(r, at, "invalid length of a pax record");
        const uint8_t *key = p + i + 1, *last = p + at + n - 1;
        const uint8_t *equals = (const uint8_t *)memchr(key, '=', (size_t)(last - key));
        if (!equals) return vrp_tar_error(r, at, "pax record without '='");
        const vr_bytes value = {.data = equals + 1, .size = last - equals - 1};
        const int64_t k = equals - key;
        const bool path = k == 4 && memcmp(key, "path", 4) == 0,
                   link = k == 8 && memcmp(key, "linkpath", 8) == 0,
                   length = k == 4 && memcmp(key, "size", 4) == 0;
        if (k >= 11 && memcmp(key, "GNU.sparse.", 11) == 0)
            return vr_fail(r->err, VR_ERR_UNSUPPORTED, "%s: byte %lld: unsupported: sparse file", r->name,
                           (long long)at);
        if ((path || link || length) && global)
            return vr_fail(r->err, VR_ERR_UNSUPPORTED,
                           "%s: byte %lld: unsupported: global pax header with a path or size", r->name,
                           (long long)at);
        if (path || link) {
            if (value.size == 0 || memchr(value.data, 0, (size_t)value.size))
                return vrp_tar_error(r, at, "empty path, or a path with a zero byte");
            *(path ? &r->long_path : &r->long_link) = value;
        }
        if (length) {
            r->long_size = 0;
            for (int64_t j = 0; j < value.size && r->long_size >= 0; j++)
                r->long_size = value.data[j] >= '0' && value.data[j] <= '9' && r->long_size < INT64_MAX / 20
                                   ? r->long_size * 10 + value.data[j] - '0'
                                   : -1;
            if (value.size == 0 || r->long_size < 0) return vrp_tar_error(r, at, "invalid size");
        }
        at += n;
    }
    return true;
}

static void vrp_tar_add(vrp_tar_reader *r, vr_tar_entry entry) {
    vr_tar *t = r->tar;
    if (t->count == r->capacity) { /* the old arrays stay in the arena: at most as much again */
        r->capacity = vr_max(64, 2 * r->capacity);
        vr_tar_entry *more = (vr_tar_entry *)vr_arena_alloc(r->arena, r->capacity, sizeof *more);
        if (t->count > 0) memcpy(more, t->entries, (size_t)t->count * sizeof *more);
        t->entries = more;
    }
    t->entries[t->count++] = entry;
}

/* Stores the target of the hard link whose entry was added last. */
static void vrp_tar_add_link(vrp_tar_reader *r, const uint8_t *h) {
    if (r->link_count == r->link_capacity) {
        r->link_capacity = vr_max(64, 2 * r->link_capacity);
        vrp_tar_link *more = (vrp_tar_link *)vr_arena_alloc(r->arena, r->link_capacity, sizeof *more);
        if (r->link_count > 0) memcpy(more, r->links, (size_t)r->link_count * sizeof *more);
        r->links = more;
    }
    const vr_bytes target =
        r->long_link.data ? r->long_link : (vr_bytes){h + 157, vrp_tar_length(h + 157, 100)};
    r->links[r->link_count++] = (vrp_tar_link){vrp_tar_path(r, (vr_bytes){0}, target), r->tar->count - 1};
}

/* The path of the entry whose header is h. */
static const char *vrp_tar_entry_path(vrp_tar_reader *r, const uint8_t *h) {
    if (r->long_path.data) return vrp_tar_path(r, (vr_bytes){0}, r->long_path);
    vr_bytes prefix = {0}; /* GNU's magic is "ustar  ": it has other fields here */
    if (memcmp(h + 257, "ustar", 6) == 0) prefix = (vr_bytes){h + 345, vrp_tar_length(h + 345, 155)};
    return vrp_tar_path(r, prefix, (vr_bytes){h, vrp_tar_length(h, 100)});
}

/* Reads one entry; *at moves to the end of its data. */
static bool vrp_tar_entry(vrp_tar_reader *r, int64_t *at) {
    const uint8_t *h = r->bytes.data + *at;
    const int64_t from = *at + VRP_TAR_BLOCK, left = r->bytes.size - from;
    if (!vrp_tar_checksum_ok(h)) return vrp_tar_error(r, *at, "not a tar header: checksum mismatch");
    const int type = h[156];
    const bool describes = type == 'L' || type == 'K' || type == 'x' || type == 'g'; /* the next entry */
    int64_t size = vrp_tar_number(h + 124, 12);
    if (!describes && r->long_size >= 0) size = r->long_size;
    /* Links, devices and directories may declare a size without having data. */
    if (type >= '1' && type <= '6') size = 0;
    if (size < 0) return vrp_tar_error(r, *at + 124, "invalid size");
    if (size > left || (size + VRP_TAR_BLOCK - 1) / VRP_TAR_BLOCK * VRP_TAR_BLOCK > left)
        return vr_fail(r->err, VR_ERR_FORMAT,
                       "%s: byte %lld: unexpected end of file: expected %lld bytes of data, found %lld",
                       r->name, (long long)*at, (long long)size, (long long)left);
    *at = from + (size + VRP_TAR_BLOCK - 1) / VRP_TAR_BLOCK * VRP_TAR_BLOCK;
    if (type == 'x' || type == 'g') return vrp_tar_pax(r, from, size, type == 'g');
    if (type == 'L' || type == 'K') {
        const vr_bytes name = {h + VRP_TAR_BLOCK, vrp_tar_length(h + VRP_TAR_BLOCK, size)};
        if (name.size == 0) return vrp_tar_error(r, from, "empty long name");
        *(type == 'L' ? &r->long_path : &r->long_link) = name;
    }
    if (describes) return true;
    if (type == 'S' || type == 'M')
        return vr_fail(r->err, VR_ERR_UNSUPPORTED,
                       "%s: byte %lld: unsupported: sparse file or multi-volume archive", r->name,
                       (long long)(from - VRP_TAR_BLOCK));
    if (type == 0 || type == '0' || type == '1' || type == '7') {
        const char *path = vrp_tar_entry_path(r, h);
        const size_t n = strlen(path);
        if (n == 0) return vrp_tar_error(r, from - VRP_TAR_BLOCK, "file without a name");
        if (path[n - 1] != '/') /* a directory of a v7 archive */
            vrp_tar_add(r, (vr_tar_entry){.path = path, .data = {h + VRP_TAR_BLOCK, size}});
        if (path[n - 1] != '/' && type == '1') vrp_tar_add_link(r, h);
    } else if (type != '5') {
        r->tar->others++;
    }
    r->long_path = r->long_link = (vr_bytes){0};
    r->long_size = -1;
    return true;
}

/* Gives each hard link the data of the last entry of its path before it; one that does not link to a file in the archive
 * is dropped and counted in `others`, and so is a file that a later one of its path replaces. */
static void vrp_tar_resolve(vrp_tar_reader *r) {
    vr_tar *t = r->tar;
    const vr_arena_mark mark = vr_arena_here(r->arena);
    vr_names paths = {.arena = r->arena};
    vr_names_reserve(&paths, t->count);
    int64_t *last = VR_NEW(r->arena, int64_t, t->count), *path = VR_NEW(r->arena, int64_t, t->count),
            link = 0, kept = 0; /* last: by path, the last entry */
    for (int64_t i = 0; i < t->count; i++) {
        vr_tar_entry *e = &t->entries[i];
        if (link < r->link_count && r->links[link].entry == i) {
            const char *target = r->links[link++].target;
            const int64_t found = vr_names_find(&paths, target, (int64_t)strlen(target));
            e->data = found >= 0 ? t->entries[last[found]].data : (vr_bytes){0};
        }
        path[i] = vr_names_add(&paths, e->path, (int64_t)strlen(e->path));
        last[path[i]] = i;
    }
    for (int64_t i = 0; i < t->count; i++)
        if (t->entries[i].data.data && last[path[i]] == i) t->entries[kept++] = t->entries[i];
    t->others += t->count - kept;
    t->count = kept;
    vr_arena_rewind(r->arena, mark);
}

static bool vrp_tar_all(vrp_tar_reader *r) {
    static const uint8_t zeros[VRP_TAR_BLOCK];
    for (int64_t at = 0; r->bytes.size - at >= VRP_TAR_BLOCK;) {
        if (memcmp(r->bytes.data + at, zeros, VRP_TAR_BLOCK) == 0)
            return (!r->long_path.data && !r->long_link.data && r->long_size < 0) ||
                   vrp_tar_error(r, at, "long name or size without an entry");
        if (!vrp_tar_entry(r, &at)) return false;
    }
    return vrp_tar_error(r, r->bytes.size, "unexpected end of file: missing end-of-archive marker");
}

bool vrp_tar_parse(vr_arena *arena, vr_tar *tar, vr_bytes bytes, const char *name, vr_err *err) {
    *tar = (vr_tar){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    tar->path = vr_arena_string(arena, name, (int64_t)strlen(name));
    vrp_tar_reader r = {
        .arena = arena, .bytes = bytes, .name = name, .err = err, .tar = tar, .long_size = -1};
    if (vrp_tar_all(&r)) {
        vrp_tar_resolve(&r);
        return true;
    }
    vr_arena_rewind(arena, mark);
    *tar = (vr_tar){0};
    return false;
}

/* Refuses what is compressed in another way than by gzip. */
static bool vrp_tar_compression(vr_bytes bytes, const char *path, vr_err *err) {
    static const struct {
        const char *magic, *name, *remedy;
        int size;
    } kinds[] = {{"\xFD\x37zXZ", "xz", "unxz", 5},
                 {"BZh", "bzip2", "bunzip2", 3},
                 {"\x28\xB5\x2F\xFD", "zstd", "unzstd", 4},
                 {"PK\x03\x04", "zip", "unzip", 4}};
    for (int i = 0; i < (int)(sizeof kinds / sizeof *kinds); i++)
        if (bytes.size >= kinds[i].size && memcmp(bytes.data, kinds[i].magic, (size_t)kinds[i].size) == 0)
            return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: unsupported: %s in place of gzip (%s unpacks it)",
                           path, kinds[i].name, kinds[i].remedy);
    return true;
}

bool vr_tar_load(vr_arena *arena, vr_tar *tar, const char *path, vr_err *err) {
    *tar = (vr_tar){0};
    const vr_arena_mark mark = vr_arena_here(arena);
    vr_bytes bytes;
    bool ok = vr_file_map(arena, &bytes, path, err) && vrp_tar_compression(bytes, path, err);
    if (ok && bytes.size >= 2 && bytes.data[0] == 0x1f && bytes.data[1] == 0x8b)
        ok = vrp_gunzip(arena, &bytes, bytes, INT32_MAX, path, err);
    if (ok && vrp_tar_parse(arena, tar, bytes, path, err)) return true;
    vr_arena_rewind(arena, mark);
    return false;
}

#undef VRP_TAR_BLOCK
