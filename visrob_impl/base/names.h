/* base/names.h: a hash table from names to indices, 0, 1, ... in the order in which they are added.
 *
 *     vr_names names = {.arena = &scratch};
 *     vr_names_add(&names, "tench", 5);                   // 0
 *     vr_names_add(&names, "goldfish", 8);                // 1
 *     int64_t i = vr_names_find(&names, "goldfish", 8);   // 1; -1 for a name that was not added
 *
 * Every join in visrob uses it: predictions by image, factors and classes by name, keys of a checkpoint. */
#ifndef VISROB_BASE_NAMES_H
#define VISROB_BASE_NAMES_H
#include "arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* {.arena = &a} is an empty table. Fields after count are private. */
typedef struct vr_names {
    vr_arena *arena;
    const vr_bytes *name; /* [count], each followed by a 0 that its size does not count */
    int64_t
        *value; /* [count], a number of the caller's for each name, 0 when it is added: its line, its row */
    int64_t count, capacity;
    struct vr_names_slot *slots;
    uint8_t *pool, *pool_end;
} vr_names;

/* The index of a name of n bytes, or -1. Threads may search at the same time. */
VR_API int64_t vr_names_find(const vr_names *names, const char *name, int64_t n);

/* The index of a name of n bytes; a new name is copied into the table and its index is names->count - 1.
 * Notes:   more than 2^31 - 1 names are a bug (VR_CHECK). */
VR_API int64_t vr_names_add(vr_names *names, const char *name, int64_t n);

/* Allocates room for `count` names in one step. */
VR_API void vr_names_reserve(vr_names *names, int64_t count);

/* The i-th name, as a string. */
VR_API const char *vr_names_at(const vr_names *names, int64_t i);

#ifdef __cplusplus
}
#endif
#endif
