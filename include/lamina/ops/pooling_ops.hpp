// lamina/ops/pooling_ops.hpp: the ops of pooling and of what their gradients' gradients need.
//
//     AvgPool(x)                dx = AvgPoolGrad(dy, x)          AvgPoolGrad(dy, x)           ddy = AvgPool(g)
//     MaxPool(x)                dx = MaxPoolGrad(dy, x)          MaxPoolGrad(dy, x)           ddy = MaxPoolGradGrad(g, x)
//                                                                MaxPoolGradGrad(from, x)     dfrom = MaxPoolGrad(g, x)
//
// Nothing flows to the x that says where maxima are. Sequences are images of one row.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pooling_any.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/windows.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// The places of a pooling's attributes, and what its flags say. Where it is adaptive the window's extents are those of the output.
namespace pooling_attribute {
inline constexpr std::size_t window_height = 0, window_width = 1, stride_height = 2, stride_width = 3, top = 4, left = 5,
                             bottom = 6, right = 7, dilation_height = 8, dilation_width = 9, flags = 10;
inline constexpr std::int32_t counts_padding = 1, ceils = 2, adaptive = 4;
}

/// A pooling as its ops know it.
struct PoolingOfImages {
    kernels::pooling_sizes sizes;
    ImageShape x, y;
};

/// One axis of a pooling: its windows, and where what counts in an average ends (0: at the real cells).
struct PooledAxis {
    PlacedWindows windows;
    std::size_t counted;
};
[[gnu::cold]] inline PooledAxis pooled_axis(std::string_view op, std::string_view axis, std::size_t size, const AxisWindows& w,
                                            std::int32_t flags)
{
    PlacedWindows placed = place_windows(op, axis, size, w);
    if (placed.before >= w.reach || (w.after >= 0 && placed.after >= w.reach))
        fail({op, ": the padding of the ", axis, " is ", placed.before, " and ", placed.after, ", below the window's reach of ",
              w.reach, " is needed"});
    const std::size_t padded = size + placed.before + placed.after;
    const bool explicitly = w.before >= 0;
    if ((flags & pooling_attribute::ceils) != 0 &&
        explicitly) { // a last window that is cut off, if it begins before the padding behind
        const std::size_t next = placed.outputs * w.stride;
        if (next < size + placed.before && (placed.outputs - 1) * w.stride + w.reach < padded) ++placed.outputs;
    }
    return {placed, (flags & pooling_attribute::counts_padding) != 0 ? padded : 0};
}

/// A pooling of images; refuses what makes none.
[[gnu::cold]] inline PoolingOfImages pooling_of(std::string_view op, const Shape& images, const Attributes& with,
                                                bool of_averages)
{
    namespace a = pooling_attribute;
    const auto& ints = with.ints;
    const ImageShape x = images_of(op, images);
    const std::int32_t flags = ints[a::flags];
    const auto size_at = [&](std::size_t place, std::string_view what) { return at_least_one(op, what, ints[place]); };
    kernels::pooling_sizes s{};
    s.height = x.height, s.width = x.width, s.channels = x.channels;
    s.window_height = size_at(a::window_height, "a window's height"),
    s.window_width = size_at(a::window_width, "a window's width");
    if ((flags & a::adaptive) != 0) {
        s.out_height = s.window_height, s.out_width = s.window_width;
        s.window_height = s.window_width = s.stride_height = s.stride_width = 1;
        s.adaptive = true;
    }
    else {
        s.stride_height = size_at(a::stride_height, "a stride"), s.stride_width = size_at(a::stride_width, "a stride");
        s.dilation_height = size_at(a::dilation_height, "a dilation"),
        s.dilation_width = size_at(a::dilation_width, "a dilation");
        if (of_averages && s.dilation_height * s.dilation_width != 1) fail({op, ": averages have no dilation, it has to be 1"});
        if (ints[a::top] == causal_padding) fail({op, ": poolings have no causal padding"});
        const auto down =
            pooled_axis(op, "height", s.height,
                        {(s.window_height - 1) * s.dilation_height + 1, s.stride_height, ints[a::top], ints[a::bottom]}, flags);
        const auto along =
            pooled_axis(op, "width", s.width,
                        {(s.window_width - 1) * s.dilation_width + 1, s.stride_width, ints[a::left], ints[a::right]}, flags);
        s.out_height = down.windows.outputs, s.out_width = along.windows.outputs;
        s.pad_top = down.windows.before, s.pad_left = along.windows.before;
        s.counted_height = down.counted, s.counted_width = along.counted;
    }
    if (x.steps && s.out_height != 1) fail({op, ": sequences have one row, the windows make ", s.out_height, " of it"});
    const ImageShape y{x.n, s.out_height, s.out_width, s.channels, x.steps};
    require_proportion(op, y.numbers(), x.numbers());
    return {s, x, y};
}

/// Refuses a second input that does not have the shape that is wanted.
[[gnu::cold]] inline void require_shape(std::string_view op, const Shape& found, const Shape& wanted)
{
    if (!may_equal(found, wanted)) fail({op, ": a tensor of shape ", found, ", ", wanted, " is needed"});
}
[[gnu::cold]] inline void require_inputs(std::string_view op, const Inputs& in, std::size_t wanted, dtype type)
{
    if (in.size() != wanted) fail({op, ": ", in.size(), " inputs, ", wanted, " are needed"});
    require_real(op, type);
    if (wanted == 2) require_alike(op, in[0], in[1]);
}

/// A pass over images: the entry's functions for a kernel and the shape that it gives.
struct AvgPoolOp {
    static constexpr std::string_view name = "AvgPool";
    static void infer(const Inputs& in, const Attributes& with, Shape& extents, dtype& type)
    {
        require_inputs(name, in, 1, type);
        extents = pooling_of(name, in[0].shape(), with, true).y.shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const PoolingOfImages p = pooling_of(name, in[0].shape(), with, true);
        with_real(name, out.dtype(),
                  [&]<class T>(T) { kernels::average_pooling_any(in[0].numbers<T>(), out.numbers<T>(), p.x.n, p.sizes); });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};

struct AvgPoolGradOp {
    static constexpr std::string_view name = "AvgPoolGrad";
    static void infer(const Inputs& in, const Attributes& with, Shape& extents, dtype& type)
    {
        require_inputs(name, in, 2, type);
        const PoolingOfImages p = pooling_of(name, in[1].shape(), with, true);
        require_shape(name, in[0].shape(), p.y.shape());
        extents = p.x.shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const PoolingOfImages p = pooling_of(name, in[1].shape(), with, true);
        with_real(name, out.dtype(),
                  [&]<class T>(T) { kernels::spread_averages_any(in[0].numbers<T>(), out.numbers<T>(), p.x.n, p.sizes); });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};

struct MaxPoolOp {
    static constexpr std::string_view name = "MaxPool";
    static void infer(const Inputs& in, const Attributes& with, Shape& extents, dtype& type)
    {
        require_inputs(name, in, 1, type);
        extents = pooling_of(name, in[0].shape(), with, false).y.shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const PoolingOfImages p = pooling_of(name, in[0].shape(), with, false);
        with_real(name, out.dtype(),
                  [&]<class T>(T) { kernels::max_pooling_any(in[0].numbers<T>(), out.numbers<T>(), p.x.n, p.sizes); });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};

struct MaxPoolGradOp {
    static constexpr std::string_view name = "MaxPoolGrad";
    static void infer(const Inputs& in, const Attributes& with, Shape& extents, dtype& type)
    {
        require_inputs(name, in, 2, type);
        const PoolingOfImages p = pooling_of(name, in[1].shape(), with, false);
        require_shape(name, in[0].shape(), p.y.shape());
        extents = p.x.shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const PoolingOfImages p = pooling_of(name, in[1].shape(), with, false);
        with_real(name, out.dtype(), [&]<class T>(T) {
            kernels::spread_to_max(in[0].numbers<T>(), in[1].numbers<T>(), out.numbers<T>(), p.x.n, p.sizes);
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};

struct MaxPoolGradGradOp {
    static constexpr std::string_view name = "MaxPoolGradGrad";
    static void infer(const Inputs& in, const Attributes& with, Shape& extents, dtype& type)
    {
        require_inputs(name, in, 2, type);
        const PoolingOfImages p = pooling_of(name, in[1].shape(), with, false);
        require_shape(name, in[0].shape(), p.x.shape());
        extents = p.y.shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const PoolingOfImages p = pooling_of(name, in[1].shape(), with, false);
        with_real(name, out.dtype(), [&]<class T>(T) {
            kernels::take_at_max(in[0].numbers<T>(), in[1].numbers<T>(), out.numbers<T>(), p.x.n, p.sizes);
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};

inline constexpr OpEntry avg_pool_entry{AvgPoolOp::name, keeps::none, AvgPoolOp::infer, AvgPoolOp::compute, AvgPoolOp::gradient};
inline constexpr OpEntry avg_pool_grad_entry{AvgPoolGradOp::name, keeps::none, AvgPoolGradOp::infer, AvgPoolGradOp::compute,
                                             AvgPoolGradOp::gradient};
inline constexpr OpEntry max_pool_entry{MaxPoolOp::name, keeps::inputs, MaxPoolOp::infer, MaxPoolOp::compute,
                                        MaxPoolOp::gradient};
inline constexpr OpEntry max_pool_grad_entry{MaxPoolGradOp::name, keeps::inputs, MaxPoolGradOp::infer, MaxPoolGradOp::compute,
                                             MaxPoolGradOp::gradient};
inline constexpr OpEntry max_pool_grad_grad_entry{MaxPoolGradGradOp::name, keeps::inputs, MaxPoolGradGradOp::infer,
                                                  MaxPoolGradGradOp::compute, MaxPoolGradGradOp::gradient};

inline void AvgPoolOp::gradient(const StepBack& step, AnyTensor* dx)
{
    dx[0] = run(avg_pool_grad_entry, step.dy, step.in[0], step.attributes);
}
inline void AvgPoolGradOp::gradient(const StepBack& step, AnyTensor* dx)
{
    if (step.wants(0)) dx[0] = run(avg_pool_entry, step.dy, step.attributes);
}
inline void MaxPoolOp::gradient(const StepBack& step, AnyTensor* dx)
{
    dx[0] = run(max_pool_grad_entry, step.dy, step.in[0], step.attributes);
}
inline void MaxPoolGradOp::gradient(const StepBack& step, AnyTensor* dx)
{
    if (step.wants(0)) dx[0] = run(max_pool_grad_grad_entry, step.dy, step.in[1], step.attributes);
}
inline void MaxPoolGradGradOp::gradient(const StepBack& step, AnyTensor* dx)
{
    if (step.wants(0)) dx[0] = run(max_pool_grad_entry, step.dy, step.in[1], step.attributes);
}

}}} // namespace lamina::internals::tensors
