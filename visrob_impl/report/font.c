/* report/font.c */
#include "font.h"
#include <stddef.h>

uint32_t vr_utf8_next(const char **s) {
    const unsigned char *p = (const unsigned char *)*s;
    if (!p[0]) return 0;
    const int more = p[0] < 0x80                   ? 0
                     : p[0] >= 0xC2 && p[0] < 0xE0 ? 1
                     : (p[0] & 0xF0) == 0xE0       ? 2
                     : p[0] >= 0xF0 && p[0] < 0xF5 ? 3
                                                   : -1;
    uint32_t c = more <= 0 ? p[0] : p[0] & (0x3Fu >> more);
    for (int i = 1; i <= more; i++) {
        if ((p[i] & 0xC0) != 0x80) { /* a closing 0 ends here too */
            *s += 1;
            return 0xFFFD;
        }
        c = c << 6 | (p[i] & 0x3Fu);
    }
    const bool bad = more < 0 || (more == 2 && c < 0x800) || (more == 3 && (c < 0x10000 || c > 0x10FFFF)) ||
                     (c >= 0xD800 && c <= 0xDFFF);
    *s += bad ? 1 : more + 1;
    return bad ? 0xFFFD : c;
}

int vr_font_advance(uint32_t c) {
    static const short ascii[95] = {
        278,  278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, /*   to / */
        556,  556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, /* 0 to ? */
        1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, /* @ to O */
        667,  778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, /* P to _ */
        333,  556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, /* ` to o */
        556,  556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584};     /* p to ~ */
    if (c >= 32 && c < 127) return ascii[c - 32];
    switch (c) {
    case 0xA0: /* no-break space */
        return 278;
    case 0xB0: /* degree */
        return 400;
    case 0xB1:   /* plus-minus */
    case 0xD7:   /* times */
    case 0x2212: /* minus */
        return 584;
    case 0xB7: /* middle dot */
        return 278;
    case 0x2013: /* en dash */
        return 556;
    case 0x2026: /* ellipsis */
    case 0x2192: /* arrow to the right */
        return 1000;
    }
    return c >= 0x2E80 ? 1000 : 600;
}

const char *vr_font_strokes(uint32_t c) {
    (void)c;
    return NULL;
}
