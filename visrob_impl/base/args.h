/* base/args.h: the command line of a program in one table.
 *
 *     int64_t top = 5;
 *     bool quiet = false;
 *     const vr_option options[] = {
 *         {"top", "N", VR_OPTION_INT, &top, "how many classes to print"},
 *         {"quiet", NULL, VR_OPTION_FLAG, &quiet, "no progress on stderr"},
 *     };
 *     int code = vr_args_parse(&argc, argv, about, options, 2);   // argv[1 .. argc-1] are what is left
 *     if (code >= 0) return code;
 */
#ifndef VISROB_BASE_ARGS_H
#define VISROB_BASE_ARGS_H
#include "arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* What an option's value points to. */
typedef enum vr_option_kind {
    VR_OPTION_FLAG,  /* bool: --name, no value */
    VR_OPTION_INT,   /* int64_t, not negative */
    VR_OPTION_TEXT,  /* const char * */
    VR_OPTION_OUTPUT /* const char *: a file to be written, or NULL */
} vr_option_kind;

/* One option: `--top 3` or `--top=3`; `-o x` too where the name is written "o,output". */
typedef struct vr_option {
    const char *name, *unit; /* unit: what the help calls the value, "FILE"; NULL for a flag */
    vr_option_kind kind;
    void *value; /* holds the default before and the choice after */
    const char *help;
} vr_option;

/* Reads the options out of argv and moves what is left to argv[1 .. *argc-1].
 * Notes:   returns -1 to go on; 0 after --help, which prints `about` and the options to stdout; 2 after a wrong
 *          option, which is named on stderr; 1 where an output, a default too, cannot be written: better known before
 *          an hour's work than behind it. "--" ends the options. */
VR_API int vr_args_parse(int *argc, char **argv, const char *about, const vr_option *options, int64_t count);

/* "build/robustness a.pth b.tar": the words with blanks between, for a report that says how it was made. */
VR_API const char *vr_args_text(vr_arena *arena, int argc, char **argv);

#ifdef __cplusplus
}
#endif
#endif
