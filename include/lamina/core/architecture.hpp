// lamina/core/architecture.hpp: the inline namespace named by the instruction set the compiler was told.
//
// A header-only library is compiled into every object of a program, and those may be built with different -march.
// An inline function that is vectorised differently in two of them would be one symbol with two meanings (an ODR
// violation that ends in SIGILL), so everything that reaches a kernel lives in `lamina::inline LAMINA_ARCHITECTURE`.
#pragma once

#if defined(__AVX512F__) && defined(__AVX512CD__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#if defined(__AVX512VNNI__)
#define LAMINA_ARCHITECTURE avx512_vnni
#else
#define LAMINA_ARCHITECTURE avx512
#endif
#elif defined(__AVX2__) && defined(__FMA__)
#define LAMINA_ARCHITECTURE avx2
#elif defined(__AVX__)
#define LAMINA_ARCHITECTURE avx
#elif defined(__SSE4_2__)
#define LAMINA_ARCHITECTURE sse4_2
#elif defined(__SSE2__) || defined(_M_X64)
#define LAMINA_ARCHITECTURE sse2
#elif defined(__aarch64__) || defined(_M_ARM64)
#define LAMINA_ARCHITECTURE neon64
#else
#define LAMINA_ARCHITECTURE portable
#endif

namespace lamina::inline LAMINA_ARCHITECTURE {}
