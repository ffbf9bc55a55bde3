// lamina/layers/recurrent/bidirectional.hpp: a recurrent layer and the same one backwards, over one sequence.
//
// Source: Schuster, Paliwal, "Bidirectional Recurrent Neural Networks" (1997); Keras's Bidirectional.
#pragma once

#include <lamina/blocks/after_step.hpp>
#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How a Bidirectional joins its outputs (Keras's merge_mode): beside each other, or a number of each added, multiplied, averaged.
struct MergeConcat {
    using family = protocols::family::merge_mode;
    static constexpr std::string_view name = "concat";
};
struct MergeSum {
    using family = protocols::family::merge_mode;
    static constexpr std::string_view name = "sum";
};
struct MergeMul {
    using family = protocols::family::merge_mode;
    static constexpr std::string_view name = "mul";
};
struct MergeAve {
    using family = protocols::family::merge_mode;
    static constexpr std::string_view name = "ave";
};

namespace internals {

/// A layer that goes over the steps of a sequence, and can be told to do it otherwise.
template <class L>
concept Recurrent = requires { L::sequences, L::backwards, L::zero_for_mask, L::units; };

/// A recurrent layer as the first one of a Bidirectional: where it gives sequences, the output of a masked step is zero.
template <class L> struct as_forward_layer {
    using type = L;
};
template <class L>
    requires(L::sequences && !L::zero_for_mask)
struct as_forward_layer<L> {
    using type = typename L::template with<ZeroOutputForMask>;
};

} // namespace internals

/// A recurrent layer, and another of the same options that begins with the last step, side by side.
///
/// Shapes   [steps, features] -> those of the layer, with twice as many units where they are put beside each other. The sequence of the second
///          is turned round before: outputs of one step are joined.
/// Options  MergeConcat (the default), MergeSum, MergeMul, MergeAve, Name. Keras's merge_mode None gives two outputs: a struct with both layers as
///          fields does.
/// Learns   what the layers learn: forward_layer/kernel, backward_layer/kernel and so on.
/// Masks    as the layer; where it gives sequences, the output of a masked step is zero, as in Keras.
/// Refuses  a layer that is not recurrent or goes backwards itself, and what the layer refuses.
/// Example  Sequential<Input<50, 3>, Bidirectional<LSTM<16, ReturnSequences>>, Bidirectional<GRU<8>, MergeSum>, Dense<1>> model;
template <class L, class... Options>
struct Bidirectional
    : protocols::layer_base<Bidirectional<L, Options...>, protocols::families<protocols::family::merge_mode>, Options...> {
    static constexpr std::string_view kind = "Bidirectional";
    using merge = protocols::chosen<protocols::family::merge_mode, MergeConcat, Options...>;
    static constexpr bool beside = std::is_same_v<merge, MergeConcat>, product = std::is_same_v<merge, MergeMul>;

    template <class To> static void list_options(To& to)
    {
        to("layer", typename internals::as_forward_layer<L>::type{});
        to("merge_mode", merge{}, MergeConcat{});
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        using protocols::misfit;
        if constexpr (!internals::Recurrent<L>) return refuses(misfit::needs_a_recurrent_layer_inside);
        else if constexpr (!protocols::options_fit<L>) return refuses(misfit::cannot_take_an_option);
        else if (L::backwards) return refuses(misfit::the_layer_of_a_Bidirectional_goes_Backwards_itself);
        else if (L::zero_for_mask && !L::sequences) return refuses(misfit::a_Bidirectional_says_itself_what_is_ZeroOutputForMask);
        else {
            protocols::verdict one = L::accept(in);
            if (one.answer == misfit::none && beside) one.output.extents[one.output.rank - 1] *= 2;
            return one;
        }
    }

    template <class T, Shape In> struct block : protocols::block_base<Bidirectional, T, In> {
        using first = typename internals::as_forward_layer<L>::type;
        using half = typename first::template block<T, In>;
        using other = typename first::template with<Backwards>::template block<T, In>;
        static constexpr bool passes_mask = L::sequences;
        static constexpr std::size_t multiply_adds = half::multiply_adds + other::multiply_adds;

        half forward_layer;
        other backward_layer;

        /// Joining by product needs both outputs for the pass back.
        static constexpr std::size_t saved(std::size_t n)
        {
            return half::saved(n) + other::saved(n) + (product ? 2 * of_half(n) : 0);
        }
        static constexpr std::size_t scratch(std::size_t n)
        {
            return 2 * of_half(n) + internals::padded<T>(n * In.size()) + std::max(half::scratch(n), other::scratch(n));
        }

        void forward(protocols::Mode mode, const T* x, T* y, T* saved, T* scratch, std::size_t n) const
        {
            T* const a = product && saved ? saved + half::saved(n) + other::saved(n) : scratch;
            T *const b = a + of_half(n), *const work = scratch + 2 * of_half(n);
            forward_layer.forward(mode.inside(0), x, a, saved, work, n);
            backward_layer.forward(mode.inside(1), x, b, saved ? saved + half::saved(n) : nullptr, work, n);
            for (std::size_t r = 0; r < n * rows; ++r, y += wide) join(a + r * units, b + turned(r) * units, y);
        }

        void backward(protocols::Mode mode, const T* x, const T* y, const T* saved, const T* dy, T* dx, block& gradient,
                      T* scratch, std::size_t n) const
        {
            const T* const a = saved + half::saved(n) + other::saved(n);
            T *const da = scratch, *const db = da + of_half(n);
            T *const beside_dx = db + of_half(n), *const work = beside_dx + internals::padded<T>(n * In.size());
            for (std::size_t r = 0; r < n * rows; ++r, dy += wide) {
                const std::size_t at = r * units, other_at = turned(r) * units;
                part(dy, a + of_half(n) + other_at, da + at);
                part(beside ? dy + units : dy, a + at, db + other_at);
            }
            forward_layer.backward(mode.inside(0), x, y, saved, da, dx, gradient.forward_layer, work, n);
            backward_layer.backward(mode.inside(1), x, y, saved + half::saved(n), db, dx ? beside_dx : nullptr,
                                    gradient.backward_layer, work, n);
            if (dx) internals::kernels::add(beside_dx, dx, n * In.size());
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            const X a = forward_layer.compose(with.inside(0), x);
            X b = backward_layer.compose(with.inside(1), x);
            if constexpr (half::output.rank == 2) { // its steps come in reverse
                const std::vector<X> steps = split(b, rows, 1);
                b = concat(std::vector<X>(steps.rbegin(), steps.rend()), 1);
            }
            if constexpr (beside) return concat(std::vector<X>{a, b}, -1);
            else if constexpr (product) return a * b;
            else if constexpr (std::is_same_v<merge, MergeSum>) return a + b;
            else return 0.5 * (a + b);
        }

        double penalty(block* gradient) const
            requires(internals::has_penalty<half>)
        {
            return internals::penalty_of(forward_layer, gradient ? &gradient->forward_layer : nullptr) +
                   internals::penalty_of(backward_layer, gradient ? &gradient->backward_layer : nullptr);
        }
        void after_step()
            requires(internals::has_after_step<half>)
        {
            internals::tell_after_step(forward_layer);
            internals::tell_after_step(backward_layer);
        }

    private:
        static constexpr std::size_t units = L::units, rows = half::output.size() / units, wide = beside ? 2 * units : units;
        static constexpr std::size_t of_half(std::size_t n) { return internals::padded<T>(n * half::output.size()); }

        /// Rows of the backward layer come in reverse where there is one a step.
        static std::size_t turned(std::size_t r) { return r / rows * rows + rows - 1 - r % rows; }

        static void join(const T* a, const T* b, T* y)
        {
            if constexpr (beside) {
                std::copy_n(a, units, y);
                std::copy_n(b, units, y + units);
            }
            else if constexpr (product)
                internals::kernels::transform(a, b, y, units, [](const auto& p, const auto& q) { return p * q; });
            else if constexpr (std::is_same_v<merge, MergeSum>) internals::kernels::add(a, b, y, units);
            else
                internals::kernels::transform(a, b, y, units,
                                              []<class V>(const V& p, const V& q) { return V(T(0.5)) * (p + q); });
        }

        /// The gradient of one output, where `joined` is the other.
        static void part(const T* dy, [[maybe_unused]] const T* joined, T* d)
        {
            if constexpr (product)
                internals::kernels::transform(dy, joined, d, units, [](const auto& p, const auto& q) { return p * q; });
            else if constexpr (std::is_same_v<merge, MergeAve>)
                internals::kernels::transform(dy, d, units, []<class V>(const V& p) { return V(T(0.5)) * p; });
            else std::copy_n(dy, units, d);
        }
    };
};

}} // namespace lamina
