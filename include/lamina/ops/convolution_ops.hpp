// lamina/ops/convolution_ops.hpp: the three ops of convolution, each linear in two tensors, whose gradients are again these three.
//
//     Conv2D(x, w)                        dx = BackpropInput(dy, w, x)     dw = BackpropFilter(x, dy, w)
//     Conv2DBackpropInput(dy, w, x)       ddy = Conv2D(g, w)               dw = BackpropFilter(g, dy, w)
//     Conv2DBackpropFilter(x, dy, w)      dx = BackpropInput(dy, g, x)     ddy = Conv2D(x, g)
//
// The third input gives a shape alone; in its place the attributes may give height and width, of the image or of the kernel. Sequences,
// [n, steps, channels] with kernels [steps, channels, filters], are images of one row. Zero groups stand for as many as there are channels,
// with kernels [height, width, channels, multiplier], whose numbers lie as those of [height, width, 1, channels · multiplier] do.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_any.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/ready_convolution.hpp>
#include <lamina/ops/windows.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// A convolution as its ops know it: the sizes, the images on both sides, the kernel.
struct Convolution {
    kernels::convolution_sizes sizes;
    ImageShape x, y;

    bool each_channel; ///< the kernel is [height, width, channels, multiplier]

    Shape kernel() const
    {
        const std::size_t channels = each_channel ? sizes.channels : sizes.channels / sizes.groups;
        const std::size_t filters = each_channel ? sizes.filters / sizes.channels : sizes.filters;
        return x.steps ? Shape{sizes.kernel_width, channels, filters}
                       : Shape{sizes.kernel_height, sizes.kernel_width, channels, filters};
    }
    double kernel_numbers() const
    {
        return double(sizes.kernel_height) * double(sizes.kernel_width) * double(sizes.channels / sizes.groups) *
               double(sizes.filters);
    }
};

/// The places of the attributes.
namespace convolution_attribute {
inline constexpr std::size_t stride_height = 0, stride_width = 1, dilation_height = 2, dilation_width = 3, top = 4, left = 5,
                             bottom = 6, right = 7, groups = 8, height = 9, width = 10;
}

/// A convolution of images with a kernel of these extents and so many filters; refuses what makes none.
[[gnu::cold]] inline Convolution convolution_of(std::string_view op, const ImageShape& x, std::size_t kernel_height,
                                                std::size_t kernel_width, std::size_t filters, const Attributes& with)
{
    namespace a = convolution_attribute;
    const auto& ints = with.ints;
    kernels::convolution_sizes s{};
    s.height = x.height, s.width = x.width, s.channels = x.channels, s.filters = filters;
    s.kernel_height = kernel_height, s.kernel_width = kernel_width;
    s.stride_height = at_least_one(op, "a stride", ints[a::stride_height]);
    s.stride_width = at_least_one(op, "a stride", ints[a::stride_width]);
    s.dilation_height = at_least_one(op, "a dilation", ints[a::dilation_height]);
    s.dilation_width = at_least_one(op, "a dilation", ints[a::dilation_width]);
    const bool each_channel = ints[a::groups] == 0;
    s.groups = each_channel ? x.channels : at_least_one(op, "the number of groups", ints[a::groups]);
    if (s.channels % s.groups != 0 || s.filters % s.groups != 0)
        fail({op, ": ", s.channels, " channels and ", s.filters, " filters do not make ", s.groups, " groups"});
    const auto place = [&](std::string_view axis, std::size_t size, std::size_t taps, std::size_t dilation, std::size_t stride,
                           std::size_t before, std::size_t after) {
        return place_windows(op, axis, size, {(taps - 1) * dilation + 1, stride, ints[before], ints[after]});
    };
    const auto down = place("height", s.height, kernel_height, s.dilation_height, s.stride_height, a::top, a::bottom);
    const auto along = place("width", s.width, kernel_width, s.dilation_width, s.stride_width, a::left, a::right);
    s.out_height = down.outputs, s.out_width = along.outputs;
    s.pad_top = down.before, s.pad_left = along.before;
    if (x.steps && s.out_height != 1) fail({op, ": sequences have one row, the windows make ", s.out_height, " of it"});
    return {s, x, {x.n, s.out_height, s.out_width, s.filters, x.steps}, each_channel};
}

/// Height and width that an op cannot know of its first two inputs: those of a third one, or the attributes'.
struct GivenExtents {
    std::size_t height, width;
};
[[gnu::cold]] inline GivenExtents given_extents(std::string_view op, const Inputs& in, const Attributes& with,
                                                std::size_t first_axis, bool steps)
{
    if (in.size() != 3)
        return {steps ? 1 : at_least_one(op, "the height", with.ints[convolution_attribute::height]),
                at_least_one(op, "the width", with.ints[convolution_attribute::width])};
    const Shape& s = in[2].shape();
    if (s.rank != (steps ? 3 : 4))
        fail({op, ": the tensor that gives the shape has shape ", s, ", it needs ", steps ? 3 : 4, " axes"});
    const GivenExtents given{steps ? 1 : s[first_axis], s[steps ? first_axis : first_axis + 1]};
    for (const std::size_t extent : {given.height, given.width})
        if (extent == 0 || extent == unknown)
            fail({op, ": the tensor that gives the shape has shape ", s, ", its extents have to be known, and at least 1"});
    return given;
}

[[gnu::cold]] inline void check_inputs(std::string_view op, const Inputs& in, std::size_t most, dtype type)
{
    if (in.size() < 2 || in.size() > most) fail({op, ": ", in.size(), " inputs, ", most == 2 ? "2" : "2 or 3", " are needed"});
    require_real(op, type);
    require_alike(op, in[0], in[1]);
}

/// The kernel's shape, whose first extents, channels and filters have to be known.
[[gnu::cold]] inline Shape kernel_of(std::string_view op, const Shape& w, bool steps)
{
    if (w.rank != (steps ? 3 : 4))
        fail({op, ": a kernel of shape ", w, ", it needs ",
              steps ? "[steps, channels, filters]" : "[height, width, channels, filters]"});
    for (std::size_t axis = 0; axis < w.rank; ++axis)
        if (w[axis] == 0 || w[axis] == unknown)
            fail({op, ": a kernel of shape ", w, "; its extents have to be known, and at least 1"});
    require_sizable(op, w);
    return steps ? Shape{1, w[0], w[1], w[2]} : w;
}

/// Refuses a gradient that is not the output's.
[[gnu::cold]] inline void require_output(std::string_view op, const ImageShape& found, const ImageShape& wanted)
{
    if (!may_equal(found.n, wanted.n) || found.height != wanted.height || found.width != wanted.width ||
        found.channels != wanted.channels)
        fail({op, ": a gradient of shape ", found.shape(), ", the output has ", wanted.shape()});
}

struct Conv2DOp {
    static constexpr std::string_view name = "Conv2D";
    static Convolution of(const Inputs& in, const Attributes& with)
    {
        const ImageShape x = images_of(name, in[0].shape());
        const Shape w = kernel_of(name, in[1].shape(), x.steps);
        const bool each_channel = with.ints[convolution_attribute::groups] == 0;
        const Convolution c = convolution_of(name, x, w[0], w[1], each_channel ? w[2] * w[3] : w[3], with);
        const std::size_t channels = each_channel ? w[2] : w[2] * c.sizes.groups;
        if (x.channels != channels)
            fail({name, ": a kernel of shape ", in[1].shape(), " for ", channels, " channels in ", c.sizes.groups,
                  " groups; the images have ", x.channels});
        return c;
    }
    static void infer(const Inputs& in, const Attributes& with, Shape& extents, dtype& type)
    {
        check_inputs(name, in, 2, type);
        const Convolution c = of(in, with);
        require_proportion(name, c.y.numbers(), c.x.numbers() + c.kernel_numbers());
        extents = c.y.shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const Convolution c = of(in, with);
        with_real(name, out.dtype(), [&]<class T>(T) {
            const Borrowed<T> scratch(kernels::convolution_any_scratch<T>(c.sizes));
            kernels::convolution_any_forward(in[0].numbers<T>(), in[1].numbers<T>(), out.numbers<T>(), scratch.data(), c.x.n,
                                             c.sizes);
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
    [[gnu::cold]] static std::shared_ptr<ReadyOp> ready(const Inputs& forms, const Attributes& with, const record& w)
    {
        const Convolution c = of(forms, with);
        return c.each_channel ? nullptr : ReadyConvolution::make(c.sizes, c.x.n, w);
    }
};

struct Conv2DBackpropInputOp {
    static constexpr std::string_view name = "Conv2DBackpropInput";
    static Convolution of(const Inputs& in, const Attributes& with)
    {
        const ImageShape y = images_of(name, in[0].shape());
        const Shape w = kernel_of(name, in[1].shape(), y.steps);
        const GivenExtents image = given_extents(name, in, with, 1, y.steps);
        const std::int32_t groups = with.ints[convolution_attribute::groups];
        if (groups < 0) fail({name, ": the number of groups is ", groups, ", it is not below 0"});
        const ImageShape x{y.n, image.height, image.width, w[2] * std::max<std::size_t>(static_cast<std::size_t>(groups), 1),
                           y.steps};
        const Convolution c = convolution_of(name, x, w[0], w[1], groups == 0 ? w[2] * w[3] : w[3], with);
        require_output(name, y, c.y);
        return c;
    }
    static void infer(const Inputs& in, const Attributes& with, Shape& extents, dtype& type)
    {
        check_inputs(name, in, 3, type);
        const Convolution c = of(in, with);
        require_proportion(name, c.x.numbers(), c.y.numbers() + c.kernel_numbers());
        extents = c.x.shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const Convolution c = of(in, with);
        with_real(name, out.dtype(), [&]<class T>(T) {
            const Borrowed<T> scratch(kernels::convolution_any_scratch<T>(c.sizes));
            kernels::convolution_any_data(in[0].numbers<T>(), in[1].numbers<T>(), out.numbers<T>(), scratch.data(), c.x.n,
                                          c.sizes);
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};

struct Conv2DBackpropFilterOp {
    static constexpr std::string_view name = "Conv2DBackpropFilter";
    static Convolution of(const Inputs& in, const Attributes& with)
    {
        const ImageShape x = images_of(name, in[0].shape()), y = images_of(name, in[1].shape());
        if (x.steps != y.steps) fail({name, ": images of shape ", in[0].shape(), " with a gradient of shape ", in[1].shape()});
        const GivenExtents kernel = given_extents(name, in, with, 0, x.steps);
        const Convolution c = convolution_of(name, x, kernel.height, kernel.width, y.channels, with);
        require_output(name, y, c.y);
        return c;
    }
    static void infer(const Inputs& in, const Attributes& with, Shape& extents, dtype& type)
    {
        check_inputs(name, in, 3, type);
        const Convolution c = of(in, with);
        require_proportion(name, c.kernel_numbers(), c.x.numbers() + c.y.numbers());
        extents = c.kernel();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const Convolution c = of(in, with);
        with_real(name, out.dtype(), [&]<class T>(T) {
            const Borrowed<T> scratch(kernels::convolution_any_scratch<T>(c.sizes));
            kernels::convolution_any_weights(in[0].numbers<T>(), in[1].numbers<T>(), out.numbers<T>(), scratch.data(), c.x.n,
                                             c.sizes);
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};

inline constexpr OpEntry conv2d_entry{Conv2DOp::name,     keeps::inputs, Conv2DOp::infer, Conv2DOp::compute,
                                      Conv2DOp::gradient, nullptr,       nullptr,         Conv2DOp::ready};
inline constexpr OpEntry conv2d_data_entry{Conv2DBackpropInputOp::name, keeps::inputs, Conv2DBackpropInputOp::infer,
                                           Conv2DBackpropInputOp::compute, Conv2DBackpropInputOp::gradient};
inline constexpr OpEntry conv2d_weights_entry{Conv2DBackpropFilterOp::name, keeps::inputs, Conv2DBackpropFilterOp::infer,
                                              Conv2DBackpropFilterOp::compute, Conv2DBackpropFilterOp::gradient};

inline void Conv2DOp::gradient(const StepBack& step, AnyTensor* dx)
{
    if (step.wants(0)) dx[0] = run(conv2d_data_entry, step.dy, step.in[1], step.in[0], step.attributes);
    if (step.wants(1)) dx[1] = run(conv2d_weights_entry, step.in[0], step.dy, step.in[1], step.attributes);
}
inline void Conv2DBackpropInputOp::gradient(const StepBack& step, AnyTensor* dx)
{
    if (step.wants(0)) dx[0] = run(conv2d_entry, step.dy, step.in[1], step.attributes);
    if (step.wants(1)) dx[1] = run(conv2d_weights_entry, step.dy, step.in[0], step.in[1], step.attributes);
}
inline void Conv2DBackpropFilterOp::gradient(const StepBack& step, AnyTensor* dx)
{
    if (step.wants(0)) dx[0] = run(conv2d_data_entry, step.in[1], step.dy, step.in[0], step.attributes);
    if (step.wants(1)) dx[1] = run(conv2d_entry, step.in[0], step.dy, step.attributes);
}

}}} // namespace lamina::internals::tensors
