/* model/vit.c */
#include "vit.h"
