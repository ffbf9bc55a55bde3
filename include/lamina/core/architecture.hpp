// lamina/core/architecture.hpp: the inline namespace named by the instruction set the compiler was told, and by how loops are written.
//
// A header-only library is compiled into every object of a program, and those may be built with different -march.
// An inline function that is vectorized differently in two of them would be one symbol with two meanings (an ODR
// violation that ends in SIGILL), so everything that reaches a kernel lives in `lamina::inline LAMINA_ARCHITECTURE`.
//
// LAMINA_PLAIN_LOOPS is 1 where GCC or clang optimize nothing: kernels are then plain loops over pointers (kernels/plain/), since
// registers, whose every operation is a call there, take about a hundred times as long. It may be set: 0 to debug or to check the
// kernels of the optimized program in a build without optimization, 1 for plain loops in any build. Objects with and without it may
// be in one program.
#pragma once

#include <lamina/core/language.hpp>

#if !defined(LAMINA_PLAIN_LOOPS)
#if defined(__GNUC__) && !defined(__OPTIMIZE__)
#define LAMINA_PLAIN_LOOPS 1
#else
#define LAMINA_PLAIN_LOOPS 0
#endif
#endif

#if LAMINA_PLAIN_LOOPS
#define LAMINA_VARIANT(name) for_##name##_plain
#else
#define LAMINA_VARIANT(name) for_##name
#endif

#if defined(__AVX512F__) && defined(__AVX512CD__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#if defined(__AVX512VNNI__) && defined(__AVX512VBMI__)
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(avx512_vbmi)
#elif defined(__AVX512VNNI__)
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(avx512_vnni)
#else
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(avx512)
#endif
#elif defined(__AVX2__) && defined(__FMA__) && defined(__AVXVNNI__)
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(avx2_vnni)
#elif defined(__AVX2__) && defined(__FMA__)
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(avx2)
#elif defined(__AVX__)
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(avx)
#elif defined(__SSE4_2__)
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(sse4_2)
#elif defined(__SSE4_1__)
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(sse4_1)
#elif defined(__SSSE3__)
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(ssse3)
#elif defined(__SSE2__) || defined(_M_X64)
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(sse2)
#elif defined(__ARM_FEATURE_DOTPROD) && defined(__aarch64__)
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(neon64_dot)
#elif defined(__aarch64__) || defined(_M_ARM64)
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(neon64)
#else
#define LAMINA_ARCHITECTURE LAMINA_VARIANT(portable)
#endif

#define LAMINA_QUOTED(name) LAMINA_QUOTED_AS_IT_STANDS(name)
#define LAMINA_QUOTED_AS_IT_STANDS(name) #name

/// Stands before every function of a type that all objects of a program share: the name of the instruction set becomes a part of the
/// function's name and not of the type's.
#if defined(__GNUC__)
#define LAMINA_TAGGED [[gnu::abi_tag(LAMINA_QUOTED(LAMINA_ARCHITECTURE))]]
#else
#define LAMINA_TAGGED
#endif

namespace lamina {

/// What is stored: shared by all objects of a program, whatever their instruction sets.
namespace stored_types {
}

inline namespace LAMINA_ARCHITECTURE {

/// What somebody writes who adds a layer, a loss, a metric, an optimizer: `using namespace lamina::protocols;`.
namespace protocols {
}

/// What nobody writes but lamina.
namespace internals {
using namespace protocols;
using namespace stored_types;
} // namespace internals

} // namespace LAMINA_ARCHITECTURE
} // namespace lamina
