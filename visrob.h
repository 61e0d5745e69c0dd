/* visrob.h: vision robustness and self-supervised learning in C.
 *
 * How, where and why does this vision model break, and what mends it?
 *
 *     #define VISROB_IMPLEMENTATION            // in ONE .c file
 *     #include "visrob.h"
 *     #include <stdio.h>
 *
 *     int main(int argc, char **argv) {        // program resnet50.pth photo.jpg
 *         vr_arena perm = {0};
 *         vr_image photo;
 *         int64_t top[5];
 *         if (argc != 3) return 2;
 *         vr_model *model = vr_model_load(&perm, argv[1], NULL, VR_FATAL);
 *         vr_image_load(&perm, &photo, argv[2], NULL, VR_FATAL);
 *         vr_tensor x = vr_tensor_4d(&perm, 1, model->preprocess.size, model->preprocess.size, 3);
 *         vr_preprocess_apply(vr_tensor_row(x, 0), photo, &model->preprocess, &perm);
 *         vr_tensor logits = vr_model_logits(&perm, model, x);
 *         const int best = (int)vr_min(5, model->classes);
 *         vr_predict_top_k(top, logits.data, 1, model->classes, best);
 *         for (int k = 0; k < best; k++) printf("%s\n", model->labels ? model->labels[top[k]] : "no name");
 *         vr_arena_free(&perm);
 *     }
 *
 * Three ways to use it
 *   (a) copy visrob.h and visrob_impl/; a .c file of two lines defines VISROB_IMPLEMENTATION and includes visrob.h;
 *   (b) `make install`, and find it by pkg-config or CMake; or add_subdirectory;
 *   (c) `make single`, and copy build/visrob_single.h alone.
 *   Build with -O3 -DNDEBUG -march=native -fopenmp, link with -lblis -lm. stb_image.h is found in the system's stb/ or by -I.
 *
 * Switches, all off by default
 *   VR_NO_BLIS     a portable matrix product in place of BLIS: nothing to link, slower
 *   VR_NO_OPENMP   no threads
 *   VR_API=static  the library private to the one .c file: unused functions vanish
 *
 * Lifetimes
 *   What a function gives you lives in the arena you pass in; without an arena it allocates nothing you can see. Three
 *   arenas are enough for any program, and name the variables: `perm` for weights and data, `step` for the tensors of one
 *   batch (vr_arena_reset after each), `scratch` for what a function needs while it runs. Nothing is freed one by one.
 *
 * Conventions
 *   - I/O and format errors come back as false or NULL with a vr_err; VR_FATAL in its place prints the message and exits.
 *     Bugs of the caller (a wrong shape) stop at a VR_CHECK.
 *   - Outputs first, then inputs, sizes, options; vr_err last. A zeroed options struct is the default.
 *   - Sizes and indices are int64_t; tensors are f32; images are 8-bit RGB, batches [N,H,W,C].
 *   - The same bits for any number of threads; random numbers are a function of seed, purpose and index.
 *   - vr_ is public; vrp_ and the *_impl.h headers are the library's own and may change.
 *
 * The papers, each with a header of its name in visrob_impl/study/ and a program in examples/
 *   robustness      ImageNet-C's corruptions and continuous factors: accuracy, error ratio and interval of each
 *   imagenet_x      ImageNet-X: which of sixteen annotated factors make a classifier err
 *   dollar_street   Dollar Street factors: accuracy by income, region and factor
 *   geography       Progress vs. geography: progress on benchmarks, disparity between regions
 *
 * The rooms, each of which includes only those above it
 *   base/    memory, errors, names, random numbers, threads, files, progress, text and numbers
 *   tensor/  shapes and views, products, statistics: tests, regressions, intervals
 *   format/  checkpoints and data files, to arrays and back
 *   image/   decoding, resizing, colour, random views, corruption, drawing, data sets of images
 *   metric/  plain arrays in, numbers out: accuracy, groups, calibration, effective robustness, neighbours
 *   nn/      layers: the readable reference (kernels.h) and the fast path (packed.h)
 *   model/   ResNet and ViT in their dialects, probes
 *   report/  tables, plots, self-contained pages
 *   study/   a model over a data set, predictions of any program, and the papers
 *
 * Read first examples/small/, then examples/robustness.c
 */
#ifndef VISROB_H
#define VISROB_H

#include "visrob_impl/base/base.h"
#include "visrob_impl/base/error.h"
#include "visrob_impl/base/arena.h"
#include "visrob_impl/base/names.h"
#include "visrob_impl/base/crc32.h"
#include "visrob_impl/base/os.h"
#include "visrob_impl/base/rng.h"
#include "visrob_impl/base/par.h"
#include "visrob_impl/base/text.h"
#include "visrob_impl/base/number.h"
#include "visrob_impl/base/log.h"
#include "visrob_impl/base/args.h"

#include "visrob_impl/tensor/tensor.h"
#include "visrob_impl/tensor/distribution.h"
#include "visrob_impl/tensor/stats.h"
#include "visrob_impl/tensor/hypothesis.h"
#include "visrob_impl/tensor/gemm.h"
#include "visrob_impl/tensor/linalg.h"
#include "visrob_impl/tensor/regression.h"
#include "visrob_impl/tensor/lbfgs.h"
#include "visrob_impl/tensor/gemm64.h"

#include "visrob_impl/format/array.h"
#include "visrob_impl/format/load.h"
#include "visrob_impl/format/npy.h"
#include "visrob_impl/format/csv.h"
#include "visrob_impl/format/pylist.h"
#include "visrob_impl/format/json.h"
#include "visrob_impl/format/rows.h"
#include "visrob_impl/format/jsonrecord.h"
#include "visrob_impl/format/idx.h"
#include "visrob_impl/format/cifar.h"
#include "visrob_impl/format/tar.h"

#include "visrob_impl/image/image.h"
#include "visrob_impl/image/resize.h"
#include "visrob_impl/image/colour.h"
#include "visrob_impl/image/augment.h"
#include "visrob_impl/image/factor_list.h"
#include "visrob_impl/image/factor.h"
#include "visrob_impl/image/draw.h"
#include "visrob_impl/image/dataset.h"

#include "visrob_impl/metric/accuracy.h"
#include "visrob_impl/metric/labelset.h"
#include "visrob_impl/metric/group.h"
#include "visrob_impl/metric/calibration.h"
#include "visrob_impl/metric/prevalence.h"
#include "visrob_impl/metric/disparity.h"
#include "visrob_impl/metric/effective.h"
#include "visrob_impl/metric/retrieval.h"

#include "visrob_impl/nn/kernels.h"
#include "visrob_impl/nn/packed.h"

#include "visrob_impl/model/model.h"
#include "visrob_impl/model/probe.h"
#include "visrob_impl/model/labels.h"

#include "visrob_impl/report/table.h"
#include "visrob_impl/report/plot.h"
#include "visrob_impl/report/page.h"
#include "visrob_impl/report/dashboard.h"

#include "visrob_impl/study/predictions.h"
#include "visrob_impl/study/by_group.h"
#include "visrob_impl/study/class_map.h"
#include "visrob_impl/study/over.h"
#include "visrob_impl/study/corruption.h"
#include "visrob_impl/study/evaluate.h"
#include "visrob_impl/study/embed.h"
#include "visrob_impl/study/program.h"
#include "visrob_impl/study/robustness.h"
#include "visrob_impl/study/imagenet_x.h"
#include "visrob_impl/study/dollar_street.h"
#include "visrob_impl/study/geography.h"

#endif /* VISROB_H */

/* ---- the implementation: once, in one .c file that defines VISROB_IMPLEMENTATION ---- */
#if defined(VISROB_IMPLEMENTATION) && !defined(VISROB_IMPLEMENTED)
#define VISROB_IMPLEMENTED
#ifdef __cplusplus
#error                                                                                                       \
    "visrob's implementation is C11: define VISROB_IMPLEMENTATION in a .c file, and include visrob.h from C++ as it is"
#endif

#include "visrob_impl/base/print.c"
#include "visrob_impl/base/error.c"
#include "visrob_impl/base/arena.c"
#include "visrob_impl/base/names.c"
#include "visrob_impl/base/crc32.c"
#include "visrob_impl/base/os.c"
#include "visrob_impl/base/rng.c"
#include "visrob_impl/base/par.c"
#include "visrob_impl/base/text.c"
#include "visrob_impl/base/number.c"
#include "visrob_impl/base/log.c"
#include "visrob_impl/base/args.c"

#include "visrob_impl/tensor/tensor.c"
#include "visrob_impl/tensor/distribution.c"
#include "visrob_impl/tensor/stats.c"
#include "visrob_impl/tensor/hypothesis.c"
#include "visrob_impl/tensor/gemm.c"
#include "visrob_impl/tensor/linalg.c"
#include "visrob_impl/tensor/regression.c"
#include "visrob_impl/tensor/lbfgs.c"
#include "visrob_impl/tensor/gemm64.c"

#include "visrob_impl/format/array.c"
#include "visrob_impl/format/zip.c"
#include "visrob_impl/format/safetensors.c"
#include "visrob_impl/format/pickle.c"
#include "visrob_impl/format/torchzip.c"
#include "visrob_impl/format/npy.c"
#include "visrob_impl/format/textfile.c"
#include "visrob_impl/format/csv.c"
#include "visrob_impl/format/pylist.c"
#include "visrob_impl/format/json.c"
#include "visrob_impl/format/rows.c"
#include "visrob_impl/format/jsonrecord.c"
#include "visrob_impl/format/idx.c"
#include "visrob_impl/format/cifar.c"
#include "visrob_impl/format/tar.c"
#include "visrob_impl/format/load.c"

#include "visrob_impl/image/image.c"
#include "visrob_impl/image/exif.c"
#include "visrob_impl/image/bmp.c"
#include "visrob_impl/image/gif.c"
#include "visrob_impl/image/inspect.c"
#include "visrob_impl/image/jpeg.c"
#include "visrob_impl/image/codec.c"
#include "visrob_impl/image/resize.c"
#include "visrob_impl/image/blur.c"
#include "visrob_impl/image/colour.c"
#include "visrob_impl/image/augment.c"
#include "visrob_impl/image/spatter.c"
#include "visrob_impl/image/corrupt.c"
#include "visrob_impl/image/factor.c"
#include "visrob_impl/image/draw.c"
#include "visrob_impl/image/dataset.c"

#include "visrob_impl/metric/accuracy.c"
#include "visrob_impl/metric/labelset.c"
#include "visrob_impl/metric/group.c"
#include "visrob_impl/metric/calibration.c"
#include "visrob_impl/metric/prevalence.c"
#include "visrob_impl/metric/disparity.c"
#include "visrob_impl/metric/effective.c"
#include "visrob_impl/metric/retrieval.c"

#include "visrob_impl/nn/kernels.c"
#include "visrob_impl/nn/gradients.c"
#include "visrob_impl/nn/epilogue.c"
#include "visrob_impl/nn/gather.c"
#include "visrob_impl/nn/packed.c"
#include "visrob_impl/nn/grouped.c"
#include "visrob_impl/nn/winograd.c"
#include "visrob_impl/nn/convolution.c"
#include "visrob_impl/nn/attention.c"

#include "visrob_impl/model/model.c"
#include "visrob_impl/model/load.c"
#include "visrob_impl/model/facts.c"
#include "visrob_impl/model/published.c"
#include "visrob_impl/model/config.c"
#include "visrob_impl/model/dialect.c"
#include "visrob_impl/model/checkpoint.c"
#include "visrob_impl/model/head.c"
#include "visrob_impl/model/pool.c"
#include "visrob_impl/model/resnet.c"
#include "visrob_impl/model/vit.c"
#include "visrob_impl/model/probe.c"
#include "visrob_impl/model/labels.c"

#include "visrob_impl/report/table.c"
#include "visrob_impl/report/font.c"
#include "visrob_impl/report/canvas.c"
#include "visrob_impl/report/raster.c"
#include "visrob_impl/report/axis.c"
#include "visrob_impl/report/frame.c"
#include "visrob_impl/report/plot.c"
#include "visrob_impl/report/plot_bars.c"
#include "visrob_impl/report/plot_lines.c"
#include "visrob_impl/report/plot_heat.c"
#include "visrob_impl/report/plot_reliability.c"
#include "visrob_impl/report/web.c"
#include "visrob_impl/report/page.c"
#include "visrob_impl/report/dashboard.c"

#include "visrob_impl/study/predictions.c"
#include "visrob_impl/study/by_group.c"
#include "visrob_impl/study/class_map.c"
#include "visrob_impl/study/income.c"
#include "visrob_impl/study/over.c"
#include "visrob_impl/study/corruption.c"
#include "visrob_impl/study/evaluate.c"
#include "visrob_impl/study/embed.c"
#include "visrob_impl/study/shapes.c"
#include "visrob_impl/study/program.c"
#include "visrob_impl/study/robustness/score.c"
#include "visrob_impl/study/robustness/images.c"
#include "visrob_impl/study/robustness/resume.c"
#include "visrob_impl/study/robustness/tables.c"
#include "visrob_impl/study/robustness/page.c"
#include "visrob_impl/study/imagenet_x/data.c"
#include "visrob_impl/study/imagenet_x/score.c"
#include "visrob_impl/study/imagenet_x/stats.c"
#include "visrob_impl/study/imagenet_x/tables.c"
#include "visrob_impl/study/imagenet_x/page.c"
#include "visrob_impl/study/imagenet_x/example.c"
#include "visrob_impl/study/dollar_street/data.c"
#include "visrob_impl/study/dollar_street/score.c"
#include "visrob_impl/study/dollar_street/tables.c"
#include "visrob_impl/study/dollar_street/page.c"
#include "visrob_impl/study/dollar_street/example.c"
#include "visrob_impl/study/geography/data.c"
#include "visrob_impl/study/geography/score.c"
#include "visrob_impl/study/geography/progress.c"
#include "visrob_impl/study/geography/retrain.c"
#include "visrob_impl/study/geography/tables.c"
#include "visrob_impl/study/geography/page.c"
#include "visrob_impl/study/geography/example.c"

#endif
