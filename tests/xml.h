/* tests/xml.h: whether a text is well-formed XML, as far as an SVG needs it: no DTD, no CDATA, no namespaces. */
#ifndef VISROB_TESTS_XML_H
#define VISROB_TESTS_XML_H
#include "test.h"
#include "visrob_impl/report/font_impl.h"
#include <ctype.h>

static inline int64_t xml_name(const char *s) {
    int64_t n = 0;
    while (isalnum((unsigned char)s[n]) || (s[n] && strchr(":_-", s[n]))) n++;
    return n;
}

/* NULL, or what is wrong with the characters s[0..n): bad UTF-8, a control character, a bare & or <. */
static inline const char *xml_text(const char *s, int64_t n) {
    for (const char *at = s; at < s + n;) {
        if (*at == '<') return "a bare <";
        if (*at == '&') {
            static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
            bool known = false;
            for (int i = 0; i < 5; i++) known |= strncmp(at, entities[i], strlen(entities[i])) == 0;
            if (!known) return "a bare &";
        }
        const bool replacement = strncmp(at, "\xEF\xBF\xBD", 3) == 0;
        const uint32_t c = vrp_utf8_next(&at);
        if ((c == 0xFFFD && !replacement) || (c < 32 && c != '\n') || (c & 0xFFFE) == 0xFFFE)
            return "not a character of XML";
    }
    return NULL;
}

/* Fails the test where the text is not one well-formed element, with nothing but line ends around it. */
static inline void assert_xml(const char *text) {
    const char *open[64], *s = text, *wrong;
    int64_t depth = 0, roots = 0;
    while (*s) {
        const int64_t n = (int64_t)strcspn(s, "<");
        if ((wrong = xml_text(s, n)) != NULL) fail_msg("%s in '%.*s'", wrong, (int)n, s);
        if (depth == 0 && strspn(s, "\n") < (size_t)n) fail_msg("text outside of the root: '%.40s'", s);
        s += n;
        if (!*s) break;
        const char *tag = s++;
        const bool closing = *s == '/';
        s += closing;
        const char *name = s;
        const int64_t size = xml_name(s);
        if (size == 0) fail_msg("no name in '%.40s'", tag);
        s += size;
        if (closing) {
            if (depth == 0 || strncmp(open[depth - 1], name, size) != 0 ||
                xml_name(open[depth - 1]) != size || *s != '>')
                fail_msg("'%.40s' closes nothing", tag);
            depth--, s++;
            continue;
        }
        const char *attributes[32];
        int64_t count = 0;
        while (*s == ' ') {
            const char *attribute = ++s;
            const int64_t length = xml_name(s);
            for (int64_t i = 0; i < count; i++)
                if (xml_name(attributes[i]) == length && strncmp(attributes[i], attribute, length) == 0)
                    fail_msg("a duplicate attribute in '%.80s'", tag);
            attributes[count++] = attribute;
            s += length;
            if (length == 0 || s[0] != '=' || s[1] != '"')
                fail_msg("an attribute without a value in '%.80s'", tag);
            s += 2;
            const int64_t value = (int64_t)strcspn(s, "\"");
            if ((wrong = xml_text(s, value)) != NULL) fail_msg("%s in '%.*s'", wrong, (int)value, s);
            s += value + 1;
        }
        if (*s == '/')
            s++, roots += depth == 0;
        else {
            roots += depth == 0;
            open[depth++] = name;
        }
        if (*s++ != '>') fail_msg("'%.80s' does not end", tag);
    }
    assert_int_equal(depth, 0);
    assert_int_equal(roots, 1);
}
#endif
