# Functions of more than `most` lines: awk -f functions.awk -v most=80 -v known="FILE:NAME:LINES ..." FILE...
# Relies on clang-format: a function begins at the margin with a line that ends in "{" and ends with "}" at the margin. known:
# those that are as long as they have to be.
/^[A-Za-z_].*\($|^[A-Za-z_].*,$/ && !begin { head = $0 }
/^[A-Za-z_ ].*\) \{$/ && !begin {
    begin = FNR
    name = /^[A-Za-z_]/ ? $0 : head
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
}
/^\}/ {
    if (begin && FNR - begin + 1 > most && index(" " known " ", " " FILENAME ":" name ":" FNR - begin + 1 " ") == 0)
        print FILENAME ":" begin ": " name " has " FNR - begin + 1 " lines"
    begin = 0
}
