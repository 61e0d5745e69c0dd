/* tests/golden/images.h: written by make_images.py (Pillow 13.0.0, libjpeg-turbo 3.2.0). */
static const VR_UNUSED struct {
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
    {"cmyk.jpg", 61, 47, 0x0743423f},
    {"rgb.jpg", 61, 47, 0x6f94fd92},
    {"s440.jpg", 61, 47, 0x867ec65a},
    {"s411.jpg", 61, 47, 0x7b2dc24d},
    {"ycck.jpg", 61, 47, 0x8edac055},
};

/* Files that Pillow writes of the picture of draws.py. */
static const VR_UNUSED struct {
    int width, height, quality;
    uint32_t crc;
} golden_written[] = {
    {1, 1, 1, 0x026c25e7},
    {1, 1, 10, 0x52c217d1},
    {1, 1, 50, 0x924f624e},
    {1, 1, 75, 0x2a2da05f},
    {1, 1, 90, 0x79431350},
    {1, 1, 91, 0x70989818},
    {1, 1, 100, 0xa57e5f97},
    {8, 8, 1, 0xfe7535c2},
    {8, 8, 10, 0x881b67d3},
    {8, 8, 50, 0x9607604e},
    {8, 8, 75, 0x26946494},
    {8, 8, 90, 0x437253da},
    {8, 8, 91, 0xf8c40b8b},
    {8, 8, 100, 0x743444fd},
    {9, 8, 1, 0x61c35e11},
    {9, 8, 10, 0x6606a14a},
    {9, 8, 50, 0xc4868825},
    {9, 8, 75, 0xaf726e25},
    {9, 8, 90, 0xe3477640},
    {9, 8, 91, 0x0f72f5ec},
    {9, 8, 100, 0x1f0c3525},
    {16, 16, 1, 0x79bc80eb},
    {16, 16, 10, 0x992bc0de},
    {16, 16, 50, 0x0737e990},
    {16, 16, 75, 0xe2fb06d9},
    {16, 16, 90, 0x20b16b00},
    {16, 16, 91, 0xc15201d1},
    {16, 16, 100, 0xdf839a27},
    {33, 17, 1, 0x85a7886e},
    {33, 17, 10, 0xfc20336e},
    {33, 17, 50, 0x5ab9cc8b},
    {33, 17, 75, 0xb31cadd0},
    {33, 17, 90, 0x5ec0f79f},
    {33, 17, 91, 0xfd02fec6},
    {33, 17, 100, 0x3d35c32f},
    {15, 1, 1, 0x0c701ed2},
    {15, 1, 10, 0xb32572ff},
    {15, 1, 50, 0xb64f2aed},
    {15, 1, 75, 0x21b123fc},
    {15, 1, 90, 0x356e361d},
    {15, 1, 91, 0x73c5da9f},
    {15, 1, 100, 0x6248660f},
    {61, 47, 1, 0x5d655af7},
    {61, 47, 10, 0x259bf732},
    {61, 47, 50, 0x2afda196},
    {61, 47, 75, 0xb639f7d0},
    {61, 47, 90, 0xc55eca00},
    {61, 47, 91, 0x6e306601},
    {61, 47, 100, 0xedb03d32},
};

/* jpeg_compression of the same picture at severities 1 .. 5: the qualities of make_{cifar,imagenet_64,imagenet}_c.py. */
static const VR_UNUSED struct {
    int width, height;
    uint32_t crc[5];
} golden_compressed[] = {
    {31, 27, {0xb301ea42, 0x6f63e76b, 0xa206e6e7, 0x81fb16ea, 0x86130ba8}},
    {70, 61, {0xbdbc1e1f, 0xa0dc8e64, 0x49ae3505, 0x3eafead8, 0xe983f195}},
    {170, 162, {0xe378a9b4, 0x864fa93d, 0xbf77b205, 0x325e2b2f, 0xfd990910}},
};

/* exif_transpose of the pixels 0 1 2 / 3 4 5, by orientation. */
static const VR_UNUSED struct {
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
