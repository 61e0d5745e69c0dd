/* report/plot.c */
#include "plot.h"
