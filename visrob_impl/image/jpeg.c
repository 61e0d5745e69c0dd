/* image/jpeg.c: stuffed zeros are removed from a scan first, so that 64 bits can be read at a time; one table look-up gives
 * a coefficient's run, size and value; a block is transformed while it is in the first-level cache. Only progressive
 * files keep their coefficients.
 *
 * Rejected: stb_image's decoder, which rounds differently from libjpeg (by up to 3 levels on photographs, so that a
 * model's accuracy differs from PyTorch's) and takes twice the time. Its other formats are exact and are used. */
#include "jpeg_impl.h"
#include "../base/text.h"
#include <string.h>

enum {
    VRP_JPEG_BITS = 10, /* of a code in one table look-up */
    VRP_JPEG_PAD = 320  /* zeros after a scan's data: more than the longest block can take */
};

/* The next coefficient by the first VRP_JPEG_BITS bits: `bits` of them are consumed, `run` zeros precede `value`.
 * VRP_JPEG_LONG in run: the value follows in `value` more bits; bits = 0: the code is longer. */
typedef struct vrp_jpeg_code {
    int16_t value;
    uint8_t run, bits;
} vrp_jpeg_code;
enum { VRP_JPEG_LONG = 128, VRP_JPEG_END = 64 };

typedef struct vrp_jpeg_huffman {
    vrp_jpeg_code fast[1 << VRP_JPEG_BITS];
    uint16_t known[1 << VRP_JPEG_BITS]; /* the code's bits << 8 | its symbol; 0: the code is longer */
    uint8_t symbols[256];
    int32_t limit[18]; /* codes of n bits, shifted to 16, are below limit[n]; limit[17] ends the search */
    int32_t first[17]; /* symbol of code c of n bits: symbols[first[n] + c] */
} vrp_jpeg_huffman;

/* Unread bits, from the top; at least 56 after a refill. */
typedef struct vrp_jpeg_bits {
    uint64_t buffer;
    int count;
    const uint8_t *next, *end;
} vrp_jpeg_bits;

/* One component. */
typedef struct vrp_jpeg_plane {
    int id, h, v, table;
    int64_t width, height; /* in samples */
    int64_t across, down;  /* in blocks, rounded up to whole MCUs */
    uint8_t *samples;      /* [8 * down, 8 * across] */
    int16_t *coefficients; /* [down, across, 64], of a progressive file */
    uint64_t *nonzero;     /* [down, across]: a bit for each nonzero one, in zigzag order, except the first */
    uint16_t quantizer[64]; /* the table at the start of its first scan */
    bool begun;
    int8_t missing[10];              /* bits of the first coefficients that no scan had; -1: none of them */
    const vrp_jpeg_huffman *dc, *ac; /* of the current scan */
    int16_t last_dc;
} vrp_jpeg_plane;

typedef struct vrp_jpeg {
    const uint8_t *file;
    int64_t size, width, height;
    const char *name;
    vr_err *err;
    vr_arena *scratch;
    vrp_jpeg_plane plane[4];
    int planes, h_max, v_max;
    bool progressive, jfif;
    int adobe;                 /* its colour transform; -1 = no such segment */
    uint16_t quantizer[4][64]; /* in row-major order */
    vrp_jpeg_huffman *dc[4], *ac[4];
    int64_t restart;            /* MCUs between two restart markers; 0 = none */
    uint8_t *clean;             /* a scan's data up to the next marker, without stuffing */
    int64_t at;                 /* the byte of that marker */
    int first, last, high, low; /* the scan's part of the spectrum and of the bits */
    int64_t end_run;            /* blocks without further data in this scan */
    vrp_jpeg_bits bits;
} vrp_jpeg;

/* The place of the k-th coefficient in zigzag order; also beyond the last one, for corrupt data. */
static const uint8_t vrp_jpeg_zigzag[64 + 16] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33,
    40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36,
    29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63};

static bool vrp_jpeg_error(const vrp_jpeg *j, int64_t at, const char *what) {
    return vr_fail(j->err, VR_ERR_FORMAT, "%s: byte %lld: %s", j->name, (long long)at, what);
}

static int vrp_jpeg_be16(const uint8_t *p) { return p[0] << 8 | p[1]; }

/* ---- bits ---- */

static inline void vrp_jpeg_refill(vrp_jpeg_bits *b) {
    const uint8_t *p = b->next;
    const uint64_t more = (uint64_t)p[0] << 56 | (uint64_t)p[1] << 48 | (uint64_t)p[2] << 40 |
                          (uint64_t)p[3] << 32 | (uint64_t)p[4] << 24 | (uint64_t)p[5] << 16 |
                          (uint64_t)p[6] << 8 | p[7];
    b->buffer |= more >> b->count;
    b->next += (63 - b->count) >> 3;
    b->count |= 56;
}

static inline uint32_t vrp_jpeg_take(vrp_jpeg_bits *b, int n) { /* n >= 1 */
    const uint32_t v = (uint32_t)(b->buffer >> (64 - n));
    b->buffer <<= n;
    b->count -= n;
    return v;
}

/* The value of n bits: the upper half of the codes is positive, the lower half negative. */
static inline int vrp_jpeg_extend(uint32_t v, int n) { return v >> (n - 1) ? (int)v : (int)v - (1 << n) + 1; }

/* True where more bits were read than the data have. */
static bool vrp_jpeg_overrun(const vrp_jpeg_bits *b) { return b->next - b->count / 8 > b->end; }

/* The next symbol; -1 where there is no such code. */
static inline int vrp_jpeg_symbol(vrp_jpeg_bits *b, const vrp_jpeg_huffman *t) {
    const int known = t->known[b->buffer >> (64 - VRP_JPEG_BITS)];
    if (known) {
        vrp_jpeg_take(b, known >> 8);
        return known & 255;
    }
    const int32_t code = (int32_t)(b->buffer >> 48);
    int n = VRP_JPEG_BITS + 1;
    while (code >= t->limit[n]) n++;
    if (n > 16) return -1;
    vrp_jpeg_take(b, n);
    return t->symbols[(t->first[n] + (code >> (16 - n))) & 255];
}

/* ---- tables ---- */

/* Fills the look-up tables for a code of `length` bits and its symbol. */
static void vrp_jpeg_huffman_fill(vrp_jpeg_huffman *t, int code, int length, int symbol, bool ac) {
    const int run = symbol >> 4, size = symbol & 15, spare = VRP_JPEG_BITS - length;
    vrp_jpeg_code *fast = t->fast + (code << spare);
    uint16_t *known = t->known + (code << spare);
    for (int rest = 0; rest < 1 << spare; rest++) known[rest] = (uint16_t)(length << 8 | symbol);
    for (int rest = 0; ac && rest < 1 << spare; rest++) {
        if (size == 0) /* the end of the block, or 16 zeros */
            fast[rest] = (vrp_jpeg_code){0, (uint8_t)(run == 15 ? 15 : VRP_JPEG_END), (uint8_t)length};
        else if (size <= spare)
            fast[rest] = (vrp_jpeg_code){(int16_t)vrp_jpeg_extend((uint32_t)rest >> (spare - size), size),
                                         (uint8_t)run, (uint8_t)(length + size)};
        else
            fast[rest] = (vrp_jpeg_code){(int16_t)size, (uint8_t)(run | VRP_JPEG_LONG), (uint8_t)length};
    }
}

static bool vrp_jpeg_huffman_read(vrp_jpeg *j, int64_t at, int64_t n) {
    while (n > 0) {
        const uint8_t *p = j->file + at;
        const bool ac = p[0] >> 4;
        vrp_jpeg_huffman **slot = (ac ? j->ac : j->dc) + (p[0] & 3), *t = *slot;
        if (!t) t = *slot = (vrp_jpeg_huffman *)vr_arena_alloc(j->scratch, 1, sizeof *t);
        memset(t, 0, sizeof *t);
        int code = 0, symbols = 0;
        for (int length = 1; length <= 16; length++) {
            t->first[length] = symbols - code;
            for (int i = 0; i < p[length]; i++, code++, symbols++) {
                t->symbols[symbols] = p[17 + symbols];
                if (code >> length) return vrp_jpeg_error(j, at, "Huffman table with too many codes");
                if (length <= VRP_JPEG_BITS) vrp_jpeg_huffman_fill(t, code, length, p[17 + symbols], ac);
            }
            t->limit[length] = code << (16 - length);
            code <<= 1;
        }
        t->limit[17] = INT32_MAX;
        at += 17 + symbols, n -= 17 + symbols;
    }
    return true;
}

static void vrp_jpeg_quantizers_read(vrp_jpeg *j, int64_t at, int64_t n) {
    while (n > 0) {
        const uint8_t *p = j->file + at;
        const bool wide = p[0] >> 4;
        uint16_t *q = j->quantizer[p[0] & 3];
        for (int k = 0; k < 64; k++)
            q[vrp_jpeg_zigzag[k]] = (uint16_t)(wide ? vrp_jpeg_be16(p + 1 + 2 * k) : p[1 + k]);
        at += wide ? 129 : 65, n -= wide ? 129 : 65;
    }
}

static bool vrp_jpeg_frame_read(vrp_jpeg *j, int64_t at) {
    const uint8_t *p = j->file + at;
    j->planes = p[5];
    j->h_max = j->v_max = 1;
    for (int c = 0; c < j->planes; c++) {
        const uint8_t *q = p + 6 + 3 * c;
        j->plane[c] = (vrp_jpeg_plane){.id = q[0], .h = q[1] >> 4, .v = q[1] & 15, .table = q[2]};
        memset(j->plane[c].missing, -1, sizeof j->plane[c].missing);
        if (j->planes == 1) j->plane[c].h = j->plane[c].v = 1; /* blocks one after the other */
        j->h_max = (int)vr_max(j->h_max, j->plane[c].h);
        j->v_max = (int)vr_max(j->v_max, j->plane[c].v);
    }
    const int64_t mcus_across = (j->width + 8 * j->h_max - 1) / (8 * j->h_max);
    const int64_t mcus_down = (j->height + 8 * j->v_max - 1) / (8 * j->v_max);
    for (int c = 0; c < j->planes; c++) {
        vrp_jpeg_plane *s = &j->plane[c];
        if (j->h_max % s->h || j->v_max % s->v)
            return vr_fail(j->err, VR_ERR_UNSUPPORTED,
                           "%s: byte %lld: unsupported sampling factors %d of %d, %d of %d", j->name,
                           (long long)at, s->h, j->h_max, s->v, j->v_max);
        s->width = (j->width * s->h + j->h_max - 1) / j->h_max;
        s->height = (j->height * s->v + j->v_max - 1) / j->v_max;
        s->across = mcus_across * s->h, s->down = mcus_down * s->v;
        s->samples =
            (uint8_t *)vr_arena_alloc(j->scratch, s->across * s->down + 1, 64); /* one more: vrp_jpeg_ycc */
        if (!j->progressive) continue;
        s->coefficients = VR_NEW(j->scratch, int16_t, (s->across * s->down * 64));
        s->nonzero = VR_NEW(j->scratch, uint64_t, (s->across * s->down));
    }
    return true;
}

/* ---- one block's coefficients ---- */

static bool vrp_jpeg_dc(vrp_jpeg *j, vrp_jpeg_plane *s) {
    vrp_jpeg_refill(&j->bits);
    const int size = vrp_jpeg_symbol(&j->bits, s->dc);
    if (size < 0 || size > 15) return false;
    if (size > 0) s->last_dc = (int16_t)(s->last_dc + vrp_jpeg_extend(vrp_jpeg_take(&j->bits, size), size));
    return true;
}

static bool vrp_jpeg_block_sequential(vrp_jpeg *j, vrp_jpeg_plane *s, int16_t *block, uint64_t *nonzero) {
    (void)nonzero;
    if (!vrp_jpeg_dc(j, s)) return false;
    block[0] = s->last_dc;
    vrp_jpeg_bits b = j->bits;
    const vrp_jpeg_huffman *t = s->ac;
    for (int k = 1; k < 64; k++) {
        if (b.count < 32) vrp_jpeg_refill(&b);
        vrp_jpeg_code c = t->fast[b.buffer >> (64 - VRP_JPEG_BITS)];
        if (c.bits == 0) {
            const int symbol = vrp_jpeg_symbol(&b, t), size = symbol & 15;
            if (symbol < 0) return false;
            c.run = (uint8_t)(symbol >> 4);
            if (size > 0)
                c.value = (int16_t)vrp_jpeg_extend(vrp_jpeg_take(&b, size), size);
            else if (c.run < 15)
                break;
        } else {
            vrp_jpeg_take(&b, c.bits);
            if (c.run & VRP_JPEG_LONG) {
                const int size = c.value;
                c.value = (int16_t)vrp_jpeg_extend(vrp_jpeg_take(&b, size), size);
                c.run &= 15;
            } else if (c.run == VRP_JPEG_END) {
                break;
            }
        }
        k += c.run;
        block[vrp_jpeg_zigzag[k]] = c.value;
    }
    j->bits = b;
    return true;
}

static bool vrp_jpeg_block_dc_first(vrp_jpeg *j, vrp_jpeg_plane *s, int16_t *block, uint64_t *nonzero) {
    (void)nonzero;
    if (!vrp_jpeg_dc(j, s)) return false;
    block[0] = (int16_t)(s->last_dc * (1 << j->low));
    return true;
}

static bool vrp_jpeg_block_dc_refine(vrp_jpeg *j, vrp_jpeg_plane *s, int16_t *block, uint64_t *nonzero) {
    (void)s, (void)nonzero;
    vrp_jpeg_refill(&j->bits);
    if (vrp_jpeg_take(&j->bits, 1)) block[0] = (int16_t)(block[0] | 1 << j->low);
    return true;
}

static bool vrp_jpeg_block_ac_first(vrp_jpeg *j, vrp_jpeg_plane *s, int16_t *block, uint64_t *nonzero) {
    if (j->end_run > 0) {
        j->end_run--;
        return true;
    }
    for (int k = j->first; k <= j->last; k++) {
        vrp_jpeg_refill(&j->bits);
        const int symbol = vrp_jpeg_symbol(&j->bits, s->ac), run = symbol >> 4, size = symbol & 15;
        if (symbol < 0) return false;
        if (size == 0 && run < 15) {
            j->end_run = (1 << run) - 1;
            if (run > 0) j->end_run += vrp_jpeg_take(&j->bits, run);
            break;
        }
        k += run;
        if (size == 0) continue;
        block[vrp_jpeg_zigzag[k]] =
            (int16_t)(vrp_jpeg_extend(vrp_jpeg_take(&j->bits, size), size) * (1 << j->low));
        *nonzero |= (uint64_t)1 << (k & 63);
    }
    return true;
}

/* Skips `zeros` zero coefficients from k on, refining the nonzero ones on the way by a bit; returns the next place. */
static inline int vrp_jpeg_refine(vrp_jpeg_bits *b, int16_t *block, uint64_t nonzero, int k, int last,
                                  int zeros, int bit) {
    while (k <= last) {
        const uint64_t ahead = nonzero >> k;
        const int gap = ahead ? __builtin_ctzll(ahead) : 64;
        if (zeros < gap) return k + zeros;
        zeros -= gap, k += gap;
        if (k > last) break;
        int16_t *c = block + vrp_jpeg_zigzag[k++];
        if (b->count < 1) vrp_jpeg_refill(b);
        if (vrp_jpeg_take(b, 1) && !(*c & bit)) *c = (int16_t)(*c + (*c > 0 ? bit : -bit));
    }
    return k;
}

static bool vrp_jpeg_block_ac_refine(vrp_jpeg *j, vrp_jpeg_plane *s, int16_t *block, uint64_t *nonzero) {
    vrp_jpeg_bits b = j->bits;
    const int last = j->last, bit = 1 << j->low;
    const uint64_t before = *nonzero;
    int k = j->first;
    for (; j->end_run == 0 && k <= last; k++) {
        vrp_jpeg_refill(&b);
        const int symbol = vrp_jpeg_symbol(&b, s->ac), run = symbol >> 4, size = symbol & 15;
        if (symbol < 0 || size > 1) return false;
        if (size == 0 && run < 15) {
            j->end_run = 1 << run;
            if (run > 0) j->end_run += vrp_jpeg_take(&b, run);
            break;
        }
        const int sign = size && !vrp_jpeg_take(&b, 1) ? -1 : size;
        k = vrp_jpeg_refine(&b, block, before, k, last, run, bit);
        if (!sign || k > last) continue;
        block[vrp_jpeg_zigzag[k]] = (int16_t)(sign * bit);
        *nonzero |= (uint64_t)1 << k;
    }
    if (j->end_run > 0) {
        vrp_jpeg_refine(&b, block, before, k, last, 64, bit);
        j->end_run--;
    }
    j->bits = b;
    return true;
}

/* ---- inverse DCT ---- */

typedef int32_t vrp_jpeg_vec __attribute__((vector_size(32)));
typedef uint32_t vrp_jpeg_uvec __attribute__((vector_size(32))); /* sums of corrupt data may wrap */

#if defined(__clang__) || __GNUC__ >= 12
#define VRP_JPEG_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define VRP_JPEG_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (vrp_jpeg_vec){__VA_ARGS__})
#endif

static inline void vrp_jpeg_transpose(vrp_jpeg_vec m[8]) {
    vrp_jpeg_vec t[8];
    for (int i = 0; i < 8; i += 2) { /* rows i, i+1: pairs of a column side by side */
        t[i] = VRP_JPEG_SHUFFLE(m[i], m[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        t[i + 1] = VRP_JPEG_SHUFFLE(m[i], m[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 8; i += 4)
        for (int k = 0; k < 2; k++) {
            m[i + k] = VRP_JPEG_SHUFFLE(t[i + k], t[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            m[i + k + 2] = VRP_JPEG_SHUFFLE(t[i + k], t[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int k = 0; k < 4; k++) {
        t[k] = VRP_JPEG_SHUFFLE(m[k], m[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        t[k + 4] = VRP_JPEG_SHUFFLE(m[k], m[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
    for (int k = 0; k < 8; k++) m[k] = t[k];
}

/* Eight one-dimensional inverse DCTs side by side, scaled by 2^13 and rounded to 2^shift less: Loeffler, Ligtenberg and
 * Moschytz 1989, with the order and the constants of libjpeg's jidctint.c. */
static inline void vrp_jpeg_idct_pass(vrp_jpeg_vec m[8], int shift) {
    const vrp_jpeg_uvec *x = (const vrp_jpeg_uvec *)m;
    vrp_jpeg_uvec even[4], odd[4], a = (x[2] + x[6]) * 4433u;
    const vrp_jpeg_uvec c = a - x[6] * 15137u, d = a + x[2] * 6270u;
    const vrp_jpeg_uvec sum = (x[0] + x[4]) << 13, difference = (x[0] - x[4]) << 13;
    even[0] = sum + d, even[1] = difference + c, even[2] = difference - c, even[3] = sum - d;
    const vrp_jpeg_uvec both = (x[7] + x[3] + x[5] + x[1]) * 9633u;
    const vrp_jpeg_uvec z1 = (x[7] + x[1]) * 7373u, z2 = (x[5] + x[3]) * 20995u;
    const vrp_jpeg_uvec z3 = both - (x[7] + x[3]) * 16069u, z4 = both - (x[5] + x[1]) * 3196u;
    odd[3] = x[7] * 2446u - z1 + z3;
    odd[2] = x[5] * 16819u - z2 + z4;
    odd[1] = x[3] * 25172u - z2 + z3;
    odd[0] = x[1] * 12299u - z1 + z4;
    const uint32_t half = 1u << (shift - 1);
    for (int k = 0; k < 4; k++) {
        a = even[k] + half;
        m[k] = (vrp_jpeg_vec)(a + odd[k]) >> shift;
        m[7 - k] = (vrp_jpeg_vec)(a - odd[k]) >> shift;
    }
}

/* Writes the 8 x 8 samples of a block. */
static void vrp_jpeg_idct(uint8_t *out, int64_t stride, const int16_t *block, const uint16_t *quantizer) {
    typedef int16_t coefficients __attribute__((vector_size(16)));
    typedef uint16_t quantizers __attribute__((vector_size(16)));
    typedef uint8_t levels __attribute__((vector_size(8)));
    vrp_jpeg_vec m[8];
    coefficients c[8], rest = {0};
    memcpy(c, block, sizeof c);
    for (int y = 1; y < 8; y++) rest |= c[y];
    rest |= c[0] & (coefficients){0, -1, -1, -1, -1, -1, -1, -1};
    uint64_t any[2];
    memcpy(any, &rest, sizeof any);
    if (!(any[0] | any[1])) { /* the result of the sums below where there is only a mean */
        const int32_t mean = ((block[0] * quantizer[0] + 4) >> 3) + 128;
        for (int y = 0; y < 8; y++) memset(out + y * stride, (int)vr_clamp(mean, 0, 255), 8);
        return;
    }
    for (int y = 0; y < 8; y++) {
        quantizers q;
        memcpy(&q, quantizer + 8 * y, sizeof q);
        m[y] = __builtin_convertvector(c[y], vrp_jpeg_vec) * __builtin_convertvector(q, vrp_jpeg_vec);
    }
    vrp_jpeg_idct_pass(m, 11);
    vrp_jpeg_transpose(m);
    vrp_jpeg_idct_pass(m, 18);
    vrp_jpeg_transpose(m);
    for (int y = 0; y < 8; y++) {
        vrp_jpeg_vec v = m[y] + 128;
        v &= ~(v >> 31);                 /* below 0: 0 */
        v = (v | (255 - v) >> 31) & 255; /* above 255: 255 */
        const levels row = __builtin_convertvector(v, levels);
        memcpy(out + y * stride, &row, sizeof row);
    }
}

/* ---- scans ---- */

/* Copies the data up to the next marker without the zeros after each 0xFF; j->at becomes that marker. */
static void vrp_jpeg_clean(vrp_jpeg *j) {
    uint8_t *to = j->clean;
    int64_t at = j->at;
    for (;;) {
        const uint8_t *ff = (const uint8_t *)memchr(j->file + at, 0xFF, (size_t)(j->size - at));
        const int64_t n = ff ? ff - j->file - at : j->size - at;
        memcpy(to, j->file + at, (size_t)n);
        to += n, at += n;
        while (at + 1 < j->size && j->file[at + 1] == 0xFF) at++; /* fill */
        if (at + 1 >= j->size || j->file[at + 1] != 0) break;
        *to++ = 0xFF;
        at += 2;
    }
    memset(to, 0, VRP_JPEG_PAD);
    j->at = at;
    j->bits = (vrp_jpeg_bits){.next = j->clean, .end = to};
    j->end_run = 0;
    for (int c = 0; c < j->planes; c++) j->plane[c].last_dc = 0;
}

typedef bool vrp_jpeg_reader(vrp_jpeg *j, vrp_jpeg_plane *s, int16_t *block, uint64_t *nonzero);

static bool vrp_jpeg_block(vrp_jpeg *j, vrp_jpeg_plane *s, int64_t x, int64_t y, vrp_jpeg_reader *read) {
    const int64_t n = y * s->across + x;
    int16_t own[64] = {0}, *block = s->coefficients ? s->coefficients + 64 * n : own;
    if (!read(j, s, block, s->nonzero ? s->nonzero + n : NULL) || vrp_jpeg_overrun(&j->bits)) return false;
    if (block == own)
        vrp_jpeg_idct(s->samples + (y * s->across * 8 + x) * 8, s->across * 8, block, s->quantizer);
    return true;
}

/* Reads MCU n of a scan of `count` components; with one component it is a block, without the blocks of padding. */
static bool vrp_jpeg_mcu(vrp_jpeg *j, vrp_jpeg_plane *const *scan, int count, int64_t n,
                         vrp_jpeg_reader *read) {
    if (count == 1) {
        const int64_t across = (scan[0]->width + 7) / 8;
        return vrp_jpeg_block(j, scan[0], n % across, n / across, read);
    }
    const int64_t across = scan[0]->across / scan[0]->h, x = n % across, y = n / across;
    for (int c = 0; c < count; c++)
        for (int v = 0; v < scan[c]->v; v++)
            for (int h = 0; h < scan[c]->h; h++)
                if (!vrp_jpeg_block(j, scan[c], x * scan[c]->h + h, y * scan[c]->v + v, read)) return false;
    return true;
}

/* Reads the scan header at `at`: its components, and the reader of their blocks. */
static vrp_jpeg_reader *vrp_jpeg_scan_read(vrp_jpeg *j, vrp_jpeg_plane **scan, int *count, int64_t at) {
    const uint8_t *p = j->file + at;
    *count = p[0];
    for (int i = 0; i < *count; i++) {
        int c = 0;
        while (j->plane[c].id != p[1 + 2 * i]) c++; /* vrp_image_inspect checked that it exists */
        vrp_jpeg_plane *s = scan[i] = &j->plane[c];
        s->dc = j->dc[p[2 + 2 * i] >> 4 & 3], s->ac = j->ac[p[2 + 2 * i] & 3];
        if (!s->begun) memcpy(s->quantizer, j->quantizer[s->table], sizeof s->quantizer);
        s->begun = true;
    }
    p += 1 + 2 * *count;
    if (!j->progressive) return vrp_jpeg_block_sequential;
    j->first = p[0], j->last = p[1], j->high = p[2] >> 4, j->low = p[2] & 15;
    if (j->last > 63 || j->first > j->last || j->low > 13 || (j->high && j->high != j->low + 1) ||
        (j->first == 0 ? j->last > 0 : *count > 1)) {
        vrp_jpeg_error(j, at, "invalid spectral selection");
        return NULL;
    }
    for (int i = 0; i < *count; i++)
        for (int k = j->first; k <= vr_min(j->last, 9); k++) scan[i]->missing[k] = (int8_t)j->low;
    if (j->first == 0) return j->high ? vrp_jpeg_block_dc_refine : vrp_jpeg_block_dc_first;
    return j->high ? vrp_jpeg_block_ac_refine : vrp_jpeg_block_ac_first;
}

/* Reads a scan, whose header is at `at` and has n bytes. */
static bool vrp_jpeg_scan(vrp_jpeg *j, int64_t at, int64_t n) {
    vrp_jpeg_plane *scan[4];
    int count;
    vrp_jpeg_reader *read = vrp_jpeg_scan_read(j, scan, &count, at);
    if (!read) return false;
    const int64_t mcus = count == 1 ? (scan[0]->width + 7) / 8 * ((scan[0]->height + 7) / 8)
                                    : scan[0]->across / scan[0]->h * (scan[0]->down / scan[0]->v);
    j->at = at + n;
    vrp_jpeg_clean(j);
    for (int64_t m = 0; m < mcus; m++) {
        if (j->restart && m > 0 && m % j->restart == 0) {
            const int marker = 0xD0 + (int)(m / j->restart - 1) % 8;
            if (j->at + 1 >= j->size || j->file[j->at + 1] != marker)
                return vrp_jpeg_error(j, j->at, "missing restart marker");
            j->at += 2;
            vrp_jpeg_clean(j);
        }
        if (!vrp_jpeg_mcu(j, scan, count, m, read)) return vrp_jpeg_error(j, at, "corrupt or truncated scan");
    }
    while (j->at + 1 < j->size && j->file[j->at + 1] >= 0xD0 && j->file[j->at + 1] <= 0xD7) {
        j->at += 2; /* a restart marker after the last MCU */
        vrp_jpeg_clean(j);
    }
    return true;
}

/* Reads all segments up to the end marker. */
static bool vrp_jpeg_read(vrp_jpeg *j) {
    for (int64_t at = 2;;) {
        while (j->file[at] != 0xFF) at++;
        while (j->file[at] == 0xFF) at++;
        const int marker = j->file[at++];
        if (marker == 0xD9) return true;
        const uint8_t *p = j->file + at + 2;
        const int64_t n = vrp_jpeg_be16(j->file + at) - 2, from = at + 2;
        bool ok = true;
        at = from + n;
        if (marker == 0xC0 || marker == 0xC1 || marker == 0xC2) {
            j->progressive = marker == 0xC2;
            ok = vrp_jpeg_frame_read(j, from);
        } else if (marker == 0xC4) {
            ok = vrp_jpeg_huffman_read(j, from, n);
        } else if (marker == 0xDB) {
            vrp_jpeg_quantizers_read(j, from, n);
        } else if (marker == 0xDD && n >= 2) {
            j->restart = vrp_jpeg_be16(p);
        } else if (marker == 0xE0 && n >= 14 && memcmp(p, "JFIF", 5) == 0) {
            j->jfif = true;
        } else if (marker == 0xEE && n >= 12 && memcmp(p, "Adobe", 5) == 0) {
            j->adobe = p[11];
        } else if (marker == 0xDA) {
            ok = vrp_jpeg_scan(j, from, n);
            at = j->at;
        }
        if (!ok) return false;
    }
}

/* ---- from planes to pixels ---- */

/* s[-1 .. n] = three times row i of a plane plus its nearer neighbour; the ends are replicated. */
static void vrp_jpeg_mix_rows(uint16_t *restrict s, const vrp_jpeg_plane *p, int64_t i, int64_t near) {
    const uint8_t *restrict a = p->samples + i * p->across * 8;
    const uint8_t *restrict b = p->samples + vr_clamp(near, 0, p->height - 1) * p->across * 8;
    const int64_t n = p->width;
    for (int64_t x = 0; x < n; x++) s[x] = (uint16_t)(3 * a[x] + b[x]);
    s[-1] = s[0], s[n] = s[n - 1];
}

/* Doubles every sample with a quarter of its neighbour: (3 s + neighbour + bias) >> shift. */
static void vrp_jpeg_double(uint8_t *restrict out, const uint16_t *restrict s, int64_t n, int left, int right,
                            int shift) {
    for (int64_t x = 0; x < n; x++) {
        out[2 * x] = (uint8_t)((3 * s[x] + s[x - 1] + left) >> shift);
        out[2 * x + 1] = (uint8_t)((3 * s[x] + s[x + 1] + right) >> shift);
    }
}

/* Row y of a plane at the image's size: unchanged, interpolated where it is half as wide or high, else repeated.
 * room: memory of the row; mixed: of a row of sums, with one place before it. */
static const uint8_t *vrp_jpeg_row(const vrp_jpeg *j, const vrp_jpeg_plane *p, int64_t y, uint8_t *room,
                                   uint16_t *mixed) {
    const int h = j->h_max / p->h, v = j->v_max / p->v;
    const int64_t i = y / v, near = y % 2 ? i + 1 : i - 1, n = p->width;
    const uint8_t *row = p->samples + i * p->across * 8;
    if (h == 1 && v == 1) return row;
    if (h == 2 && v <= 2 && n > 2) { /* libjpeg does not interpolate two columns */
        if (v == 2) {
            vrp_jpeg_mix_rows(mixed, p, i, near);
            vrp_jpeg_double(room, mixed, n, 8, 7, 4);
        } else {
            for (int64_t x = 0; x < n; x++) mixed[x] = row[x];
            mixed[-1] = mixed[0], mixed[n] = mixed[n - 1];
            vrp_jpeg_double(room, mixed, n, 1, 2, 2);
        }
    } else if (h == 1 && v == 2) {
        vrp_jpeg_mix_rows(mixed, p, i, near);
        for (int64_t x = 0; x < n; x++) room[x] = (uint8_t)((mixed[x] + 1 + y % 2) >> 2);
    } else {
        for (int64_t x = 0; x < n; x++)
            for (int k = 0; k < h; k++) room[x * h + k] = row[x];
    }
    return room;
}

/* libjpeg guesses the first coefficients of a file whose scans do not give all of their bits, which is not done here. */
static bool vrp_jpeg_complete(const vrp_jpeg *j) {
    for (int c = 0; c < j->planes; c++)
        for (int k = 1; k < 10; k++)
            if (j->plane[c].missing[k] != 0)
                return vr_fail(j->err, VR_ERR_UNSUPPORTED,
                               "%s: byte %lld: unsupported: progressive JPEG without its last scans", j->name,
                               (long long)j->size);
    return true;
}

static inline uint8_t vrp_jpeg_level(int32_t v) { return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v); }

/* JFIF's YCbCr in fixed point with 16 fractional bits: libjpeg's jdcolor.c. */
static void vrp_jpeg_ycc(uint8_t *restrict rgb, const uint8_t *restrict y, const uint8_t *restrict cb,
                         const uint8_t *restrict cr, int64_t n) {
    enum { TILE = 64 };
    uint8_t part[3][TILE];
    for (int64_t from = 0; from < n; from += TILE) {
        const int64_t count = vr_min(TILE, n - from);
        for (int64_t k = 0; k < TILE; k++) { /* rows are allocated in whole tiles */
            const int32_t l = y[from + k], b = cb[from + k] - 128, r = cr[from + k] - 128;
            part[0][k] = vrp_jpeg_level(l + ((91881 * r + 32768) >> 16));
            part[1][k] = vrp_jpeg_level(l + ((-22554 * b - 46802 * r + 32768) >> 16));
            part[2][k] = vrp_jpeg_level(l + ((116130 * b + 32768) >> 16));
        }
        for (int64_t k = 0; k < count; k++)
            for (int c = 0; c < 3; c++) rgb[(from + k) * 3 + c] = part[c][k];
    }
}

/* rgb = the light that passes three inks and black, each stored inverted, as Adobe writes and Pillow reads them. rgb
 * contains the inks. */
static void vrp_jpeg_cmyk(uint8_t *rgb, const uint8_t *black, int64_t n) {
    for (int64_t x = 0; x < n; x++)
        for (int c = 0; c < 3; c++) {
            const int t = rgb[3 * x + c] * black[x] + 128;
            rgb[3 * x + c] = vrp_jpeg_level(black[x] - ((t + (t >> 8)) >> 8));
        }
}

/* True where the first three components are YCbCr: libjpeg's rules. */
static bool vrp_jpeg_is_ycc(const vrp_jpeg *j) {
    if (j->planes == 4) return j->adobe > 0;
    if (j->jfif) return true;
    if (j->adobe >= 0) return j->adobe != 0;
    return !(j->plane[0].id == 'R' && j->plane[1].id == 'G' && j->plane[2].id == 'B');
}

static void vrp_jpeg_pixels(vrp_jpeg *j, vr_image image) {
    const int64_t W = image.width, room = (W + 2 * 8 * j->h_max + 127) / 64 * 64;
    uint8_t *rooms = (uint8_t *)vr_arena_zeroed(j->scratch, 4, room);
    uint16_t *mixed = VR_NEW(j->scratch, uint16_t, room + 64) + 32;
    const bool ycc = vrp_jpeg_is_ycc(j);
    for (int64_t y = 0; y < image.height; y++) {
        uint8_t *out = image.pixels + y * W * 3;
        const uint8_t *row[4];
        for (int c = 0; c < j->planes; c++)
            row[c] = vrp_jpeg_row(j, &j->plane[c], y, rooms + c * room, mixed);
        if (j->planes == 1)
            for (int64_t x = 0; x < W; x++) memset(out + 3 * x, row[0][x], 3);
        else if (ycc)
            vrp_jpeg_ycc(out, row[0], row[1], row[2], W);
        else
            for (int64_t x = 0; x < W; x++)
                for (int c = 0; c < 3; c++)
                    out[3 * x + c] = (uint8_t)(j->planes == 4 ? 255 - row[c][x] : row[c][x]);
        if (j->planes == 4) vrp_jpeg_cmyk(out, row[3], W);
    }
}

bool vrp_jpeg_decode(vr_image image, vr_bytes file, const char *name, vr_arena *scratch, vr_err *err) {
    const vr_arena_mark mark = vr_arena_here(scratch);
    vrp_jpeg *j = VR_NEW(scratch, vrp_jpeg, 1);
    *j = (vrp_jpeg){.file = file.data,
                    .size = file.size,
                    .width = image.width,
                    .height = image.height,
                    .name = name,
                    .err = err,
                    .scratch = scratch,
                    .adobe = -1};
    j->clean = (uint8_t *)vr_arena_alloc(scratch, file.size + VRP_JPEG_PAD + 8, 1);
    const bool ok = vrp_jpeg_read(j) && (!j->progressive || vrp_jpeg_complete(j));
    for (int c = 0; ok && j->progressive && c < j->planes; c++) {
        const vrp_jpeg_plane *s = &j->plane[c];
        for (int64_t k = 0; k < s->across * s->down; k++)
            vrp_jpeg_idct(s->samples + (k / s->across * s->across * 8 + k % s->across) * 8, s->across * 8,
                          s->coefficients + 64 * k, s->quantizer);
    }
    if (ok) vrp_jpeg_pixels(j, image);
    vr_arena_rewind(scratch, mark);
    return ok;
}

/* ---- writing ---- */

/* Annex K: the usual tables. Quantizers in row-major order, for quality 50: luma, chroma. */
static const uint8_t vrp_jpeg_annex_quantizers[2][64] = {
    {16, 11,  10,  16, 24, 40, 51, 61, 12,  12,  14,  19,  26, 58, 60, 55,  14,  13,  16,  24, 40, 57,
     69, 56,  14,  17, 22, 29, 51, 87, 80,  62,  18,  22,  37, 56, 68, 109, 103, 77,  24,  35, 55, 64,
     81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98,  112, 100, 103, 99},
    {17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99,
     99, 99, 47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
     99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99}};

/* The numbers of codes of 1 .. 16 bits, and their symbols: DC and AC of luma, then of chroma. */
static const uint8_t vrp_jpeg_annex_dc_counts[2][16] = {{0, 1, 5, 1, 1, 1, 1, 1, 1},
                                                        {0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1}};
static const uint8_t vrp_jpeg_annex_dc_symbols[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
static const uint8_t vrp_jpeg_annex_ac_counts[2][16] = {{0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125},
                                                        {0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119}};
static const uint8_t vrp_jpeg_annex_ac_symbols[2][162] = {
    {0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22,
     0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33,
     0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34,
     0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55,
     0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76,
     0x77, 0x78, 0x79, 0x7a, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96,
     0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5,
     0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4,
     0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1,
     0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa},
    {0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13,
     0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0, 0x15, 0x62,
     0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26, 0x27, 0x28, 0x29,
     0x2a, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54,
     0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75,
     0x76, 0x77, 0x78, 0x79, 0x7a, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94,
     0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3,
     0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2,
     0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea,
     0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa}};

typedef struct vrp_jpeg_codes {
    uint16_t code[256];
    uint8_t bits[256];
} vrp_jpeg_codes;

typedef struct vrp_jpeg_writer {
    vr_text text;
    uint64_t buffer; /* `count` bits at the lower end */
    int count;
    uint16_t quantizer[2][64];
    vrp_jpeg_codes dc[2], ac[2];
} vrp_jpeg_writer;

/* Appends a segment's marker and length, for n more bytes. */
static void vrp_jpeg_put_marker(vrp_jpeg_writer *w, int marker, int64_t n) {
    const uint8_t head[4] = {0xFF, (uint8_t)marker, (uint8_t)((n + 2) >> 8), (uint8_t)(n + 2)};
    vr_text_bytes(&w->text, head, 4);
}

static void vrp_jpeg_put_codes(vrp_jpeg_writer *w, vrp_jpeg_codes *codes, int id, const uint8_t counts[16],
                               const uint8_t *symbols) {
    int code = 0, n = 0;
    for (int length = 1; length <= 16; length++, code <<= 1)
        for (int i = 0; i < counts[length - 1]; i++, n++) {
            codes->code[symbols[n]] = (uint16_t)code++;
            codes->bits[symbols[n]] = (uint8_t)length;
        }
    vrp_jpeg_put_marker(w, 0xC4, 17 + n);
    vr_text_bytes(&w->text, &(uint8_t){(uint8_t)id}, 1);
    vr_text_bytes(&w->text, counts, 16);
    vr_text_bytes(&w->text, symbols, n);
}

/* Everything before the data. */
static void vrp_jpeg_put_head(vrp_jpeg_writer *w, vr_image image, int quality, bool half) {
    static const uint8_t jfif[] = {0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F',
                                   0,    1,    1,    0,    0, 1,  0,   1,   0,   0};
    const int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;
    vr_text_bytes(&w->text, jfif, sizeof jfif);
    for (int t = 0; t < 2; t++) {
        uint8_t zigzag[65] = {(uint8_t)t};
        for (int k = 0; k < 64; k++) {
            const int at = vrp_jpeg_zigzag[k];
            const int64_t q = vr_clamp((vrp_jpeg_annex_quantizers[t][at] * scale + 50) / 100, 1, 255);
            w->quantizer[t][at] = (uint16_t)q;
            zigzag[1 + k] = (uint8_t)q;
        }
        vrp_jpeg_put_marker(w, 0xDB, 65);
        vr_text_bytes(&w->text, zigzag, 65);
    }
    const uint8_t frame[15] = {8,
                               (uint8_t)(image.height >> 8),
                               (uint8_t)image.height,
                               (uint8_t)(image.width >> 8),
                               (uint8_t)image.width,
                               3,
                               1,
                               half ? 0x22 : 0x11,
                               0,
                               2,
                               0x11,
                               1,
                               3,
                               0x11,
                               1};
    vrp_jpeg_put_marker(w, 0xC0, 15);
    vr_text_bytes(&w->text, frame, 15);
    for (int t = 0; t < 2; t++) {
        vrp_jpeg_put_codes(w, &w->dc[t], t, vrp_jpeg_annex_dc_counts[t], vrp_jpeg_annex_dc_symbols);
        vrp_jpeg_put_codes(w, &w->ac[t], 16 + t, vrp_jpeg_annex_ac_counts[t], vrp_jpeg_annex_ac_symbols[t]);
    }
    static const uint8_t scan[10] = {3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0};
    vrp_jpeg_put_marker(w, 0xDA, 10);
    vr_text_bytes(&w->text, scan, 10);
}

static void vrp_jpeg_put_bits(vrp_jpeg_writer *w, uint32_t bits, int n) {
    w->buffer = w->buffer << n | bits;
    w->count += n;
    while (w->count >= 8) {
        const uint8_t byte[2] = {(uint8_t)(w->buffer >> (w->count - 8)), 0};
        vr_text_bytes(&w->text, byte, byte[0] == 0xFF ? 2 : 1);
        w->count -= 8;
    }
}

/* A value's symbol, run << 4 | size, and its bits; a negative value less one. */
static void vrp_jpeg_put_value(vrp_jpeg_writer *w, const vrp_jpeg_codes *codes, int run, int value) {
    const unsigned size =
        value == 0 ? 0 : 32 - (unsigned)__builtin_clz((unsigned)(value < 0 ? -value : value));
    const unsigned symbol = (unsigned)run << 4 | size,
                   low = (unsigned)(value < 0 ? value - 1 : value) & ((1u << size) - 1);
    vrp_jpeg_put_bits(w, codes->code[symbol], codes->bits[symbol]);
    if (size > 0) vrp_jpeg_put_bits(w, low, (int)size);
}

/* Eight forward DCTs side by side, scaled by sqrt(8); the first pass keeps two more bits: libjpeg's jfdctint.c. */
static inline void vrp_jpeg_fdct_pass(vrp_jpeg_vec m[8], bool first) {
    const int shift = first ? 11 : 15;
    const vrp_jpeg_vec half = (vrp_jpeg_vec){0} + (1 << (shift - 1));
    vrp_jpeg_vec s[4], d[4];
    for (int k = 0; k < 4; k++) s[k] = m[k] + m[7 - k], d[k] = m[k] - m[7 - k];
    const vrp_jpeg_vec a = s[0] + s[3], b = s[1] + s[2], c = s[0] - s[3], e = s[1] - s[2];
    m[0] = first ? (a + b) * 4 : (a + b + 2) >> 2;
    m[4] = first ? (a - b) * 4 : (a - b + 2) >> 2;
    const vrp_jpeg_vec z = (c + e) * 4433 + half;
    m[2] = (z + c * 6270) >> shift;
    m[6] = (z - e * 15137) >> shift;
    const vrp_jpeg_vec both = (d[3] + d[1] + d[2] + d[0]) * 9633 + half;
    const vrp_jpeg_vec z1 = (d[3] + d[0]) * 7373, z2 = (d[2] + d[1]) * 20995;
    const vrp_jpeg_vec z3 = both - (d[3] + d[1]) * 16069, z4 = both - (d[2] + d[0]) * 3196;
    m[7] = (d[3] * 2446 - z1 + z3) >> shift;
    m[5] = (d[2] * 16819 - z2 + z4) >> shift;
    m[3] = (d[1] * 25172 - z2 + z3) >> shift;
    m[1] = (d[0] * 12299 - z1 + z4) >> shift;
}

/* Transforms, quantizes and appends the block of 8 x 8 samples. */
static void vrp_jpeg_put_block(vrp_jpeg_writer *w, vrp_jpeg_plane *s, int64_t x, int64_t y) {
    const int t = s->table;
    if (8 * x >= s->width ||
        8 * y >= s->height) { /* padding of an MCU: flat, with the DC of the block before it */
        vrp_jpeg_put_value(w, &w->dc[t], 0, 0);
        vrp_jpeg_put_value(w, &w->ac[t], 0, 0);
        return;
    }
    const uint8_t *samples = s->samples + (y * s->across * 8 + x) * 8;
    vrp_jpeg_vec m[8];
    for (int v = 0; v < 8; v++)
        for (int u = 0; u < 8; u++) m[v][u] = samples[v * s->across * 8 + u] - 128;
    vrp_jpeg_transpose(m);
    vrp_jpeg_fdct_pass(m, true);
    vrp_jpeg_transpose(m);
    vrp_jpeg_fdct_pass(m, false);
    int32_t block[64], run = 0;
    memcpy(block, m, sizeof block);
    for (int k = 0; k < 64; k++) {
        const int32_t at = vrp_jpeg_zigzag[k], v = block[at], q = 8 * w->quantizer[t][at];
        const int32_t value = v < 0 ? -((q / 2 - v) / q) : (q / 2 + v) / q;
        if (k == 0) {
            vrp_jpeg_put_value(w, &w->dc[t], 0, value - s->last_dc);
            s->last_dc = (int16_t)value;
        } else if (value == 0) {
            run++;
        } else {
            for (; run >= 16; run -= 16) vrp_jpeg_put_value(w, &w->ac[t], 15, 0);
            vrp_jpeg_put_value(w, &w->ac[t], run, value);
            run = 0;
        }
    }
    if (run > 0) vrp_jpeg_put_value(w, &w->ac[t], 0, 0);
}

/* JFIF's YCbCr of all pixels, the last one of each row repeated up to whole MCUs. */
static void vrp_jpeg_planes_of(vrp_jpeg_plane plane[3], vr_image image) {
    for (int64_t y = 0; y < image.height; y++) {
        const int64_t from = y * plane->across * 8;
        for (int64_t x = 0; x < plane->across * 8; x++) {
            const uint8_t *p = image.pixels + (y * image.width + vr_min(x, image.width - 1)) * 3;
            const int32_t r = p[0], g = p[1], b = p[2];
            plane[0].samples[from + x] = (uint8_t)((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
            plane[1].samples[from + x] =
                (uint8_t)((32768 * b - 11059 * r - 21709 * g + (128 << 16) + 32767) >> 16);
            plane[2].samples[from + x] =
                (uint8_t)((32768 * r - 27439 * g - 5329 * b + (128 << 16) + 32767) >> 16);
        }
    }
}

/* Halves a plane in both directions: means of four, rounded down and up in turn. */
static void vrp_jpeg_halve(vrp_jpeg_plane *s) {
    const int64_t wide = s->across * 8, rows = (s->height + 1) / 2;
    for (int64_t y = 0; y < rows; y++) {
        const uint8_t *a = s->samples + 2 * y * wide, *b = 2 * y + 1 < s->height ? a + wide : a;
        uint8_t *out = s->samples + y * wide / 2;
        for (int64_t x = 0; x < wide / 2; x++)
            out[x] = (uint8_t)((a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1] + 1 + x % 2) >> 2);
    }
    s->across /= 2, s->down /= 2;
    s->width = (s->width + 1) / 2, s->height = rows;
    s->h = s->v = 1;
}

vr_bytes vrp_jpeg_encode(vr_arena *arena, vr_image image, int quality) {
    VR_CHECK(quality >= 1 && quality <= 100, "a JPEG quality of %d", quality);
    VR_CHECK(image.width < 65536 && image.height < 65536, "%lld x %lld pixels exceed a JPEG",
             (long long)image.width, (long long)image.height);
    const int side = quality <= 90 ? 2 : 1;
    vr_arena scratch = {0};
    vrp_jpeg_writer *w = VR_NEW(&scratch, vrp_jpeg_writer, 1);
    w->text.arena = arena;
    vrp_jpeg_plane plane[3];
    const int64_t across = (image.width + 8 * side - 1) / (8 * side),
                  down = (image.height + 8 * side - 1) / (8 * side);
    for (int c = 0; c < 3; c++) {
        plane[c] = (vrp_jpeg_plane){.h = side,
                                    .v = side,
                                    .table = c > 0,
                                    .width = image.width,
                                    .height = image.height,
                                    .across = across * side,
                                    .down = down * side};
        plane[c].samples = (uint8_t *)vr_arena_alloc(&scratch, plane[c].across * plane[c].down, 64);
    }
    vrp_jpeg_planes_of(plane, image);
    for (int c = 0; c < 3; c++) {
        if (c > 0 && side == 2) vrp_jpeg_halve(&plane[c]);
        for (int64_t y = plane[c].height; y < plane[c].down * 8; y++) /* the last row, repeated */
            memcpy(plane[c].samples + y * plane[c].across * 8,
                   plane[c].samples + (plane[c].height - 1) * plane[c].across * 8,
                   (size_t)plane[c].across * 8);
    }
    vrp_jpeg_put_head(w, image, quality, side == 2);
    for (int64_t n = 0; n < across * down; n++)
        for (int c = 0; c < 3; c++)
            for (int k = 0; k < plane[c].h * plane[c].v; k++)
                vrp_jpeg_put_block(w, &plane[c], n % across * plane[c].h + k % plane[c].h,
                                   n / across * plane[c].v + k / plane[c].h);
    if (w->count > 0) vrp_jpeg_put_bits(w, (1u << (8 - w->count)) - 1, 8 - w->count);
    vr_text_bytes(&w->text, "\xFF\xD9", 2);
    const vr_bytes file = {.data = (const uint8_t *)w->text.data, .size = w->text.size};
    vr_arena_free(&scratch);
    return file;
}

#undef VRP_JPEG_SHUFFLE
