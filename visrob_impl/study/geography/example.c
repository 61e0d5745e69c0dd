/* study/geography/example.c: what the program shows without a download: published accuracies of some models, which are real,
 * and a synthetic world, which is not. */
#include "geography_impl.h"
#include <string.h>

enum { VRP_GEOGRAPHY_EXAMPLE_MODELS = 36, VRP_GEOGRAPHY_EXAMPLE_BENCHMARKS = 6 };

/* top-1 in percent: ImageNet, -V2, -ReaL, -R, -Sketch, -A; 36 of the 1,252 models that have all and whose name does not
 * begin with "test_", at even places of the list. */
/* clang-format off */
static const struct {
    const char *model;
    double top1[VRP_GEOGRAPHY_EXAMPLE_BENCHMARKS];
} vrp_geography_example[VRP_GEOGRAPHY_EXAMPLE_MODELS] = {
    {"eva02_large_patch14_448.mim_m38m_ft_in22k_in1k", {90.056, 82.710, 91.144, 90.243, 70.668, 88.627}},
    {"caformer_b36.sail_in22k_ft_in1k_384", {88.058, 80.190, 90.804, 70.433, 54.442, 79.587}},
    {"vit_base_patch16_clip_384.laion2b_ft_in12k_in1k", {87.210, 77.230, 90.174, 65.927, 53.491, 57.773}},
    {"coatnet_2_rw_224.sw_in12k_ft_in1k", {86.582, 77.100, 89.824, 61.200, 48.761, 60.160}},
    {"maxvit_small_tf_512.in1k", {86.102, 76.520, 89.442, 56.947, 42.665, 62.840}},
    {"deit3_base_patch16_224.fb_in22k_ft_in1k", {85.728, 76.530, 89.472, 61.917, 47.370, 57.147}},
    {"vit_base_patch16_clip_224.openai_ft_in1k", {85.282, 76.090, 89.156, 65.883, 50.993, 47.453}},
    {"mambaout_base_tall_rw.sw_e500_in1k", {84.988, 74.950, 89.276, 52.037, 39.337, 46.507}},
    {"flexivit_base.1200ep_in1k", {84.678, 74.160, 88.661, 50.730, 35.519, 40.600}},
    {"convnextv2_tiny.fcmae_ft_in22k_in1k", {84.428, 73.540, 88.750, 51.750, 39.959, 41.760}},
    {"convnext_tiny.fb_in22k_ft_in1k_384", {84.098, 73.360, 88.859, 52.073, 39.798, 42.013}},
    {"focalnet_base_lrf.ms_in1k", {83.828, 73.800, 88.012, 48.433, 36.114, 37.520}},
    {"swin_base_patch4_window7_224.ms_in1k", {83.604, 72.400, 87.869, 46.503, 32.644, 35.773}},
    {"deit_base_distilled_patch16_224.fb_in1k", {83.384, 72.970, 88.212, 50.070, 36.416, 29.480}},
    {"tresnet_m.miil_in21k_ft_in1k", {83.090, 72.150, 87.736, 47.303, 36.269, 21.387}},
    {"vit_relpos_base_patch16_clsgap_224.sw_in1k", {82.758, 71.660, 87.471, 47.737, 34.719, 29.360}},
    {"efficientformer_l3.snap_dist_in1k", {82.562, 71.780, 87.975, 47.240, 35.298, 23.040}},
    {"crossvit_15_dagger_240.in1k", {82.302, 71.630, 87.158, 45.613, 32.893, 28.453}},
    {"resnext50_32x4d.a1h_in1k", {82.016, 71.080, 87.059, 41.710, 29.967, 21.813}},
    {"poolformerv2_s36.sail_in1k", {81.576, 70.410, 86.927, 46.033, 33.838, 16.680}},
    {"coat_mini.in1k", {81.320, 70.530, 86.835, 40.313, 31.213, 25.720}},
    {"resmlp_big_24_224.fb_in1k", {81.034, 68.280, 85.697, 39.593, 26.316, 22.627}},
    {"vit_base_patch32_224.augreg_in21k_ft_in1k", {80.732, 69.430, 85.979, 49.380, 37.098, 22.227}},
    {"regnety_120.pycls_in1k", {80.382, 68.970, 85.561, 39.397, 26.811, 12.347}},
    {"hgnetv2_b1.ssld_stage2_ft_in1k", {79.916, 68.870, 86.421, 45.690, 33.035, 12.600}},
    {"ecaresnet50t.a3_in1k", {79.548, 67.680, 85.669, 38.203, 26.452, 11.720}},
    {"res2net101_26w_4s.in1k", {79.192, 67.420, 85.091, 39.763, 27.814, 9.413}},
    {"seresnext26t_32x4d.bt_in1k", {78.736, 66.640, 84.564, 33.073, 20.865, 11.187}},
    {"mobilevit_s.cvnets_in1k", {78.298, 66.790, 84.265, 33.790, 22.606, 13.013}},
    {"convnextv2_atto.fcmae_ft_in1k", {77.794, 65.600, 84.230, 36.013, 24.884, 7.653}},
    {"selecsls42b.in1k", {77.184, 65.580, 83.464, 35.837, 23.386, 4.653}},
    {"repghostnet_130.in1k", {76.378, 63.770, 82.898, 35.323, 23.966, 4.840}},
    {"fbnetc_100.rmsp_in1k", {75.120, 62.460, 81.555, 34.337, 21.529, 4.213}},
    {"efficientvit_m3.r224_in1k", {73.394, 61.050, 80.703, 36.137, 23.400, 5.200}},
    {"efficientvit_b0.r224_in1k", {71.408, 58.150, 78.434, 30.113, 18.438, 3.253}},
    {"mobilenetv3_small_050.lamb_in1k", {57.918, 44.840, 64.699, 21.797, 11.046, 1.773}},
};
/* clang-format on */

void vr_geography_benchmarks_example(vr_arena *perm, vr_geography_benchmarks *out) {
    static const char *const names[VRP_GEOGRAPHY_EXAMPLE_BENCHMARKS] = {
        "ImageNet", "ImageNetV2", "ImageNet-ReaL", "ImageNet-R", "ImageNet-Sketch", "ImageNet-A"};
    enum { M = VRP_GEOGRAPHY_EXAMPLE_MODELS };
    const char **model = VR_NEW(perm, const char *, M);
    vr_geography_pretraining *pretraining = VR_NEW(perm, vr_geography_pretraining, M);
    vr_geography_benchmark *benchmark =
        VR_NEW(perm, vr_geography_benchmark, VRP_GEOGRAPHY_EXAMPLE_BENCHMARKS);
    for (int k = 0; k < VRP_GEOGRAPHY_EXAMPLE_BENCHMARKS; k++) {
        double *value = VR_NEW(perm, double, M);
        for (int m = 0; m < M; m++) value[m] = vrp_geography_example[m].top1[k] / 100;
        benchmark[k] = (vr_geography_benchmark){names[k], value, false, k == 0 ? -1 : 0};
    }
    for (int m = 0; m < M; m++) {
        model[m] = vrp_geography_example[m].model;
        pretraining[m] = vrp_geography_pretraining_of(model[m]);
    }
    *out = (vr_geography_benchmarks){.path = "36 models of timm's results",
                                     .models = M,
                                     .count = VRP_GEOGRAPHY_EXAMPLE_BENCHMARKS,
                                     .model = model,
                                     .pretraining = pretraining,
                                     .benchmark = benchmark};
}

/* ---- a synthetic world ---- */

enum { VRP_GEOGRAPHY_OBJECTS = 12, VRP_GEOGRAPHY_WIDTH = 24, VRP_GEOGRAPHY_WORLD_REGIONS = 6 };

static const char *const vrp_geography_world_objects[VRP_GEOGRAPHY_OBJECTS] = {
    "bag", "bicycle", "boat",          "chair",    "cooking_pot", "fence",
    "hat", "house",   "light_fixture", "medicine", "stove",       "truck"};
/* How far a region's objects are from those of the average image, and its share of the web. */
static const struct {
    const char *region;
    double shift, web;
} vrp_geography_world[VRP_GEOGRAPHY_WORLD_REGIONS] = {{"Africa", 1.0, 0.03},         {"Americas", 0.35, 0.4},
                                                      {"EastAsia", 0.6, 0.08},       {"Europe", 0.3, 0.4},
                                                      {"SouthEastAsia", 0.85, 0.05}, {"WestAsia", 0.7, 0.04}};

/* An image's features: the object's place + the region's own shift of that object + noise. */
static void vrp_geography_world_features(float *x, int64_t object, int64_t region, vr_rng world,
                                         vr_rng image) {
    enum { W = VRP_GEOGRAPHY_WIDTH };
    float place[W], shift[W], noise[W];
    const uint64_t cell = (uint64_t)(object * VRP_GEOGRAPHY_WORLD_REGIONS + region);
    vr_rng_normal_fill(place, W, vr_rng_at(vr_rng_split(world, "object"), (uint64_t)object), 0);
    vr_rng_normal_fill(shift, W, vr_rng_at(vr_rng_split(world, "shift"), cell), 0);
    vr_rng_normal_fill(noise, W, vr_rng_split(image, "noise"), 0);
    for (int d = 0; d < W; d++)
        x[d] = place[d] + (float)vrp_geography_world[region].shift * shift[d] + 1.3f * noise[d];
}

/* n images as GeoDE's table, read by its loader, and their features; from the web or from all regions alike. */
static bool vrp_geography_world_images(vr_arena *perm, vr_geography_set *set, vr_geography_sample *sample,
                                       int64_t n, bool web, vr_rng world, const char *name, vr_err *err) {
    const vr_rng rng = vr_rng_split(world, name);
    vr_text table = {.arena = perm};
    const char **image = VR_NEW(perm, const char *, n);
    const vr_features f = {
        .path = "a synthetic world", .x = vr_tensor_2d(perm, n, VRP_GEOGRAPHY_WIDTH), .image = image};
    vr_text_add(&table, "file_path,object,region,ip_country\n");
    for (int64_t i = 0; i < n; i++) {
        const vr_rng own = vr_rng_at(rng, (uint64_t)i);
        const int64_t object = vr_rng_below(own, 0, VRP_GEOGRAPHY_OBJECTS);
        int64_t region = i % VRP_GEOGRAPHY_WORLD_REGIONS;
        double u = (double)vr_rng_uniform(own, 1);
        for (int64_t r = 0; web && r < VRP_GEOGRAPHY_WORLD_REGIONS; r++) {
            region = r;
            if ((u -= vrp_geography_world[r].web) < 0) break;
        }
        image[i] = vr_arena_printf(perm, "%s/%lld.jpg", name, (long long)i);
        vr_text_printf(&table, "%s,%s,%s,nowhere\n", image[i], vrp_geography_world_objects[object],
                       vrp_geography_world[region].region);
        vrp_geography_world_features(f.x.data + i * VRP_GEOGRAPHY_WIDTH, object, region, world, own);
    }
    const vr_bytes text = {(const uint8_t *)table.data, table.size};
    if (!vrp_geography_parse(perm, set, text, f.path, err)) return false;
    set->name = "A synthetic world";
    return vr_geography_sample_join(perm, sample, set, &f, err);
}

bool vr_geography_world_example(vr_arena *perm, vr_geography_world *out, uint64_t seed, vr_err *err) {
    memset(out, 0, sizeof *out);
    const vr_rng world = vr_rng_split(vr_rng_init(seed), "world");
    vr_geography_set *web_set = VR_NEW(perm, vr_geography_set, 1);
    vr_geography_sample web;
    if (!vrp_geography_world_images(perm, web_set, &web, 1200, true, world, "web", err) ||
        !vrp_geography_head_train(perm, &out->before, NULL, &web, 0.1, err) ||
        !vrp_geography_world_images(perm, &out->train_set, &out->train, 1200, false, world, "curated", err) ||
        !vrp_geography_world_images(perm, &out->test_set, &out->test, 1800, false, world, "test", err))
        return false;
    vrp_geography_head_predict(perm, &out->predictions, &out->test, &out->before,
                               "a model of a synthetic web");
    return true;
}
