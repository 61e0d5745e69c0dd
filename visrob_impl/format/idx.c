/* format/idx.c */
#include "idx.h"
