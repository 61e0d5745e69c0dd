/* study/program.c: in the library, so that each program is its load, compute and report and nothing else. */
#include "program.h"
#include "../base/log.h"
#include "../base/par.h"
#include "../model/labels.h"
#include "shapes.h"
#include <stdarg.h>
#include <stdio.h>

int vr_program_start(vr_program *p, vr_arena *perm, int *argc, char **argv, const char *about,
                     const vr_option *options, int64_t count) {
    p->command = vr_args_text(perm, *argc, argv);
    const int code = vr_args_parse(argc, argv, about, options, count);
    if (code >= 0) return code;
    vr_threads_set((int)vr_min(p->threads, 1 << 20));
    vr_progress_quiet(p->quiet);
    return -1;
}

int vr_program_usage(const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    fputs("error: ", stderr);
    vfprintf(stderr, fmt, args);
    fputs(" (see --help)\n", stderr);
    va_end(args);
    return 2;
}

bool vr_program_model(vr_program *p, vr_arena *perm, const char *path, vr_err *err) {
    if (p->normalize && !vr_model_normalization(p->model_opts.mean, p->model_opts.std, p->normalize, err))
        return false;
    p->model = path ? vr_model_load(perm, path, &p->model_opts, err) : vr_model_shapes(perm, 0, 1, err);
    if (!p->model || !p->labels) return p->model != NULL;
    p->model->labels = vr_labels_load(perm, p->labels, p->model->classes, err);
    return p->model->labels != NULL;
}

bool vr_program_save(const vr_program *p, const char *page, const vr_table *table, const char *csv,
                     const vr_plot *figure, const char *plot, vr_err *err) {
    if ((csv && !vr_table_save(table, csv, err)) || (p->json && !vr_table_save(table, p->json, err)) ||
        (plot && !vr_plot_save(figure, plot, err)))
        return false;
    const char *const paths[] = {page, csv, p->json, plot};
    int n = 0;
    for (int i = 0; i < 4; i++)
        if (paths[i]) fprintf(stderr, "%s%s", n++ ? ", " : "wrote ", paths[i]);
    if (n > 0) fputc('\n', stderr);
    return true;
}

bool vr_program_data(vr_program *p, vr_arena *perm, const char *path, int64_t shapes, bool match,
                     vr_err *err) {
    int64_t ignored = 0;
    if (!path)
        vr_dataset_shapes(perm, &p->data, shapes, p->model->preprocess.size, vr_rng_init(2));
    else if (!vr_dataset_open(perm, &p->data, path, &ignored, err))
        return false;
    p->data.decode = p->image;
    if (ignored > 0) vr_log("%s: %lld files that are not images were left out", path, (long long)ignored);
    if (match && !vr_dataset_match(perm, &p->data, p->model, err)) return false;
    if (match && p->subset) p->over.compete = vr_dataset_present(perm, &p->data, p->model->classes);
    vr_dataset_limit(perm, &p->data, p->limit, vr_rng_init((uint64_t)p->seed));
    return true;
}
