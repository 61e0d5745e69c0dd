#!/bin/bash
# Runs the program in $1/tests of every tests/test_*.c, TEST_JOBS at a time (default 2), and adds up what cmocka counted. A program that
# crashes is a failure. What a program leaves behind in its temporary folder is removed; a file in this one is a failure.
out=${1:-build}
passed=0 failed=0 skipped=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp"
touch "$work/start"
export TMPDIR=$work/tmp
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive} # threads that wait do not spin: another program needs the core
run() { # run PROGRAM: its output, exit code and tenths of a second, in files of its name
    local name start
    name=$(basename "$1") start=${EPOCHREALTIME/[.,]/} # microseconds
    timeout "${TEST_TIMEOUT:-900}" "$1" >"$work/$name.log" 2>&1
    echo "$? $(((${EPOCHREALTIME/[.,]/} - start) / 100000))" >"$work/$name.new"
    mv "$work/$name.new" "$work/$name.end"
}
count() { grep -o "\[ *$1 *\] [0-9]* test(s)" "$log" | head -n 1 | grep -o '[0-9]* test' | grep -o '[0-9]*' || echo 0; }
seconds() { printf '%d.%d s' $(($1 / 10)) $(($1 % 10)); }
report() { # report NAME
    local log=$work/$1.log code tenths p f s
    read -r code tenths <"$work/$1.end"
    p=$(count PASSED) f=$(count FAILED) s=$(count SKIPPED)
    [ "$code" -ne 0 ] && [ "$f" -eq 0 ] && f=1
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    printf '%-28s %4d passed' "$1" "$p"
    [ "$s" -gt 0 ] && printf ', %d skipped' "$s"
    echo ", $(seconds "$tenths")"
    echo "$tenths $1" >>"$work/times"
    grep -h '^SKIP:' "$log" | sort -u | sed 's/^/    /'
    if [ "$f" -gt 0 ]; then
        printf '    FAILED (exit code %d):\n' "$code"
        grep -vE '^\[ (RUN  |     OK) ' "$log" | tail -n 40 | sed 's/^/    /'
    fi
}
show() { # reports the programs that have ended, as far as all before them have
    while [ ${#waiting[@]} -gt 0 ] && [ -f "$work/${waiting[0]}.end" ]; do
        report "${waiting[0]}"
        waiting=("${waiting[@]:1}")
    done
}
waiting=()
for source in tests/test_*.c; do # a program whose source is gone does not count, one that was not built is a failure
    program=$out/tests/$(basename "$source" .c)
    while [ "$(jobs -pr | wc -l)" -ge "${TEST_JOBS:-2}" ]; do wait -n; done
    run "$program" &
    waiting+=("$(basename "$program")")
    show
done
wait
show
failed=$((failed + ${#waiting[@]})) # killed with all that they had written
for file in $(find . -maxdepth 1 -type f -newer "$work/start" \( -name '*.html' -o -name '*.csv' -o -name '*.npy' \)); do
    echo "FAILED: a test wrote $file"
    failed=$((failed + 1))
done
[ -f "$work/times" ] && echo "slowest:$(sort -rn "$work/times" | head -n 5 | while read -r tenths name; do echo -n " $name $(seconds "$tenths"),"; done)" | sed 's/,$//'
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
