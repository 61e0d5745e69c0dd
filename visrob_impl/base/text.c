/* base/text.c: doubling growth inside an arena; the old arrays stay in it, at most as much again. */
#include "text.h"
#include "error.h"
#include "print_impl.h"
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void vrp_text_reserve(vr_text *t, int64_t more) {
    VR_CHECK(t->arena != NULL, "a text needs an arena: vr_text t = {.arena = &a}");
    if (t->capacity - t->size > more) return; /* > leaves room for the terminating 0 */
    int64_t capacity = vr_max(t->capacity * 2, t->size + more + 1);
    char *data = (char *)vr_arena_alloc(t->arena, vr_max(capacity, 256), 1);
    if (t->size > 0) memcpy(data, t->data, (size_t)t->size);
    t->data = data;
    t->capacity = vr_max(capacity, 256);
}

void vr_text_bytes(vr_text *t, const void *bytes, int64_t n) {
    vrp_text_reserve(t, n);
    if (n > 0) memcpy(t->data + t->size, bytes, (size_t)n);
    t->size += n;
    t->data[t->size] = 0;
}

void vr_text_add(vr_text *t, const char *s) { vr_text_bytes(t, s, (int64_t)strlen(s)); }

void vr_text_printf(vr_text *t, const char *fmt, ...) {
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    vrp_text_reserve(t, 128);
    int n = vrp_print_format(t->data + t->size, (size_t)(t->capacity - t->size), fmt, args);
    va_end(args);
    VR_CHECK(n >= 0, "the format '%s' cannot be printed", fmt);
    if (n >= t->capacity - t->size) {
        vrp_text_reserve(t, n);
        vrp_print_format(t->data + t->size, (size_t)(t->capacity - t->size), fmt, again);
    }
    va_end(again);
    t->size += n;
}

void vr_text_number(vr_text *t, double x, int digits) {
    char s[64];
    VR_CHECK(digits >= 0 && digits <= 17, "a double has at most 17 digits, not %d", digits);
    for (int n = digits ? digits : 15; n <= 17; n++) {
        snprintf(s, sizeof s, "%.*g", n, x);
        if (digits > 0 || !(strtod(s, NULL) != x)) break;
    }
    const char *point = localeconv()->decimal_point, *at = *point ? strstr(s, point) : NULL;
    if (at)
        vr_text_printf(t, "%.*s.%s", (int)(at - s), s, at + strlen(point));
    else
        vr_text_add(t, s);
}

void vr_text_html(vr_text *t, const char *s) {
    for (const char *from = s;; s++) {
        const unsigned char c = (unsigned char)*s;
        const bool control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
        const char *entity = *s == '&'    ? "&amp;"
                             : *s == '<'  ? "&lt;"
                             : *s == '>'  ? "&gt;"
                             : *s == '"'  ? "&quot;"
                             : *s == '\'' ? "&#39;"
                             : control    ? "\xEF\xBF\xBD"
                                          : NULL;
        if (*s && !entity) continue;
        vr_text_bytes(t, from, s - from);
        if (!*s) return;
        vr_text_add(t, entity);
        from = s + 1;
    }
}

bool vr_text_check(vr_bytes *text, const char *path, vr_err *err) {
    static const struct {
        const char *magic, *name, *remedy;
        int size;
    } kinds[] = {{"\xFF\xFE\0\0", "UTF-32", "iconv -f utf-32 -t utf-8", 4},
                 {"\0\0\xFE\xFF", "UTF-32", "iconv -f utf-32 -t utf-8", 4},
                 {"\xFF\xFE", "UTF-16", "iconv -f utf-16 -t utf-8", 2},
                 {"\xFE\xFF", "UTF-16", "iconv -f utf-16 -t utf-8", 2},
                 {"\x1F\x8B", "gzip", "gunzip", 2},
                 {"\xFD\x37zXZ", "xz", "unxz", 5},
                 {"BZh91AY", "bzip2", "bunzip2", 7},
                 {"\x28\xB5\x2F\xFD", "zstd", "unzstd", 4},
                 {"PK\x03\x04", "zip", "unzip", 4}};
    for (int i = 0; i < (int)(sizeof kinds / sizeof *kinds); i++)
        if (text->size >= kinds[i].size && memcmp(text->data, kinds[i].magic, (size_t)kinds[i].size) == 0)
            return vr_fail(err, VR_ERR_UNSUPPORTED, "%s: expected text in UTF-8, found %s (%s converts it)",
                           path, kinds[i].name, kinds[i].remedy);
    if (text->size >= 3 && memcmp(text->data, "\xEF\xBB\xBF", 3) == 0) text->data += 3, text->size -= 3;
    return true;
}

void vr_text_base64(vr_text *t, const void *bytes, int64_t n) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *p = (const uint8_t *)bytes;
    vrp_text_reserve(t, (n + 2) / 3 * 4);
    for (int64_t i = 0; i < n; i += 3) {
        int64_t left = n - i;
        uint32_t v =
            (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0);
        char *out = t->data + t->size;
        out[0] = digits[v >> 18];
        out[1] = digits[v >> 12 & 63];
        out[2] = left > 1 ? digits[v >> 6 & 63] : '=';
        out[3] = left > 2 ? digits[v & 63] : '=';
        t->size += 4;
    }
    t->data[t->size] = 0;
}
