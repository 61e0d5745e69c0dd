/* model/resnet.c */
#include "resnet.h"
