// lamina/ops/reduce.hpp: sums, means, largest and smallest numbers over axes.
//
// Where several numbers are the largest, or the smallest, they share the gradient in equal parts, as in TensorFlow. NaN stays.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/kernels/fold.hpp>
#include <lamina/ops/arithmetic.hpp>
#include <lamina/ops/broadcast.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

struct Sum : Plus {
    static constexpr std::string_view name = "sum";
    static constexpr bool picks = false, divides = false;
    template <class T> static constexpr T start = 0;
};
struct Mean : Sum {
    static constexpr std::string_view name = "mean";
    static constexpr bool divides = true;
};
struct Max : Larger {
    static constexpr std::string_view name = "max";
    static constexpr bool picks = true, divides = false;
    template <class T> static constexpr T start = -std::numeric_limits<T>::infinity();
};
struct Min : Smaller {
    static constexpr std::string_view name = "min";
    static constexpr bool picks = true, divides = false;
    template <class T> static constexpr T start = std::numeric_limits<T>::infinity();
};

/// A shape whose reduced axes have extent 1: axes as the user counts them, negative ones from the last on; all of them if there are none.
template <std::size_t Count> constexpr verdict with_axes_of_1(Shape s, const std::array<int, Count>& axes)
{
    if (Count == 0)
        for (std::size_t axis = 0; axis < s.rank; ++axis) s.extents[axis] = 1;
    bool given[Shape::max_rank]{};
    for (const int axis : axes) {
        const int rank = static_cast<int>(s.rank), at = axis < 0 ? axis + rank : axis;
        if (at < 0 || at >= rank) return refuses(misfit::an_axis_is_beyond_the_rank__axes_do_not_count_the_batch);
        if (given[at]) return refuses(misfit::an_axis_is_given_twice);
        given[at] = true;
        s.extents[at] = 1;
    }
    return accepts(s);
}

/// The op for a kind of the above. `KeepDims`: reduced axes stay, with extent 1.
template <class Kind, bool KeepDims, int... Axes> struct Reduce {
    static constexpr std::string_view name = Kind::name;
    static constexpr std::array<int, sizeof...(Axes)> axes{Axes...};

    template <class To> [[gnu::cold]] static void list_options(To& to) { (to("axis", Axes), ...); }

    static constexpr verdict accept(const std::array<Shape, 1>& in)
    {
        const verdict kept = with_axes_of_1(in[0], axes);
        if (kept.answer != misfit::none || KeepDims) return kept;
        if (sizeof...(Axes) == 0) return accepts(Shape{});
        Shape out;
        for (std::size_t axis = 0; axis < in[0].rank; ++axis) {
            const int counted = static_cast<int>(axis), from_the_end = counted - static_cast<int>(in[0].rank);
            if (((counted != Axes && from_the_end != Axes) && ...)) out.push_back(in[0][axis]);
        }
        return accepts(out);
    }

    template <class T> static void forward(const OpCall<1>& call, const T* const* in, T* y, std::size_t n)
    {
        const T* const x = in[0];
        std::fill_n(y, call.size(n), Kind::template start<T>);
        const of_numbers combine{[](const auto& a, const auto& b) { return Kind::forward(a, b); }};
        const Rows rows = rows_of(call, n);
        rows.for_each([&](std::size_t, std::size_t j, std::size_t k) {
            if (rows.second_goes_on()) kernels::transform(y + j, x + k, y + j, rows.width(), combine);
            else {
                const T row =
                    kernels::fold(rows.width(), Kind::template start<T>, combine, [](const auto& v) { return v; }, x + k);
                kernels::transform(y + j, &row, y + j, 1, combine);
            }
        });
        if constexpr (Kind::divides)
            for (std::size_t i = 0; i < call.size(n); ++i) y[i] /= number_of_terms<T>(call);
    }

    /// How many numbers are the largest.
    static constexpr std::size_t scratch(const OpCall<1>& call, std::size_t n) { return Kind::picks ? call.size(n) : 0; }

    template <class T>
    static void backward(const OpCall<1>& call, const T* const* in, const T* y, const T* dy, T* const* din, T* scratch,
                         std::size_t n)
    {
        const T* const x = in[0];
        T* const dx = din[0];
        if (!dx) return;
        const Rows rows = rows_of(call, n);
        const T share = Kind::divides ? T(1) / number_of_terms<T>(call) : T(1);
        if constexpr (Kind::picks) count_picked(rows, x, y, scratch, call.size(n));
        rows.for_each([&](std::size_t, std::size_t j, std::size_t k) {
            if constexpr (Kind::picks) {
                for (std::size_t i = 0; i < rows.width(); ++i) {
                    const std::size_t at = rows.second_goes_on() ? j + i : j;
                    dx[k + i] = x[k + i] == y[at] ? dy[at] / scratch[at] : T(0);
                }
            }
            else if (!rows.second_goes_on()) std::fill_n(dx + k, rows.width(), dy[j] * share);
            else
                kernels::transform(dy + j, dx + k, rows.width(),
                                   of_numbers{[share]<class V>(const V& d) { return d * V(share); }});
        });
    }

private:
    /// Rows of the input, which is first, and of the result.
    static Rows rows_of(const OpCall<1>& call, std::size_t n)
    {
        return {call.in[0], with_axes_of_1(call.in[0], axes).output, call.in[0], n};
    }

    template <class T> static T number_of_terms(const OpCall<1>& call)
    {
        return static_cast<T>(call.in[0].size()) / static_cast<T>(call.out.size());
    }

    template <class T> static void count_picked(const Rows& rows, const T* x, const T* y, T* counts, std::size_t size)
    {
        std::fill_n(counts, size, T(0));
        rows.for_each([&](std::size_t, std::size_t j, std::size_t k) {
            for (std::size_t i = 0; i < rows.width(); ++i) {
                const std::size_t at = rows.second_goes_on() ? j + i : j;
                counts[at] += x[k + i] == y[at] ? T(1) : T(0);
            }
        });
    }
};

}}} // namespace lamina::internals::ops
