/* base/rng.h: random numbers as a pure function of (seed, stream, index): Philox4x32-10.
 *
 * There is no state: results do not depend on the order of calls, the batch size, the number of threads or whether a
 * run was resumed. Name the purpose, then index by sample (and epoch) and by draw:
 *
 *     vr_rng run     = vr_rng_init(42);
 *     vr_rng augment = vr_rng_split(run, "augment");
 *     vr_rng sample  = vr_rng_at(augment, 7);           // image 7
 *     bool   flip    = vr_rng_uniform(sample, 0) < 0.5f;  // draw 0 of this image
 */
#ifndef VISROB_BASE_RNG_H
#define VISROB_BASE_RNG_H
#include "base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A seed and a stream, passed by value. */
typedef struct vr_rng {
    uint64_t seed, stream;
} vr_rng;

/* The Philox4x32-10 block function: 128 random bits from a counter and a key.
 * Source:  Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; agrees with Random123's kat_vectors. */
VR_API void vr_philox4x32(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);

/* The generator of a run. */
VR_API vr_rng vr_rng_init(uint64_t seed);

/* An independent generator for a named purpose. */
VR_API vr_rng vr_rng_split(vr_rng rng, const char *purpose);

/* An independent generator for the index-th sample, epoch or image. */
VR_API vr_rng vr_rng_at(vr_rng rng, uint64_t index);

/* The i-th 32 random bits. */
VR_API uint32_t vr_rng_u32(vr_rng rng, uint64_t i);

/* The i-th uniform number in [0,1): 24 random bits. */
VR_API float vr_rng_uniform(vr_rng rng, uint64_t i);

/* The i-th uniform integer in [0,n), n >= 1: the high half of n times a 64-bit draw, whose bias is negligible. */
VR_API int64_t vr_rng_below(vr_rng rng, uint64_t i, int64_t n);

/* Oracle: the i-th standard normal number (Box-Muller; numbers 2k and 2k+1 share a pair of uniforms), one at a time. */
VR_API float vr_rng_normal(vr_rng rng, uint64_t i);

/* out[j] = vr_rng_uniform(rng, first + j), for j < n, four per Philox block. */
VR_API void vr_rng_uniform_fill(float *out, int64_t n, vr_rng rng, uint64_t first);

/* out[j] = vr_rng_normal(rng, first + j), for j < n, four per Philox block. */
VR_API void vr_rng_normal_fill(float *out, int64_t n, vr_rng rng, uint64_t first);

/* out = a uniform random permutation of 0 .. n-1 (Fisher-Yates). */
VR_API void vr_rng_permutation(int64_t *out, int64_t n, vr_rng rng);

#ifdef __cplusplus
}
#endif
#endif
