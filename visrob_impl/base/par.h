/* base/par.h: the number of threads, and loops over independent outputs, whose results have the same bits for any
 * number of threads. -DVR_NO_OPENMP builds without threads.
 *
 * `#pragma omp parallel for` is used for loops of milliseconds (images of a batch), vr_parallel for loops of
 * microseconds (the layers of a network). */
#ifndef VISROB_BASE_PAR_H
#define VISROB_BASE_PAR_H
#include "base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Sets the number of threads of all loops and matrix products; n <= 0 means the physical cores. */
VR_API void vr_threads_set(int n);

/* The number of threads in use: the physical cores unless vr_threads_set or OMP_NUM_THREADS sets another. */
VR_API int vr_threads(void);

/* The index of the calling thread inside an OpenMP loop, 0 .. vr_threads()-1. */
VR_API int vr_thread_index(void);

/* Calls work(context, i, thread) once for each i < count, on vr_threads() threads; 0 <= thread < vr_threads() is the
 * calling thread, which indexes per-thread buffers.
 * Notes:   the calling thread takes part and does not wait for threads that start too late, so that short loops are
 *          cheap, also on a busy machine. Runs serially inside another loop, and while another thread of the program
 *          runs a loop. work must not depend on the order of the calls. */
VR_API void vr_parallel(int64_t count, void (*work)(const void *context, int64_t i, int thread),
                        const void *context);

#ifdef __cplusplus
}
#endif
#endif
