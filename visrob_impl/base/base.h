/* base/base.h: what every other header needs: VR_API, compiler attributes, checked sizes, min and max. */
#ifndef VISROB_BASE_BASE_H
#define VISROB_BASE_BASE_H

/* The implementation uses POSIX (mmap, fsync, opendir), which is requested before the first libc header. */
#if defined(VISROB_IMPLEMENTATION) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif

#define VR_VERSION "0.1.0"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In front of each function that other files call. `-DVR_API=static` makes the library private to one .c file. */
#ifndef VR_API
#define VR_API extern
#endif

#if defined(__GNUC__)
#define VR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define VR_NORETURN          __attribute__((noreturn))
#define VR_UNUSED            __attribute__((unused))
#else
#define VR_PRINTF(fmt, args)
#define VR_NORETURN
#define VR_UNUSED
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes owned by someone else: a mapped file, a string, an arena. */
typedef struct vr_bytes {
    const uint8_t *data;
    int64_t size;
} vr_bytes;

static inline VR_UNUSED int64_t vr_min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline VR_UNUSED int64_t vr_max(int64_t a, int64_t b) { return a > b ? a : b; }
static inline VR_UNUSED int64_t vr_clamp(int64_t x, int64_t lo, int64_t hi) {
    return x < lo ? lo : x > hi ? hi : x;
}

/* *out = a * b; false where a or b is negative or the product overflows: for sizes read from a file. */
static inline VR_UNUSED bool vr_size_mul(int64_t *out, int64_t a, int64_t b) {
    if (a < 0 || b < 0 || (b != 0 && a > INT64_MAX / b)) return false;
    *out = a * b;
    return true;
}

/* *out = a + b; false where a or b is negative or the sum overflows. */
static inline VR_UNUSED bool vr_size_add(int64_t *out, int64_t a, int64_t b) {
    if (a < 0 || b < 0 || a > INT64_MAX - b) return false;
    *out = a + b;
    return true;
}

#ifdef __cplusplus
}
#endif
#endif
