// lamina/models/composites/time_distributed.hpp: a layer at every step of a sequence.
#pragma once

#include <lamina/blocks/after_step.hpp>
#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/models/composites/series.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A layer, or a model, that is run on every step of a sequence by itself: `TimeDistributed<Conv2D<8>>` on [steps, height, width, channels].
///
/// Shapes   [steps, a, b, …] -> [steps, …], where the layer gives […] of [a, b, …]. For Dense there is `EachRow`, which is the same.
/// Options  Name.
/// Learns   what the layer learns: inside/kernel and so on.
/// Masks    one of the steps is passed on where a step is a row before and behind the layer. A layer on sequences (words in sentences) is given
///          the mask of its own steps, and passes it on as it does by itself.
/// Refuses  an input of less than two axes, and what the layer refuses.
/// Example  Sequential<Input<5, 8, 8, 1>, TimeDistributed<Conv2D<4>>, TimeDistributed<Flatten>, LSTM<8>, Dense<1>> model;
template <class L, class... Options>
struct TimeDistributed : protocols::layer_base<TimeDistributed<L, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "TimeDistributed";
    using inner = internals::as_layer<L>;

    template <class To> static void list_options(To& to) { to("layer", inner{}); }

    /// The shape of a step.
    static constexpr Shape step_of(Shape in)
    {
        Shape step;
        for (std::size_t axis = 1; axis < in.rank; ++axis) step.push_back(in[axis]);
        return step;
    }

    static constexpr bool asks_with_constants = internals::asks_with_constants<inner>;
    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank < 2) return refuses(protocols::misfit::needs_at_least_rank_2__steps_and_what_a_step_is);
        return judge(in, internals::ask<inner>(step_of(in)));
    }
    template <Shape In> static constexpr protocols::verdict accept_at()
    {
        if (In.rank < 2) return refuses(protocols::misfit::needs_at_least_rank_2__steps_and_what_a_step_is);
        return judge(In, internals::ask_at<inner, step_of(In)>());
    }
    static constexpr protocols::verdict judge(const Shape& in, const protocols::verdict& one)
    {
        using protocols::misfit;
        if (one.answer != misfit::none) return one;
        if (in[0] == 0) return refuses(misfit::an_extent_is_zero);
        if (one.output.rank == Shape::max_rank) return refuses(misfit::has_too_many_axes);
        Shape out{in[0]};
        for (std::size_t axis = 0; axis < one.output.rank; ++axis) out.push_back(one.output[axis]);
        return protocols::accepts(out);
    }

    template <class Place, class Given>
        requires(Given::value.rank >= 2 && internals::ask_at<inner, step_of(Given::value)>().answer != protocols::misfit::none)
    using refusal_inside = typename internals::refusal_of_one<Place, 0, internals::ask_at<inner, step_of(Given::value)>().answer,
                                                              internals::as_shape<step_of(Given::value)>, inner>::type;

    template <class T, Shape In> struct block : protocols::block_base<TimeDistributed, T, In> {
        using block_of_step = typename inner::template block<T, step_of(In)>;
        static constexpr std::size_t steps = In[0], multiply_adds = steps * internals::multiply_adds_of<block_of_step>();
        static constexpr bool rows = In.rank == 2, each_step = true,
                              passes_mask = rows ? block_of_step::output.rank == 1 : internals::passes_mask_of<block_of_step>();
        static constexpr bool across_batch = internals::across_batch_of<block_of_step>();
        static constexpr bool penalizes_activity = internals::penalizes_activity_of<block_of_step>();
        static constexpr std::size_t whole_below = internals::whole_below_of<block_of_step>();

        block_of_step inside;

        static constexpr std::size_t saved(std::size_t n) { return internals::saved_of<block_of_step>(n * steps); }
        static constexpr std::size_t scratch(std::size_t n) { return internals::scratch_of<block_of_step>(n * steps); }

        void forward(protocols::Mode mode, const T* x, T* y, T* saved, T* scratch, std::size_t n) const
        {
            inside.forward(of_steps(mode), x, y, saved, scratch, n * steps);
        }

        void backward(protocols::Mode mode, const T* x, const T* y, const T* saved, const T* dy, T* dx, block& gradient,
                      T* scratch, std::size_t n) const
        {
            inside.backward(of_steps(mode), x, y, saved, dy, dx, gradient.inside, scratch, n * steps);
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            std::vector<X> masks;
            if constexpr (!rows)
                if (const X mask = with.mask(0)) masks.push_back(internals::as_samples<Shape{In[1]}>(mask));
            const X y = internals::composed(inside, with.inside(0).masked(masks), internals::as_samples<step_of(In)>(x));
            return internals::as_samples<TimeDistributed::accept(In).output>(y);
        }

        double penalty(block* gradient) const
            requires(internals::has_penalty<block_of_step>)
        {
            return internals::penalty_of(inside, gradient ? &gradient->inside : nullptr);
        }
        void after_step()
            requires(internals::has_after_step<block_of_step>)
        {
            internals::tell_after_step(inside);
        }

    private:
        /// Steps are samples; a mask of sequences in them lies as they do.
        static protocols::Mode of_steps(protocols::Mode mode)
        {
            mode.first *= steps;
            if (rows) mode.masks = nullptr;
            return mode.inside(0);
        }
    };
};

}} // namespace lamina
