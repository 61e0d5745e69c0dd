# Reads every #include "../room/part.h" of visrob_impl against the one allowed direction; prints what breaks it.
BEGIN {
    split("base tensor format image metric mpc nn scene model ssl study report", room, " ")
    split("0    1      2      3     3      3   4  4     5     6   7     4", floor, " ")
    for (i in room) of[room[i]] = floor[i]
}
FNR == 1 { split(FILENAME, part, "/"); here = part[2]; if (!(here in of)) print FILENAME ": a room that has no floor" }
/^#include "\.\.\// {
    target = $2
    gsub(/"|\.\.\//, "", target)
    sub(/\/.*/, "", target)
    if (target == here) next
    if (!(target in of)) print FILENAME ":" FNR ": includes the unknown room " target
    else if (of[target] >= of[here]) print FILENAME ":" FNR ": " here "/ may not include " target "/"
    else if (target == "mpc" || (target == "scene" && here != "study")) print FILENAME ":" FNR ": " target "/ is a leaf"
}
