// lamina/layers/normalization/unit_normalization.hpp: every row of a sample as a vector of length 1.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/layers/normalization/normalized_axes.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = x / sqrt(sum of x²), over the last axis of each sample, or over its last `Axes`. A row of zeros stays zeros.
///
/// Shapes   [a, b, …] -> the same.
/// Options  Axes (1), Name.
/// Masks    it passes a mask on.
/// Refuses  an input without axes; more axes than there are.
/// Source   Keras's UnitNormalization, whose length is at least 1e-12.
/// Example  Sequential<Input<64>, Dense<16>, UnitNormalization<>, Dense<10>> model;
template <class... Options>
struct UnitNormalization
    : protocols::layer_base<UnitNormalization<Options...>, protocols::families<protocols::family::axes>, Options...> {
    static constexpr std::string_view kind = "UnitNormalization";
    using normalized = internals::NormalizedAxes<Options...>;

    template <class To> static void list_options(To& to)
    {
        to("axis", internals::LastAxes{normalized::axes}, internals::LastAxes{1});
    }

    static constexpr protocols::verdict accept(Shape in) { return normalized::accept(in); }

    template <class T, Shape In> struct block : protocols::block_base<UnitNormalization, T, In> {
        static constexpr bool passes_mask = true, each_step = normalized::axes < In.rank;
        static constexpr std::size_t width = normalized::row(In).size(), rows = In.size() / width;
        static constexpr internals::kernels::row_norm norm{false, false, 1e-24};

        static constexpr std::size_t saved(std::size_t n) { return internals::padded<T>(2 * n * rows); } // 0, 1 / length

        void forward(protocols::Mode, const T* x, T* y, T* saved, T*, std::size_t n) const
        {
            constexpr const T* none = nullptr;
            internals::kernels::normalize_rows(x, y, n * rows, internals::fixed<width>{}, norm, none, none, saved);
        }

        void backward(protocols::Mode, const T* x, const T*, const T* saved, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            constexpr const T* one = nullptr;
            T* const none = nullptr;
            internals::kernels::normalize_rows_backward(x, dy, dx, n * rows, internals::fixed<width>{}, norm, one, saved, none,
                                                        none);
        }
    };
};

}} // namespace lamina
