// lamina/core/subnormals.hpp: numbers too small to have all their digits, taken for zero while something trains.
#pragma once

#include <lamina/core/architecture.hpp>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// While it lives, its thread takes subnormal numbers (below 1.2e-38 for float) for zero, as TensorFlow does. Where a gradient is zero
/// from some step on, Adam's moments shrink until they are such numbers, and each costs an x86 processor up to 150 cycles.
/// Processors other than x86 go on as they do. It reaches what functions compute that are called meanwhile; compilers may move
/// arithmetic beside it.
class FlushSubnormals {
public:
    FlushSubnormals(const FlushSubnormals&) = delete;
    FlushSubnormals& operator=(const FlushSubnormals&) = delete;

#if defined(__SSE2__)
    FlushSubnormals() { _mm_setcsr(before | flush_to_zero | are_zero); }
    ~FlushSubnormals() { _mm_setcsr(before); }

private:
    static constexpr unsigned flush_to_zero = 0x8000, are_zero = 0x0040; // results, operands
    unsigned before = _mm_getcsr();
#else
    FlushSubnormals() {} // not defaulted: a variable of it is used
#endif
};

}}} // namespace lamina::internals
