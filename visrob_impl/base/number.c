/* base/number.c: a number of up to 19 digits and a small exponent is an exact integer times or divided by an exact
 * power of ten, so that one operation rounds it correctly (Clinger 1990); all others go to strtod. */
#include "number.h"
#include "error.h"
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool vr_number_int(int64_t *x, const char *s, int64_t n) {
    *x = 0;
    const bool negative = n > 0 && s[0] == '-';
    int64_t i = n > 0 && (s[0] == '-' || s[0] == '+');
    if (i == n) return false;
    uint64_t value = 0;
    const uint64_t most = (uint64_t)INT64_MAX + negative;
    const bool may_overflow = n - i > 18;
    for (; i < n; i++) {
        const unsigned digit = (unsigned)(uint8_t)s[i] - '0';
        if (digit > 9 || (may_overflow && value > (most - digit) / 10)) return false;
        value = value * 10 + digit;
    }
    *x = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

/* The general case: strtod needs a terminating 0 and the locale's decimal point. */
static bool vrp_number_strtod(double *x, const char *s, int64_t n) {
    const char *point = localeconv()->decimal_point;
    const size_t room = (size_t)n + strlen(point) + 1;
    char small[256], *text = room <= sizeof small ? small : (char *)malloc(room), *to = text;
    VR_CHECK(text != NULL, "out of memory: a number of %lld digits", (long long)n);
    for (int64_t i = 0; i < n; i++) {
        if (s[i] != '.')
            *to++ = s[i];
        else
            for (const char *c = point; *c; c++) *to++ = *c;
    }
    *to = 0;
    char *end;
    *x = strtod(text, &end);
    const bool whole = *end == 0;
    if (text != small) free(text);
    if (whole && isfinite(*x)) return true;
    *x = 0;
    return false;
}

static bool vrp_number_word(const char *s, int64_t n, const char *word) {
    if (n != (int64_t)strlen(word)) return false;
    for (int64_t i = 0; i < n; i++)
        if ((s[i] | 0x20) != word[i]) return false;
    return true;
}

/* *x = the number that eight digits stand for; false where not all are digits. Neighbours are put together, then pairs,
 * then fours (Lemire 2021, "Number parsing at a gigabyte per second"). */
static inline bool vrp_number_eight(uint64_t *x, const char *s) {
    const uint64_t each = (uint64_t)0x0101010101010101, high = each * 0xf0, four = (uint64_t)0xff000000ff;
    uint8_t b[8];
    memcpy(b, s, sizeof b);
    uint64_t w = (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
                 (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
    if ((w & high) != each * 0x30 || ((w + each * 6) & high) != each * 0x30) return false;
    w -= each * '0';
    w = w * 10 + (w >> 8);
    *x =
        ((w & four) * ((uint64_t)1000000 << 32 | 100) + (w >> 16 & four) * ((uint64_t)10000 << 32 | 1)) >> 32;
    return true;
}

/* Appends the digits from s[i] on to *m, at most 19 in all; returns where they end. */
static inline int64_t vrp_number_digits(const char *s, int64_t n, int64_t i, uint64_t *m, int *significant) {
    uint64_t value = *m, eight;
    int count = *significant;
    for (; i < n && s[i] >= '0' && s[i] <= '9'; i++) {
        const bool begun = value != 0 || s[i] != '0';
        if (begun && n - i >= 8 && count <= 11 && vrp_number_eight(&eight, s + i)) {
            value = value * 100000000 + eight, count += 8, i += 7;
            continue;
        }
        if (count < 19) value = value * 10 + (uint64_t)(s[i] - '0');
        if (begun && count < 99) count++;
    }
    *m = value, *significant = count;
    return i;
}

bool vr_number_scale(double *x, uint64_t m, int64_t exponent) {
    static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (m <= (uint64_t)1 << 53 && exponent >= -22 && exponent <= 22) {
        *x = exponent < 0 ? (double)m / ten[-exponent] : (double)m * ten[exponent];
        return true;
    }
#if LDBL_MANT_DIG == 64
    /* The same in 64 bits, then rounded to 53: correct unless the 64 bits lie halfway between two doubles. */
    if (exponent < -27 || exponent > 27) return false;
    const int64_t k = exponent < 0 ? -exponent : exponent;
    const long double power = (long double)ten[k > 22 ? 22 : k] * (long double)(k > 22 ? ten[k - 22] : 1.0);
    const long double y = exponent < 0 ? (long double)m / power : (long double)m * power;
    uint64_t bits;
    memcpy(&bits, &y, sizeof bits);
    *x = (double)y;
    return (bits & 0x7ff) != 0x400;
#else
    return false;
#endif
}

bool vr_number_double(double *x, const char *s, int64_t n) {
    *x = 0;
    const bool negative = n > 0 && s[0] == '-';
    int64_t i = n > 0 && (s[0] == '-' || s[0] == '+'), exponent = 0;
    uint64_t m = 0;
    int significant = 0;
    const int64_t from = i;
    i = vrp_number_digits(s, n, i, &m, &significant);
    int64_t digits = i - from;
    if (digits == 0 && (vrp_number_word(s + i, n - i, "inf") || vrp_number_word(s + i, n - i, "infinity"))) {
        *x = negative ? -(double)INFINITY : (double)INFINITY;
        return true;
    }
    if (digits == 0 && vrp_number_word(s + i, n - i, "nan")) {
        *x = (double)NAN;
        return true;
    }
    if (i < n && s[i] == '.') {
        const int64_t point = i + 1;
        i = vrp_number_digits(s, n, point, &m, &significant);
        digits += i - point;
        exponent -= i - point;
    }
    if (digits == 0) return false;
    if (i < n && (s[i] | 0x20) == 'e') {
        i++;
        const bool down = i < n && s[i] == '-';
        if (i < n && (s[i] == '-' || s[i] == '+')) i++;
        int64_t e = 0;
        const int64_t first = i;
        for (; i < n && s[i] >= '0' && s[i] <= '9'; i++)
            if (e < 100000)
                e = e * 10 + s[i] - '0'; /* beyond the range of a double the exact value does not matter */
        if (i == first) return false;
        exponent += down ? -e : e;
    }
    if (i < n) return false;
    if (significant > 19 || !vr_number_scale(x, m, exponent)) return vrp_number_strtod(x, s, n);
    if (negative) *x = -*x;
    return true;
}
