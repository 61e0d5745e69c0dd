/* image/colour.c */
#include "colour.h"
#include <math.h>

void vr_rgb_to_hsv(float hsv[3], const float rgb[3]) {
    const float r = rgb[0], g = rgb[1], b = rgb[2];
    const float high = fmaxf(r, fmaxf(g, b)), low = fminf(r, fminf(g, b)), range = high - low;
    hsv[0] = hsv[1] = 0;
    hsv[2] = high;
    if (!(range > 0)) return;
    float sixths = high == r ? (g - b) / range : high == g ? 2 + (b - r) / range : 4 + (r - g) / range;
    if (sixths < 0) sixths += 6;
    hsv[0] = sixths < 6 ? sixths / 6 : 0; /* 6 - tiny may round to 6 */
    hsv[1] = range / high;
}

void vr_hsv_to_rgb(float rgb[3], const float hsv[3]) {
    const float s = hsv[1], v = hsv[2];
    const float sixths = (hsv[0] - floorf(hsv[0])) * 6;
    const int sector = (int)sixths;
    const float f = sixths - (float)sector;
    const float p = v * (1 - s), q = v * (1 - f * s), t = v * (1 - (1 - f) * s);
    const float table[6][3] = {{v, t, p}, {q, v, p}, {p, v, t}, {p, q, v}, {t, p, v}, {v, p, q}};
    for (int c = 0; c < 3; c++) rgb[c] = table[sector % 6][c]; /* 1 - tiny may round to a whole turn */
}
