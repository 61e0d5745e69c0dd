/* format/json_impl.h: single values and encodings. */
#ifndef VISROB_FORMAT_JSON_IMPL_H
#define VISROB_FORMAT_JSON_IMPL_H
#include "json.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The value of that key in an object, or NULL: also where `object` is another type or NULL.
 * Notes:   of duplicate keys the last one, as in Python and JavaScript. */
VR_API const vr_json *vrp_json_get(const vr_json *object, const char *key);

/* True for a string that is UTF-8 (RFC 3629). */
VR_API bool vrp_json_is_utf8(const char *s);

#ifdef __cplusplus
}
#endif
#endif
