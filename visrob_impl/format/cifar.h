/* format/cifar.h: CIFAR-10 and CIFAR-100, binary version. */
#ifndef VISROB_FORMAT_CIFAR_H
#define VISROB_FORMAT_CIFAR_H
#include "../base/error.h"
#include "../base/arena.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { VR_CIFAR_SIDE = 32 };

/* One file of records: a label (CIFAR-100: a coarse and a fine one), then 32 x 32 pixels in three planes. */
typedef struct vr_cifar {
    const char *path;
    const uint8_t *records;
    int64_t count, record_size;
    int64_t class_count;        /* 10, or 100 fine classes */
    const char *const *classes; /* [class_count]: their names, or "0", "1", ... */
} vr_cifar;

/* Maps a binary file (data_batch_1.bin, test_batch.bin, train.bin, test.bin) as long as the arena lives.
 * Notes:   CIFAR-10 and CIFAR-100 are told apart by the file's size and its labels. Class names are read from
 *          batches.meta.txt or fine_label_names.txt beside the file.
 * Errors:  VR_ERR_IO, VR_ERR_FORMAT naming the byte: a size that is not a multiple of a record's, a label out of range;
 *          *cifar = {0}.
 * Source:  Krizhevsky, "The CIFAR-10 and CIFAR-100 datasets", binary version. */
VR_API bool vr_cifar_load(vr_arena *arena, vr_cifar *cifar, const char *path, vr_err *err);

/* The label of record i. */
VR_API int64_t vr_cifar_label(const vr_cifar *cifar, int64_t i);

/* The pixels of record i, interleaved. Shapes: rgb: [32,32,3]. */
VR_API void vr_cifar_pixels(uint8_t *rgb, const vr_cifar *cifar, int64_t i);

#ifdef __cplusplus
}
#endif
#endif
