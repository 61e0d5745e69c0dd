#!/bin/sh
# The layers' tests where there is no BLIS: portable.sh native | plain | aarch64.
#   native   this machine's vectors            plain    the compiler's default, without AVX
#   aarch64  NEON, cross-compiled, under qemu  (Debian: gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static)
# Exit code 77: the cross compiler or qemu is not installed.
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc} arch= run= static=
case $1 in
native) arch=-march=native ;;
plain) ;;
aarch64)
    cc=aarch64-linux-gnu-gcc run=qemu-aarch64-static static=-static
    command -v $cc >/dev/null && command -v $run >/dev/null || exit 77
    ;;
*) echo "usage: portable.sh native | plain | aarch64" >&2 && exit 2 ;;
esac
flags="-std=c11 -O3 $arch -fopenmp -fno-math-errno -fno-trapping-math -ffp-contract=fast -D_GNU_SOURCE -DVR_NO_BLIS
    -isystem tests/check/plain -isystem /usr/include/stb -I."
for room in base tensor nn; do
    for file in visrob_impl/$room/*.c; do
        $cc $flags -DVISROB_IMPLEMENTATION -c "$file" -o "$work/$room-$(basename "$file").o" || exit 1
    done
done
for test in gemm kernels packed; do
    $cc $flags tests/test_$test.c "$work"/*.o -o "$work/test" $static -lm || exit 1
    OMP_WAIT_POLICY=passive $run "$work/test" || exit 1
done
