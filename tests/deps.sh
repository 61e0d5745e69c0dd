#!/bin/sh
# Installs what the build and the tests need and this machine lacks; without root prints the command instead.
# `deps.sh check` also wants what the house's rules are checked with.
set -u
CC=${CC:-cc}
missing=""
need() { # need HEADER LIBRARY PACKAGE
    printf '#include <stddef.h>\n#include <stdarg.h>\n#include <stdint.h>\n#include <setjmp.h>\n#include <%s>\nint main(void){return 0;}\n' "$1" |
        $CC -isystem /usr/include/stb -x c - -o /dev/null $2 2>/dev/null || missing="$missing $3"
}
command -v "$CC" >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
[ -n "${VR_NO_BLIS:-}" ] || need blis.h "-lblis -lm" libblis-openmp-dev
need stb_image.h "" libstb-dev
need cmocka.h -lcmocka libcmocka-dev
if [ "${1:-}" = check ]; then
    command -v g++ >/dev/null 2>&1 || missing="$missing g++"
    command -v clang >/dev/null 2>&1 || missing="$missing clang"
    command -v clang-format >/dev/null 2>&1 || missing="$missing clang-format"
    echo '#include <omp.h>
int main(void) { return 0; }' | clang -fopenmp -x c - -o /dev/null 2>/dev/null || missing="$missing libomp-dev"
fi
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing:$missing" >&2
    apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >&2 && exit 0
fi
echo "missing packages; install them with:  sudo apt-get install$missing" >&2
exit 1
