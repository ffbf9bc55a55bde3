// lamina/ops/matmul.hpp: products of matrices of tensors, over batch axes that broadcast. Its gradients are products again.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/spreading.hpp>
#include <lamina/ops/strided_copy.hpp>
#include <lamina/ops/transpose.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Which matrices are taken with their last two axes exchanged.
struct MatmulOptions {
    bool transpose_a = false, transpose_b = false;
};

namespace internals::tensors {

/// Attributes: whether the first, and whether the second matrix is transposed. A template, so that who multiplies nothing compiles nothing of
/// it; X is AnyTensor.
template <class X = AnyTensor> struct MatrixProduct {
    /// y [rows, columns] is the product over so many terms.
    struct Sizes {
        std::size_t rows, terms, terms_of_b, columns;
        bool a, b; ///< transposed
        Sizes(const Shape& x, const Shape& z, const Attributes& with) : a(with.ints[0] != 0), b(with.ints[1] != 0)
        {
            rows = x[x.rank - (a ? 1 : 2)], terms = x[x.rank - (a ? 2 : 1)];
            terms_of_b = z[z.rank - (b ? 1 : 2)], columns = z[z.rank - (b ? 2 : 1)];
        }
    };
    static Shape batch_of(const Shape& s)
    {
        Shape batch;
        for (std::size_t axis = 0; axis + 2 < s.rank; ++axis) batch.push_back(s[axis]);
        return batch;
    }

    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype& type)
    {
        const Shape &a = in[0].shape(), &b = in[1].shape();
        require_alike("matmul", in[0], in[1]);
        require_real("matmul", type);
        if (a.rank < 2 || b.rank < 2) fail({"matmul: tensors of shapes ", a, " and ", b, "; both need two axes or more"});
        const Sizes sizes(a, b, with);
        if (!may_equal(sizes.terms, sizes.terms_of_b))
            fail({"matmul: shapes ", a, sizes.a ? " (transposed)" : "", " and ", b, sizes.b ? " (transposed)" : "", "; ",
                  sizes.terms, " columns need as many rows, not ", sizes.terms_of_b});
        s = broadcast_shape("matmul", batch_of(a), batch_of(b));
        s.push_back(sizes.rows);
        s.push_back(sizes.columns);
        require_sizable("matmul", s);
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        with_real("matmul", out.dtype(),
                  [&]<class T>(T) { multiply_all<T>(in[0], in[1], out, Sizes(in[0].shape(), in[1].shape(), with)); });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
    static constexpr OpEntry entry{"matmul", keeps::inputs, infer, compute, gradient};

private:
    template <class T> static void multiply_all(const AnyTensor& a, const AnyTensor& b, const AnyTensor& y, Sizes sizes)
    {
        if (y.size() == 0) return;
        if (sizes.terms == 0) return void(std::fill_n(y.numbers<T>(), y.size(), T(0)));
        const Shape batch = batch_of(y.shape());
        const std::size_t of_a = sizes.rows * sizes.terms, of_b = sizes.terms * sizes.columns, of_y = sizes.rows * sizes.columns;
        const Borrowed<T> room(room_for<T>(sizes));
        if (!sizes.a && b.size() == of_b &&
            a.size() / of_a == batch.size()) { // one matrix for all: its rows are one behind another
            sizes.rows *= batch.size();
            return multiply(a.numbers<T>(), b.numbers<T>(), y.numbers<T>(), sizes, room.data());
        }
        const Block block(batch, steps_over(batch_of(a.shape()), batch), steps_over(batch_of(b.shape()), batch));
        T* to = y.numbers<T>();
        block.for_each_row([&](std::ptrdiff_t i, std::ptrdiff_t j) {
            const auto [extent, step_of_a, step_of_b] = block.axes[0];
            for (std::size_t k = 0; k < extent; ++k, i += step_of_a, j += step_of_b, to += of_y)
                multiply(a.numbers<T>() + i * static_cast<std::ptrdiff_t>(of_a),
                         b.numbers<T>() + j * static_cast<std::ptrdiff_t>(of_b), to, sizes, room.data());
        });
    }
    /// The steps of a batch within the one that it broadcasts to.
    static Steps steps_over(const Shape& narrow, const Shape& wide)
    {
        const Steps own = steps_of(narrow);
        Steps steps{};
        for (std::size_t axis = 0; axis < narrow.rank; ++axis)
            steps[axis + wide.rank - narrow.rank] = narrow[axis] == 1 ? 0 : own[axis];
        return steps;
    }

    template <class T> static bool is_aligned(const T* p) { return reinterpret_cast<std::uintptr_t>(p) % alignment == 0; }
    template <class T> static std::size_t stored_size(std::size_t rows, std::size_t columns)
    {
        return columns == 1 ? padded<T>(rows) : rows * row_stride<T>(columns);
    }
    template <class T> static std::size_t room_for(const Sizes& s)
    {
        if (s.a && s.b) return stored_size<T>(s.terms, s.rows) + padded<T>(s.rows * s.columns);
        if (s.a) return stored_size<T>(s.rows, s.columns);
        return s.b ? stored_size<T>(s.columns, s.terms) : stored_size<T>(s.terms, s.columns);
    }

    /// A matrix as the kernels want their right one: in padded rows. As it is where nothing is padded.
    template <class T> static const T* stored(const T* matrix, std::size_t rows, std::size_t columns, T* room)
    {
        if (columns == 1) std::swap(rows, columns);
        const std::size_t stride = rows == 1 ? padded<T>(columns) : row_stride<T>(columns);
        if (stride == columns && is_aligned(matrix)) return matrix;
        for (std::size_t i = 0; i < rows; ++i)
            std::fill(std::copy_n(matrix + i * columns, columns, room + i * stride), room + (i + 1) * stride, T(0));
        return room;
    }

    template <class T> static void multiply(const T* a, const T* b, T* y, const Sizes& s, T* room)
    {
        using kernels::dense_sizes;
        if (s.a && s.b) { // (b a) transposed
            T* const turned = room + stored_size<T>(s.terms, s.rows);
            kernels::dense_forward(b, stored(a, s.terms, s.rows, room), static_cast<const T*>(nullptr), turned, s.columns,
                                   dense_sizes{s.terms, s.rows});
            for (std::size_t i = 0; i < s.rows; ++i)
                for (std::size_t j = 0; j < s.columns; ++j) *y++ = turned[j * s.rows + i];
        }
        else if (s.a) {
            // One column is stored as a row, whose padding the kernel reads.
            const std::size_t stride = s.columns == 1 ? 1 : row_stride<T>(s.columns),
                              room_needed = stored_size<T>(s.rows, s.columns);
            const bool direct = room_needed == s.rows * s.columns && is_aligned(y);
            T* const to = direct ? y : room;
            std::fill_n(to, room_needed, T(0));
            kernels::dense_backward_weights(a, b, to, static_cast<T*>(nullptr), s.terms, dense_sizes{s.rows, s.columns});
            for (std::size_t i = 0; !direct && i < s.rows; ++i) std::copy_n(to + i * stride, s.columns, y + i * s.columns);
        }
        else if (s.b)
            kernels::dense_backward_data(a, stored(b, s.columns, s.terms, room), y, s.rows, dense_sizes{s.columns, s.terms});
        else
            kernels::dense_forward(a, stored(b, s.terms, s.columns, room), static_cast<const T*>(nullptr), y, s.rows,
                                   dense_sizes{s.terms, s.columns});
    }
};
/// Whether a tensor can be reshaped to rows of its last axis, and back with so many columns: one extent may be unknown.
constexpr bool may_be_rows(const Shape& s, std::size_t columns)
{
    std::size_t open = columns == unknown;
    for (std::size_t axis = 0; axis + 1 < s.rank; ++axis) open += s[axis] == unknown;
    return open <= 1 && s.back() != unknown;
}

/// One axis is a row on the left and a column on the right, as numpy has it. A matrix for all of a batch multiplies it as one.
template <class X> [[gnu::cold]] AnyTensor product(const X& a, const AnyTensor& b, bool transpose_a, bool transpose_b)
{
    if (a.rank() == 1) return squeeze(product(expand_dims(a, 0), b, false, transpose_b), b.rank() > 1 ? -2 : -1);
    if (b.rank() == 1) return squeeze(product(a, expand_dims(b, 1), transpose_a, false), -1);
    const std::size_t of_a = product_of_extents(a.shape()), of_b = product_of_extents(b.shape());
    if (!transpose_a && b.rank() == 2 && a.rank() > 2 && of_a > 0 && of_b > 0 &&
        may_be_rows(a.shape(), b.shape()[transpose_b ? 0 : 1])) {
        const std::size_t width = a.shape().back();
        Shape extents = a.shape();
        const AnyTensor rows = product(reshape(a, {of_a == unknown ? unknown : of_a / width, width}), b, false, transpose_b);
        extents.extents[extents.rank - 1] = rows.shape().back();
        return reshape(rows, extents);
    }
    Attributes with;
    with.add(transpose_a);
    with.add(transpose_b);
    return run(MatrixProduct<>::entry, a, b, with);
}

template <class X> void MatrixProduct<X>::gradient(const StepBack& step, AnyTensor* dx)
{
    const AnyTensor &a = step.in[0], &b = step.in[1], &dy = step.dy;
    const bool ta = step.attributes.ints[0] != 0, tb = step.attributes.ints[1] != 0;
    if (step.wants(0)) dx[0] = fitted(ta ? product(b, dy, tb, true) : product(dy, b, false, !tb), a);
    if (step.wants(1)) dx[1] = fitted(tb ? product(dy, a, true, ta) : product(a, dy, !ta, false), b);
}

} // namespace internals::tensors

/// The product of matrices, which are the last two axes; the axes before them broadcast. A tensor of one axis is a row on the left and a column
/// on the right. `matmul(a, b)` is among the functions on values; this one transposes as well.
///
/// Shapes     [… , a, b], [… , b, c] give [… , a, c].
/// Errors     extents that do not fit, integers, float with double.
/// Example    auto scores = matmul(ones({8, 5, 16}), ones({8, 7, 16}), {.transpose_b = true}); // [8, 5, 7]
template <TensorLike X> [[gnu::cold]] AnyTensor matmul(const X& a, const AnyTensor& b, const MatmulOptions& with)
{
    return internals::tensors::product(a, b, with.transpose_a, with.transpose_b);
}

/// The sum of products over the last `axes` axes of the first and the first `axes` axes of the second.
///
/// Example    auto y = tensordot(ones({2, 3, 4}), ones({3, 4, 5}), 2); // [2, 5]
template <TensorLike X> [[gnu::cold]] AnyTensor tensordot(const X& a, const AnyTensor& b, std::size_t axes)
{
    using namespace internals::tensors;
    const Shape &x = a.shape(), &z = b.shape();
    bool fits = axes <= x.rank && axes <= z.rank && x.rank + z.rank - 2 * axes <= Shape::max_rank;
    for (std::size_t i = 0; fits && i < axes; ++i) fits = may_equal(x[x.rank - axes + i], z[i]);
    if (!fits) internals::fail({"tensordot: over ", axes, " axes of tensors of shapes ", x, " and ", z});
    Shape y;
    std::size_t rows = 1, terms = 1, columns = 1;
    for (std::size_t i = 0; i < x.rank - axes; ++i) y.push_back(x[i]), rows = product_of_extents(rows, x[i]);
    for (std::size_t i = 0; i < axes; ++i) terms = product_of_extents(terms, z[i] == unknown ? x[x.rank - axes + i] : z[i]);
    for (std::size_t i = axes; i < z.rank; ++i) y.push_back(z[i]), columns = product_of_extents(columns, z[i]);
    return reshape(product(reshape(a, {rows, terms}), reshape(b, {terms, columns}), false, false), y);
}

namespace internals::ops {

template <> struct on_tensors<Matmul> {
    template <class X> static AnyTensor call(double, const X& a, const AnyTensor& b)
    {
        return tensors::product(a, b, false, false);
    }
};

} // namespace internals::ops

}} // namespace lamina
