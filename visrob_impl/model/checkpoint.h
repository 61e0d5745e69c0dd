/* model/checkpoint.h: keys and shapes of checkpoints: dialects, missing and extra keys. */
#ifndef VISROB_MODEL_CHECKPOINT_H
#define VISROB_MODEL_CHECKPOINT_H
#include "../format/array.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
