/* image/factor.h: changes of an image along one factor at a time: the fifteen corruptions of ImageNet-C, ten
 * continuous factors, and ImageNet-C's four extra corruptions.
 *
 *     vr_image image;
 *     vr_image_load(&perm, &image, "cat.jpg", NULL, VR_FATAL);
 *     vr_rng noise = vr_rng_at(vr_rng_split(vr_rng_init(42), "factors"), 0);      // image 0
 *     vr_image foggy = vr_factor_apply(&step, image, VR_FACTOR_FOG, 3, noise);    // severity 3
 *     vr_image_save(foggy, "foggy.png", VR_FATAL);
 *
 * The result depends only on the image, the factor, the level and the rng, with the same bits on any number of threads.
 * All severities of a factor use the same draws, so that they differ in the severity only. */
#ifndef VISROB_IMAGE_FACTOR_H
#define VISROB_IMAGE_FACTOR_H
#include "../base/rng.h"
#include "factor_list.h"
#include "image.h"
#ifdef __cplusplus
extern "C" {
#endif

enum { VR_SEVERITIES = 5 };

/* "gaussian_noise": the name, as in ImageNet-C's tables. */
VR_API const char *vr_factor_name(vr_factor f);

/* "noise", "blur", "weather", "digital", "light", "colour", "geometry", "cover" or "texture". */
VR_API const char *vr_factor_category(vr_factor f);

/* True where the factor has an amount (vr_factor_apply_amount), false for ImageNet-C's corruptions. */
VR_API bool vr_factor_is_continuous(vr_factor f);

/* The amount of a continuous factor at severity 1..5 (VR_FACTOR_GRIDS). */
VR_API double vr_factor_amount(vr_factor f, int severity);

/* Reads a comma-separated list of factor names, "all", or categories ("noise,fog"), in the order of VR_FACTORS.
 * Errors:  VR_ERR_USAGE naming the unknown factor and listing the known ones, and for an empty list. */
VR_API bool vr_factors_parse(vr_arena *perm, vr_factor **factors, int64_t *count, const char *list,
                             vr_err *err);

/* The image changed by factor f at severity 1..5.
 * Notes:   the result has the size of `in` and is the only allocation in the arena. Use one rng per image:
 *          vr_rng_at(split, index). Corruptions use ImageNet-C's constants by the shorter side s of the image:
 *          CIFAR-10-C's where s <= 48, ImageNet-64-C's where 48 < s < 160, ImageNet-C's from 160 on; they are in
 *          pixels and not scaled further, so that an image should be cropped to the model's input first. hue and
 *          rotation use the grid's amount with a random sign.
 * Source:  Hendrycks and Dietterich 2019, "Benchmarking neural network robustness to common corruptions and
 *          perturbations", and its make_{cifar,imagenet_64,imagenet}_c.py. Results are cut off to levels as there;
 *          pixelate, jpeg_compression, brightness, contrast and saturate agree bit for bit, zoom_blur, defocus_blur and
 *          gaussian_blur but for a level in less than 1 % of the values, where a sum is an integer. Random numbers are
 *          not the script's. The photographs of frost are replaced by drawn ice of their statistics. */
VR_API vr_image vr_factor_apply(vr_arena *arena, vr_image in, vr_factor f, int severity, vr_rng rng);

/* The image changed by an amount of a continuous factor, in the unit of VR_FACTORS.
 * Notes:   brighten >= 0; darkness, occlusion, watermark in [0,1]; saturation <= 1 (below 0 adds colour); hue and
 *          rotation any finite angle; scale in [0.01,100]; translation any finite share; texture an integer >= 1, at
 *          most the shorter side. Uncovered areas are filled by reflection. An amount out of range, and a factor
 *          without amounts, are bugs (VR_CHECK). */
VR_API vr_image vr_factor_apply_amount(vr_arena *arena, vr_image in, vr_factor f, double amount, vr_rng rng);

#ifdef __cplusplus
}
#endif
#endif
