/* tests/golden/model_case.h: runs the rows of models.h, for the tests of each family. */
#include "../test.h"
#include "models.h"

static const char *model_path(const char *file) {
    static char path[256];
    snprintf(path, sizeof path, "tests/golden/models/%s", file);
    return path;
}

/* Element i is sin(0.7 i + 1), rounded to float: the input of make_models.py. */
static vr_tensor sine_images(vr_arena *a, int64_t n, int64_t h, int64_t w) {
    vr_tensor x = vr_tensor_4d(a, n, h, w, 3);
    for (int64_t i = 0; i < vr_tensor_count(x); i++) x.data[i] = (float)sin(0.7 * (double)i + 1);
    return x;
}

/* Logits where there is a head, else features. */
static vr_tensor model_outputs(vr_arena *step, const vr_model *model, vr_tensor x) {
    return model->classes ? vr_model_logits(step, model, x) : vr_model_features(step, model, x);
}

/* The stored checkpoint gives PyTorch's numbers: the first 16 of the first and of the last image, within 1e-4 of the
 * largest (float against double; 1e-5 is what is seen). */
static void check_golden(const struct golden_model *g) {
    vr_arena perm = {0}, step = {0};
    vr_err err = {0};
    const vr_model_opts opts = {.heads = g->heads};
    vr_model *model = vr_model_load(&perm, model_path(g->file), &opts, &err);
    if (!model) fail_msg("%s", err.msg);
    assert_string_equal(model->dialect, g->dialect);
    assert_string_equal(model->name, g->name);
    assert_int_equal(model->classes, g->classes);
    const vr_tensor y = model_outputs(&step, model, sine_images(&step, g->n, g->h, g->w));
    assert_int_equal(y.shape[1], g->width);
    const int64_t keep = vr_min(16, g->width);
    double most = 0;
    for (int64_t i = 0; i < 2 * keep; i++) most = fmax(most, fabs(g->y[i]));
    for (int64_t i = 0; i < 2 * keep; i++) {
        const float seen = y.data[(i < keep ? 0 : (g->n - 1) * g->width - keep) + i];
        if (!(fabs(seen - g->y[i]) <= 1e-4 * most))
            fail_msg("%s at %dx%d: number %d is %.8g, PyTorch's %.8g", g->file, (int)g->h, (int)g->w, (int)i,
                     seen, g->y[i]);
    }
    vr_arena_free(&step);
    vr_arena_free(&perm);
}

/* The same bits for 1, 2, 3 and 7 threads, and a batch's rows are the outputs of each single image, within 1e-5 of the largest
 * number (another size of product may choose another order of summation). */
static void check_threads_and_batches(const char *file, int64_t side) {
    vr_arena perm = {0}, step = {0};
    const vr_model_opts opts = {.heads = 2};
    const vr_model *model = vr_model_load(&perm, model_path(file), &opts, VR_FATAL);
    const vr_tensor x = sine_images(&perm, 5, side, side), first = model_outputs(&perm, model, x);
    const int64_t width = first.shape[1];
    static const int counts[] = {1, 2, 3, 7};
    for (int t = 0; t < 4; t++) {
        vr_threads_set(counts[t]);
        const vr_tensor y = model_outputs(&step, model, x);
        assert_memory_equal(first.data, y.data, vr_tensor_count(y) * sizeof(float));
    }
    vr_threads_set(0);
    float most = 0;
    for (int64_t i = 0; i < 5 * width; i++) most = fmaxf(most, fabsf(first.data[i]));
    for (int64_t n = 0; n < 5; n++) {
        const vr_tensor single = model_outputs(&step, model, vr_tensor_slice(x, 0, n, n + 1));
        for (int64_t i = 0; i < width; i++)
            assert_close(single.data[i], first.data[n * width + i], 1e-5 * most);
    }
    vr_arena_free(&step);
    vr_arena_free(&perm);
}
