// lamina/layers/pooling/global_pooling.hpp: what poolings of whole images and of whole sequences have in common.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/step_mask.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/columns.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/layers/pooling/pool_geometry.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The shapes and options of a global pooling.
template <pooled Over, class... Options> struct GlobalPooling {
    static constexpr bool keeps_dims = std::is_same_v<chosen<family::keep_dims, void, Options...>, KeepDims>;

    template <class To> static void list_options(To& to) { to("keepdims", keeps_dims, false); }

    static constexpr verdict accept(Shape in)
    {
        if (const verdict fits = accept_pooled<Over>(in); fits.answer != misfit::none) return fits;
        return accepts(keeps_dims ? pooled_shape<Over>(1, 1, in.back()) : Shape{in.back()});
    }
};

/// The mean of each channel. Rows of channels that are masked are left out.
template <class Layer, class T, Shape In> struct GlobalAverageBlock : block_base<Layer, T, In> {
    static constexpr std::size_t channels = In.back(), rows = In.size() / channels;

    void forward(Mode mode, const T* x, T* y, T*, T*, std::size_t n) const
    {
        std::fill_n(y, n * channels, T(0));
        for (std::size_t sample = 0; sample < n; ++sample, x += In.size(), y += channels) {
            const StepMask mask = mask_of(mode, sample);
            if (mask.there == nullptr) kernels::add_rows(x, y, rows, channels);
            for (std::size_t row = 0; row < rows && mask.there; ++row)
                if (mask.there[row]) kernels::add(x + row * channels, y, channels);
            const T count = rows_there(mask);
            for (std::size_t c = 0; c < channels; ++c) y[c] /= count;
        }
    }

    void backward(Mode mode, const T*, const T*, const T*, const T* dy, T* dx, GlobalAverageBlock&, T*, std::size_t n) const
    {
        if (dx == nullptr) return;
        for (std::size_t sample = 0; sample < n; ++sample, dy += channels) {
            const StepMask mask = mask_of(mode, sample);
            const T count = rows_there(mask);
            for (std::size_t row = 0; row < rows; ++row, dx += channels)
                if (mask.there && mask.there[row] == 0) std::fill_n(dx, channels, T(0));
                else
                    for (std::size_t c = 0; c < channels; ++c) dx[c] = dy[c] / count;
        }
    }

    template <class X, class With> X compose(const With& with, const X& x) const
    {
        const X all = as_samples<Shape{rows, channels}>(x), mask = with.mask();
        if (!mask) return as_samples<GlobalAverageBlock::output>(X(reduce_mean(all, {1})));
        const X there = as_samples<Shape{rows, 1}>(X(cast(mask, x.dtype())));
        return as_samples<GlobalAverageBlock::output>(X(reduce_sum(all * there, {1}) / maximum(reduce_sum(there, {1}), 1.0)));
    }

private:
    static StepMask mask_of(Mode mode, std::size_t sample) { return StepMask{mode.mask(), rows}.of_sample(sample); }

    /// By how many the sum is divided; a sample without any row is 0.
    static T rows_there(const StepMask& mask) { return T(mask.there ? std::max<std::size_t>(mask.count(1), 1) : rows); }
};

/// The largest value of each channel; values that are equal share its gradient, as in TensorFlow's reduce_max.
template <class Layer, class T, Shape In> struct GlobalMaxBlock : block_base<Layer, T, In> {
    static constexpr std::size_t channels = In.back(), rows = In.size() / channels;

    static constexpr std::size_t scratch(std::size_t) { return padded<T>(channels); }

    void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const
    {
        kernels::max_pooling_forward(x, y, n, fixed<kernels::pooling_sizes{rows, 1, channels, rows, 1, 1, 1, 0, 0, 1, 1}>{});
    }

    void backward(Mode, const T* x, const T* y, const T*, const T* dy, T* dx, GlobalMaxBlock&, T* share, std::size_t n) const
    {
        if (dx == nullptr) return;
        const auto largest = [](const auto& v, const auto& most) { return (v == most) | !(v == v); }; // and each NaN is
        for (std::size_t sample = 0; sample < n; ++sample, x += In.size(), dx += In.size(), y += channels, dy += channels) {
            double counts[channels] = {};
            kernels::sum_columns(counts, rows, channels, std::array{x}, std::array{y}, [&]<class V>(const V& v, const V& most) {
                return simd::select(largest(v, most), V(T(1)), V(T(0)));
            });
            for (std::size_t c = 0; c < channels; ++c) share[c] = T(double(dy[c]) / counts[c]);
            kernels::map_columns(
                dx, rows, channels, std::array{x}, std::array<const T*, 2>{y, share},
                [&]<class V>(const V& v, const V& most, const V& s) { return simd::select(largest(v, most), s, V(T(0))); });
        }
    }

    template <class X, class With> X compose(const With&, const X& x) const
    {
        return as_samples<GlobalMaxBlock::output>(X(reduce_max(as_samples<Shape{rows, channels}>(x), {1})));
    }
};

}}} // namespace lamina::internals
