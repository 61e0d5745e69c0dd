/* tests/test_torch.c: PyTorch checkpoints against tests/golden/checkpoints (made by torch, see make_checkpoints.py), and
 * pickles written here opcode by opcode. */
#include "checkpoints.h"
#include "../visrob_impl/format/array_impl.h"
#include "../visrob_impl/format/pickle_impl.h"
#include "../visrob_impl/format/torchzip_impl.h"

static vr_arrays load(const char *name) {
    vr_arrays all;
    assert_true(vr_arrays_load(&arena, &all, vr_arena_printf(&arena, CHECKPOINTS "%s", name), VR_FATAL));
    return all;
}

static void refused(const char *name, vr_err_code code, const char *why) {
    vr_arrays all;
    vr_err err = {0};
    char path[256];
    snprintf(path, sizeof path, CHECKPOINTS "%s", name);
    assert_false(vr_arrays_load(&arena, &all, path, &err));
    assert_int_equal(err.code, code);
    assert_message(err, path);
    assert_message(err, why);
    assert_null(all.items);
    assert_int_equal(arena.used, 0);
}

/* The array's type, its sizes ("2,3") and its elements; `values` as doubles, compared as f32. */
static void check(const vr_arrays *all, const char *name, vr_dtype dtype, const char *shape,
                  const double *values) {
    const vr_array *a = array_named(all, name);
    char s[64] = "";
    for (int d = 0, n = 0; d < a->ndim; d++)
        n += snprintf(s + n, sizeof s - n, "%s%d", d ? "," : "", (int)a->shape[d]);
    if (a->dtype != dtype || strcmp(s, shape) != 0)
        fail_msg("'%s' is %s [%s]", name, vrp_dtype_name(a->dtype), s);
    float x[64];
    assert_true(vr_array_count(a) <= 64);
    vrp_array_to_f32(x, a);
    for (int64_t i = 0; i < vr_array_count(a); i++)
        if (x[i] != (float)values[i]) fail_msg("'%s' [%d] is %g, not %g", name, (int)i, x[i], values[i]);
}
#define CHECK(all, name, dtype, shape, ...) check(all, name, dtype, shape, (const double[]){__VA_ARGS__})

static const char *metadata(const vr_arrays *all, const char *key) {
    for (int64_t i = 0; i < all->meta_count; i++)
        if (strcmp(all->meta_keys[i], key) == 0) return all->meta_values[i];
    fail_msg("no metadata '%s'", key);
    return NULL;
}

static void check_tensors(const vr_arrays *all) {
    double quarters[24];
    for (int i = 0; i < 24; i++) quarters[i] = i / 4.0;
    check(all, "state_dict.f32", VR_F32, "2,3,4", quarters);
    CHECK(all, "state_dict.transposed", VR_F32, "3,2", 0, 3, 1, 4, 2, 5);
    CHECK(all, "state_dict.slice", VR_F32, "3,3", 7, 8, 9, 12, 13, 14, 17, 18, 19);
    CHECK(all, "state_dict.step", VR_F32, "4", 1, 4, 7, 10);
    CHECK(all, "state_dict.expanded", VR_F32, "3,2", 7, 7, 7, 7, 7, 7);
    CHECK(all, "state_dict.shared.a", VR_F32, "4", 0, 1, 2, 3);
    CHECK(all, "state_dict.shared.b", VR_F32, "6", 4, 5, 6, 7, 8, 9);
    CHECK(all, "state_dict.half", VR_F16, "5", 1.5, -2, 65504, 0x1p-24,
          INFINITY); /* 6e-8 is the least subnormal */
    CHECK(all, "state_dict.bf16", VR_BF16, "3", 1.5, -2, 3);
    CHECK(all, "state_dict.f64", VR_F64, "2", 1.0 / 3, -INFINITY); /* -1e300 as f32 */
    CHECK(all, "state_dict.i64", VR_I64, "2", 0x1p62, -1);
    CHECK(all, "state_dict.i32", VR_I32, "2", -5, 6);
    CHECK(all, "state_dict.i16", VR_I16, "1", -7);
    CHECK(all, "state_dict.i8", VR_I8, "1", -8);
    CHECK(all, "state_dict.u8", VR_U8, "1", 200);
    CHECK(all, "state_dict.bool", VR_BOOL, "2", 1, 0);
    CHECK(all, "state_dict.num_batches_tracked", VR_I64, "", 41);
    CHECK(all, "state_dict.parameter", VR_F32, "1,1", 2);
    CHECK(all, "state_dict.empty", VR_F32, "0,3", 0);
    CHECK(all, "state_dict.array", VR_I64, "2,3", 0, 1, 2, 3, 4, 5);
    CHECK(all, "state_dict.fortran", VR_F64, "2,3", 0, 1, 2, 3, 4, 5);
    CHECK(all, "state_dict.list.0", VR_F32, "1", 1);
    CHECK(all, "state_dict.list.1.0", VR_F32, "1", 2);
    CHECK(all, "state_dict.list.1.1.x", VR_F32, "1", 3);
    assert_int_equal(all->count, 24);
}

static void check_metadata(const vr_arrays *all) {
    static const char *const expected[][2] = {
        {"epoch", "300"},         {"best_prec1", "91.78"},
        {"arch", "resnet20"},     {"none", "None"},
        {"yes", "True"},          {"no", "False"},
        {"minus", "-2147483648"}, {"numpy", "0.1"},
        {"numpy32", "0.5"},       {"numpy_int", "-3"},
        {"numpy_bool", "True"},   {"args.lr", "0.1"},
        {"args.out", "/a/b"},     {"dtype", "torch.float32"},
        {"device", "cuda:1"},     {"size.0", "5"},
        {"size.1", "6"},          {"set.0", "9"},
        {"milestones.30", "1"},   {"defaults.2", "3"},
        {"bytes", "4 bytes"},     {"text", "caf\xc3\xa9"},
    };
    for (int64_t i = 0; i < COUNT(expected); i++)
        assert_string_equal(metadata(all, expected[i][0]), expected[i][1]);
    assert_non_null(strstr(metadata(all, "long"), "400000000000000000")); /* 2^70, in hexadecimal */
    assert_int_equal(all->meta_count, COUNT(expected) + 1);
}

static void every_form_of_a_checkpoint_gives_the_same_arrays_and_metadata(void **state) {
    (void)state;
    static const char *const files[] = {"zip.pt", "legacy.pth", "protocol4.pt", "deflated.pt"};
    for (int i = 0; i < 4; i++) {
        const vr_arrays all = load(files[i]);
        check_tensors(&all);
        check_metadata(&all);
        assert_string_equal(all.path + strlen(all.path) - strlen(files[i]), files[i]);
        arena_free(NULL);
    }
}

static void tensors_that_share_a_storage_share_its_bytes(void **state) {
    (void)state;
    static const char *const files[] = {"zip.pt", "legacy.pth", "deflated.pt"};
    for (int i = 0; i < 3; i++) {
        const vr_arrays all = load(files[i]);
        const vr_array *a = array_named(&all, "state_dict.shared.a"),
                       *b = array_named(&all, "state_dict.shared.b");
        assert_ptr_equal((const float *)a->data + 4, b->data);
        const vr_array *t = array_named(&all, "state_dict.transposed"),
                       *e = array_named(&all, "state_dict.expanded");
        assert_int_equal(t->stride[0], 1);
        assert_int_equal(t->stride[1], 3);
        assert_int_equal(e->stride[0], 0);
        arena_free(NULL);
    }
}

static void an_untyped_storage_takes_its_type_from_the_tensor(void **state) {
    (void)state;
    const vr_arrays all = load("untyped.pt");
    CHECK(&all, "u16", VR_U16, "2", 65535, 1);
    assert_int_equal(array_named(&all, "w")->dtype, VR_F32);
}

static void an_ssl_checkpoint_brings_optimizer_and_schedule_under_their_names(void **state) {
    (void)state;
    const vr_arrays all = load("moco.pth");
    assert_int_equal(array_named(&all, "state_dict.module.0.weight")->ndim, 4);
    assert_non_null(array_named(&all, "state_dict.module.1.running_var"));
    assert_non_null(array_named(&all, "optimizer.state.0.exp_avg"));
    assert_string_equal(metadata(&all, "epoch"), "3");
    assert_string_equal(metadata(&all, "optimizer.param_groups.0.lr"), "0.001");
    assert_string_equal(metadata(&all, "scheduler.milestones.3"), "1");
}

static void dates_enums_and_complex_numbers_beside_the_weights_are_read_past(void **state) {
    (void)state;
    const vr_arrays all = load("beside.pt");
    assert_int_equal(all.count, 1);
    assert_int_equal(array_named(&all, "w")->ndim, 3);
    assert_string_equal(metadata(&all, "mode"), "train"); /* a member of an Enum is its value */
    assert_string_equal(metadata(&all, "modes.1"), "2");
    assert_string_equal(metadata(&all, "date"), "datetime.date");
    assert_string_equal(metadata(&all, "z"), "__builtin__.complex");
    assert_string_equal(metadata(&all, "path"), "/a/b");
}

static void what_is_not_weights_is_refused_by_name(void **state) {
    (void)state;
    refused("foreign.pt", VR_ERR_UNSUPPORTED, "unsupported class or function __main__.Config");
    refused("foreign.pt", VR_ERR_UNSUPPORTED, "nothing was executed");
    refused("quantized.pt", VR_ERR_UNSUPPORTED, "a quantized model; save it before it is quantized");
    refused("module.pt", VR_ERR_UNSUPPORTED, "torch.nn.modules.container.Sequential");
    refused("complex.pt", VR_ERR_UNSUPPORTED, "'wave': unsupported element type");
    refused("script.pt", VR_ERR_UNSUPPORTED, "unsupported: a TorchScript archive");
    refused("big_endian.pt", VR_ERR_UNSUPPORTED, "big-endian");
    refused("zip64.zip", VR_ERR_FORMAT, "not a checkpoint: a zip file without data.pkl");
    refused("missing.pt", VR_ERR_IO, "cannot open");
    refused("", VR_ERR_IO, "expected a file, found a directory");
}

static void the_published_resnet20_is_read(void **state) {
    (void)state;
    vr_arrays all;
    assert_true(vr_arrays_load(&arena, &all, test_data("weights/resnet20-12fca82f.th"), VR_FATAL));
    const vr_array *w = array_named(&all, "state_dict.module.conv1.weight");
    assert_int_equal(w->shape[0], 16);
    assert_int_equal(w->shape[1], 3);
    assert_string_equal(metadata(&all, "best_prec1"), "91.78000183105469");
}

/* ---- pickles, opcode by opcode ---- */

static bool pickle(vrp_pickle *p, const char *bytes, size_t n, vr_err *err) {
    *err = (vr_err){0};
    uint8_t *copy = test_block(bytes, (int64_t)n);
    const bool ok = vrp_pickle_parse(&arena, p, (vr_bytes){copy, (int64_t)n}, "x.pkl", 100, err);
    free(copy);
    return ok;
}
#define ADD(bytes) vr_text_bytes(&t, bytes, sizeof(bytes) - 1)
/* The pickle is refused with a message that contains `why`; "" as `why`: it is read. */
#define PICKLE(bytes, why)                                                                                   \
    do {                                                                                                     \
        vrp_pickle p_;                                                                                       \
        vr_err err_;                                                                                         \
        const bool ok_ = pickle(&p_, bytes, sizeof(bytes) - 1, &err_);                                       \
        assert_int_equal(ok_, (why)[0] == 0);                                                                \
        if (!ok_) assert_message(err_, why);                                                                 \
    } while (0)

static void a_broken_pickle_names_the_byte_of_its_opcode(void **state) {
    (void)state;
    PICKLE("N.", "");
    PICKLE("", "x.pkl: byte 100: pickle: unexpected end of file");
    PICKLE("N", "byte 101: pickle: unexpected end of file");
    PICKLE("\x80\x06N.", "byte 100: unsupported pickle protocol 6");
    PICKLE("\x80\x00N.", "unsupported pickle protocol 0");
    PICKLE("I1\n.", "byte 100: unsupported pickle opcode 0x49");
    PICKLE("N0.", "byte 102: pickle: stack underflow");
    PICKLE("NN.", "byte 102: pickle: values left on the stack");
    PICKLE("(N.", "values left on the stack");
    PICKLE("(.", "stack underflow");
    PICKLE("e.", "missing mark");
    PICKLE("N(Ne.", "the target of the items is not a container");
    PICKLE("}(Nu.", "key without a value");
    PICKLE("(Nd.", "key without a value");
    PICKLE("h\0.", "missing memo value");
    PICKLE("Nr\xff\xff\xff\xff.", "memo index out of range");
    PICKLE("Nq\x01h\0.", "missing memo value");
    PICKLE("X\xff\xff\xff\xff", "unexpected end of file");
    PICKLE("\x8d\xff\xff\xff\xff\xff\xff\xff\xff", "unexpected end of file");
    PICKLE("cos\nsystem", "byte 100: pickle: unexpected end of file in a name");
    PICKLE("NN\x93.", "name that is not a string");
    PICKLE("cbuiltins\nlist\0x\n.", "name with a zero byte");
    PICKLE("N)R.", "expected a call of a name with a tuple of arguments");
    PICKLE("cos\nsystem\nNR.", "expected a call of a name with a tuple of arguments");
    PICKLE("]}b.", "state of a value that is not an object");
}

static void a_pickle_becomes_values_and_calls_nothing(void **state) {
    (void)state;
    static const char shell[] = "\x80\x02"
                                "cos\nsystem\nX\x09\0\0\0"
                                "touch /x!"
                                "\x85R.";
    vrp_pickle p;
    assert_true(
        vrp_pickle_parse(&arena, &p, (vr_bytes){(const uint8_t *)shell, sizeof shell - 1}, "x", 0, VR_FATAL));
    assert_int_equal(p.root.kind, VRP_PICKLE_OBJECT);
    assert_true(vrp_pickle_is(p.root.node->callable, "os system"));
    assert_true(vrp_pickle_is(p.root.node->args.node->items[0], "touch /x!"));
    assert_int_equal(p.global_count, 1);
    assert_int_equal(p.size, sizeof shell - 1);
    vr_arrays all;
    vr_err err = {0};
    assert_false(
        vrp_torch_parse(&arena, &all, (vr_bytes){(const uint8_t *)shell, sizeof shell - 1}, "x", &err));
    assert_message(err, "not one of torch.save");
}

static void pythons_own_pickles_are_read_from_protocol_2_on(void **state) {
    (void)state;
    for (int protocol = 0; protocol <= 5; protocol++) {
        vrp_pickle p;
        vr_err err = {0};
        const vr_bytes b = test_bytes(&arena, "tests/golden/formats/protocol%d.pkl", protocol);
        assert_int_equal(vrp_pickle_parse(&arena, &p, b, "x.pkl", 0, &err), protocol >= 2);
        if (protocol < 2) {
            assert_int_equal(err.code, VR_ERR_UNSUPPORTED);
            assert_message(err, "unsupported");
            continue;
        }
        assert_int_equal(p.root.kind, VRP_PICKLE_DICT);
        assert_int_equal(p.root.node->count, 2 * 11);
        const vrp_pickle_node *a = p.root.node->items[1].node;
        assert_int_equal(a->items[1].integer, -2);
        assert_int_equal(a->items[2].integer, (int64_t)1 << 40);
        assert_int_equal(a->items[3].kind, VRP_PICKLE_LONG);
        assert_int_equal(a->items[3].bytes, 11);
        assert_close(a->items[4].number, -1.5, 0);
        assert_ptr_equal(p.root.node->items[19].node, a); /* tree["again"] is tree["a"] */
        assert_int_equal(p.root.node->items[15].node->count, 300);
    }
}

/* ---- hostile checkpoints: a zip around a pickle that is written here ---- */

static void torch_of(const char *pickle, size_t n, vr_err_code code, const char *why) {
    static const float storage[4] = {1, 2, 3, 4};
    const zip_item items[] = {{"m/data.pkl", pickle, n}, {"m/data/0", storage, sizeof storage}};
    const vr_bytes b = zip_of(items, 2);
    const int64_t used = arena.used;
    vr_arrays all;
    vr_err err = {0};
    const bool ok = vrp_torch_parse(&arena, &all, b, "x.pt", &err);
    assert_int_equal(ok, code == VR_OK);
    if (ok) return;
    assert_int_equal(err.code, code);
    assert_message(err, why);
    assert_int_equal(arena.used, used);
}
#define TORCH(bytes, code, why) torch_of(bytes, sizeof(bytes) - 1, code, why)

/* {"w": _rebuild_tensor_v2(storage "0" of 4 floats, offset, size, stride, False, None)} */
#define TENSOR(count, offset, size, stride)                                                                  \
    "\x80\x02}X\1\0\0\0wctorch._utils\n_rebuild_tensor_v2\n(("                                               \
    "X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0"                                                        \
    "0X\3\0\0\0cpu" count "tQ" offset size stride "\x89NtRs."

static void a_tensor_has_to_lie_in_its_storage(void **state) {
    (void)state;
    TORCH(TENSOR("K\4", "K\0", "K\4\x85", "K\1\x85"), VR_OK, "");
    TORCH(TENSOR("K\4", "K\0", "K\2\x85", "K\3\x85"), VR_OK, "");
    TORCH(TENSOR("K\4", "K\1", "K\4\x85", "K\1\x85"), VR_ERR_FORMAT, "'w': ends beyond its storage");
    TORCH(TENSOR("K\4", "K\0", "K\3\x85", "K\2\x85"), VR_ERR_FORMAT, "ends beyond its storage");
    TORCH(TENSOR("K\4", "K\5", "K\0\x85", "K\1\x85"), VR_ERR_FORMAT, "'w': begins beyond its storage");
    TORCH(TENSOR("K\4", "J\xff\xff\xff\xff", "K\1\x85", "K\1\x85"), VR_ERR_FORMAT, "begins beyond");
    TORCH(TENSOR("K\4", "K\0", "J\xff\xff\xff\xff\x85", "K\1\x85"), VR_ERR_FORMAT, "invalid size or stride");
    TORCH(TENSOR("K\4", "K\0", "K\2\x85", "J\xff\xff\xff\xff\x85"), VR_ERR_FORMAT, "invalid size or stride");
    TORCH(TENSOR("K\5", "K\0", "K\4\x85", "K\1\x85"), VR_ERR_FORMAT,
          "expected a storage of 20 bytes, 'm/data/0' has 16");
    TORCH(TENSOR("K\4", "K\0", "K\4\x85", "K\1K\1\x86"), VR_ERR_FORMAT, "expected a shape");
#define BIG "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x3f" /* 2^62 - 1 */
    TORCH(TENSOR("K\4", "K\0", BIG "\x85", "K\0\x85"), VR_ERR_FORMAT, "invalid size or stride");
    TORCH(TENSOR("K\4", "K\0", "K\2\x85", BIG "\x85"), VR_ERR_FORMAT, "ends beyond its storage");
    TORCH(TENSOR(BIG, "K\0", "K\2\x85", "K\0\x85"), VR_ERR_FORMAT, "storage of more than 2^63 bytes");
    TORCH(TENSOR("K\4", BIG, "K\2\x85", "K\0\x85"), VR_ERR_FORMAT, "begins beyond");
    TORCH(TENSOR("K\4", "K\0", "J\1\0\0\x40\x85", "K\0\x85"), VR_ERR_LIMIT, "repeats its storage");
    TORCH(TENSOR("K\4", "K\0", "(K\1K\1K\1K\1K\1K\1K\1K\1K\1t", "(K\1K\1K\1K\1K\1K\1K\1K\1K\1t"),
          VR_ERR_UNSUPPORTED, "more than 8 dimensions");
#undef BIG
}

static void a_checkpoint_that_multiplies_is_refused_before_it_takes_memory(void **state) {
    (void)state;
    vr_text t = {.arena = &arena};
    /* A list of ten times a list of ten times ... a number: 10^20 values in 400 bytes. */
    ADD("\x80\x02K\1");
    for (int level = 0; level < 20; level++) { ADD("q\0000](h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0e"); }
    ADD(".");
    const int64_t peak = arena.peak;
    torch_of(t.data, (size_t)t.size, VR_ERR_LIMIT, "multiply to more than");
    /* A list that holds itself. */
    TORCH("\x80\x02]q\0h\0a.", VR_ERR_LIMIT, "nested more than 100 deep");
    assert_true(arena.peak < peak + (1 << 20));
    /* One text of 50 kB, encoded by each of 50,000 references to the call: 2.5 GB if nobody counted. */
    t.size = 0;
    ADD("\x80\x02](c_codecs\nencode\nX\x50\xc3\0\0");
    for (int i = 0; i < 50000; i++) ADD("x");
    ADD("X\6\0\0\0latin1\x86Rq\0");
    for (int i = 0; i < 50000; i++) ADD("h\0");
    ADD("e.");
    torch_of(t.data, (size_t)t.size, VR_ERR_LIMIT, "multiply to more than");
}

static void names_that_are_too_deep_too_long_or_hold_a_zero_are_refused(void **state) {
    (void)state;
    vr_text t = {.arena = &arena};
    ADD("\x80\x02");
    for (int i = 0; i < 101; i++) ADD("]");
    for (int i = 0; i < 100; i++) ADD("a");
    ADD(".");
    torch_of(t.data, (size_t)t.size, VR_ERR_LIMIT, "nested more than 100 deep");
    t.size = 0;
    ADD("\x80\x02}X\0\4\0\0");
    for (int i = 0; i < 1024; i++) ADD("k");
    ADD("K\1s.");
    torch_of(t.data, (size_t)t.size, VR_ERR_LIMIT, "key of more than 1,023 bytes");
    TORCH("\x80\x02}X\2\0\0\0a\0K\1s.", VR_ERR_FORMAT, "key with a zero byte");
    TORCH("\x80\x02}X\1\0\0\0aX\2\0\0\0b\0s.", VR_ERR_FORMAT, "text with a zero byte");
    TORCH("\x80\x02}(K\1\x85K\2u.", VR_ERR_UNSUPPORTED, "key that is neither text nor a number");
}

static void floats_become_their_shortest_text(void **state) {
    (void)state;
    /* {0.1: nan, 'b': -inf, 'c': 1e300} */
    static const char text[] =
        "\x80\x02}(G\x3f\xb9\x99\x99\x99\x99\x99\x9aG\x7f\xf8\0\0\0\0\0\0X\1\0\0\0bG\xff\xf0\0\0\0\0\0\0"
        "X\1\0\0\0cG\x7e\x37\xe4\x3c\x88\x00\x75\x9cu.";
    const zip_item items[] = {{"m/data.pkl", text, sizeof text - 1}};
    vr_arrays all;
    assert_true(vrp_torch_parse(&arena, &all, zip_of(items, 1), "x.pt", VR_FATAL));
    assert_string_equal(metadata(&all, "0.1"), "nan");
    assert_string_equal(metadata(&all, "b"), "-inf");
    assert_string_equal(metadata(&all, "c"), "1e+300");
}

static void two_pickles_in_one_file_are_refused(void **state) {
    (void)state;
    const zip_item items[] = {{"a/data.pkl", "N.", 2}, {"b/data.pkl", "N.", 2}};
    const vr_bytes b = zip_of(items, 2);
    vr_arrays all;
    vr_err err = {0};
    assert_false(vrp_torch_parse(&arena, &all, b, "x.pt", &err));
    assert_message(err, "two pickles, 'a/data.pkl' and 'b/data.pkl'");
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(every_form_of_a_checkpoint_gives_the_same_arrays_and_metadata),
        TEST(tensors_that_share_a_storage_share_its_bytes),
        TEST(an_untyped_storage_takes_its_type_from_the_tensor),
        TEST(an_ssl_checkpoint_brings_optimizer_and_schedule_under_their_names),
        TEST(dates_enums_and_complex_numbers_beside_the_weights_are_read_past),
        TEST(what_is_not_weights_is_refused_by_name),
        TEST(the_published_resnet20_is_read),
        TEST(a_broken_pickle_names_the_byte_of_its_opcode),
        TEST(a_pickle_becomes_values_and_calls_nothing),
        TEST(pythons_own_pickles_are_read_from_protocol_2_on),
        TEST(a_tensor_has_to_lie_in_its_storage),
        TEST(a_checkpoint_that_multiplies_is_refused_before_it_takes_memory),
        TEST(names_that_are_too_deep_too_long_or_hold_a_zero_are_refused),
        TEST(floats_become_their_shortest_text),
        TEST(two_pickles_in_one_file_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
