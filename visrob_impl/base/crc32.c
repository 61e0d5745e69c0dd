/* base/crc32.c: slicing by eight. */
#include "crc32.h"

static uint32_t vrp_crc32_word(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Eight tables for eight bytes a step: [k][b] is the CRC of byte b followed by k zero bytes. */
typedef struct vrp_crc32_tables {
    uint32_t t[8][256];
} vrp_crc32_tables;

static void vrp_crc32_tables_fill(vrp_crc32_tables *tables) {
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
    vrp_crc32_tables tables; /* filled in each call, which takes microseconds: no shared state */
    crc = ~crc;
    vrp_crc32_tables_fill(&tables);
    for (; n >= 8; n -= 8, p += 8) {
        uint32_t a = vrp_crc32_word(p) ^ crc, b = vrp_crc32_word(p + 4);
        crc = tables.t[7][a & 255] ^ tables.t[6][a >> 8 & 255] ^ tables.t[5][a >> 16 & 255] ^
              tables.t[4][a >> 24] ^ tables.t[3][b & 255] ^ tables.t[2][b >> 8 & 255] ^
              tables.t[1][b >> 16 & 255] ^ tables.t[0][b >> 24];
    }
    for (; n > 0; n--) crc = crc >> 8 ^ tables.t[0][(crc ^ *p++) & 255];
    return ~crc;
}
