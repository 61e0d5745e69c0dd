/* image/colour.h: colour: grey, HSV, jitter, blur, solarize. */
#ifndef VISROB_IMAGE_COLOUR_H
#define VISROB_IMAGE_COLOUR_H
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
