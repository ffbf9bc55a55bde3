// lamina/ops/spreading.hpp: the sum over what broadcasting repeated, and repeating it: each is the other's gradient.
//
// Both take the tensor whose shape is meant and not a list of extents, so that they work where the batch is not known yet.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/fold.hpp>
#include <lamina/ops/on_tensors.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// The second of two shapes, over which the first spreads, as far as it is known; refuses one that does not.
inline Shape spread_shape(std::string_view op, const Shape& narrow, const Shape& wide)
{
    Shape common = broadcast_shape(op, narrow, wide);
    if (!may_equal(common, wide)) fail({op, ": a tensor of shape ", narrow, " does not spread over ", wide});
    return common;
}

struct SumToLike {
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype& type)
    {
        require_real("sum_to_like", type);
        spread_shape("sum_to_like", in[1].shape(), in[0].shape());
        s = in[1].shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        with_real("sum_to_like", out.dtype(), [&]<class T>(T) { add_up(in[0], out.shape(), out.numbers<T>()); });
    }
    static void gradient(const StepBack& step, AnyTensor* dx) { dx[0] = broadcast_like(step.dy, step.in[0]); }

    /// y = sums of x, where y has the shape `narrow`, which spreads over x's.
    template <class T> static void add_up(const AnyTensor& from, const Shape& narrow, T* y)
    {
        const T* const x = from.numbers<T>();
        std::fill_n(y, narrow.size(), T(0));
        const ops::Rows rows(from.shape(), narrow, from.shape(), 1);
        rows.for_each([&](std::size_t, std::size_t j, std::size_t k) {
            if (rows.second_goes_on()) kernels::add(x + k, y + j, rows.width());
            else y[j] += kernels::sum_of(rows.width(), [](const auto& v) { return v; }, x + k);
        });
    }
};

struct BroadcastLike {
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype&)
    {
        s = spread_shape("broadcast_like", in[0].shape(), in[1].shape());
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        spread(in[0], in[0].shape(), out, bytes_of(out.dtype()));
    }
    static void gradient(const StepBack& step, AnyTensor* dx) { dx[0] = sum_to_like(step.dy, step.in[0]); }

    /// Repeats elements of so many bytes; `narrow` is the shape that the tensor is taken to have.
    [[gnu::cold]] static void spread(const AnyTensor& from, const Shape& narrow, const AnyTensor& out, std::size_t bytes)
    {
        const std::byte* const x = from.body().data;
        std::byte* const y = out.body().data;
        const ops::Rows rows(narrow, out.shape(), out.shape(), 1);
        rows.for_each([&](std::size_t i, std::size_t, std::size_t k) {
            if (rows.first_goes_on()) std::memcpy(y + k * bytes, x + i * bytes, rows.width() * bytes);
            else repeat_element(x + i * bytes, bytes, y + k * bytes, rows.width());
        });
    }
};

inline constexpr OpEntry sum_to_like_entry{"sum_to_like", keeps::none, SumToLike::infer, SumToLike::compute, SumToLike::gradient};
inline constexpr OpEntry broadcast_like_entry{"broadcast_like", keeps::none, BroadcastLike::infer, BroadcastLike::compute,
                                              BroadcastLike::gradient};

inline AnyTensor sum_to_like(const AnyTensor& x, const AnyTensor& like) { return run(sum_to_like_entry, x, like); }
inline AnyTensor broadcast_like(const AnyTensor& x, const AnyTensor& like) { return run(broadcast_like_entry, x, like); }

}}} // namespace lamina::internals::tensors
