// lamina/training/losses/mean_absolute_percentage_error.hpp: the mean of 100·|prediction − target| / |target|.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/mean_over_row.hpp>
#include <lamina/training/reduction.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean of absolute differences over the row, each in percent of its target. The derivative is 0 where they are 0.
///
/// Shapes    prediction [n], target [n], finite.
/// Options   reduction.
/// Numerics  as Keras 3: a target nearer to 0 than 1e-7 counts as 1e-7; added up in `T`, a register's lanes at a time.
/// Source    Keras's MeanAbsolutePercentageError.
/// Example   MeanAbsolutePercentageError loss;
struct MeanAbsolutePercentageError {
    static constexpr std::string_view name = "mean_absolute_percentage_error", class_name = "MeanAbsolutePercentageError";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const { to("reduction", reduction, Reduction::sum_over_batch_size); }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        return protocols::mean_over_row(prediction, target, width, gradient, scale, []<class V>(const V& p, const V& t) {
            namespace simd = protocols::simd;
            const V off = p - t, zero(T(0)), percent = V(T(100)) / simd::at_least(V(simd::abs(t)), V(T(1e-7)));
            const V sign = simd::select(off > zero, percent, simd::select(off < zero, V(-percent), V(off * zero))); // NaN stays
            return protocols::ValueAndSlope{V(simd::abs(off) * percent), sign};
        });
    }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        return 100 * reduce_mean(abs(p - y) / maximum(abs(y), 1e-7), {-1});
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
