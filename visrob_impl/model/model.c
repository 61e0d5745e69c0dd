/* model/model.c */
#include "model.h"
