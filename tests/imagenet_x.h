/* tests/imagenet_x.h: lines of annotations and small files, for the tests of ImageNet-X. */
#ifndef VISROB_TESTS_IMAGENET_X_H
#define VISROB_TESTS_IMAGENET_X_H
#include "test.h"

#define DATA "imagenetx/"

static vr_arena perm;

static const char *const key_order[] = {
    "multiple_objects", "background",      "color",           "brighter",     "darker",  "style", "larger",
    "smaller",          "object_blocking", "person_blocking", "partial_view", "pattern", "pose",  "shape",
    "subcategory",      "texture"};

/* Appends an annotation line; factors: names that are ticked, separated by blanks. */
static inline void line(vr_text *t, const char *name, int label, const char *factors) {
    vr_text_printf(t, "{\"file_name\":\"%s\",\"class\":%d", name, label);
    for (int k = 0; k < 16; k++)
        vr_text_printf(t, ",\"%s\":%d", key_order[k], strstr(factors, key_order[k]) != NULL);
    vr_text_add(t, ",\"justification\":\"a \\u00e9 \\/ \\n b\",\"one_word\":null}\n");
}

static inline const char *file(const char *name, const char *text) {
    const char *path = vr_arena_printf(&perm, "%s", test_tmp(name));
    vr_file_write(path, text, (int64_t)strlen(text), VR_FATAL);
    return path;
}

static VR_UNUSED char *replaced(const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    assert_non_null(at);
    return vr_arena_printf(&perm, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

enum { POSE = 0, BACKGROUND = 1, COLOR = 3, TEXTURE = 8 };
#endif
