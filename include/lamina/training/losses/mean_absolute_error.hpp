// lamina/training/losses/mean_absolute_error.hpp: the mean of |prediction − target|.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/mean_over_row.hpp>
#include <lamina/training/reduction.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean of absolute differences over the row. The derivative is 0 where they are 0.
///
/// Shapes    prediction [n], target [n], finite.
/// Options   reduction.
/// Numerics  as Keras 3, within 1e-6 relative; added up in `T`, a register's lanes at a time.
/// Example   MeanAbsoluteError loss;
struct MeanAbsoluteError {
    static constexpr std::string_view name = "mean_absolute_error";
    static constexpr std::string_view class_name = "MeanAbsoluteError";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const { to("reduction", reduction, Reduction::sum_over_batch_size); }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        return protocols::mean_over_row(prediction, target, width, gradient, scale, []<class V>(const V& p, const V& t) {
            const V off = p - t, zero(T(0)), one(T(1));
            const V sign = protocols::simd::select(off > zero, one, protocols::simd::select(off < zero, -one, off)); // NaN stays
            return protocols::ValueAndSlope{V(protocols::simd::abs(off)), sign};
        });
    }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const { return reduce_mean(abs(p - y), {-1}); }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
