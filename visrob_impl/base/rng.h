/* base/rng.h: random numbers as a pure function of (seed, stream, index): Philox4x32-10.
 *
 * There is no state to advance, so the order of calls, the batch size, the number of threads and a resumed
 * run change nothing. Name the purpose, then index by sample (and epoch) and by draw:
 *
 *     vr_rng run     = vr_rng_init(seed);
 *     vr_rng augment = vr_rng_split(run, "augment");
 *     vr_rng sample  = vr_rng_at(augment, image_index);
 *     float  flip    = vr_rng_uniform(sample, 0);       // draw 0 of this image
 */
#ifndef VISROB_BASE_RNG_H
#define VISROB_BASE_RNG_H
#include "base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* A key and a stream; copy it freely. */
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

/* The i-th 64 random bits (of a sequence of its own: draws 2i and 2i+1 of vr_rng_u32). */
VR_API uint64_t vr_rng_u64(vr_rng rng, uint64_t i);

/* The i-th uniform number in [0,1): 24 random bits. */
VR_API float vr_rng_uniform(vr_rng rng, uint64_t i);

/* The i-th uniform whole number in [0,n), n >= 1, without bias that could be seen (64-bit multiply-shift). */
VR_API int64_t vr_rng_below(vr_rng rng, uint64_t i, int64_t n);

/* The i-th standard normal number (Box-Muller; numbers 2k and 2k+1 share one pair of uniforms). */
VR_API float vr_rng_normal(vr_rng rng, uint64_t i);

/* out[j] = the uniform number first + j, for j < n; four for the price of one. */
VR_API void vr_rng_uniform_fill(float *out, int64_t n, vr_rng rng, uint64_t first);

/* out[j] = the normal number first + j, for j < n. */
VR_API void vr_rng_normal_fill(float *out, int64_t n, vr_rng rng, uint64_t first);

/* out = a uniform random order of 0 .. n-1 (Fisher-Yates). */
VR_API void vr_rng_permutation(int64_t *out, int64_t n, vr_rng rng);

#ifdef __cplusplus
}
#endif
#endif
