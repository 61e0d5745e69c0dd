/* report/font.h: a small stroke font, so that a plot's letters need no font file.
 *
 * A glyph is drawn with a round pen along lines and curves. Its advance is Helvetica's, so that one measure of a
 * text serves the browser (SVG) and the rasteriser (PNG). */
#ifndef VISROB_REPORT_FONT_H
#define VISROB_REPORT_FONT_H
#include "../base/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The lines to which glyphs reach, in hundredths of the font size above the baseline. */
enum { VR_FONT_X_HEIGHT = 52, VR_FONT_CAP_HEIGHT = 72, VR_FONT_DESCENT = 21 };

/* Reads the next character of a UTF-8 text and moves *s behind it; 0 at the end.
 * Notes:   a byte that is not UTF-8 (overlong forms and surrogates too) gives U+FFFD and is passed alone. */
VR_API uint32_t vr_utf8_next(const char **s);

/* How far the pen moves on after a character, in thousandths of the font size.
 * Source:  the advance widths of Adobe's Helvetica; 1000 for East Asian characters, 600 for others. */
VR_API int vr_font_advance(uint32_t character);

/* The strokes of a character as an SVG path of M, L and C in absolute coordinates: hundredths of the font size, x to
 * the right from the character's left edge, y UP from the baseline; where the pen's middle goes, if it had no width.
 * Notes:   "" for a space, NULL where the font has no such character. It has printable ASCII, the letters of Latin-1
 *          (those with accents are the letter alone), no-break space, and the degree, plus-minus, middle dot, times,
 *          divided-by, minus, en dash, ellipsis and right arrow. */
VR_API const char *vr_font_strokes(uint32_t character);

/* The strokes of a Latin-1 letter's accent, to be drawn over its strokes, moved by (*x,*y); NULL where it has none. */
VR_API const char *vr_font_accent(uint32_t character, double *x, double *y);

#ifdef __cplusplus
}
#endif
#endif
