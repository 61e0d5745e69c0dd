/* image/augment.c: torchvision's random transforms with draws from named streams: turning one step on or off does not
 * change the draws of the others. */
#include "augment_impl.h"
#include "colour.h"
#include <math.h>

static double vrp_view_between(double low, double high, vr_rng rng, uint64_t i) {
    return low + (high - low) * (double)vr_rng_uniform(rng, i);
}

static bool vrp_view_happens(double probability, vr_rng rng, const char *what) {
    return vr_rng_uniform(vr_rng_split(rng, what), 0) < (float)probability;
}

vrp_rect vrp_view_part(int64_t width, int64_t height, const double area[2], const double ratio[2],
                       vr_rng rng) {
    VR_CHECK(width >= 1 && height >= 1, "%lld x %lld", (long long)width, (long long)height);
    VR_CHECK(0 <= area[0] && area[0] <= area[1] && 0 < ratio[0] && ratio[0] <= ratio[1] && isfinite(ratio[1]),
             "area %g .. %g, ratio %g .. %g", area[0], area[1], ratio[0], ratio[1]);
    const double W = (double)width, H = (double)height;
    for (uint64_t k = 0; k < 10; k++) {
        const double pixels = W * H * vrp_view_between(area[0], area[1], rng, 2 * k);
        const double aspect = exp(vrp_view_between(log(ratio[0]), log(ratio[1]), rng, 2 * k + 1));
        const double w = rint(sqrt(pixels * aspect)), h = rint(sqrt(pixels / aspect));
        if (!(w > 0 && w <= W && h > 0 && h <= H)) continue;
        const vr_rng place = vr_rng_split(rng, "place");
        vrp_rect part = {.width = (int64_t)w, .height = (int64_t)h};
        part.y = vr_rng_below(place, 0, height - part.height + 1);
        part.x = vr_rng_below(place, 1, width - part.width + 1);
        return part;
    }
    vrp_rect part = {.width = width, .height = height};
    if (W / H < ratio[0])
        part.height = (int64_t)rint(W / ratio[0]);
    else if (W / H > ratio[1])
        part.width = (int64_t)rint(H * ratio[1]);
    part.width = vr_clamp(part.width, 1, width); /* a ratio below 1 / height gives less than a pixel */
    part.height = vr_clamp(part.height, 1, height);
    part.x = (width - part.width) / 2;
    part.y = (height - part.height) / 2;
    return part;
}

void vrp_view_jitter(vr_image image, const vr_view_opts *opts, vr_rng rng) {
    VR_CHECK(opts->hue >= 0 && opts->hue <= 0.5, "invalid hue range %g", opts->hue);
    const double range[3] = {opts->brightness, opts->contrast, opts->saturation};
    void (*const change[3])(vr_image, double) = {vr_image_brightness, vr_image_contrast, vr_image_saturation};
    int64_t order[4];
    vr_rng_permutation(order, 4, vr_rng_split(rng, "order"));
    for (int k = 0; k < 4; k++) {
        const int64_t which = order[k];
        if (which == 3) {
            if (opts->hue > 0) vr_image_hue(image, vrp_view_between(-opts->hue, opts->hue, rng, 3));
            continue;
        }
        const double r = range[which];
        VR_CHECK(r >= 0 && isfinite(r), "invalid jitter range %g", r);
        if (r > 0) change[which](image, vrp_view_between(fmax(0, 1 - r), 1 + r, rng, (uint64_t)which));
    }
}

vr_image vr_view(vr_arena *arena, vr_image in, const vr_view_opts *opts, vr_rng rng) {
    static const double whole[2] = {0.08, 1}, upright[2] = {3.0 / 4, 4.0 / 3}, soft[2] = {0.1, 2};
    const int64_t size = opts->size > 0 ? opts->size : 224;
    const vrp_rect part =
        vrp_view_part(in.width, in.height, opts->area[1] > 0 ? opts->area : whole,
                      opts->ratio[1] > 0 ? opts->ratio : upright, vr_rng_split(rng, "part"));
    const vr_image out = vrp_image_resize_crop(arena, in, part, size, size, opts->filter);
    if (vrp_view_happens(opts->flip, rng, "flip")) vr_image_flip(out);
    if (vrp_view_happens(opts->jitter, rng, "jitter"))
        vrp_view_jitter(out, opts, vr_rng_split(rng, "jitter factors"));
    if (vrp_view_happens(opts->grey, rng, "grey")) vr_image_grey(out);
    if (vrp_view_happens(opts->blur, rng, "blur")) {
        const double *sigma = opts->blur_sigma[1] > 0 ? opts->blur_sigma : soft;
        vr_image_blur(out, vrp_view_between(sigma[0], sigma[1], vr_rng_split(rng, "sigma"), 0),
                      size / 20 * 2 + 1, arena);
    }
    if (vrp_view_happens(opts->solarize, rng, "solarize")) vr_image_solarize(out, 128);
    return out;
}
