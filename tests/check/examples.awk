# The code in a header's top comment (or in README.md) as a program: awk -f examples.awk FILE; nothing where there is none.
# Code is a block indented by four blanks or more, one of whose lines ends in a semicolon; in README.md a ```c block. What has
# no main() is the body of a function that has what the code around such an example has: three arenas, err, argc and argv,
# a model and a data set.
function flush_block() {
    if (is_code) program = program sprintf("#line %d \"%s\"\n", first, FILENAME) block
    if (is_code && block ~ /int main\(/) whole = 1
    block = blanks = ""
    is_code = 0
}
function add(line) {
    if (block == "") first = FNR
    block = block blanks line "\n"
    blanks = ""
    sub(/ *\/\/.*/, "", line)
    if (line ~ /;$/) is_code = 1
}
FILENAME ~ /\.md$/ {
    if (/^```c$/) inside = 1
    else if (/^```/) { inside = 0; flush_block() }
    else if (inside) add($0)
    next
}
FNR == 1 && !/^\/\*/ { exit }
/^ \*     / { line = substr($0, 8); sub(/ *\*\/$/, "", line); add(line) }
/^ \*$/ && block != "" { blanks = blanks "\n" }
/^ \* ? ? ?[^ ]/ { flush_block() }
/\*\// { flush_block(); exit }
END {
    if (program == "") exit
    if (!whole)
        program = "#include \"visrob.h\"\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\nint example(int argc, char **argv);\n" \
            "int example(int argc, char **argv) {\nvr_arena perm = {0}, step = {0}, scratch = {0};\nvr_err err = {0};\n" \
            "vr_model *model = NULL;\nvr_dataset data = {0};\n{\n" \
            program "}\nreturn 0;\n}\n"
    printf "%s", program
}
