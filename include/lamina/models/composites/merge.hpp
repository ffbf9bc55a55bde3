// lamina/models/composites/merge.hpp: what a Parallel makes of its branches' outputs: Concat or Add.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/verdict.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/ops/concatenate.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The outputs beside each other along the last axis: [a, b, c1], [a, b, c2], … -> [a, b, c1 + c2 + …].
struct Concat {
    template <std::size_t Count> static constexpr protocols::verdict merge(const std::array<Shape, Count>& outputs)
    {
        const protocols::verdict joined = internals::ops::Concatenate::accept(outputs);
        return joined.answer == protocols::misfit::shapes_differ_before_the_last_axis
                   ? refuses(protocols::misfit::branches_to_Concat_differ_before_the_last_axis)
                   : joined;
    }

    /// Columns `first` … first + width of y's rows, which are `all` wide.
    template <class T>
    static void put(const T* out, T* y, std::size_t rows, std::size_t first, std::size_t width, std::size_t all)
    {
        internals::ops::Concatenate::put(out, y, rows, first, width, all);
    }

    /// The gradient of these columns, put into `room` behind each other.
    template <class T>
    static const T* take(const T* dy, T* room, std::size_t rows, std::size_t first, std::size_t width, std::size_t all)
    {
        internals::ops::Concatenate::take(dy, room, rows, first, width, all);
        return room;
    }

    /// All of it in functions on tensors.
    template <class X> static X compose(const std::vector<X>& outputs) { return concat(outputs, -1); }
};

/// The sum of the outputs, which have one shape.
struct Add {
    template <std::size_t Count> static constexpr protocols::verdict merge(const std::array<Shape, Count>& outputs)
    {
        for (const Shape& output : outputs)
            if (output != outputs[0]) return refuses(protocols::misfit::branches_to_Add_have_different_shapes);
        return protocols::accepts(outputs[0]);
    }

    template <class T> static void put(const T* out, T* y, std::size_t rows, std::size_t first, std::size_t width, std::size_t)
    {
        if (first == 0) std::copy_n(out, rows * width, y);
        else internals::kernels::add(out, y, rows * width);
    }

    template <class T> static const T* take(const T* dy, T*, std::size_t, std::size_t, std::size_t, std::size_t) { return dy; }

    template <class X> static X compose(const std::vector<X>& outputs)
    {
        X sum = outputs[0];
        for (std::size_t i = 1; i < outputs.size(); ++i) sum = sum + outputs[i];
        return sum;
    }
};

}} // namespace lamina
