// lamina/layers/dropout.hpp: zeroes a part of its input while training.
//
// Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout" (JMLR 2014), scaled in training as Keras does.
#pragma once

#include <lamina/core/text.hpp>
#include <lamina/layers/block.hpp>

#include <algorithm>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// While training each element is 0 with probability `Rate` and x / (1 − Rate) else; in inference y = x.
///
/// Shapes   [a, b, …] -> [a, b, …].
/// Options  Name.
/// Refuses  a rate outside of [0, 1).
/// Numerics the mask is a function of (seed, step, place in the model, sample, element): the same on any number of threads.
template <fraction Rate, class... Options>
struct Dropout {
    using options = check_options<families<family::name>, Options...>;
    static constexpr std::string_view kind = "Dropout";
    static constexpr std::string_view name = chosen<family::name, Name<"">, Options...>::value;

    static constexpr verdict accept(shape in)
    {
        if (!(Rate.value() >= 0 && Rate.value() < 1)) return refuses(fit::a_rate_is_a_probability_in_0_to_1__1_excluded);
        if (in.size() == 0) return refuses(fit::an_extent_is_zero);
        return accepts(in);
    }

    template <class T, shape In>
    struct block {
        using value_type = T;
        using layer = Dropout;
        template <class U>
        using as = block<U, In>;

        static constexpr shape input = In, output = In;
        static constexpr std::size_t saved(std::size_t) { return 0; }
        static constexpr std::size_t scratch(std::size_t) { return 0; }

        void forward(Mode mode, const T* x, T* y, T*, T*, std::size_t n) const { masked(mode, x, y, n); }

        void backward(Mode mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (dx) masked(mode, dy, dx, n);
        }

        auto operator()(const auto& x) const { return call(*this, x); }

        /// The mask is drawn anew in backward instead of being kept.
        static void masked(Mode mode, const T* from, T* to, std::size_t n)
        {
            constexpr std::size_t size = In.size();
            if (!mode.training || Rate.value() == 0) {
                std::copy_n(from, n * size, to);
                return;
            }
            constexpr auto threshold = static_cast<std::uint32_t>(Rate.value() * 4294967296.0);
            constexpr T scale = static_cast<T>(1 / (1 - Rate.value()));
            const std::uint64_t key = mix(mix(mode.seed, mode.step), mode.place);
            for (std::size_t sample = 0; sample < n; ++sample, from += size, to += size)
                for (std::size_t i = 0; i < size; i += 4) {
                    const auto words = philox(key, mode.first + sample, i);
                    for (std::size_t k = i; k < std::min(i + 4, size); ++k)
                        to[k] = words[k - i] < threshold ? T(0) : from[k] * scale;
                }
        }
    };

    template <auto... In>
    using on = bound<Dropout, float, Input<In...>>;
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
