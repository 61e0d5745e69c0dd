/* model/dialect_impl.h: the names that packages give to the same tensors.
 *
 * Inside the room a ResNet has torchvision's names and a ViT timm's. What another package calls otherwise is renamed while
 * a checkpoint is indexed, part by part; messages about a tensor name the file's own key. */
#ifndef VISROB_MODEL_DIALECT_IMPL_H
#define VISROB_MODEL_DIALECT_IMPL_H
#include "../base/base.h"

/* A key that begins with `theirs` begins with `ours` instead. In theirs '#' is a number, '*' a number that ours leaves out,
 * and a closing '$' the end of the key; in ours '#' is the next number of theirs, '+' the same plus 1. */
typedef struct vrp_rename {
    const char *theirs, *ours;
} vrp_rename;

typedef enum vrp_family { VRP_FAMILY_RESNET, VRP_FAMILY_VIT } vrp_family;

/* One package's names. */
typedef struct vrp_dialect {
    const char *name;
    vrp_family family;
    const char *anchor; /* a key that only this dialect has; what precedes it is the model's prefix */
    const char *const
        *bodies; /* ends of a prefix below which the network is, while its head is beside it; or NULL */
    const vrp_rename *renames; /* applied until none fits; ends with {NULL, NULL} */
} vrp_dialect;

/* All dialects, in the order in which a file is tried, and their number. */
VR_API const vrp_dialect *vrp_dialects(int *count);

/* Writes the dialect's own name for `name` into out[size]; false where it does not fit in. */
VR_API bool vrp_dialect_rename(char *out, int size, const vrp_dialect *dialect, const char *name);

#endif
