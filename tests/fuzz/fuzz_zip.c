/* tests/fuzz/fuzz_zip.c: a zip's directory and every entry that fits in 16 MB. */
#include "fuzz.h"
#include "../../visrob_impl/format/zip_impl.h"

FUZZ_TARGET(zip) {
    vrp_zip zip;
    if (!vrp_zip_parse(arena, &zip, file, "x", err)) return false;
    for (int64_t i = 0; i < zip.count; i++) {
        vr_bytes b;
        vr_err one = {0};
        FUZZ_CHECK(vrp_zip_find(&zip, zip.entries[i].name) == &zip.entries[i]);
        if (vrp_zip_read(arena, &b, &zip, &zip.entries[i], 1 << 24, &one))
            FUZZ_CHECK(vr_crc32(0, b.data, b.size) == zip.entries[i].crc);
        else
            FUZZ_CHECK(strncmp(one.msg, "x:", 2) == 0 && b.data == NULL);
    }
    return true;
}
