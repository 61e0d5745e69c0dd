/* tests/bench/bench_imagenet_x.c: ImageNet-X at its full size (50,000 annotations, 50,000 predictions a model), on made-up
 * data: the readers by themselves, then the program from a cold start, with its memory, beside the same computation in pandas
 * where Python has it (VISROB_PYTHON, else python3). Best of 5 runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../visrob.h"
#include "../../visrob_impl/format/json_impl.h"
#include "../../visrob_impl/study/imagenet_x/imagenet_x_impl.h"

enum { IMAGES = 50000, MODELS = 4, FILES = 200, RUNS = 5 };

static vr_arena arena;
static const char *folder;

static const char *at(const char *name) { return vr_arena_printf(&arena, "%s/%s", folder, name); }

static void save(const char *name, const vr_text *t) { vr_file_write(at(name), t->data, t->size, VR_FATAL); }

static void make_annotations(void) {
    static const char *const keys[] = {"multiple_objects",
                                       "background",
                                       "color",
                                       "brighter",
                                       "darker",
                                       "style",
                                       "larger",
                                       "smaller",
                                       "object_blocking",
                                       "person_blocking",
                                       "partial_view",
                                       "pattern",
                                       "pose",
                                       "shape",
                                       "subcategory",
                                       "texture"};
    vr_text t = {.arena = &arena}, p = {.arena = &arena}, m = {.arena = &arena};
    const vr_rng rng = vr_rng_init(1);
    vr_text_add(&p, "file_name\n");
    for (int i = 0; i < IMAGES; i++) {
        vr_text_printf(&t, "{\"file_name\":\"ILSVRC2012_val_%08d.JPEG\",\"class\":%d", i + 1, i / 50);
        const int64_t top = vr_rng_below(rng, (uint64_t)i, 16);
        for (int k = 0; k < 16; k++) vr_text_printf(&t, ",\"%s\":%d", keys[k], k == top);
        vr_text_add(&t, ",\"justification\":\"image of ladle on top of white tiles "
                        "floor\",\"one_word\":\"white tiles\"}\n");
        if (i % 50 < 3) vr_text_printf(&p, "ILSVRC2012_val_%08d.JPEG\n", i + 1);
    }
    vr_text_add(&m, "wnid,name,metaclass\n");
    for (int c = 0; c < 1000; c++)
        vr_text_printf(&m, "n%08d,%s,%d\n", c, c % 17 < 16 ? vrp_imagenet_x_metaclasses()[c % 17] : "fungus",
                       c % 17);
    save("annotations.jsonl", &t);
    save("prototypes.csv", &p);
    save("metaclasses.csv", &m);
}

static void make_predictions(void) {
    mkdir(at("4"), 0777);
    mkdir(at("200"), 0777);
    for (int m = 0; m < MODELS; m++) {
        vr_text t = {.arena = &arena};
        const vr_rng rng = vr_rng_init((uint64_t)m + 10);
        vr_text_add(&t, "file_name,predicted_class,predicted_probability\n");
        for (int i = 0; i < IMAGES; i++) {
            const int64_t label =
                vr_rng_below(rng, (uint64_t)i, 4) ? i / 50 : vr_rng_below(rng, (uint64_t)(IMAGES + i), 1000);
            vr_text_printf(&t, "ILSVRC2012_val_%08d.JPEG,%d,%.10f\n", i + 1, (int)label,
                           (double)vr_rng_uniform(rng, (uint64_t)(2 * IMAGES + i)));
        }
        save(vr_arena_printf(&arena, "4/model%d.csv", m), &t);
        for (int k = m; k < FILES; k += MODELS)
            if (link(at(vr_arena_printf(&arena, "4/model%d.csv", m)),
                     at(vr_arena_printf(&arena, "200/m%03d.csv", k))) != 0)
                abort();
    }
}

/* Megabytes a second of a reader, the best run. */
static void readers(void) {
    vr_bytes csv, jsonl;
    vr_file_read(&arena, &csv, at("4/model0.csv"), VR_FATAL);
    vr_file_read(&arena, &jsonl, at("annotations.jsonl"), VR_FATAL);
    double csv_best = 0, jsonl_best = 0, sum = 0;
    for (int r = 0; r < RUNS; r++) {
        vr_arena step = {0};
        vr_csv reader;
        double start = vr_time();
        vr_csv_parse(&step, &reader, csv, "model0.csv", VR_FATAL);
        while (vr_csv_next(&reader, VR_FATAL)) {
            int64_t label;
            double p;
            vr_csv_int(&label, &reader, 1, VR_FATAL);
            vr_csv_double(&p, &reader, 2, VR_FATAL);
            sum += p + (double)label;
        }
        const double csv_rate = (double)csv.size / 1e6 / (vr_time() - start);
        vr_arena_reset(&step);
        vr_json_lines lines = {.text = jsonl, .path = "annotations.jsonl"};
        vr_json_doc doc;
        start = vr_time();
        while (vr_json_lines_next(&step, &doc, &lines, VR_FATAL)) {
            sum += (double)vr_json_get(doc.root, "class")->integer;
            vr_arena_reset(&step);
        }
        const double jsonl_rate = (double)jsonl.size / 1e6 / (vr_time() - start);
        vr_arena_free(&step);
        if (csv_rate > csv_best) csv_best = csv_rate;
        if (jsonl_rate > jsonl_best) jsonl_best = jsonl_rate;
    }
    printf("CSV, whole numbers and doubles converted   %6.0f MB/s, one core\n", csv_best);
    printf("JSON lines                                 %6.0f MB/s, one core   (checksum %.0f)\n", jsonl_best,
           sum);
}

/* Seconds of a command from start to end, the best run; *peak: its memory in MiB. */
static double command(double *peak, int runs, const char *line) {
    double best = 1e9;
    for (int r = 0; r < runs; r++) {
        const double start = vr_time();
        const pid_t child = fork();
        if (child == 0) {
            execl("/bin/sh", "sh", "-c", line, (char *)NULL);
            _exit(127);
        }
        int status;
        struct rusage use;
        if (child < 0 || wait4(child, &status, 0, &use) != child || !WIFEXITED(status) ||
            WEXITSTATUS(status) != 0)
            return -1;
        const double seconds = vr_time() - start;
        if (seconds < best) best = seconds;
        *peak = (double)use.ru_maxrss / 1024;
    }
    return best;
}

static double program(const char *name, const char *exe, const char *predictions) {
    double peak = 0;
    const double s = command(
        &peak, RUNS,
        vr_arena_printf(
            &arena,
            "exec %s --annotations %s --prototypes %s --metaclasses %s --predictions %s >/dev/null 2>&1", exe,
            at("annotations.jsonl"), at("prototypes.csv"), at("metaclasses.csv"), at(predictions)));
    printf("%-42s %6.1f ms, peak %3.0f MiB\n", name, 1e3 * s, peak);
    return s;
}

/* Runs a step in a process of its own: a child's peak memory counts from its parent's. */
static void apart(void (*step)(void)) {
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        step();
        fflush(stdout);
        _exit(0);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) abort();
}

int main(int argc, char **argv) {
    (void)argc;
    char path[] = "/tmp/visrob_bench_XXXXXX";
    folder = mkdtemp(path);
    if (!folder) return 1;
    const char *slash = strrchr(argv[0], '/');
    const char *exe = vr_arena_printf(&arena, "%.*s/../imagenet_x", slash ? (int)(slash - argv[0]) : 1,
                                      slash ? argv[0] : ".");
    apart(make_annotations);
    apart(make_predictions);
    apart(readers);
    program("1 model, cold start", exe, "4/model0.csv");
    const double four = program("4 models, cold start", exe, "4");
    program("200 models, cold start", exe, "200");
    const char *python = getenv("VISROB_PYTHON") ? getenv("VISROB_PYTHON") : "python3";
    double peak = 0;
    const double s =
        command(&peak, 2,
                vr_arena_printf(
                    &arena, "exec %s tests/bench/imagenet_x_pandas.py %s %s %s %s >/dev/null 2>&1", python,
                    at("annotations.jsonl"), at("prototypes.csv"), at("metaclasses.csv"), at("4")));
    if (s < 0)
        printf("4 models, pandas                            not measured: %s has no pandas\n", python);
    else
        printf("4 models, pandas %32.1f ms, peak %3.0f MiB: %.0f times as long\n", 1e3 * s, peak, s / four);
    const char *clean = vr_arena_printf(&arena, "rm -r %s", folder);
    return system(clean) != 0;
}
