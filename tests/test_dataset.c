/* tests/test_dataset.c: image/dataset: folders, tars, arrays; order, labels, what is left out, what is broken. */
#include "test.h"
#include "../visrob_impl/study/over_impl.h"

TEST_ARENA(arena);

/* An image of 5 x 4 that contains its number. */
static vr_bytes numbered(int64_t number) {
    const vr_image image = vr_image_new(&arena, 5, 4);
    for (int64_t i = 0; i < 5 * 4 * 3; i++) image.pixels[i] = (uint8_t)(number >> 8 * (i % 3));
    return vr_image_format_png(&arena, image);
}

static int64_t number_of(vr_image image) {
    return image.pixels[57] | image.pixels[58] << 8 | image.pixels[59] << 16;
}

/* Writes `bytes` at folder/path, making the folders between. */
static void put(const char *folder, const char *path, vr_bytes bytes) {
    for (const char *slash = path; (slash = strchr(slash, '/')) != NULL; slash++)
        test_mkdir(vr_arena_printf(&arena, "%s/%.*s", folder, (int)(slash - path), path));
    test_write(vr_arena_printf(&arena, "%s/%s", folder, path), bytes.data, bytes.size);
}

static const char *new_folder(const char *name) {
    const char *folder = test_tmp(name);
    test_mkdir(folder);
    return folder;
}

/* The files below, in the order of their bytes, which is that of Python's sorted() and so of torchvision. */
static const struct {
    const char *path;
    int64_t label;
} tree[] = {{"Zebra/10.png", 0},  {"Zebra/2.PNG", 0},           {"apple/a.png", 1},
            {"apple/b/1.png", 2}, {"n02 x/caf\xc3\xa9.png", 3}, {"zebra/0.png", 4}};
static const char *const tree_classes[] = {"Zebra", "apple", "b", "n02 x", "zebra"};

static const char *new_tree(const char *name) {
    const char *folder = new_folder(name);
    static const int order[] = {4, 1, 5, 0, 3, 2}; /* not written in order */
    for (int i = 0; i < 6; i++) put(folder, tree[order[i]].path, numbered(1000 + order[i]));
    put(folder, "apple/notes.txt", test_bytes_of("x"));
    put(folder, ".hidden/a.png", numbered(1));
    put(folder, "apple/.b.png", numbered(2));
    return folder;
}

static void check_tree(const vr_dataset *data) {
    assert_int_equal(data->count, COUNT(tree));
    assert_int_equal(data->class_count, COUNT(tree_classes));
    for (int64_t k = 0; k < COUNT(tree_classes); k++) assert_string_equal(data->classes[k], tree_classes[k]);
    for (int64_t i = 0; i < COUNT(tree); i++) {
        vr_image image;
        assert_string_equal(data->files[i], tree[i].path);
        assert_int_equal(data->labels[i], tree[i].label);
        assert_true(vr_dataset_image(&arena, &image, data, i, VR_FATAL));
        assert_int_equal(number_of(image), 1000 + i);
    }
}

static void a_folder_of_folders_is_in_the_order_of_bytes_whatever_the_file_system(void **state) {
    (void)state;
    vr_dataset data;
    int64_t ignored = -1;
    const char *folder = new_tree("tree");
    assert_true(vr_dataset_open(&arena, &data, folder, &ignored, VR_FATAL));
    check_tree(&data);
    assert_int_equal(ignored, 3); /* the notes, the hidden file, the hidden folder */
    assert_true(vr_dataset_open(&arena, &data, vr_arena_printf(&arena, "%s///", folder), NULL, VR_FATAL));
    assert_string_equal(data.path, folder);
    check_tree(&data);
}

static void a_tar_of_a_folder_is_that_folder(void **state) {
    (void)state;
    const char *folder = new_tree("packed");
    static const char *const forms[][2] = {{"a.tar", "cf"}, {"b.tar.gz", "czf"}, {"c.tgz", "czf"}};
    for (int i = 0; i < 3; i++) {
        const char *path = test_tmp(forms[i][0]);
        if (system(vr_arena_printf(&arena, "cd '%s' && tar %s '%s' *", folder, forms[i][1], path)))
            test_skip("there is no tar with gzip");
        vr_dataset data;
        int64_t ignored;
        assert_true(vr_dataset_open(&arena, &data, path, &ignored, VR_FATAL));
        check_tree(&data);
        assert_int_equal(ignored, 2); /* without the hidden folder, which * leaves out */
    }
}

static void a_folder_of_files_has_no_labels(void **state) {
    (void)state;
    const char *folder = new_folder("flat");
    put(folder, "b.png", numbered(2)), put(folder, "a.png", numbered(1));
    vr_dataset data;
    assert_true(vr_dataset_open(&arena, &data, folder, NULL, VR_FATAL));
    assert_int_equal(data.count, 2);
    assert_int_equal(data.class_count, 0);
    assert_int_equal(data.labels[0], -1);
    assert_string_equal(data.files[0], "a.png");
    assert_true(vr_dataset_open(&arena, &data, vr_arena_printf(&arena, "%s/b.png", folder), NULL, VR_FATAL));
    vr_image image;
    assert_int_equal(data.count, 1);
    assert_string_equal(data.files[0], "b.png");
    assert_true(vr_dataset_image(&arena, &image, &data, 0, VR_FATAL));
    assert_int_equal(number_of(image), 2);
}

static void refused(const char *path, vr_err_code code, const char *why) {
    vr_dataset data;
    vr_err err = {0};
    int64_t ignored = 7;
    const int64_t used = arena.used;
    assert_false(vr_dataset_open(&arena, &data, path, &ignored, &err));
    assert_int_equal(err.code, code);
    assert_message(err, path);
    assert_message(err, why);
    assert_null(data.files);
    assert_int_equal(data.count, 0);
    assert_int_equal(ignored, 0);
    assert_int_equal(arena.used, used);
}

static void a_folder_without_images_is_an_error_that_counts_other_files(void **state) {
    (void)state;
    const char *folder = new_folder("empty");
    refused(folder, VR_ERR_ARGUMENT, "no images found; expected files ending in .jpg");
    test_mkdir(vr_arena_printf(&arena, "%s/class", folder));
    refused(folder, VR_ERR_ARGUMENT, "(0 other files)");
    put(folder, "class/a.txt", numbered(0)), put(folder, ".b.png", numbered(0));
    refused(folder, VR_ERR_ARGUMENT, "(2 other files)");
    refused("/nowhere/set", VR_ERR_IO, "no such file or directory");
    refused(vr_arena_printf(&arena, "%s/class/a.txt", folder), VR_ERR_ARGUMENT,
            "unknown kind of data set; expected a folder, .tar");
    uint8_t zeros[1024] = {0};
    put(folder, "empty.tar", (vr_bytes){zeros, 1024});
    refused(vr_arena_printf(&arena, "%s/empty.tar", folder), VR_ERR_ARGUMENT, "no images found");
    put(folder, "cut.tar", test_bytes_of("cat/a.png"));
    refused(vr_arena_printf(&arena, "%s/cut.tar", folder), VR_ERR_FORMAT, "cut.tar: byte");
    put(folder, "class/fog.npy", numbered(0));
    refused(folder, VR_ERR_ARGUMENT, "arrays of images need a labels.npy beside them)");
}

static void a_link_to_a_folder_above_is_an_error_and_any_other_is_followed(void **state) {
    (void)state;
    const char *folder = new_folder("links"), *other = new_folder("elsewhere");
    put(folder, "a/1.png", numbered(1)), put(other, "2.png", numbered(2));
    vr_dataset data;
    assert_int_equal(symlink(other, vr_arena_printf(&arena, "%s/b", folder)), 0);
    assert_true(vr_dataset_open(&arena, &data, folder, NULL, VR_FATAL));
    assert_int_equal(data.count, 2);
    assert_string_equal(data.classes[1], "b");
    assert_int_equal(symlink(folder, vr_arena_printf(&arena, "%s/c", folder)), 0);
    refused(folder, VR_ERR_ARGUMENT, "a link to ");
}

static void links_that_fan_out_are_bounded(void **state) {
    (void)state;
    const char *folder = new_folder("fan");
    put(folder, "20/a/1.png", numbered(1));
    for (int i = 0; i < 20; i++) { /* two links to the next one, at each level: a million ways down */
        test_mkdir(vr_arena_printf(&arena, "%s/%d", folder, i));
        for (const char *name = "ab"; *name; name++)
            if (i < 19 || *name == 'b')
                assert_int_equal(symlink(vr_arena_printf(&arena, "%s/%d", folder, i + 1),
                                         vr_arena_printf(&arena, "%s/%d/%c", folder, i, *name)),
                                 0);
    }
    refused(vr_arena_printf(&arena, "%s/0", folder), VR_ERR_LIMIT,
            "folders that were read before more than 100");
}

static void what_is_left_out_or_assumed_is_noted(void **state) {
    (void)state;
    vr_dataset data;
    const char *folder = new_folder("noted");
    put(folder, "cat.jpg/1.png", numbered(1)); /* a folder whose name is that of an image */
    put(folder, "dog/2.png", numbered(2));
    assert_true(vr_dataset_open(&arena, &data, folder, NULL, VR_FATAL));
    assert_int_equal(data.count, 2);
    assert_string_equal(data.classes[0], "cat.jpg");
    assert_null(data.note);
    put(folder, "dog/notes.txt", test_bytes_of("x"));
    assert_true(vr_dataset_open(&arena, &data, folder, NULL, VR_FATAL));
    assert_string_equal(data.note, "1 file that is no image is left out");
    put(folder, "dog/a.WebP", test_bytes_of("x")), put(folder, "dog/b.tif", test_bytes_of("x"));
    put(folder, "dog/.c.tif", test_bytes_of("x"));
    assert_true(vr_dataset_open(&arena, &data, folder, NULL, VR_FATAL));
    assert_string_equal(data.note,
                        "2 images of a format that is not supported (.webp) are left out; 2 files that are "
                        "no images are left out");
    put(folder, "test/dog/3.png", numbered(3)); /* dog and test/dog */
    assert_true(vr_dataset_open(&arena, &data, folder, NULL, VR_FATAL));
    assert_int_equal(data.class_count, 2);
    assert_non_null(strstr(data.note, "folders of one name are one class: 'dog' and 'test/dog' for one"));
    const char *alone = new_folder("unsupported");
    put(alone, "x/1.tiff", test_bytes_of("x"));
    refused(alone, VR_ERR_UNSUPPORTED, "no images found that can be read: 1 .tiff file, a format");
    refused(vr_arena_printf(&arena, "%s/x/1.tiff", alone), VR_ERR_UNSUPPORTED,
            "unsupported image format; expected");
    put(alone, "x.zip", test_bytes_of("x")), put(alone, "x.tar.xz", test_bytes_of("\xFD\x37zXZ"));
    refused(vr_arena_printf(&arena, "%s/x.zip", alone), VR_ERR_UNSUPPORTED, "unsupported archive");
    refused(vr_arena_printf(&arena, "%s/x.tar.xz", alone), VR_ERR_UNSUPPORTED, "xz in place of gzip");
}

static void the_folder_above_images_is_the_class(void **state) {
    (void)state;
    vr_dataset data;
    const char *folder = new_folder("tiny");
    put(folder, "n01443537/images/n01443537_0.png", numbered(1));
    put(folder, "n01629819/Images/n01629819_0.png", numbered(2));
    put(folder, "pictures/x.png", numbered(3));
    assert_true(vr_dataset_open(&arena, &data, folder, NULL, VR_FATAL));
    assert_int_equal(data.class_count, 3);
    assert_string_equal(data.classes[0], "n01443537");
    assert_string_equal(data.classes[1], "n01629819");
    assert_int_equal(data.labels[1], 1);
    assert_string_equal(data.note, "the folder above 'images' is taken as the class");
    const char *flat = new_folder("tiny_val");
    put(flat, "images/val_0.png", numbered(1));
    assert_true(vr_dataset_open(&arena, &data, flat, NULL, VR_FATAL));
    assert_int_equal(data.class_count, 0);
    assert_int_equal(data.labels[0], -1);
    put(flat, "images/val_1.png", numbered(2)), put(flat, "images/val_2.png", numbered(3));
    put(flat, "val_annotations.txt",
        test_bytes_of("val_1.png\tn01\t0\t32\t44\t62\nval_0.png\tn02\t5\t6\t7\t8\n"));
    assert_true(vr_dataset_open(&arena, &data, flat, NULL, VR_FATAL));
    assert_int_equal(data.class_count, 2);
    assert_string_equal(data.classes[1], "n02");
    assert_memory_equal(data.labels, ((int64_t[]){1, 0, -1}),
                        3 * sizeof(int64_t)); /* the last one has none */
    assert_string_equal(data.note, "classes are those of val_annotations.txt");
    put(flat, "val_annotations.txt", test_bytes_of("val_1.png\tn01\t0\nval_1.png\tn02\t5\n"));
    refused(flat, VR_ERR_FORMAT, "val_annotations.txt:2:1: 'val_1.png' is annotated before");
    put(flat, "val_annotations.txt", test_bytes_of("val_1.png n01\n"));
    refused(flat, VR_ERR_FORMAT, "val_annotations.txt:1:1: expected a file name, a tab");
}

/* ---- broken images ---- */

static void one_broken_image_among_a_thousand_is_named_and_counted(void **state) {
    (void)state;
    enum { N = 1000, BAD = 617 };
    const char *folder = new_folder("thousand");
    for (int64_t i = 0; i < N; i++) {
        vr_bytes file = numbered(i);
        if (i == BAD) file.size -= 9;
        put(folder, vr_arena_printf(&arena, "class%d/%04d.png", (int)(i / 100), (int)i), file);
    }
    vr_dataset data;
    assert_true(vr_dataset_open(&arena, &data, folder, NULL, VR_FATAL));
    assert_int_equal(data.count, N);
    vr_err *errors = VR_NEW(&arena, vr_err, N);
    int64_t *number = VR_NEW(&arena, int64_t, N);
    for_threads (threads) { /* each thread with an arena of its own */
        memset(errors, 0, N * sizeof *errors);
#pragma omp parallel num_threads(threads)
        {
            vr_arena own = {0};
            vr_image decoded;
#pragma omp for schedule(dynamic)
            for (int64_t i = 0; i < N; i++) {
                number[i] = vr_dataset_image(&own, &decoded, &data, i, &errors[i]) ? number_of(decoded) : -1;
                vr_arena_reset(&own);
            }
            vr_arena_free(&own);
        }
        for (int64_t i = 0; i < N; i++) {
            assert_int_equal(errors[i].code, i == BAD ? VR_ERR_FORMAT : VR_OK);
            assert_int_equal(number[i], i == BAD ? -1 : i);
        }
        assert_message(errors[BAD], "thousand/class6/0617.png: byte");
        assert_message(errors[BAD], "unexpected end of file");
    }
    vr_image image; /* one at a time it is an error, and what study/over's skip_bad counts */
    vr_err err = {0};
    const int64_t used = arena.used;
    assert_false(vr_dataset_image(&arena, &image, &data, BAD, &err));
    assert_message(err, "0617.png");
    assert_null(image.pixels);
    assert_int_equal(arena.used, used);
}

static void a_missing_file_and_a_broken_one_in_a_tar_are_named(void **state) {
    (void)state;
    const char *folder = new_tree("fading");
    vr_dataset data;
    vr_image image;
    vr_err err = {0};
    assert_true(vr_dataset_open(&arena, &data, folder, NULL, VR_FATAL));
    assert_int_equal(remove(vr_arena_printf(&arena, "%s/%s", folder, tree[2].path)), 0);
    assert_false(vr_dataset_image(&arena, &image, &data, 2, &err));
    assert_int_equal(err.code, VR_ERR_IO);
    assert_message(err, "fading/apple/a.png");
    put(folder, tree[2].path, test_bytes_of("not an image"));
    const char *tar = test_tmp("fading.tar");
    if (system(vr_arena_printf(&arena, "cd '%s' && tar cf '%s' *", folder, tar)))
        test_skip("there is no tar");
    assert_true(vr_dataset_open(&arena, &data, tar, NULL, VR_FATAL));
    err = (vr_err){0};
    assert_false(vr_dataset_image(&arena, &image, &data, 2, &err));
    assert_message(err, "fading.tar: apple/a.png: byte 0: unknown format");
}

/* ---- arrays and parts ---- */

static void arrays_of_pixels_are_data_sets(void **state) {
    (void)state;
    uint8_t pixels[4 * 2 * 3 * 3];
    for (int i = 0; i < 72; i++) pixels[i] = (uint8_t)i;
    vr_array a = {.dtype = VR_U8, .ndim = 4, .shape = {4, 2, 3, 3}, .stride = {18, 9, 3, 1}, .data = pixels};
    const char *path = test_tmp("pixels.npy");
    vr_dataset data;
    vr_image image;
    assert_true(vr_npy_save(path, &a, VR_FATAL));
    assert_true(vr_dataset_open(&arena, &data, path, NULL, VR_FATAL));
    assert_int_equal(data.count, 4);
    assert_string_equal(data.files[3], "00003");
    assert_int_equal(data.labels[3], -1);
    assert_true(vr_dataset_image(&arena, &image, &data, 3, VR_FATAL));
    assert_int_equal(image.width, 3);
    assert_int_equal(image.height, 2);
    assert_memory_equal(image.pixels, pixels + 54, 18);
    a = (vr_array){.dtype = VR_U8, .ndim = 3, .shape = {4, 3, 6}, .stride = {18, 6, 1}, .data = pixels};
    assert_true(vr_npy_save(path, &a, VR_FATAL));
    assert_true(vr_dataset_open(&arena, &data, path, NULL, VR_FATAL));
    assert_true(vr_dataset_image(&arena, &image, &data, 1, VR_FATAL));
    assert_memory_equal(image.pixels, ((uint8_t[]){18, 18, 18, 19, 19, 19}), 6);
    a = (vr_array){.dtype = VR_U8, .ndim = 4, .shape = {4, 3, 6, 1}, .stride = {18, 6, 1, 1}, .data = pixels};
    assert_true(vr_npy_save(path, &a, VR_FATAL));
    assert_true(vr_dataset_open(&arena, &data, path, NULL, VR_FATAL));
    assert_true(vr_dataset_image(&arena, &image, &data, 1, VR_FATAL));
    assert_memory_equal(image.pixels, ((uint8_t[]){18, 18, 18, 19, 19, 19}), 6);
    assert_null(data.note);
    a = (vr_array){.dtype = VR_U8, .ndim = 3, .shape = {4, 6, 3}, .stride = {18, 3, 1}, .data = pixels};
    assert_true(vr_npy_save(path, &a, VR_FATAL)); /* one image */
    assert_true(vr_dataset_open(&arena, &data, path, NULL, VR_FATAL));
    assert_int_equal(data.count, 1);
    assert_string_equal(data.note, "taken as one image of 6 x 4, not as grey images of width 3");
    assert_true(vr_dataset_image(&arena, &image, &data, 0, VR_FATAL));
    assert_int_equal(image.width, 6);
    assert_int_equal(image.height, 4);
    assert_memory_equal(image.pixels, pixels, 72);
    a.ndim = 2;
    assert_true(vr_npy_save(path, &a, VR_FATAL));
    refused(path, VR_ERR_ARGUMENT, "expected a row-major u8 array [N,H,W,3] or [N,H,W]");
    a = (vr_array){
        .dtype = VR_U8, .ndim = 4, .shape = {2, 3, 3, 4}, .stride = {36, 12, 4, 1}, .data = pixels};
    assert_true(vr_npy_save(path, &a, VR_FATAL));
    refused(path, VR_ERR_ARGUMENT, "found channels first, [N,3,H,W]");

    static const char *const names[] = {"cat", "dog"};
    const int64_t labels[] = {1, 0, 1, 1};
    vr_dataset_pixels(&arena, &data, pixels, 4, 3, 2, labels, names, 2);
    assert_int_equal(data.labels[2], 1);
    assert_string_equal(data.classes[1], "dog");
    assert_true(vr_dataset_image(&arena, &image, &data, 2, VR_FATAL));
    assert_memory_equal(image.pixels, pixels + 36, 18);
}

static void cifar_and_mnist_come_with_their_labels(void **state) {
    (void)state;
    vr_dataset data;
    vr_image image;
    assert_true(vr_dataset_open(&arena, &data, "tests/golden/formats/cifar10.bin", NULL, VR_FATAL));
    assert_int_equal(data.count, 2);
    assert_int_equal(data.labels[1], 9);
    assert_true(vr_dataset_image(&arena, &image, &data, 1, VR_FATAL));
    assert_int_equal(image.width, 32);
    assert_int_equal(image.pixels[3 * 5 + 1], (7 * (1024 + 5) + 13) & 255);
    const char *folder = new_folder("mnist");
    uint8_t images[16 + 2 * 6] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2,  0,  0,
                                  0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    uint8_t labels[8 + 2] = {0, 0, 8, 1, 0, 0, 0, 2, 4, 2};
    put(folder, "t10k-images-idx3-ubyte", (vr_bytes){images, sizeof images});
    const char *path = vr_arena_printf(&arena, "%s/t10k-images-idx3-ubyte", folder);
    assert_true(vr_dataset_open(&arena, &data, path, NULL, VR_FATAL));
    assert_int_equal(data.labels[0], -1);
    put(folder, "t10k-labels-idx1-ubyte", (vr_bytes){labels, sizeof labels});
    assert_true(vr_dataset_open(&arena, &data, path, NULL, VR_FATAL));
    assert_int_equal(data.labels[0], 4);
    assert_int_equal(data.labels[1], 2);
    assert_int_equal(data.class_count, 5);
    assert_true(vr_dataset_image(&arena, &image, &data, 1, VR_FATAL));
    assert_memory_equal(image.pixels, ((uint8_t[]){7, 7, 7, 8, 8, 8}), 6);
    assert_null(data.note);
    static const char *const names[][2] = {{"a-images.idx3-ubyte", "a-labels.idx1-ubyte"},
                                           {"b-images.idx3-ubyte", "b-labels-idx1-ubyte.gz"},
                                           {"c-images-idx3-ubyte.gz", "c-labels-idx1-ubyte"},
                                           {"images-idx3-ubyte", "labels-idx1-ubyte.gz"}};
    for (int i = 0; i < 4; i++) { /* with a dot; packed beside unpacked */
        for (int k = 0; k < 2; k++) {
            const bool packed = vr_path_has_suffix(names[i][k], ".gz");
            const char *name =
                vr_arena_string(&arena, names[i][k], (int64_t)strlen(names[i][k]) - 3 * packed);
            put(folder, name, k ? (vr_bytes){labels, sizeof labels} : (vr_bytes){images, sizeof images});
            if (packed && system(vr_arena_printf(&arena, "gzip -f '%s/%s'", folder, name)))
                test_skip("there is no gzip");
        }
        const char *one = vr_arena_printf(&arena, "%s/%s", folder, names[i][0]);
        assert_true(vr_dataset_open(&arena, &data, one, NULL, VR_FATAL));
        assert_int_equal(data.labels[0], 4);
        assert_null(data.note);
    }
    put(folder, "alone.idx3-ubyte", (vr_bytes){images, sizeof images});
    assert_true(vr_dataset_open(&arena, &data, vr_arena_printf(&arena, "%s/alone.idx3-ubyte", folder), NULL,
                                VR_FATAL));
    assert_int_equal(data.labels[0], -1);
    assert_string_equal(data.note, "no file of labels (labels-idx1-ubyte) is beside it");
    labels[7] = 1;
    put(folder, "t10k-labels-idx1-ubyte", (vr_bytes){labels, sizeof labels - 1});
    vr_err err = {0};
    assert_false(vr_dataset_open(&arena, &data, path, NULL, &err));
    assert_message(err, "t10k-labels-idx1-ubyte: expected 2 labels");
}

static void a_part_is_a_sample_in_the_old_order(void **state) {
    (void)state;
    int64_t hits[100] = {0};
    for (uint64_t seed = 0; seed < 300; seed++) {
        vr_dataset data, again;
        vr_dataset_shapes(&arena, &data, 100, 16, vr_rng_init(1));
        again = data;
        vrp_dataset_limit(&arena, &data, 10, 1, vr_rng_init(seed));
        vrp_dataset_limit(&arena, &again, 10, 1, vr_rng_init(seed));
        assert_int_equal(data.count, 10);
        for (int64_t i = 0; i < 10; i++) {
            const int64_t n = strtoll(data.files[i], NULL, 10);
            assert_string_equal(data.files[i], again.files[i]);
            assert_int_equal(data.labels[i], n % 10);
            assert_true(i == 0 || strcmp(data.files[i - 1], data.files[i]) < 0);
            hits[n]++;
        }
        vr_arena_reset(&arena);
    }
    for (int64_t n = 0; n < 100; n++) assert_in_range(hits[n], 9, 53); /* 30 expected, four deviations */
    vr_dataset all;
    vr_dataset_shapes(&arena, &all, 20, 16, vr_rng_init(1));
    vrp_dataset_limit(&arena, &all, 0, 1, vr_rng_init(1));
    assert_int_equal(all.count, 20);
    vrp_dataset_limit(&arena, &all, 20, 1, vr_rng_init(1));
    assert_int_equal(all.count, 20);
    vr_image limited, whole; /* a limited set still draws the image of the original index */
    vr_dataset part = all;
    vrp_dataset_limit(&arena, &part, 5, 1, vr_rng_init(3));
    assert_true(vr_dataset_image(&arena, &limited, &part, 4, VR_FATAL));
    assert_true(vr_dataset_image(&arena, &whole, &all, strtoll(part.files[4], NULL, 10), VR_FATAL));
    assert_memory_equal(limited.pixels, whole.pixels, 16 * 16 * 3);
}

static void the_real_cifar_tar_has_its_ten_classes(void **state) {
    (void)state;
    vr_dataset data;
    vr_image image;
    assert_true(vr_dataset_open(&arena, &data, test_data("cifar10/test.tar"), NULL, VR_FATAL));
    assert_int_equal(data.count, 10000);
    static const char *const names[] = {"airplane", "automobile", "bird",  "cat",  "deer",
                                        "dog",      "frog",       "horse", "ship", "truck"};
    assert_int_equal(data.class_count, 10);
    for (int i = 0; i < 10; i++) assert_string_equal(data.classes[i], names[i]);
    int64_t of[10] = {0};
    for (int64_t i = 0; i < 10000; i++) of[data.labels[i]]++;
    for (int i = 0; i < 10; i++) assert_int_equal(of[i], 1000);
    assert_true(vr_dataset_image(&arena, &image, &data, 9999, VR_FATAL));
    assert_int_equal(image.width, 32);
}

/* Saves a u8 array whose first number in row i is `first` + i. */
static void save_rows(const char *folder, const char *name, int64_t rows, int64_t side, int first) {
    vr_array a = {.name = "", .dtype = VR_U8, .ndim = 4, .shape = {rows, side, side, 3}};
    a.stride[3] = 1, a.stride[2] = 3, a.stride[1] = side * 3, a.stride[0] = side * side * 3;
    uint8_t *x = VR_NEW(&arena, uint8_t, rows * a.stride[0]);
    for (int64_t i = 0; i < rows; i++) x[i * a.stride[0]] = (uint8_t)(first + i);
    a.data = x;
    assert_true(vr_npy_save(vr_arena_printf(&arena, "%s/%s", folder, name), &a, VR_FATAL));
}

static void save_labels(const char *folder, const int64_t *labels, int64_t n) {
    const vr_array a = {.name = "", .data = labels, .dtype = VR_I64, .ndim = 1, .shape = {n}, .stride = {1}};
    assert_true(vr_npy_save(vr_arena_printf(&arena, "%s/labels.npy", folder), &a, VR_FATAL));
}

static void cifar_10_c_is_an_array_a_corruption_with_the_labels_beside(void **state) {
    (void)state;
    const int64_t labels[] = {3, 0, 3, 0, 3, 0, 3, 0, 3, 0}, wrong[] = {3, 0, 3, 0, 3, 0, 3, -1, 3, 0};
    const char *folder = test_tmp("corrupted"), *fog = vr_arena_printf(&arena, "%s/fog.npy", folder);
    test_mkdir(folder);
    save_rows(folder, "snow.npy", 10, 4, 100), save_rows(folder, "fog.npy", 10, 4, 0);
    save_rows(folder, "other.npy", 7, 4, 0), save_labels(folder, labels, 10);
    vr_dataset data;
    vr_image image;
    assert_true(vr_dataset_open(&arena, &data, folder, NULL, VR_FATAL));
    assert_int_equal(data.count, 20);
    assert_int_equal(data.class_count, 4);
    assert_non_null(strstr(data.note, "1 file that is no corruption's array left out"));
    assert_string_equal(data.files[0], "fog/1/00000");
    assert_string_equal(data.files[13], "snow/2/00001");
    assert_int_equal(data.labels[13], 0);
    assert_true(vr_dataset_image(&arena, &image, &data, 13, VR_FATAL));
    assert_int_equal(image.pixels[0], 103);
    assert_true(vr_dataset_open(&arena, &data, fog, NULL, VR_FATAL));
    assert_int_equal(data.count, 10);
    assert_string_equal(data.files[9], "fog/5/00001");
    assert_int_equal(data.labels[8], 3);
    assert_true(
        vr_dataset_open(&arena, &data, vr_arena_printf(&arena, "%s/other.npy", folder), NULL, VR_FATAL));
    assert_int_equal(data.labels[0], -1); /* 7 images, 10 labels */
    assert_non_null(strstr(data.note, "does not hold 7 labels"));
    vr_err err = {0};
    save_labels(folder, wrong, 10);
    assert_false(vr_dataset_open(&arena, &data, folder, NULL, &err));
    assert_message(err, "labels.npy: label -1 of image 7 is not the number of a class");
    err = (vr_err){0};
    save_labels(folder, labels, 9);
    assert_false(vr_dataset_open(&arena, &data, folder, NULL, &err));
    assert_message(err, "labels.npy: expected 10 labels, as many as fog.npy has images");
    err = (vr_err){0};
    save_rows(folder, "snow.npy", 10, 5, 0);
    assert_false(vr_dataset_open(&arena, &data, folder, NULL, &err));
    assert_message(err, "snow.npy: its shape is not that of fog.npy");
    err = (vr_err){0};
    save_rows(folder, "fog.npy", 9, 4, 0);
    assert_false(vr_dataset_open(&arena, &data, fog, NULL, &err));
    assert_message(err, "expected the images of 5 severities, found 9 images");
}

int main(void) {
#define TEST(name) cmocka_unit_test_teardown(name, arena_free)
    const struct CMUnitTest tests[] = {
        TEST(a_folder_of_folders_is_in_the_order_of_bytes_whatever_the_file_system),
        TEST(a_tar_of_a_folder_is_that_folder),
        TEST(a_folder_of_files_has_no_labels),
        TEST(a_folder_without_images_is_an_error_that_counts_other_files),
        TEST(a_link_to_a_folder_above_is_an_error_and_any_other_is_followed),
        TEST(links_that_fan_out_are_bounded),
        TEST(what_is_left_out_or_assumed_is_noted),
        TEST(the_folder_above_images_is_the_class),
        TEST(one_broken_image_among_a_thousand_is_named_and_counted),
        TEST(a_missing_file_and_a_broken_one_in_a_tar_are_named),
        TEST(arrays_of_pixels_are_data_sets),
        TEST(cifar_and_mnist_come_with_their_labels),
        TEST(a_part_is_a_sample_in_the_old_order),
        TEST(the_real_cifar_tar_has_its_ten_classes),
        cmocka_unit_test(cifar_10_c_is_an_array_a_corruption_with_the_labels_beside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
