/* base/number.h: numbers from text, correctly rounded, independent of the locale. */
#ifndef VISROB_BASE_NUMBER_H
#define VISROB_BASE_NUMBER_H
#include "base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* *x = s[0..n) as a decimal integer: "42", "-7", "+3".
 * Notes:   false, with *x = 0, for anything else: no digits, a space, a point, more than 64 bits. */
VR_API bool vr_number_int(int64_t *x, const char *s, int64_t n);

/* *x = s[0..n) as a number: "1", "-0.5", ".5", "5.", "1e-3", "nan", "inf", "-Infinity".
 * Notes:   rounds to the nearest double. False, with *x = 0, for anything else and for a number that overflows; one
 *          that underflows becomes a subnormal or 0. */
VR_API bool vr_number_double(double *x, const char *s, int64_t n);

/* *x = m * 10^exponent, where one rounded operation gives the nearest double; otherwise false, with *x undefined.
 * Notes:   for parsers that read the digits themselves.
 * Source:  Clinger 1990, "How to read floating point numbers accurately". */
VR_API bool vr_number_scale(double *x, uint64_t m, int64_t exponent);

#ifdef __cplusplus
}
#endif
#endif
