/* format/json_impl.h: single values and encodings. */
#ifndef VISROB_FORMAT_JSON_IMPL_H
#define VISROB_FORMAT_JSON_IMPL_H
#include "json.h"
#ifdef __cplusplus
extern "C" {
#endif

/* True for a string that is UTF-8 (RFC 3629). */
VR_API bool vrp_json_is_utf8(const char *s);

/* An INT or a REAL as a double; NaN for other types. */
VR_API double vrp_json_number(const vr_json *node);

/* The end of the plain string (ASCII without escapes or control characters) whose opening quote is at p; NULL for any
 * other string, and where fewer than 8 bytes are left before `end`. p < end.
 * Notes:   a fast path for lines of a known form; where it fails, the parser reads the line. */
VR_API const uint8_t *vrp_json_plain_string(const uint8_t *p, const uint8_t *end);

/* The value of that key in an object, which has to be of that type; for REAL an INT is accepted.
 * Notes:   of duplicate keys the last one, as in Python and JavaScript.
 * Errors:  NULL, and VR_ERR_FORMAT naming key, expected type, path, line and column. */
VR_API const vr_json *vrp_json_want(const vr_json_doc *doc, const vr_json *object, const char *key,
                                    vr_json_type type, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
