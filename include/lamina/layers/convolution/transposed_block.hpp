// lamina/layers/convolution/transposed_block.hpp: what Conv1DTranspose and Conv2DTranspose have in common.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/convolution.hpp>
#include <lamina/layers/convolution/activated_block.hpp>
#include <lamina/layers/convolution/composed_windows.hpp>
#include <lamina/layers/convolution/convolution_options.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// One axis of a transposed convolution, as Keras with TensorFlow and, for `zeros`, PyTorch define it: how many outputs `size` inputs have
/// (0 where there are none), and the padding of the convolution that leads from them back to the inputs.
template <class Padding>
constexpr window_axis place_transposed(std::size_t size, std::size_t reach, std::size_t stride, std::optional<std::size_t> added,
                                       std::size_t zeros)
{
    const std::size_t between = (size - 1) * stride;
    if constexpr (std::is_same_v<Padding, Same>) {
        const std::size_t out = added ? between + reach % 2 + *added : size * stride, covered = between + reach;
        return {out, covered > out ? (covered - out) / 2 : 0};
    }
    else {
        const bool fills = std::is_same_v<Padding, Valid> && !added && stride > reach; // up to where the next window would begin
        const std::size_t whole = between + (fills ? stride : reach) + added.value_or(0);
        return {whole > 2 * zeros ? whole - 2 * zeros : 0, zeros};
    }
}

/// What such a layer is set to, and what it answers.
template <std::size_t Axes, std::size_t Filters, class... Options> struct TransposedLayer : ConvolutionOptions<Axes, Options...> {
    using base = ConvolutionOptions<Axes, Options...>;
    using output_padding = chosen<family::output_padding, std::nullptr_t, Options...>;
    static constexpr std::size_t filters = Filters;
    static constexpr bool takes_factors = true; // models/folded.hpp

    template <class To> static void list_options(To& to)
    {
        to("filters", Filters);
        base::list_windows(to);
        to("output_padding", base::template numbers_of<output_padding>(), nullptr);
        to("kernel_initializer", typename base::kernel_initializer{}, GlorotUniform{});
        protocols::list_bias<typename base::bias_option>(to);
        base::rules::list_options(to);
    }

    static constexpr verdict accept(Shape in)
    {
        if (const misfit reason = base::judge(in, Filters); reason != misfit::none) return refuses(reason);
        if (std::is_same_v<typename base::padding, Causal>) return refuses(misfit::this_layer_has_no_Causal_padding);
        if constexpr (pads_output) {
            if (Axes == 1 && output_padding::height != output_padding::width)
                return refuses(misfit::steps_are_one_axis__give_an_option_one_number);
            if (!fits(output_padding::width, base::stride_width, base::reach_width) ||
                (Axes == 2 && !fits(output_padding::height, base::stride_height, base::reach_height)))
                return refuses(misfit::output_padding_is_below_the_stride__and_not_0_for_an_even_kernel_with_Same);
        }
        const auto down = rows(base::as_image(in)), along = columns(base::as_image(in));
        if (down.out == 0 || along.out == 0) return refuses(misfit::an_extent_is_zero);
        return accepts(base::from_image({down.out, along.out, Filters}));
    }

    /// The convolution from the outputs back to the inputs, whose filters are the input's channels.
    static constexpr kernels::convolution_sizes sizes(Shape in)
    {
        const Shape image = base::as_image(in);
        const auto down = rows(image), along = columns(image);
        return {down.out,
                along.out,
                Filters,
                image[2],
                base::kernel_height,
                base::kernel_width,
                base::stride_height,
                base::stride_width,
                base::dilation_height,
                base::dilation_width,
                down.pad,
                along.pad,
                image[0],
                image[1]};
    }

private:
    static constexpr bool pads_output = !std::is_same_v<output_padding, std::nullptr_t>;

    static constexpr bool fits(std::size_t added, std::size_t stride, std::size_t reach)
    {
        return added < stride && (added > 0 || reach % 2 > 0 || !std::is_same_v<typename base::padding, Same>);
    }
    static constexpr std::optional<std::size_t> added(bool height)
    {
        if constexpr (pads_output) return height ? output_padding::height : output_padding::width;
        else return {};
    }
    static constexpr std::size_t zeros(bool height)
    {
        if constexpr (requires { base::padding::height; }) return height ? base::padding::height : base::padding::width;
        else return 0;
    }

    static constexpr window_axis rows(Shape image)
    {
        if (Axes == 1) return {1, 0};
        return place_transposed<typename base::padding>(image[0], base::reach_height, base::stride_height, added(true),
                                                        zeros(true));
    }
    static constexpr window_axis columns(Shape image)
    {
        return place_transposed<typename base::padding>(image[1], base::reach_width, base::stride_width, added(false),
                                                        zeros(false));
    }
};

/// The block of the layer `L`: the passes of a convolution change places.
template <class L, class T, Shape In> struct TransposedBlock : ActivatedBlock<L, T, In> {
    using base = ActivatedBlock<L, T, In>;
    using base::output;
    static constexpr fixed<L::sizes(In)> sizes{};
    static constexpr std::size_t taps = L::kernel_height * L::kernel_width;
    static constexpr std::size_t multiply_adds = In.size() * taps * L::filters;
    static constexpr std::size_t numbers_behind_filter = In.back(); ///< in the kernel, whose last axis are the input's channels

    Variable<T, L::kernel_shape(L::filters, In.back())> kernel;
    typename base::bias_variable bias;

    void initialize(Random random)
    {
        constexpr fans f{double(taps * L::filters), double(taps * In.back())}; // as Keras counts
        lamina::protocols::initialize<typename L::kernel_initializer>(kernel, random, f);
        initialize_bias<typename L::bias_option>(bias, random, f);
    }

    static constexpr std::size_t linear_scratch(std::size_t) { return padded<T>(kernels::convolution_scratch<T>(sizes.value)); }

    void linear(const T* x, T* z, T* scratch, std::size_t n, const auto& finish) const
    {
        kernels::convolution_transposed(x, kernel.data(), static_cast<const T*>(bias.data()), z, scratch, n, sizes, finish);
    }

    template <class X, class With> X compose_linear(const With& with, const X& x) const
    {
        return composed_transposed<L::axes>(x, X(with(kernel)), sizes);
    }

    void backward_linear(Mode mode, const T* x, const T* dz, T* dx, TransposedBlock& gradient, T* scratch, std::size_t n) const
    {
        if (mode.parameters) {
            kernels::convolution_backward_weights(dz, x, gradient.kernel.data(), static_cast<T*>(nullptr), scratch, n, sizes);
            if (gradient.bias.data()) kernels::add_rows(dz, gradient.bias.data(), n * output.size() / L::filters, L::filters);
        }
        if (dx) kernels::convolution_forward(dz, kernel.data(), static_cast<const T*>(nullptr), dx, scratch, n, sizes);
    }
};

}}} // namespace lamina::internals
