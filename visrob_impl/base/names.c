/* base/names.c: open addressing with linear probing, at most half full; a slot holds 32 bits of the hash, so that a
 * name is compared with almost no other. The hash is seeded with the table's address, so that a file cannot be made to
 * collide; indices do not depend on it. Rejected: sorting and bisection, which needs all names first and log n
 * comparisons each. */
#include "names.h"
#include "error.h"
#include <string.h>

struct vr_names_slot {
    uint32_t hash;
    int32_t number; /* -1: empty */
};

static uint64_t vrp_names_hash(const vr_names *names, const char *s, int64_t n) {
    uint64_t h = ((uint64_t)(uintptr_t)names->slots ^ (uint64_t)n) * 0x9e3779b97f4a7c15u, w;
    int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        memcpy(&w, s + i, 8);
        h = (h ^ w) * 0xbf58476d1ce4e5b9u;
        h ^= h >> 32;
    }
    w = 0;
    if (i < n) memcpy(&w, s + i, (size_t)(n - i));
    h = (h ^ w) * 0x94d049bb133111ebu;
    return h ^ h >> 29;
}

/* The slot of that name, or the empty slot for it. */
static struct vr_names_slot *vrp_names_slot(const vr_names *names, const char *s, int64_t n, uint64_t hash) {
    const uint64_t mask = (uint64_t)names->capacity * 2 - 1;
    for (uint64_t at = hash & mask;; at = (at + 1) & mask) {
        struct vr_names_slot *slot = &names->slots[at];
        if (slot->number < 0) return slot;
        const vr_bytes name = names->name[slot->number];
        if (slot->hash == (uint32_t)(hash >> 32) && name.size == n &&
            (n == 0 || memcmp(name.data, s, (size_t)n) == 0))
            return slot;
    }
}

void vr_names_reserve(vr_names *names, int64_t count) {
    VR_CHECK(count <= INT32_MAX, "%lld names", (long long)count);
    if (count <= names->capacity) return;
    int64_t capacity = vr_max(16, names->capacity);
    while (capacity < count) capacity *= 2;
    vr_bytes *name = (vr_bytes *)vr_arena_alloc(names->arena, capacity, sizeof *name);
    if (names->count > 0) memcpy(name, names->name, (size_t)names->count * sizeof *name);
    int64_t *value = VR_NEW(names->arena, int64_t, capacity);
    if (names->count > 0) memcpy(value, names->value, (size_t)names->count * sizeof *value);
    names->name = name;
    names->value = value;
    names->capacity = capacity;
    names->slots = (struct vr_names_slot *)vr_arena_alloc(names->arena, capacity * 2, sizeof *names->slots);
    memset(names->slots, 0xff, (size_t)capacity * 2 * sizeof *names->slots);
    for (int64_t i = 0; i < names->count; i++) {
        const char *s = (const char *)name[i].data;
        const uint64_t hash = vrp_names_hash(names, s, name[i].size);
        *vrp_names_slot(names, s, name[i].size, hash) =
            (struct vr_names_slot){(uint32_t)(hash >> 32), (int32_t)i};
    }
}

int64_t vr_names_find(const vr_names *names, const char *name, int64_t n) {
    if (names->count == 0) return -1;
    return vrp_names_slot(names, name, n, vrp_names_hash(names, name, n))->number;
}

/* A copy with a terminating 0, packed without alignment. */
static vr_bytes vrp_names_copy(vr_names *names, const char *s, int64_t n) {
    if (names->pool_end - names->pool <= n) {
        const int64_t room = vr_max(vr_clamp(names->capacity * 16, 256, 1 << 16), n + 1);
        names->pool = (uint8_t *)vr_arena_alloc(names->arena, room, 1);
        names->pool_end = names->pool + room;
    }
    const vr_bytes copy = {names->pool, n};
    if (n > 0) memcpy(names->pool, s, (size_t)n);
    names->pool[n] = 0;
    names->pool += n + 1;
    return copy;
}

int64_t vr_names_add(vr_names *names, const char *name, int64_t n) {
    VR_CHECK(names->arena != NULL, "the table has no arena");
    if (names->count == names->capacity) vr_names_reserve(names, names->count + 1);
    const uint64_t hash = vrp_names_hash(names, name, n);
    struct vr_names_slot *slot = vrp_names_slot(names, name, n, hash);
    if (slot->number >= 0) return slot->number;
    *slot = (struct vr_names_slot){(uint32_t)(hash >> 32), (int32_t)names->count};
    ((vr_bytes *)names->name)[names->count] = vrp_names_copy(names, name, n);
    return names->count++;
}

const char *vr_names_at(const vr_names *names, int64_t i) {
    VR_CHECK(i >= 0 && i < names->count, "name %lld of %lld", (long long)i, (long long)names->count);
    return (const char *)names->name[i].data;
}
