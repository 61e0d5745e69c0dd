/* image/inspect.c: one walk per file format, before stb decodes the file.
 *
 * stb reads zeros beyond the end of a file, so that a truncated BMP, TGA or PSD would silently become a half-black image,
 * and it allocates what a header declares. image/jpeg relies on complete segments and valid table numbers. The walk
 * takes microseconds. Rejected: patching stb, which the distribution updates and the user may have a copy of. */
#include "inspect_impl.h"
#include "../base/crc32.h"
#include "../base/os.h"
#include "bmp_impl.h"
#include "exif_impl.h"
#include "gif_impl.h"
#include <string.h>

typedef struct vrp_inspect_file {
    const uint8_t *p;
    int64_t size;
    const char *name;
    vr_err *err;
    vrp_image_info *info;
    int64_t max_pixels;
    vrp_exif *exif;
} vrp_inspect_file;

static bool vrp_inspect_error(const vrp_inspect_file *f, int64_t at, const char *what) {
    return vr_fail(f->err, VR_ERR_FORMAT, "%s: byte %lld: %s", f->name, (long long)at, what);
}

static bool vrp_inspect_unsupported(const vrp_inspect_file *f, int64_t at, const char *what) {
    return vr_fail(f->err, VR_ERR_UNSUPPORTED, "%s: byte %lld: %s", f->name, (long long)at, what);
}

static bool vrp_inspect_short(const vrp_inspect_file *f, int64_t need) {
    return vr_fail(f->err, VR_ERR_FORMAT,
                   "%s: byte %lld: unexpected end of file: expected at least %lld bytes", f->name,
                   (long long)f->size, (long long)need);
}

static int64_t vrp_inspect_be16(const uint8_t *p) { return p[0] << 8 | p[1]; }
static int64_t vrp_inspect_be32(const uint8_t *p) {
    return vrp_inspect_be16(p) << 16 | vrp_inspect_be16(p + 2);
}
static int64_t vrp_inspect_le16(const uint8_t *p) { return p[1] << 8 | p[0]; }

/* Stores the declared size, within the limits. */
static bool vrp_inspect_size(const vrp_inspect_file *f, int64_t at, int64_t width, int64_t height) {
    const int64_t side = 1 << 16; /* STBI_MAX_DIMENSIONS */
    if (width <= 0 || height <= 0) return vrp_inspect_error(f, at, "image without pixels");
    if (width > side || height > side || width * height > f->max_pixels)
        return vr_fail(f->err, VR_ERR_LIMIT,
                       "%s: byte %lld: declares %lld x %lld pixels; the limit is %lld a side and %lld in all "
                       "(--max-pixels, up to %lld)",
                       f->name, (long long)at, (long long)width, (long long)height, (long long)side,
                       (long long)f->max_pixels, (long long)VR_IMAGE_MAX_PIXELS);
    f->info->width = width;
    f->info->height = height;
    return true;
}

/* ---- JPEG: ITU-T T.81, annex B ---- */

typedef struct vrp_inspect_jpeg {
    bool progressive;
    int components, id[4], sampling[4], table[4]; /* sampling: h << 4 | v */
    unsigned quantizers, dc, ac;                  /* bit t: table t is defined */
    unsigned begun;                               /* bit c: component c has its first scan */
    int64_t blocks, scan_bytes;
} vrp_inspect_jpeg;

/* An APP1 segment: EXIF, of which further segments continue the first, or XMP, of which the last counts. */
static bool vrp_inspect_app1(const vrp_inspect_file *f, int64_t at, int64_t n) {
    static const char xmp[] = "http://ns.adobe.com/xap/1.0/"; /* and its closing 0 */
    const uint8_t *p = f->p + at;
    if (n >= (int64_t)sizeof xmp && memcmp(p, xmp, sizeof xmp) == 0)
        f->exif->xmp = (vr_bytes){p + sizeof xmp, n - (int64_t)sizeof xmp};
    if (n < 6 || memcmp(p, "Exif\0\0", 6) != 0) return true;
    if (f->exif->parts == VRP_EXIF_PARTS)
        return vrp_inspect_unsupported(f, at, "unsupported: EXIF in more than 16 segments");
    int64_t mark = 6; /* some writers repeat it in the first segment */
    if (f->exif->parts == 0 && n >= 12 && memcmp(p + 6, p, 6) == 0) mark = 12;
    f->exif->part[f->exif->parts++] = (vr_bytes){p + mark, n - mark};
    return true;
}

/* SOF0, 1 and 2: size, components and the number of 8 x 8 blocks. */
static bool vrp_inspect_jpeg_frame(const vrp_inspect_file *f, vrp_inspect_jpeg *j, int64_t at, int64_t n) {
    const uint8_t *p = f->p + at;
    if (j->components) return vrp_inspect_error(f, at, "second frame header");
    if (n < 6) return vrp_inspect_error(f, at, "frame header too short");
    if (p[0] != 8) return vrp_inspect_unsupported(f, at, "unsupported: JPEG with other than 8 bits");
    const int64_t height = vrp_inspect_be16(p + 1), width = vrp_inspect_be16(p + 3);
    if (p[5] != 1 && p[5] != 3 && p[5] != 4)
        return vrp_inspect_error(f, at + 5, "expected 1, 3 or 4 components");
    j->components = p[5];
    if (n != 6 + 3 * j->components) return vrp_inspect_error(f, at, "invalid length of the frame header");
    if (!vrp_inspect_size(f, at, width, height)) return false;
    int64_t h_max = 1, v_max = 1;
    for (int c = 0; c < j->components; c++) {
        const uint8_t *q = p + 6 + 3 * c;
        const int64_t h = q[1] >> 4, v = q[1] & 15;
        if (h < 1 || h > 4 || v < 1 || v > 4)
            return vrp_inspect_error(f, q + 1 - f->p, "sampling factor out of range 1..4");
        if (q[2] > 3) return vrp_inspect_error(f, q + 2 - f->p, "quantization table out of range 0..3");
        j->id[c] = q[0], j->sampling[c] = q[1], j->table[c] = q[2];
        h_max = vr_max(h_max, h), v_max = vr_max(v_max, v);
    }
    for (int c = 0; c < j->components; c++) {
        const int64_t w = (width * (j->sampling[c] >> 4) + h_max - 1) / h_max;
        const int64_t h = (height * (j->sampling[c] & 15) + v_max - 1) / v_max;
        j->blocks += (w + 7) / 8 * ((h + 7) / 8);
    }
    return true;
}

static bool vrp_inspect_jpeg_huffman(const vrp_inspect_file *f, vrp_inspect_jpeg *j, int64_t at, int64_t n) {
    while (n > 0) {
        if (n < 17) return vrp_inspect_error(f, at, "truncated Huffman table");
        const int id = f->p[at];
        int64_t symbols = 0;
        for (int i = 1; i <= 16; i++) symbols += f->p[at + i];
        if ((id & 15) > 3 || id >> 4 > 1) return vrp_inspect_error(f, at, "Huffman table out of range 0..3");
        if (symbols > 256) return vrp_inspect_error(f, at, "Huffman table with more than 256 symbols");
        if (17 + symbols > n) return vrp_inspect_error(f, at, "truncated Huffman table");
        *(id >> 4 ? &j->ac : &j->dc) |= 1u << (id & 15);
        at += 17 + symbols, n -= 17 + symbols;
    }
    return true;
}

static bool vrp_inspect_jpeg_quantizers(const vrp_inspect_file *f, vrp_inspect_jpeg *j, int64_t at,
                                        int64_t n) {
    while (n > 0) {
        const int id = f->p[at];
        const int64_t bytes = id >> 4 ? 129 : 65;
        if ((id & 15) > 3 || id >> 4 > 1)
            return vrp_inspect_error(f, at, "quantization table out of range 0..3");
        if (bytes > n) return vrp_inspect_error(f, at, "truncated quantization table");
        j->quantizers |= 1u << (id & 15);
        at += bytes, n -= bytes;
    }
    return true;
}

/* A scan header; its tables have to be defined before it. */
static bool vrp_inspect_jpeg_scan(const vrp_inspect_file *f, vrp_inspect_jpeg *j, int64_t at, int64_t n) {
    const uint8_t *p = f->p + at;
    if (!j->components) return vrp_inspect_error(f, at, "scan before the frame header");
    if (n < 4 || p[0] < 1 || p[0] > j->components || n != 4 + 2 * p[0])
        return vrp_inspect_error(f, at, "invalid length of the scan header");
    const int first = p[1 + 2 * p[0]], high = p[3 + 2 * p[0]] >> 4;
    const bool needs_dc = !j->progressive || (first == 0 && high == 0),
               needs_ac = !j->progressive || first > 0;
    for (int i = 0; i < p[0]; i++) {
        int c = 0;
        while (c < j->components && j->id[c] != p[1 + 2 * i]) c++;
        if (c == j->components) return vrp_inspect_error(f, at + 1 + 2 * i, "scan of an unknown component");
        const int dc = p[2 + 2 * i] >> 4, ac = p[2 + 2 * i] & 15;
        if (dc > 3 || ac > 3) return vrp_inspect_error(f, at + 2 + 2 * i, "Huffman table out of range 0..3");
        if (!(j->quantizers >> j->table[c] & 1) || (needs_dc && !(j->dc >> dc & 1)) ||
            (needs_ac && !(j->ac >> ac & 1)))
            return vrp_inspect_error(f, at + 2 + 2 * i, "scan with an undefined table");
        if (needs_dc) j->begun |= 1u << c;
        if (!(j->begun >> c & 1)) return vrp_inspect_error(f, at, "component refined before its first scan");
    }
    return true;
}

/* Skips compressed data; returns the byte of the marker after it, or the size of the file. */
static int64_t vrp_inspect_jpeg_entropy(const vrp_inspect_file *f, int64_t at) {
    while (at < f->size) {
        const uint8_t *ff = (const uint8_t *)memchr(f->p + at, 0xFF, (size_t)(f->size - at));
        if (!ff) return f->size;
        at = ff - f->p;
        if (at + 1 >= f->size) return f->size;
        const int next = f->p[at + 1];
        if (next == 0 || (next >= 0xD0 && next <= 0xD7))
            at += 2; /* a stuffed 0xFF, a restart */
        else if (next == 0xFF)
            at += 1; /* fill */
        else
            return at;
    }
    return f->size;
}

static bool vrp_inspect_jpeg_end(const vrp_inspect_file *f, const vrp_inspect_jpeg *j, int64_t at) {
    if (!j->components || !j->begun) return vrp_inspect_error(f, at, "JPEG without an image");
    if (j->begun != (1u << j->components) - 1) return vrp_inspect_error(f, at, "component without a scan");
    /* A block takes at least one bit for its DC and, in a sequential file, one for its end. */
    if (j->scan_bytes * (j->progressive ? 8 : 4) < j->blocks)
        return vr_fail(f->err, VR_ERR_FORMAT,
                       "%s: byte %lld: %lld bytes of data cannot hold %lld x %lld pixels", f->name,
                       (long long)at, (long long)j->scan_bytes, (long long)f->info->width,
                       (long long)f->info->height);
    return true;
}

static bool vrp_inspect_jpeg_segment(const vrp_inspect_file *f, vrp_inspect_jpeg *j, int marker, int64_t at,
                                     int64_t n) {
    switch (marker) {
    case 0xC0:
    case 0xC1:
    case 0xC2:
        j->progressive = marker == 0xC2;
        return vrp_inspect_jpeg_frame(f, j, at, n);
    case 0xC4:
        return vrp_inspect_jpeg_huffman(f, j, at, n);
    case 0xDB:
        return vrp_inspect_jpeg_quantizers(f, j, at, n);
    case 0xDA:
        return vrp_inspect_jpeg_scan(f, j, at, n);
    case 0xE1:
        return j->begun || vrp_inspect_app1(f, at, n); /* behind the first scan it does not count */
    default:
        if (marker >= 0xC3 && marker <= 0xCF)
            return vrp_inspect_unsupported(f, at,
                                           "unsupported: lossless, hierarchical or arithmetic-coded JPEG");
        return true;
    }
}

static bool vrp_inspect_jpeg_file(const vrp_inspect_file *f) {
    vrp_inspect_jpeg j = {0};
    int64_t at = 2;
    for (;;) {
        while (at < f->size && f->p[at] != 0xFF) at++; /* some writers pad between segments */
        while (at < f->size && f->p[at] == 0xFF) at++;
        if (at >= f->size) return vrp_inspect_error(f, f->size, "unexpected end of file: missing end marker");
        const int marker = f->p[at++];
        if (marker == 0xD9) return vrp_inspect_jpeg_end(f, &j, at);
        if (marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD8))
            return vrp_inspect_error(f, at - 1, "unexpected marker");
        if (at + 2 > f->size) return vrp_inspect_short(f, at + 2);
        const int64_t length = vrp_inspect_be16(f->p + at);
        if (length < 2) return vrp_inspect_error(f, at, "segment of less than 2 bytes");
        if (at + length > f->size) return vrp_inspect_short(f, at + length);
        if (!vrp_inspect_jpeg_segment(f, &j, marker, at + 2, length - 2)) return false;
        at += length;
        if (marker != 0xDA) continue;
        const int64_t end = vrp_inspect_jpeg_entropy(f, at);
        j.scan_bytes += end - at;
        at = end;
    }
}

/* ---- PNG: ISO/IEC 15948 ---- */

/* The chunk of an indexed image's colours. */
static bool vrp_inspect_png_palette(const vrp_inspect_file *f, int64_t at, int64_t n) {
    if (f->info->palette) return vrp_inspect_error(f, at - 4, "second palette");
    if (n == 0 || n % 3 != 0 || n > 768) return vrp_inspect_error(f, at, "invalid length of the palette");
    f->info->palette = true;
    return true;
}

/* A chunk of metadata: EXIF, or XMP that is not compressed. */
static void vrp_inspect_png_metadata(const vrp_inspect_file *f, const char *type, int64_t n) {
    static const char xmp[] = "XML:com.adobe.xmp\0\0\0\0"; /* not compressed, no language, no translation */
    const uint8_t *p = (const uint8_t *)type + 4;
    if (memcmp(type, "eXIf", 4) == 0)
        *f->exif = (vrp_exif){.part = {{p, n}}, .xmp = f->exif->xmp, .parts = 1};
    if (memcmp(type, "iTXt", 4) == 0 && n >= (int64_t)sizeof xmp && memcmp(p, xmp, sizeof xmp) == 0)
        f->exif->xmp = (vr_bytes){p + sizeof xmp, n - (int64_t)sizeof xmp};
}

static bool vrp_inspect_png_header(const vrp_inspect_file *f, int64_t *raw, int64_t at, int64_t n) {
    const uint8_t *p = f->p + at;
    if (n != 13) return vrp_inspect_error(f, at, "invalid length of the header chunk");
    if (!vrp_inspect_size(f, at, vrp_inspect_be32(p), vrp_inspect_be32(p + 4))) return false;
    static const int8_t channels[7] = {1, 0, 3, 1, 2, 0, 4};
    if (p[9] > 6 || !channels[p[9]]) return vrp_inspect_error(f, at + 9, "unknown colour type");
    const int64_t bits = p[8] * channels[p[9]];
    *raw = f->info->height * ((f->info->width * bits + 7) / 8 + 1);
    return true;
}

static bool vrp_inspect_png_file(const vrp_inspect_file *f) {
    int64_t raw = -1, data = 0;
    for (int64_t at = 8;;) {
        if (at + 12 > f->size) return vrp_inspect_short(f, at + 12);
        const int64_t n = vrp_inspect_be32(f->p + at);
        const char *type = (const char *)f->p + at + 4;
        if (memcmp(type, "CgBI", 4) == 0)
            return vrp_inspect_unsupported(f, at + 4, "unsupported: Apple's variant of PNG");
        if ((memcmp(type, "IHDR", 4) == 0) != (raw < 0))
            return vrp_inspect_error(f, at + 4, "expected exactly one header chunk, as the first one");
        if (at + 12 + n > f->size) return vrp_inspect_short(f, at + 12 + n);
        if (vr_crc32(0, type, 4 + n) != (uint32_t)vrp_inspect_be32(f->p + at + 8 + n))
            return vrp_inspect_error(f, at + 8 + n, "checksum mismatch");
        if (raw < 0 && !vrp_inspect_png_header(f, &raw, at + 8, n)) return false;
        const bool indexed = f->p[25] == 3;
        if (memcmp(type, "PLTE", 4) == 0 && indexed && !vrp_inspect_png_palette(f, at + 8, n)) return false;
        if (memcmp(type, "IDAT", 4) == 0) data += n;
        vrp_inspect_png_metadata(f, type, n);
        at += 12 + n;
        if (memcmp(type, "IEND", 4) != 0) continue;
        /* deflate expands a bit to at most 129 bytes */
        if (raw > data * 1032)
            return vr_fail(f->err, VR_ERR_FORMAT,
                           "%s: byte %lld: %lld bytes of data cannot hold %lld x %lld pixels", f->name,
                           (long long)at, (long long)data, (long long)f->info->width,
                           (long long)f->info->height);
        return true;
    }
}

/* ---- GIF, BMP, PSD, PNM, TGA ---- */

static bool vrp_inspect_gif_file(const vrp_inspect_file *f) {
    vrp_gif gif;
    return vrp_gif_open(&gif, (vr_bytes){f->p, f->size}, f->name, f->err) &&
           vrp_inspect_size(f, 6, gif.width, gif.height);
}

static bool vrp_inspect_bmp_file(const vrp_inspect_file *f) {
    vrp_bmp bmp;
    if (!vrp_bmp_open(&bmp, (vr_bytes){f->p, f->size}, f->name, f->err) ||
        !vrp_inspect_size(f, 18, bmp.width, bmp.height))
        return false;
    const int64_t end = bmp.offset + bmp.stride * bmp.height;
    return end <= f->size || vrp_inspect_short(f, end);
}

static bool vrp_inspect_psd_file(const vrp_inspect_file *f) {
    if (f->size < 26) return vrp_inspect_short(f, 26);
    const int64_t channels = vrp_inspect_be16(f->p + 12), depth = vrp_inspect_be16(f->p + 22);
    if (channels != 3 || depth != 8 || vrp_inspect_be16(f->p + 24) != 3)
        return vrp_inspect_unsupported(f, 12, "unsupported: PSD of other than RGB in 8 bits without alpha");
    if (!vrp_inspect_size(f, 14, vrp_inspect_be32(f->p + 18), vrp_inspect_be32(f->p + 14))) return false;
    int64_t at = 26;
    for (int section = 0; section < 3; section++) {
        if (at + 4 > f->size) return vrp_inspect_short(f, at + 4);
        at += 4 + vrp_inspect_be32(f->p + at);
    }
    if (at + 2 > f->size) return vrp_inspect_short(f, at + 2);
    const int64_t packing = vrp_inspect_be16(f->p + at), rows = f->info->height * channels;
    at += 2;
    if (packing == 0)
        at += rows * f->info->width * ((depth + 7) / 8);
    else if (packing == 1) {
        if (at + 2 * rows > f->size) return vrp_inspect_short(f, at + 2 * rows);
        int64_t end = at + 2 * rows;
        for (int64_t r = 0; r < rows; r++) end += vrp_inspect_be16(f->p + at + 2 * r);
        at = end;
    }
    return at <= f->size || vrp_inspect_short(f, at);
}

/* A number of a PNM header, or -1; comments extend from # to the end of the line. */
static int64_t vrp_inspect_pnm_number(const vrp_inspect_file *f, int64_t *at) {
    for (; *at < f->size; ++*at) {
        const int c = f->p[*at];
        if (c == '#') {
            while (*at < f->size && f->p[*at] != '\n' && f->p[*at] != '\r') ++*at;
            if (*at == f->size) break;
        } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\v' && c != '\f') {
            break;
        }
    }
    int64_t value = -1;
    for (; *at < f->size && f->p[*at] >= '0' && f->p[*at] <= '9' && value < 1 << 24; ++*at)
        value = vr_max(value, 0) * 10 + f->p[*at] - '0';
    return value;
}

static bool vrp_inspect_pnm_file(const vrp_inspect_file *f) {
    int64_t at = 2, n[3];
    for (int i = 0; i < 3; i++) {
        const int64_t from = at;
        n[i] = vrp_inspect_pnm_number(f, &at);
        if (at == f->size) return vrp_inspect_short(f, at + 1);
        if (n[i] < 0) return vrp_inspect_error(f, from, "expected a number");
    }
    if (!vrp_inspect_size(f, 2, n[0], n[1])) return false;
    if (n[2] != 255)
        return vrp_inspect_unsupported(f, at, "unsupported: PNM with a maximum value other than 255");
    if (!strchr(" \t\n\v\f\r", f->p[at]) || f->p[at] == 0)
        return vrp_inspect_error(f, at, "expected a space, then the pixels");
    at += 1 + n[0] * n[1] * (f->p[1] == '6' ? 3 : 1);
    return at <= f->size || vrp_inspect_short(f, at);
}

/* PNM's other kinds. */
static bool vrp_inspect_pnm_other(const vrp_inspect_file *f) {
    static const char *const names[] = {
        "unsupported: PNM of kind P1, bits as text", "unsupported: PNM of kind P2, grey as text",
        "unsupported: PNM of kind P3, colours as text", "unsupported: PNM of kind P4, bits"};
    if (f->p[1] >= '1' && f->p[1] <= '4') return vrp_inspect_unsupported(f, 0, names[f->p[1] - '1']);
    return vrp_inspect_unsupported(f, 0,
                                   f->p[1] == '7' ? "unsupported: PAM" : "unsupported: PFM, real numbers");
}

static bool vrp_inspect_tga_file(const vrp_inspect_file *f) {
    const uint8_t *p = f->p;
    if (f->size < 18) return vrp_inspect_short(f, 18);
    const int kind = p[2] & 7, bits = p[16], colours = (int)vrp_inspect_le16(p + 5);
    if (p[1] > 1 || kind < 1 || kind > 3 || (p[2] & ~11)) return vrp_inspect_error(f, 2, "not a TGA file");
    if (!(bits == 8 && kind != 2) && !(bits == 16 && kind != 1) &&
        !(bits >= 24 && bits <= 32 && bits % 8 == 0 && kind == 2))
        return vrp_inspect_unsupported(f, 16, "unsupported: TGA of this number of bits");
    if (p[17] & 0x10) return vrp_inspect_unsupported(f, 17, "unsupported: TGA stored from right to left");
    f->info->palette = kind == 1;
    if (kind == 1 &&
        (p[1] == 0 || vrp_inspect_le16(p + 3) + colours > 256 || (p[7] != 16 && p[7] != 24 && p[7] != 32)))
        return vrp_inspect_unsupported(
            f, 3, "unsupported: TGA without a palette of up to 256 colours of 16, 24 or 32 bits");
    if (!vrp_inspect_size(f, 12, vrp_inspect_le16(p + 12), vrp_inspect_le16(p + 14))) return false;
    const int64_t palette = p[1] ? colours * ((p[7] + 7) / 8) : 0, bytes = bits / 8;
    const int64_t pixels = f->info->width * f->info->height;
    int64_t at = 18 + p[0] + palette;
    if (!(p[2] & 8))
        at += pixels * bytes;
    else
        for (int64_t done = 0; done < pixels;) { /* run-length packets */
            if (at >= f->size) return vrp_inspect_short(f, at + 1);
            const int64_t run = 1 + (p[at] & 127);
            at += 1 + (p[at] & 128 ? 1 : run) * bytes;
            done += run;
        }
    return at <= f->size || vrp_inspect_short(f, at);
}

bool vrp_image_inspect(vrp_image_info *info, vr_bytes file, const char *name, const vr_image_opts *opts,
                       vr_err *err) {
    static const struct {
        const char *mark;
        size_t n;
        vrp_image_kind kind;
        bool (*walk)(const vrp_inspect_file *);
    } kinds[] = {
        {"\xFF\xD8", 2, VRP_IMAGE_JPEG, vrp_inspect_jpeg_file},
        {"\x89PNG\r\n\x1a\n", 8, VRP_IMAGE_PNG, vrp_inspect_png_file},
        {"GIF8", 4, VRP_IMAGE_GIF, vrp_inspect_gif_file},
        {"BM", 2, VRP_IMAGE_BMP, vrp_inspect_bmp_file},
        {"8BPS", 4, VRP_IMAGE_PSD, vrp_inspect_psd_file},
        {"P5", 2, VRP_IMAGE_PNM, vrp_inspect_pnm_file},
        {"P6", 2, VRP_IMAGE_PNM, vrp_inspect_pnm_file},
        {"P1", 2, VRP_IMAGE_PNM, vrp_inspect_pnm_other},
        {"P2", 2, VRP_IMAGE_PNM, vrp_inspect_pnm_other},
        {"P3", 2, VRP_IMAGE_PNM, vrp_inspect_pnm_other},
        {"P4", 2, VRP_IMAGE_PNM, vrp_inspect_pnm_other},
        {"P7", 2, VRP_IMAGE_PNM, vrp_inspect_pnm_other},
        {"PF", 2, VRP_IMAGE_PNM, vrp_inspect_pnm_other},
        {"Pf", 2, VRP_IMAGE_PNM, vrp_inspect_pnm_other},
        {"", 0, VRP_IMAGE_TGA, vrp_inspect_tga_file},
    };
    *info = (vrp_image_info){.orientation = 1};
    if (file.size > INT32_MAX) return vr_fail(err, VR_ERR_LIMIT, "%s: more than 2 GB", name);
    if (file.size == 0) return vr_fail(err, VR_ERR_FORMAT, "%s: byte 0: empty file", name);
    const vr_image_opts o = opts ? *opts : (vr_image_opts){0};
    vrp_exif exif = {0};
    const vrp_inspect_file f = {.p = file.data,
                                .size = file.size,
                                .name = name,
                                .err = err,
                                .info = info,
                                .max_pixels = o.max_pixels ? vr_min(o.max_pixels, VR_IMAGE_MAX_PIXELS)
                                                           : VR_IMAGE_PIXELS,
                                .exif = &exif};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        if ((size_t)file.size < kinds[k].n || memcmp(file.data, kinds[k].mark, kinds[k].n) != 0) continue;
        if (kinds[k].kind == VRP_IMAGE_TGA && !vr_path_has_suffix(name, ".tga")) break;
        info->kind = kinds[k].kind;
        if (kinds[k].walk(&f)) {
            if (!o.ignore_exif) info->orientation = vrp_exif_orientation(&exif);
            return true;
        }
        *info = (vrp_image_info){0};
        return false;
    }
    return vr_fail(err, VR_ERR_FORMAT, "%s: byte 0: unknown format; expected JPEG, PNG, GIF, BMP, PSD or PNM",
                   name);
}
