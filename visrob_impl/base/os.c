/* base/os.c: POSIX in one file. */
#include "os_impl.h"
#include "arena_impl.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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
        vr_fail(err, VR_ERR_IO, "%s: cannot open: %s", *path ? path : "''", strerror(errno));
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

/* A mapped file, in a list of all that are mapped, which vrp_os_on_bus_error walks. */
typedef struct vrp_os_mapping {
    void *data;
    size_t size;
    const char *path;
    struct vrp_os_mapping *next, **link;
} vrp_os_mapping;

static vrp_os_mapping *vrp_os_mappings;

static void vrp_os_unmap(void *resource) {
    vrp_os_mapping *m = (vrp_os_mapping *)resource;
#pragma omp critical(vrp_os_mappings)
    {
        *m->link = m->next;
        if (m->next) m->next->link = m->link;
    }
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
    *m = (vrp_os_mapping){
        .data = data, .size = (size_t)size, .path = vr_arena_string(arena, path, (int64_t)strlen(path))};
#pragma omp critical(vrp_os_mappings)
    {
        m->next = vrp_os_mappings, m->link = &vrp_os_mappings;
        if (m->next) m->next->link = &m->next;
        vrp_os_mappings = m;
    }
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

/* Where a path leads: the target of a link, also of one to a file that is not there yet. The caller frees it. */
static char *vrp_os_target(const char *path) {
    char *at = strdup(path);
    for (int links = 0; at && links < 40; links++) {
        char to[4096];
        const ssize_t n = readlink(at, to, sizeof to);
        if (n <= 0 || n == (ssize_t)sizeof to) break;
        const char *slash = to[0] == '/' ? NULL : strrchr(at, '/');
        const size_t before = slash ? (size_t)(slash + 1 - at) : 0;
        char *next = (char *)malloc(before + (size_t)n + 1);
        if (next) {
            memcpy(next, at, before), memcpy(next + before, to, (size_t)n);
            next[before + (size_t)n] = 0;
        }
        free(at);
        at = next;
    }
    VR_CHECK(at != NULL, "out of memory: a path of %zu bytes", strlen(path));
    return at;
}

/* The descriptor of standard output or error where path is that file, whatever it is redirected to: it is written to
 * where it stands, and not replaced. -1 otherwise. */
static int vrp_os_standard(const char *path) {
    struct stat st, open_st;
    for (int fd = 1; fd <= 2; fd++)
        if (stat(path, &st) == 0 && fstat(fd, &open_st) == 0 && st.st_dev == open_st.st_dev &&
            st.st_ino == open_st.st_ino)
            return fd;
    return -1;
}

/* Writes to an open descriptor and closes it, unless it is a standard one; returns 0, or errno. */
static int vrp_os_finish(int fd, const void *data, int64_t size) {
    int error = fd < 0 || !vrp_os_write_all(fd, data, size) ? errno : 0;
    if (fd > 2 && close(fd) != 0 && !error) error = errno;
    return error;
}

/* Replaces a file, whose folder may be written to: by a temporary one beside it, of the old one's mode and owner. */
static int vrp_os_replace(const char *path, const struct stat *old, const void *data, int64_t size) {
    const size_t n = strlen(path) + 32;
    char *temporary = (char *)malloc(n);
    VR_CHECK(temporary != NULL, "out of memory: %zu bytes", n);
    snprintf(temporary, n, "%s.tmp%ld", path, (long)getpid());
    const int fd = open(temporary, O_WRONLY | O_CLOEXEC | O_CREAT | O_TRUNC, 0666);
    if (fd >= 0 && old) {
        if (fchown(fd, old->st_uid, old->st_gid) != 0)
            errno = 0; /* only root may; the mode is what matters */
        if (fchmod(fd, old->st_mode & 07777) != 0) errno = 0;
    }
    int error = vrp_os_finish(fd, data, size);
    if (!error && rename(temporary, path) != 0) error = errno;
    if (error && fd >= 0) unlink(temporary);
    free(temporary);
    return error;
}

bool vr_file_write(const char *path, const void *data, int64_t size, vr_err *err) {
    struct stat st;
    char *target = vrp_os_target(path);
    const bool old = stat(target, &st) == 0;
    const int standard = old ? vrp_os_standard(target) : -1;
    int error;
    if (standard >= 0) {
        fflush(standard == 1 ? stdout : stderr);
        error = vrp_os_finish(standard, data, size);
    } else if (old && !S_ISREG(st.st_mode)) /* a device, which cannot be replaced */
        error = vrp_os_finish(open(target, O_WRONLY | O_CLOEXEC), data, size);
    else if (old && access(target, W_OK) != 0)
        error = errno;
    else {
        error = vrp_os_replace(target, old ? &st : NULL, data, size);
        if (old && (error == EACCES || error == EPERM)) /* a folder that does not take the temporary file */
            error = vrp_os_finish(open(target, O_WRONLY | O_CLOEXEC | O_TRUNC), data, size);
    }
    free(target);
    return !error || vr_fail(err, VR_ERR_IO, "%s: cannot write: %s", path, strerror(error));
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
    char *target = vrp_os_target(path), *slash = strrchr(target, '/');
    bool ok;
    if (stat(target, &st) == 0)
        ok = vrp_os_standard(target) >= 0 || access(target, W_OK) == 0;
    else {
        if (slash) slash[slash == target] = 0; /* "/" of "/x" */
        ok = access(slash ? target : ".", W_OK | X_OK) == 0;
    }
    const int error = errno;
    free(target);
    return ok || vr_fail(err, VR_ERR_IO, "%s: cannot write: %s", path, strerror(error));
}

/* ---- a process ---- */

static void vrp_os_at_exit(void) {
    const bool failed = ferror(stdout);
    errno = 0;
    if (fflush(stdout) == 0 && !failed) return;
    const int error = errno;
    fprintf(stderr, "error: cannot write to standard output%s%s\n", error ? ": " : "",
            error ? strerror(error) : "");
    fflush(stderr);
    _exit(1);
}

static void vrp_os_say(const char *s) {
    if (write(2, s, strlen(s)) < 0) _exit(1);
}

/* Only what a signal handler may call. A mapping is in the list before its bytes are read. */
static void vrp_os_on_bus_error(int number, siginfo_t *info, void *context) {
    (void)number, (void)context;
    const uintptr_t at = (uintptr_t)info->si_addr;
    for (const vrp_os_mapping *m = vrp_os_mappings; m; m = m->next) {
        if (at < (uintptr_t)m->data || at - (uintptr_t)m->data >= m->size) continue;
        vrp_os_say("error: ");
        vrp_os_say(m->path);
        vrp_os_say(": cannot read: the file was truncated while it was read, or its disk failed\n");
        _exit(1);
    }
    signal(SIGBUS, SIG_DFL); /* not a mapped file: a bug, which the repeated access reports */
}

void vrp_process_begin(void) {
    static bool begun;
    if (begun) return;
    begun = true;
    for (int fd = 0; fd <= 2; fd++) /* a closed one would be the number of the next file that is opened */
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
            return;
    atexit(vrp_os_at_exit);
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = vrp_os_on_bus_error;
    action.sa_flags = SA_SIGINFO;
    if (sigaction(SIGBUS, NULL, &before) == 0 && before.sa_handler == SIG_DFL)
        sigaction(SIGBUS, &action, NULL);
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

typedef struct vrp_os_entry {
    const char *name;
    bool folder;
} vrp_os_entry;

static int vrp_os_compare(const void *a, const void *b) {
    return strcmp(((const vrp_os_entry *)a)->name, ((const vrp_os_entry *)b)->name);
}

/* Most file systems tell the kind of an entry with its name; where they do not, and of a link, it is looked up. */
static bool vrp_os_is_folder(DIR *dir, const struct dirent *e) {
    struct stat st;
    if (e->d_type != DT_UNKNOWN && e->d_type != DT_LNK) return e->d_type == DT_DIR;
    return fstatat(dirfd(dir), e->d_name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

bool vr_dir_list(vr_arena *arena, const char ***names, bool **folders, int64_t *count, const char *path,
                 vr_err *err) {
    *names = NULL;
    *count = 0;
    if (folders) *folders = NULL;
    DIR *dir = opendir(path);
    if (!dir) return vr_fail(err, VR_ERR_IO, "%s: cannot list: %s", path, strerror(errno));
    vrp_os_entry *list = NULL;
    int64_t n = 0, cap = 0;
    for (struct dirent *e; errno = 0, (e = readdir(dir)) != NULL;) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        if (n == cap) { /* the old arrays stay in the arena: at most as much again */
            vrp_os_entry *more =
                (vrp_os_entry *)vr_arena_alloc(arena, cap = cap ? cap * 2 : 64, sizeof *more);
            if (n > 0) memcpy(more, list, (size_t)n * sizeof *more);
            list = more;
        }
        list[n].folder = folders && vrp_os_is_folder(dir, e);
        list[n++].name = vr_arena_string(arena, e->d_name, (int64_t)strlen(e->d_name));
    }
    const int error = errno; /* of the last readdir */
    closedir(dir);
    if (error) return vr_fail(err, VR_ERR_IO, "%s: cannot list: %s", path, strerror(error));
    if (n > 0) qsort(list, (size_t)n, sizeof *list, vrp_os_compare);
    *names = VR_NEW(arena, const char *, n);
    if (folders) *folders = VR_NEW(arena, bool, n);
    for (int64_t i = 0; i < n; i++) {
        (*names)[i] = list[i].name;
        if (folders) (*folders)[i] = list[i].folder;
    }
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
