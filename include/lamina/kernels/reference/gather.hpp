// lamina/kernels/reference/gather.hpp: numbers that change their places, each by itself.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/gather.hpp>

#include <cstddef>
#include <initializer_list>
#include <iterator>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

/// The place in a sample of the input of which place `to` of the output is a copy; -1 where it is a zero.
inline std::ptrdiff_t gathered_from(std::size_t to, std::initializer_list<gather_axis> axes)
{
    std::size_t from = 0;
    for (auto axis = std::rbegin(axes); axis != std::rend(axes); to /= (axis++)->extent) {
        const std::size_t i = to % axis->extent;
        if (i < axis->before || i >= axis->before + axis->count * axis->repeat) return -1;
        from += ((i - axis->before) / axis->repeat + axis->skipped) * axis->stride;
    }
    return static_cast<std::ptrdiff_t>(from);
}

/// As kernels::gather_forward.
template <class T>
void gather_forward(const T* x, T* y, std::size_t n, std::size_t in, std::size_t out, std::initializer_list<gather_axis> axes)
{
    for (std::size_t i = 0; i < n * out; ++i) {
        const std::ptrdiff_t from = gathered_from(i % out, axes);
        y[i] = from < 0 ? T(0) : x[i / out * in + static_cast<std::size_t>(from)];
    }
}

/// As kernels::gather_backward.
template <class T>
void gather_backward(const T* dy, T* dx, std::size_t n, std::size_t in, std::size_t out, std::initializer_list<gather_axis> axes)
{
    for (std::size_t i = 0; i < n * in; ++i) dx[i] = T(0);
    for (std::size_t i = 0; i < n * out; ++i)
        if (const std::ptrdiff_t from = gathered_from(i % out, axes); from >= 0)
            dx[i / out * in + static_cast<std::size_t>(from)] += dy[i];
}

}}} // namespace lamina::internals::kernels::reference
