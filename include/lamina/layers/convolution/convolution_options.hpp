// lamina/layers/convolution/convolution_options.hpp: what every convolution is set to, over images and over sequences.
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/options.hpp>
#include <lamina/blocks/regularizers.hpp>
#include <lamina/blocks/window.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/core/verdict.hpp>
#include <lamina/kernels/convolution_sizes.hpp>

#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The families of options that every convolution takes, and those of its own.
template <class... Own>
using convolution_families = with_rules<family::kernel_size, family::strides, family::dilation, family::padding,
                                        family::activation, family::bias, family::initializer, Own...>;

/// The options of a convolution over `Axes` axes: two of an image, or the steps of a sequence, which is computed as an image of height 1.
template <std::size_t Axes, class... Options> struct ConvolutionOptions {
    using kernel_size = chosen<family::kernel_size, Kernel<3>, Options...>;
    using strides = chosen<family::strides, Strides<1>, Options...>;
    using dilation = chosen<family::dilation, Dilation<1>, Options...>;
    using padding = chosen<family::padding, Valid, Options...>;
    using activation = chosen<family::activation, Linear, Options...>;
    using kernel_initializer = chosen<family::initializer, GlorotUniform, Options...>;
    using bias_option = chosen<family::bias, Bias<Zeros>, Options...>;
    using rules = parameter_rules<Options...>;

    static constexpr std::size_t axes = Axes;
    static constexpr bool is_causal = std::is_same_v<padding, Causal>;
    static constexpr std::size_t kernel_height = Axes == 1 ? 1 : kernel_size::height, kernel_width = kernel_size::width;
    static constexpr std::size_t stride_height = Axes == 1 ? 1 : strides::height, stride_width = strides::width;
    static constexpr std::size_t dilation_height = Axes == 1 ? 1 : dilation::height, dilation_width = dilation::width;
    static constexpr std::size_t reach_height = (kernel_height - 1) * dilation_height + 1;
    static constexpr std::size_t reach_width = (kernel_width - 1) * dilation_width + 1;

    template <class To> static void list_windows(To& to)
    {
        to("kernel_size", numbers_of<kernel_size>());
        to("strides", numbers_of<strides>(), numbers_of<Strides<1>>());
        to("padding", numbers_of<padding>(), Valid{});
        to("dilation_rate", numbers_of<dilation>(), numbers_of<Dilation<1>>());
        to("activation", activation{}, Linear{});
    }

    /// The numbers of an option, or the option itself, which is a word.
    template <class Option> static constexpr auto numbers_of()
    {
        if constexpr (!requires { Option::height; }) return Option{};
        else if constexpr (Axes == 1) return Shape{Option::width};
        else return Shape{Option::height, Option::width};
    }

    /// An input or an output as an image, and back.
    static constexpr Shape as_image(Shape in) { return Axes == 1 ? Shape{1, in[0], in[1]} : in; }
    static constexpr Shape from_image(Shape image) { return Axes == 1 ? Shape{image[1], image[2]} : image; }
    /// The shape of a kernel whose last axes are these.
    static constexpr Shape kernel_shape(std::size_t a, std::size_t b)
    {
        return Axes == 1 ? Shape{kernel_width, a, b} : Shape{kernel_height, kernel_width, a, b};
    }

    /// Whether the windows fit an input, and every number of outputs is one.
    static constexpr misfit judge(Shape in, std::size_t outputs)
    {
        if (in.rank != Axes + 1)
            return Axes == 1 ? misfit::needs_rank_2__steps_features : misfit::needs_rank_3__height_width_channels;
        if (Axes == 1 &&
            !(is_one_number<kernel_size> && is_one_number<strides> && is_one_number<dilation> && is_one_number<padding>))
            return misfit::steps_are_one_axis__give_an_option_one_number;
        if (Axes == 2 && std::is_same_v<padding, Causal>) return misfit::this_layer_has_no_Causal_padding;
        if (in.size() == 0 ||
            outputs * kernel_height * kernel_width * stride_height * stride_width * dilation_height * dilation_width == 0)
            return misfit::an_extent_is_zero;
        return misfit::none;
    }

    /// Where windows go over the axes of an image. That of a sequence has one row, whatever is around its steps.
    static constexpr window_axis rows(Shape image)
    {
        return Axes == 1 ? window_axis{1, 0} : place_rows<padding>(image[0], reach_height, stride_height);
    }
    static constexpr window_axis columns(Shape image) { return place_columns<padding>(image[1], reach_width, stride_width); }

    /// What a convolution answers whose output has so many channels.
    static constexpr verdict accept_windows(Shape in, std::size_t outputs)
    {
        if (const misfit reason = judge(in, outputs); reason != misfit::none) return refuses(reason);
        const auto down = rows(as_image(in)), along = columns(as_image(in));
        if (down.out == 0 || along.out == 0) return refuses(misfit::kernel_is_larger_than_its_input);
        return accepts(from_image({down.out, along.out, outputs}));
    }

    static constexpr kernels::convolution_sizes sizes(Shape in, std::size_t channels, std::size_t filters, std::size_t groups = 1)
    {
        const Shape image = as_image(in);
        const auto down = rows(image), along = columns(image);
        return {image[0],        image[1],       channels, filters,   kernel_height, kernel_width, stride_height, stride_width,
                dilation_height, dilation_width, down.pad, along.pad, down.out,      along.out,    groups};
    }

private:
    template <class Option>
    static constexpr bool is_one_number = [] {
        if constexpr (requires { Option::height; }) return Option::height == Option::width;
        else return true;
    }();
};

}}} // namespace lamina::internals
