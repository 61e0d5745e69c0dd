# Who calls the public functions: awk -f public.awk HEADER... SOURCE... EXAMPLE...
# Public is what stands behind VR_API in a header that does not end in _impl.h. Prints those that neither the library nor an
# example calls, a line a header, and last the counts: public, without a caller, called inside their room only, oracles. A
# function whose comment begins with "Oracle:" is what a test compares with and needs no caller.

# The line without comments, strings and characters; `comment` and `directive` go on from line to line.
function code(s,   out, mark) {
    out = ""
    for (;;) {
        if (comment) {
            if (!match(s, /\*\//)) return out
            s = substr(s, RSTART + 2)
            comment = 0
        }
        if (!match(s, /"|'|\/\*|\/\//)) return out s
        mark = substr(s, RSTART, RLENGTH)
        out = out substr(s, 1, RSTART - 1) " "
        s = substr(s, RSTART + RLENGTH)
        if (mark == "//") return out
        if (mark == "/*") comment = 1
        else if (mark == "\"") s = match(s, /^([^"\\]|\\.)*"/) ? substr(s, RLENGTH + 1) : ""
        else s = match(s, /^([^'\\]|\\.)*'/) ? substr(s, RLENGTH + 1) : ""
    }
}
function room(path,   p) { return split(path, p, "/") > 2 ? p[2] : path }
FNR == 1 { comment = directive = depth = declaring = oracle = 0; header = FILENAME ~ /\.h$/; public = header && FILENAME !~ /_impl\.h$/ }
!comment && /^\/\*/ { oracle = /^\/\* Oracle:/ }
{
    line = code($0)
    is_directive = directive || line ~ /^[ \t]*#/
    directive = is_directive && line ~ /\\$/
    if (line ~ /^VR_API/) declaring = naming = 1
    while (match(line, /[A-Za-z_][A-Za-z_0-9]*|[{};]/)) {
        word = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        if (word == "{") depth += !is_directive
        else if (word == "}") depth -= !is_directive
        else if (word == ";") declaring = declaring && is_directive
        else if (word ~ /^vrp?_/) {
            if (declaring && naming && line ~ /^ *\(/) {
                naming = 0
                if (public && word ~ /^vr_/) {
                    of[word] = FILENAME
                    order[++count] = word
                    if (oracle) exempt[word] = 1
                }
            } else if (header || is_directive || depth > 0 || line !~ /^ *\(/) {
                called[word] = 1
                if (FILENAME !~ /^visrob_impl\//) wide[word] = 1
                else if (!(word in from)) from[word] = room(FILENAME)
                else if (from[word] != room(FILENAME)) wide[word] = 1
            }
        }
    }
}
END {
    for (i = 1; i <= count; i++) {
        name = order[i]
        if (name in exempt) oracles++
        else if (!(name in called)) {
            uncalled++
            if (of[name] != last) printf "%s%s:", last ? "\n" : "", of[name]
            last = of[name]
            printf " %s", name
        } else if (!(name in wide) && from[name] == room(of[name])) inside++
    }
    if (last) print ""
    printf "%d public functions, %d without a caller, %d called in their own room only, %d oracles\n", count, uncalled, inside, oracles
}
