// lamina/layers/reshaping/up_sampling1d.hpp: every step of a sequence several times.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/options.hpp>
#include <lamina/blocks/sizes.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Every step of a sequence `Size` times.
///
/// Shapes   [steps, features] -> [steps · Size, features].
/// Options  Name.
/// Masks    it ends a mask, as in Keras.
/// Refuses  any rank but 2; a size of 0.
/// Example  Sequential<Input<10, 8>, UpSampling1D<2>, Flatten, Dense<4>> model;
template <std::size_t Size, class... Options>
struct UpSampling1D : protocols::layer_base<UpSampling1D<Size, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "UpSampling1D";

    template <class To> static void list_options(To& to) { to("size", Size, 2); }

    static constexpr protocols::verdict accept(Shape in)
    {
        const auto fits = internals::accept_steps(in);
        return fits.answer != protocols::misfit::none ? fits : internals::accept_gathered(Shape{in[0] * Size, in[1]});
    }

    template <Shape In, class X> static X compose(const X& x)
    {
        const X image = internals::as_samples<Shape{In[0], 1, In[1]}>(x);
        return internals::as_samples<Shape{In[0] * Size, In[1]}>(X(resize(image, Window{In[0] * Size, 1}, Nearest{})));
    }
    static constexpr internals::kernels::gather_plan plan(Shape in)
    {
        using namespace internals;
        return plan_gather(in, {repeated_axis(in, 0, Size), whole_axis(in, 1)});
    }

    template <class T, Shape In> using block = internals::GatheredBlock<UpSampling1D, T, In>;
};

}} // namespace lamina
