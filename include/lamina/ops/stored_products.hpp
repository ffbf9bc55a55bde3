// lamina/ops/stored_products.hpp: products with matrices as records store them, in padded rows, which is what the kernels want.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/ops/on_tensors.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// Whether a record lies as the kernels of products read and write a matrix.
inline bool is_stored_matrix(const record& r) { return r.extents().rank == 2 && r.as().in_row == 1 && is_of_variables(r.type()); }

/// A template, so that who multiplies nothing compiles nothing of it; X is AnyTensor.
///
/// Numerics   those of kernels/matmul.hpp: sums begin with the bias.
template <class X = AnyTensor> struct StoredProduct {
    /// y = x · w + bias; without a bias it is null. Shapes: x [n, a], w [a, b], bias [b], y [n, b].
    static void forward(const X& x, const record& w, const X* bias, const X& y)
    {
        with_real("matmul", y.dtype(), [&]<class T>(T) {
            kernels::dense_forward(x.template numbers<T>(), w.data<T>(), bias ? bias->template numbers<T>() : nullptr,
                                   y.template numbers<T>(), y.shape()[0], sizes_of(w));
        });
    }
    /// dx = dy · wᵀ.
    static void to_input(const X& dy, const record& w, const X& dx)
    {
        with_real("matmul", dx.dtype(), [&]<class T>(T) {
            kernels::dense_backward_data(dy.template numbers<T>(), w.data<T>(), dx.template numbers<T>(), dx.shape()[0],
                                         sizes_of(w));
        });
    }
    /// dw = xᵀ · dy.
    static void to_weights(const X& x, const X& dy, record& dw)
    {
        with_real("matmul", dw.type(), [&]<class T>(T) {
            kernels::dense_weights(x.template numbers<T>(), dy.template numbers<T>(), dw.data<T>(), dy.shape()[0], sizes_of(dw));
        });
    }

private:
    static kernels::dense_sizes sizes_of(const record& w) { return {w.extents()[0], w.extents()[1]}; }
};

}}} // namespace lamina::internals::tensors
