/* base/os.c: POSIX in one file. */
#include "os_impl.h"
#include "arena_impl.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Opens a regular file and returns its descriptor and size; -1 on failure. */
static int vrp_os_open(int64_t *size, const char *path, vr_err *err) {
    int fd =
        open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* O_NONBLOCK: do not wait for the writer of a pipe */
    if (fd < 0) {
        vr_fail(err, VR_ERR_IO, "%s: cannot open: %s", path, strerror(errno));
        return -1;
    }
    struct stat st;
    if (fstat(fd, &st) != 0)
        vr_fail(err, VR_ERR_IO, "%s: cannot stat: %s", path, strerror(errno));
    else if (S_ISDIR(st.st_mode))
        vr_fail(err, VR_ERR_IO, "%s: expected a file, found a directory", path);
    else if (!S_ISREG(st.st_mode))
        vr_fail(err, VR_ERR_IO, "%s: not a regular file", path);
    else {
        *size = (int64_t)st.st_size;
        return fd;
    }
    close(fd);
    return -1;
}

bool vr_file_read(vr_arena *arena, vr_bytes *bytes, const char *path, vr_err *err) {
    *bytes = (vr_bytes){0};
    int64_t size = 0;
    int fd = vrp_os_open(&size, path, err);
    if (fd < 0) return false;
    vr_arena_mark mark = vr_arena_here(arena);
    uint8_t *data = (uint8_t *)vr_arena_alloc(arena, size + 1, 1);
    int64_t got = 0;
    while (got < size) {
        ssize_t n = read(fd, data + got, (size_t)(size - got));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            if (n == 0) errno = 0;
            break;
        }
        got += n;
    }
    int error = errno;
    close(fd);
    if (got < size) {
        vr_arena_rewind(arena, mark);
        return vr_fail(err, VR_ERR_IO, "%s: byte %lld: cannot read: %s", path, (long long)got,
                       error ? strerror(error) : "the file was truncated while it was read");
    }
    data[size] = 0;
    *bytes = (vr_bytes){.data = data, .size = size};
    return true;
}

typedef struct vrp_os_mapping {
    void *data;
    size_t size;
} vrp_os_mapping;

static void vrp_os_unmap(void *resource) {
    vrp_os_mapping *m = (vrp_os_mapping *)resource;
    munmap(m->data, m->size);
}

bool vr_file_map(vr_arena *arena, vr_bytes *bytes, const char *path, vr_err *err) {
    *bytes = (vr_bytes){0};
    int64_t size = 0;
    int fd = vrp_os_open(&size, path, err);
    if (fd < 0) return false;
    if (size == 0) { /* mmap refuses an empty file */
        close(fd);
        bytes->data = (const uint8_t *)"";
        return true;
    }
    void *data = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
    int error = errno;
    close(fd);
    if (data == MAP_FAILED) return vr_fail(err, VR_ERR_IO, "%s: cannot map: %s", path, strerror(error));
    vrp_os_mapping *m = VR_NEW(arena, vrp_os_mapping, 1);
    *m = (vrp_os_mapping){.data = data, .size = (size_t)size};
    vrp_arena_defer_call(arena, vrp_os_unmap, m);
    *bytes = (vr_bytes){.data = (const uint8_t *)data, .size = size};
    return true;
}

void vr_file_unneeded(const void *data, int64_t size) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)data + page - 1) / page * page,
              to = ((uintptr_t)data + (uintptr_t)size) / page * page;
    if (to > from) madvise((void *)from, to - from, MADV_DONTNEED); /* a hint: it may fail */
}

static bool vrp_os_write_all(int fd, const void *data, int64_t size) {
    const char *p = (const char *)data;
    while (size > 0) {
        ssize_t n = write(fd, p, (size_t)vr_min(size, (int64_t)1 << 30));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        p += n;
        size -= n;
    }
    return fsync(fd) == 0 || errno == EINVAL; /* EINVAL: a pipe or device, which cannot be synced */
}

bool vr_file_write(const char *path, const void *data, int64_t size, vr_err *err) {
    struct stat st;
    bool special = stat(path, &st) == 0 && !S_ISREG(st.st_mode); /* /dev/stdout cannot be replaced */
    size_t n = strlen(path) + 32;
    char *temporary = (char *)malloc(n);
    VR_CHECK(temporary != NULL, "out of memory: %zu bytes", n);
    if (special)
        snprintf(temporary, n, "%s", path);
    else
        snprintf(temporary, n, "%s.tmp%ld", path, (long)getpid());
    int fd = open(temporary, O_WRONLY | O_CLOEXEC | (special ? 0 : O_CREAT | O_TRUNC), 0666);
    bool ok = fd >= 0 && vrp_os_write_all(fd, data, size);
    int error = errno;
    if (fd >= 0 && close(fd) != 0 && ok) ok = false, error = errno;
    if (ok && !special && rename(temporary, path) != 0) ok = false, error = errno;
    if (!ok && fd >= 0 && !special) unlink(temporary);
    free(temporary);
    return ok || vr_fail(err, VR_ERR_IO, "%s: cannot write: %s", path, strerror(error));
}

bool vrp_file_same(const char *a, const char *b) {
    struct stat x, y;
    const bool has_x = stat(a, &x) == 0, has_y = stat(b, &y) == 0;
    if (!has_x || !has_y) return has_x == has_y && strcmp(a, b) == 0;
    return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool vrp_file_writable(const char *path, vr_err *err) {
    struct stat st;
    if (!*path) return vr_fail(err, VR_ERR_IO, "cannot write: empty file name");
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return vr_fail(err, VR_ERR_IO, "%s: cannot write: is a directory", path);
    const bool special = stat(path, &st) == 0 && !S_ISREG(st.st_mode);
    const char *slash = strrchr(path, '/'); /* a regular file is replaced, so its directory decides */
    const int64_t n = !slash ? 1 : vr_max(slash - path, 1);
    char *folder = (char *)malloc((size_t)n + 1);
    VR_CHECK(folder != NULL, "out of memory: %lld bytes", (long long)n);
    memcpy(folder, slash ? path : ".", (size_t)n);
    folder[n] = 0;
    const bool ok = access(special ? path : folder, special ? W_OK : W_OK | X_OK) == 0;
    const int error = errno;
    free(folder);
    return ok || vr_fail(err, VR_ERR_IO, "%s: cannot write: %s", path, strerror(error));
}

bool vr_path_is_dir(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool vr_path_exists(const char *path) {
    struct stat st;
    return stat(path, &st) == 0;
}

bool vr_path_identity(uint64_t id[2], const char *path) {
    struct stat st;
    id[0] = id[1] = 0;
    if (stat(path, &st) != 0) return false;
    id[0] = (uint64_t)st.st_dev, id[1] = (uint64_t)st.st_ino;
    return true;
}

bool vr_path_has_suffix(const char *path, const char *suffix) {
    size_t n = strlen(path), k = strlen(suffix);
    if (k > n) return false;
    for (size_t i = 0; i < k; i++)
        if (tolower((unsigned char)path[n - k + i]) != tolower((unsigned char)suffix[i])) return false;
    return true;
}

static int vrp_os_compare(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool vr_dir_list(vr_arena *arena, const char ***names, int64_t *count, const char *path, vr_err *err) {
    *names = NULL;
    *count = 0;
    DIR *dir = opendir(path);
    if (!dir) return vr_fail(err, VR_ERR_IO, "%s: cannot list: %s", path, strerror(errno));
    const char **list = NULL;
    int64_t n = 0, cap = 0;
    for (struct dirent *e; errno = 0, (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        if (n == cap) { /* the old arrays stay in the arena: at most as much again */
            const char **more = (const char **)vr_arena_alloc(arena, cap = cap ? cap * 2 : 64, sizeof *more);
            if (n > 0) memcpy(more, list, (size_t)n * sizeof *more);
            list = more;
        }
        list[n++] = vr_arena_string(arena, e->d_name, (int64_t)strlen(e->d_name));
    }
    const int error = errno; /* of the last readdir */
    closedir(dir);
    if (error) return vr_fail(err, VR_ERR_IO, "%s: cannot list: %s", path, strerror(error));
    if (n > 0) qsort(list, (size_t)n, sizeof *list, vrp_os_compare);
    *names = list;
    *count = n;
    return true;
}

double vr_time(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int64_t vr_memory_peak(void) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
#ifdef __APPLE__
    return (int64_t)usage.ru_maxrss;
#else
    return (int64_t)usage.ru_maxrss * 1024;
#endif
}
