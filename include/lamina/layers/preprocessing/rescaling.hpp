// lamina/layers/preprocessing/rescaling.hpp: its input in another range.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = Scale · x + Offset.
///
/// Shapes   [a, b, …] -> the same.
/// Options  Name.
/// Masks    it passes a mask on.
/// Example  Sequential<Input<28, 28, 1>, Rescaling<1 / 127.5, -1>, Conv2D<6>> model;
template <internals::fraction Scale, internals::fraction Offset = 0, class... Options>
struct Rescaling : protocols::layer_base<Rescaling<Scale, Offset, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "Rescaling";

    template <class To> static void list_options(To& to)
    {
        to("scale", Scale.value());
        to("offset", Offset.value(), 0);
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        return in.size() == 0 ? refuses(protocols::misfit::an_extent_is_zero) : protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<Rescaling, T, In> {
        static constexpr bool passes_mask = true, each_step = true;

        void forward(protocols::Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            internals::kernels::transform(x, y, n * In.size(), [](const auto& v) {
                using V = std::decay_t<decltype(v)>;
                return v * V(T(Scale.value())) + V(T(Offset.value()));
            });
        }

        void backward(protocols::Mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (dx)
                internals::kernels::transform(dy, dx, n * In.size(),
                                              [](const auto& d) { return d * std::decay_t<decltype(d)>(T(Scale.value())); });
        }

        template <class X, class With> X compose(const With&, const X& x) const { return x * Scale.value() + Offset.value(); }
    };
};

}} // namespace lamina
