/* tests/checkpoints.h: the golden checkpoints, arrays by name, and small zip files of stored entries. */
#ifndef VISROB_TESTS_CHECKPOINTS_H
#define VISROB_TESTS_CHECKPOINTS_H
#include "test.h"

#define CHECKPOINTS "tests/golden/checkpoints/"

TEST_ARENA(arena);

static inline const vr_array *array_named(const vr_arrays *all, const char *name) {
    for (int64_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i].name, name) == 0) return &all->items[i];
    fail_msg("missing array '%s'", name);
    return NULL;
}

typedef struct zip_item {
    const char *name;
    const void *data;
    size_t size;
} zip_item;

/* The fields that the local header and the directory have in common. */
static inline void zip_fields(vr_text *t, const zip_item *item) {
    const uint16_t version[] = {20, 0x0800, 0, 0, 0x21}; /* flags: UTF-8 names; stored; 1980-01-01 */
    const uint32_t sizes[] = {vr_crc32(0, item->data, (int64_t)item->size), (uint32_t)item->size,
                              (uint32_t)item->size};
    const uint16_t lengths[] = {(uint16_t)strlen(item->name), 0};
    vr_text_bytes(t, version, 10);
    vr_text_bytes(t, sizes, 12);
    vr_text_bytes(t, lengths, 4);
}

static inline vr_bytes zip_of(const zip_item *items, int count) {
    vr_text data = {.arena = &arena}, directory = {.arena = &arena};
    for (int i = 0; i < count; i++) {
        const uint32_t at = (uint32_t)data.size;
        vr_text_bytes(&data, "PK\3\4", 4);
        zip_fields(&data, &items[i]);
        vr_text_add(&data, items[i].name);
        vr_text_bytes(&data, items[i].data, (int64_t)items[i].size);
        vr_text_bytes(&directory, "PK\1\2\24\0", 6);
        zip_fields(&directory, &items[i]);
        vr_text_bytes(&directory, "\0\0\0\0\0\0\0\0\0", 10);
        vr_text_bytes(&directory, &at, 4);
        vr_text_add(&directory, items[i].name);
    }
    const uint16_t counts[] = {(uint16_t)count, (uint16_t)count};
    const uint32_t place[] = {(uint32_t)directory.size, (uint32_t)data.size};
    vr_text_bytes(&data, directory.data, directory.size);
    vr_text_bytes(&data, "PK\5\6\0\0\0", 8);
    vr_text_bytes(&data, counts, 4);
    vr_text_bytes(&data, place, 8);
    vr_text_bytes(&data, "\0", 2);
    return (vr_bytes){(uint8_t *)data.data, data.size};
}
#endif
