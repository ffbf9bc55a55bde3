// lamina/layers/activation.hpp: an activation as a layer of its own.
#pragma once

#include <lamina/layers/activated.hpp>
#include <lamina/layers/block.hpp>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// y = A(x), of any shape; Softmax and LogSoftmax work over the last axis.
///
/// Shapes   [a, b, …] -> [a, b, …].
/// Options  Name.
template <class A, class... Options>
struct Activation {
    using options = check_options<families<family::name>, Options...>;
    static constexpr std::string_view kind = "Activation";
    static constexpr std::string_view name = chosen<family::name, Name<"">, Options...>::value;
    using activation = A;

    static constexpr verdict accept(shape in)
    {
        if (in.rank == 0) return refuses(fit::needs_at_least_rank_1);
        if (in.size() == 0) return refuses(fit::an_extent_is_zero);
        return accepts(in);
    }

    template <class T, shape In>
    struct block {
        using value_type = T;
        using layer = Activation;
        template <class U>
        using as = block<U, In>;

        static constexpr shape input = In, output = In;
        static constexpr logits ends_in = logits_of<A>;
        static constexpr std::size_t rows = In.size() / In.back();
        static constexpr std::size_t saved(std::size_t) { return 0; }
        static constexpr std::size_t scratch(std::size_t) { return 0; }

        void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const { activate<A, In.back()>(x, y, n * rows); }

        void backward(Mode, const T* x, const T* y, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (dx) activate_backward<A, In.back()>(A::derivative == reads::input ? x : y, dy, dx, n * rows);
        }

        void backward_from_logits(Mode, const T*, const T*, const T*, const T* dz, T* dx, block&, T*, std::size_t n) const
            requires(logits_of<A> != logits::none)
        {
            if (dx) std::copy_n(dz, n * In.size(), dx);
        }

        auto operator()(const auto& x) const { return call(*this, x); }
    };

    template <auto... In>
    using on = bound<Activation, float, Input<In...>>;
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
