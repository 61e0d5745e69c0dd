# Functions of more than `most` lines, as FILE:NAME:LINES: awk -f functions.awk -v most=80 FILE...
# Relies on clang-format: a function begins at the margin with a line that ends in "{" and ends with "}" at the margin.
/^[A-Za-z_].*\($|^[A-Za-z_].*,$/ && !begin { head = $0 }
/^[A-Za-z_ ].*\) \{$/ && !begin {
    begin = FNR
    name = /^[A-Za-z_]/ ? $0 : head
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
}
/^\}/ {
    if (begin && FNR - begin + 1 > most) print FILENAME ":" name ":" FNR - begin + 1
    begin = 0
}
