#!/bin/bash
# The rules of the house. Each line says what holds; the first lines of what does not are printed below it.
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0
rule() { # rule NAME COMMAND...: the command has to succeed
    local name=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok    $name"
    else
        failed=$((failed + 1))
        echo "FAIL  $name"
        head -n 20 "$work/log" | sed 's/^/      /'
    fi
}
silent() { # silent COMMAND...: has to print nothing
    "$@" >"$work/said" 2>&1
    cat "$work/said"
    [ ! -s "$work/said" ]
}
headers=$(find visrob_impl -name '*.h' | sort)
sources=$(find visrob_impl -name '*.c' | sort)
strict="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes -Wno-pass-failed -Werror" # pass-failed: clang's remark that it left an `omp simd` loop scalar
stb="-isystem /usr/include/stb"
libs="-lblis -fopenmp -lm"
compilers="gcc"
if command -v clang >/dev/null; then compilers="gcc clang"; else skipped=$((skipped + 1)) && echo "skip  clang is not installed"; fi

rule "rooms include only the floors below" silent awk -f tests/check/floors.awk $headers $sources
rule "every public function has a doc comment" silent awk -f tests/check/docs.awk $headers
listed() {
    for f in $headers $sources; do
        [ "$f" = visrob_impl/base/stb.h ] || grep -q "\"$f\"" visrob.h || echo "visrob.h does not include $f"
    done
}
rule "the umbrella includes every file" silent listed
each_header() {
    for h in $headers; do
        echo "#include \"$h\"" | gcc -std=c11 $stb -I. -Wall -Wextra -Werror -Wno-unused-function -x c -fsyntax-only - || return 1
    done
}
rule "each header stands alone" each_header
rule "headers compile as C++17" sh -c 'echo "#include \"visrob.h\"
int main() { return 0; }" | g++ -std=c++17 -I. -Wall -Wextra -Werror -Wno-missing-field-initializers -x c++ -fsyntax-only -'
for cc in $compilers; do
    per_file() { for f in $sources; do $cc -std=c11 -O2 -march=native -fopenmp -fopenmp-simd $strict $stb -DVISROB_IMPLEMENTATION -c "$f" -o "$work/x.o" || return 1; done; }
    rule "no warnings, file by file ($cc)" per_file
    cat >"$work/user.c" <<'C'
#define VISROB_IMPLEMENTATION
#include "visrob.h"
#include <stdio.h>
int main(void) {
    vr_arena a = {0};
    vr_tensor x = vr_tensor_2d(&a, 2, 3);
    printf("%d\n", (int)vr_tensor_count(x));
    vr_arena_free(&a);
    return 0;
}
C
    omp=-fopenmp
    [ "$cc" = clang ] && omp="-fopenmp=libgomp"
    rule "one unit ($cc)" $cc -std=c11 -O1 -march=native $omp $strict $stb -I. "$work/user.c" -o "$work/user" -lblis -lm
done
rule "one unit as the README builds it (gcc)" gcc -O3 -march=native -ffp-contract=fast -fopenmp -Wall -Wextra -Werror $stb -I. "$work/user.c" -o "$work/user" -lblis -lm
rule "the switch VR_NO_BLIS" gcc -std=c11 -O1 -fopenmp $strict $stb -I. -DVR_NO_BLIS "$work/user.c" -o "$work/user" -lm
rule "the switch VR_NO_OPENMP" gcc -std=c11 -O1 $strict -Wno-unknown-pragmas $stb -I. -DVR_NO_OPENMP "$work/user.c" -o "$work/user" -lblis -lm
rule "the layers without BLIS and AVX" tests/check/portable.sh plain
if command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64-static >/dev/null; then
    rule "the layers on aarch64, with NEON, under qemu" tests/check/portable.sh aarch64
else
    skipped=$((skipped + 1)) && echo "skip  aarch64: gcc-aarch64-linux-gnu or qemu-user-static is not installed"
fi
single() {
    tests/check/single.sh >"$work/visrob_single.h" && sed 's/visrob.h/visrob_single.h/' "$work/user.c" >"$work/s.c" &&
        (cd "$work" && gcc -std=c11 -O1 -fopenmp $stb s.c -o s -lblis -lm && [ "$(./s)" = 6 ])
}
rule "the switch VR_API=static" gcc -std=c11 -O1 -fopenmp $strict -Wno-unused-function $stb -I. -DVR_API=static "$work/user.c" -o "$work/user" -lblis -lm
rule "the single file works alone" single
beside() {
    printf '#define STB_IMAGE_IMPLEMENTATION\n#define STB_IMAGE_WRITE_IMPLEMENTATION\n#include "stb_image.h"\n#include "stb_image_write.h"\n' >"$work/stb.c"
    gcc -w $stb "$work/stb.c" "$work/user.c" -I. -fopenmp -o "$work/user" -lblis -lm
}
rule "a program with its own stb links" beside
globals() { nm -g --defined-only build/libvisrob.a | awk 'NF == 3 && $3 !~ /^vr_|^\.gomp_critical_user_vrp_/ {print $3}'; }
rule "every global is vr_-prefixed" silent globals
long_files() { wc -l $headers $sources | awk '$2 != "total" && $1 > 1000 {print $2 ": " $1 " lines"}'; }
rule "files stay under 1,000 lines" silent long_files
echo "check: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
