// lamina/layers/pooling/pool_geometry.hpp: where the windows of a pooling lie, over height and width or over the steps of a sequence.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/sizes.hpp>
#include <lamina/blocks/window.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pooling.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What a pooling pools over. Steps are the columns of an image of one row.
enum class pooled { image, steps };

/// The shape of what is pooled as an image.
template <pooled Over> constexpr Shape image_of(Shape in)
{
    if constexpr (Over == pooled::image) return in;
    else return Shape{1, in[0], in[1]};
}
template <pooled Over> constexpr Shape pooled_shape(std::size_t height, std::size_t width, std::size_t channels)
{
    if constexpr (Over == pooled::image) return Shape{height, width, channels};
    else return Shape{width, channels};
}

template <pooled Over> constexpr verdict accept_pooled(Shape in)
{
    if constexpr (Over == pooled::image) {
        if (in.rank != 3) return refuses(misfit::needs_rank_3__height_width_channels);
    }
    else if (in.rank != 2) return refuses(misfit::needs_rank_2__steps_features);
    return in.size() == 0 ? refuses(misfit::an_extent_is_zero) : accepts(in);
}

/// Where the windows of a pooling go: those of an average, or those of a maximum, which may have a dilation.
template <pooled Over, Window Size, class... Options> struct Pooling {
    using strides = chosen<family::strides, Strides<Size.height, Size.width>, Options...>;
    using padding = chosen<family::padding, Valid, Options...>;
    using dilation = chosen<family::dilation, Dilation<1>, Options...>;
    static constexpr bool ceils = std::is_same_v<chosen<family::rounding, void, Options...>, CeilMode>;
    static constexpr bool counts_padding = std::is_same_v<chosen<family::counting, void, Options...>, CountIncludePad>;

    /// The options in Keras's words, and those that only PyTorch has in PyTorch's.
    template <class To> static void list_options(To& to)
    {
        if constexpr (Over == pooled::image) {
            to("pool_size", Size, Window{2});
            to("strides", strides{}, Size);
        }
        else {
            to("pool_size", Shape{Size.width}, Shape{2});
            to("strides", Shape{strides::width}, Shape{Size.width});
        }
        if constexpr (Over == pooled::steps && requires { padding::width; }) to("padding", Shape{padding::width}, Valid{});
        else to("padding", padding{}, Valid{});
        to("ceil_mode", ceils, false);
    }
    template <class To> static void list_dilation(To& to)
    {
        if constexpr (Over == pooled::image) to("dilation", dilation{}, Dilation<1>{});
        else to("dilation", Shape{dilation::width}, Shape{1});
    }

    static constexpr std::size_t reach_height = (Size.height - 1) * dilation::height + 1;
    static constexpr std::size_t reach_width = (Size.width - 1) * dilation::width + 1;

    static constexpr window_axis rows(Shape in)
    {
        if constexpr (Over == pooled::steps) return {1, 0};
        else return ceiled(place_rows<padding>(in[0], reach_height, strides::height), in[0], reach_height, strides::height);
    }
    static constexpr window_axis columns(Shape in)
    {
        const std::size_t width = image_of<Over>(in)[1];
        return ceiled(place_columns<padding>(width, reach_width, strides::width), width, reach_width, strides::width);
    }

    static constexpr verdict accept(Shape in)
    {
        if (const verdict fits = accept_pooled<Over>(in); fits.answer != misfit::none) return fits;
        if (Size.height * Size.width * strides::height * strides::width * dilation::height * dilation::width == 0)
            return refuses(misfit::an_extent_is_zero);
        if (Over == pooled::steps && (differ<strides>() || differ<padding>() || differ<dilation>()))
            return refuses(misfit::steps_are_one_axis__give_an_option_one_number);
        if (std::is_same_v<padding, Causal>) return refuses(misfit::this_layer_has_no_Causal_padding);
        if (too_much_padding()) return refuses(misfit::padding_of_a_pooling_is_at_most_half_its_window);
        if (rows(in).out == 0 || columns(in).out == 0) return refuses(misfit::pooling_window_is_larger_than_its_input);
        return accepts(pooled_shape<Over>(rows(in).out, columns(in).out, in.back()));
    }

private:
    /// With CeilMode a last window that is cut off counts, if it begins before the padding behind.
    static constexpr window_axis ceiled(window_axis axis, std::size_t size, std::size_t reach, std::size_t stride)
    {
        if (!ceils || std::is_same_v<padding, Same> || axis.out == 0) return axis;
        const bool is_left = axis.out * stride < size + axis.pad && (axis.out - 1) * stride + reach < size + 2 * axis.pad;
        return {axis.out + is_left, axis.pad};
    }

    template <class Option> static constexpr bool differ()
    {
        if constexpr (requires { Option::height; }) return Option::height != Option::width && Option::height != 1;
        else return false;
    }

    static constexpr bool too_much_padding()
    {
        if constexpr (requires { padding::height; })
            return (Over == pooled::image && 2 * padding::height > Size.height) || 2 * padding::width > Size.width;
        else return false;
    }

    /// Where what counts in an average ends: behind the padding, if that counts.
    static constexpr std::size_t counted(window_axis axis, std::size_t size, std::size_t reach, std::size_t stride)
    {
        if (!counts_padding) return 0;
        return std::is_same_v<padding, Same> ? std::max(size, (axis.out - 1) * stride + reach) : size + 2 * axis.pad;
    }

public:
    template <Shape In> static constexpr kernels::pooling_sizes sizes_of()
    {
        constexpr Shape image = image_of<Over>(In);
        constexpr std::size_t row_stride = Over == pooled::steps ? 1 : strides::height;
        return {image[0],
                image[1],
                image[2],
                Size.height,
                Size.width,
                row_stride,
                strides::width,
                rows(In).pad,
                columns(In).pad,
                rows(In).out,
                columns(In).out,
                dilation::height,
                dilation::width,
                Over == pooled::steps ? std::size_t(counts_padding) : counted(rows(In), image[0], reach_height, row_stride),
                counted(columns(In), image[1], reach_width, strides::width)};
    }
    template <Shape In> static constexpr fixed<sizes_of<In>()> sizes{};
};

/// The block of layers that take the largest cell of each window of `Layer::geometry`.
template <class Layer, class T, Shape In> struct MaxPoolingBlock : block_base<Layer, T, In> {
    static constexpr auto sizes = Layer::geometry::template sizes<In>;

    void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const { kernels::max_pooling_forward(x, y, n, sizes); }

    void backward(Mode, const T* x, const T* y, const T*, const T* dy, T* dx, MaxPoolingBlock&, T*, std::size_t n) const
    {
        if (dx) kernels::max_pooling_backward(x, y, dy, dx, n, sizes);
    }

    template <class X, class With> X compose(const With&, const X& x) const
    {
        using geometry = typename Layer::geometry;
        if constexpr (sizes.value.adaptive) return adaptive_max_pool2d(x, Window{sizes.value.out_height, sizes.value.out_width});
        else if constexpr (In.rank == 2)
            return max_pool1d(x, sizes.value.window_width,
                              {.strides = sizes.value.stride_width,
                               .padding = typename geometry::padding{},
                               .dilations = sizes.value.dilation_width,
                               .ceil_mode = geometry::ceils});
        else
            return max_pool2d(x, Window{sizes.value.window_height, sizes.value.window_width},
                              {.strides = Window{sizes.value.stride_height, sizes.value.stride_width},
                               .padding = typename geometry::padding{},
                               .dilations = Window{sizes.value.dilation_height, sizes.value.dilation_width},
                               .ceil_mode = geometry::ceils});
    }
};

/// The block of layers that take the mean of each window.
template <class Layer, class T, Shape In> struct AveragePoolingBlock : block_base<Layer, T, In> {
    static constexpr auto sizes = Layer::geometry::template sizes<In>;
    static constexpr kernels::pooling_sizes plain = sizes;

    /// The windows are 2×2, side by side and whole: what a convolution before it may take over.
    static constexpr bool halves = plain.window_height == 2 && plain.window_width == 2 && plain.stride_height == 2 &&
                                   plain.stride_width == 2 && plain.pad_top == 0 && plain.pad_left == 0 &&
                                   plain.out_height == plain.height / 2 && plain.out_width == plain.width / 2 && !plain.adaptive;

    void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const { kernels::average_pooling_forward(x, y, n, sizes); }

    void backward(Mode, const T*, const T*, const T*, const T* dy, T* dx, AveragePoolingBlock&, T*, std::size_t n) const
    {
        if (dx) kernels::average_pooling_backward(dy, dx, n, sizes);
    }

    template <class X, class With> X compose(const With&, const X& x) const
    {
        using geometry = typename Layer::geometry;
        if constexpr (plain.adaptive) return adaptive_avg_pool2d(x, Window{plain.out_height, plain.out_width});
        else if constexpr (In.rank == 2)
            return avg_pool1d(x, plain.window_width,
                              {.strides = plain.stride_width,
                               .padding = typename geometry::padding{},
                               .count_include_pad = geometry::counts_padding,
                               .ceil_mode = geometry::ceils});
        else
            return avg_pool2d(x, Window{plain.window_height, plain.window_width},
                              {.strides = Window{plain.stride_height, plain.stride_width},
                               .padding = typename geometry::padding{},
                               .count_include_pad = geometry::counts_padding,
                               .ceil_mode = geometry::ceils});
    }
};

}}} // namespace lamina::internals
