/* image/augment.c */
#include "augment.h"
