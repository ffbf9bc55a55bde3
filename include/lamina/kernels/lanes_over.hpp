// lamina/kernels/lanes_over.hpp: a function over several arrays at once, in registers, with its own loads and stores.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/tile.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// Calls `f(load, store)` for each register of the positions 0 … n - 1: `load(p)` gives what lies at p + position, `store(v, p)` puts v
/// there. Arrays have any alignment; behind n nothing is read or written.
///
///     lanes_over<T>(n, [&](auto load, auto store) { store(load(a) * load(b) + load(c), y); });
template <class T, class F> void lanes_over(std::size_t n, const F& f)
{
#if LAMINA_PLAIN_LOOPS
    for (std::size_t i = 0; i < n; ++i) f([i](const T* p) { return p[i]; }, [i](const T& v, T* p) { p[i] = v; });
#else
    using lanes = simd::batch<T>;
    std::size_t i = 0;
    for (; i + lanes::size <= n; i += lanes::size)
        f([i](const T* p) { return lanes::load_unaligned(p + i); }, [i](const lanes& v, T* p) { v.store_unaligned(p + i); });
    if (const std::size_t rest = n - i)
        f([i, rest](const T* p) { return simd::load_partial(p + i, rest); },
          [i, rest](const lanes& v, T* p) { simd::store_partial(v, p + i, rest); });
#endif
}

}}} // namespace lamina::internals::kernels
