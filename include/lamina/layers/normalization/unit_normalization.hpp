// lamina/layers/normalization/unit_normalization.hpp: every row of a sample as a vector of length 1.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/gather.hpp>
#include <lamina/layers/normalization/normalized_axes.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The axes of a sample that a UnitNormalization goes over, counted from 1, as in Keras, where the batch is 0: `OverAxes<1>` is over the steps
/// of a sequence, `OverAxes<1, 2>` over the pixels of each channel.
template <std::size_t... Axis> struct OverAxes {
    using family = protocols::family::over_axes;
    static constexpr std::size_t count = sizeof...(Axis);
    static constexpr std::array<std::size_t, count> axes{Axis...};
    static constexpr bool has(std::size_t axis) { return ((axis == Axis) || ...); }

    /// An input's axes with those of the others first.
    static constexpr internals::kernels::gather_plan rows_of(const Shape& in)
    {
        internals::kernels::gather_axis order[Shape::max_rank]{};
        std::size_t at = 0;
        for (const bool normalized : {false, true})
            for (std::size_t axis = 0; axis < in.rank; ++axis)
                if (has(axis + 1) == normalized) order[at++] = internals::whole_axis(in, axis);
        return internals::kernels::plan_gather(in.size(), order, in.rank);
    }
};

/// y = x / sqrt(sum of x²), over the last axis of each sample, over its last `Axes`, or over any. A row of zeros stays zeros.
///
/// Shapes   [a, b, …] -> the same.
/// Options  Axes (1) or OverAxes<…>, Name.
/// Masks    it passes a mask on.
/// Refuses  an input without axes; axes that are not there, or twice; both options.
/// Numerics over axes that are not the last ones a sample is brought into rows first, and back.
/// Source   Keras's UnitNormalization, whose length is at least 1e-12.
/// Example  Sequential<Input<64>, Dense<16>, UnitNormalization<>, Dense<10>> model;
template <class... Options>
struct UnitNormalization
    : protocols::layer_base<UnitNormalization<Options...>,
                            protocols::families<protocols::family::axes, protocols::family::over_axes>, Options...> {
    static constexpr std::string_view kind = "UnitNormalization";
    using normalized = internals::NormalizedAxes<Options...>;
    using over = protocols::chosen<protocols::family::over_axes, OverAxes<>, Options...>;
    static constexpr bool is_over_any = over::count > 0;

    template <class To> static void list_options(To& to)
    {
        if constexpr (is_over_any) to("axis", over::axes, internals::LastAxes{1});
        else to("axis", internals::LastAxes{normalized::axes}, internals::LastAxes{1});
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        if constexpr (is_over_any) {
            std::size_t found = 0;
            for (const std::size_t axis : over::axes)
                if (axis == 0 || axis > in.rank)
                    return refuses(protocols::misfit::an_axis_is_beyond_the_rank__axes_do_not_count_the_batch);
            for (std::size_t axis = 1; axis <= in.rank; ++axis) found += over::has(axis);
            constexpr bool both = !std::is_void_v<protocols::chosen<protocols::family::axes, void, Options...>>;
            if (both || found < over::count) return refuses(protocols::misfit::an_axis_is_given_twice);
        }
        return normalized::accept(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<UnitNormalization, T, In> {
        static constexpr std::size_t width = [] {
            if constexpr (!is_over_any) return normalized::row(In).size();
            std::size_t product = 1;
            for (const std::size_t axis : over::axes) product *= In[axis - 1];
            return product;
        }();
        static constexpr bool passes_mask = true,
                              each_step = is_over_any ? !over::has(1) : normalized::axes < In.rank; ///< a row is of one step
        static constexpr std::size_t rows = In.size() / width;
        static constexpr internals::kernels::row_norm norm{false, false, 1e-24};

        static constexpr std::size_t saved(std::size_t n) { return internals::padded<T>(2 * n * rows); } // 0, 1 / length
        static constexpr std::size_t scratch(std::size_t) { return is_over_any ? 3 * stride : 0; }

        void forward(protocols::Mode, const T* x, T* y, T* saved, [[maybe_unused]] T* scratch, std::size_t n) const
        {
            if constexpr (!is_over_any) normalize(x, y, saved, n * rows);
            else
                for (std::size_t sample = 0; sample < n; ++sample, x += In.size(), y += In.size()) {
                    internals::kernels::gather_forward(x, scratch, 1, plan);
                    normalize(scratch, scratch, saved ? saved + 2 * sample * rows : nullptr, rows);
                    internals::kernels::gather_backward(scratch, y, 1, plan);
                }
        }

        void backward(protocols::Mode, const T* x, const T*, const T* saved, const T* dy, T* dx, block&,
                      [[maybe_unused]] T* scratch, std::size_t n) const
        {
            if (!dx) return;
            if constexpr (!is_over_any) normalize_backward(x, saved, dy, dx, n * rows);
            else
                for (std::size_t sample = 0; sample < n; ++sample, x += In.size(), dy += In.size(), dx += In.size()) {
                    T *const in = scratch, *const dout = in + stride, *const din = dout + stride;
                    internals::kernels::gather_forward(x, in, 1, plan);
                    internals::kernels::gather_forward(dy, dout, 1, plan);
                    normalize_backward(in, saved + 2 * sample * rows, dout, din, rows);
                    internals::kernels::gather_backward(din, dx, 1, plan);
                }
        }

        template <class X, class With> X compose(const With&, const X& x) const
        {
            const auto over_axes = [&]<std::size_t... At>(std::index_sequence<At...>) {
                const X squares = reduce_sum(square(x), {static_cast<int>(axis(At))...}, true);
                return X(x * rsqrt(maximum(squares, norm.epsilon)));
            };
            return over_axes(std::make_index_sequence<is_over_any ? over::count : normalized::axes>{});
        }

    private:
        /// Axis number `i` of those that it goes over, in a batch.
        static constexpr std::size_t axis(std::size_t i)
        {
            if constexpr (is_over_any) return over::axes[i];
            else return 1 + In.rank - normalized::axes + i;
        }

        static constexpr internals::kernels::gather_plan plan = over::rows_of(In);
        static constexpr std::size_t stride = internals::padded<T>(In.size());

        static void normalize(const T* x, T* y, T* saved, std::size_t count)
        {
            constexpr const T* none = nullptr;
            internals::kernels::normalize_rows(x, y, count, internals::fixed<width>{}, norm, none, none, saved);
        }
        static void normalize_backward(const T* x, const T* saved, const T* dy, T* dx, std::size_t count)
        {
            constexpr const T* one = nullptr;
            T* const none = nullptr;
            internals::kernels::normalize_rows_backward(x, dy, dx, count, internals::fixed<width>{}, norm, one, saved, none,
                                                        none);
        }
    };
};

}} // namespace lamina
