#!/bin/bash
# The rules of the house. Each line says what holds; the first lines of what does not are printed below it. Rules run side by
# side, as many as there are cores, and are printed in the order in which they stand here, the longest first.
cd "$(dirname "$0")/../.." || exit 1
most=375 most_uncalled=1 # public functions (23 of them oracles, twelve of these the backward halves; five so that the small examples stay small), and those without a caller: vr_view, until training calls it
most_example=120 most_small=24 # lines of an example, of one in examples/small
long_functions="visrob_impl/report/font.c:vrp_font_strokes:145" # the strokes of a font are a table; one FILE:FUNCTION:LINES a line

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cores=$(nproc) queued=0 shown=0 passed=0 failed=0 skipped=0
show() { # prints the rules that have ended, as far as all before them have
    local dir code name
    while [ "$shown" -lt "$queued" ]; do
        dir=$work/$shown
        [ -f "$dir/code" ] || return 0
        code=$(cat "$dir/code") name=$(cat "$dir/name")
        case $code in
        0)
            passed=$((passed + 1))
            echo "ok    $name"
            [ ! -f "$dir/note" ] || sed 's/^/      /' "$dir/note"
            ;;
        77) skipped=$((skipped + 1)) && echo "skip  $name: $(tail -n 1 "$dir/log")" ;;
        *)
            failed=$((failed + 1))
            echo "FAIL  $name"
            awk 'NR <= 20 {print "      " $0} END {if (NR > 20) print "      and " NR - 20 " lines more"}' "$dir/log"
            ;;
        esac
        shown=$((shown + 1))
    done
}
rule() { # rule NAME COMMAND...: the command, which has the folder $dir to itself, has to succeed; 77: it cannot be tried here
    local dir=$work/$queued
    mkdir "$dir"
    echo "$1" >"$dir/name"
    shift
    while [ "$(jobs -pr | wc -l)" -ge "$cores" ]; do wait -n; done
    (
        "$@" >"$dir/log" 2>&1
        echo $? >"$dir/exit" && mv "$dir/exit" "$dir/code"
    ) &
    queued=$((queued + 1))
    show
}
silent() { # silent COMMAND...: has to print nothing
    "$@" >"$dir/said" 2>&1
    local code=$?
    cat "$dir/said"
    [ $code -eq 77 ] && return 77
    [ ! -s "$dir/said" ]
}
absent() { ! command -v "$1" >/dev/null && echo "$1 is not installed"; }

headers=$(find visrob_impl -name '*.h' | sort)
public=$(echo "$headers" | grep -v '_impl\.h$')
private=$(echo "$headers" | grep '_impl\.h$')
sources=$(find visrob_impl -name '*.c' | sort)
examples=$(find examples -name '*.c' | sort)
all=$(find visrob.h visrob_impl examples tests -name '*.[ch]' -not -path 'tests/golden/*' | sort)
strict="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes -Wno-pass-failed -Werror" # pass-failed: clang's remark that it left an `omp simd` loop scalar
stb="-isystem /usr/include/stb"
openmp() { if [ "$1" = clang ]; then echo -fopenmp=libgomp; else echo -fopenmp; fi; }
cat >"$work/user.c" <<'C'
#define VISROB_IMPLEMENTATION
#include "visrob.h"
#include <stdio.h>
int main(void) {
    vr_arena a = {0};
    vr_tensor x = vr_tensor_2d(&a, 2, 3);
    printf("%d\n", (int)vr_tensor_count(x));
    vr_arena_reset(&a);
    const float freed = x.data[0]; /* the mistake that a debug build shows */
    vr_arena_free(&a);
    return freed == freed;
}
C

# ---- what builds; some warnings need the optimizer, which the first build has, and sees all in one unit. The others are debug
# builds, in which user.c fails unless freed memory is NaN

readme() { # its two files, compiled by its commands in a folder that holds a copy of the library
    ln -s "$PWD/visrob.h" "$PWD/visrob_impl" "$dir"
    awk -v dir="$dir" '/^```c$/ {n++; inside = 1; next} /^```/ {inside = 0} inside {print > (dir "/" (n == 1 ? "visrob.c" : "program.c"))}' README.md
    sed -n "s/^cc \(.*visrob\.[co]\)/gcc $strict \1/p" README.md >"$dir/commands"
    [ "$(wc -l <"$dir/commands")" = 2 ] && cd "$dir" && sh -e commands && [ -x program ]
}
rule "the README's program builds as it says, without warnings" readme
rule "the layers without BLIS and AVX" tests/check/portable.sh plain
aarch64() {
    absent aarch64-linux-gnu-gcc && return 77
    absent qemu-aarch64-static && return 77
    tests/check/portable.sh aarch64
}
rule "the layers on aarch64, with NEON, under qemu" aarch64
single() {
    tests/check/single.sh >"$dir/visrob.h"
    gcc -O0 -fopenmp -DVISROB_IMPLEMENTATION -I"$dir" -c examples/classify.c -o "$dir/classify.o" &&
        gcc -fopenmp "$dir/classify.o" -o "$dir/classify" -lblis -lm && "$dir/classify" --help >/dev/null &&
        silent awk 'NF == 3 && $3 !~ /^vrp?_|^main$|^\.gomp_critical_user_vrp_/ {print $3}' <(nm -g --defined-only "$dir/classify.o")
}
rule "make install, pkg-config, C++ and make uninstall" tests/check/install.sh make "$work/install"
rule "CMake: find_package and add_subdirectory" tests/check/install.sh cmake "$work/cmake"
rule "the single file works alone, and its globals are vr_ or vrp_" single
program() {
    awk -f tests/check/examples.awk visrob.h >"$dir/program.c"
    gcc -std=c11 -O0 -march=native -fopenmp $strict $stb -I. "$dir/program.c" -o "$dir/program" -lblis -lm
}
rule "visrob.h's program builds" program
beside() {
    printf '#define STB_IMAGE_IMPLEMENTATION\n#define STB_IMAGE_WRITE_IMPLEMENTATION\n#include "stb_image.h"\n#include "stb_image_write.h"\n' >"$dir/stb.c"
    gcc -O0 -w $stb "$dir/stb.c" "$work/user.c" -I. -fopenmp -o "$dir/user" -lblis -lm
}
rule "a program with its own stb links" beside
unit() { # unit COMPILER LIBRARIES OPTION...: the library in one unit, and a program that runs
    absent "$1" && return 77
    "$1" -std=c11 -O0 $strict $stb -I. "${@:3}" "$work/user.c" -o "$dir/user" $2 -lm && "$dir/user" >"$dir/six" && [ "$(cat "$dir/six")" = 6 ]
}
rule "one unit (clang)" unit clang -lblis -march=native -fopenmp=libgomp
rule "the switch VR_NO_BLIS" unit gcc "" -fopenmp -DVR_NO_BLIS
rule "the switch VR_NO_OPENMP" unit gcc -lblis -Wno-unknown-pragmas -DVR_NO_OPENMP
rule "the switch VR_API=static" unit gcc -lblis -fopenmp -Wno-unused-function -DVR_API=static
by_file() { # by_file COMPILER: each source, and each example, by itself
    absent "$1" && return 77
    "$1" -std=c11 -march=native "$(openmp "$1")" -fopenmp-simd $strict $stb -DVISROB_IMPLEMENTATION -fsyntax-only $sources &&
        "$1" -std=c11 $strict -I. -fsyntax-only $examples
}
rule "no warnings, file by file (gcc)" by_file gcc
rule "no warnings, file by file (clang)" by_file clang
rule "each header stands alone" gcc -std=c11 $stb -Wall -Wextra -Werror -Wno-unused-function -fsyntax-only -x c $headers
rule "headers compile as C++17" sh -c 'echo "#include \"visrob.h\"
int main() { return 0; }" | g++ -std=c++17 -I. -Wall -Wextra -Werror -Wno-missing-field-initializers -x c++ -fsyntax-only -'
header_examples() {
    local bad=0 h
    for h in $public; do
        awk -f tests/check/examples.awk "$h" >"$dir/example.c"
        gcc -std=c11 $stb -I. -Wall -Wextra -Werror -Wno-unused -Wno-unused-parameter -fsyntax-only "$dir/example.c" 2>"$dir/errors" && continue
        grep -m 1 "^$h.*error:" "$dir/errors" || sed -n "s|.*error:|$h: error:|p" "$dir/errors" | head -n 1
        bad=1
    done
    return $bad
}
rule "the examples in the headers compile" header_examples

# ---- what includes and calls what

rule "rooms, parts and studies include only what stands below them" silent awk -f tests/check/floors.awk $headers $sources
listed() {
    local f
    for f in $public $sources; do
        [ "$f" = visrob_impl/base/stb.h ] || grep -q "^#include \"$f\"" visrob.h || echo "visrob.h does not include $f"
    done
    grep -n '_impl\.h"' visrob.h $examples
}
rule "the umbrella includes every file but the private headers" silent listed
private_names() { awk '/^(VR_API|static inline) / && match($0, /[a-z_0-9]+\(/) && substr($0, RSTART) !~ /^vrp_/ {print FILENAME ":" FNR ": " $0}' $private /dev/null; }
rule "functions of private headers are vrp_" silent private_names
rule "every public function has a doc comment" silent awk -f tests/check/docs.awk $public
callers() {
    awk -f tests/check/public.awk $headers $sources $examples >"$dir/names"
    { tail -n 1 "$dir/names" && sed '$d' "$dir/names"; } | tee "$dir/note"
    awk -v most=$most -v uncalled=$most_uncalled 'END {exit $1 > most || $4 > uncalled}' "$dir/names"
}
rule "public functions: at most $most, $most_uncalled without a caller" callers

# ---- how it reads

formatted() {
    absent clang-format && return 77
    clang-format --version | grep -q 'version 14\.' || { clang-format --version && return 77; }
    clang-format --dry-run -Werror $all 2>&1 | sed -n 's/^\([^ :]*:[0-9]*\):.*error.*/\1: not what clang-format makes of it/p' | sort -u -t : -k 1,1
    awk '{line = $0; gsub(/sizeof \*/, "", line)}
        line ~ /VR_NEW\([^;]*[A-Za-z0-9_)] \*[A-Za-z0-9_(]/ {print FILENAME ":" FNR ": a product formatted as a pointer: write (W * H)"}' $all
}
rule "clang-format 14 has nothing to change" silent formatted
rule "files stay under 1,000 lines" silent awk 'FNR == 1001 {print FILENAME ": over 1,000 lines"}' $headers $sources
long_functions() { # not in examples: one is as long as its main(), and has a limit of its own
    awk -f tests/check/functions.awk -v most=80 $(echo "$all" | grep -v '^examples/') >"$dir/names"
    grep -xF "$long_functions" "$dir/names" >"$dir/note"
    ! grep -vxF "$long_functions" "$dir/names"
}
rule "functions stay under 80 lines, but for those that are known" long_functions
rule "examples have at most $most_example lines, small ones $most_small" silent awk -v example=$most_example -v small=$most_small \
    'function end() {if (n > most) print file ": " n " lines"}
    FNR == 1 {end(); file = FILENAME; most = file ~ /small\// ? small : example} {n = FNR} END {end()}' $examples
web() {
    absent python3 && return 77
    sh tests/check/web.sh
}
[ ! -f tests/check/web.sh ] || rule "the pages' styles and scripts are those of report/web" silent web

wait
show
failed=$((failed + queued - shown)) # rules that were killed
echo "check: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
