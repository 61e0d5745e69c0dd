/* base/arena_impl.h: resources that end with an arena's memory, and injected failures. */
#ifndef VISROB_BASE_ARENA_IMPL_H
#define VISROB_BASE_ARENA_IMPL_H
#include "arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Calls fn(resource) when the arena is rewound to before this call, reset or freed; the last one first.
 * Notes:   a mapped file stays mapped exactly as long as the arena holds views of it. */
VR_API void vrp_arena_defer_call(vr_arena *arena, void (*fn)(void *resource), void *resource);

/* Makes the n-th block allocation from now fail as if memory had run out (0 = never): for tests. */
VR_API void vrp_arena_fail_after(int64_t n);

#ifdef __cplusplus
}
#endif
#endif
