/* image/draw.c */
#include "draw.h"
