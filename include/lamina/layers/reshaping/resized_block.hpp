// lamina/layers/reshaping/resized_block.hpp: the block of layers that give an image another size.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/resize.hpp>
#include <lamina/layers/reshaping/gathered_block.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Resizes as `Layer::sizes(In)` says.
template <class Layer, class T, Shape In> struct ResizedBlock : block_base<Layer, T, In> {
    static constexpr kernels::resize_sizes sizes = Layer::sizes(In);

    static constexpr std::size_t scratch(std::size_t) { return padded<T>(kernels::resize_scratch(sizes)); }

    void forward(Mode, const T* x, T* y, T*, T* scratch, std::size_t n) const
    {
        kernels::resize_forward(x, y, scratch, n, sizes);
    }

    void backward(Mode, const T*, const T*, const T*, const T* dy, T* dx, ResizedBlock&, T* scratch, std::size_t n) const
    {
        if (dx) kernels::resize_backward(dy, dx, scratch, n, sizes);
    }

    template <class X, class With> X compose(const With&, const X& x) const
    {
        const X part = sizes.cut_height == In[0] && sizes.cut_width == In[1]
                           ? x
                           : composed_crop(x, sizes.top, sizes.left, sizes.cut_height, sizes.cut_width);
        const Window size{sizes.out_height, sizes.out_width};
        if constexpr (sizes.bilinear) return resize(part, size, Bilinear{});
        else return resize(part, size, Nearest{});
    }
};

/// A whole image in another size.
constexpr kernels::resize_sizes whole_image(Shape in, std::size_t height, std::size_t width, bool bilinear)
{
    return {in[0], in[1], in[2], 0, 0, in[0], in[1], height, width, bilinear};
}

/// The largest part in the middle of an image that has the proportions of height and width, in that size, as Keras takes it.
constexpr kernels::resize_sizes middle_of_image(Shape in, std::size_t height, std::size_t width, bool bilinear)
{
    kernels::resize_sizes s = whole_image(in, height, width, bilinear);
    s.cut_height = std::max<std::size_t>(std::min(in[0], in[1] * height / width), 1);
    s.cut_width = std::max<std::size_t>(std::min(in[1], in[0] * width / height), 1);
    s.top = (in[0] - s.cut_height) / 2;
    s.left = (in[1] - s.cut_width) / 2;
    return s;
}

}}} // namespace lamina::internals
