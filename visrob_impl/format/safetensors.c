/* format/safetensors.c */
#include "safetensors.h"
