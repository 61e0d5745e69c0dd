/* tests/golden/images.h: written by make_images.py (Pillow 13.0.0, libjpeg-turbo 3.2.0). */
static const struct {
    const char *name;
    int width, height;
    uint32_t crc;
} golden_images[] = {
    {"rgba.png", 29, 23, 0xb1dfadfd},
    {"grey_alpha.png", 29, 23, 0x0b2b9f10},
    {"grey.png", 29, 23, 0x0b2b9f10},
    {"bits1.png", 29, 23, 0x8c818051},
    {"palette_clear.png", 29, 23, 0x8b73e54c},
    {"grey_clear.png", 29, 23, 0x0b2b9f10},
    {"rgb16.png", 7, 5, 0x2bb789b6},
    {"rgba16.png", 7, 5, 0x2bb789b6},
    {"grey16.png", 7, 5, 0xedb4fdd0},
    {"grey_alpha16.png", 7, 5, 0xedb4fdd0},
    {"bits2.png", 7, 5, 0xf41819d5},
    {"bits4.png", 7, 5, 0xf41819d5},
    {"s420.jpg", 61, 47, 0x18a8d32f},
    {"s422.jpg", 61, 47, 0x0e99b6d2},
    {"s444.jpg", 61, 47, 0x37f86533},
    {"progressive420.jpg", 61, 47, 0x18a8d32f},
    {"progressive444.jpg", 61, 47, 0x37f86533},
    {"optimized.jpg", 61, 47, 0x18a8d32f},
    {"restarts.jpg", 61, 47, 0x18a8d32f},
    {"restart_rows.jpg", 61, 47, 0x37f86533},
    {"restart_progressive.jpg", 61, 47, 0x18a8d32f},
    {"poor.jpg", 61, 47, 0xed73c8a4},
    {"best.jpg", 61, 47, 0x1cdd074a},
    {"grey_progressive.jpg", 61, 47, 0x0acdc16d},
    {"1x1.jpg", 1, 1, 0x5900a653},
    {"2x1.jpg", 2, 1, 0xa8c8ceea},
    {"1x2.jpg", 1, 2, 0x83482714},
    {"3x3.jpg", 3, 3, 0xbd967218},
    {"8x8.jpg", 8, 8, 0xb3f871e2},
    {"9x17.jpg", 9, 17, 0xf84db766},
    {"16x16.jpg", 16, 16, 0x8c1d85a8},
    {"17x9.jpg", 17, 9, 0xf2493549},
};

/* exif_transpose of the pixels 0 1 2 / 3 4 5, by orientation. */
static const struct {
    int width, height, pixels[6];
} golden_upright[9] = {
    {0, 0, {0}},
    {3, 2, {0, 1, 2, 3, 4, 5}},
    {3, 2, {2, 1, 0, 5, 4, 3}},
    {3, 2, {5, 4, 3, 2, 1, 0}},
    {3, 2, {3, 4, 5, 0, 1, 2}},
    {2, 3, {0, 3, 1, 4, 2, 5}},
    {2, 3, {3, 0, 4, 1, 5, 2}},
    {2, 3, {5, 2, 4, 1, 3, 0}},
    {2, 3, {2, 5, 1, 4, 0, 3}},
};
