/* model/checkpoint.c */
#include "checkpoint.h"
