// lamina/ops/resizing.hpp: images in another size, and the mirror images of it.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/resize.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/pooling_ops.hpp>
#include <lamina/ops/windows.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// Images and those of another size: what is resized, and to what.
struct ResizingOfImages {
    kernels::resize_sizes sizes;
    ImageShape x, y;
};

[[gnu::cold]] inline ResizingOfImages resizing_of(std::string_view op, const Shape& from, std::size_t height, std::size_t width,
                                                  bool bilinear)
{
    const ImageShape x = images_of(op, from);
    if (x.steps) fail({op, ": a tensor of shape ", from, ", images [n, height, width, channels] are needed"});
    const ImageShape y{x.n, height, width, x.channels};
    require_proportion(op, y.numbers(), x.numbers());
    return {{x.height, x.width, x.channels, 0, 0, x.height, x.width, height, width, bilinear}, x, y};
}

/// The ops of one interpolation: to a height and a width, which are attributes, and back to images of the shape of a second tensor.
template <bool Bilinear> struct ResizeOp {
    static constexpr std::string_view name = Bilinear ? "ResizeBilinear" : "ResizeNearestNeighbor";
    static ResizingOfImages of(const Inputs& in, const Attributes& with)
    {
        return resizing_of(name, in[0].shape(), at_least_one(name, "the height", with.ints[0]),
                           at_least_one(name, "the width", with.ints[1]), Bilinear);
    }
    static void infer(const Inputs& in, const Attributes& with, Shape& extents, dtype& type)
    {
        require_inputs(name, in, 1, type);
        extents = of(in, with).y.shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const ResizingOfImages r = of(in, with);
        with_real(name, out.dtype(), [&]<class T>(T) {
            const Borrowed<T> scratch(kernels::resize_scratch(r.sizes));
            kernels::resize_forward(in[0].numbers<T>(), out.numbers<T>(), scratch.data(), r.x.n, r.sizes);
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};

template <bool Bilinear> struct ResizeGradOp {
    static constexpr std::string_view name = Bilinear ? "ResizeBilinearGrad" : "ResizeNearestNeighborGrad";
    static ResizingOfImages of(const Inputs& in)
    {
        const ImageShape y = images_of(name, in[0].shape());
        const ResizingOfImages r = resizing_of(name, in[1].shape(), y.height, y.width, Bilinear);
        require_shape(name, in[0].shape(), r.y.shape());
        return r;
    }
    static void infer(const Inputs& in, const Attributes&, Shape& extents, dtype& type)
    {
        require_inputs(name, in, 2, type);
        extents = of(in).x.shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        const ResizingOfImages r = of(in);
        with_real(name, out.dtype(), [&]<class T>(T) {
            const Borrowed<T> scratch(kernels::resize_scratch(r.sizes));
            kernels::resize_backward(in[0].numbers<T>(), out.numbers<T>(), scratch.data(), r.x.n, r.sizes);
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};

template <bool Bilinear>
inline constexpr OpEntry resize_entry{ResizeOp<Bilinear>::name, keeps::none, ResizeOp<Bilinear>::infer,
                                      ResizeOp<Bilinear>::compute, ResizeOp<Bilinear>::gradient};
template <bool Bilinear>
inline constexpr OpEntry resize_grad_entry{ResizeGradOp<Bilinear>::name, keeps::none, ResizeGradOp<Bilinear>::infer,
                                           ResizeGradOp<Bilinear>::compute, ResizeGradOp<Bilinear>::gradient};

/// Images of that size.
template <bool Bilinear> AnyTensor resized(const AnyTensor& x, const Window& size)
{
    Attributes with;
    with.add(as_attribute("resize", "a height", size.height));
    with.add(as_attribute("resize", "a width", size.width));
    return run(resize_entry<Bilinear>, x, with);
}

template <bool Bilinear> void ResizeOp<Bilinear>::gradient(const StepBack& step, AnyTensor* dx)
{
    dx[0] = run(resize_grad_entry<Bilinear>, step.dy, step.in[0]);
}
template <bool Bilinear> void ResizeGradOp<Bilinear>::gradient(const StepBack& step, AnyTensor* dx)
{
    const Shape& size = step.in[0].shape();
    if (step.wants(0)) dx[0] = resized<Bilinear>(step.dy, {size[1], size[2]});
}

} // namespace internals::tensors

/// Images in another size: `Bilinear{}`, a mean of the four pixels around, or `Nearest{}`, the nearest one. Edges are repeated; there is no antialiasing.
///
/// Shapes   x [n, height, width, channels] -> [n, size.height, size.width, channels].
/// Errors   name what does not fit.
/// Numerics as `kernels/resize.hpp`.
/// Example  AnyTensor y = resize(ones({8, 30, 20, 3}), {28, 28}, Nearest{});
inline AnyTensor resize(const AnyTensor& x, const Window& size, Bilinear = {})
{
    return internals::tensors::resized<true>(x, size);
}
inline AnyTensor resize(const AnyTensor& x, const Window& size, Nearest) { return internals::tensors::resized<false>(x, size); }

}} // namespace lamina
