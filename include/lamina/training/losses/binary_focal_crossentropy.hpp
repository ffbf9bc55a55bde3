// lamina/training/losses/binary_focal_crossentropy.hpp: a binary cross-entropy in which what is certain counts little.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/crossentropy.hpp>
#include <lamina/training/losses/focal.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/reduction.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean over the row of (1 − p_t)^gamma · (−log p_t), where p_t is the probability that was given to the right answer.
///
/// Shapes    prediction [n], target [n] in [0, 1].
/// Options   gamma: the larger, the less what is nearly right counts. apply_class_balancing: yes counts alpha, no 1 − alpha.
///           from_logits, label_smoothing, probabilities_as_logits, outputs_as_probabilities, reduction: see BinaryCrossentropy.
/// Refuses   an alpha outside of [0, 1], a negative gamma, and what BinaryCrossentropy refuses.
/// Numerics  as Keras 3: of logits the probabilities are made first, and in the logarithm they are clipped to [1e-7, 1 − 1e-7].
/// Source    Lin et al., Focal Loss for Dense Object Detection, 2017; Keras's BinaryFocalCrossentropy.
/// Example   BinaryFocalCrossentropy loss{.apply_class_balancing = true, .gamma = 3};
struct BinaryFocalCrossentropy {
    static constexpr std::string_view name = "binary_focal_crossentropy", class_name = "BinaryFocalCrossentropy";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    bool apply_class_balancing = false;
    float alpha = 0.25f, gamma = 2;
    bool from_logits = false;
    float label_smoothing = 0;
    bool probabilities_as_logits = false, outputs_as_probabilities = false;
    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const
    {
        to("apply_class_balancing", apply_class_balancing, false);
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
    static constexpr bool never_takes(protocols::output_activation end)
    {
        return end == protocols::output_activation::log_softmax;
    }
    bool takes_logits() const { return from_logits || probabilities_as_logits; }

    /// Compiled for size: its time is that of std::log and std::pow.
    template <class T, class Y>
    [[gnu::cold]] T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        if (width == 0) return 0;
        const T rest = 1 - static_cast<T>(label_smoothing), even = static_cast<T>(label_smoothing) / 2;
        const T yes = apply_class_balancing ? static_cast<T>(alpha) : T(1), no = apply_class_balancing ? 1 - yes : T(1);
        T sum = 0;
        for (std::size_t i = 0; i < width; ++i) {
            const T t = static_cast<T>(target[i]) * rest + even, p = takes_logits() ? sigmoid_of(prediction[i]) : prediction[i];
            const internals::losses::clipped<T> c(p);
            const T entropy = -(t * std::log(c.value) + (1 - t) * std::log(1 - c.value));
            const T slope = c.inside ? (1 - t) / (1 - c.value) - t / c.value : T(0);
            const internals::losses::focus<T> factor(1 - (t * p + (1 - t) * (1 - p)), static_cast<T>(gamma));
            const T weight = t * yes + (1 - t) * no;
            sum += weight * factor.value * entropy;
            if (gradient == nullptr) continue;
            const T through = takes_logits() ? p * (1 - p) : T(1);
            gradient[i] =
                scale / static_cast<T>(width) * weight * through * (factor.value * slope + factor.slope * (1 - 2 * t) * entropy);
        }
        return sum / static_cast<T>(width);
    }

    template <class Y> bool accepts(const Y* target, std::size_t width) const
    {
        return internals::losses::all_probabilities(target, width);
    }
    std::string needs(std::size_t) const { return "probabilities in [0, 1]"; }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        const X t = internals::losses::smoothed(y, label_smoothing, 2), q = takes_logits() ? X(sigmoid(p)) : p;
        const X c = internals::losses::composed_clip(q), entropy = t * log(c) + (1 - t) * log(1 - c);
        const double yes = apply_class_balancing ? static_cast<double>(alpha) : 1, no = apply_class_balancing ? 1 - yes : 1;
        const X factor = pow(1 - (t * q + (1 - t) * (1 - q)), static_cast<double>(gamma));
        return -reduce_mean((t * yes + (1 - t) * no) * factor * entropy, {-1});
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }

private:
    template <class T> static T sigmoid_of(T x)
    {
        const T tail = std::exp(-std::abs(x));
        return (x < 0 ? tail : T(1)) / (1 + tail);
    }
};

}} // namespace lamina
