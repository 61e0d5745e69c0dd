/* tests/test_checkpoint.c: which subtree is the model, and the errors for keys that are missing, unexpected, duplicate,
 * misshapen or not finite. The models are as small as their families allow and made here, key by key. */
#include "test.h"
#include "visrob_impl/model/model_impl.h"

TEST_ARENA(perm);
TEST_ARENA(data);

typedef struct {
    const char *name;
    int64_t shape[4];
} key_shape;
/* One block of 4 channels, one of 6 with option B, 3 classes. */
static const key_shape resnet_keys[] = {
    {"conv1.weight", {4, 3, 3, 3}},
    {"bn1.weight", {4}},
    {"bn1.bias", {4}},
    {"bn1.running_mean", {4}},
    {"bn1.running_var", {4}},
    {"layer1.0.conv1.weight", {4, 4, 3, 3}},
    {"layer1.0.bn1.weight", {4}},
    {"layer1.0.bn1.bias", {4}},
    {"layer1.0.bn1.running_mean", {4}},
    {"layer1.0.bn1.running_var", {4}},
    {"layer1.0.conv2.weight", {4, 4, 3, 3}},
    {"layer1.0.bn2.weight", {4}},
    {"layer1.0.bn2.bias", {4}},
    {"layer1.0.bn2.running_mean", {4}},
    {"layer1.0.bn2.running_var", {4}},
    {"layer2.0.conv1.weight", {6, 4, 3, 3}},
    {"layer2.0.bn1.weight", {6}},
    {"layer2.0.bn1.bias", {6}},
    {"layer2.0.bn1.running_mean", {6}},
    {"layer2.0.bn1.running_var", {6}},
    {"layer2.0.conv2.weight", {6, 6, 3, 3}},
    {"layer2.0.bn2.weight", {6}},
    {"layer2.0.bn2.bias", {6}},
    {"layer2.0.bn2.running_mean", {6}},
    {"layer2.0.bn2.running_var", {6}},
    {"layer2.0.shortcut.0.weight", {6, 4, 1, 1}},
    {"layer2.0.shortcut.1.weight", {6}},
    {"layer2.0.shortcut.1.bias", {6}},
    {"layer2.0.shortcut.1.running_mean", {6}},
    {"layer2.0.shortcut.1.running_var", {6}},
    {"linear.weight", {3, 6}},
    {"linear.bias", {3}},
};
/* Two blocks of width 4, patches of 2, a grid of 2 x 2. */
static const key_shape vit_keys[] = {
    {"cls_token", {1, 1, 4}},
    {"pos_embed", {1, 5, 4}},
    {"patch_embed.proj.weight", {4, 3, 2, 2}},
    {"patch_embed.proj.bias", {4}},
    {"blocks.0.norm1.weight", {4}},
    {"blocks.0.norm1.bias", {4}},
    {"blocks.0.attn.qkv.weight", {12, 4}},
    {"blocks.0.attn.qkv.bias", {12}},
    {"blocks.0.attn.proj.weight", {4, 4}},
    {"blocks.0.attn.proj.bias", {4}},
    {"blocks.0.norm2.weight", {4}},
    {"blocks.0.norm2.bias", {4}},
    {"blocks.0.mlp.fc1.weight", {8, 4}},
    {"blocks.0.mlp.fc1.bias", {8}},
    {"blocks.0.mlp.fc2.weight", {4, 8}},
    {"blocks.0.mlp.fc2.bias", {4}},
    {"blocks.1.norm1.weight", {4}},
    {"blocks.1.norm1.bias", {4}},
    {"blocks.1.attn.qkv.weight", {12, 4}},
    {"blocks.1.attn.qkv.bias", {12}},
    {"blocks.1.attn.proj.weight", {4, 4}},
    {"blocks.1.attn.proj.bias", {4}},
    {"blocks.1.norm2.weight", {4}},
    {"blocks.1.norm2.bias", {4}},
    {"blocks.1.mlp.fc1.weight", {8, 4}},
    {"blocks.1.mlp.fc1.bias", {8}},
    {"blocks.1.mlp.fc2.weight", {4, 8}},
    {"blocks.1.mlp.fc2.bias", {4}},
    {"norm.weight", {4}},
    {"norm.bias", {4}},
    {"head.weight", {3, 4}},
    {"head.bias", {3}},
};
enum { RESNET_KEYS = COUNT(resnet_keys), VIT_KEYS = COUNT(vit_keys) };

static void add(vr_arrays *all, const char *prefix, const key_shape *k, uint64_t seed) {
    vr_array *a = &all->items[all->count++];
    assert_true(all->count <= 200);
    *a = (vr_array){.name = vr_arena_printf(&data, "%s%s", prefix, k->name), .dtype = VR_F32};
    while (a->ndim < 4 && k->shape[a->ndim]) a->shape[a->ndim] = k->shape[a->ndim], a->ndim++;
    int64_t count = 1;
    for (int d = a->ndim - 1; d >= 0; d--) a->stride[d] = count, count *= a->shape[d];
    float *x = VR_NEW(&data, float, count);
    vr_rng_uniform_fill(x, count, vr_rng_split(vr_rng_init(seed), k->name), 0); /* 0..1: variances too */
    a->data = x;
}

static void add_all(vr_arrays *all, const char *prefix, const key_shape *keys, int64_t n, uint64_t seed) {
    for (int64_t i = 0; i < n; i++) add(all, prefix, &keys[i], seed);
}

static vr_arrays empty(void) {
    return (vr_arrays){.path = "made.pth", .items = VR_NEW(&data, vr_array, 200)};
}

static const vr_model_opts two_heads = {.heads = 2};

static vr_model *build(const vr_arrays *all, vr_err *err) {
    return vrp_model_from_arrays(&perm, all, &two_heads, err);
}

/* What tells one set of weights from another. */
static float fingerprint(const vr_model *m) {
    vr_tensor x = vr_tensor_4d(&perm, 1, 4, 4, 3);
    for (int i = 0; i < 48; i++) x.data[i] = (float)sin(i);
    return (m->classes ? vr_model_logits(&perm, m, x) : vr_model_features(&perm, m, x)).data[0];
}

static float fingerprint_of(const key_shape *keys, int64_t n, uint64_t seed, bool head) {
    vr_arrays all = empty();
    add_all(&all, "", keys, n, seed);
    const vr_model_opts opts = {.heads = 2, .no_head = !head};
    return fingerprint(vrp_model_from_arrays(&perm, &all, &opts, VR_FATAL));
}

static int reset(void **state) { return perm_free(state) + data_free(state); }

static void a_wrapped_model_is_found_below_any_prefix(void **state) {
    (void)state;
    static const char *const prefixes[] = {
        "", "state_dict.", "module.", "model.module.", "state_dict.backbone.", "net."};
    const float expected = fingerprint_of(resnet_keys, RESNET_KEYS, 1, true);
    for (int i = 0; i < 6; i++) {
        vr_arrays all = empty();
        add(&all, "optimizer.state.0.", &(key_shape){"momentum", {4, 4}}, 1);
        add_all(&all, prefixes[i], resnet_keys, RESNET_KEYS, 1);
        if (prefixes[i][0] == 0) all.items++, all.count--; /* at the root everything counts */
        const vr_model *m = build(&all, VR_FATAL);
        assert_int_equal(m->classes, 3);
        assert_close(fingerprint(m), expected, 0);
    }
}

static void of_several_networks_the_documented_one_is_the_model(void **state) {
    (void)state;
    static const struct {
        const char *model, *other;
        bool head;
    } all_pairs[] = {
        {"teacher.backbone.", "student.module.backbone.", false},
        {"state_dict.module.encoder_q.", "state_dict.module.encoder_k.", false},
        {"state_dict.module.base_encoder.", "state_dict.module.momentum_encoder.", false},
        {"target_encoder.module.", "encoder.module.", false},
        {"model_ema.", "model.", true},
        {"state_dict_ema.", "state_dict.", true},
        {"model.module.model.", "model.module.attacker.model.", true},
    };
    for (int64_t i = 0; i < COUNT(all_pairs); i++)
        for (int order = 0; order < 2; order++) {
            vr_arrays all = empty();
            if (order) add_all(&all, all_pairs[i].other, vit_keys, VIT_KEYS, 2);
            add_all(&all, all_pairs[i].model, vit_keys, VIT_KEYS, 1);
            if (!order) add_all(&all, all_pairs[i].other, vit_keys, VIT_KEYS, 2);
            const vr_model *m = build(&all, VR_FATAL);
            assert_int_equal(m->classes, all_pairs[i].head ? 3 : 0); /* elsewhere a head is a projector */
            assert_close(fingerprint(m), fingerprint_of(vit_keys, VIT_KEYS, 1, all_pairs[i].head), 0);
        }
}

static void a_tie_is_an_error_and_an_option_decides(void **state) {
    (void)state;
    vr_arrays all = empty();
    add_all(&all, "first.", resnet_keys, RESNET_KEYS, 1);
    add_all(&all, "second.net.", resnet_keys, RESNET_KEYS, 2);
    vr_err err = {0};
    assert_null(build(&all, &err));
    assert_int_equal(err.code, VR_ERR_FORMAT);
    assert_message(err, "made.pth: both 'first.' and 'second.net.' hold a model");
    vr_model_opts opts = {.prefix = "second.net"};
    const float expected = fingerprint_of(resnet_keys, RESNET_KEYS, 2, true);
    assert_close(fingerprint(vrp_model_from_arrays(&perm, &all, &opts, VR_FATAL)), expected, 0);
    opts.prefix = "second.net.";
    assert_close(fingerprint(vrp_model_from_arrays(&perm, &all, &opts, VR_FATAL)), expected, 0);
    opts.prefix = "second";
    err = (vr_err){0};
    assert_null(vrp_model_from_arrays(&perm, &all, &opts, &err));
    assert_message(err, "below second");
}

static void an_unknown_model_is_an_error_that_names_the_expected_keys(void **state) {
    (void)state;
    vr_arrays all = empty();
    vr_err err = {0};
    assert_null(build(&all, &err));
    assert_int_equal(err.code, VR_ERR_FORMAT);
    add(&all, "", &(key_shape){"features.0.weight", {4, 3, 3, 3}}, 1);
    add(&all, "", &(key_shape){"xlayer1.0.conv1.weight", {4, 3, 3, 3}}, 1); /* an anchor begins at a dot */
    err = (vr_err){0};
    assert_null(build(&all, &err));
    assert_message(err, "made.pth");
    assert_message(err, "layer1.0.conv1.weight");
    assert_message(err, "features.0.weight");
}

/* Calls back for each key of both models with a fresh copy of its arrays. */
static void for_each_key(void (*test)(vr_arrays *all, int64_t i)) {
    for (int vit = 0; vit < 2; vit++)
        for (int64_t i = 0; i < (vit ? VIT_KEYS : RESNET_KEYS); i++) {
            vr_arrays all = empty();
            add_all(&all, "state_dict.", vit ? vit_keys : resnet_keys, vit ? VIT_KEYS : RESNET_KEYS, 1);
            test(&all, i);
            assert_int_equal(perm.used, 0); /* a failure leaves nothing behind */
            reset(NULL);
        }
}

static void lose(vr_arrays *all, int64_t i) {
    const char *name = all->items[i].name;
    all->items[i] = all->items[--all->count];
    vr_err err = {0};
    const vr_model *m = build(all, &err);
    if (strstr(name, "linear.bias") || strstr(name, "head.bias")) { /* a head may have none */
        assert_non_null(m);
        assert_int_equal(m->classes, 3);
        perm_free(NULL);
        return;
    }
    if (m) fail_msg("loads without '%s'", name);
    assert_int_equal(err.code, strstr(name, "cls_token") ? VR_ERR_UNSUPPORTED : VR_ERR_FORMAT);
    /* Where a key's absence is another legal model, what is left over is named. */
    if (strstr(name, "cls_token"))
        assert_message(err, "pos_embed");
    else if (strstr(name, "blocks.0.attn.qkv.bias"))
        assert_message(err, "blocks.1.attn.qkv.bias");
    else if (strstr(name, "shortcut."))
        assert_message(err, "layer2.0.downsample.");
    else if (strstr(name, "linear.weight"))
        assert_message(err, "fc.weight");
    else
        assert_message(err, name + strlen("state_dict."));
}
static void every_missing_key_is_an_error_that_names_it(void **state) {
    (void)state;
    for_each_key(lose);
}

static void grow(vr_arrays *all, int64_t i) {
    vr_array *a = &all->items[i];
    key_shape k = {.name = a->name};
    memcpy(k.shape, a->shape, sizeof k.shape);
    const int64_t last = a->ndim - 1;
    k.shape[last]++;
    all->count = vr_min(all->count, 199);
    const int64_t count = all->count;
    add(all, "", &k, 1);
    *a = all->items[count];
    all->count = count;
    vr_err err = {0};
    if (build(all, &err)) fail_msg("loads with a larger '%s'", k.name);
    assert_int_equal(err.code, strstr(k.name, "pos_embed") && last == 1 ? VR_ERR_UNSUPPORTED : VR_ERR_FORMAT);
    assert_message(err, "made.pth: key 'state_dict.");
    assert_message(err, "expected");
}
static void every_misshapen_key_is_an_error(void **state) {
    (void)state;
    for_each_key(grow);
}

static void spoil(vr_arrays *all, int64_t i) {
    vr_array *a = &all->items[i];
    float *x = (float *)(uintptr_t)a->data;
    x[vr_array_count(a) - 1] = i % 2 ? NAN : INFINITY;
    vr_err err = {0};
    if (build(all, &err)) fail_msg("loads with a NaN in '%s'", a->name);
    assert_int_equal(err.code, VR_ERR_NUMERIC);
    assert_message(err, a->name);
    assert_message(err, "made.pth");
}
static void every_number_that_is_not_finite_is_an_error_that_names_its_key(void **state) {
    (void)state;
    for_each_key(spoil);
}

static void a_negative_variance_is_an_error(void **state) {
    (void)state;
    vr_arrays all = empty();
    add_all(&all, "", resnet_keys, RESNET_KEYS, 1);
    ((float *)(uintptr_t)all.items[9].data)[2] = -1;
    vr_err err = {0};
    assert_null(build(&all, &err));
    assert_int_equal(err.code, VR_ERR_NUMERIC);
    assert_message(err, "layer1.0.bn1.running_var");
}

static void an_extra_key_is_an_error_unless_it_may_be_there(void **state) {
    (void)state;
    static const char *const refused[] = {"layer1.0.se.fc1.weight", "layer5.0.conv1.weight",
                                          "attnpool.weight", "linear.scale", "layer1.0.conv1.bias"};
    static const char *const allowed[] = {"bn1.num_batches_tracked", "layer2.0.bn1.num_batches_tracked",
                                          "projector.0.weight", "prototypes.weight", "predictor.2.bias"};
    for (int i = 0; i < 5; i++) {
        vr_arrays all = empty();
        vr_err err = {0};
        add_all(&all, "m.", resnet_keys, RESNET_KEYS, 1);
        add(&all, "m.", &(key_shape){allowed[i], {4}}, 1);
        add(&all, "other.", &(key_shape){refused[i], {4}}, 1); /* not in the model's subtree */
        assert_non_null(build(&all, VR_FATAL));
        add(&all, "m.", &(key_shape){refused[i], {4}}, 1);
        assert_null(build(&all, &err));
        assert_int_equal(err.code, VR_ERR_FORMAT);
        assert_message(err, refused[i]);
        assert_message(err, "not part of a resnet6");
    }
}

static void a_duplicate_key_is_an_error(void **state) {
    (void)state;
    vr_arrays all = empty();
    vr_err err = {0};
    add_all(&all, "m.", resnet_keys, RESNET_KEYS, 1);
    add(&all, "m.", &resnet_keys[7], 2);
    assert_null(build(&all, &err));
    assert_int_equal(err.code, VR_ERR_FORMAT);
    assert_message(err, "duplicate key 'm.layer1.0.bn1.bias'");
}

static void weights_may_have_any_order_and_be_read_twice(void **state) {
    (void)state;
    vr_arrays all = empty();
    add_all(&all, "", resnet_keys, RESNET_KEYS, 1);
    const vr_model *first = build(&all, VR_FATAL);
    vr_array *a = &all.items[15]; /* layer2.0.conv1.weight, stored input channels first */
    float *turned = VR_NEW(&data, float, vr_array_count(a));
    const float *x = (const float *)a->data;
    for (int o = 0; o < 6; o++)
        for (int i = 0; i < 4; i++) memcpy(turned + (i * 6 + o) * 9, x + (o * 4 + i) * 9, 9 * sizeof(float));
    a->data = turned;
    a->stride[0] = 9, a->stride[1] = 54;
    const vr_model *second = build(&all, VR_FATAL), *third = build(&all, VR_FATAL);
    const float f = fingerprint(first);
    assert_close(fingerprint(second), f, 0);
    assert_close(fingerprint(third), f, 0);
}

/* 4 channels of 16 x 16, then 8,192 of 8 x 8: the largest activation is a late one. */
static void channels_that_grow_behind_small_layers_have_room(void **state) {
    (void)state;
    vr_arrays all = empty();
    add_all(&all, "", resnet_keys, RESNET_KEYS - 2, 1);
    for (int64_t i = 0; i < RESNET_KEYS - 2; i++) {
        key_shape k = resnet_keys[i];
        const bool second = strstr(k.name, "layer2.0.conv2") || strstr(k.name, "layer2.0.bn2") ||
                            strstr(k.name, "layer2.0.shortcut");
        if (!second) continue;
        k.shape[0] = 8192;
        const int64_t count = all.count;
        add(&all, "", &k, 1);
        all.items[i] = all.items[count];
        all.count = count;
    }
    const vr_model *m = build(&all, VR_FATAL);
    vr_tensor x = vr_tensor_4d(&perm, 9, 16, 16, 3);
    for (int64_t i = 0; i < vr_tensor_count(x); i++) x.data[i] = (float)sin((double)i);
    const vr_tensor y = vr_model_features(&perm, m, x);
    for (int64_t n = 0; n < 9; n++) {
        const vr_tensor one = vr_model_features(&perm, m, vr_tensor_slice(x, 0, n, n + 1));
        for (int64_t i = 0; i < 8192; i++)
            if (!(fabsf(one.data[i] - y.data[n * 8192 + i]) <= 1e-4f * fabsf(one.data[i]) + 1e-5f))
                fail_msg("image %d, feature %d: %g alone, %g in a batch", (int)n, (int)i, (double)one.data[i],
                         (double)y.data[n * 8192 + i]);
    }
}

static void an_endless_array_of_stride_zero_is_refused(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        vr_arrays all = empty();
        add_all(&all, "", resnet_keys, RESNET_KEYS, 1);
        vr_array *a = &all.items[i ? 5 : 0];
        a->shape[0] = (int64_t)1 << (i ? 62 : 26);
        memset(a->stride, 0, sizeof a->stride);
        vr_err err = {0};
        assert_null(build(&all, &err));
        assert_int_equal(err.code, VR_ERR_LIMIT);
        assert_message(err, "conv1.weight");
    }
}

static void a_file_cut_anywhere_is_an_error_and_leaves_nothing(void **state) {
    (void)state;
    static const char *const files[] = {"cifar_a.th", "vit_mae.pth", "vit_timm.safetensors"};
    for (int f = 0; f < 3; f++) {
        const vr_bytes whole = test_bytes(&data, "tests/golden/models/%s", files[f]);
        const char *cut = test_tmp(files[f]);
        for (int64_t n = 0; n < whole.size; n += n < 64 || n > whole.size - 64 ? 1 : 211) {
            test_write(cut, whole.data, n);
            vr_err err = {0};
            if (vr_model_load(&perm, cut, &two_heads, &err))
                fail_msg("%s loads with %d bytes", files[f], (int)n);
            assert_message(err, files[f]);
            assert_int_equal(perm.used, 0);
        }
        vr_arena_reset(&data);
    }
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, reset)
    const struct CMUnitTest tests[] = {
        TEST(a_wrapped_model_is_found_below_any_prefix),
        TEST(of_several_networks_the_documented_one_is_the_model),
        TEST(a_tie_is_an_error_and_an_option_decides),
        TEST(an_unknown_model_is_an_error_that_names_the_expected_keys),
        TEST(every_missing_key_is_an_error_that_names_it),
        TEST(every_misshapen_key_is_an_error),
        TEST(every_number_that_is_not_finite_is_an_error_that_names_its_key),
        TEST(a_negative_variance_is_an_error),
        TEST(an_extra_key_is_an_error_unless_it_may_be_there),
        TEST(a_duplicate_key_is_an_error),
        TEST(weights_may_have_any_order_and_be_read_twice),
        TEST(channels_that_grow_behind_small_layers_have_room),
        TEST(an_endless_array_of_stride_zero_is_refused),
        TEST(a_file_cut_anywhere_is_an_error_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
