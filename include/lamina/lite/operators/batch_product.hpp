// lamina/lite/operators/batch_product.hpp: the sizes of BATCH_MATMUL, and which matrices meet.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The sizes of BATCH_MATMUL: y [rows, columns] = a [rows, terms] · b [terms, columns], each perhaps stored transposed.
struct BatchProduct {
    std::size_t rows, terms, columns;

    explicit BatchProduct(const Step& step)
    {
        const Extents &a = step.x(0).shape, &b = step.x(1).shape;
        if (a.rank < 2 || b.rank < 2) fail_at(step, {"inputs of shapes ", a, " and ", b, " where matrices are needed"});
        const std::size_t across = step.options().adjoint_x ? 1 : 0, along = step.options().adjoint_y ? 1 : 0;
        rows = a[a.rank - 2 + across], terms = a[a.rank - 1 - across];
        columns = b[b.rank - 1 - along];
        if (terms != b[b.rank - 2 + along]) fail_at(step, {"matrices of shapes ", a, " and ", b, " do not fit"});
    }
    /// The numbers of b in padded rows as matmul.hpp wants them; and of a where it is transposed.
    std::size_t packed() const { return columns == 1 ? row_stride<float>(terms) : terms * row_stride<float>(columns); }
    std::size_t turned() const { return padded<float>(rows * terms); }
};

/// The extents of y; the axes in front of the matrices are broadcast.
inline Extents product_shape(const Step& step, const BatchProduct& p)
{
    const Extents &a = step.x(0).shape, &b = step.x(1).shape;
    const std::size_t rank = std::max(a.rank, b.rank);
    Extents y;
    for (std::size_t axis = 0; axis + 2 < rank; ++axis) {
        const std::size_t of_a = axis + a.rank < rank ? 1 : a[axis + a.rank - rank];
        const std::size_t of_b = axis + b.rank < rank ? 1 : b[axis + b.rank - rank];
        if (of_a != of_b && of_a != 1 && of_b != 1) fail_at(step, {"inputs of shapes ", a, " and ", b, " do not fit"});
        y.push_back(of_a == 1 ? of_b : of_a);
    }
    y.push_back(p.rows);
    y.push_back(p.columns);
    return y;
}

[[gnu::cold]] inline void infer_batch_matmul(Step& step) { set_shape(step, 0, product_shape(step, BatchProduct(step))); }

/// Which matrix of `shape` meets matrix number `i` of the result.
inline std::size_t broadcast_matrix(const Extents& shape, const Extents& result, std::size_t i)
{
    std::size_t place = 0, step = 1;
    for (std::size_t axis = shape.rank - 2, of_result = result.rank - 2; axis-- > 0;) {
        --of_result;
        if (shape[axis] > 1) place += i % result[of_result] * step;
        i /= result[of_result];
        step *= shape[axis];
    }
    return place;
}

}}} // namespace lamina::internals::tflite
