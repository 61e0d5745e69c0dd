/* image/colour.c */
#include "colour.h"
