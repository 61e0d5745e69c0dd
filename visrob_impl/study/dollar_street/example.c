/* study/dollar_street/example.c: made-up data to try everything on. Its table is written in the annotations' own form and
 * read by the loader; its images carry the factors that the table states. No real country is described. */
#include "../../image/draw.h"
#include "../../model/probe.h"
#include "../embed.h"
#include "dollar_street_impl.h"
#include <math.h>
#include <string.h>

enum {
    VRP_DOLLAR_STREET_EXAMPLE_HOUSEHOLDS = 48,
    VRP_DOLLAR_STREET_EXAMPLE_SIDE = 48,
    VRP_DOLLAR_STREET_EXAMPLE_COUNT = VRP_DOLLAR_STREET_EXAMPLE_HOUSEHOLDS * VR_SHAPES_COUNT
};

/* The factors of an image: some as likely anywhere, others the likelier the poorer the household (rich: 0..1). */
static uint16_t vrp_dollar_street_example_factors(vr_rng rng, double rich) {
    static const struct {
        vr_dollar_street_factor factor;
        double poor, rich;
    } chance[] = {
        {VR_DOLLAR_STREET_DARKER, 0.75, 0},
        {VR_DOLLAR_STREET_TEXTURE, 0.6, 0.05},
        {VR_DOLLAR_STREET_OBJECT_BLOCKING, 0.5, 0.05},
        {VR_DOLLAR_STREET_SMALLER, 0.2, 0.2},
        {VR_DOLLAR_STREET_BACKGROUND, 0.6, 0.6},
        {VR_DOLLAR_STREET_POSE, 0.5, 0.5},
        {VR_DOLLAR_STREET_BRIGHTER, 0.02, 0.15},
        {VR_DOLLAR_STREET_COLOR, 0.3, 0.3},
    };
    uint16_t factors = 0;
    for (size_t k = 0; k < sizeof chance / sizeof *chance; k++)
        if ((double)vr_rng_uniform(rng, k) < chance[k].poor + rich * (chance[k].rich - chance[k].poor))
            factors = (uint16_t)(factors | 1 << chance[k].factor);
    if (factors >> VR_DOLLAR_STREET_DARKER & 1)
        factors = (uint16_t)(factors & ~(1 << VR_DOLLAR_STREET_BRIGHTER)); /* not both */
    return factors;
}

static bool vrp_dollar_street_example_has(uint16_t factors, vr_dollar_street_factor f) {
    return factors >> f & 1;
}

/* Draws a shape that has the factors. */
static void vrp_dollar_street_example_draw(vr_arena *scratch, uint8_t *pixels, int64_t shape,
                                           uint16_t factors, vr_rng rng) {
    const vr_image out = {pixels, VRP_DOLLAR_STREET_EXAMPLE_SIDE, VRP_DOLLAR_STREET_EXAMPLE_SIDE};
    float u[6];
    vr_rng_uniform_fill(u, 6, rng, 20);
    const bool textured = vrp_dollar_street_example_has(factors, VR_DOLLAR_STREET_TEXTURE),
               busy = vrp_dollar_street_example_has(factors, VR_DOLLAR_STREET_BACKGROUND),
               turned = vrp_dollar_street_example_has(factors, VR_DOLLAR_STREET_POSE),
               red = vrp_dollar_street_example_has(factors, VR_DOLLAR_STREET_COLOR),
               smaller = vrp_dollar_street_example_has(factors, VR_DOLLAR_STREET_SMALLER);
    const vr_shapes_factors look = {
        .shape = (vr_shapes_class)shape,
        .shape_texture = textured ? VR_PATTERN_CHECKS : (vr_pattern)vr_rng_below(rng, 30, 2),
        .background_texture = busy ? (vr_pattern)(1 + vr_rng_below(rng, 31, 5)) : VR_PATTERN_PLAIN,
        .hue = red ? 40 * u[0] : 120 + 160 * u[0],
        .size = smaller ? 0.2f + 0.03f * u[1] : 0.27f + 0.09f * u[1],
        .x = 0.42f + 0.16f * u[2],
        .y = 0.42f + 0.16f * u[3],
        .rotation = (turned ? 60 : 20) * (u[4] - 0.5f),
        .light = 0.75f + 0.3f * u[5]};
    vr_shapes_image(out, &look, vr_rng_split(rng, "picture"));
    static const struct {
        vr_dollar_street_factor factor;
        vr_factor change;
        double amount;
    } changes[] = {{VR_DOLLAR_STREET_OBJECT_BLOCKING, VR_FACTOR_OCCLUSION, 0.2},
                   {VR_DOLLAR_STREET_DARKER, VR_FACTOR_DARKNESS, 0.75},
                   {VR_DOLLAR_STREET_BRIGHTER, VR_FACTOR_BRIGHTEN, 1.4}};
    for (int k = 0; k < 3; k++) {
        if (!vrp_dollar_street_example_has(factors, changes[k].factor)) continue;
        const vr_image changed = vr_factor_apply_amount(scratch, out, changes[k].change, changes[k].amount,
                                                        vr_rng_at(vr_rng_split(rng, "change"), (uint64_t)k));
        memcpy(pixels, changed.pixels, 3 * VRP_DOLLAR_STREET_EXAMPLE_SIDE * VRP_DOLLAR_STREET_EXAMPLE_SIDE);
    }
}

static const char *const *vrp_dollar_street_example_classes(void) {
    static const char *names[VR_SHAPES_COUNT];
    for (int c = 0; c < VR_SHAPES_COUNT; c++) names[c] = vr_shapes_class_name((vr_shapes_class)c);
    return names;
}

void vr_dollar_street_example(vr_arena *perm, vr_dollar_street *data, vr_dataset *images,
                              vr_label_sets *targets, uint64_t seed) {
    enum { N = VRP_DOLLAR_STREET_EXAMPLE_COUNT, SIDE = VRP_DOLLAR_STREET_EXAMPLE_SIDE };
    /* The middle of each region's incomes, and how far they reach, as powers of e. */
    static const double middle[VR_DOLLAR_STREET_REGION_COUNT] = {4.2, 5.4, 7.4, 6.3};
    vr_arena scratch = {0};
    vr_text csv = {.arena = &scratch};
    const vr_rng rng = vr_rng_split(vr_rng_init(seed), "street");
    uint8_t *pixels = VR_NEW(perm, uint8_t, (int64_t)N * SIDE * SIDE * 3);
    int64_t *begin = VR_NEW(perm, int64_t, N + 1), *label = VR_NEW(perm, int64_t, N);
    vr_text_add(&csv, "");
    for (int f = 0; f < VR_DOLLAR_STREET_FACTOR_COUNT; f++)
        vr_text_printf(&csv, ",%s", vrp_dollar_street_factor_name((vr_dollar_street_factor)f));
    vr_text_add(&csv, ",class,country,region,income\n");
    for (int64_t i = 0; i < N; i++) {
        const int64_t household = i / VR_SHAPES_COUNT, shape = i % VR_SHAPES_COUNT, region = household % 4;
        const double reach =
            3.4 * (double)vr_rng_uniform(vr_rng_split(rng, "income"), (uint64_t)household) - 1.7;
        const double income = exp(fmin(9, fmax(3.4 + 0.01 * (double)household, middle[region] + reach)));
        const vr_rng own = vr_rng_at(rng, (uint64_t)i);
        const uint16_t factors = vrp_dollar_street_example_factors(own, (log(income) - 3.4) / 5.6);
        vrp_dollar_street_example_draw(&scratch, pixels + i * SIDE * SIDE * 3, shape, factors, own);
        begin[i + 1] = i + 1;
        label[i] = shape;
        vr_text_printf(&csv, "%05lld", (long long)i);
        for (int f = 0; f < VR_DOLLAR_STREET_FACTOR_COUNT; f++) vr_text_printf(&csv, ",%d", factors >> f & 1);
        vr_text_printf(&csv, ",%s,country %c%lld,%s,%.2f\n", vr_shapes_class_name((vr_shapes_class)shape),
                       (int)('A' + region), (long long)(household / 4 % 3 + 1),
                       vrp_dollar_street_region_name((vr_dollar_street_region)region), income);
    }
    vrp_dollar_street_parse(perm, data, (vr_bytes){(const uint8_t *)csv.data, csv.size}, "made-up data", NULL,
                            VR_FATAL);
    vr_dataset_pixels(perm, images, pixels, N, SIDE, SIDE, label, vrp_dollar_street_example_classes(),
                      VR_SHAPES_COUNT);
    *targets = (vr_label_sets){N, begin, label};
    vr_arena_free(&scratch);
}

vr_model *vr_dollar_street_example_model(vr_arena *perm, uint64_t seed, vr_err *err) {
    enum { N = 1200, SIDE = VRP_DOLLAR_STREET_EXAMPLE_SIDE };
    const char *const *classes = vrp_dollar_street_example_classes();
    vr_model *model = vr_model_random(perm, "resnet18", seed, err);
    if (!model) return NULL;
    model->preprocess = (vr_preprocess){.size = SIDE};
    vr_arena scratch = {0};
    const vr_rng rng = vr_rng_split(vr_rng_init(seed), "rich homes");
    uint8_t *pixels = VR_NEW(&scratch, uint8_t, (int64_t)N * SIDE * SIDE * 3);
    int64_t *label = VR_NEW(&scratch, int64_t, N);
    for (int64_t i = 0; i < N; i++) {
        const vr_rng own = vr_rng_at(rng, (uint64_t)i);
        label[i] = i % VR_SHAPES_COUNT;
        vrp_dollar_street_example_draw(&scratch, pixels + i * SIDE * SIDE * 3, label[i],
                                       vrp_dollar_street_example_factors(own, 1), own);
    }
    vr_dataset images;
    vr_dataset_pixels(&scratch, &images, pixels, N, SIDE, SIDE, label, classes, VR_SHAPES_COUNT);
    vr_features features;
    vr_tensor w = vr_tensor_2d(&scratch, VR_SHAPES_COUNT, model->features),
              b = vr_tensor_1d(&scratch, VR_SHAPES_COUNT);
    vr_err own = {0};
    const bool ok = vr_embed(&scratch, &features, model, &images, NULL, &own) &&
                    vr_probe_ridge(w, b, features.x, label, 1e-3, &scratch, &own);
    if (ok) vr_model_set_head(perm, model, w, b, classes);
    vr_arena_free(&scratch);
    if (ok) return model;
    vr_err_pass(err, &own);
    return NULL;
}
