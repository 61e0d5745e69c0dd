/* base/crc32.h: the checksum of zip, gzip and PNG. */
#ifndef VISROB_BASE_CRC32_H
#define VISROB_BASE_CRC32_H
#include "base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* CRC-32 of n bytes; crc is the checksum of the bytes before them, 0 at the start. */
VR_API uint32_t vr_crc32(uint32_t crc, const void *bytes, int64_t n);

#ifdef __cplusplus
}
#endif
#endif
