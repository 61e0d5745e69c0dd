/* report/canvas.c */
#include "canvas.h"
