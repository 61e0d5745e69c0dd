/* tests/imagenet_x.h: lines of annotations and small files, for the tests of ImageNet-X. */
#ifndef VISROB_TESTS_IMAGENET_X_H
#define VISROB_TESTS_IMAGENET_X_H
#include "test.h"
#include "visrob_impl/study/imagenet_x/imagenet_x_impl.h"

#define DATA "imagenetx/"

TEST_ARENA(perm);

/* Appends an annotation line; factors: their names, separated by blanks. */
static inline void line(vr_text *t, const char *name, int label, const char *factors) {
    vr_text_printf(t, "{\"file_name\":\"%s\",\"class\":%d", name, label);
    for (int k = 0; k < 16; k++)
        vr_text_printf(t, ",\"%s\":%d", vr_imagenet_x_factor(k),
                       strstr(factors, vr_imagenet_x_factor(k)) != NULL);
    vr_text_add(t, ",\"justification\":\"a \\u00e9 \\/ \\n b\",\"one_word\":null}\n");
}

static inline const char *file(const char *name, const char *text) {
    const char *path = test_tmp(name);
    test_write_text(path, text);
    return path;
}

static VR_UNUSED char *replaced(const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    assert_non_null(at);
    return vr_arena_printf(&perm, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

enum {
    POSE = VR_IMAGENET_X_POSE,
    BACKGROUND = VR_IMAGENET_X_BACKGROUND,
    COLOR = VR_IMAGENET_X_COLOR,
    TEXTURE = VR_IMAGENET_X_TEXTURE
};
#endif
