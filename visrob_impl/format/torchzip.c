/* format/torchzip.c */
#include "torchzip.h"
