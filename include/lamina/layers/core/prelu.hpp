// lamina/layers/core/prelu.hpp: a relu whose slope below 0 is learned.
//
// Source: He, Zhang, Ren, Sun, "Delving Deep into Rectifiers" (ICCV 2015); Keras's PReLU.
#pragma once

#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/regularizers.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/gather.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// One slope for all of these axes of a sample, counted from 1, as in Keras, where the batch is 0: `SharedAxes<1, 2>` leaves one for each
/// channel of an image.
template <std::size_t... Axis> struct SharedAxes {
    using family = protocols::family::axes;
    static constexpr bool has(std::size_t axis) { return ((axis == Axis) || ...); }
    static constexpr std::size_t last = std::max({std::size_t(0), Axis...});
    static constexpr bool counts_from_1 = ((Axis > 0) && ...);
};

/// y = x above 0, alpha · x below, with an alpha for each element of a sample, or for each place along the axes that are not shared.
///
/// Shapes   [a, b, …] -> the same.
/// Options  SharedAxes<…> (none), initializer (Zeros), KernelRegularizer<…> and KernelConstraint<…> of alpha, Name.
/// Learns   alpha, of the sample's extents; 1 where an axis is shared.
/// Masks    it passes a mask on.
/// Refuses  an input without axes; an axis that is not there.
/// Numerics at 0 the derivative is 0, as in TensorFlow.
/// Example  Sequential<Input<28, 28, 1>, Conv2D<8>, PReLU<SharedAxes<1, 2>>, Flatten, Dense<10>> model;
template <class... Options>
struct PReLU
    : protocols::layer_base<PReLU<Options...>,
                            protocols::families<protocols::family::axes, protocols::family::initializer,
                                                protocols::family::kernel_regularizer, protocols::family::kernel_constraint>,
                            Options...> {
    static constexpr std::string_view kind = "PReLU";
    using shared = protocols::chosen<protocols::family::axes, SharedAxes<>, Options...>;
    using initializer = protocols::chosen<protocols::family::initializer, Zeros, Options...>;

    struct alpha_of {
        static auto& of(auto& block) { return block.alpha; }
        static constexpr std::string_view regularizer = "alpha_regularizer", constraint = "alpha_constraint";
    };
    using rules = protocols::rules_together<internals::kernel_rules<alpha_of, Options...>>;

    template <class To> static void list_options(To& to)
    {
        to("alpha_initializer", initializer{}, Zeros{});
        rules::list_options(to);
        const auto list = []<std::size_t... Axis>(SharedAxes<Axis...>) { return Shape{Axis...}; };
        if constexpr (shared::last > 0) to("shared_axes", list(shared{}), nullptr);
        else to("shared_axes", nullptr, nullptr);
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank == 0) return refuses(protocols::misfit::needs_at_least_rank_1);
        if (!shared::counts_from_1 || shared::last > in.rank)
            return refuses(protocols::misfit::an_axis_is_beyond_the_rank__axes_do_not_count_the_batch);
        return in.size() == 0 ? refuses(protocols::misfit::an_extent_is_zero) : protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<PReLU, T, In> {
        static constexpr bool passes_mask = true;
        static constexpr Shape slopes = [] {
            Shape s = In;
            for (std::size_t axis = 0; axis < In.rank; ++axis)
                if (shared::has(axis + 1)) s.extents[axis] = 1;
            return s;
        }();

        Variable<T, slopes, stored_types::storage_kind{.in_row = In.rank}> alpha;

        void initialize(Random random) { lamina::protocols::initialize<initializer>(alpha, random, {}); }

        static constexpr std::size_t scratch(std::size_t) { return 2 * stride; }

        void forward(protocols::Mode, const T* x, T* y, T*, T* scratch, std::size_t n) const
        {
            const T* const slope = of_sample(scratch);
            for (std::size_t sample = 0; sample < n; ++sample, x += In.size(), y += In.size())
                internals::kernels::transform(x, slope, y, In.size(), [](const auto& v, const auto& a) {
                    const std::decay_t<decltype(v)> zero(T(0));
                    return protocols::simd::select(v > zero, v, v * a);
                });
        }

        void backward(protocols::Mode mode, const T* x, const T*, const T*, const T* dy, T* dx, block& gradient, T* scratch,
                      std::size_t n) const
        {
            const T* const slope = of_sample(scratch);
            T* const dslope = scratch + stride;
            std::fill_n(dslope, In.size(), T(0));
            for (std::size_t sample = 0; sample < n; ++sample, x += In.size(), dy += In.size()) {
                if (mode.parameters)
                    internals::kernels::transform(x, dy, dslope, dslope, In.size(),
                                                  [](const auto& v, const auto& d, const auto& s) {
                                                      const std::decay_t<decltype(v)> zero(T(0));
                                                      return s + protocols::simd::select(v < zero, v * d, zero);
                                                  });
                if (!dx) continue;
                internals::kernels::transform(x, slope, dy, dx, In.size(), [](const auto& v, const auto& a, const auto& d) {
                    const std::decay_t<decltype(v)> zero(T(0));
                    return protocols::simd::select(v > zero, d, protocols::simd::select(v < zero, a * d, zero));
                });
                dx += In.size();
            }
            if (!mode.parameters) return;
            internals::kernels::gather_backward(dslope, scratch, 1, plan);
            internals::kernels::add(scratch, gradient.alpha.data(), slopes.size());
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            return where(greater(x, 0), x, where(less(x, 0), x * with(alpha), zeros_like(x)));
        }

    private:
        static constexpr std::size_t stride = internals::padded<T>(In.size());

        /// How the slopes of a sample's elements are taken out of alpha.
        static constexpr internals::kernels::gather_plan plan = [] {
            internals::kernels::gather_axis axes[6]{};
            std::size_t step = slopes.size();
            for (std::size_t axis = 0; axis < In.rank; ++axis) {
                step /= slopes[axis];
                axes[axis] = {.extent = In[axis], .count = slopes[axis], .stride = step, .repeat = In[axis] / slopes[axis]};
            }
            return internals::kernels::plan_gather(slopes.size(), axes, In.rank);
        }();

        const T* of_sample(T* to) const
        {
            if (slopes == In) return alpha.data();
            internals::kernels::gather_forward(alpha.data(), to, 1, plan);
            return to;
        }
    };
};

}} // namespace lamina
