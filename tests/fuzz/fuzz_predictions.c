/* tests/fuzz/fuzz_predictions.c: predictions in any form; what is read is joined with itself and scored. */
#include "fuzz.h"
#include "visrob_impl/study/predictions_impl.h"

FUZZ_TARGET(predictions) {
    vr_predictions p;
    if (!vrp_predictions_parse(arena, &p, file, "x", NULL, err)) return false;
    FUZZ_CHECK(p.count > 0 && p.image && (p.k > 0) == (p.predicted != NULL));
    vr_image_index index = {.arena = arena};
    for (int64_t i = 0; i < p.count; i++) {
        FUZZ_CHECK(p.image[i].size > 0 &&
                   !(p.probability && !(p.probability[i] >= 0 && p.probability[i] <= 1)));
        vr_image_index_add(&index, vr_arena_string(arena, (const char *)p.image[i].data, p.image[i].size), i);
    }
    int64_t *prediction = VR_NEW(arena, int64_t, p.count), *begin = VR_NEW(arena, int64_t, p.count + 1);
    vr_err twice = {0};
    if (!vr_predictions_join(prediction, &p, &index, p.count, "x", &twice)) {
        FUZZ_CHECK(twice.code == VR_ERR_FORMAT && strstr(twice.msg, "duplicate image"));
        return true;
    }
    for (int64_t i = 0; i < p.count; i++) FUZZ_CHECK(prediction[i] == i);
    for (int64_t i = 0; i <= p.count; i++) begin[i] = i;
    vr_scores s;
    const vr_label_sets labels = {
        .count = p.count, .begin = begin, .label = p.predicted ? p.predicted : begin};
    if (p.predicted || p.correct_top5)
        FUZZ_CHECK(vr_predictions_score(arena, &s, &p, prediction, &labels, err));
    if (p.k == 1)
        for (int64_t i = 0; i < p.count; i++) FUZZ_CHECK(s.correct[i] && s.correct_top5[i]);
    return true;
}
