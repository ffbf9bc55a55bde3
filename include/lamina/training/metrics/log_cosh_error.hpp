// lamina/training/metrics/log_cosh_error.hpp: the mean of log(cosh(off)), the loss LogCosh under the metric's name.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/log_cosh.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean over rows of what LogCosh is. Keras gives the metric another name than the loss, among its figures `logcosh`.
///
/// Shapes    prediction [n], target [n].
/// Numerics  those of LogCosh; the mean of rows is kept in double.
/// Source    Keras's LogCoshError.
/// Example   LogCoshError metric;
struct LogCoshError {
    static constexpr std::string_view name = "logcosh", class_name = "LogCoshError";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    template <class To> void list_options(To&) const {}

    template <class T, class Y>
    void add(protocols::Mean& rows, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        rows.add(static_cast<double>(LogCosh{}.row(prediction, target, width, static_cast<T*>(nullptr), T(1))), weight);
    }

    /// The value of each row, in functions on tensors.
    template <class X> X compose(const X& y, const X& p) const { return LogCosh{}.compose(y, p); }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return metric_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
