/* format/json.h: JSON and JSON lines. */
#ifndef VISROB_FORMAT_JSON_H
#define VISROB_FORMAT_JSON_H
#include "../base/error.h"
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
