// lamina/layers/convolution/separable_block.hpp: what SeparableConv1D and SeparableConv2D have in common.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/convolution.hpp>
#include <lamina/layers/convolution/activated_block.hpp>
#include <lamina/layers/convolution/composed_windows.hpp>
#include <lamina/layers/convolution/depthwise_block.hpp>

#include <cstddef>
#include <functional>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The families of options that separable layers take.
using separable_families = convolution_families<family::depth_multiplier, family::pointwise_initializer,
                                                family::pointwise_regularizer, family::pointwise_constraint>;

struct depthwise_kernel_of : depthwise_of {
    static auto& of(auto& block) { return block.depthwise_kernel; }
};
struct pointwise_kernel_of {
    static auto& of(auto& block) { return block.pointwise_kernel; }
    static constexpr std::string_view regularizer = "pointwise_regularizer", constraint = "pointwise_constraint";
};

/// The rules of both kernels and of the bias.
template <class... Options>
using separable_rules =
    rules_together<kernel_rules<depthwise_kernel_of, Options...>,
                   rules_of<pointwise_kernel_of, family::pointwise_regularizer, family::pointwise_constraint, Options...>,
                   bias_rules<Options...>>;

/// What such a layer is set to, and what it answers.
template <std::size_t Axes, std::size_t Filters, class... Options> struct SeparableLayer : DepthwiseOptions<Axes, Options...> {
    using base = DepthwiseOptions<Axes, Options...>;
    using pointwise_initializer =
        typename chosen<family::pointwise_initializer, PointwiseInitializer<GlorotUniform>, Options...>::initializer;
    using rules = separable_rules<Options...>;
    static constexpr std::size_t filters = Filters;
    static constexpr bool takes_factors = true; // models/folded.hpp

    template <class To> static void list_options(To& to)
    {
        to("filters", Filters);
        base::list_windows(to);
        to("depth_multiplier", base::multiplier, 1);
        to("depthwise_initializer", typename base::kernel_initializer{}, GlorotUniform{});
        to("pointwise_initializer", pointwise_initializer{}, GlorotUniform{});
        protocols::list_bias<typename base::bias_option>(to);
        rules::list_options(to);
    }

    static constexpr verdict accept(Shape in)
    {
        if (base::multiplier == 0 && in.rank == Axes + 1) return refuses(misfit::an_extent_is_zero);
        return base::accept_windows(in, Filters);
    }
};

/// The block of the layer `L`: every channel by itself, then all channels of a pixel together. Image by image, so that what is between is
/// in the first caches; the pass back computes it anew.
template <class L, class T, Shape In> struct SeparableBlock : ActivatedBlock<L, T, In> {
    using base = ActivatedBlock<L, T, In>;
    using base::output;
    using passes = DepthwisePasses<L, T, In>;
    static constexpr std::size_t channels = passes::channels,
                                 multiply_adds = passes::output * passes::taps + output.size() * channels;

    typename passes::kernel depthwise_kernel;
    Variable<T, L::axes == 1 ? Shape{1, channels, L::filters} : Shape{1, 1, channels, L::filters}> pointwise_kernel;
    typename base::bias_variable bias;

    void initialize(Random random)
    {
        constexpr fans f{double(channels), double(L::filters)};
        lamina::protocols::initialize<typename L::kernel_initializer>(depthwise_kernel, random, passes::kernel_fans);
        lamina::protocols::initialize<typename L::pointwise_initializer>(pointwise_kernel, random, f);
        initialize_bias<typename L::bias_option>(bias, random, f);
    }

    static constexpr std::size_t linear_scratch(std::size_t)
    {
        return 2 * between + passes::scratch_size + padded<T>(kernels::convolution_scratch<T>(pointwise.value));
    }

    void linear(const T* x, T* z, T* scratch, std::size_t n, const auto& finish) const
    {
        T* const work = scratch + between;
        for (std::size_t image = 0; image < n; ++image) {
            passes::forward(x + image * In.size(), depthwise_kernel.data(), nullptr, scratch, work, 1, std::identity{});
            kernels::convolution_forward(scratch, pointwise_kernel.data(), static_cast<const T*>(bias.data()),
                                         z + image * output.size(), work, 1, pointwise, finish);
        }
    }

    template <class X, class With> X compose_linear(const With& with, const X& x) const
    {
        const X each = composed_convolution<L::axes>(x, X(with(depthwise_kernel)), passes::sizes, 0);
        return composed_convolution<L::axes>(each, X(with(pointwise_kernel)), pointwise, 1);
    }

    void backward_linear(Mode mode, const T* x, const T* dz, T* dx, SeparableBlock& gradient, T* scratch, std::size_t n) const
    {
        T *const d = scratch + between, *const work = d + between;
        for (std::size_t image = 0; image < n; ++image, x += In.size(), dz += output.size()) {
            if (mode.parameters) {
                passes::forward(x, depthwise_kernel.data(), nullptr, scratch, work, 1, std::identity{});
                kernels::convolution_backward_weights(scratch, dz, gradient.pointwise_kernel.data(), gradient.bias.data(), work,
                                                      1, pointwise);
            }
            kernels::convolution_backward_data(dz, pointwise_kernel.data(), d, work, 1, pointwise);
            if (mode.parameters)
                passes::backward_weights(x, d, gradient.depthwise_kernel.data(), static_cast<T*>(nullptr), work, 1);
            if (dx) passes::backward_data(d, depthwise_kernel.data(), dx + image * In.size(), work, 1);
        }
    }

private:
    static constexpr std::size_t between = padded<T>(passes::output), rows = passes::sizes.value.out_height,
                                 columns = passes::sizes.value.out_width;
    static constexpr fixed<kernels::convolution_sizes{rows, columns, channels, L::filters, 1, 1, 1, 1, 1, 1, 0, 0, rows, columns}>
        pointwise{};
};

}}} // namespace lamina::internals
