/* study/program.c: in the library, so that each program is its load, compute and report and nothing else. */
#include "program.h"
#include "corruption_impl.h"
#include "over_impl.h"
#include "../base/log.h"
#include "../base/os.h"
#include "../base/par.h"
#include "../format/csv.h"
#include "../model/labels.h"
#include "shapes_impl.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* An output whose ending its writer would refuse after the work is done; -1 where there is none. */
static int vrp_program_endings(const vr_option *options, int64_t count) {
    static const struct {
        const char *option, *endings[8];
    } kinds[] = {{"plot", {".svg", ".png"}},
                 {"csv", {".csv", ".txt", ".md", ".tex", ".html", ".json"}},
                 {"json", {".json"}}};
    for (int64_t i = 0; i < count; i++)
        for (int k = 0; k < 3; k++) {
            const char *path = options[i].kind == VR_OPTION_OUTPUT ? *(const char **)options[i].value : NULL;
            const char *comma = strchr(options[i].name, ','), *name = comma ? comma + 1 : options[i].name;
            if (!path || strcmp(name, kinds[k].option) != 0) continue;
            bool known = false;
            for (int e = 0; kinds[k].endings[e]; e++)
                known = known || vr_path_has_suffix(path, kinds[k].endings[e]);
            if (!known)
                return vr_program_usage("--%s %s: expected a file name that ends in %s%s%s", name, path,
                                        kinds[k].endings[0], k ? "" : " or ", k ? "" : kinds[k].endings[1]);
        }
    return -1;
}

int vr_program_start(vr_program *p, vr_arena *perm, int *argc, char **argv, const char *about,
                     const vr_option *options, int64_t count) {
    p->command = vr_args_text(perm, *argc, argv);
    const int code = vr_args_parse(argc, argv, about, options, count);
    if (code >= 0) return code;
    enum {
        THREADS = 1024,
        SIDE = 4096,
        BATCH = 65536
    }; /* more is a slip of the finger, or no memory has it */
    if (p->threads > THREADS) return vr_program_usage("--threads: expected at most %d", THREADS);
    if (p->model_opts.image_size > SIDE) return vr_program_usage("--image-size: expected at most %d", SIDE);
    if (p->over.batch > BATCH) return vr_program_usage("--batch: expected at most %d", BATCH);
    vr_err err = {0};
    if (p->normalize && !vr_model_normalization(p->model_opts.mean, p->model_opts.std, p->normalize, &err))
        return vr_program_usage("%s", err.msg);
    int severity[VR_SEVERITIES];
    int64_t severities;
    if (!vrp_severities_parse(severity, &severities, p->severity, &err))
        return vr_program_usage("%s", err.msg);
    if (p->baseline && severities < VR_SEVERITIES)
        return vr_program_usage("--baseline: mCE is over all five severities, without --severity");
    if (p->baseline && !(p->baseline_errors = vrp_baseline_load(perm, p->baseline, &err))) {
        vr_log("error: %s", err.msg);
        return 1;
    }
    vr_threads_set((int)p->threads);
    vr_progress_quiet(p->quiet);
    vr_csv_spreadsheet(p->spreadsheet);
    return vrp_program_endings(options, count);
}

bool vr_program_runs(const vr_program *p) {
    static const vr_model_opts none;
    return p->labels || p->limit || p->over.batch || p->over.skip_bad ||
           memcmp(&p->model_opts, &none, sizeof none) != 0;
}

int vr_program_usage(const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vr_arena scratch = {0};
    vr_log("error: %s (see --help)", vr_arena_vprintf(&scratch, fmt, args));
    vr_arena_free(&scratch);
    va_end(args);
    return 2;
}

bool vr_program_model(vr_program *p, vr_arena *perm, const char *path, vr_err *err) {
    p->model = path ? vr_model_load(perm, path, &p->model_opts, err) : vrp_model_shapes(perm, 0, 1, err);
    if (p->model && p->model->assumed) vr_log("%s: %s", path ? path : "example", p->model->assumed);
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

/* True where each corruption is there at the same severities. */
static bool vrp_program_even(const vr_corruptions *c) {
    int64_t factors = 0, severities = 0;
    for (int64_t k = 0; k < c->count; k++) {
        bool first_factor = true, first_severity = true;
        for (int64_t j = 0; j < k; j++) {
            first_factor = first_factor && c->factor[j] != c->factor[k];
            first_severity = first_severity && c->severity[j] != c->severity[k];
        }
        factors += first_factor, severities += first_severity;
    }
    return c->count == factors * severities;
}

/* What is particular to images that are corrupted already. */
static bool vrp_program_corrupted(vr_program *p, vr_arena *perm, vr_err *err) {
    vr_corruptions *c = &p->corruptions;
    vr_dataset *data = &p->data;
    if (!vrp_corruptions_find(perm, c, data, err)) return false;
    if (c->count == 0) return true;
    int severity[VR_SEVERITIES];
    int64_t severities, cells = 0;
    if (!vrp_severities_parse(severity, &severities, p->severity, err)) return false;
    bool *kept = VR_NEW(perm, bool, data->count);
    for (int64_t k = 0; k < c->count; k++) {
        bool asked = false;
        for (int64_t s = 0; s < severities; s++) asked = asked || severity[s] == c->severity[k];
        for (int64_t i = 0; i < c->images; i++) kept[k * c->images + i] = asked;
        if (asked) c->factor[cells] = c->factor[k], c->severity[cells++] = c->severity[k];
    }
    if (cells == 0)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: no images at %s", data->path,
                       vrp_severities_text(perm, severity, severities));
    vr_dataset_keep(perm, data, kept);
    c->count = cells;
    if (cells == 1)
        vr_log("%s: taken as images under %s at severity %d", data->path, vr_factor_name(*c->factor),
               *c->severity);
    else
        vr_log(
            "%s: taken as %lld image%s, each under %lld pairs of a corruption and a severity, %s/%d to %s/%d",
            data->path, (long long)c->images, vr_plural(c->images), (long long)cells,
            vr_factor_name(c->factor[0]), c->severity[0], vr_factor_name(c->factor[cells - 1]),
            c->severity[cells - 1]);
    if (!vrp_program_even(c))
        vr_log("%s: not every corruption is there at every severity; means are over those that are",
               data->path);
    vr_image first;
    vr_preprocess *pre = &p->model->preprocess;
    if (p->model_opts.crop || pre->resize == 0 || pre->resize == pre->size) return true;
    if (!vr_dataset_image(perm, &first, data, 0, err)) return false;
    if (first.width != pre->size || first.height != pre->size) return true;
    vr_log("%s: images have the size of the model's input and are not resized; --crop %g does", data->path,
           (double)pre->size / (double)pre->resize);
    pre->resize = 0;
    return true;
}

bool vr_program_data(vr_program *p, vr_arena *perm, const char *path, int64_t shapes, bool match,
                     vr_err *err) {
    if (!path)
        vr_dataset_shapes(perm, &p->data, shapes, p->model->preprocess.size, vr_rng_init(2));
    else if (!vr_dataset_open(perm, &p->data, path, NULL, err))
        return false;
    p->data.decode = p->image;
    if (p->data.note) vr_log("%s: %s", path, p->data.note);
    if (match && !vr_dataset_match(perm, &p->data, p->model, err)) return false;
    if (match && p->subset) p->over.compete = vrp_dataset_present(perm, &p->data, p->model->classes);
    if (match && p->baseline && strcmp(p->baseline, "alexnet") == 0 && p->model->classes != 1000)
        vr_log("--baseline alexnet: its errors are of ImageNet-C's 1,000 classes, and %s has %lld",
               p->model->name, (long long)p->model->classes);
    p->corruptions = (vr_corruptions){0};
    if (match && !vrp_program_corrupted(p, perm, err)) return false;
    vrp_dataset_limit(perm, &p->data, p->limit, vr_max(1, p->corruptions.count),
                      vr_rng_init((uint64_t)p->seed));
    if (p->corruptions.count > 0) p->corruptions.images = p->data.count / p->corruptions.count;
    return true;
}
