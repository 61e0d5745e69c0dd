/* visrob.h: vision robustness and self-supervised learning in C.
 *
 * How, where and why does this vision model break, and what mends it?
 */
#ifndef VISROB_H
#define VISROB_H

#define VR_VERSION "0.1.0"

#include "visrob_impl/base/base.h"
#include "visrob_impl/base/error.h"
#include "visrob_impl/base/arena.h"
#include "visrob_impl/base/os.h"
#include "visrob_impl/base/rng.h"
#include "visrob_impl/base/par.h"
#include "visrob_impl/base/text.h"
#include "visrob_impl/base/log.h"

#include "visrob_impl/tensor/tensor.h"

#include "visrob_impl/format/array.h"

#include "visrob_impl/image/image.h"
#include "visrob_impl/image/resize.h"

#include "visrob_impl/nn/kernels.h"
#include "visrob_impl/nn/packed.h"

#include "visrob_impl/model/model.h"

#endif /* VISROB_H */

/* ---- the implementation: once, in one .c file that defines VISROB_IMPLEMENTATION ---- */
#if defined(VISROB_IMPLEMENTATION) && !defined(VISROB_IMPLEMENTED)
#define VISROB_IMPLEMENTED
#ifdef __cplusplus
#error "visrob's implementation is C11: define VISROB_IMPLEMENTATION in a .c file, and include visrob.h from C++ as it is"
#endif

#include "visrob_impl/base/error.c"
#include "visrob_impl/base/arena.c"
#include "visrob_impl/base/os.c"
#include "visrob_impl/base/rng.c"
#include "visrob_impl/base/par.c"
#include "visrob_impl/base/text.c"
#include "visrob_impl/base/log.c"

#include "visrob_impl/tensor/tensor.c"

#endif
