// lamina/core/language.hpp: that the compiler knows C++20: found out before anything else is read.
//
// Behind an #error a compiler goes on, and a thousand errors follow. What ends it at once is a file that is not there: its name is the
// sentence.
#pragma once

#if defined(_MSVC_LANG)
#define LAMINA_LANGUAGE _MSVC_LANG
#else
#define LAMINA_LANGUAGE __cplusplus
#endif

#if defined(__clang__) && !defined(__apple_build_version__)
#if __clang_major__ < 14
#include <lamina needs clang 14 or newer, or g++ 11 or newer>
#endif
#elif defined(__GNUC__) && !defined(__clang__) && !defined(__EDG__)
#if __GNUC__ < 11
#include <lamina needs g++ 11 or newer, or clang 14 or newer>
#endif
#endif

#if LAMINA_LANGUAGE < 202002L
#include <lamina needs C++20: compile with -std=c++20>
#endif

#undef LAMINA_LANGUAGE
