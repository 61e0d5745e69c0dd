#!/bin/sh
# Runs every benchmark of tests/bench at one and at two threads; the machine is named first.
out=${1:-build}
sed -n 's/^model name[^:]*: /machine: /p' /proc/cpuinfo | head -n 1
for program in "$out"/bench/bench_*; do
    [ -x "$program" ] || continue
    for threads in 1 2; do
        echo "== $(basename "$program"), $threads thread(s)"
        OMP_NUM_THREADS=$threads "$program" || exit 1
    done
done
