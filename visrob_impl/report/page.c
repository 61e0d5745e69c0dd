/* report/page.c */
#include "page.h"
