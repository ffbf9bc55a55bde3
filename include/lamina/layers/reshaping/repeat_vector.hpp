// lamina/layers/reshaping/repeat_vector.hpp: one vector as every step of a sequence.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The same features as `Count` steps of a sequence.
///
/// Shapes   [features] -> [Count, features].
/// Options  Name.
/// Refuses  any rank but 1; no step.
/// Example  Sequential<Input<16>, RepeatVector<5>, LSTM<8>> model;
template <std::size_t Count, class... Options>
struct RepeatVector : protocols::layer_base<RepeatVector<Count, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "RepeatVector";

    template <class To> static void list_options(To& to) { to("n", Count); }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank != 1) return refuses(protocols::misfit::needs_rank_1__put_Flatten_before_it);
        return internals::accept_gathered(Shape{Count, in[0]});
    }

    template <Shape In, class X> static X compose(const X& x)
    {
        return tile(internals::as_samples<Shape{1, In[0]}>(x), {1, static_cast<int>(Count), 1});
    }
    static constexpr internals::kernels::gather_plan plan(Shape in)
    {
        return internals::plan_gather(
            in, {{.extent = Count, .count = 1, .stride = 0, .repeat = Count}, internals::whole_axis(in, 0)});
    }

    template <class T, Shape In> using block = internals::GatheredBlock<RepeatVector, T, In>;
};

}} // namespace lamina
