// lamina/training/losses/cosine_similarity.hpp: how much a prediction points where its target does.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/training/axes.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/reduction.hpp>

#include <cmath>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The cosine of the angle between prediction and target. As a loss it is negative, −1 where both point the same way; among the metrics it
/// is the cosine itself, as Keras has two classes of this name.
///
/// Shapes    prediction [n], target [n], finite.
/// Options   axis: along which vectors lie, -1 for the last one, or several, {1, 2}; steps are masked for the last axis alone. reduction.
/// Refuses   an axis that the outputs do not have.
/// Numerics  as Keras 3: a vector shorter than 1e-7 is multiplied by 1e7 in place of being divided by its length.
/// Source    Keras's CosineSimilarity, the loss and the metric.
/// Example   CosineSimilarity loss;
struct CosineSimilarity {
    static constexpr std::string_view name = "cosine_similarity", class_name = "CosineSimilarity";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    internals::AxisList axis = -1;
    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const
    {
        to("axis", axis, internals::AxisList(-1));
        to("reduction", reduction, Reduction::sum_over_batch_size);
    }
    void check_settings() const
    {
        if (axis.none()) internals::fail({name, ": there is no axis; name one, -1 is the last"});
    }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        return axis.over_parts(width, reduction, scale, [&](const auto& place, std::size_t n, T by) {
            T both = 0, squares = 0, wanted = 0;
            for (std::size_t i = 0; i < n; ++i) {
                const T p = prediction[place(i)], t = static_cast<T>(target[place(i)]);
                both += p * t;
                squares += p * p;
                wanted += t * t;
            }
            const T by_p = inverse(squares), by_t = inverse(wanted), cosine = both * by_p * by_t;
            if (gradient != nullptr) {
                const T along = by_p < most<T> ? cosine * by_p * by_p : T(0); // of a length that is clipped nothing is known
                for (std::size_t i = 0; i < n; ++i)
                    gradient[place(i)] = by * (along * prediction[place(i)] - by_p * by_t * static_cast<T>(target[place(i)]));
            }
            return T(-cosine);
        });
    }

    template <class T, class Y>
    void add(protocols::Mean& rows, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        rows.add(-static_cast<double>(row(prediction, target, width, static_cast<T*>(nullptr), T(1))), weight);
    }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        const auto inverse_length = [&](const X& of) { return 1 / sqrt(maximum(axis.sum_over(square(of)), 1e-14)); };
        return axis.join_parts(-(axis.sum_over(p * y) * inverse_length(p) * inverse_length(y)), reduction);
    }

    /// As a metric.
    template <class X> X compose_metric(const X& y, const X& p) const { return -compose(y, p); }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }

private:
    template <class T> static constexpr T most = static_cast<T>(1e7);

    template <class T> static T inverse(T squares)
    {
        const T found = 1 / std::sqrt(squares);
        return found > most<T> ? most<T> : found; // NaN stays
    }
};

}} // namespace lamina
