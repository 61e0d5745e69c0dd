/* base/par.h: how many threads there are, and loops over independent outputs, so that every result has the same bits
 * for any number of threads. -DVR_NO_OPENMP builds without threads.
 *
 * Two kinds of loops: `#pragma omp parallel for` where a pass takes milliseconds (images of a batch), vr_parallel where
 * it takes microseconds (the layers). */
#ifndef VISROB_BASE_PAR_H
#define VISROB_BASE_PAR_H
#include "base.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Sets the number of threads of all of visrob's loops and products; n <= 0 means the physical cores. */
VR_API void vr_threads_set(int n);

/* The number of threads in use; the physical cores unless vr_threads_set or OMP_NUM_THREADS says otherwise. */
VR_API int vr_threads(void);

/* The number of the calling thread inside an OpenMP loop, 0 .. vr_threads()-1. */
VR_API int vr_thread_index(void);

/* Calls work(context, i, thread) once for each i < count, on vr_threads() threads; 0 <= thread < vr_threads() names the
 * one that calls, for buffers of its own.
 * Notes:   the calling thread takes part, and does not wait for threads that come too late to help: a loop costs next
 *          to nothing where there is little to do or the machine is busy. Inside another loop, and while another
 *          thread of the program runs one, it runs serially. work must not depend on the order of the calls. */
VR_API void vr_parallel(int64_t count, void (*work)(const void *context, int64_t i, int thread),
                        const void *context);

#ifdef __cplusplus
}
#endif
#endif
