// lamina/layers/dense.hpp: y = activation(x · kernel + bias).
#pragma once

#include <lamina/core/variable.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/layers/activated.hpp>
#include <lamina/layers/block.hpp>
#include <lamina/layers/initializers.hpp>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// A fully connected layer of `Units` outputs.
///
/// Shapes   [n] -> [Units], for every sample on its own.
/// Options  activation (Linear), NoBias, kernel initialiser (GlorotUniform), Bias<initialiser> (Zeros), Name.
/// Learns   kernel [n, Units] and bias [Units], as Keras; PyTorch's weight is the transpose.
/// Refuses  any rank but 1.
template <std::size_t Units, class... Options>
struct Dense {
    using options = check_options<families<family::activation, family::bias, family::initialiser, family::name>, Options...>;
    static constexpr std::string_view kind = "Dense";
    static constexpr std::string_view name = chosen<family::name, Name<"">, Options...>::value;
    using activation = chosen<family::activation, Linear, Options...>;
    using kernel_initialiser = chosen<family::initialiser, GlorotUniform, Options...>;
    using bias_option = chosen<family::bias, Bias<Zeros>, Options...>;

    static constexpr verdict accept(shape in)
    {
        if (in.rank != 1) return refuses(fit::needs_rank_1__put_Flatten_before_it);
        if (in.size() == 0 || Units == 0) return refuses(fit::an_extent_is_zero);
        return accepts(shape{Units});
    }

    /// The layer once its input is known. Its fields are what serializers, optimizers and tools see.
    template <class T, shape In>
    struct block {
        using value_type = T;
        using layer = Dense;
        template <class U>
        using as = block<U, In>;

        static constexpr shape input = In, output{Units};
        static constexpr logits ends_in = logits_of<activation>;
        static constexpr std::size_t multiply_adds = In.size() * Units;

        Variable<T, shape{In.size(), Units}> kernel;
        std::conditional_t<std::is_same_v<bias_option, NoBias>, Absent<T>, Variable<T, shape{Units}>> bias;

        void initialise(Random random)
        {
            constexpr fans f{double(In.size()), double(Units)};
            lamina::initialise<kernel_initialiser>(kernel, random, f);
            initialise_bias<bias_option>(bias, random, f);
        }

        using last = Activated<activation, T, 1, Units>;
        static constexpr std::size_t saved(std::size_t n) { return last::saved(n); }
        static constexpr std::size_t scratch(std::size_t n) { return last::scratch(n); }

        void forward(Mode, const T* x, T* y, T* saved, T*, extent auto samples) const
        {
            const auto n = as_extent(samples);
            last::forward(y, saved, n, [&](T* z, auto finish) __attribute__((always_inline)) {
                if constexpr (kernels::is_small(sizes))
                    kernels::small_forward(x, kernel.data(), bias.data(), z, n, sizes, finish);
                else kernels::dense_forward(x, kernel.data(), bias.data(), z, n, sizes, finish);
            });
        }

        void backward(Mode mode, const T* x, const T* y, const T* saved, const T* dy, T* dx, block& gradient, T* scratch,
                      std::size_t n) const
        {
            backward_linear(mode, x, last::backward(y, saved, dy, scratch, n), dx, gradient, n);
        }

        void backward_from_logits(Mode mode, const T* x, const T*, const T*, const T* dz, T* dx, block& gradient, T*,
                                  std::size_t n) const
            requires(logits_of<activation> != logits::none)
        {
            backward_linear(mode, x, dz, dx, gradient, n);
        }

        auto operator()(const auto& x) const { return call(*this, x); }

        static constexpr constant<kernels::dense_sizes{In.size(), Units}> sizes{};

        void backward_linear(Mode, const T* x, const T* dz, T* dx, block& gradient, std::size_t n) const
        {
            kernels::dense_backward_weights(x, dz, gradient.kernel.data(), gradient.bias.data(), n, sizes);
            if (dx) kernels::dense_backward_data(dz, kernel.data(), dx, n, sizes);
        }
    };

    template <auto... In>
    using on = bound<Dense, float, Input<In...>>;
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
