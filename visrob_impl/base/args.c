/* base/args.c: a table of options. Rejected: getopt_long, which is not portable and keeps help and options in two lists. */
#include "args.h"
#include "number.h"
#include "os_impl.h"
#include "print_impl.h"
#include "text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* "o,output" -> "output", and the letter or 0. */
static const char *vrp_args_name(const vr_option *o, char *letter) {
    const bool both = o->name[0] && o->name[1] == ',';
    *letter = both ? o->name[0] : 0;
    return o->name + (both ? 2 : 0);
}

static void vrp_args_help(const char *about, const vr_option *options, int64_t count) {
    printf("%s\nOptions\n", about);
    for (int64_t i = 0; i < count; i++) {
        char left[64], letter, brief[5] = "    ";
        const char *unit = options[i].unit ? options[i].unit : "",
                   *name = vrp_args_name(&options[i], &letter);
        if (letter) snprintf(brief, sizeof brief, "-%c, ", letter);
        snprintf(left, sizeof left, "%s--%s %s", brief, name, unit);
        printf("  %-24s %s\n", left, options[i].help);
    }
    printf("  %-24s %s\n", "-h, --help", "print this help");
    printf("  %-24s %s\n", "    --version", "print the version");
}

/* The option named by arg, or NULL; *value is what follows its "=", or NULL. */
static const vr_option *vrp_args_find(const char *arg, const char **value, const vr_option *options,
                                      int64_t count) {
    *value = NULL;
    for (int64_t i = 0; i < count; i++) {
        char letter;
        const char *name = vrp_args_name(&options[i], &letter);
        if (arg[1] != '-') {
            if (letter && arg[1] == letter && !arg[2]) return &options[i];
            continue;
        }
        const size_t n = strlen(name);
        if (strncmp(arg + 2, name, n) != 0 || (arg[2 + n] && arg[2 + n] != '=')) continue;
        if (arg[2 + n] == '=') *value = arg + 3 + n;
        return &options[i];
    }
    return NULL;
}

/* Prints "error: ..." to stderr, as VR_FATAL does; returns the exit code of a wrong command line. */
static int VR_PRINTF(1, 2) vrp_args_fail(const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vrp_print_line(stderr, "error: ", fmt, args, "\n");
    va_end(args);
    return 2;
}

/* The number of single-character insertions, deletions, substitutions and swaps of neighbours from a to b. */
static int vrp_args_distance(const char *a, const char *b) {
    enum { LONGEST = 32 };
    const int n = (int)strlen(a), m = (int)strlen(b);
    int d[LONGEST + 1][LONGEST + 1];
    if (n > LONGEST || m > LONGEST) return LONGEST;
    for (int i = 0; i <= n; i++)
        for (int j = 0; j <= m; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            const int change = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            const int shift = (d[i - 1][j] < d[i][j - 1] ? d[i - 1][j] : d[i][j - 1]) + 1;
            d[i][j] = change < shift ? change : shift;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && d[i - 2][j - 2] < d[i][j])
                d[i][j] = d[i - 2][j - 2] + 1;
        }
    return d[n][m];
}

/* True for --name, also with a value, which is then an error of its own: *code = 2. */
static bool vrp_args_is(int *code, const char *arg, const char *name) {
    const size_t n = strcspn(arg, "=");
    if (strlen(name) != n || strncmp(arg, name, n) != 0) return false;
    *code = arg[n] ? vrp_args_fail("%s takes no value", name) : 0;
    return true;
}

static int vrp_args_unknown(const char *arg, const vr_option *options, int64_t count) {
    char typed[40] = "";
    const char *nearest = NULL;
    if (arg[1] == '-') snprintf(typed, sizeof typed, "%.*s", (int)strcspn(arg + 2, "="), arg + 2);
    int least = 3; /* a larger distance is another word */
    for (int64_t i = -2; i < count; i++) {
        char letter;
        const char *name = i == -2 ? "version" : i < 0 ? "help" : vrp_args_name(&options[i], &letter);
        const int distance = vrp_args_distance(typed, name);
        if (distance < least && 2 * distance <= (int)strlen(typed)) least = distance, nearest = name;
    }
    if (!nearest) return vrp_args_fail("unknown option '%s'", arg);
    return vrp_args_fail("unknown option '%.*s' (did you mean '--%s'?)", (int)strcspn(arg, "="), arg,
                         nearest);
}

/* Stores the value of the option that was written as `arg`; returns -1, or the exit code. */
static int vrp_args_store(const vr_option *o, const char *arg, const char *value) {
    const int n = (int)strcspn(arg, "=");
    int64_t x;
    if (o->kind == VR_OPTION_FLAG && value) return vrp_args_fail("%.*s takes no value", n, arg);
    if (o->kind != VR_OPTION_FLAG && !value) return vrp_args_fail("%s: expected a value", arg);
    switch (o->kind) {
    case VR_OPTION_FLAG:
        *(bool *)o->value = true;
        return -1;
    case VR_OPTION_INT:
        if (!vr_number_int(&x, value, (int64_t)strlen(value)) || x < 0)
            return vrp_args_fail("%.*s: expected a non-negative integer, found '%s'", n, arg, value);
        *(int64_t *)o->value = x;
        return -1;
    case VR_OPTION_OUTPUT:
        if (strcmp(value, "-") == 0)
            return vrp_args_fail("%.*s: expected a file name, found '-' (/dev/stdout is standard output)", n,
                                 arg);
        break;
    case VR_OPTION_TEXT:
        break;
    }
    *(const char **)o->value = value;
    return -1;
}

/* The argument or other option's value that is the file of output i; NULL where none is. */
static const char *vrp_args_same(const vr_option *options, int64_t count, int64_t i, char **argv) {
    const char *path = *(const char **)options[i].value;
    for (char **arg = argv + 1; *arg; arg++)
        if (vrp_file_same(path, *arg)) return *arg;
    for (int64_t k = 0; k < count; k++) {
        const bool text = options[k].kind == VR_OPTION_TEXT || options[k].kind == VR_OPTION_OUTPUT;
        const char *value = text ? *(const char **)options[k].value : NULL;
        if (k != i && value && vrp_file_same(path, value)) return value;
    }
    return NULL;
}

static bool vrp_args_outputs(const vr_option *options, int64_t count, char **argv, vr_err *err) {
    for (int64_t i = 0; i < count; i++) {
        const char *path = options[i].kind == VR_OPTION_OUTPUT ? *(const char **)options[i].value : NULL;
        char letter;
        if (!path) continue;
        if (vrp_args_same(options, count, i, argv))
            return vr_fail(err, VR_ERR_ARGUMENT, "--%s %s: this file is another argument",
                           vrp_args_name(&options[i], &letter), path);
        if (!vrp_file_writable(path, err)) return false;
    }
    return true;
}

/* Another option of those `given` that sets the same variable as o; NULL where none does. */
static const vr_option *vrp_args_rival(const vr_option *o, const vr_option *options, int64_t count,
                                       uint64_t given) {
    for (int64_t k = 0; k < count; k++)
        if (given >> k & 1 && &options[k] != o && options[k].value == o->value) return &options[k];
    return NULL;
}

int vr_args_parse(int *argc, char **argv, const char *about, const vr_option *options, int64_t count) {
    vrp_process_begin();
    int left = 1;
    bool options_ended = false;
    uint64_t given = 0; /* bit k: option k */
    VR_CHECK(count <= 64, "%lld options", (long long)count);
    for (int i = 1; i < *argc; i++) {
        const char *value, *arg = argv[i];
        if (options_ended || arg[0] != '-' || !arg[1]) {
            argv[left++] = argv[i];
            continue;
        }
        if (strcmp(arg, "--") == 0) {
            options_ended = true;
            continue;
        }
        const vr_option *o = vrp_args_find(arg, &value, options, count);
        int ended = 0;
        if (!o && (vrp_args_is(&ended, arg, "--help") || strcmp(arg, "-h") == 0)) {
            if (ended == 0) vrp_args_help(about, options, count);
            return ended;
        }
        if (!o && vrp_args_is(&ended, arg, "--version")) {
            if (ended == 0) printf("visrob %s\n", VR_VERSION);
            return ended;
        }
        if (!o) return vrp_args_unknown(arg, options, count);
        const bool next = i + 1 < *argc && strncmp(argv[i + 1], "--", 2) != 0; /* "--a=--b" means it */
        if (!value && o->kind != VR_OPTION_FLAG && next) value = argv[++i];
        const int code = vrp_args_store(o, arg, value);
        if (code >= 0) return code;
        char letter;
        given |= (uint64_t)1 << (o - options);
        const vr_option *rival = vrp_args_rival(o, options, count, given);
        if (rival)
            return vrp_args_fail("either --%s or --%s, not both", vrp_args_name(rival, &letter),
                                 vrp_args_name(o, &letter));
    }
    argv[left] = NULL;
    *argc = left;
    vr_err err = {0};
    if (vrp_args_outputs(options, count, argv, &err)) return -1;
    vrp_args_fail("%s", err.msg);
    return 1;
}

const char *vr_args_text(vr_arena *arena, int argc, char **argv) {
    vr_text t = {.arena = arena};
    for (int i = 0; i < argc; i++) vr_text_printf(&t, "%s%s", i ? " " : "", argv[i]);
    return t.data;
}
