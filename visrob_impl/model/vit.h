/* model/vit.h: vision transformers: timm, torchvision, DeiT, DINO, DINOv2, MAE. */
#ifndef VISROB_MODEL_VIT_H
#define VISROB_MODEL_VIT_H
#include "model.h"
#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
