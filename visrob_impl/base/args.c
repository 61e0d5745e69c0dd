/* base/args.c: in place of getopt_long, which is not everywhere and keeps help and options in two lists. */
#include "args.h"
#include "number.h"
#include "os.h"
#include "text.h"
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
    printf("  %-24s %s\n", "    --help", "this text");
}

/* The option that arg names, with *value behind its "=", or NULL. */
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

static bool vrp_args_store(const vr_option *o, const char *value) {
    if (o->kind == VR_OPTION_TEXT || o->kind == VR_OPTION_OUTPUT) {
        *(const char **)o->value = value;
        return true;
    }
    int64_t n;
    if (!vr_number_int(&n, value, (int64_t)strlen(value)) || n < 0) return false;
    *(int64_t *)o->value = n;
    return true;
}

static bool vrp_args_outputs(const vr_option *options, int64_t count, vr_err *err) {
    for (int64_t i = 0; i < count; i++) {
        const char *path = options[i].kind == VR_OPTION_OUTPUT ? *(const char **)options[i].value : NULL;
        if (path && !vr_file_writable(path, err)) return false;
    }
    return true;
}

int vr_args_parse(int *argc, char **argv, const char *about, const vr_option *options, int64_t count) {
    int left = 1;
    bool only_operands = false;
    for (int i = 1; i < *argc; i++) {
        if (only_operands || argv[i][0] != '-' || !argv[i][1]) {
            argv[left++] = argv[i];
            continue;
        }
        if (strcmp(argv[i], "--") == 0) {
            only_operands = true;
            continue;
        }
        if (strcmp(argv[i], "--help") == 0) {
            vrp_args_help(about, options, count);
            return 0;
        }
        const char *value;
        const char *arg = argv[i];
        const vr_option *o = vrp_args_find(arg, &value, options, count);
        if (!o) {
            fprintf(stderr, "%s: there is no option %s; --help lists them\n", argv[0], arg);
            return 2;
        }
        if (o->kind == VR_OPTION_FLAG && !value) {
            *(bool *)o->value = true;
            continue;
        }
        if (!value && o->kind != VR_OPTION_FLAG && i + 1 < *argc) value = argv[++i];
        if (!value || o->kind == VR_OPTION_FLAG || !vrp_args_store(o, value)) {
            fprintf(stderr, "%s: %s: %s\n", argv[0], arg,
                    o->kind == VR_OPTION_FLAG  ? "takes no value"
                    : o->kind == VR_OPTION_INT ? "wants a whole number, 0 or more"
                                               : "wants a value");
            return 2;
        }
    }
    argv[left] = NULL;
    *argc = left;
    vr_err err = {0};
    if (vrp_args_outputs(options, count, &err)) return -1;
    fprintf(stderr, "%s: %s\n", argv[0], err.msg);
    return 1;
}

const char *vr_args_text(vr_arena *arena, int argc, char **argv) {
    vr_text t = {.arena = arena};
    for (int i = 0; i < argc; i++) vr_text_printf(&t, "%s%s", i ? " " : "", argv[i]);
    return t.data;
}
