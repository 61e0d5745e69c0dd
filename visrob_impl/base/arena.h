/* base/arena.h: memory with a lifetime instead of an owner.
 *
 * Everything that a function returns lives in the arena that was passed to it; freeing the arena frees it all.
 * Three lifetimes give the variables their names: `perm` (weights, data), `step` (activations; reset after each step),
 * `scratch` (mark and rewind inside one function).
 *
 *     float *x = VR_NEW(&perm, float, 1000);    // zeroed, 64-byte aligned
 *     x[0] = 1;
 *     vr_arena_free(&perm);
 *
 * An arena is used by one thread at a time. Out of memory is a panic that prints the size. In a debug build (-O0, without
 * NDEBUG) memory that is freed, and what vr_arena_alloc gives, is NaN; -fsanitize=address stops at its first use. */
#ifndef VISROB_BASE_ARENA_H
#define VISROB_BASE_ARENA_H
#include "base.h"
#include <stdarg.h>
#ifdef __cplusplus
extern "C" {
#endif

/* {0} is an empty arena. used and peak are the bytes allocated now and at most so far; the rest is private. */
typedef struct vr_arena {
    struct vr_arena_block *first, *current;
    struct vr_arena_defer *defers;
    int64_t used, peak;
} vr_arena;

/* A position in an arena, to rewind to. */
typedef struct vr_arena_mark {
    struct vr_arena_block *block;
    int64_t block_used, used;
    struct vr_arena_defer *defers;
} vr_arena_mark;

/* `count` zeroed elements of type T. */
#define VR_NEW(arena, T, count) ((T *)vr_arena_zeroed((arena), (count), (int64_t)sizeof(T)))

/* Allocates count * size bytes, 64-byte aligned and uninitialized.
 * Notes:   count = 0 returns a valid pointer. A negative or overflowing size, and out of memory, are panics. */
VR_API void *vr_arena_alloc(vr_arena *arena, int64_t count, int64_t size);

/* vr_arena_alloc, zero-filled. */
VR_API void *vr_arena_zeroed(vr_arena *arena, int64_t count, int64_t size);

/* Copies n bytes of s and a terminating 0 into the arena. */
VR_API char *vr_arena_string(vr_arena *arena, const char *s, int64_t n);

/* printf into the arena, in the C locale; returns the string. */
VR_API char *vr_arena_printf(vr_arena *arena, const char *fmt, ...) VR_PRINTF(2, 3);

/* vr_arena_printf of arguments that a function was called with. */
VR_API char *vr_arena_vprintf(vr_arena *arena, const char *fmt, va_list args);

/* The current position of the arena. */
VR_API vr_arena_mark vr_arena_here(const vr_arena *arena);

/* Frees all that was allocated since the mark; the blocks are kept for reuse. */
VR_API void vr_arena_rewind(vr_arena *arena, vr_arena_mark mark);

/* Frees everything; the blocks are kept for reuse. */
VR_API void vr_arena_reset(vr_arena *arena);

/* Returns all memory to the operating system; the arena is empty and can be used again. */
VR_API void vr_arena_free(vr_arena *arena);

#ifdef __cplusplus
}
#endif
#endif
