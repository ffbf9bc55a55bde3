// lamina/kernels/reference/fold.hpp: a row of numbers made into one, from the first to the last; a sum is accumulated in long double.
#pragma once

#include <lamina/core/architecture.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

template <class T, class Combine, class F, class... Inputs>
T fold(std::size_t n, T start, const Combine& combine, const F& f, const Inputs*... inputs)
{
    T result = start;
    for (std::size_t i = 0; i < n; ++i) result = combine(result, f(inputs[i]...));
    return result;
}

template <class T, class F, class... Inputs> T sum_of(std::size_t n, const F& f, const T* x, const Inputs*... more)
{
    long double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += f(x[i], more[i]...);
    return static_cast<T>(sum);
}

}}} // namespace lamina::internals::kernels::reference
