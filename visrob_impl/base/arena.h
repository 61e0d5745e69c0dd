/* base/arena.h: memory with a lifetime instead of an owner.
 *
 * Everything visrob gives you lives in an arena that you passed in; freeing the arena frees it all.
 * Three lifetimes are enough, and name the variables: `perm` (weights, data), `step` (activations; reset
 * each step), `scratch` (mark and rewind inside one function).
 *
 *     vr_arena perm = {0};
 *     float *x = VR_NEW(&perm, float, 1000);    // zeroed, 64-byte aligned
 *     ...
 *     vr_arena_free(&perm);
 *
 * An arena belongs to one thread at a time. Out of memory is a panic that names the bytes. */
#ifndef VISROB_BASE_ARENA_H
#define VISROB_BASE_ARENA_H
#include "base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* All zero is an empty arena, ready for use. The fields are for reading. */
typedef struct vr_arena {
    struct vr_arena_block *first, *current; /* blocks behind `current` are empty and wait to be used again */
    struct vr_arena_defer *defers;          /* what to call when the memory below them goes */
    int64_t used, peak;                     /* bytes handed out now, and at most so far */
} vr_arena;

/* A place to rewind to. */
typedef struct vr_arena_mark {
    struct vr_arena_block *block;
    int64_t block_used, used;
    struct vr_arena_defer *defers;
} vr_arena_mark;

/* `count` zeroed elements of type T. */
#define VR_NEW(arena, T, count) ((T *)vr_arena_zeroed((arena), (count), (int64_t)sizeof(T)))

/* Returns count * size bytes, 64-byte aligned and not initialised.
 * Notes:   count = 0 gives a valid pointer. A negative or overflowing size, and out of memory, are panics. */
VR_API void *vr_arena_alloc(vr_arena *arena, int64_t count, int64_t size);

/* vr_arena_alloc, filled with zero bytes. */
VR_API void *vr_arena_zeroed(vr_arena *arena, int64_t count, int64_t size);

/* Copies n bytes of s and a closing 0 into the arena. */
VR_API char *vr_arena_string(vr_arena *arena, const char *s, int64_t n);

/* printf into the arena; returns the string. */
VR_API char *vr_arena_printf(vr_arena *arena, const char *fmt, ...) VR_PRINTF(2, 3);

/* Remembers where the arena stands. */
VR_API vr_arena_mark vr_arena_here(const vr_arena *arena);

/* Gives back all that was allocated since the mark; the blocks stay for the next use. */
VR_API void vr_arena_rewind(vr_arena *arena, vr_arena_mark mark);

/* Gives back everything, keeps the blocks. */
VR_API void vr_arena_reset(vr_arena *arena);

/* Gives everything back to the operating system; the arena is empty and usable again. */
VR_API void vr_arena_free(vr_arena *arena);

/* Calls fn(resource) when the arena is rewound below this point, reset or freed; the last one first.
 * Notes:   this is how a mapped file lives exactly as long as the arena that holds its views. */
VR_API void vr_arena_defer_call(vr_arena *arena, void (*fn)(void *resource), void *resource);

/* Makes the n-th following block allocation fail as if memory had run out (0 = never): for tests. */
VR_API void vr_arena_fail_after(int64_t n);

#ifdef __cplusplus
}
#endif
#endif
