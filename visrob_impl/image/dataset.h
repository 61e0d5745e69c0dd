/* image/dataset.h: images with labels: a folder of class folders, a tar of the same, a flat folder, CIFAR's binary files, an
 * array of pixels, or drawn shapes.
 *
 *     vr_dataset data;
 *     vr_image image;
 *     vr_dataset_open(&perm, &data, "cifar10/test.tar", NULL, VR_FATAL);
 *     vr_dataset_image(&step, &image, &data, 17, VR_FATAL);      // data.labels[17], data.files[17]
 */
#ifndef VISROB_IMAGE_DATASET_H
#define VISROB_IMAGE_DATASET_H
#include "../base/rng.h"
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Images that are not decoded yet, in bytewise order of their paths. */
typedef struct vr_dataset {
    const char *path;
    const char *const *files; /* [count], relative to the data set: "test/cat/0001.jpg" */
    const int64_t *labels;    /* [count], an index of `classes`; -1 = no label */
    int64_t count;
    const char *const *classes; /* [class_count], the names of the class folders, sorted */
    int64_t class_count;
    vr_image_opts decode;                   /* of the files; may be changed before the first image is read */
    const struct vr_dataset_source *source; /* private */
    const int64_t *origin; /* [count], the index before vr_dataset_keep; names an image's rng */
    const char *note; /* what was left out and what was assumed, for a line of a program; NULL: nothing */
} vr_dataset;

/* Opens a data set; its kind follows from the path and its content:
 *     a folder of folders     ImageFolder: class = the folder that contains the file; more levels above are allowed;
 *                             a folder "images" is no class: the one above it is (CLASS/images/1.JPEG, Tiny ImageNet);
 *                             with a file val_annotations.txt (its val/) the class is the one that stands there
 *     a folder of files       no labels
 *     .tar, .tar.gz, .tgz     as a folder with the same paths; class = the last folder of the path
 *     *.bin                   CIFAR's binary files, class names from the .txt beside it if it exists
 *     a folder of the latter  its test part
 *     *idx3-ubyte, .gz        MNIST's files, grey; labels from the idx1 file beside it if it exists, with "-" or "."
 *                             before idx1, plain or gzip
 *     .npy                    u8 [N,H,W,3], or grey [N,H,W] or [N,H,W,1]; labels are those of a labels.npy beside it that
 *                             has N of them; [H,W,3] is one image
 *     a folder with labels.npy  CIFAR-10-C: fog.npy, ... of that many images, a fifth of them a severity; their names are
 *                             "fog/3/00017"
 *     one image file          that image
 * Notes:   hidden files and files without an image's extension are skipped, counted in `ignored` (may be NULL) and
 *          named in data->note, as is what is not told by the files. Links are followed. Files stay mapped as long as
 *          the arena lives.
 * Errors:  VR_ERR_IO, VR_ERR_FORMAT naming file and byte, VR_ERR_ARGUMENT where there are no images or a link leads to a
 *          folder above it; VR_ERR_UNSUPPORTED for .webp, .tif and other images and archives that are not read;
 *          VR_ERR_LIMIT where links lead to folders that were read before more than 100 times. */
VR_API bool vr_dataset_open(vr_arena *perm, vr_dataset *data, const char *path, int64_t *ignored,
                            vr_err *err);

/* A set of `count` drawn shapes of size x size (image/draw.h), 10 classes in turn, drawn when they are read. */
VR_API void vr_dataset_shapes(vr_arena *perm, vr_dataset *data, int64_t count, int64_t size, vr_rng rng);

/* A set of images in memory, which are not copied.
 * Shapes:  pixels: [count,height,width,3]; labels: [count], indices of classes, or NULL. */
VR_API void vr_dataset_pixels(vr_arena *perm, vr_dataset *data, const uint8_t *pixels, int64_t count,
                              int64_t width, int64_t height, const int64_t *labels,
                              const char *const *classes, int64_t class_count);

/* Keeps the images i with kept[i], in the same order. Shapes: kept: [count]. */
VR_API void vr_dataset_keep(vr_arena *perm, vr_dataset *data, const bool *kept);

/* Decodes image i into the arena. Threads may decode at the same time, each with its own arena.
 * Errors:  those of vr_image_load, naming the data set and the file; *image = {0}. */
VR_API bool vr_dataset_image(vr_arena *arena, vr_image *image, const vr_dataset *data, int64_t i,
                             vr_err *err);

#ifdef __cplusplus
}
#endif
#endif
