/* image/corrupt.c */
#include "corrupt.h"
