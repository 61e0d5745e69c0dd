/* base/print.c: uselocale changes the locale of the calling thread alone. Rejected: repairing the decimal point of printf's
 * output, which does not know where its numbers are. */
#include "print_impl.h"
#include <locale.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

/* The C locale, made once; it stays until the process ends. */
static locale_t vrp_print_plain(void) {
    static locale_t plain;
    locale_t have = __atomic_load_n(&plain, __ATOMIC_ACQUIRE), none = (locale_t)0;
    if (have) return have;
    have = newlocale(LC_ALL_MASK, "C", none);
    if (!have || __atomic_compare_exchange_n(&plain, &none, have, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return have;
    freelocale(have); /* another thread was faster */
    return none;
}

int vrp_print_format(char *out, size_t room, const char *fmt, va_list args) {
    const locale_t plain = vrp_print_plain();
    const locale_t before = plain ? uselocale(plain) : (locale_t)0;
    const int n = vsnprintf(out, room, fmt, args);
    if (before) uselocale(before);
    return n;
}

void vrp_print_visible(char *out, size_t room, const char *s) {
    static const char digits[] = "0123456789abcdef";
    size_t n = 0;
    while (*s && n + 1 < room) {
        const unsigned char *b = (const unsigned char *)s;
        const bool two = b[0] == 0xC2 && b[1] >= 0x80 && b[1] < 0xA0;
        if (b[0] >= 0x20 && b[0] != 0x7F && !two) {
            out[n++] = *s++;
            continue;
        }
        if (n + (two ? 8 : 4) >= room) break;
        for (int i = 0; i <= two; i++, s++) {
            out[n++] = '\\', out[n++] = 'x';
            out[n++] = digits[b[i] >> 4], out[n++] = digits[b[i] & 15];
        }
    }
    out[n] = 0;
}

void vrp_print_line(FILE *file, const char *before, const char *fmt, va_list args, const char *after) {
    char raw[8192], text[8192];
    if (vrp_print_format(raw, sizeof raw, fmt, args) < 0) raw[0] = 0;
    vrp_print_visible(text, sizeof text, raw);
    fprintf(file, "%s%s%s", before, text, after);
}
