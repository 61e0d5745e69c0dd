/* format/json.c */
#include "json.h"
