// lamina/models/merge.hpp: what a Parallel makes of its branches' outputs: Concat or Add.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/verdict.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The outputs beside each other along the last axis: [a, b, c1], [a, b, c2], … -> [a, b, c1 + c2 + …].
struct Concat {
    template <std::size_t Count>
    static constexpr verdict merge(const std::array<shape, Count>& outputs)
    {
        if (outputs[0].rank == 0) return refuses(fit::needs_at_least_rank_1);
        shape merged = outputs[0];
        for (std::size_t i = 1; i < Count; ++i) {
            shape as_wide = outputs[i];
            as_wide.extents[merged.rank - 1] = outputs[0].back();
            if (as_wide != outputs[0]) return refuses(fit::branches_to_Concat_differ_before_the_last_axis);
            merged.extents[merged.rank - 1] += outputs[i].back();
        }
        return accepts(merged);
    }

    /// Columns `first` … first + width of y's rows, which are `all` wide.
    template <class T>
    static void put(const T* out, T* y, std::size_t rows, std::size_t first, std::size_t width, std::size_t all)
    {
        for (std::size_t row = 0; row < rows; ++row) std::copy_n(out + row * width, width, y + row * all + first);
    }

    /// The gradient of these columns, put into `room` behind each other.
    template <class T>
    static const T* take(const T* dy, T* room, std::size_t rows, std::size_t first, std::size_t width, std::size_t all)
    {
        for (std::size_t row = 0; row < rows; ++row) std::copy_n(dy + row * all + first, width, room + row * width);
        return room;
    }
};

/// The sum of the outputs, which have one shape.
struct Add {
    template <std::size_t Count>
    static constexpr verdict merge(const std::array<shape, Count>& outputs)
    {
        for (const shape& output : outputs)
            if (output != outputs[0]) return refuses(fit::branches_to_Add_have_different_shapes);
        return accepts(outputs[0]);
    }

    template <class T>
    static void put(const T* out, T* y, std::size_t rows, std::size_t first, std::size_t width, std::size_t)
    {
        if (first == 0) std::copy_n(out, rows * width, y);
        else kernels::add(out, y, rows * width);
    }

    template <class T>
    static const T* take(const T* dy, T*, std::size_t, std::size_t, std::size_t, std::size_t)
    {
        return dy;
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
