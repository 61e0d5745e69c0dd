/* base/names.h: names to numbers, in the order in which they were added: the one hash table of the house.
 *
 *     vr_names names = {.arena = &scratch};
 *     vr_names_add(&names, "tench", 5);                   // 0
 *     vr_names_add(&names, "goldfish", 8);                // 1
 *     int64_t i = vr_names_find(&names, "goldfish", 8);   // 1; -1 for a name that is not there
 *
 * Every join of the house is one of these: predictions by image, factors and classes by name, keys of a checkpoint. */
#ifndef VISROB_BASE_NAMES_H
#define VISROB_BASE_NAMES_H
#include "arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* {.arena = &a} is an empty table. Read name and count; the other fields are the table's own. */
typedef struct vr_names {
    vr_arena *arena;
    const vr_bytes *name; /* [count], with a 0 behind each that its size does not count */
    int64_t count, capacity;
    struct vr_names_slot *slots;
    uint8_t *pool, *pool_end;
} vr_names;

/* The number of a name of n bytes; -1 where it is not there. Threads may look up at once. */
VR_API int64_t vr_names_find(const vr_names *names, const char *name, int64_t n);

/* The number of a name of n bytes, which is added, as a copy, where it is not there: then the number is names->count - 1.
 * Notes:   what the arena gives it is lost to others until the table grows: at most 64 KiB at a time. More than 2^31 - 1
 *          names are a bug (VR_CHECK). */
VR_API int64_t vr_names_add(vr_names *names, const char *name, int64_t n);

/* Loads the memory that vr_names_add and vr_names_find of this name read first: for loops that know the next names, and
 * wait for memory otherwise. */
VR_API void vr_names_prefetch(const vr_names *names, const char *name, int64_t n);

/* Makes room for so many names, so that adding them moves nothing. */
VR_API void vr_names_reserve(vr_names *names, int64_t count);

/* The name of that number, as a string. */
VR_API const char *vr_names_at(const vr_names *names, int64_t i);

#ifdef __cplusplus
}
#endif
#endif
