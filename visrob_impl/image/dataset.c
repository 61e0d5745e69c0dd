/* image/dataset.c */
#include "dataset.h"
