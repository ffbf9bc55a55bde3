// lamina/ops/extremes.hpp: the largest and smallest numbers over axes of a tensor, whether all or any are true, and where they stand.
//
// Where several numbers are the largest they share the gradient in equal parts, as in TensorFlow. NaN stays.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/fold.hpp>
#include <lamina/ops/cast.hpp>
#include <lamina/ops/comparison.hpp>
#include <lamina/ops/gathering.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/operators.hpp>
#include <lamina/ops/reduce.hpp>
#include <lamina/ops/sums_of_tensors.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// Calls f with a number of the types that have an order: those of variables, int32, int64.
template <class F> [[gnu::cold]] void with_ordered(std::string_view op, dtype type, const F& f)
{
    if (type == dtype::int32) f(std::int32_t{});
    else if (type == dtype::int64) f(std::int64_t{});
    else with_real(op, type, f);
}

/// y = the largest or the smallest numbers of x, where y has the shape `narrow`, which spreads over x's. Of no numbers the one that all others are
/// beyond.
template <bool Largest, class T> [[gnu::cold]] void find_extremes(const AnyTensor& from, const Shape& narrow, T* y)
{
    const T* const x = from.numbers<T>();
    const ops::Rows rows(from.shape(), narrow, from.shape(), 1);
    if constexpr (std::is_floating_point_v<T>) {
        using Kind = std::conditional_t<Largest, ops::Max, ops::Min>;
        constexpr T start = Kind::template start<T>;
        const of_numbers better{[](const auto& a, const auto& b) { return Kind::forward(a, b); }};
        std::fill_n(y, narrow.size(), start);
        rows.for_each([&](std::size_t, std::size_t j, std::size_t k) {
            if (rows.second_goes_on()) return kernels::transform(y + j, x + k, y + j, rows.width(), better);
            const T row = kernels::fold(rows.width(), start, better, [](const auto& v) { return v; }, x + k);
            kernels::transform(y + j, &row, y + j, 1, better);
        });
    }
    else {
        std::fill_n(y, narrow.size(), Largest ? std::numeric_limits<T>::lowest() : std::numeric_limits<T>::max());
        rows.for_each([&](std::size_t, std::size_t j, std::size_t k) {
            for (std::size_t i = 0; i < rows.width(); ++i) {
                T& best = y[rows.second_goes_on() ? j + i : j];
                best = Largest ? std::max(best, x[k + i]) : std::min(best, x[k + i]);
            }
        });
    }
}

template <bool Largest> struct ExtremeOver {
    static constexpr std::string_view name = Largest ? "reduce_max" : "reduce_min";
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype& type)
    {
        require_computable(name, type);
        Reduced(with).require_within(name, in[0].shape());
        s = Reduced(with).result(in[0].shape());
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const Shape narrow = Reduced(with).narrow(in[0].shape());
        with_ordered(name, out.dtype(), [&]<class T>(T) { find_extremes<Largest>(in[0], narrow, out.numbers<T>()); });
    }
    static void gradient(const StepBack& step, AnyTensor* dx)
    {
        const AnyTensor &x = step.in[0], wide = run(SpreadOver<false>::entry, step.output, x, step.attributes);
        const AnyTensor found = cast(equal(x, wide), x.dtype());
        const AnyTensor shares = step.dy / run(SumOver<false>::entry, found, step.attributes);
        dx[0] = found * run(SpreadOver<false>::entry, shares, x, step.attributes);
    }
    static constexpr OpEntry entry{name, keeps::both, infer, compute, gradient};
};

/// Of bool tensors.
template <bool All> struct TruthOver {
    static constexpr std::string_view name = All ? "reduce_all" : "reduce_any";
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype& type)
    {
        if (type != dtype::boolean) fail({name, ": of ", name_of(type), " numbers; it takes bool tensors, as comparisons give"});
        Reduced(with).require_within(name, in[0].shape());
        s = Reduced(with).result(in[0].shape());
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        bool* const y = out.numbers<bool>();
        const bool* const x = in[0].numbers<bool>();
        std::fill_n(y, out.size(), All);
        const ops::Rows rows(in[0].shape(), Reduced(with).narrow(in[0].shape()), in[0].shape(), 1);
        rows.for_each([&](std::size_t, std::size_t j, std::size_t k) {
            for (std::size_t i = 0; i < rows.width(); ++i)
                if (x[k + i] != All) y[rows.second_goes_on() ? j + i : j] = !All;
        });
    }
    static constexpr OpEntry entry{name, keeps::none, infer, compute, nullptr};
};

/// Attribute: the axis.
template <bool Largest> struct ExtremeAt {
    static constexpr std::string_view name = Largest ? "argmax" : "argmin";
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype& type)
    {
        require_computable(name, type);
        const Shape& from = in[0].shape();
        const std::size_t axis = axis_within(name, from, with.ints[0], from.rank);
        if (from[axis] == 0) fail({name, ": along axis ", axis, " of a tensor of shape ", from, ", which has no numbers"});
        s = {};
        for (std::size_t i = 0; i < from.rank; ++i)
            if (i != axis) s.push_back(from[i]);
        type = dtype::int64;
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const Shape& from = in[0].shape();
        const auto axis = static_cast<std::size_t>(with.ints[0]);
        const std::size_t extent = from[axis], step = width_behind(from, axis);
        with_ordered(name, in[0].dtype(), [&]<class T>(T) {
            for (std::size_t i = 0; i < out.size(); ++i) {
                const T* const x = in[0].numbers<T>() + (i / step * extent * step + i % step);
                std::size_t best = 0;
                for (std::size_t k = 1; k < extent; ++k) {
                    const T a = x[best * step], b = x[k * step];
                    if (a == a && ((Largest ? b > a : b < a) || b != b)) best = k;
                }
                out.numbers<std::int64_t>()[i] = static_cast<std::int64_t>(best);
            }
        });
    }
    static constexpr OpEntry entry{name, keeps::none, infer, compute, nullptr};
};

[[gnu::cold]] inline AnyTensor run_along(const OpEntry& op, const AnyTensor& x, int axis)
{
    Attributes with;
    with.add(static_cast<std::int32_t>(axis_of(op.name, x.shape(), axis)));
    return run(op, x, with);
}

} // namespace internals::tensors

/// The largest and the smallest numbers over axes, over all of them if none are given. Equal ones share the gradient.
///
/// Example    auto y = reduce_max(constant({{1.f, 3.f}, {2.f, 0.f}}), {-1}, true); // [[3] [2]]
[[gnu::cold]] inline AnyTensor reduce_max(const AnyTensor& x, std::initializer_list<int> axes = {}, bool keepdims = false)
{
    using namespace internals::tensors;
    return run(ExtremeOver<true>::entry, x, reduced_axes("reduce_max", x.shape(), axes, keepdims));
}
[[gnu::cold]] inline AnyTensor reduce_min(const AnyTensor& x, std::initializer_list<int> axes = {}, bool keepdims = false)
{
    using namespace internals::tensors;
    return run(ExtremeOver<false>::entry, x, reduced_axes("reduce_min", x.shape(), axes, keepdims));
}

/// Whether all, and whether some of a bool tensor are true, over axes.
///
/// Example    if (reduce_all(less(constant({1e-7, 1e-9}), 1e-6)).item<bool>()) std::cout << "all are small";
[[gnu::cold]] inline AnyTensor reduce_all(const AnyTensor& x, std::initializer_list<int> axes = {}, bool keepdims = false)
{
    using namespace internals::tensors;
    return run(TruthOver<true>::entry, x, reduced_axes("reduce_all", x.shape(), axes, keepdims));
}
[[gnu::cold]] inline AnyTensor reduce_any(const AnyTensor& x, std::initializer_list<int> axes = {}, bool keepdims = false)
{
    using namespace internals::tensors;
    return run(TruthOver<false>::entry, x, reduced_axes("reduce_any", x.shape(), axes, keepdims));
}

/// Where along an axis the largest, and where the smallest number stands; the first of equal ones. int64.
///
/// Errors     an axis without numbers.
/// Example    auto y = argmax(constant({{1.f, 3.f}, {2.f, 0.f}}), -1); // [1 0]
[[gnu::cold]] inline AnyTensor argmax(const AnyTensor& x, int axis = 0)
{
    return internals::tensors::run_along(internals::tensors::ExtremeAt<true>::entry, x, axis);
}
[[gnu::cold]] inline AnyTensor argmin(const AnyTensor& x, int axis = 0)
{
    return internals::tensors::run_along(internals::tensors::ExtremeAt<false>::entry, x, axis);
}

}} // namespace lamina
