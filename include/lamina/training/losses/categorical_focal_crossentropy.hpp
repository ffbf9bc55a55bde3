// lamina/training/losses/categorical_focal_crossentropy.hpp: a categorical cross-entropy in which what is certain counts little.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/crossentropy.hpp>
#include <lamina/training/losses/focal.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/reduction.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Σ alpha · (1 − p)^gamma · (−t·log p) over a row of probabilities p and target probabilities t.
///
/// Shapes    prediction [classes], target [classes] in [0, 1].
/// Options   alpha: what the loss is multiplied by. gamma: the larger, the less what is nearly right counts.
///           from_logits, label_smoothing, probabilities_as_logits, outputs_as_probabilities, reduction: see CategoricalCrossentropy.
/// Refuses   an alpha outside of [0, 1], a negative gamma, and what CategoricalCrossentropy refuses.
/// Numerics  as Keras 3: of logits the probabilities are made first; they are divided by their sum, then clipped to [1e-7, 1 − 1e-7].
/// Source    Lin et al., Focal Loss for Dense Object Detection, 2017; Keras's CategoricalFocalCrossentropy.
/// Example   CategoricalFocalCrossentropy loss{.gamma = 3};
struct CategoricalFocalCrossentropy {
    static constexpr std::string_view name = "categorical_focal_crossentropy", class_name = "CategoricalFocalCrossentropy";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;
    static constexpr bool needs_classes = true; ///< of one class it would always be 0

    float alpha = 0.25f, gamma = 2;
    bool from_logits = false;
    float label_smoothing = 0;
    bool probabilities_as_logits = false, outputs_as_probabilities = false;
    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const
    {
        to("alpha", alpha, 0.25f);
        to("gamma", gamma, 2);
        to("from_logits", from_logits, false);
        to("label_smoothing", label_smoothing, 0);
        to("reduction", reduction, Reduction::sum_over_batch_size);
    }

    void check_settings() const
    {
        internals::losses::check_settings(*this);
        internals::losses::check_focal(*this);
    }
    void check_end(protocols::output_activation end, const char* where) const { internals::losses::check_end(*this, end, where); }
    static constexpr bool never_takes(protocols::output_activation) { return false; }
    bool takes_logits() const { return from_logits || probabilities_as_logits; }

    /// Compiled for size: its time is that of std::log and std::pow.
    template <class T, class Y>
    [[gnu::cold]] T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        if (width == 0) return 0;
        const T rest = 1 - static_cast<T>(label_smoothing), even = static_cast<T>(label_smoothing) / static_cast<T>(width);
        const bool logits = takes_logits();
        const T largest = logits ? *std::max_element(prediction, prediction + width) : T(0);
        const auto weight = [=](T x) { return logits ? std::exp(x - largest) : x; };
        T total = 0;
        for (std::size_t i = 0; i < width; ++i) total += weight(prediction[i]);
        const T share = internals::losses::share_of_sum(total);

        T sum = 0, pull = 0; // pull: Σ p · d loss / d p, which is taken from each
        const auto term = [&](std::size_t i) {
            return Term<T>(*this, weight(prediction[i]) * share, static_cast<T>(target[i]) * rest + even);
        };
        for (std::size_t i = 0; i < width; ++i) {
            const Term<T> at = term(i);
            sum += at.value;
            pull += at.p * at.slope;
        }
        if (gradient != nullptr)
            for (std::size_t i = 0; i < width; ++i) {
                const Term<T> at = term(i);
                gradient[i] = scale * (logits ? at.p : share) * (at.slope - pull);
            }
        return sum;
    }

    template <class Y> bool accepts(const Y* target, std::size_t width) const
    {
        return internals::losses::all_probabilities(target, width);
    }
    std::string needs(std::size_t) const { return "probabilities in [0, 1]"; }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        const X t = internals::losses::smoothed(y, label_smoothing, p.shape().back());
        const X c = internals::losses::composed_clip(takes_logits() ? X(softmax(p)) : internals::losses::composed_shares(p));
        return -static_cast<double>(alpha) * reduce_sum(pow(1 - c, static_cast<double>(gamma)) * t * log(c), {-1});
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }

private:
    /// What one class adds, and its derivative for the probability.
    template <class T> struct Term {
        T p, value, slope;

        Term(const CategoricalFocalCrossentropy& by, T probability, T t) : p(probability)
        {
            const internals::losses::clipped<T> c(p);
            const internals::losses::focus<T> factor(1 - c.value, static_cast<T>(by.gamma));
            const T times = static_cast<T>(by.alpha) * t, log = std::log(c.value);
            value = -times * factor.value * log;
            slope = c.inside ? times * (factor.slope * log - factor.value / c.value) : T(0);
        }
    };
};

}} // namespace lamina
