/* base/args.h: the command line of a program, as a table of options.
 *
 *     int64_t top = 5;
 *     bool quiet = false;
 *     const vr_option options[] = {
 *         {"top", "N", VR_OPTION_INT, &top, "how many classes to print"},
 *         {"quiet", NULL, VR_OPTION_FLAG, &quiet, "no progress on stderr"},
 *     };
 *     char *argv[] = {"program", "--top=3", "image.jpg", NULL};
 *     int argc = 3;
 *     int code = vr_args_parse(&argc, argv, "program IMAGE: names what it shows", options, 2);
 *     if (code >= 0) exit(code);
 *     printf("%s\n", argv[1]);      // argv[1 .. argc-1] are the arguments that are not options
 */
#ifndef VISROB_BASE_ARGS_H
#define VISROB_BASE_ARGS_H
#include "arena.h"
#ifdef __cplusplus
extern "C" {
#endif

/* The type of an option's value. */
typedef enum vr_option_kind {
    VR_OPTION_FLAG,  /* bool: --name, without a value */
    VR_OPTION_INT,   /* int64_t, not negative */
    VR_OPTION_TEXT,  /* const char * */
    VR_OPTION_OUTPUT /* const char *: the path of a file to write, or NULL */
} vr_option_kind;

/* One option: `--top 3` or `--top=3`; also `-o x` where the name is "o,output". */
typedef struct vr_option {
    const char *name, *unit; /* unit: the value's name in the help, "FILE"; NULL for a flag */
    vr_option_kind kind;
    void *value; /* holds the default before the call and the choice after it */
    const char *help;
} vr_option;

/* Reads the options from argv and moves the other arguments to argv[1 .. *argc-1].
 * Notes:   returns -1 to continue; 0 after --help or -h, which prints `about` and the options to stdout; 2 after an
 *          invalid option, or two that set one variable, with a message on stderr; 1 where an output cannot be written or
 *          is another argument's file (also a default), which is reported before the work begins. "--" ends the options.
 *          For the whole process: at its end a standard output that cannot be written to is an error with exit code 1, and
 *          a mapped file that is truncated while it is read (SIGBUS) ends it with a message and exit code 1. */
VR_API int vr_args_parse(int *argc, char **argv, const char *about, const vr_option *options, int64_t count);

/* "build/robustness a.pth b.tar": the arguments joined by spaces, for a report. */
VR_API const char *vr_args_text(vr_arena *arena, int argc, char **argv);

#ifdef __cplusplus
}
#endif
#endif
