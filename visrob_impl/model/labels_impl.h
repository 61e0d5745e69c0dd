/* model/labels_impl.h: names for the models that are loaded here. */
#ifndef VISROB_MODEL_LABELS_IMPL_H
#define VISROB_MODEL_LABELS_IMPL_H
#include "labels.h"

/* The ten names of CIFAR-10's classes. Source: batches.meta.txt of CIFAR-10. */
VR_API const char *const *vrp_labels_cifar10(void);

#endif
