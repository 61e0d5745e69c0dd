/* tests/fuzz/fuzz_cifar.c: CIFAR's records. */
#include "fuzz.h"
#include "../../visrob_impl/format/cifar_impl.h"

FUZZ_TARGET(cifar) {
    vr_cifar c;
    if (!vrp_cifar_parse(arena, &c, file, "x", err)) return false;
    for (int64_t i = 0; i < c.count; i++) {
        uint8_t rgb[3 * VR_CIFAR_SIDE * VR_CIFAR_SIDE];
        FUZZ_CHECK(vr_cifar_label(&c, i) < c.class_count);
        vr_cifar_pixels(rgb, &c, i);
    }
    return true;
}
