#!/bin/sh
# The library as other projects get it: install.sh make | cmake FOLDER, an empty folder to work in.
#   make    `make install` below another root, programs that pkg-config and C++ build against it, `make uninstall`
#   cmake   find_package of that, add_subdirectory, `cmake --install` and find_package again
# Exit code 77: cmake or pkg-config is not installed.
set -eu
cd "$(dirname "$0")/../.."
source=$PWD
mkdir -p "$2"
work=$(cd "$2" && pwd)
unset MAKEFLAGS MAKELEVEL MFLAGS DESTDIR
fail() { echo "$*" && exit 1; }

cat >"$work/program.c" <<'C'
#include <visrob.h>
#include <stdio.h>
int main(void) {
    vr_arena a = {0};
    vr_tensor x = vr_tensor_2d(&a, 2, 3);
    vr_model *model = vr_model_random(&a, "resnet20", 1, VR_FATAL); /* needs BLIS and threads */
    vr_tensor f = vr_model_features(&a, model, vr_tensor_4d(&a, 1, 32, 32, 3));
    printf("%d %d %s\n", (int)vr_tensor_count(x), (int)f.shape[1], VR_VERSION);
    vr_arena_free(&a);
    return 0;
}
C
version=$(sed -n 's/.*VR_VERSION  *"\(.*\)".*/\1/p' visrob_impl/base/base.h)
says() { # says COMMAND...: the program runs, and prints what it should
    out=$("$@")
    [ "$out" = "6 64 $version" ] || fail "$* prints '$out'"
}
run_make() { # one at a time, because it builds what is not built yet
    mkdir -p build
    flock build make -s -j2 "$@" >"$work/log" 2>&1 || { tail -n 20 "$work/log" && exit 1; }
}
install() { run_make install "$@"; }
install_shared() { run_make install-shared "$@"; }
project() { # project NAME LINE TARGET OPTION...: builds program.c in a CMake project that has LINE, and runs it
    folder=$work/$1 line=$2 target=$3
    shift 3
    mkdir "$folder"
    cat >"$folder/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.16)
project(user LANGUAGES C)
$line
add_executable(program $work/program.c)
target_link_libraries(program $target)
CMAKE
    cmake -S "$folder" -B "$folder/build" "$@" >"$folder/log" 2>&1 && cmake --build "$folder/build" -j2 >>"$folder/log" 2>&1 ||
        { tail -n 20 "$folder/log" && exit 1; }
    says "$folder/build/program"
}

case $1 in
make)
    command -v pkg-config >/dev/null || { echo "pkg-config is not installed" && exit 77; }
    root=$work/root
    install DESTDIR="$root" PREFIX=/opt/v LIBDIR=lib/multi
    find "$root" -name '*_impl.h' -o -name 'stb.h' | grep . && fail "private headers are installed"
    lib=$root/opt/v/lib/multi
    export PKG_CONFIG_PATH="$lib/pkgconfig"
    config() { pkg-config --define-variable=prefix="$root/opt/v" "$@" visrob; }
    [ "$(config --modversion)" = "$version" ] || fail "visrob.pc has another version"
    [ -n "$(config --variable=arch)" ] || fail "visrob.pc does not say what processor the library is for"
    cc -std=c11 -Wall -Wextra -Werror "$work/program.c" $(config --cflags --libs) -o "$work/shared"
    says env LD_LIBRARY_PATH="$lib" "$work/shared"
    readelf -d "$work/shared" | grep -q "NEEDED.*libvisrob\.so\.[0-9.]*\]" || fail "the program needs no numbered libvisrob.so"
    cc "$work/program.c" $(config --cflags) "$lib/libvisrob.a" $(config --static --libs | sed 's/-lvisrob//') -o "$work/static"
    says "$work/static"
    echo '#include <visrob.h>
int main() { vr_arena a = {}; vr_arena_free(&a); return 0; }' >"$work/program.cc"
    c++ -std=c++17 "$work/program.cc" $(config --cflags --libs) -o "$work/cxx"
    "$root/opt/v/bin/visrob-classify" --help >/dev/null && ldd "$root/opt/v/bin/visrob-classify" | grep -q "bin/../lib/multi/libvisrob" || fail "an installed program does not run"
    if [ "$(uname -m)" = x86_64 ]; then
        install_shared DESTDIR="$root" PREFIX=/opt/v LIBDIR=lib/multi/glibc-hwcaps/x86-64-v2
        ldd "$root/opt/v/bin/visrob-classify" | grep -q glibc-hwcaps || fail "the loader does not take the library for this processor"
    fi
    make -s uninstall DESTDIR="$root" PREFIX=/opt/v LIBDIR=lib/multi
    ! find "$root" -type f -o -type l | grep . || fail "make uninstall leaves files behind"
    # What was built for one processor is not taken for another.
    object=build/flags/obj/visrob_impl/base/log.o
    run_make MODE=flags ARCH= $object
    make -q MODE=flags ARCH= $object || fail "an object is built again with the same flags"
    ! make -q MODE=flags ARCH=-DOTHER $object || fail "an object is not built again with other flags"
    rm -rf build/flags
    ;;
cmake)
    command -v cmake >/dev/null || { echo "cmake is not installed" && exit 77; }
    install DESTDIR="$work/made" PREFIX=/usr
    project of_make "find_package(visrob 0.1 REQUIRED)" visrob::visrob -DCMAKE_PREFIX_PATH="$work/made/usr"
    project of_make_static "find_package(visrob REQUIRED)" visrob::static -DCMAKE_PREFIX_PATH="$work/made/usr"
    ! (project newer "find_package(visrob 99 REQUIRED)" visrob::visrob -DCMAKE_PREFIX_PATH="$work/made/usr") >/dev/null ||
        fail "version 99 is found"
    # -O0: the build is what is tested
    project inside "add_subdirectory($source visrob)" visrob::visrob -DCMAKE_BUILD_TYPE=Debug
    cmake -S "$source" -B "$work/build" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_INSTALL_PREFIX="$work/cmade" -DBUILD_SHARED_LIBS=ON >"$work/log" 2>&1 &&
        cmake --build "$work/build" -j2 >>"$work/log" 2>&1 && cmake --install "$work/build" >>"$work/log" 2>&1 ||
        { tail -n 20 "$work/log" && exit 1; }
    project of_cmake "find_package(visrob REQUIRED)" visrob::visrob -DCMAKE_PREFIX_PATH="$work/cmade"
    ;;
*) echo "usage: install.sh make | cmake FOLDER" >&2 && exit 2 ;;
esac
