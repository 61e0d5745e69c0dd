/* format/tar.h: the files inside of a tar. */
#ifndef VISROB_FORMAT_TAR_H
#define VISROB_FORMAT_TAR_H
#include "../base/error.h"
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
