/* image/exif_impl.h: the orientation of a photograph, from its metadata. */
#ifndef VISROB_IMAGE_EXIF_IMPL_H
#define VISROB_IMAGE_EXIF_IMPL_H
#include "../base/base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The most segments into which EXIF data may be divided: one has up to 64 KiB. */
enum { VRP_EXIF_PARTS = 16 };

/* Metadata in a file: a small TIFF file, in parts that belong one behind the other, and a packet of XMP. */
typedef struct vrp_exif {
    vr_bytes part[VRP_EXIF_PARTS], xmp;
    int parts;
} vrp_exif;

/* EXIF's orientation, 1..8; 1 = upright, also where it is missing, invalid or malformed, which does not affect the pixels.
 * Source:  agrees with Pillow's ImageOps.exif_transpose: the first entry of the tag counts, of any integer type; XMP's
 *          tiff:Orientation counts where EXIF has none. */
VR_API int vrp_exif_orientation(const vrp_exif *exif);

#ifdef __cplusplus
}
#endif
#endif
