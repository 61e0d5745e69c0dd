/* image/gif.c: GIF89a, its first frame on the screen. Colours as in Pillow: a palette that is 0, 1, 2, ... in grey counts
 * as none, and where there is none an index is its own level.
 *
 * Rejected: stb_image's decoder, which draws transparent pixels and what lies around the frame in the background colour,
 * or leaves them black. */
#include "gif_impl.h"

enum { VRP_GIF_CODES = 4096 };

static int64_t vrp_gif_le16(const uint8_t *p) { return p[1] << 8 | p[0]; }

static bool vrp_gif_error(vr_err *err, const char *name, int64_t at, const char *what) {
    return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: %s", name, (long long)at, what);
}

static bool vrp_gif_short(vr_err *err, const char *name, vr_bytes file, int64_t need) {
    return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: unexpected end of file: expected at least %lld bytes",
                   name, (long long)file.size, (long long)need);
}

/* Skips a chain of blocks. */
static bool vrp_gif_blocks(vr_bytes file, int64_t *at, const char *name, vr_err *err) {
    for (;;) {
        if (*at >= file.size) return vrp_gif_short(err, name, file, *at + 1);
        const int64_t n = file.data[*at];
        *at += 1 + n;
        if (n == 0) return true;
    }
}

/* Reads the palette of `flags` at *at; one that is 0, 1, 2, ... in grey changes nothing. */
static bool vrp_gif_colours(vrp_gif *g, vr_bytes file, int64_t *at, int flags, const char *name,
                            vr_err *err) {
    const int n = 2 << (flags & 7);
    if (*at + 3 * n > file.size) return vrp_gif_short(err, name, file, *at + 3 * n);
    const uint8_t *p = file.data + *at;
    bool grey = true;
    for (int i = 0; i < n; i++)
        for (int c = 0; c < 3; c++) grey = grey && p[3 * i + c] == i;
    for (int i = 0; i < 256 && !grey; i++)
        for (int c = 0; c < 3; c++) g->palette[i][c] = i < n ? p[3 * i + c] : 0;
    *at += 3 * n;
    return true;
}

/* The frame, whose separator is at `at`. */
static bool vrp_gif_frame(vrp_gif *g, vr_bytes file, int64_t at, const char *name, vr_err *err) {
    if (at + 11 > file.size) return vrp_gif_short(err, name, file, at + 11);
    const uint8_t *p = file.data + at;
    g->x = vrp_gif_le16(p + 1), g->y = vrp_gif_le16(p + 3);
    g->across = vrp_gif_le16(p + 5), g->down = vrp_gif_le16(p + 7);
    g->width = vr_max(g->width, g->x + g->across), g->height = vr_max(g->height, g->y + g->down);
    g->interlaced = p[9] & 0x40;
    if (g->across == 0 || g->down == 0) return vrp_gif_error(err, name, at + 5, "image without pixels");
    at += 10;
    if ((p[9] & 0x80) && !vrp_gif_colours(g, file, &at, p[9], name, err)) return false;
    if (at >= file.size) return vrp_gif_short(err, name, file, at + 1);
    g->bits = file.data[at++];
    g->data = at;
    if (g->bits < 1 || g->bits > 8)
        return vrp_gif_error(err, name, at - 1, "symbols of other than 1 to 8 bits");
    return vrp_gif_blocks(file, &at, name, err);
}

bool vrp_gif_open(vrp_gif *gif, vr_bytes file, const char *name, vr_err *err) {
    enum { EXTENSION = 0x21, CONTROL = 0xF9, FRAME = 0x2C };
    *gif = (vrp_gif){0};
    if (file.size < 13) return vrp_gif_short(err, name, file, 13);
    gif->width = vrp_gif_le16(file.data + 6), gif->height = vrp_gif_le16(file.data + 8);
    for (int i = 0; i < 256; i++)
        for (int c = 0; c < 3; c++) gif->palette[i][c] = (uint8_t)i;
    int64_t at = 13;
    if ((file.data[10] & 0x80) && !vrp_gif_colours(gif, file, &at, file.data[10], name, err)) return false;
    for (;;) {
        if (at + 2 > file.size) return vrp_gif_short(err, name, file, at + 2);
        const uint8_t *p = file.data + at;
        if (p[0] == FRAME) return vrp_gif_frame(gif, file, at, name, err);
        if (p[0] != EXTENSION) return vrp_gif_error(err, name, at, "expected an image or an extension");
        if (p[1] == CONTROL && at + 7 <= file.size && p[2] >= 4 && (p[3] & 1)) gif->clear = p[6];
        at += 2;
        if (!vrp_gif_blocks(file, &at, name, err)) return false;
    }
}

/* Codes of growing size, from the lowest bit up, in blocks. */
typedef struct vrp_gif_bits {
    const uint8_t *file;
    int64_t at, left; /* the next byte; bytes left in its block */
    uint32_t buffer;
    int count;
} vrp_gif_bits;

/* The next code of n bits; -1 at the end. */
static int vrp_gif_code(vrp_gif_bits *b, int n) {
    while (b->count < n) {
        if (b->left == 0) {
            b->left = b->file[b->at++];
            if (b->left == 0) return b->at--, -1;
        }
        b->buffer |= (uint32_t)b->file[b->at++] << b->count;
        b->count += 8, b->left--;
    }
    const int code = (int)(b->buffer & ((1u << n) - 1));
    b->buffer >>= n, b->count -= n;
    return code;
}

/* The strings of LZW: string c is string before[c] and then last[c]; of the first symbols, `last` alone. */
typedef struct vrp_gif_strings {
    uint16_t before[VRP_GIF_CODES], length[VRP_GIF_CODES];
    uint8_t last[VRP_GIF_CODES];
} vrp_gif_strings;

/* Writes string c, cut at `room`; returns its length. */
static int64_t vrp_gif_write(uint8_t *out, int64_t room, const vrp_gif_strings *s, int c) {
    const int64_t n = s->length[c];
    for (int64_t k = n - 1; k >= 0; k--, c = s->before[c])
        if (k < room) out[k] = s->last[c];
    return vr_min(n, room);
}

/* out = the n indices of the frame. */
static bool vrp_gif_unpack(uint8_t *out, int64_t n, const vrp_gif *g, vr_bytes file, vrp_gif_strings *s,
                           const char *name, vr_err *err) {
    const int clear = 1 << g->bits;
    vrp_gif_bits b = {.file = file.data, .at = g->data};
    for (int c = 0; c < clear; c++) s->length[c] = 1, s->last[c] = (uint8_t)c, s->before[c] = 0;
    int size = g->bits + 1, next = clear + 2, previous = -1;
    for (int64_t done = 0; done < n;) {
        const int code = vrp_gif_code(&b, size);
        if (code == clear) {
            size = g->bits + 1, next = clear + 2, previous = -1;
            continue;
        }
        if (code < 0 || code == clear + 1)
            return vrp_gif_error(err, name, b.at, "the data end before the last pixel");
        if (code > clear && (previous < 0 || code > next || (code == next && next == VRP_GIF_CODES)))
            return vrp_gif_error(err, name, b.at, "invalid code");
        if (previous >= 0 &&
            next < VRP_GIF_CODES) { /* the previous string and the first symbol of this one */
            int first = code == next ? previous : code;
            while (first >= clear) first = s->before[first];
            s->before[next] = (uint16_t)previous;
            s->length[next] = (uint16_t)(s->length[previous] + 1);
            s->last[next] = (uint8_t)first;
            next++;
            if (next == 1 << size && size < 12) size++;
        }
        done += vrp_gif_write(out + done, n - done, s, code);
        previous = code;
    }
    return true;
}

/* The row on which the k-th stored row is shown. */
static int64_t vrp_gif_row(const vrp_gif *g, int64_t k) {
    static const int64_t first[4] = {0, 4, 2, 1}, step[4] = {8, 8, 4, 2};
    if (!g->interlaced) return k;
    for (int pass = 0;; pass++) {
        const int64_t rows = (g->down - first[pass] + step[pass] - 1) / step[pass];
        if (k < vr_max(0, rows)) return first[pass] + k * step[pass];
        k -= vr_max(0, rows);
    }
}

bool vrp_gif_decode(vr_image image, vr_bytes file, const char *name, vr_arena *scratch, vr_err *err) {
    vrp_gif g;
    if (!vrp_gif_open(&g, file, name, err)) return false;
    const vr_arena_mark mark = vr_arena_here(scratch);
    uint8_t *indices = (uint8_t *)vr_arena_alloc(scratch, g.across * g.down, 1);
    vrp_gif_strings *strings = (vrp_gif_strings *)vr_arena_alloc(scratch, 1, sizeof *strings);
    const bool ok = vrp_gif_unpack(indices, g.across * g.down, &g, file, strings, name, err);
    if (ok && g.across * g.down < g.width * g.height)
        for (int64_t i = 0; i < g.width * g.height; i++)
            for (int c = 0; c < 3; c++) image.pixels[3 * i + c] = g.palette[g.clear][c];
    for (int64_t k = 0; ok && k < g.down; k++) {
        uint8_t *out = image.pixels + ((g.y + vrp_gif_row(&g, k)) * g.width + g.x) * 3;
        for (int64_t x = 0; x < g.across; x++)
            for (int c = 0; c < 3; c++) out[3 * x + c] = g.palette[indices[k * g.across + x]][c];
    }
    vr_arena_rewind(scratch, mark);
    return ok;
}
