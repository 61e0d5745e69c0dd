/* format/textfile.c: what a text may be wrapped in is taken off before any reader of lines sees it. */
#include "textfile_impl.h"
#include "zip_impl.h"
#include <string.h>

bool vrp_textfile_open(vr_arena *arena, vr_bytes *text, const char *path, vr_err *err) {
    if (text->size >= 2 && text->data[0] == 0x1f && text->data[1] == 0x8b &&
        !vrp_gunzip(arena, text, *text, VRP_TEXTFILE_MOST, path, err))
        return false;
    if (!vr_text_check(text, path, err)) return false;
    if (text->size == 0 || memchr(text->data, '\n', (size_t)text->size) ||
        !memchr(text->data, '\r', (size_t)text->size))
        return true;
    char *lines = vr_arena_string(arena, (const char *)text->data, text->size);
    for (char *s = lines; (s = (char *)memchr(s, '\r', (size_t)(lines + text->size - s))) != NULL; s++)
        *s = '\n';
    text->data = (const uint8_t *)lines;
    return true;
}
