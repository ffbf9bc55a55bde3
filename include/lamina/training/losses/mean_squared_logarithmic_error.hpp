// lamina/training/losses/mean_squared_logarithmic_error.hpp: the mean of (log(1 + prediction) − log(1 + target))².
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/math.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/mean_over_row.hpp>
#include <lamina/training/reduction.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean over the row of squared differences of logarithms: what counts is how many times too large a prediction is.
///
/// Shapes    prediction [n], target [n], finite; numbers below 1e-7 count as 1e-7.
/// Options   reduction.
/// Numerics  as Keras 3: where a prediction is below 1e-7 the derivative is 0; added up in `T`, a register's lanes at a time.
/// Source    Keras's MeanSquaredLogarithmicError.
/// Example   MeanSquaredLogarithmicError loss;
struct MeanSquaredLogarithmicError {
    static constexpr std::string_view name = "mean_squared_logarithmic_error", class_name = "MeanSquaredLogarithmicError";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const { to("reduction", reduction, Reduction::sum_over_batch_size); }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        return protocols::mean_over_row(prediction, target, width, gradient, scale, []<class V>(const V& p, const V& t) {
            namespace math = internals::kernels::math;
            namespace simd = protocols::simd;
            const V least(T(1e-7)), zero(T(0)), one(T(1)), above = simd::at_least(p, least);
            const V off = math::log1p(above) - math::log1p(V(simd::at_least(t, least)));
            const V slope = simd::select(p < least, zero, V((off + off) / (one + above)));
            return protocols::ValueAndSlope{V(off * off), slope};
        });
    }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        return reduce_mean(square(log1p(maximum(p, 1e-7)) - log1p(maximum(y, 1e-7))), {-1});
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
