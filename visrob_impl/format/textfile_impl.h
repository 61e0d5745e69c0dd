/* format/textfile_impl.h: the bytes of a file as lines of UTF-8. */
#ifndef VISROB_FORMAT_TEXTFILE_IMPL_H
#define VISROB_FORMAT_TEXTFILE_IMPL_H
#include "../base/text.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { VRP_TEXTFILE_MOST = 1 << 30 }; /* bytes of a text that was compressed */

/* Makes a text of the bytes of a file: gzip is decompressed into the arena, lines that end with CR alone are copied there
 * with LF, and a byte-order mark is skipped; any other text stays where it is.
 * Errors:  vrp_gunzip's, with the limit VRP_TEXTFILE_MOST; vr_text_check's. */
VR_API bool vrp_textfile_open(vr_arena *arena, vr_bytes *text, const char *path, vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
