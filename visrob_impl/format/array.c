/* format/array.c */
#include "array.h"
