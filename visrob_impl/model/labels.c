/* model/labels.c */
#include "labels.h"
