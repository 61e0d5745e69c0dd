/* base/par.c: the one place that talks to the OpenMP runtime about its number of threads. */
#include "par.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef _OPENMP
#include <omp.h>
#endif

static int vrp_par_threads;

/* Distinct (package, core) pairs of /proc/cpuinfo: hyper-threads share one FMA unit, so they only get in
 * each other's way in our loops. */
static int vrp_par_cores(void) {
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    if (online < 1) online = 1;
    FILE *f = fopen("/proc/cpuinfo", "r");
    if (!f) return (int)online;
    enum { MAX_SEEN = 1024 };
    static int seen[MAX_SEEN];
    char line[256];
    int package = 0, core = -1, count = 0;
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "physical id : %d", &package) == 1) continue;
        if (sscanf(line, "core id : %d", &core) != 1) continue;
        int id = package * 4096 + core, k = 0;
        while (k < count && seen[k] != id) k++;
        if (k == count && count < MAX_SEEN) seen[count++] = id;
    }
    fclose(f);
    return count > 0 && count <= online ? count : (int)online;
}

void vr_threads_set(int n) {
    const char *env = getenv("OMP_NUM_THREADS");
    if (n <= 0 && env) n = atoi(env);
    vrp_par_threads = n > 0 ? n : vrp_par_cores();
#ifdef _OPENMP
    omp_set_num_threads(vrp_par_threads);
#else
    vrp_par_threads = 1;
#endif
}

int vr_threads(void) {
    if (vrp_par_threads == 0) vr_threads_set(0);
    return vrp_par_threads;
}

int vr_thread_index(void) {
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}
