#!/bin/bash
# Builds the library and every tests/fuzz/fuzz_*.c (or those that are named) with libFuzzer, ASan and UBSan, and runs each
# for FUZZ_SECONDS (default 30) from its seeds (seeds.txt) and what earlier runs found. Corpora grow in
# build/fuzz/<target>.corpus; an input that crashes is left in build/fuzz: put it, once mended, into tests/fuzz/found.
cd "$(dirname "$0")/../.." || exit 1
command -v clang >/dev/null || { echo "make fuzz needs clang: sudo apt-get install clang libclang-rt-14-dev" >&2; exit 1; }
mkdir -p build/fuzz
flags="-std=c11 -O1 -g -w -isystem /usr/include/stb -I. -DVR_NO_BLIS -DVR_NO_OPENMP -fno-sanitize-recover=undefined"
printf '#define VISROB_IMPLEMENTATION\n#include "visrob.h"\n' >build/fuzz/visrob.c
if [ ! -f build/fuzz/visrob.o ] || [ -n "$(find visrob.h visrob_impl -newer build/fuzz/visrob.o -print -quit)" ]; then
    clang $flags -fsanitize=fuzzer-no-link,address,undefined -c build/fuzz/visrob.c -o build/fuzz/visrob.o || exit 1
fi
targets=("$@")
[ $# -gt 0 ] || targets=($(sed -n 's/^\([a-z]*\) .*/\1/p' tests/fuzz/seeds.txt))
passed=0 failed=0
for name in "${targets[@]}"; do
    run=build/fuzz/$name
    clang $flags -fsanitize=fuzzer,address,undefined "tests/fuzz/fuzz_$name.c" build/fuzz/visrob.o -o "$run" -lm || exit 1
    mkdir -p "$run.corpus" "$run.seeds"
    for seed in $(sed -n "s/^$name //p" tests/fuzz/seeds.txt) tests/fuzz/found/"$name"-*; do
        [ -f "$seed" ] && cp "$seed" "$run.seeds/"
    done
    if "$run" -max_total_time="${FUZZ_SECONDS:-30}" -rss_limit_mb=4096 -malloc_limit_mb=2048 -timeout=10 -max_len=20000 \
        -print_final_stats=1 -artifact_prefix="$run-" "$run.corpus" "$run.seeds" >"$run.log" 2>&1; then
        passed=$((passed + 1))
        echo "ok    $name: $(grep -o 'Done [0-9]* runs in [0-9]* second' "$run.log")s, $(grep -o 'cov: [0-9]*' "$run.log" | tail -n 1)"
    else
        failed=$((failed + 1))
        echo "FAIL  $name" && tail -n 20 "$run.log"
    fi
done
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
