/* base/par.c: the number of threads, and the pool behind vr_parallel.
 *
 * Workers wait for a loop, first spinning (a network's layers follow each other within microseconds), then sleeping.
 * Each thread has an equal share of the indices, the same part of every loop, so that a layer finds the output of the
 * layer before it in its caches; a thread that is finished takes indices from the others' shares. Rejected: handing out
 * indices one by one, where the time depends on which cores the threads run on.
 *
 * Rejected: OpenMP's loops for small layers. Every thread has to arrive at two barriers, so that a thread that the
 * system has descheduled delays all others by a time slice. Here the caller closes the loop when no index is left, and
 * waits only for indices that are being computed.
 *
 * `state` is VRP_PAR_OPEN while a loop may be joined, plus the number of workers inside. The other fields of the loop
 * change only while it is closed and no worker is inside. */
#include "par.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef _OPENMP
#include <omp.h>
#endif

static int vrp_par_threads;

/* The number of distinct (package, core) pairs in /proc/cpuinfo: hyper-threads share one FMA unit, so that they do
 * not speed up the loops here. */
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

/* ---- the pool ---- */

typedef void vrp_par_work(const void *context, int64_t i, int thread);

#ifdef VR_NO_OPENMP
void vr_parallel(int64_t count, vrp_par_work *work, const void *context) {
    for (int64_t i = 0; i < count; i++) work(context, i, 0);
}
#else
enum {
    VRP_PAR_MOST = 256, /* threads */
    /* Pauses before a worker sleeps, about 0.4 ms: waking it in a virtual machine takes as long as a ResNet-20. */
    VRP_PAR_SPINS = 16000,
    VRP_PAR_OPEN = 1 << 30
};

static struct {
    pthread_mutex_t owner, sleep;
    pthread_cond_t wake;
    int workers;      /* started so far */
    atomic_int spins; /* 0 where there are more threads than processors */
    atomic_int asleep;
    vrp_par_work *work; /* the loop */
    const void *context;
    int threads;
    _Alignas(64) atomic_uint round; /* the number of the loop, so that no worker joins one twice */
    atomic_int state;
    struct vrp_par_share { /* the first and the end of a thread's remaining indices, 32 bits each */
        _Alignas(64) atomic_ullong range;
    } shares[VRP_PAR_MOST];
} vrp_par_pool = {
    .owner = PTHREAD_MUTEX_INITIALIZER, .sleep = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

static _Thread_local bool vrp_par_inside;

static void vrp_par_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* The next index of a share, or -1; its owner takes the first of the remaining ones, others the last. */
static int64_t vrp_par_next(struct vrp_par_share *share, bool owner) {
    unsigned long long now = atomic_load_explicit(&share->range, memory_order_relaxed);
    for (;;) {
        const unsigned long long first = now >> 32, end = now & UINT32_MAX;
        if (first >= end) return -1;
        const unsigned long long left = owner ? (first + 1) << 32 | end : first << 32 | (end - 1);
        if (atomic_compare_exchange_weak_explicit(&share->range, &now, left, memory_order_relaxed,
                                                  memory_order_relaxed))
            return (int64_t)(owner ? first : end - 1);
    }
}

/* A thread's own share first, whose inputs are in its caches, then indices of the others' shares. */
static void vrp_par_take(int thread) {
    const int threads = vrp_par_pool.threads;
    for (int k = 0; k < threads; k++)
        for (int64_t i; (i = vrp_par_next(&vrp_par_pool.shares[(thread + k) % threads], k == 0)) >= 0;)
            vrp_par_pool.work(vrp_par_pool.context, i, thread);
}

/* Waits for another round than `seen`; returns it. */
static unsigned vrp_par_wait(unsigned seen) {
    unsigned now = seen;
    for (int s = atomic_load_explicit(&vrp_par_pool.spins, memory_order_relaxed); s > 0; s--) {
        now = atomic_load_explicit(&vrp_par_pool.round, memory_order_acquire);
        if (now != seen) return now;
        vrp_par_pause();
    }
    pthread_mutex_lock(&vrp_par_pool.sleep);
    /* before `round` is read, which vr_parallel writes before it reads `asleep` */
    atomic_fetch_add(&vrp_par_pool.asleep, 1);
    while ((now = atomic_load(&vrp_par_pool.round)) == seen)
        pthread_cond_wait(&vrp_par_pool.wake, &vrp_par_pool.sleep);
    atomic_fetch_sub(&vrp_par_pool.asleep, 1);
    pthread_mutex_unlock(&vrp_par_pool.sleep);
    return now;
}

static void *vrp_par_worker(void *argument) {
    const int thread = (int)(intptr_t)argument;
    vrp_par_inside = true;
    for (unsigned seen = 0;;) {
        /* On a busy machine other programs run here rather than in the middle of an index that the caller waits for. */
        sched_yield();
        seen = vrp_par_wait(seen);
        int state = atomic_load(&vrp_par_pool.state);
        while (state & VRP_PAR_OPEN)
            if (atomic_compare_exchange_weak(&vrp_par_pool.state, &state, state + 1)) {
                if (thread < vrp_par_pool.threads) vrp_par_take(thread);
                atomic_fetch_sub_explicit(&vrp_par_pool.state, 1, memory_order_release);
                break;
            }
    }
    return NULL;
}

/* Starts workers up to `threads` - 1; signals are delivered to the program's own threads. */
static void vrp_par_start(int threads) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (; vrp_par_pool.workers < threads - 1; vrp_par_pool.workers++) {
        pthread_t id;
        if (pthread_create(&id, NULL, vrp_par_worker, (void *)(intptr_t)(vrp_par_pool.workers + 1)) != 0)
            break;
        pthread_detach(id);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    atomic_store(&vrp_par_pool.spins, threads <= sysconf(_SC_NPROCESSORS_ONLN) ? VRP_PAR_SPINS : 0);
}

static bool vrp_par_serial(int64_t count, int threads) {
    if (count <= 1 || count > INT32_MAX || threads == 1 || vrp_par_inside) return true;
#ifdef _OPENMP
    if (omp_in_parallel()) return true;
#endif
    return pthread_mutex_trylock(&vrp_par_pool.owner) != 0;
}

void vr_parallel(int64_t count, vrp_par_work *work, const void *context) {
    const int threads = (int)vr_min(vr_threads(), VRP_PAR_MOST);
    if (vrp_par_serial(count, threads)) {
        for (int64_t i = 0; i < count; i++) work(context, i, 0);
        return;
    }
    if (threads - 1 > vrp_par_pool.workers) vrp_par_start(threads);
    vrp_par_pool.work = work, vrp_par_pool.context = context;
    vrp_par_pool.threads = threads;
    for (int64_t t = 0; t < threads; t++)
        atomic_store_explicit(&vrp_par_pool.shares[t].range,
                              (unsigned long long)(t * count / threads) << 32 |
                                  (unsigned long long)((t + 1) * count / threads),
                              memory_order_relaxed);
    atomic_store(&vrp_par_pool.state, VRP_PAR_OPEN);
    atomic_fetch_add(&vrp_par_pool.round, 1);
    if (atomic_load(&vrp_par_pool.asleep) > 0) {
        pthread_mutex_lock(&vrp_par_pool.sleep);
        pthread_cond_broadcast(&vrp_par_pool.wake);
        pthread_mutex_unlock(&vrp_par_pool.sleep);
    }
    vrp_par_inside = true;
    vrp_par_take(0);
    vrp_par_inside = false;
    atomic_fetch_and(&vrp_par_pool.state, ~VRP_PAR_OPEN);
    for (int s = 0; atomic_load_explicit(&vrp_par_pool.state, memory_order_acquire) != 0; s++)
        if (s < VRP_PAR_SPINS)
            vrp_par_pause();
        else
            sched_yield();
    pthread_mutex_unlock(&vrp_par_pool.owner);
}
#endif
