#!/bin/bash
# Runs every test program below $1/tests and adds up what cmocka counted. A program that crashes is a failure.
out=${1:-build}
passed=0 failed=0 skipped=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
count() { grep -o "\[ *$1 *\] [0-9]* test(s)" "$log" | head -n 1 | grep -o '[0-9]* test' | grep -o '[0-9]*' || echo 0; }
for program in "$out"/tests/test_*; do
    [[ -x $program && $program != *.d ]] || continue
    start=${EPOCHREALTIME/[.,]/} # microseconds
    timeout "${TEST_TIMEOUT:-900}" "$program" >"$log" 2>&1
    code=$?
    p=$(count PASSED) f=$(count FAILED) s=$(count SKIPPED)
    [ "$code" -ne 0 ] && [ "$f" -eq 0 ] && f=1
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    printf '%-28s %4d passed' "$(basename "$program")" "$p"
    [ "$s" -gt 0 ] && printf ', %d skipped' "$s"
    tenths=$(((${EPOCHREALTIME/[.,]/} - start) / 100000))
    printf ', %d.%d s\n' $((tenths / 10)) $((tenths % 10))
    grep -h '^SKIP:' "$log" | sort -u | sed 's/^/    /'
    if [ "$f" -gt 0 ]; then
        printf '    FAILED (exit code %d):\n' "$code"
        grep -vE '^\[ (RUN  |     OK) ' "$log" | tail -n 40 | sed 's/^/    /'
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
