/* image/image.c */
#include "image.h"
