// lamina/ops/products.hpp: the ops of dot and matmul, products of two values that both belong to a sample.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/kernels/products.hpp>
#include <lamina/ops/op.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

/// y = f(a, b) sample by sample; the sizes are of a sample.
template <class T, class F>
void each_sample(const T* a, std::size_t of_a, const T* b, std::size_t of_b, T* y, std::size_t of_y, std::size_t n, const F& f)
{
    for (std::size_t i = 0; i < n; ++i) f(a + i * of_a, b + i * of_b, y + i * of_y);
}

/// Products over the last axes of both: [… , d] · [… , d] -> [… , …], of two rows [1], as Keras's Dot.
struct Dot {
    static constexpr std::string_view name = "dot";

    static constexpr verdict accept(const std::array<Shape, 2>& in)
    {
        if (in[0].rank == 0 || in[1].rank == 0) return refuses(misfit::needs_at_least_rank_1);
        if (in[0].back() != in[1].back()) return refuses(misfit::last_axes_differ);
        if (in[0].rank + in[1].rank > Shape::max_rank + 2) return refuses(misfit::the_result_has_more_than_6_axes);
        if (in[0].rank == 1 && in[1].rank == 1) return accepts(Shape{1});
        Shape out;
        for (const Shape& s : in)
            for (std::size_t axis = 0; axis + 1 < s.rank; ++axis) out.push_back(s[axis]);
        return accepts(out);
    }

    template <class T> static void forward(const OpCall<2>& call, const T* const* in, T* y, std::size_t n)
    {
        const Sizes s(call);
        each_sample(in[0], s.a, in[1], s.b, y, s.y, n, [&](const T* a, const T* b, T* to) {
            kernels::multiply_by_transposed(a, b, to, s.rows, s.terms, s.columns);
        });
    }

    template <class T>
    static void backward(const OpCall<2>& call, const T* const* in, const T*, const T* dy, T* const* din, T*, std::size_t n)
    {
        const Sizes s(call);
        if (din[0])
            each_sample(dy, s.y, in[1], s.b, din[0], s.a, n,
                        [&](const T* d, const T* b, T* to) { kernels::multiply(d, b, to, s.rows, s.columns, s.terms); });
        if (din[1])
            each_sample(dy, s.y, in[0], s.a, din[1], s.b, n, [&](const T* d, const T* a, T* to) {
                kernels::multiply_transposed(d, a, to, s.columns, s.rows, s.terms);
            });
    }

private:
    struct Sizes {
        std::size_t a, b, y, terms, rows, columns;
        explicit Sizes(const OpCall<2>& call)
            : a(call.in[0].size()), b(call.in[1].size()), y(call.out.size()), terms(call.in[0].back()),
              rows(terms == 0 ? 0 : a / terms), columns(terms == 0 ? 0 : b / terms)
        {}
    };
};

/// The product of matrices: [a, b] · [b, c] -> [a, c]. With a variable as the second, which all samples share, [… , b] · [b, c] -> [… , c].
struct Matmul {
    static constexpr std::string_view name = "matmul";

    template <std::size_t Which> static constexpr bool takes_shared = Which == 1;
    static constexpr bool reads_record_rows = true; ///< of what is shared
    static constexpr std::size_t least_rank_beside(const Shape&) { return 1; }
    static constexpr verdict accept_beside(const std::array<Shape, 2>& in, std::size_t)
    {
        if (in[0].rank == 0) return refuses(misfit::needs_at_least_rank_1);
        if (in[1].rank != 2) return refuses(misfit::needs_rank_2);
        if (in[0].back() != in[1][0])
            return refuses(misfit::the_last_axis_of_the_first_is_not_the_axis_before_the_last_of_the_second);
        Shape out = in[0];
        out.extents[out.rank - 1] = in[1][1];
        return accepts(out);
    }

    /// y [rows][c] = x [rows][b] · w, in rows as records have them: what Dense runs.
    template <Shape W, class T> static void multiply_by(const T* x, const T* w, T* y, std::size_t rows)
    {
        constexpr fixed<kernels::dense_sizes{W[0], W[1]}> sizes{};
        if constexpr (kernels::is_small(sizes))
            kernels::small_forward(x, w, static_cast<const T*>(nullptr), y, rows, sizes, std::identity{});
        else kernels::dense_forward(x, w, static_cast<const T*>(nullptr), y, rows, sizes);
    }
    /// Writes dx, and adds to dw; neither where it is null.
    template <Shape W, class T> static void go_back(const T* x, const T* w, const T* dy, T* dx, T* dw, std::size_t rows)
    {
        constexpr fixed<kernels::dense_sizes{W[0], W[1]}> sizes{};
        if (dw) kernels::dense_backward_weights(x, dy, dw, static_cast<T*>(nullptr), rows, sizes);
        if (dx) kernels::dense_backward_data(dy, w, dx, rows, sizes);
    }

    static constexpr verdict accept(const std::array<Shape, 2>& in)
    {
        if (in[0].rank != 2 || in[1].rank != 2) return refuses(misfit::needs_rank_2);
        if (in[0][1] != in[1][0])
            return refuses(misfit::the_last_axis_of_the_first_is_not_the_axis_before_the_last_of_the_second);
        return accepts(Shape{in[0][0], in[1][1]});
    }

    template <class T> static void forward(const OpCall<2>& call, const T* const* in, T* y, std::size_t n)
    {
        const std::size_t rows = call.out[0], terms = call.in[0][1], columns = call.out[1];
        each_sample(in[0], rows * terms, in[1], terms * columns, y, rows * columns, n,
                    [&](const T* a, const T* b, T* to) { kernels::multiply(a, b, to, rows, terms, columns); });
    }

    template <class T>
    static void backward(const OpCall<2>& call, const T* const* in, const T*, const T* dy, T* const* din, T*, std::size_t n)
    {
        const std::size_t rows = call.out[0], terms = call.in[0][1], columns = call.out[1];
        if (din[0])
            each_sample(dy, rows * columns, in[1], terms * columns, din[0], rows * terms, n,
                        [&](const T* d, const T* b, T* to) { kernels::multiply_by_transposed(d, b, to, rows, columns, terms); });
        if (din[1])
            each_sample(in[0], rows * terms, dy, rows * columns, din[1], terms * columns, n,
                        [&](const T* a, const T* d, T* to) { kernels::multiply_transposed(a, d, to, terms, rows, columns); });
    }
};

}}} // namespace lamina::internals::ops
