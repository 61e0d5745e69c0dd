/* base/rng.c: Philox4x32-10, a counter-based generator without state. Rejected: PCG and xoshiro, whose state has to
 * be passed, split and saved with every loop. */
#include "rng.h"
#include <math.h>

void vr_philox4x32(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]) {
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

static void vrp_rng_block(uint32_t out[4], vr_rng r, uint64_t block) {
    const uint32_t counter[4] = {(uint32_t)block, (uint32_t)(block >> 32), (uint32_t)r.stream,
                                 (uint32_t)(r.stream >> 32)};
    const uint32_t key[2] = {(uint32_t)r.seed, (uint32_t)(r.seed >> 32)};
    vr_philox4x32(out, counter, key);
}

/* A new stream from a stream and a number: one Philox block under another key, so that streams are independent of the
 * draws of their parent. */
static vr_rng vrp_rng_derive(vr_rng r, uint64_t number, uint32_t kind) {
    const uint32_t counter[4] = {(uint32_t)number, (uint32_t)(number >> 32), (uint32_t)r.stream,
                                 (uint32_t)(r.stream >> 32)};
    const uint32_t key[2] = {(uint32_t)r.seed ^ kind, (uint32_t)(r.seed >> 32) ^ 0x76697372u};
    uint32_t out[4];
    vr_philox4x32(out, counter, key);
    return (vr_rng){.seed = r.seed, .stream = (uint64_t)out[1] << 32 | out[0]};
}

vr_rng vr_rng_init(uint64_t seed) { return (vr_rng){.seed = seed, .stream = 0}; }

vr_rng vr_rng_split(vr_rng rng, const char *purpose) {
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a of the name */
    for (const char *c = purpose; *c; c++) h = (h ^ (uint8_t)*c) * 0x100000001b3u;
    return vrp_rng_derive(rng, h, 0x6e616d65u);
}

vr_rng vr_rng_at(vr_rng rng, uint64_t index) { return vrp_rng_derive(rng, index, 0x696e6478u); }

uint32_t vr_rng_u32(vr_rng rng, uint64_t i) {
    uint32_t out[4];
    vrp_rng_block(out, rng, i / 4);
    return out[i % 4];
}

static uint64_t vrp_rng_u64(vr_rng rng, uint64_t i) {
    uint32_t out[4];
    vrp_rng_block(out, rng, i / 2);
    return (uint64_t)out[i % 2 * 2 + 1] << 32 | out[i % 2 * 2];
}

static float vrp_rng_to_uniform(uint32_t bits) { return (float)(bits >> 8) * 0x1p-24f; }

float vr_rng_uniform(vr_rng rng, uint64_t i) { return vrp_rng_to_uniform(vr_rng_u32(rng, i)); }

int64_t vr_rng_below(vr_rng rng, uint64_t i, int64_t n) {
    /* the high 64 bits of a 64 x 64 product, without __int128 */
    uint64_t x = vrp_rng_u64(rng, i), m = (uint64_t)n;
    uint64_t xl = x & 0xffffffffu, xh = x >> 32, ml = m & 0xffffffffu, mh = m >> 32;
    uint64_t mid = xh * ml + (xl * ml >> 32), mid2 = xl * mh + (mid & 0xffffffffu);
    return (int64_t)(xh * mh + (mid >> 32) + (mid2 >> 32));
}

static void vrp_rng_normal_pair(float out[2], uint32_t a, uint32_t b) {
    double u = ((double)a + 1.0) * 0x1p-32; /* in (0,1], so that the logarithm is finite */
    double radius = sqrt(-2.0 * log(u)), angle = 6.283185307179586 * ((double)b * 0x1p-32);
    out[0] = (float)(radius * cos(angle));
    out[1] = (float)(radius * sin(angle));
}

float vr_rng_normal(vr_rng rng, uint64_t i) {
    uint32_t bits[4];
    float pair[2];
    vrp_rng_block(bits, rng, i / 4);
    vrp_rng_normal_pair(pair, bits[i % 4 / 2 * 2], bits[i % 4 / 2 * 2 + 1]);
    return pair[i % 2];
}

void vr_rng_uniform_fill(float *out, int64_t n, vr_rng rng, uint64_t first) {
    uint32_t bits[4] = {0};
    for (int64_t j = 0; j < n; j++) {
        uint64_t i = first + (uint64_t)j;
        if (j == 0 || i % 4 == 0) vrp_rng_block(bits, rng, i / 4);
        out[j] = vrp_rng_to_uniform(bits[i % 4]);
    }
}

void vr_rng_normal_fill(float *out, int64_t n, vr_rng rng, uint64_t first) {
    float four[4] = {0};
    for (int64_t j = 0; j < n; j++) {
        uint64_t i = first + (uint64_t)j;
        if (j == 0 || i % 4 == 0) {
            uint32_t bits[4];
            vrp_rng_block(bits, rng, i / 4);
            vrp_rng_normal_pair(four, bits[0], bits[1]);
            vrp_rng_normal_pair(four + 2, bits[2], bits[3]);
        }
        out[j] = four[i % 4];
    }
}

void vr_rng_permutation(int64_t *out, int64_t n, vr_rng rng) {
    for (int64_t i = 0; i < n; i++) out[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t j = vr_rng_below(rng, (uint64_t)i, i + 1), t = out[i];
        out[i] = out[j];
        out[j] = t;
    }
}
