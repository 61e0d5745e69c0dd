/* base/error.c: one error struct owned by the caller. Rejected: a global "last error", which threads would share. */
#include "error_impl.h"
#include "print_impl.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool vr_err_set(vr_err *err, vr_err_code code, const char *src_file, int src_line, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    if (!err) {
        fflush(stdout);
        vrp_print_line(stderr, "error: ", fmt, args, "\n");
        exit(code == VR_ERR_USAGE ? 2 : 1);
    }
    if (err->code == VR_OK) { /* the first failure is the cause, later ones are its consequences */
        err->code = code;
        err->src_file = src_file;
        err->src_line = src_line;
        char raw[sizeof err->msg];
        if (vrp_print_format(raw, sizeof raw, fmt, args) < 0) raw[0] = 0;
        vrp_print_visible(err->msg, sizeof err->msg, raw);
    }
    va_end(args);
    return false;
}

bool vr_err_pass(vr_err *err, const vr_err *from) {
    return from->code != VR_OK &&
           vr_err_set(err, from->code, from->src_file, from->src_line, "%s", from->msg);
}

bool vr_err_context(vr_err *err, const char *fmt, ...) {
    if (!err || err->code == VR_OK) return false;
    char tail[sizeof err->msg];
    memcpy(tail, err->msg, sizeof tail);
    va_list args;
    va_start(args, fmt);
    char raw[sizeof err->msg];
    if (vrp_print_format(raw, sizeof raw, fmt, args) < 0) raw[0] = 0;
    va_end(args);
    vrp_print_visible(err->msg, sizeof err->msg, raw);
    const size_t n = strlen(err->msg);
    snprintf(err->msg + n, sizeof err->msg - n, "%s", tail);
    return false;
}

static void (*vrp_error_handler)(const char *msg);

void vrp_panic_handler_set(void (*handler)(const char *msg)) { vrp_error_handler = handler; }

void vr_panic(const char *file, int line, const char *cond, const char *fmt, ...) {
    char msg[1024];
    int n = snprintf(msg, sizeof msg, "%s:%d: visrob: check failed: %s: ", file, line, cond);
    if (n < 0 || (size_t)n >= sizeof msg) n = 0;
    va_list args;
    va_start(args, fmt);
    char raw[sizeof msg];
    if (vrp_print_format(raw, sizeof raw, fmt, args) < 0) raw[0] = 0;
    vrp_print_visible(msg + n, sizeof msg - (size_t)n, raw);
    va_end(args);
    if (vrp_error_handler) vrp_error_handler(msg);
    fflush(stdout);
    fprintf(stderr, "%s\n", msg);
    abort();
}
