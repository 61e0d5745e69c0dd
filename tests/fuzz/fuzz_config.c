/* tests/fuzz/fuzz_config.c: the files that hubs keep beside weights; what is read is within the ranges of a network. */
#include "fuzz.h"
#include "../../visrob_impl/model/facts_impl.h"

FUZZ_TARGET(config) {
    const char *const names[] = {"x", "x:preprocessor_config.json"};
    bool any = false;
    for (int k = 0; k < 2; k++) {
        vrp_facts f = vrp_facts_none(arena);
        vr_err own = {0};
        if (!vrp_config_parse(arena, &f, file, names[k], &own)) {
            vr_err_pass(err, &own);
            continue;
        }
        any = true;
        for (int fact = 0; fact < VRP_FACT_COUNT; fact++)
            FUZZ_CHECK(f.from[fact] == VRP_FROM_NOTHING || vrp_facts_in_range((vrp_fact)fact, f.value[fact]));
        for (int64_t i = 0; i < f.label_count; i++) FUZZ_CHECK(f.labels[i] != NULL);
    }
    if (any) *err = (vr_err){0};
    return any;
}
