/* base/par.h: how many threads there are. Loops are parallel over independent outputs (OpenMP), so every
 * result has the same bits for any number of threads. -DVR_NO_OPENMP builds without threads. */
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

/* The number of the calling thread inside a parallel loop, 0 .. vr_threads()-1. */
VR_API int vr_thread_index(void);

#ifdef __cplusplus
}
#endif
#endif
