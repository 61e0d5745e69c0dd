/* format/npy.c */
#include "npy.h"
