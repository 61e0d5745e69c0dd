#!/bin/bash
# Builds every tests/fuzz/fuzz_*.c with libFuzzer, ASan and UBSan, and runs each for FUZZ_SECONDS (default 30).
# Corpora grow in build/fuzz/<target>/; a crash leaves its input there and ends the run.
cd "$(dirname "$0")/../.." || exit 1
command -v clang >/dev/null || { echo "make fuzz needs clang: sudo apt-get install clang libclang-rt-14-dev" >&2; exit 1; }
mkdir -p build/fuzz
passed=0 failed=0
for source in tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    clang -std=c11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -w -isystem /usr/include/stb \
        -DVR_NO_BLIS -DVR_NO_OPENMP -I. "$source" -o "build/fuzz/$name" -lm || exit 1
    mkdir -p "build/fuzz/$name.corpus"
    if "build/fuzz/$name" -max_total_time="${FUZZ_SECONDS:-30}" -rss_limit_mb=4096 -timeout=10 -artifact_prefix="build/fuzz/$name-" \
        "build/fuzz/$name.corpus" >"build/fuzz/$name.log" 2>&1; then
        passed=$((passed + 1)) && echo "ok    $name: $(grep -o 'Done [0-9]* runs' "build/fuzz/$name.log")"
    else
        failed=$((failed + 1)) && echo "FAIL  $name" && tail -n 20 "build/fuzz/$name.log"
    fi
done
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
