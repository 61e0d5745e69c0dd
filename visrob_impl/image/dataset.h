/* image/dataset.h: images with labels, wherever they lie: a folder of class folders, a tar of the same, a flat
 * folder, CIFAR's binary files, an array of pixels, or drawn on the spot.
 *
 *     vr_dataset data;
 *     vr_dataset_open(&perm, &data, "cifar10/test.tar", VR_FATAL);
 *     vr_dataset_image(&step, &image, &data, 17, VR_FATAL);      // data.labels[17], data.files[17]
 */
#ifndef VISROB_IMAGE_DATASET_H
#define VISROB_IMAGE_DATASET_H
#include "../base/rng.h"
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What is known of the images before any is decoded. Images are in the order of their paths, bytewise. */
typedef struct vr_dataset {
    const char *path;
    const char *const *files; /* [count], inside of the data set: "test/cat/0001.jpg" */
    const int64_t *labels;    /* [count], a number of `classes`; -1 = no label */
    int64_t count;
    const char *const *classes; /* [class_count], the names of the class folders, sorted */
    int64_t class_count;
    const struct vr_dataset_source *source; /* where the pixels come from */
    const int64_t *origin;                  /* [count]: the image's number in the source */
} vr_dataset;

/* Opens a data set; what it is follows from the path and its content:
 *     a folder of folders     ImageFolder: class = the folder that holds the file (other levels above it are fine)
 *     a folder of files       no labels
 *     .tar, .tar.gz           as a folder with the same paths; class = the last folder of the path
 *     *.bin                   CIFAR's binary form (class names from the .txt beside it where there is one)
 *     a folder of the latter  its test part
 *     *-idx3-ubyte, .gz       MNIST's form, grey; labels from the -idx1- file beside it where there is one
 *     .npy                    u8 [N,H,W,3], or grey [N,H,W], without labels
 *     one image file          that image
 * Notes:   hidden files and files without an image's ending are left out and counted in `ignored` (may be NULL).
 *          Files stay mapped as long as the arena lives.
 * Errors:  VR_ERR_IO, VR_ERR_FORMAT naming file and byte, VR_ERR_ARGUMENT where there is no image at all. */
VR_API bool vr_dataset_open(vr_arena *perm, vr_dataset *data, const char *path, int64_t *ignored,
                            vr_err *err);

/* A set of `count` drawn pictures of size x size (image/draw.h), 10 classes in turn, drawn when they are asked for. */
VR_API void vr_dataset_shapes(vr_arena *perm, vr_dataset *data, int64_t count, int64_t size, vr_rng rng);

/* A set of images that are in memory already and stay there: they are not copied.
 * Shapes:  pixels: [count,height,width,3]; labels: [count], numbers of classes, or NULL. */
VR_API void vr_dataset_pixels(vr_arena *perm, vr_dataset *data, const uint8_t *pixels, int64_t count,
                              int64_t width, int64_t height, const int64_t *labels,
                              const char *const *classes, int64_t class_count);

/* Keeps n images (all where n >= count or n <= 0): a random sample without replacement, in the old order. */
VR_API void vr_dataset_limit(vr_arena *perm, vr_dataset *data, int64_t n, vr_rng rng);

/* Decodes image i into the arena. Safe to call from many threads, each with an arena of its own.
 * Errors:  vr_image_load's, naming the data set and the file; *image = {0}. */
VR_API bool vr_dataset_image(vr_arena *arena, vr_image *image, const vr_dataset *data, int64_t i,
                             vr_err *err);

/* Decodes images first .. first+count-1 on all threads; returns how many could not be decoded.
 * Shapes:  images, faults: [count]; a bad image is {0} and its fault says why; the fault of a good one is all zero. */
VR_API int64_t vr_dataset_images(vr_arena *arena, vr_image *images, vr_err *faults, const vr_dataset *data,
                                 int64_t first, int64_t count);

#ifdef __cplusplus
}
#endif
#endif
