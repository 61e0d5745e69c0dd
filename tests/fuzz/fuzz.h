/* tests/fuzz/fuzz.h: a fuzz target is one function that reads bytes and touches all that it was given:
 *
 *     #include "fuzz.h"
 *     FUZZ_TARGET(csv) { ... return true where `file` could be read; false with err filled ... }
 *
 * Alone it becomes a libFuzzer program (run.sh); tests/test_fuzz.c includes all of them and runs each over its seeds
 * (seeds.txt), every prefix of them, every byte changed, and some thousands of mutations: no clang needed. */
#ifndef VISROB_TESTS_FUZZ_H
#define VISROB_TESTS_FUZZ_H
#include "../../visrob.h"
#include "../../visrob_impl/format/array_impl.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef bool fuzz_target(vr_arena *arena, vr_bytes file, vr_err *err);

/* What every target promises; a broken promise ends the program. */
#define FUZZ_CHECK(cond)                                                                                     \
    do {                                                                                                     \
        if (!(cond)) fprintf(stderr, "%s:%d: %s fails\n", __FILE__, __LINE__, #cond), abort();               \
    } while (0)

/* One input: bytes of exactly that size, so that AddressSanitizer sees the first byte beyond them. True where they could
 * be read; where not, there has to be a message that begins with the name, and nothing may be left in the arena. */
static inline bool fuzz_one(fuzz_target *target, const uint8_t *data, size_t size) {
    static vr_arena arena;
    vr_err err = {0};
    uint8_t *copy = (uint8_t *)malloc(size ? size : 1);
    FUZZ_CHECK(copy != NULL);
    if (size) memcpy(copy, data, size);
    const bool ok = target(&arena, (vr_bytes){copy, (int64_t)size}, &err);
    FUZZ_CHECK(ok == (err.code == VR_OK));
    FUZZ_CHECK(ok || strncmp(err.msg, "x:", 2) == 0);
    FUZZ_CHECK(ok || arena.used == 0);
    vr_arena_reset(&arena);
    free(copy);
    return ok;
}

/* Reads every element of an array, as numbers and as bytes; of one that repeats a few bytes endlessly, the ends. */
static inline void fuzz_touch(const vr_array *a) {
    enum { MOST = 1 << 16 };
    static float numbers[MOST];
    static int64_t whole[MOST];
    vr_err err = {0};
    const int64_t count = vr_array_count(a);
    FUZZ_CHECK(strlen(a->name) < 1 << 20);
    if (count <= MOST) {
        vrp_array_to_f32(numbers, a);
        vrp_array_to_bytes(whole, a);
        vr_array_to_i64(whole, a, &err);
        return;
    }
    const uint8_t *at = (const uint8_t *)a->data;
    volatile uint8_t sum = at[0];
    for (int d = 0; d < a->ndim; d++) at += (a->shape[d] - 1) * a->stride[d] * vr_dtype_size(a->dtype);
    for (int64_t i = 0; i < vr_dtype_size(a->dtype); i++) sum = (uint8_t)(sum + at[i]);
}

static inline void fuzz_touch_all(const vr_arrays *all) {
    for (int64_t i = 0; i < all->count; i++) fuzz_touch(&all->items[i]);
    for (int64_t i = 0; i < all->meta_count; i++)
        FUZZ_CHECK(strlen(all->meta_keys[i]) + strlen(all->meta_values[i]) < INT32_MAX);
}

#ifdef FUZZ_REPLAY
#define FUZZ_TARGET(name) static VR_UNUSED bool fuzz_##name(vr_arena *arena, vr_bytes file, vr_err *err)
#else
static fuzz_target fuzz_this;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_one(fuzz_this, data, size);
    return 0;
}
#define FUZZ_TARGET(name) static bool fuzz_this(vr_arena *arena, vr_bytes file, vr_err *err)
#endif
#endif
