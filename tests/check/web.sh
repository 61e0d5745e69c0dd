#!/bin/sh
# Prints nothing when visrob_impl/report/web.c holds the files of visrob_impl/report/web.
cd "$(dirname "$0")/../.." || exit 1
command -v python3 >/dev/null || { echo "python3 is not installed" && exit 1; }
visrob_impl/report/web/embed.py | cmp -s - visrob_impl/report/web.c ||
    echo "visrob_impl/report/web.c is out of date: visrob_impl/report/web/embed.py > visrob_impl/report/web.c"
