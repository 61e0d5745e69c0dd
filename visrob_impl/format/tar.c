/* format/tar.c */
#include "tar.h"
