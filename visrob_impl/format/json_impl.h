/* format/json_impl.h: single values and encodings. */
#ifndef VISROB_FORMAT_JSON_IMPL_H
#define VISROB_FORMAT_JSON_IMPL_H
#include "json.h"
#ifdef __cplusplus
extern "C" {
#endif

/* True for a string that is UTF-8 (RFC 3629). */
VR_API bool vrp_json_is_utf8(const char *s);

#ifdef __cplusplus
}
#endif
#endif
