// lamina/layers/reshaping/gathered_block.hpp: the block of layers that move numbers to other places.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/sizes.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/gather.hpp>

#include <cstddef>
#include <initializer_list>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// From one index of the axis to the next.
constexpr std::size_t stride_of(const Shape& in, std::size_t axis)
{
    std::size_t stride = 1;
    while (++axis < in.rank) stride *= in[axis];
    return stride;
}

/// An axis of the input as it is; with zeros around it; without what lies at its ends; with each of its places repeated.
constexpr kernels::gather_axis whole_axis(const Shape& in, std::size_t axis) { return {in[axis], in[axis], stride_of(in, axis)}; }
constexpr kernels::gather_axis padded_axis(const Shape& in, std::size_t axis, std::size_t before, std::size_t after)
{
    return {before + in[axis] + after, in[axis], stride_of(in, axis), before};
}
constexpr kernels::gather_axis cropped_axis(const Shape& in, std::size_t axis, std::size_t before, std::size_t after)
{
    return {in[axis] - before - after, in[axis] - before - after, stride_of(in, axis), 0, before};
}
constexpr kernels::gather_axis repeated_axis(const Shape& in, std::size_t axis, std::size_t times)
{
    return {in[axis] * times, in[axis], stride_of(in, axis), 0, 0, times};
}

/// The plan for a sample of that shape.
constexpr kernels::gather_plan plan_gather(const Shape& in, std::initializer_list<kernels::gather_axis> axes)
{
    return kernels::plan_gather(in.size(), axes);
}

/// Gathers its output as `Layer::plan(In)` says; `Layer::compose(x)` says the same in functions on tensors.
template <class Layer, class T, Shape In> struct GatheredBlock : block_base<Layer, T, In> {
    static constexpr kernels::gather_plan plan = Layer::plan(In);

    void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const { kernels::gather_forward(x, y, n, plan); }

    void backward(Mode, const T*, const T*, const T*, const T* dy, T* dx, GatheredBlock&, T*, std::size_t n) const
    {
        if (dx) kernels::gather_backward(dy, dx, n, plan);
    }

    template <class X, class With> X compose(const With&, const X& x) const { return Layer::template compose<In>(x); }
};

/// Some elements of an axis of a batch, and of two.
template <class X> X composed_crop(const X& x, const Sides& steps, std::size_t extent)
{
    return slice(x, {std::size_t{0}, steps.before}, {-1, static_cast<int>(extent)});
}
template <class X> X composed_crop(const X& x, std::size_t top, std::size_t left, std::size_t height, std::size_t width)
{
    return slice(x, {std::size_t{0}, top, left}, {-1, static_cast<int>(height), static_cast<int>(width)});
}

/// What layers over an axis of steps, or over height and width, ask of their input first.
constexpr verdict accept_steps(Shape in)
{
    if (in.rank != 2) return refuses(misfit::needs_rank_2__steps_features);
    return in.size() == 0 ? refuses(misfit::an_extent_is_zero) : accepts(in);
}
constexpr verdict accept_image(Shape in)
{
    if (in.rank != 3) return refuses(misfit::needs_rank_3__height_width_channels);
    return in.size() == 0 ? refuses(misfit::an_extent_is_zero) : accepts(in);
}

/// The output of a gathered layer over axes of these extents; none of them may be 0.
constexpr verdict accept_gathered(Shape output)
{
    return output.size() == 0 ? refuses(misfit::an_extent_is_zero) : accepts(output);
}

}}} // namespace lamina::internals
