// lamina/lite/operators/batch_matmul.hpp: BATCH_MATMUL: products of matrices in the last two axes, the axes before them broadcast.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/lite/operators/batch_matmul_int8.hpp>
#include <lamina/lite/operators/batch_product.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Rows of `columns` numbers as columns of padded rows: to[column][row].
inline void turn_matrix(const float* from, float* to, std::size_t rows, std::size_t columns, std::size_t step)
{
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t i = 0; i < columns; ++i) to[i * step + row] = from[row * columns + i];
}

inline void run_batch_matmul(const Step& step)
{
    const BatchProduct p(step);
    const kernels::dense_sizes sizes{p.terms, p.columns};
    const Extents& y = step.y().shape;
    const std::size_t count = y.product(0, y.rank - 2), stride = p.columns == 1 ? 1 : row_stride<float>(p.columns);
    float *const packed = reinterpret_cast<float*>(step.scratch), *const turned = packed + padded<float>(p.packed());
    const float* of_packed = nullptr; // the matrix that is packed
    for (std::size_t i = 0; i < count; ++i) {
        const float* a = step.x(0).numbers<float>() + broadcast_matrix(step.x(0).shape, y, i) * p.rows * p.terms;
        const float* const b = step.x(1).numbers<float>() + broadcast_matrix(step.x(1).shape, y, i) * p.terms * p.columns;
        if (b != of_packed) {
            if (i == 0) std::fill_n(packed, p.packed(), 0.f);
            if (step.options().adjoint_y) turn_matrix(b, packed, p.columns, p.terms, stride);
            else
                for (std::size_t term = 0; term < p.terms; ++term)
                    std::copy_n(b + term * p.columns, p.columns, packed + term * stride);
            of_packed = b;
        }
        if (step.options().adjoint_x) {
            turn_matrix(a, turned, p.terms, p.rows, p.terms);
            a = turned;
        }
        const float* const no_bias = nullptr;
        kernels::dense_forward(a, packed, no_bias, step.y().numbers<float>() + i * p.rows * p.columns, p.rows, sizes);
    }
}

[[gnu::cold]] inline void prepare_batch_matmul(Step& step, Preparation&)
{
    const dtype a = step.x(0).type, b = step.x(1).type, y = step.y().type;
    if (prepare_batch_matmul_int8(step)) return;
    if (a != dtype::float32 || b != dtype::float32 || y != dtype::float32)
        fail_at(step, {"no kernel for inputs of ", name_of(a), " and ", name_of(b), " and a result of ", name_of(y)});
    const BatchProduct p(step);
    step.scratch_bytes = (padded<float>(p.packed()) + (step.options().adjoint_x ? p.turned() : 0)) * sizeof(float);
    step.run = run_batch_matmul;
}

inline constexpr OperatorRules batch_matmul_rules[] = {{code::batch_matmul, infer_batch_matmul, prepare_batch_matmul}};

}}} // namespace lamina::internals::tflite
