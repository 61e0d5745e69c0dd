/* format/csv.c */
#include "csv.h"
