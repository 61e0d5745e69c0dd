/* model/resnet.h: ResNets: CIFAR, torchvision, timm; wide, ResNeXt; backbones of SSL. */
#ifndef VISROB_MODEL_RESNET_H
#define VISROB_MODEL_RESNET_H
#include "model.h"
#ifdef __cplusplus
extern "C" {
#endif



#ifdef __cplusplus
}
#endif
#endif
