/* base/number.h: numbers from text, exactly rounded, whatever the locale says. */
#ifndef VISROB_BASE_NUMBER_H
#define VISROB_BASE_NUMBER_H
#include "base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* *x = the whole of s[0..n) as a decimal number: "42", "-7", "+3".
 * Notes:   false, with *x = 0, for anything else: no digits, a space, a point, more than 64 bits. */
VR_API bool vr_number_int(int64_t *x, const char *s, int64_t n);

/* *x = the whole of s[0..n) as a number: "1", "-0.5", ".5", "5.", "1e-3", "nan", "inf", "-Infinity".
 * Notes:   the double nearest to the text. False, with *x = 0, for anything else and for a number that no double
 *          holds; one that is too small becomes a subnormal or 0. */
VR_API bool vr_number_double(double *x, const char *s, int64_t n);

/* *x = m * 10^exponent, the nearest double, where one rounded operation tells it; false where it does not, with *x
 * undefined. For readers that take digits apart themselves. Source: Clinger 1990. */
VR_API bool vr_number_scale(double *x, uint64_t m, int64_t exponent);

#ifdef __cplusplus
}
#endif
#endif
