// lamina/ops/gathering.hpp: rows of a tensor by their indices, the sum of rows at indices, and one_hot.
//
// gather and scatter_add_like are mirror images: each is the other's gradient. Nothing flows to indices.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/run.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

inline void require_indices(std::string_view op, dtype type)
{
    if (type != dtype::int32 && type != dtype::int64)
        fail({op, ": indices are ", name_of(type), "; they have to be int32 or int64"});
}
inline std::int64_t index_at(const AnyTensor& indices, std::size_t i)
{
    return indices.dtype() == dtype::int32 ? indices.numbers<std::int32_t>()[i] : indices.numbers<std::int64_t>()[i];
}
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_index(std::string_view op, std::int64_t index, std::size_t extent)
{
    fail({op, ": index ", index, "; indices are in [0, ", extent, ")"});
}

/// The shape of the rows at indices: the axis of x becomes the axes of the indices.
[[gnu::cold]] inline Shape gathered_shape(std::string_view op, const Shape& x, const Shape& indices, std::size_t axis)
{
    if (x.rank + indices.rank > Shape::max_rank + 1)
        fail({op, ": rows of a tensor of shape ", x, " at indices of shape ", indices, " have more than six axes"});
    Shape s;
    for (std::size_t i = 0; i < axis; ++i) s.push_back(x[i]);
    for (std::size_t i = 0; i < indices.rank; ++i) s.push_back(indices[i]);
    for (std::size_t i = axis + 1; i < x.rank; ++i) s.push_back(x[i]);
    require_sizable(op, s);
    return s;
}

/// f(where a row of x begins, where the one that is gathered), in numbers; `width` is that of a row.
template <class F>
void for_each_gathered(std::string_view op, const Shape& x, const AnyTensor& indices, std::size_t axis, std::size_t width,
                       const F& f)
{
    std::size_t outside = 1;
    for (std::size_t i = 0; i < axis; ++i) outside *= x[i];
    const std::size_t extent = x[axis], count = indices.size();
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t at = index_at(indices, i);
        if (at < 0 || static_cast<std::uint64_t>(at) >= extent) refuse_index(op, at, extent);
        for (std::size_t o = 0; o < outside; ++o) f((o * extent + static_cast<std::size_t>(at)) * width, (o * count + i) * width);
    }
}
inline std::size_t width_behind(const Shape& s, std::size_t axis)
{
    std::size_t width = 1;
    for (std::size_t i = axis + 1; i < s.rank; ++i) width *= s[i];
    return width;
}

/// Inputs: x, the indices. Attribute: the axis.
struct Gather {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype&)
    {
        require_indices("gather", in[1].dtype());
        const Shape& x = in[0].shape();
        s = gathered_shape("gather", x, in[1].shape(), axis_within("gather", x, with.ints[0], x.rank));
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const auto axis = static_cast<std::size_t>(with.ints[0]);
        const std::size_t bytes = bytes_of(out.dtype()), width = width_behind(in[0].shape(), axis);
        for_each_gathered("gather", in[0].shape(), in[1], axis, width, [&](std::size_t from, std::size_t to) {
            if (width > 0) std::memcpy(out.body().data + to * bytes, in[0].body().data + from * bytes, width * bytes);
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};
inline constexpr OpEntry gather_entry{"gather", keeps::inputs, Gather::infer, Gather::compute, Gather::gradient};

/// Inputs: rows, the indices, x. The sum of the rows at each index, in x's shape. Attribute: the axis.
struct ScatterAddLike {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype& type)
    {
        require_real("scatter_add_like", type);
        require_indices("scatter_add_like", in[1].dtype());
        const Shape& x = in[2].shape();
        const std::size_t axis = axis_within("scatter_add_like", x, with.ints[0], x.rank);
        if (!may_equal(in[0].shape(), gathered_shape("scatter_add_like", x, in[1].shape(), axis)))
            fail({"scatter_add_like: rows of shape ", in[0].shape(), " at indices of shape ", in[1].shape(),
                  " of a tensor of shape ", x});
        s = x;
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        with_real("scatter_add_like", out.dtype(), [&]<class T>(T) {
            const auto axis = static_cast<std::size_t>(with.ints[0]);
            const std::size_t width = width_behind(out.shape(), axis);
            T* const y = out.numbers<T>();
            std::fill_n(y, out.size(), T(0));
            for_each_gathered("scatter_add_like", out.shape(), in[1], axis, width, [&](std::size_t to, std::size_t from) {
                if (width > 0) kernels::add(in[0].numbers<T>() + from, y + to, width);
            });
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx) { dx[0] = run(gather_entry, step.dy, step.in[1], step.attributes); }
};
inline constexpr OpEntry scatter_add_like_entry{"scatter_add_like", keeps::inputs, ScatterAddLike::infer, ScatterAddLike::compute,
                                                ScatterAddLike::gradient};

inline void Gather::gradient(const StepBack& step, AnyTensor* dx)
{
    dx[0] = run(scatter_add_like_entry, step.dy, step.in[1], step.in[0], step.attributes);
}

/// Attributes: the axis of the result, its extent; a type.
struct OneHot {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype& type)
    {
        require_indices("one_hot", type);
        if (in[0].rank() == Shape::max_rank)
            fail({"one_hot: of indices of shape ", s, ", which have six axes, the most that there are"});
        const std::size_t axis = axis_within("one_hot", s, with.ints[0], s.rank + 1);
        if (with.ints[1] < 0) fail({"one_hot: of ", with.ints[1], " classes; give 0 or more"});
        s = {};
        for (std::size_t i = 0; i <= in[0].rank(); ++i)
            s.push_back(i == axis ? static_cast<std::size_t>(with.ints[1]) : in[0].shape()[i < axis ? i : i - 1]);
        require_sizable("one_hot", s);
        if (static_cast<std::size_t>(with.type) >= dtype_count) fail({"one_hot: there is no such type"});
        type = with.type;
        if (type != dtype::boolean) require_computable("one_hot", type);
    }
    /// An index that is no class is a row of zeros.
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        if (out.size() == 0) return;
        const auto axis = static_cast<std::size_t>(with.ints[0]);
        const std::size_t bytes = bytes_of(out.dtype()), inside = width_behind(out.shape(), axis), classes = out.shape()[axis];
        std::memset(out.body().data, 0, out.size() * bytes);
        const AnyTensor one = scalar(out.dtype(), 1);
        for (std::size_t i = 0; i < in[0].size(); ++i) {
            const std::int64_t index = index_at(in[0], i);
            if (index < 0 || static_cast<std::uint64_t>(index) >= classes) continue;
            const std::size_t at = (i / inside * classes + static_cast<std::size_t>(index)) * inside + i % inside;
            std::memcpy(out.body().data + at * bytes, one.body().data, bytes);
        }
    }
    static constexpr OpEntry entry{"one_hot", keeps::none, infer, compute, nullptr};
};

} // namespace internals::tensors

/// The rows of an axis at these indices, int32 or int64. The axes of the indices take the place of that axis.
///
/// Errors     an index that is not there.
/// Example    auto rows = gather(eye(10), constant({7, 7, 3}), 0); // [3, 10]
[[gnu::cold]] inline AnyTensor gather(const AnyTensor& x, const AnyTensor& indices, int axis = 0)
{
    using namespace internals::tensors;
    Attributes with;
    with.add(static_cast<std::int32_t>(axis_of("gather", x.shape(), axis)));
    return run(gather_entry, x, indices, with);
}

/// Zeros of x's shape with rows added at these indices of an axis: the mirror image of gather.
///
/// Example    auto counts = scatter_add_like(ones({3}), constant({7, 7, 3}), zeros({10}));
[[gnu::cold]] inline AnyTensor scatter_add_like(const AnyTensor& rows, const AnyTensor& indices, const AnyTensor& x, int axis = 0)
{
    using namespace internals::tensors;
    Attributes with;
    with.add(static_cast<std::int32_t>(axis_of("scatter_add_like", x.shape(), axis)));
    return run(scatter_add_like_entry, rows, indices, x, with);
}

/// 1 at each index along a new axis of so many classes, 0 elsewhere; an index that is no class is a row of zeros, as in TensorFlow.
///
/// Example    auto y = one_hot(constant({7, 3}), 10); // [2, 10]
[[gnu::cold]] inline AnyTensor one_hot(const AnyTensor& indices, std::size_t classes, int axis = -1, dtype type = dtype::float32)
{
    using namespace internals::tensors;
    Attributes with;
    with.add(static_cast<std::int32_t>(axis_among("one_hot", indices.shape(), axis, indices.rank() + 1)));
    with.add(as_attribute("one_hot", static_cast<std::ptrdiff_t>(classes)));
    with.type = type;
    return run(internals::tensors::OneHot::entry, indices, with);
}

}} // namespace lamina
