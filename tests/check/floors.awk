# Reads every #include of visrob_impl/ against the one allowed direction: awk -f floors.awk HEADER... SOURCE...
# Prints every include of a room on the same floor or above, of a leaf, of another room's private header (_impl.h), of a
# private header by a public one, of one study by another; and every cycle of parts, where a part is its .h, _impl.h and .c.
BEGIN {
    # format is above tensor: it gives the arrays of a file as tensors
    split("base tensor format image metric mpc scene nn model train ssl report study", room, " ")
    split("0    1      1.5    2     2      2   3     3  4     5     6   6      7", floor, " ")
    for (i in room) of[room[i]] = floor[i]
    for (i = 1; i < ARGC; i++)
        if (split(ARGV[i], p, "/") == 4 && p[2] == "study") paper[p[3]] = 1
}
# visrob_impl/study/hfs/data_impl.h: the part is study/hfs/data, the study hfs; "" for what the studies share.
function part(path) { sub(/^visrob_impl\//, "", path); sub(/\.[a-z]*$/, "", path); sub(/_impl$/, "", path); return path }
function study(path,   p) { split(part(path), p, "/"); return p[1] == "study" && p[2] in paper ? p[2] : "" }
function fault(text) { print FILENAME ":" FNR ": " text }
function cycle(at,   n, next_, i, k, text) {
    state[at] = 1
    trail[++length_] = at
    n = split(includes[at], next_, " ")
    for (i = 1; i <= n; i++)
        if (state[next_[i]] == 1) {
            text = next_[i]
            for (k = length_; trail[k] != next_[i]; k--) text = trail[k] " -> " text
            print "a cycle: " next_[i] " -> " text
        } else if (!state[next_[i]]) cycle(next_[i])
    length_--
    state[at] = 2
}
FNR == 1 {
    split(FILENAME, p, "/")
    here = p[2]
    if (!(here in of)) fault("the room " here "/ has no floor")
}
/^#include "/ {
    target = $2
    gsub(/"/, "", target)
    dir = FILENAME
    sub(/[^\/]*$/, "", dir)
    target = dir target
    while (sub(/[^\/]+\/\.\.\//, "", target)) continue
    if (target !~ /^visrob_impl\/.*\.h$/) { fault("includes " target); next }
    split(target, p, "/")
    there = p[2]
    private = target ~ /_impl\.h$/
    if (private && FILENAME ~ /\.h$/ && FILENAME !~ /_impl\.h$/) fault("a public header includes the private " target)
    if (there != here) {
        if (!(there in of)) fault("includes the unknown room " there "/")
        else if (of[there] >= of[here]) fault(here "/ may not include " there "/")
        else if (there == "mpc" || (there == "scene" && here != "study")) fault(there "/ is a leaf")
        if (private) fault(target " is private to " there "/")
    } else {
        if (study(target) != "" && study(target) != study(FILENAME))
            fault((study(FILENAME) == "" ? "what studies share" : "the study " study(FILENAME)) " may not include the study " study(target))
        if (part(target) == part(FILENAME)) next
        if (!(part(FILENAME) in includes)) order[++count] = part(FILENAME)
        includes[part(FILENAME)] = includes[part(FILENAME)] " " part(target)
    }
}
END { for (i = 1; i <= count; i++) if (!state[order[i]]) cycle(order[i]) }
