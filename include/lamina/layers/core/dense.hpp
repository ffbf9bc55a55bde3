// lamina/layers/core/dense.hpp: y = activation(x · kernel + bias).
#pragma once

#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/regularizers.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/matmul.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A fully connected layer of `Units` outputs.
///
/// Shapes   [n] -> [Units], for every sample on its own; with EachRow [a, …, n] -> [a, …, Units].
/// Options  activation (Linear), NoBias, kernel initializer (GlorotUniform), Bias<initializer> (Zeros), EachRow, Name;
///          KernelRegularizer<…>, BiasRegularizer<…>, KernelConstraint<…>, BiasConstraint<…>.
/// Learns   kernel [n, Units] and bias [Units], as Keras; PyTorch's weight is the transpose.
/// Masks    are passed on.
/// Refuses  any rank but 1, unless it has EachRow: Keras takes it as that, and a Flatten that was forgotten is not seen.
/// Example  Sequential<Input<784>, Dense<128, Relu>, Dense<10, Softmax>> model;
template <std::size_t Units, class... Options>
struct Dense : protocols::layer_base<Dense<Units, Options...>,
                                     protocols::with_rules<protocols::family::activation, protocols::family::bias,
                                                           protocols::family::initializer, protocols::family::each_row>,
                                     Options...> {
    static constexpr std::string_view kind = "Dense";
    static constexpr bool takes_factors = true; // models/folded.hpp
    using activation = protocols::chosen<protocols::family::activation, Linear, Options...>;
    using kernel_initializer = protocols::chosen<protocols::family::initializer, GlorotUniform, Options...>;
    using bias_option = protocols::chosen<protocols::family::bias, Bias<Zeros>, Options...>;
    using rules = protocols::parameter_rules<Options...>;
    static constexpr bool each_row = std::is_same_v<protocols::chosen<protocols::family::each_row, void, Options...>, EachRow>;

    template <class To> static void list_options(To& to)
    {
        to("units", Units);
        to("activation", activation{}, Linear{});
        to("kernel_initializer", kernel_initializer{}, GlorotUniform{});
        protocols::list_bias<bias_option>(to);
        rules::list_options(to);
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank == 0 && each_row) return refuses(protocols::misfit::needs_at_least_rank_1);
        if (in.rank != 1 && !each_row) return refuses(protocols::misfit::needs_rank_1__put_Flatten_before_it);
        if (in.size() == 0 || Units == 0) return refuses(protocols::misfit::an_extent_is_zero);
        in.extents[in.rank - 1] = Units;
        return protocols::accepts(in);
    }

    /// The layer once its input is known. Its fields are what serializers, optimizers and tools see.
    template <class T, Shape In> struct block : protocols::block_base<Dense, T, In> {
        static constexpr protocols::output_activation ends_in = internals::output_activation_of<activation>;
        static constexpr std::size_t width = In.back(), rows = In.size() / width; // of a sample
        static constexpr std::size_t multiply_adds = In.size() * Units;
        static constexpr bool passes_mask = true, each_step = In.rank > 1;

        Variable<T, Shape{width, Units}> kernel;
        std::conditional_t<std::is_same_v<bias_option, NoBias>, internals::Absent<T>, Variable<T, Shape{Units}>> bias;

        void initialize(Random random)
        {
            constexpr protocols::fans f{double(width), double(Units)};
            lamina::protocols::initialize<kernel_initializer>(kernel, random, f);
            initialize_bias<bias_option>(bias, random, f);
        }

        using last = internals::Epilogue<activation, T, rows, Units>;
        static constexpr std::size_t saved(std::size_t n) { return last::saved(n); }
        static constexpr std::size_t scratch(std::size_t n) { return last::scratch(n); }

        void forward(protocols::Mode, const T* x, T* y, T* saved, T*, internals::extent auto samples) const
        {
            const auto n = internals::as_extent(samples);
            last::forward(y, saved, n, [&](T* z, auto finish) __attribute__((always_inline)) { linear(x, z, n, finish); });
        }

        void forward_with_logits(protocols::Mode, const T* x, T* y, T* logits, T*, T*, std::size_t n) const
            requires(internals::seen_through<activation>)
        {
            last::forward_with_logits(y, logits, n, [&](T* z, auto finish) { linear(x, z, n, finish); });
        }

        void backward(protocols::Mode mode, const T* x, const T* y, const T* saved, const T* dy, T* dx, block& gradient,
                      T* scratch, std::size_t n) const
        {
            backward_linear(mode, x, last::backward(y, saved, dy, scratch, n), dx, gradient, n);
        }

        void backward_from_logits(protocols::Mode mode, const T* x, const T*, const T*, const T* dz, T* dx, block& gradient, T*,
                                  std::size_t n) const
            requires(internals::seen_through<activation>)
        {
            backward_linear(mode, x, dz, dx, gradient, n);
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            const X z = internals::composed_linear<width, Units>(with, x, kernel, bias);
            return with.template activated<activation>(internals::as_samples<Dense::accept(In).output>(z));
        }

        static constexpr internals::fixed<internals::kernels::dense_sizes{width, Units}> sizes{};

        static constexpr auto rows_of(internals::extent auto n)
        {
            if constexpr (rows == 1) return n;
            else return std::size_t(n) * rows;
        }

        [[gnu::always_inline]] void linear(const T* x, T* z, internals::extent auto n, const auto& finish) const
        {
            if constexpr (internals::kernels::is_small(sizes))
                internals::kernels::small_forward(x, kernel.data(), bias.data(), z, rows_of(n), sizes, finish);
            else internals::kernels::dense_forward(x, kernel.data(), bias.data(), z, rows_of(n), sizes, finish);
        }

        void backward_linear(protocols::Mode mode, const T* x, const T* dz, T* dx, block& gradient, std::size_t n) const
        {
            if (mode.parameters)
                internals::kernels::dense_backward_weights(x, dz, gradient.kernel.data(), gradient.bias.data(), rows_of(n),
                                                           sizes);
            if (dx) internals::kernels::dense_backward_data(dz, kernel.data(), dx, rows_of(n), sizes);
        }
    };
};

}} // namespace lamina
