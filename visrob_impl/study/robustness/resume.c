/* study/robustness/resume.c: a long run that was interrupted goes on after its last batch. The file holds lines that say what
 * was run, an empty line, and a block a batch: everything that is kept of its images in all cells. Rejected: a record a
 * cell, for which each image would be decoded once a cell. */
#include "../../base/log.h"
#include "../../base/os.h"
#include "robustness_impl.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* FNV-1a of n more bytes. */
static uint64_t vrp_resume_hash(uint64_t hash, const void *bytes, int64_t n) {
    const uint8_t *p = (const uint8_t *)bytes;
    for (int64_t i = 0; i < n; i++) hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}
#define VRP_RESUME_HASH 0xcbf29ce484222325u

/* Names, labels, and the pixels of some images, evenly chosen. */
static uint64_t vrp_resume_data(const vr_dataset *data) {
    enum { IMAGES = 16 };
    uint64_t hash =
        vrp_resume_hash(VRP_RESUME_HASH, data->origin, data->count * (int64_t)sizeof *data->origin);
    for (int64_t i = 0; i < data->count; i++)
        hash = vrp_resume_hash(hash, data->files[i], (int64_t)strlen(data->files[i]) + 1);
    for (int64_t k = 0; k < IMAGES; k++) {
        vr_arena scratch = {0};
        vr_image image;
        vr_err err = {0};
        if (vr_dataset_image(&scratch, &image, data, k * (data->count - 1) / IMAGES, &err))
            hash = vrp_resume_hash(hash, image.pixels, 3 * image.width * image.height);
        vr_arena_free(&scratch);
    }
    return hash;
}

/* What a model is on this data set: its labels, which classes compete, its crop, its logits for a drawn image. */
static uint64_t vrp_resume_model(const vr_subject *s) {
    const vr_preprocess *p = &s->model->preprocess;
    vr_arena scratch = {0};
    const int64_t crop[] = {p->size, p->resize, p->filter, p->squash};
    uint64_t hash = vrp_resume_hash(VRP_RESUME_HASH, crop, sizeof crop);
    hash = vrp_resume_hash(hash, s->data.labels, s->data.count * (int64_t)sizeof *s->data.labels);
    if (s->compete) hash = vrp_resume_hash(hash, s->compete, s->model->classes);
    const vr_image image = vr_image_new(&scratch, p->size, p->size);
    for (int64_t i = 0; i < 3 * p->size * p->size; i++)
        image.pixels[i] = (uint8_t)(vr_rng_u32(vr_rng_init(0), (uint64_t)i) >> 24);
    const vr_tensor x = vr_tensor_4d(&scratch, 1, p->size, p->size, 3);
    vr_preprocess_normalize(vr_tensor_row(x, 0), image, p);
    const vr_tensor logits = vr_model_logits(&scratch, s->model, x);
    hash = vrp_resume_hash(hash, logits.data, s->model->classes * (int64_t)sizeof *logits.data);
    vr_arena_free(&scratch);
    return hash;
}

/* The lines that say what is run; results of other lines are not these results. */
static bool vrp_resume_key(vr_text *key, const vrp_robustness_run *run, const vr_robustness_opts *o,
                           vr_err *err) {
    const vr_dataset *data = &run->models->subject->data;
    vr_text_printf(key, "results of robustness --resume, " VR_VERSION "\nseed %llu\nfactors",
                   (unsigned long long)o->seed);
    for (int64_t f = 0; f < run->factor_count; f++)
        vr_text_printf(key, " %s", vr_factor_name(run->factors[f]));
    vr_text_add(key, "\nseverities");
    for (int64_t s = 0; s < run->severities; s++) vr_text_printf(key, " %d", run->severity[s]);
    vr_text_printf(key, "\nimages %lld, %s, max-pixels %lld, ignore-exif %d, names and pixels %016llx\n",
                   (long long)data->count, o->over.skip_bad ? "skip-bad" : "none skipped",
                   (long long)data->decode.max_pixels, data->decode.ignore_exif,
                   (unsigned long long)vrp_resume_data(data));
    for (int64_t m = 0; m < run->model_count; m++) {
        const vr_subject *s = run->models[m].subject;
        vr_arena mapped = {0};
        vr_bytes weights = {0};
        if (s->model->classes == 0)
            return vr_fail(err, VR_ERR_ARGUMENT, "%s: the model has no classification head", s->model->name);
        if (s->model->path && !vr_file_map(&mapped, &weights, s->model->path, err)) return false;
        vr_text_printf(key, "model %lld: %s, weights %016llx, options and labels %016llx\n", (long long)m + 1,
                       s->model->name,
                       (unsigned long long)vrp_resume_hash(VRP_RESUME_HASH, weights.data, weights.size),
                       (unsigned long long)vrp_resume_model(s));
        vr_arena_free(&mapped);
    }
    vr_text_add(key, "\n");
    return true;
}

/* Where the key of a file is another one, the first line that differs is an error. */
static bool vrp_resume_same(const vr_text *key, vr_bytes file, const char *path, vr_err *err) {
    const char *own = key->data, *there = (const char *)file.data, *end = there + file.size;
    while (*own != '\n') {
        const char *own_end = strchr(own, '\n'),
                   *stop = (const char *)memchr(there, '\n', (size_t)(end - there));
        if (own == key->data && (!stop || strncmp(there, own, 30) != 0))
            return vr_fail(err, VR_ERR_FORMAT, "%s: expected a file that --resume wrote", path);
        if (!stop) stop = end;
        if (stop - there != own_end - own || memcmp(there, own, (size_t)(stop - there)) != 0)
            return vr_fail(err, VR_ERR_ARGUMENT, "%s: it holds results of '%.*s', but this run is '%.*s'",
                           path, (int)vr_min(stop - there, 200), there, (int)vr_min(own_end - own, 200), own);
        own = own_end + 1, there = stop + (stop < end);
    }
    return (there < end && *there == '\n') ||
           vr_fail(err, VR_ERR_ARGUMENT, "%s: it holds results of more models, or was cut off", path);
}

static int64_t vrp_resume_size(const vrp_robustness_run *run, int64_t n) {
    return n * (int64_t)sizeof *run->index + run->group_count * run->cells * n * (2 + (int64_t)sizeof(float));
}

static void vrp_resume_part(uint8_t **at, void *array, int64_t size, bool in) {
    memcpy(in ? array : *at, in ? *at : array, (size_t)size);
    *at += size;
}

/* A block of n images after the first ones: into the arrays of the run, or out of them. */
static void vrp_resume_block(vrp_robustness_run *run, int64_t n, uint8_t *at, bool in) {
    vrp_resume_part(&at, run->index + run->count, n * (int64_t)sizeof *run->index, in);
    for (int64_t g = 0; g < run->group_count; g++)
        for (int64_t cell = 0; cell < run->cells; cell++) {
            const vrp_robustness_model *m = &run->models[run->group[g]];
            const int64_t row = cell * run->capacity + run->count;
            vrp_resume_part(&at, m->correct + row, n, in);
            vrp_resume_part(&at, m->consistent + row, n, in);
            vrp_resume_part(&at, m->probability + row, n * (int64_t)sizeof *m->probability, in);
        }
}

bool vrp_resume_open(vr_arena *perm, vrp_robustness_run *run, const vr_robustness_opts *o, vr_err *err) {
    if (!o->resume) return true;
    if (o->images)
        return vr_fail(err, VR_ERR_ARGUMENT, "%s: images are saved during one whole run, without --resume",
                       o->images);
    vr_text key = {.arena = perm};
    vr_bytes file = {0};
    if (!vrp_resume_key(&key, run, o, err)) return false;
    if (vr_path_exists(o->resume) && !vr_file_read(perm, &file, o->resume, err)) return false;
    if (file.size > 0 && !vrp_resume_same(&key, file, o->resume, err)) return false;
    run->log = fopen(o->resume, file.size > 0 ? "r+be" : "wbe");
    if (!run->log) return vr_fail(err, VR_ERR_IO, "%s: cannot write: %s", o->resume, strerror(errno));
    if (file.size == 0) fwrite(key.data, 1, (size_t)key.size, run->log);
    run->finished = file, run->read = key.size, run->path = o->resume;
    return true;
}

/* The images of a block have to follow the ones before; their labels are the data set's. */
static bool vrp_resume_label(vrp_robustness_run *run, int64_t n, vr_err *err) {
    for (int64_t i = run->count; i < run->count + n; i++) {
        if (run->index[i] < (i ? run->index[i - 1] + 1 : 0) || run->index[i] >= run->capacity)
            return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: unexpected image %lld", run->path,
                           (long long)run->read, (long long)run->index[i]);
        for (int64_t g = 0; g < run->group_count; g++) {
            const vrp_robustness_model *m = &run->models[run->group[g]];
            m->label[i] = m->subject->data.labels[run->index[i]];
        }
    }
    return true;
}

bool vrp_resume_read(vrp_robustness_run *run, vr_err *err) {
    int64_t head[3]; /* the first model of a group, images, the block's hash */
    while (run->log && run->finished.size - run->read >= (int64_t)sizeof head) {
        uint8_t *at = (uint8_t *)run->finished.data + run->read;
        memcpy(head, at, sizeof head);
        const int64_t n = head[1], left = run->finished.size - run->read - (int64_t)sizeof head;
        if (head[0] != run->group[0]) break;
        if (n < 1 || n > run->capacity - run->count)
            return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: expected at most %lld images, found %lld",
                           run->path, (long long)run->read, (long long)(run->capacity - run->count),
                           (long long)n);
        if (vrp_resume_size(run, n) > left) break; /* the run ended while it was written */
        if ((uint64_t)head[2] != vrp_resume_hash(VRP_RESUME_HASH, at + sizeof head, vrp_resume_size(run, n)))
            return vr_fail(err, VR_ERR_FORMAT, "%s: byte %lld: damaged results", run->path,
                           (long long)run->read);
        vrp_resume_block(run, n, at + sizeof head, true);
        if (!vrp_resume_label(run, n, err)) return false;
        run->count += n, run->read += (int64_t)sizeof head + vrp_resume_size(run, n);
    }
    if (run->log && run->count > 0)
        vr_log("%s: goes on after %lld of %lld images", run->path, (long long)run->count,
               (long long)run->capacity);
    return true;
}

bool vrp_resume_write(vrp_robustness_run *run, int64_t n, vr_err *err) {
    if (!run->log) return true;
    int64_t head[3] = {run->group[0], n};
    const int64_t size = (int64_t)sizeof head + vrp_resume_size(run, n);
    vr_arena scratch = {0};
    uint8_t *block = (uint8_t *)vr_arena_alloc(&scratch, size, 1);
    vrp_resume_block(run, n, block + sizeof head, false);
    head[2] = (int64_t)vrp_resume_hash(VRP_RESUME_HASH, block + sizeof head, size - (int64_t)sizeof head);
    memcpy(block, head, sizeof head);
    /* a block that was cut off is overwritten, and nothing may stay behind the new one */
    bool ok = run->finished.size <= run->read || ftruncate(fileno(run->log), (off_t)run->read) == 0;
    ok = ok && fseeko(run->log, (off_t)run->read, SEEK_SET) == 0 &&
         fwrite(block, 1, (size_t)size, run->log) == (size_t)size && fflush(run->log) == 0;
    vr_arena_free(&scratch);
    run->read += size, run->finished.size = 0;
    return ok || vr_fail(err, VR_ERR_IO, "%s: cannot write: %s", run->path, strerror(errno));
}

#undef VRP_RESUME_HASH
