/* tensor/tensor.c: shapes and views. At most four dimensions: no method here needs a fifth, and a
 * struct of fixed size can be passed by value and printed in a debugger. */
#include "tensor.h"
#include "../base/error.h"
#include <math.h>
#include <string.h>

vr_tensor vr_tensor_view(float *data, int ndim, const int64_t *shape) {
    VR_CHECK(ndim >= 1 && ndim <= 4, "a tensor has 1 to 4 dimensions, not %d", ndim);
    vr_tensor x = {.data = data, .ndim = ndim};
    int64_t count = 1;
    for (int d = 3; d >= 0; d--) {
        x.shape[d] = d < ndim ? shape[d] : 1;
        x.stride[d] = count;
        bool fits = vr_size_mul(&count, count, x.shape[d]);
        VR_CHECK(fits, "dimension %d is %lld", d, (long long)x.shape[d]);
    }
    return x;
}

vr_tensor vr_tensor_raw(vr_arena *arena, int ndim, const int64_t *shape) {
    vr_tensor x = vr_tensor_view(NULL, ndim, shape);
    x.data = (float *)vr_arena_alloc(arena, vr_tensor_count(x), (int64_t)sizeof(float));
    return x;
}

static vr_tensor vrp_tensor_zeroed(vr_arena *arena, int ndim, const int64_t *shape) {
    vr_tensor x = vr_tensor_raw(arena, ndim, shape);
    memset(x.data, 0, (size_t)vr_tensor_count(x) * sizeof(float));
    return x;
}

vr_tensor vr_tensor_1d(vr_arena *arena, int64_t n) { return vrp_tensor_zeroed(arena, 1, &n); }

vr_tensor vr_tensor_2d(vr_arena *arena, int64_t rows, int64_t cols) {
    const int64_t shape[2] = {rows, cols};
    return vrp_tensor_zeroed(arena, 2, shape);
}

vr_tensor vr_tensor_3d(vr_arena *arena, int64_t a, int64_t b, int64_t c) {
    const int64_t shape[3] = {a, b, c};
    return vrp_tensor_zeroed(arena, 3, shape);
}

vr_tensor vr_tensor_4d(vr_arena *arena, int64_t a, int64_t b, int64_t c, int64_t d) {
    const int64_t shape[4] = {a, b, c, d};
    return vrp_tensor_zeroed(arena, 4, shape);
}

int64_t vr_tensor_count(vr_tensor x) {
    if (x.ndim == 0) return 0;
    return x.shape[0] * x.shape[1] * x.shape[2] * x.shape[3];
}

bool vr_tensor_contiguous(vr_tensor x) {
    int64_t expected = 1;
    for (int d = x.ndim - 1; d >= 0; d--) {
        if (x.shape[d] != 1 && x.stride[d] != expected) return false;
        expected *= x.shape[d];
    }
    return true;
}

void vr_tensor_assign(vr_tensor y, vr_tensor x) {
    VR_CHECK(vr_same_shape(y, x), "y is [%lld,%lld,%lld,%lld] but x is [%lld,%lld,%lld,%lld]",
             (long long)y.shape[0], (long long)y.shape[1], (long long)y.shape[2], (long long)y.shape[3],
             (long long)x.shape[0], (long long)x.shape[1], (long long)x.shape[2], (long long)x.shape[3]);
    if (vr_tensor_contiguous(x) && vr_tensor_contiguous(y)) {
        if (vr_tensor_count(x) > 0) memcpy(y.data, x.data, (size_t)vr_tensor_count(x) * sizeof(float));
        return;
    }
    for (int64_t a = 0; a < x.shape[0]; a++)
        for (int64_t b = 0; b < x.shape[1]; b++)
            for (int64_t c = 0; c < x.shape[2]; c++) {
                float *to = y.data + a * y.stride[0] + b * y.stride[1] + c * y.stride[2];
                const float *from = x.data + a * x.stride[0] + b * x.stride[1] + c * x.stride[2];
                for (int64_t d = 0; d < x.shape[3]; d++) to[d * y.stride[3]] = from[d * x.stride[3]];
            }
}

vr_tensor vr_tensor_copy(vr_arena *arena, vr_tensor x) {
    vr_tensor y = vr_tensor_raw(arena, x.ndim, x.shape);
    vr_tensor_assign(y, x);
    return y;
}

vr_tensor vr_tensor_rows(vr_tensor x) {
    VR_CHECK(x.ndim >= 1 && vr_tensor_contiguous(x), "only a contiguous tensor has rows; copy it first");
    const int64_t last = x.shape[x.ndim - 1];
    const int64_t shape[2] = {last > 0 ? vr_tensor_count(x) / last : 0, last};
    return vr_tensor_view(x.data, 2, shape);
}

vr_tensor vr_tensor_row(vr_tensor x, int64_t i) {
    VR_CHECK(x.ndim >= 2 && i >= 0 && i < x.shape[0], "row %lld of %lld", (long long)i,
             (long long)x.shape[0]);
    vr_tensor y = {.data = x.data + i * x.stride[0], .ndim = x.ndim - 1};
    for (int d = 0; d < 4; d++) {
        y.shape[d] = d < 3 ? x.shape[d + 1] : 1;
        y.stride[d] = d < 3 ? x.stride[d + 1] : 1;
    }
    return y;
}

vr_tensor vr_tensor_slice(vr_tensor x, int dim, int64_t from, int64_t to) {
    VR_CHECK(dim >= 0 && dim < x.ndim, "dimension %d of %d", dim, x.ndim);
    VR_CHECK(0 <= from && from <= to && to <= x.shape[dim], "slice %lld:%lld of %lld", (long long)from,
             (long long)to, (long long)x.shape[dim]);
    if (x.data) x.data += from * x.stride[dim]; /* NULL + 0 is undefined */
    x.shape[dim] = to - from;
    return x;
}

bool vr_is_vec(vr_tensor x, int64_t n) { return x.ndim == 1 && x.shape[0] == n; }

bool vr_is_mat(vr_tensor x, int64_t rows, int64_t cols) {
    return x.ndim == 2 && x.shape[0] == rows && x.shape[1] == cols;
}

bool vr_same_shape(vr_tensor x, vr_tensor y) {
    return x.ndim == y.ndim && memcmp(x.shape, y.shape, sizeof x.shape) == 0;
}

int64_t vr_tensor_find_nonfinite(vr_tensor x) {
    int64_t i = 0;
    for (int64_t a = 0; a < x.shape[0]; a++)
        for (int64_t b = 0; b < x.shape[1]; b++)
            for (int64_t c = 0; c < x.shape[2]; c++) {
                const float *row = x.data + a * x.stride[0] + b * x.stride[1] + c * x.stride[2];
                for (int64_t d = 0; d < x.shape[3]; d++, i++)
                    if (!isfinite(row[d * x.stride[3]])) return i;
            }
    return -1;
}
