/* format/zip.c */
#include "zip.h"
