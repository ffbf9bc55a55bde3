// lamina/layers/reshaping/zero_padding1d.hpp: zeros before and behind the steps of a sequence.
#pragma once

#include <lamina/blocks/sizes.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A sequence with zeros before it and behind it: `1` at both ends, or `Sides{before, after}`.
///
/// Shapes   [steps, features] -> [before + steps + after, features].
/// Options  Name.
/// Masks    it ends a mask, as in Keras.
/// Refuses  any rank but 2.
/// Example  Sequential<Input<20, 8>, ZeroPadding1D<Sides{2, 0}>, Flatten, Dense<4>> model;
template <Sides Padding, class... Options>
struct ZeroPadding1D : protocols::layer_base<ZeroPadding1D<Padding, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "ZeroPadding1D";

    template <class To> static void list_options(To& to) { to("padding", Padding, Sides{1}); }

    static constexpr protocols::verdict accept(Shape in)
    {
        const auto fits = internals::accept_steps(in);
        return fits.answer != protocols::misfit::none ? fits : protocols::accepts(Shape{in[0] + Padding.total(), in[1]});
    }

    template <Shape In, class X> static X compose(const X& x) { return pad(x, {{0, 0}, {Padding.before, Padding.after}}); }
    static constexpr internals::kernels::gather_plan plan(Shape in)
    {
        using namespace internals;
        return plan_gather(in, {padded_axis(in, 0, Padding.before, Padding.after), whole_axis(in, 1)});
    }

    template <class T, Shape In> using block = internals::GatheredBlock<ZeroPadding1D, T, In>;
};

}} // namespace lamina
