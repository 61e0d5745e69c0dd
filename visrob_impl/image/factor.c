/* image/factor.c */
#include "factor.h"
