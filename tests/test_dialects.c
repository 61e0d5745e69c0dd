/* tests/test_dialects.c: checkpoints as transformers, open_clip, timm and training frameworks write them, against PyTorch;
 * what keys do not tell, from the config.json beside the file, from --model or by a rule that is said. */
#include "test.h"
#include "golden/zoo.h"
#include "visrob_impl/format/load.h"
#include "visrob_impl/model/dialect_impl.h"
#include "visrob_impl/model/facts_impl.h"
#include "visrob_impl/model/model_impl.h"
#include "visrob_impl/model/pool_impl.h"

TEST_ARENA(perm);

static const char *zoo(const char *file) { return vr_arena_printf(&perm, "tests/golden/zoo/%s", file); }

static vr_tensor sine(int64_t side) {
    vr_tensor x = vr_tensor_4d(&perm, 1, side, side, 3);
    for (int64_t i = 0; i < vr_tensor_count(x); i++) x.data[i] = (float)sin(0.7 * (double)i + 1);
    return x;
}

static vr_tensor outputs(const vr_model *m, int64_t side, bool features) {
    return features ? vr_model_features(&perm, m, sine(side)) : vr_model_logits(&perm, m, sine(side));
}

static void every_package_gives_pytorchs_numbers(void **state) {
    (void)state;
    for (int64_t i = 0; i < COUNT(golden_zoo); i++) {
        const struct golden_zoo *g = &golden_zoo[i];
        const vr_model_opts opts = {.model = g->facts[0] ? g->facts : NULL, .image_size = g->side};
        vr_err err = {0};
        const vr_model *m = vr_model_load(&perm, zoo(g->file), &opts, &err);
        if (!m) fail_msg("%s", err.msg);
        if (g->features) assert_int_equal(m->features, g->width);
        if (!g->features && m->classes != g->width) fail_msg("%s: %d classes", g->file, (int)m->classes);
        if (!strstr(m->assumed ? m->assumed : "", g->said))
            fail_msg("%s: '%s' does not say '%s'", g->file, m->assumed, g->said);
        const vr_tensor y = outputs(m, g->side, g->features);
        double most = 0;
        const int64_t n = vr_min(16, g->width);
        for (int64_t k = 0; k < n; k++) most = fmax(most, fabs(g->y[k]));
        for (int64_t k = 0; k < n; k++) /* float against float: 1e-5 of the largest is what is seen */
            if (!(fabs(y.data[k] - g->y[k]) <= 1e-4 * most))
                fail_msg("%s: number %d is %.8g, PyTorch's %.8g", g->file, (int)k, (double)y.data[k],
                         g->y[k]);
        perm_free(NULL);
    }
}

static void one_fact_changes_the_numbers(void **state) {
    (void)state;
    static const struct {
        const char *file, *model;
        int64_t side;
        bool features;
    } all[] = {{"stem3_pool/model.safetensors", NULL, 64, false},
               {"eps/model.safetensors", NULL, 64, false},
               {"resnetaa_d/model.safetensors", NULL, 64, false},
               {"resnetblur/model.safetensors", "antialias=avg", 64, false},
               {"vit_post/model.safetensors", "heads=2,act=relu", 24, false},
               {"vit_post/model.safetensors", "heads=2,post_norm=1", 24, false},
               {"vit_chunks/model.safetensors", "heads=4", 24, false},
               {"vit_chunks/model.safetensors", "heads=2,pool=avg", 24, false},
               {"vit_chunks/model.safetensors", "heads=2,eps=0.1", 24, false}};
    for (int64_t i = 0; i < COUNT(all); i++) {
        const struct golden_zoo *g = golden_zoo;
        while (strcmp(g->file, all[i].file) != 0) g++;
        const vr_model_opts opts = {.model = all[i].model, .image_size = all[i].side};
        const vr_model *m = vr_model_load(&perm, zoo(all[i].file), &opts, VR_FATAL);
        const vr_tensor y = outputs(m, all[i].side, false);
        double most = 0, differs = 0;
        for (int64_t k = 0; k < vr_min(16, g->width); k++) {
            most = fmax(most, fabs(g->y[k]));
            differs = fmax(differs, fabs(y.data[k] - g->y[k]));
        }
        if (!(differs > 1e-3 * most)) fail_msg("%s: '%s' changes nothing", all[i].file, all[i].model);
        perm_free(NULL);
    }
}

static void a_config_beside_the_file_gives_names_and_preprocessing(void **state) {
    (void)state;
    const vr_model *m = vr_model_load(&perm, zoo("hf_vit/model.safetensors"), NULL, VR_FATAL);
    assert_string_equal(m->labels[2], "a \"quoted\" name");
    const vr_preprocess *p = &m->preprocess;
    assert_true(p->squash && p->size == 24 && p->resize == 24 && p->filter == VR_FILTER_BICUBIC);
    assert_close(p->mean[1], 0.2f, 0);
    assert_close(p->std[2], 0.6f, 0);
    m = vr_model_load(&perm, zoo("vit_avg/model.safetensors"), NULL, VR_FATAL);
    assert_string_equal(m->labels[0], "an a");
    assert_string_equal(m->labels[2], "c");
    p = &m->preprocess;
    assert_true(p->squash && p->size == 24 && p->resize == 48 && p->filter == VR_FILTER_BILINEAR);
    assert_close(p->mean[0], 0.1f, 0);
    const vr_model_opts opts = {.crop = "1", .filter = "box", .std = {1, 1, 1}}; /* options come first */
    m = vr_model_load(&perm, zoo("vit_avg/model.safetensors"), &opts, VR_FATAL);
    assert_true(m->preprocess.resize == 24 && m->preprocess.filter == VR_FILTER_BOX &&
                m->preprocess.std[0] == 1);
}

static void what_a_config_settles_is_not_said_to_be_assumed(void **state) {
    (void)state;
    const vr_model *m = vr_model_load(&perm, zoo("hf_vit/model.safetensors"), NULL, VR_FATAL);
    assert_null(strstr(m->assumed, "heads"));
    assert_null(strstr(m->assumed, "eps"));
    assert_null(strstr(m->assumed, "normalization"));
    const vr_model_opts opts = {.heads = 2};
    m = vr_model_load(&perm, zoo("vit_chunks/model.safetensors"), &opts, VR_FATAL);
    assert_non_null(strstr(m->assumed, "eps 1e-06"));
    assert_non_null(strstr(m->assumed, "the class token as features"));
    assert_non_null(strstr(m->assumed, "half normalization"));
    assert_null(strstr(m->assumed, "heads"));
}

/* A copy of a checkpoint's folder with another config.json. */
static const char *with_config(const char *file, const char *config) {
    const char *name = strrchr(file, '/') + 1;
    const char *folder = test_tmp("with_config");
    test_mkdir(folder);
    const vr_bytes whole = test_bytes(&perm, "tests/golden/zoo/%s", file);
    const char *path = vr_arena_printf(&perm, "%s/%s", folder, name);
    test_write(path, whole.data, whole.size);
    test_write_text(vr_arena_printf(&perm, "%s/config.json", folder), config);
    return path;
}

static void a_config_of_another_model_or_kind_is_an_error_that_names_it(void **state) {
    (void)state;
    static const struct {
        const char *config, *message;
    } all[] = {
        {"{\"model_type\": \"vit\", \"num_hidden_layers\": 3}", "the file's depth is 2, but that of"},
        {"{\"model_type\": \"vit\", \"hidden_size\": 32}", "the file's width is 16, but that of"},
        {"{\"architecture\": \"x\", \"num_classes\": 5}", "the file's classes is 3, but that of"},
        {"{\"model_type\": \"vit\", \"hidden_act\": \"mish\"}",
         "config.json:1:37: unsupported: this activation"},
        {"{\"model_type\": \"vit\", \"image_size\": [24, 32]}", "unsupported: inputs that are not square"},
        {"{\"model_type\": \"vit\", \"layer_norm_eps\": \"x\"}", "expected a number as layer_norm_eps"},
        {"{\"model_type\": \"vit\", \"id2label\": {\"0\": \"a\", \"2\": \"b\"}}",
         "expected the numbers 0 to 1"},
        {"{\"model_type\": \"vit\", \"id2label\": {\"0\": \"a\", \"1\": \"b\"}, \"num_attention_heads\": 2}",
         "names of 2 classes, but the head has 3"},
        {"{\"architecture\": \"x\", \"global_pool\": \"avgmax\"}", "unsupported: this pooling"},
        {"{\"architecture\": \"x\", \"crop_mode\": \"border\", \"num_heads\": 2}",
         "unsupported: this crop_mode"},
        {"{\"model_type\": ", "config.json:1:16: "},
        {"{\"model_type\": \"vit\", \"num_attention_heads\": 0}", "config.json:1:46: 0 is out of range"},
        {"{\"architecture\": \"x\", \"model_args\": {\"num_heads\": 2.5}}", "2.5 is out of range"},
        {"{\"model_type\": \"vit\", \"layer_norm_eps\": 1000}", "1000 is out of range"},
        {"{\"architecture\": \"x\", \"model_args\": {\"output_stride\": 7}}", "7 is out of range"},
        {"{\"architecture\": \"x\", \"input_size\": [3, 65536, 65536]}", "65536 is out of range"},
        {"{\"architecture\": \"x\", \"crop_pct\": 0}", "0 is out of range"},
    };
    for (int64_t i = 0; i < COUNT(all); i++) {
        const char *path = with_config("vit_chunks/model.safetensors", all[i].config);
        const int64_t before = perm.used;
        vr_err err = {0};
        const vr_model_opts opts = {.heads = 2};
        if (vr_model_load(&perm, path, &opts, &err)) fail_msg("'%s' is accepted", all[i].config);
        assert_message(err, all[i].message);
        assert_message(err, "config.json");
        assert_int_equal(perm.used, before);
        perm_free(NULL);
    }
    const vr_model_opts opts = {.heads = 2}; /* a run folder of one's own */
    const vr_model *m =
        vr_model_load(&perm, with_config("vit_chunks/model.safetensors", "{\"seed\": 1}"), &opts, VR_FATAL);
    assert_non_null(strstr(m->assumed, "neither timm's nor transformers' form"));
}

static void a_name_of_the_table_gives_its_facts(void **state) {
    (void)state;
    static const struct {
        const char *name;
        vrp_fact fact;
        double value;
    } all[] = {{"vit_so400m_patch14_siglip_gap_224.webli", VRP_FACT_HEADS, 16},
               {"vit_giantopt_patch16_siglip_gap_256.v2_webli", VRP_FACT_ACT, VR_ACT_GELU_TANH},
               {"vit_giant_patch14_dinov2", VRP_FACT_HEADS, 24},
               {"vit_base_patch32_clip_quickgelu_224.openai", VRP_FACT_ACT, VR_ACT_QUICK_GELU},
               {"vit_base_patch32_clip_224", VRP_FACT_EPS, 1e-5},
               {"vit_base_patch16_rpn_224", VRP_FACT_POST_NORM, 1},
               {"vit_medium_patch16_gap_256", VRP_FACT_POOL, VRP_POOL_AVG},
               {"vit_base_patch16_siglip_224", VRP_FACT_POOL, VRP_POOL_MAP},
               {"resnetaa50", VRP_FACT_ANTIALIAS, VRP_ANTIALIAS_AVG},
               {"resnetblur50", VRP_FACT_ANTIALIAS, VRP_ANTIALIAS_BLUR},
               {"fcn_resnet50", VRP_FACT_OUTPUT_STRIDE, 8},
               {"resnet50.IMAGENET1K_V2", VRP_FACT_CROP, 224 / 232.0},
               {"resnet50.a1_in1k", VRP_FACT_CROP, 0.95},
               {"vit_b_16", VRP_FACT_HEADS, 12},
               {"resnet18,eps=0.5", VRP_FACT_EPS, 0.5}};
    for (int64_t i = 0; i < COUNT(all); i++) {
        vrp_facts f = vrp_facts_none(&perm);
        assert_true(vrp_facts_model(&f, all[i].name, VRP_FROM_OPTION, VR_FATAL));
        if (!(fabs(f.value[all[i].fact] - all[i].value) <= 1e-6))
            fail_msg("%s: fact %d is %g", all[i].name, (int)all[i].fact, f.value[all[i].fact]);
        assert_true(f.from[all[i].fact] >= VRP_FROM_TABLE);
    }
    vrp_facts f = vrp_facts_none(&perm); /* its weights differ in their images */
    assert_true(vrp_facts_model(&f, "resnet50", VRP_FROM_OPTION, VR_FATAL));
    assert_int_equal(f.from[VRP_FACT_CROP], VRP_FROM_RULE);
    static const struct {
        const char *name, *message;
    } wrong[] = {{"resnet19", "unknown model 'resnet19'"},
                 {"resnet50.no_such_tag", "unknown tag 'no_such_tag' of resnet50: expected one of a1_in1k"},
                 {"depht=3", "unknown key 'depht'"},
                 {"act=mish", "unknown act 'mish': expected none, relu, gelu"},
                 {"eps=x", "'x' is not a value of eps"},
                 {"heads=0", "'0' is not a value of heads"},
                 {"output_stride=4", "'4' is not a value of output_stride"},
                 {"resnet18,x", "'x': expected KEY=VALUE"}};
    for (int64_t i = 0; i < COUNT(wrong); i++) {
        vr_err err = {0};
        f = vrp_facts_none(&perm);
        if (vrp_facts_model(&f, wrong[i].name, VRP_FROM_OPTION, &err))
            fail_msg("'%s' is accepted", wrong[i].name);
        assert_int_equal(err.code, VR_ERR_ARGUMENT);
        assert_message(err, wrong[i].message);
    }
}

static void every_row_of_the_table_can_be_read(void **state) {
    (void)state;
    const vr_bytes source = test_bytes(&perm, "visrob_impl/model/published.c");
    int rows = 0;
    for (const char *s = strstr((const char *)source.data, "clang-format off");
         (s = strstr(s, "\n    {\""));) {
        char name[64], tags[1024];
        assert_int_equal(sscanf(s, " {\"%63[^\"]\", \"%1023[^\"]\"", name, tags), 2);
        for (char *tag = strtok(tags, " "); tag; tag = strtok(NULL, " ")) {
            vrp_facts f = vrp_facts_none(&perm);
            assert_true(
                vrp_facts_model(&f, strcmp(tag, "-") == 0 ? name : vr_arena_printf(&perm, "%s.%s", name, tag),
                                VRP_FROM_OPTION, VR_FATAL));
            assert_true(f.from[VRP_FACT_EPS] == VRP_FROM_TABLE && f.normalization >= VRP_FROM_RULE);
        }
        rows++, s++;
    }
    assert_true(rows > 250);
}

static void a_table_that_contradicts_the_keys_is_an_error(void **state) {
    (void)state;
    vr_err err = {0};
    const vr_model_opts opts = {.model = "vit_base_patch16_224"};
    assert_null(vr_model_load(&perm, zoo("vit_chunks/model.safetensors"), &opts, &err));
    assert_int_equal(err.code, VR_ERR_FORMAT);
    assert_message(err, "the file's width is 16, but that of vit_base_patch16_224 is 768");
    const vr_model_opts pool = {.heads = 2, .model = "pool=map"};
    err = (vr_err){0};
    assert_null(vr_model_load(&perm, zoo("vit_chunks/model.safetensors"), &pool, &err));
    assert_message(err, "no attention pooling, but it is asked for");
    const vr_model_opts act = {.heads = 2, .activation = "mish"};
    err = (vr_err){0};
    assert_null(vr_model_load(&perm, zoo("vit_chunks/model.safetensors"), &act, &err));
    assert_message(err, "unknown act 'mish'");
}

/* The arrays of a file whose names fulfil a condition. */
static vr_arrays without(const char *file, const char *part) {
    vr_arrays all;
    vr_arrays_load(&perm, &all, zoo(file), VR_FATAL);
    int64_t n = 0;
    for (int64_t i = 0; i < all.count; i++)
        if (!strstr(all.items[i].name, part)) all.items[n++] = all.items[i];
    all.count = n;
    all.path = NULL;
    return all;
}

static void a_missing_last_block_is_said(void **state) {
    (void)state;
    vr_arrays all = without("eps/model.safetensors", "layer4.0.");
    for (int64_t i = 0; i < all.count; i++) /* the head no longer fits: it is left out */
        if (strstr(all.items[i].name, "fc.")) all.items[i--] = all.items[--all.count];
    const vr_model *m = vrp_model_from_arrays(&perm, &all, NULL, VR_FATAL);
    assert_non_null(strstr(m->assumed, "no published ResNet has 1, 1, 1 and 0 blocks"));
    all = without("vit_chunks/model.safetensors", "blocks.1.1.");
    const vr_model_opts opts = {.heads = 2};
    m = vrp_model_from_arrays(&perm, &all, &opts, VR_FATAL);
    assert_non_null(strstr(m->assumed, "no published ViT is 16 wide and 1 deep"));
}

static void a_shard_that_is_missing_is_named(void **state) {
    (void)state;
    const char *folder = test_tmp("shards");
    test_mkdir(folder);
    static const struct {
        const char *index, *message;
    } all[] = {{"{\"weight_map\": {\"a\": \"none.safetensors\"}}", "none.safetensors: cannot open"},
               {"{\"weight_map\": {\"a\": \"../x\"}}", "the name of a file in the same folder"},
               {"{\"weight_map\": {}}", "expected the files of the weights"},
               {"{\"weight_map\": {\"other\": \"plain.safetensors\"}}", "'other' is in no file of the index"},
               {"{}", "weight_map"}};
    const vr_bytes plain = test_bytes(&perm, "tests/golden/checkpoints/plain.safetensors");
    test_write(vr_arena_printf(&perm, "%s/plain.safetensors", folder), plain.data, plain.size);
    const char *path = vr_arena_printf(&perm, "%s/model.safetensors.index.json", folder);
    for (int64_t i = 0; i < COUNT(all); i++) {
        vr_err err = {0};
        vr_arrays arrays;
        test_write_text(path, all[i].index);
        const int64_t before = perm.used;
        assert_false(vr_arrays_load(&perm, &arrays, path, &err));
        assert_message(err, all[i].message);
        assert_true(arrays.count == 0 && perm.used == before);
    }
}

static void names_are_renamed_by_the_part(void **state) {
    (void)state;
    static const struct {
        const char *anchor, *theirs, *ours;
    } all[] = {
        {"patch_embed.proj.weight", "blocks.2.11.attn.qkv.weight", "blocks.11.attn.qkv.weight"},
        {"patch_embed.proj.weight", "blocks.2.attn.qkv.weight", "blocks.2.attn.qkv.weight"},
        {"ln_pre.weight", "transformer.resblocks.3.attn.in_proj_bias", "blocks.3.attn.qkv.bias"},
        {"ln_pre.weight", "proj", "projection"},
        {"ln_pre.weight", "projector.weight", "projector.weight"},
        {"embedder.embedder.convolution.weight", "encoder.stages.0.layers.2.layer.1.convolution.weight",
         "layer1.2.conv2.weight"},
        {"embeddings.patch_embeddings.projection.weight", "encoder.layer.7.attention.attention.query.bias",
         "blocks.7.attn.q.bias"},
        {"embeddings.patch_embeddings.projection.weight", "layers.7.attention.o_proj.bias",
         "blocks.7.attn.proj.bias"},
        {"layer1.0.conv1.weight", "layer12.3.shortcut.0.weight", "layer12.3.downsample.0.weight"},
    };
    int count;
    const vrp_dialect *d = vrp_dialects(&count);
    for (int64_t i = 0; i < COUNT(all); i++) {
        char out[512];
        int k = 0;
        while (strcmp(d[k].anchor, all[i].anchor) != 0) k++;
        assert_true(vrp_dialect_rename(out, sizeof out, &d[k], all[i].theirs));
        assert_string_equal(out, all[i].ours);
    }
}

static void poolings_have_hand_worked_values(void **state) {
    (void)state;
    vr_tensor x = vr_tensor_4d(&perm, 1, 3, 3, 1), y = vr_tensor_4d(&perm, 1, 2, 2, 1);
    for (int i = 0; i < 9; i++) x.data[i] = (float)i;
    vrp_pool_average(y, x); /* ceil: the windows at the border are smaller */
    assert_close(y.data[0], 2, 0);
    assert_close(y.data[1], 3.5, 0);
    assert_close(y.data[3], 8, 0);
    vrp_pool_blur(y, x); /* mirrored at the border: (0 + 2*.. )/16 */
    assert_close(y.data[0], (4 * 0 + 2 * (1 + 1 + 3 + 3) + (4 + 4 + 4 + 4)) / 16.0, 1e-6);
    assert_close(y.data[3], (4 * 8 + 2 * (7 + 7 + 5 + 5) + 4 * 4) / 16.0, 1e-6);
    vr_tensor z = vr_tensor_4d(&perm, 1, 1, 1, 1);
    vrp_pool_average(z, x); /* floor */
    assert_close(z.data[0], 2, 0);
}

static void a_small_file_that_asks_for_a_large_input_is_refused(void **state) {
    (void)state;
    vr_arrays all = without("vit_chunks/model.safetensors", "nothing");
    static const float zero[16] = {0};
    for (int64_t i = 0; i < all.count; i++)
        if (strcmp(all.items[i].name, "pos_embed") == 0) {
            all.items[i].shape[1] = 1024 * 1024 + 1;
            all.items[i].stride[1] = 0;
            all.items[i].data = zero;
            all.items[i].dtype = VR_F32;
            all.items[i].stride[2] = 1;
        }
    all.file.size = (int64_t)1 << 30; /* as if it were there */
    vr_err err = {0};
    const vr_model_opts opts = {.heads = 2};
    const int64_t before = perm.used;
    assert_null(vrp_model_from_arrays(&perm, &all, &opts, &err));
    assert_int_equal(err.code, VR_ERR_LIMIT);
    assert_message(err, "8192 pixels in patches of 8");
    assert_int_equal(perm.used, before);
}

static void groups_that_do_not_divide_are_an_error_of_the_file(void **state) {
    (void)state;
    vr_arrays all = without("dilated/model.safetensors", "nothing");
    for (int64_t i = 0; i < all.count; i++)
        if (strcmp(all.items[i].name, "layer1.0.conv2.weight") == 0) all.items[i].shape[1] = 3;
    vr_err err = {0};
    assert_null(vrp_model_from_arrays(&perm, &all, NULL, &err));
    assert_int_equal(err.code, VR_ERR_FORMAT);
    assert_message(err, "layer1.0.conv2.weight': 4 channels do not divide into groups of 3");
}

static void positions_that_may_be_of_two_grids_are_refused(void **state) {
    (void)state;
    vr_arrays all = without("vit_chunks/model.safetensors", "nothing");
    const vr_model_opts opts = {.heads = 2};
    vr_err err = {0};
    for (int64_t i = 0; i < all.count; i++)
        if (strcmp(all.items[i].name, "pos_embed") == 0)
            all.items[i].shape[1] = 9; /* 3 x 3, or 2 x 4 and a token */
    assert_null(vrp_model_from_arrays(&perm, &all, &opts, &err));
    assert_int_equal(err.code, VR_ERR_UNSUPPORTED);
    assert_message(err, "9 positions and 1 tokens before the patches");
    const vr_model_opts known = {.heads = 2, .image_size = 24};
    assert_non_null(vrp_model_from_arrays(&perm, &all, &known, VR_FATAL));
}

static void integer_weights_are_a_quantized_models(void **state) {
    (void)state;
    vr_arrays all = without("eps/model.safetensors", "nothing");
    for (int64_t i = 0; i < all.count; i++)
        if (strcmp(all.items[i].name, "layer2.0.conv1.weight") == 0) all.items[i].dtype = VR_I8;
    vr_err err = {0};
    assert_null(vrp_model_from_arrays(&perm, &all, NULL, &err));
    assert_int_equal(err.code, VR_ERR_UNSUPPORTED);
    assert_message(err, "layer2.0.conv1.weight': integer weights: a quantized model");
}

#define TEST(name) cmocka_unit_test_teardown(name, perm_free)
int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_package_gives_pytorchs_numbers),
        TEST(one_fact_changes_the_numbers),
        TEST(a_config_beside_the_file_gives_names_and_preprocessing),
        TEST(what_a_config_settles_is_not_said_to_be_assumed),
        TEST(a_config_of_another_model_or_kind_is_an_error_that_names_it),
        TEST(a_name_of_the_table_gives_its_facts),
        TEST(every_row_of_the_table_can_be_read),
        TEST(a_table_that_contradicts_the_keys_is_an_error),
        TEST(a_missing_last_block_is_said),
        TEST(a_shard_that_is_missing_is_named),
        TEST(names_are_renamed_by_the_part),
        TEST(poolings_have_hand_worked_values),
        TEST(a_small_file_that_asks_for_a_large_input_is_refused),
        TEST(groups_that_do_not_divide_are_an_error_of_the_file),
        TEST(positions_that_may_be_of_two_grids_are_refused),
        TEST(integer_weights_are_a_quantized_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
