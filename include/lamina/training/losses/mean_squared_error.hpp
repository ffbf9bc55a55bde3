// lamina/training/losses/mean_squared_error.hpp: the mean of (prediction − target)².
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/mean_over_row.hpp>
#include <lamina/training/reduction.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean of squared differences over the row.
///
/// Shapes    prediction [n], target [n], finite.
/// Options   reduction.
/// Numerics  as Keras 3, within 1e-6 relative; added up in `T`, a register's lanes at a time.
/// Example   MeanSquaredError loss;
struct MeanSquaredError {
    static constexpr std::string_view name = "mean_squared_error";
    static constexpr std::string_view class_name = "MeanSquaredError";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const { to("reduction", reduction, Reduction::sum_over_batch_size); }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        return protocols::mean_over_row(prediction, target, width, gradient, scale, [](const auto& p, const auto& t) {
            const auto off = p - t;
            return protocols::ValueAndSlope{off * off, off + off};
        });
    }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const { return reduce_mean(square(p - y), {-1}); }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
