/* format/cifar.c */
#include "cifar.h"
