// lamina/kernels/reference/dense_any.hpp: dense layers of run-time sizes as plain loops, accumulated in double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/dense_any.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

/// As kernels::dense_any_forward for all units; `w` is not packed: [outputs][inputs].
template <class T>
void dense_any_forward(const T* x, const T* w, const T* bias, T* y, const dense_sizes& s, std::size_t first, std::size_t last,
                       clamp_bounds<T> within)
{
    for (std::size_t n = first; n < last; ++n)
        for (std::size_t o = 0; o < s.outputs; ++o) {
            double sum = bias ? double(bias[o]) : 0.0;
            for (std::size_t i = 0; i < s.inputs; ++i) sum += double(x[n * s.inputs + i]) * double(w[o * s.inputs + i]);
            if (sum < double(within.low)) sum = double(within.low);
            if (sum > double(within.high)) sum = double(within.high);
            y[n * s.outputs + o] = static_cast<T>(sum);
        }
}

}}} // namespace lamina::internals::kernels::reference
