// lamina/layers/regularization/spatial_dropout_block.hpp: the block of layers that drop whole channels.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/drop.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/columns.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A Dropout that draws once for each channel of a sample.
template <class Layer, fraction Rate, class T, Shape In> struct SpatialDropoutBlock : block_base<Layer, T, In> {
    static constexpr bool passes_mask = true, each_step = true;
    static constexpr std::size_t channels = In.back();

    static constexpr std::size_t scratch(std::size_t) { return padded<T>(channels); }

    void forward(Mode mode, const T* x, T* y, T*, T* factors, std::size_t n) const { multiply(mode, x, y, factors, n); }

    void backward(Mode mode, const T*, const T*, const T*, const T* dy, T* dx, SpatialDropoutBlock&, T* factors,
                  std::size_t n) const
    {
        if (dx) multiply(mode, dy, dx, factors, n);
    }

    template <class X, class With> X compose(const With& with, const X& x) const
    {
        if (!with.mode().training) return x;
        Shape one = In; // of each channel the same factor for all rows
        for (std::size_t axis = 0; axis + 1 < one.rank; ++axis) one.extents[axis] = 1;
        return x * composed_drop<Rate, T>(with, x, one);
    }

private:
    static void multiply(Mode mode, const T* from, T* to, T* factors, std::size_t n)
    {
        if (!mode.training) std::copy_n(from, n * In.size(), to);
        for (std::size_t sample = 0; sample < n && mode.training; ++sample, ++mode.first, from += In.size(), to += In.size()) {
            std::fill_n(factors, channels, T(1));
            drop<Rate>(mode, factors, factors, channels, 1);
            kernels::map_columns(to, In.size() / channels, channels, std::array{from}, std::array<const T*, 1>{factors},
                                 [](const auto& v, const auto& f) { return v * f; });
        }
    }
};

}}} // namespace lamina::internals
