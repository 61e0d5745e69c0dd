/* base/arena.c: a chain of blocks of growing size, each filled from its start.
 *
 * Rewinding keeps the blocks, so that a training or evaluation step calls malloc in its first round only. Under
 * AddressSanitizer the free part of each block is poisoned, which detects a tensor that is used after its step was
 * reset; in a debug build (neither NDEBUG nor an optimizing compiler) it is filled with a pattern that is NaN as a float and
 * as a double, no address, and as an index beyond any array. Rejected: one large reserved mapping (no address space on 32
 * bits, hides overruns from ASan). */
#include "arena_impl.h"
#include "error.h"
#include "print_impl.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define VRP_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define VRP_ASAN 1
#endif
#endif
#ifdef VRP_ASAN
#include <sanitizer/asan_interface.h>
#define VRP_POISON(p, n)   ASAN_POISON_MEMORY_REGION((p), (size_t)(n))
#define VRP_UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (size_t)(n))
#define VRP_GAP            64 /* poisoned bytes between allocations */
#elif !defined(NDEBUG) && !defined(__OPTIMIZE__)
#define VRP_POISON(p, n)   vrp_arena_fill((p), (n))
#define VRP_UNPOISON(p, n) ((void)0)
#define VRP_GAP            0
static void vrp_arena_fill(uint8_t *p, int64_t n) { /* both are multiples of 4 */
    uint32_t *word = (uint32_t *)(void *)p;
    for (int64_t i = 0; i < n / 4; i++) word[i] = 0x7ffa5a5au;
}
#else
#define VRP_POISON(p, n)   ((void)0)
#define VRP_UNPOISON(p, n) ((void)0)
#define VRP_GAP            0
#endif

#define VRP_ALIGN       64
#define VRP_BLOCK_FIRST ((int64_t)64 << 10)
#define VRP_BLOCK_MAX   ((int64_t)64 << 20)
#define VRP_HUGE_PAGE   ((int64_t)2 << 20)

struct vr_arena_block {
    struct vr_arena_block *next;
    int64_t size, used; /* bytes of data[] */
    uint8_t *data;
};

struct vr_arena_defer {
    struct vr_arena_defer *next;
    void (*fn)(void *);
    void *resource;
};

static int64_t vrp_arena_fail_countdown;

void vrp_arena_fail_after(int64_t n) { vrp_arena_fail_countdown = n; }

static struct vr_arena_block *vrp_arena_block_new(int64_t size) {
    bool injected = vrp_arena_fail_countdown > 0 && --vrp_arena_fail_countdown == 0;
    struct vr_arena_block *b = injected ? NULL : (struct vr_arena_block *)malloc(sizeof *b);
    /* Large blocks start on a huge-page boundary: fewer page faults when weights are unpacked. */
    int64_t align = size >= VRP_HUGE_PAGE ? VRP_HUGE_PAGE : VRP_ALIGN;
    void *data = NULL;
    if (b && posix_memalign(&data, (size_t)align, (size_t)size) != 0) data = NULL;
    if (!b || !data) {
        free(b);
        VR_CHECK(data != NULL, "out of memory: cannot allocate %lld bytes", (long long)size);
    }
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (align == VRP_HUGE_PAGE) madvise(data, (size_t)size, MADV_HUGEPAGE); /* a hint: it may fail */
#endif
    *b = (struct vr_arena_block){.size = size, .data = (uint8_t *)data};
    VRP_POISON(b->data, size);
    return b;
}

/* A block after `current` with room for n bytes: a free one, or a new one appended. */
static struct vr_arena_block *vrp_arena_grow(vr_arena *a, int64_t n) {
    struct vr_arena_block *after = a->current;
    for (struct vr_arena_block *b = after ? after->next : a->first; b; after = b, b = b->next)
        if (b->size >= n) return b; /* smaller ones stay in the chain with used = 0 */
    const int64_t size = after ? vr_min(after->size * 2, VRP_BLOCK_MAX) : VRP_BLOCK_FIRST;
    struct vr_arena_block *b = vrp_arena_block_new(vr_max(size, n));
    if (after)
        after->next = b;
    else
        a->first = b;
    return b;
}

void *vr_arena_alloc(vr_arena *a, int64_t count, int64_t size) {
    int64_t bytes;
    bool fits = vr_size_mul(&bytes, count, size) && bytes <= INT64_MAX / 2;
    VR_CHECK(fits, "%lld elements of %lld bytes", (long long)count, (long long)size);
    int64_t n = (vr_max(bytes, 1) + VRP_GAP + VRP_ALIGN - 1) / VRP_ALIGN * VRP_ALIGN;
    if (!a->current || a->current->size - a->current->used < n) a->current = vrp_arena_grow(a, n);
    struct vr_arena_block *b = a->current;
    uint8_t *p = b->data + b->used;
    b->used += n;
    a->used += n;
    if (a->used > a->peak) a->peak = a->used;
    VRP_UNPOISON(p, bytes);
    return p;
}

void *vr_arena_zeroed(vr_arena *arena, int64_t count, int64_t size) {
    void *p = vr_arena_alloc(arena, count, size);
    if (count > 0) memset(p, 0, (size_t)(count * size)); /* the test avoids a false warning of gcc */
    return p;
}

char *vr_arena_string(vr_arena *arena, const char *s, int64_t n) {
    char *copy = (char *)vr_arena_alloc(arena, n + 1, 1);
    if (n > 0) memcpy(copy, s, (size_t)n);
    copy[n] = 0;
    return copy;
}

char *vr_arena_vprintf(vr_arena *arena, const char *fmt, va_list args) {
    va_list again;
    va_copy(again, args);
    const int n = vrp_print_format(NULL, 0, fmt, args);
    VR_CHECK(n >= 0, "the format '%s' cannot be printed", fmt);
    char *s = (char *)vr_arena_alloc(arena, n + 1, 1);
    vrp_print_format(s, (size_t)n + 1, fmt, again);
    va_end(again);
    return s;
}

char *vr_arena_printf(vr_arena *arena, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    char *s = vr_arena_vprintf(arena, fmt, args);
    va_end(args);
    return s;
}

vr_arena_mark vr_arena_here(const vr_arena *a) {
    return (vr_arena_mark){.block = a->current,
                           .block_used = a->current ? a->current->used : 0,
                           .used = a->used,
                           .defers = a->defers};
}

void vr_arena_rewind(vr_arena *a, vr_arena_mark mark) {
    while (a->defers != mark.defers) { /* before the memory that holds the list is freed */
        struct vr_arena_defer *d = a->defers;
        a->defers = d->next;
        d->fn(d->resource);
    }
    struct vr_arena_block *b = mark.block ? mark.block->next : a->first;
    for (; b; b = b->next) {
        VRP_POISON(b->data, b->used);
        b->used = 0;
    }
    if (mark.block) {
        VRP_POISON(mark.block->data + mark.block_used, mark.block->used - mark.block_used);
        mark.block->used = mark.block_used;
    }
    a->current = mark.block;
    a->used = mark.used;
}

void vr_arena_reset(vr_arena *arena) { vr_arena_rewind(arena, (vr_arena_mark){0}); }

void vr_arena_free(vr_arena *arena) {
    vr_arena_reset(arena);
    for (struct vr_arena_block *b = arena->first, *next; b; b = next) {
        next = b->next;
        VRP_UNPOISON(b->data, b->size);
        free(b->data);
        free(b);
    }
    *arena = (vr_arena){0};
}

void vrp_arena_defer_call(vr_arena *arena, void (*fn)(void *), void *resource) {
    struct vr_arena_defer *d = VR_NEW(arena, struct vr_arena_defer, 1);
    *d = (struct vr_arena_defer){.next = arena->defers, .fn = fn, .resource = resource};
    arena->defers = d;
}

#undef VRP_ASAN
#undef VRP_POISON
#undef VRP_UNPOISON
#undef VRP_GAP
#undef VRP_ALIGN
#undef VRP_BLOCK_FIRST
#undef VRP_BLOCK_MAX
#undef VRP_HUGE_PAGE
