/* image/bmp.c: the layouts that Pillow reads, with its arithmetic.
 *
 * Rejected: stb_image's decoder, which takes a wrong length of OS/2's palettes and leaves the entries that a file does not
 * have uninitialized, knows three of the seven headers, and scales 5 bits by repeating them. */
#include "bmp_impl.h"

static int64_t vrp_bmp_le16(const uint8_t *p) { return p[1] << 8 | p[0]; }
static int64_t vrp_bmp_le32(const uint8_t *p) { return vrp_bmp_le16(p + 2) << 16 | vrp_bmp_le16(p); }

static bool vrp_bmp_error(vr_err *err, vr_err_code code, const char *name, int64_t at, const char *what) {
    return vr_fail(err, code, "%s: byte %lld: %s", name, (long long)at, what);
}

static bool vrp_bmp_short(vr_err *err, const char *name, vr_bytes file, int64_t need) {
    return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: unexpected end of file: expected at least %lld bytes",
                   name, (long long)file.size, (long long)need);
}

/* Where the colours lie, from three or four masks. False for a layout that is not among Pillow's. */
static bool vrp_bmp_masks(vrp_bmp *b, const int64_t mask[4]) {
    static const struct {
        int bits;
        int64_t mask[4];
    } known[] = {{32, {0xFF0000, 0xFF00, 0xFF, 0}},
                 {32, {0xFF000000, 0xFF0000, 0xFF00, 0}},
                 {32, {0xFF000000, 0xFF00, 0xFF, 0}},
                 {32, {0xFF000000, 0xFF0000, 0xFF00, 0xFF}},
                 {32, {0xFF, 0xFF00, 0xFF0000, 0xFF000000}},
                 {32, {0xFF0000, 0xFF00, 0xFF, 0xFF000000}},
                 {32, {0xFF000000, 0xFF00, 0xFF, 0xFF0000}},
                 {24, {0xFF0000, 0xFF00, 0xFF, 0}},
                 {16, {0xF800, 0x7E0, 0x1F, 0}},
                 {16, {0x7C00, 0x3E0, 0x1F, 0}}};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        bool equal = known[k].bits == b->bits;
        for (int c = 0; c < 3; c++) equal = equal && mask[c] == known[k].mask[c];
        if (!equal || (b->bits == 32 && mask[3] != known[k].mask[3])) continue;
        for (int c = 0; c < 3; c++) {
            b->shift[c] = __builtin_ctzll((unsigned long long)mask[c]);
            b->most[c] = (int)(mask[c] >> b->shift[c]);
        }
        return true;
    }
    return false;
}

/* The place of the colours of 16 bits and more. header: bytes of the header, whose masks are in it or behind it. */
static bool vrp_bmp_fields(vrp_bmp *b, vr_bytes file, int64_t header, bool masks, const char *name,
                           vr_err *err) {
    int64_t mask[4] = {0xFF0000, 0xFF00, 0xFF, 0};
    if (b->bits == 16) mask[0] = 0x7C00, mask[1] = 0x3E0, mask[2] = 0x1F;
    if (masks) {
        if (header == 40 && file.size < 66) return vrp_bmp_short(err, name, file, 66);
        for (int c = 0; c < 4; c++)
            mask[c] = c < 3 || header >= 56 ? vrp_bmp_le32(file.data + 54 + 4 * c) : 0;
        if (b->bits == 32 && !mask[0] && !mask[1] && !mask[2] && !mask[3]) /* left out by some writers */
            mask[0] = 0xFF0000, mask[1] = 0xFF00, mask[2] = 0xFF;
    }
    return vrp_bmp_masks(b, mask) ||
           vrp_bmp_error(err, VR_ERR_UNSUPPORTED, name, 54, "unsupported: BMP with unusual bit fields");
}

/* A palette of `colours` entries of `unit` bytes, blue first, from byte `at` on. */
static bool vrp_bmp_colours(vrp_bmp *b, vr_bytes file, int64_t at, int64_t colours, int64_t unit,
                            const char *name, vr_err *err) {
    if (colours > 256)
        return vrp_bmp_error(err, VR_ERR_UNSUPPORTED, name, 46,
                             "unsupported: BMP with more than 256 colours");
    bool grey = true;
    for (int64_t i = 0; i < colours; i++) {
        if (at + unit * (i + 1) > file.size) return vrp_bmp_short(err, name, file, at + unit * colours);
        const uint8_t *p = file.data + at + unit * i;
        const int level = colours == 2 && i == 1 ? 255 : (int)i;
        for (int c = 0; c < 3; c++) {
            b->palette[i][c] = p[2 - c];
            grey = grey && p[c] == level;
        }
    }
    if (!grey) return true;
    /* Pillow takes such an image for one of 1 or 8 bits. */
    if (b->bits != (colours <= 2 ? 1 : 8))
        return vrp_bmp_error(err, VR_ERR_UNSUPPORTED, name, at,
                             "unsupported: BMP with a grey palette of another depth");
    for (int i = 0; i < 256; i++)
        for (int c = 0; c < 3; c++) b->palette[i][c] = (uint8_t)(b->bits == 1 ? 255 * (i > 0) : i);
    return true;
}

bool vrp_bmp_open(vrp_bmp *bmp, vr_bytes file, const char *name, vr_err *err) {
    enum { COPIED = 0, FIELDS = 3 }; /* kinds of packing */
    *bmp = (vrp_bmp){0};
    const uint8_t *p = file.data;
    if (file.size < 26) return vrp_bmp_short(err, name, file, 26);
    const int64_t header = vrp_bmp_le32(p + 14);
    const bool old = header == 12;
    if (!old && header != 40 && header != 52 && header != 56 && header != 64 && header != 108 &&
        header != 124)
        return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: byte 14: unsupported: BMP with a header of %lld bytes",
                       name, (long long)header);
    if (file.size < 14 + header) return vrp_bmp_short(err, name, file, 14 + header);
    bmp->width = old ? vrp_bmp_le16(p + 18) : vrp_bmp_le32(p + 18);
    bmp->height = old ? vrp_bmp_le16(p + 20) : vrp_bmp_le32(p + 22);
    bmp->from_top = !old && p[25] == 0xFF; /* negative */
    if (bmp->from_top) bmp->height = ((int64_t)1 << 32) - bmp->height;
    const int64_t bits = vrp_bmp_le16(p + (old ? 24 : 28)), packing = old ? COPIED : vrp_bmp_le32(p + 30);
    if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32)
        return vrp_bmp_error(err, VR_ERR_UNSUPPORTED, name, old ? 24 : 28,
                             "unsupported: BMP of this number of bits");
    if (packing != COPIED && (packing != FIELDS || bits <= 8 || header == 64))
        return vrp_bmp_error(err, VR_ERR_UNSUPPORTED, name, 30, "unsupported: compressed BMP");
    bmp->bits = (int)bits;
    if (bits > 8 && !vrp_bmp_fields(bmp, file, header, packing == FIELDS, name, err)) return false;
    const int64_t unit = old ? 3 : 4, stated = old ? 0 : vrp_bmp_le32(p + 46);
    const int64_t colours = stated ? stated : (int64_t)1 << bits;
    if (bits <= 8 && !vrp_bmp_colours(bmp, file, 14 + header, colours, unit, name, err)) return false;
    const int64_t before = 14 + header +
                           (bits <= 8                           ? unit * colours
                            : packing == FIELDS && header == 40 ? 12
                                                                : 0);
    bmp->offset = vrp_bmp_le32(p + 10); /* some writers forget it, others the palette */
    if (bmp->offset == 0 || (bits <= 8 && bmp->offset == 14 + header)) bmp->offset = before;
    bmp->stride = (bmp->width * bits + 31) / 32 * 4;
    return true;
}

bool vrp_bmp_decode(vr_image image, vr_bytes file, const char *name, vr_err *err) {
    vrp_bmp b;
    if (!vrp_bmp_open(&b, file, name, err)) return false;
    const int bytes = b.bits / 8;
    for (int64_t y = 0; y < b.height; y++) {
        const uint8_t *row = file.data + b.offset + (b.from_top ? y : b.height - 1 - y) * b.stride;
        uint8_t *out = image.pixels + y * b.width * 3;
        for (int64_t x = 0; x < b.width; x++, out += 3) {
            if (bytes <= 1) {
                const int64_t at = x * b.bits;
                const int v = row[at / 8] >> (8 - b.bits - at % 8) & ((1 << b.bits) - 1);
                for (int c = 0; c < 3; c++) out[c] = b.palette[v][c];
                continue;
            }
            uint32_t v = 0;
            for (int k = 0; k < bytes; k++) v |= (uint32_t)row[x * bytes + k] << (8 * k);
            for (int c = 0; c < 3; c++) {
                const int part = (int)(v >> b.shift[c] & (uint32_t)b.most[c]);
                out[c] = (uint8_t)(b.most[c] == 255 ? part : part * 255 / b.most[c]);
            }
        }
    }
    return true;
}
