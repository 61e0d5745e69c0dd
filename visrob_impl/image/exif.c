/* image/exif.c: one tag is looked up, byte by byte: EXIF data may be divided between segments at any place. */
#include "exif_impl.h"
#include <string.h>

/* Byte `at` of the parts; 0 beyond the end. */
static uint32_t vrp_exif_byte(const vrp_exif *e, int64_t at) {
    for (int k = 0; k < e->parts; at -= e->part[k++].size)
        if (at < e->part[k].size) return e->part[k].data[at];
    return 0;
}

/* An unsigned number of `bytes` bytes. */
static int64_t vrp_exif_number(const vrp_exif *e, int64_t at, int bytes, bool little) {
    int64_t value = 0;
    for (int k = 0; k < bytes; k++)
        value = value << 8 | vrp_exif_byte(e, little ? at + bytes - 1 - k : at + k);
    return value;
}

static int64_t vrp_exif_size(const vrp_exif *e) {
    int64_t size = 0;
    for (int k = 0; k < e->parts; k++) size += e->part[k].size;
    return size;
}

/* The value of the orientation's entry; -1 where there is none. Text, real numbers and malformed data count as 0. */
static int64_t vrp_exif_entry(const vrp_exif *e) {
    enum { TAG = 0x0112 };
    static const int8_t unit[14] = {0, 1, 1, 2, 4, 8, 1,
                                    1, 2, 4, 8, 4, 8, 4}; /* bytes, by TIFF's number of the type */
    enum {
        SHORT = 3,
        LONG = 4,
        RATIONAL = 5,
        SIGNED_BYTE = 6,
        SIGNED_SHORT = 8,
        SIGNED_LONG = 9,
        SIGNED_RATIONAL = 10,
        IFD = 13
    };
    const int64_t size = vrp_exif_size(e);
    const bool little = vrp_exif_byte(e, 0) == 'I';
    if (size == 0) return -1;
    if (size < 8 || vrp_exif_byte(e, 0) != vrp_exif_byte(e, 1) || (!little && vrp_exif_byte(e, 0) != 'M') ||
        vrp_exif_number(e, 2, 2, little) != 42)
        return 0;
    const int64_t first = vrp_exif_number(e, 4, 4, little), entries = vrp_exif_number(e, first, 2, little);
    for (int64_t i = 0, at = first + 2; i < entries && at + 12 <= size; i++, at += 12) {
        const int64_t type = vrp_exif_number(e, at + 2, 2, little),
                      count = vrp_exif_number(e, at + 4, 4, little);
        if (vrp_exif_number(e, at, 2, little) != TAG || type < 1 || type > 13 || count == 0) continue;
        const bool inside = count * unit[type] <= 4;
        const int64_t value = inside ? at + 8 : vrp_exif_number(e, at + 8, 4, little);
        if (!inside && value + count * unit[type] > size) continue;
        switch (type) {
        case RATIONAL:
        case SIGNED_RATIONAL: {
            const int64_t over = vrp_exif_number(e, value, 4, little),
                          under = vrp_exif_number(e, value + 4, 4, little);
            return under > 0 && over % under == 0 ? over / under : 0;
        }
        case SHORT:
        case LONG:
        case SIGNED_BYTE:
        case SIGNED_SHORT:
        case SIGNED_LONG:
        case IFD:
            return vrp_exif_number(e, value, unit[type], little);
        default:
            return 0;
        }
    }
    return -1;
}

/* XMP's value, an attribute or an element: the first one that is a digit. */
static int64_t vrp_exif_xmp(vr_bytes xmp) {
    static const char name[] = "tiff:Orientation";
    const int64_t n = sizeof name - 1;
    for (int64_t at = 0; at + n + 2 <= xmp.size; at++) {
        const uint8_t *p = xmp.data + at;
        if (p[0] != 't' || memcmp(p, name, (size_t)n) != 0) continue;
        const int64_t skip = p[n] == '>' ? 1 : p[n] == '=' && p[n + 1] == '"' ? 2 : 0;
        if (skip && at + n + skip < xmp.size && p[n + skip] >= '0' && p[n + skip] <= '9')
            return p[n + skip] - '0';
    }
    return -1;
}

int vrp_exif_orientation(const vrp_exif *exif) {
    int64_t value = vrp_exif_entry(exif);
    if (value < 0) value = vrp_exif_xmp(exif->xmp);
    return value >= 1 && value <= 8 ? (int)value : 1;
}
