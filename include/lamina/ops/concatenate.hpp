// lamina/ops/concatenate.hpp: the op that puts values beside each other in the last axis.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/ops/op.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

/// [… , a], [… , b], … -> [… , a + b + …].
struct Concatenate {
    static constexpr std::string_view name = "concatenate";
    static constexpr bool joins_masks = true;

    template <std::size_t Count> static constexpr verdict accept(const std::array<Shape, Count>& in)
    {
        Shape out = in[0];
        if (out.rank == 0) return refuses(misfit::needs_at_least_rank_1);
        for (std::size_t i = 1; i < Count; ++i) {
            Shape as_wide = in[i];
            if (as_wide.rank > 0) as_wide.extents[as_wide.rank - 1] = in[0].back();
            if (as_wide != in[0]) return refuses(misfit::shapes_differ_before_the_last_axis);
            out.extents[out.rank - 1] += in[i].back();
        }
        return accepts(out);
    }

    /// Columns `first` … first + width of y's rows, which are `all` wide, from the rows of x.
    template <class T> static void put(const T* x, T* y, std::size_t rows, std::size_t first, std::size_t width, std::size_t all)
    {
        for (std::size_t row = 0; row < rows; ++row) std::copy_n(x + row * width, width, y + row * all + first);
    }

    /// The other way: these columns of dy's rows, behind each other.
    template <class T>
    static void take(const T* dy, T* dx, std::size_t rows, std::size_t first, std::size_t width, std::size_t all)
    {
        for (std::size_t row = 0; row < rows; ++row) std::copy_n(dy + row * all + first, width, dx + row * width);
    }

    template <class T, std::size_t Count> static void forward(const OpCall<Count>& call, const T* const* in, T* y, std::size_t n)
    {
        each_column(call, n, [&](std::size_t i, auto... place) { put(in[i], y, place...); });
    }

    template <class T, std::size_t Count>
    static void backward(const OpCall<Count>& call, const T* const*, const T*, const T* dy, T* const* din, T*, std::size_t n)
    {
        each_column(call, n, [&](std::size_t i, auto... place) {
            if (din[i]) take(dy, din[i], place...);
        });
    }

private:
    /// f(i, rows, where the columns of input i begin, how many they are, how wide the result is).
    template <std::size_t Count, class F> static void each_column(const OpCall<Count>& call, std::size_t n, const F& f)
    {
        const std::size_t all = call.out.back(), rows = all == 0 ? 0 : call.size(n) / all;
        for (std::size_t i = 0, first = 0; i < Count; first += call.in[i++].back()) f(i, rows, first, call.in[i].back(), all);
    }
};

}}} // namespace lamina::internals::ops
