/* model/probe.c */
#include "probe.h"
