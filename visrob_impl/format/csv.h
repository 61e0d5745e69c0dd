/* format/csv.h: comma-separated values, one pass, with line and column of every fault. */
#ifndef VISROB_FORMAT_CSV_H
#define VISROB_FORMAT_CSV_H
#include "../base/error.h"
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
