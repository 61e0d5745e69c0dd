/* image/resize.c */
#include "resize.h"
