/* base/stb.h: stb_image (decoding of all but JPEG, inflate) and stb_image_write. Private: included by .c files only.
 *
 * stb is compiled static and does not open files (base/os does), so that a program can link its own copy of stb. In a
 * one-file build that includes stb_image.h before visrob.h that copy is used instead. It is found where the compiler is told
 * to look (-I), else in the folder stb/ of the system's headers, where Debian has it. */
#ifndef VISROB_BASE_STB_H
#define VISROB_BASE_STB_H

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wcast-qual"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized" /* a context that is partly zeroed */
#endif
#endif

#if defined(__has_include)
#if !__has_include("stb_image.h") && __has_include(<stb/stb_image.h>)
#define VRP_STB_FOLDER
#endif
#endif

#ifndef STBI_INCLUDE_STB_IMAGE_H
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_NO_JPEG        /* image/jpeg decodes it */
#define STBI_MAX_DIMENSIONS (1 << 16)
#define STBI_ASSERT(x)      ((void)0) /* a broken file must not end the program */
/* 2.27 declares the first name and defines the second: a gcc warning at the end of the unit, after any pragma. */
#define stbi_set_unpremultiply_on_load_thread stbi__unpremultiply_on_load_thread
#ifdef VRP_STB_FOLDER
#include <stb/stb_image.h>
#else
#include "stb_image.h"
#endif
#undef stbi_set_unpremultiply_on_load_thread
#undef STB_IMAGE_IMPLEMENTATION
#endif

#ifndef INCLUDE_STB_IMAGE_WRITE_H /* with stdio: without it 1.16 declares a function that it does not define */
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#ifdef VRP_STB_FOLDER
#include <stb/stb_image_write.h>
#else
#include "stb_image_write.h"
#endif
#undef STB_IMAGE_WRITE_IMPLEMENTATION
#endif
#undef VRP_STB_FOLDER

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
#endif
