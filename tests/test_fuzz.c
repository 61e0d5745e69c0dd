/* tests/test_fuzz.c: the fuzz targets without a fuzzer: every seed, every prefix of it, every byte changed, and mutations
 * that Philox draws, so that a run can be repeated. FUZZ_MUTATIONS is how many (default 3,000 of each format). */
#define FUZZ_REPLAY
#include "test.h"
#include "fuzz/fuzz.h"
#include <glob.h>

/* X(name): the targets */
#define TARGETS(X)                                                                                           \
    X(json)                                                                                                  \
    X(jsonl)                                                                                                 \
    X(csv)                                                                                                   \
    X(npy)                                                                                                   \
    X(npz)                                                                                                   \
    X(zip)                                                                                                   \
    X(gzip)                                                                                                  \
    X(pickle)                                                                                                \
    X(torch)                                                                                                 \
    X(safetensors)                                                                                           \
    X(idx) X(cifar) X(tar) X(image) X(dollar_street) X(geography) X(predictions) X(jsonrecord) X(config)
#include "fuzz/fuzz_cifar.c"
#include "fuzz/fuzz_config.c"
#include "fuzz/fuzz_csv.c"
#include "fuzz/fuzz_dollar_street.c"
#include "fuzz/fuzz_geography.c"
#include "fuzz/fuzz_gzip.c"
#include "fuzz/fuzz_idx.c"
#include "fuzz/fuzz_image.c"
#include "fuzz/fuzz_json.c"
#include "fuzz/fuzz_jsonl.c"
#include "fuzz/fuzz_jsonrecord.c"
#include "fuzz/fuzz_npy.c"
#include "fuzz/fuzz_npz.c"
#include "fuzz/fuzz_pickle.c"
#include "fuzz/fuzz_predictions.c"
#include "fuzz/fuzz_safetensors.c"
#include "fuzz/fuzz_tar.c"
#include "fuzz/fuzz_torch.c"
#include "fuzz/fuzz_zip.c"

/* The seeds of a target, from seeds.txt, and what once made it fail. */
typedef struct seeds {
    vr_bytes files[64];
    const char *names[64];
    int count, golden; /* `golden` come from seeds.txt */
    bool whole;
} seeds;

static void add_seeds(vr_arena *a, seeds *s, const char *pattern) {
    glob_t found;
    if (glob(pattern, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            assert_true(s->count < 64);
            s->names[s->count] = vr_arena_string(a, found.gl_pathv[i], (int64_t)strlen(found.gl_pathv[i]));
            s->files[s->count++] = test_bytes(a, "%s", found.gl_pathv[i]);
        }
        globfree(&found);
    }
}

static seeds load_seeds(vr_arena *a, const char *target) {
    seeds s = {0};
    char *line, *lines = (char *)(uintptr_t)test_bytes(a, "tests/fuzz/seeds.txt").data;
    while ((line = strtok_r(lines, "\n", &lines)) != NULL) {
        char *words, *word = strtok_r(line, " ", &words);
        if (!word || strcmp(word, target) != 0) continue;
        while ((word = strtok_r(NULL, " ", &words)) != NULL)
            if (strcmp(word, "whole") == 0)
                s.whole = true;
            else
                add_seeds(a, &s, word);
    }
    s.golden = s.count;
    add_seeds(a, &s, vr_arena_printf(a, "tests/fuzz/found/%s-*", target));
    assert_true(s.golden > 0);
    return s;
}

/* One input made of a seed: bytes changed, taken out, doubled, or the tail of another seed put in. */
static int64_t mutate(uint8_t *out, int64_t room, const seeds *s, vr_rng rng) {
    const vr_bytes from = s->files[vr_rng_below(rng, 0, s->count)],
                   other = s->files[vr_rng_below(rng, 1, s->count)];
    int64_t n = vr_min(from.size, room);
    memcpy(out, from.data, (size_t)n);
    uint64_t draw = 2;
    for (int64_t edits = 1 + vr_rng_below(rng, draw++, 4); edits > 0 && n > 0; edits--) {
        const int64_t at = vr_rng_below(rng, draw++, n), value = vr_rng_below(rng, draw++, 256),
                      length = vr_min(1 + vr_rng_below(rng, draw++, 16), n - at);
        static const uint8_t extremes[] = {0, 1, 0x7f, 0x80, 0xff, '0', '9', '"'};
        switch (vr_rng_below(rng, draw++, 6)) {
        case 0:
            out[at] = (uint8_t)value;
            break;
        case 1:
            out[at] ^= (uint8_t)(1 << value % 8);
            break;
        case 2:
            memset(out + at, extremes[value % 8], (size_t)length);
            break;
        case 3:
            memmove(out + at, out + at + length, (size_t)(n - at - length)), n -= length;
            break;
        case 4:
            if (n + length > room) break;
            memmove(out + at + length, out + at, (size_t)(n - at));
            n += length;
            break;
        default:
            if (at >= other.size) break;
            n = vr_min(at + (other.size - at), room);
            memcpy(out + at, other.data + at, (size_t)(n - at));
        }
    }
    return n;
}

/* The most bytes of a seed that prefixes and changed bytes are tried of: beyond it every 7th, so that a run stays short. */
enum { DENSE = 2000 };

static void replay(const char *name, fuzz_target *target) {
    vr_arena a = {0};
    const seeds s = load_seeds(&a, name);
    int64_t read = 0, most = 0;
    for (int i = 0; i < s.count; i++) read += fuzz_one(target, s.files[i].data, (size_t)s.files[i].size);
    assert_true(read > 0);
    for (int i = 0; i < s.golden; i++) {
        const vr_bytes f = s.files[i];
        uint8_t *changed = (uint8_t *)vr_arena_alloc(&a, f.size, 1);
        memcpy(changed, f.data, (size_t)f.size);
        most = vr_max(most, f.size);
        for (int64_t n = 0; n < f.size; n += n < DENSE || n > f.size - 200 ? 1 : 7) {
            if (fuzz_one(target, f.data, (size_t)n) && s.whole)
                fail_msg("%s can be read with %lld of its %lld bytes", s.names[i], (long long)n,
                         (long long)f.size);
            static const uint8_t change[] = {0xff, 0x01, 0x80};
            for (int k = 0; k < 3; k++) {
                changed[n] = f.data[n] ^ change[k];
                fuzz_one(target, changed, (size_t)f.size);
            }
            changed[n] = f.data[n];
        }
    }
    const int64_t mutations = getenv("FUZZ_MUTATIONS") ? atoll(getenv("FUZZ_MUTATIONS")) : 3000,
                  room = most + 64;
    uint8_t *out = (uint8_t *)vr_arena_alloc(&a, room, 1);
    const vr_rng rng = vr_rng_split(vr_rng_init(1), name);
    for (int64_t i = 0; i < mutations; i++)
        fuzz_one(target, out, (size_t)mutate(out, room, &s, vr_rng_at(rng, (uint64_t)i)));
    vr_arena_free(&a);
}

#define X(name)                                                                                              \
    static void name##_survives_what_is_cut_or_changed(void **state) {                                       \
        (void)state;                                                                                         \
        replay(#name, fuzz_##name);                                                                          \
    }
TARGETS(X)
#undef X

int main(void) {
    const struct CMUnitTest tests[] = {
#define X(name) cmocka_unit_test(name##_survives_what_is_cut_or_changed),
        TARGETS(X)
#undef X
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
