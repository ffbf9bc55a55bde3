// lamina/training/losses/categorical_generalized_cross_entropy.hpp: (1 − p^q) / q of the right class: a cross-entropy that wrong labels hurt less.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/reduction.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// (1 − p^q) / q, where p is the probability of the right class: between the cross-entropy (q near 0) and the absolute error (q = 1).
///
/// Shapes    prediction [classes], target one label of any arithmetic type. A label that is no class reads nothing outside.
/// Options   q in (0, 1]: the larger, the less a wrong label counts. reduction.
/// Refuses   another q; a model of a single output.
/// Numerics  as Keras 3: nothing is clipped, so the derivative at p = 0 is −∞ where q is below 1.
/// Source    Zhang and Sabuncu, Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy Labels, 2018; Keras.
/// Example   CategoricalGeneralizedCrossEntropy loss{.q = 0.7f};
struct CategoricalGeneralizedCrossEntropy {
    static constexpr std::string_view name = "categorical_generalized_cross_entropy",
                                      class_name = "CategoricalGeneralizedCrossEntropy";
    static constexpr protocols::target_kind kind = protocols::target_kind::class_index;
    static constexpr bool needs_classes = true; ///< of one class it would always be 0

    float q = 0.5f;
    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const
    {
        to("q", q, 0.5f);
        to("reduction", reduction, Reduction::sum_over_batch_size);
    }

    void check_settings() const
    {
        if (!(q > 0 && q <= 1)) internals::fail({name, ": q is ", q, ", it has to be above 0 and at most 1"});
    }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        const std::size_t label = internals::losses::class_of(*target, width);
        const T power = static_cast<T>(q), p = label < width ? prediction[label] : T(0);
        if (gradient != nullptr) {
            std::fill_n(gradient, width, T(0));
            if (label < width) gradient[label] = -scale * std::pow(p, power - 1);
        }
        return (1 - std::pow(p, power)) / power;
    }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        const X right = reduce_sum(one_hot(y, p.shape().back(), -1, p.dtype()) * p, {-1});
        return (1 - pow(right, static_cast<double>(q))) / static_cast<double>(q);
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
