/* report/font_impl.h: a small stroke font, so that plots need no font file.
 *
 * A glyph is drawn with a round pen along lines and curves. Its advance is Helvetica's, so that one measure of a
 * text serves the browser (SVG) and the rasterizer (PNG). */
#ifndef VISROB_REPORT_FONT_IMPL_H
#define VISROB_REPORT_FONT_IMPL_H
#include "../base/base.h"

/* The lines to which glyphs reach, in hundredths of the font size above the baseline. */
enum { VRP_FONT_X_HEIGHT = 52, VRP_FONT_CAP_HEIGHT = 72, VRP_FONT_DESCENT = 21 };

/* Reads the next character of a UTF-8 text and moves *s behind it; 0 at the end.
 * Notes:   a byte that is not UTF-8 (overlong forms and surrogates too) gives U+FFFD and is skipped by itself. */
VR_API uint32_t vrp_utf8_next(const char **s);

/* How far the pen moves on after a character, in thousandths of the font size.
 * Source:  the advance widths of Adobe's Helvetica; 1000 for East Asian characters, 600 for others. */
VR_API int vrp_font_advance(uint32_t character);

/* The strokes of a character as an SVG path of M, L and C in absolute coordinates: hundredths of the font size, x to
 * the right from the character's left edge, y UP from the baseline; the path of the pen's middle.
 * Notes:   "" for a space, NULL where the font has no such character. It has printable ASCII, the letters of Latin-1
 *          (an accented one is the base letter), no-break space, and the degree, plus-minus, middle dot, times,
 *          divided-by, minus, en dash, ellipsis and right arrow. */
VR_API const char *vrp_font_strokes(uint32_t character);

/* The strokes of a Latin-1 letter's accent, drawn over its strokes and moved by (*x,*y); NULL where it has none. */
VR_API const char *vrp_font_accent(uint32_t character, double *x, double *y);

#endif
