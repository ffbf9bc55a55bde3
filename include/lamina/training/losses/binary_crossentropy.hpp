// lamina/training/losses/binary_crossentropy.hpp: the mean of −t·log p − (1 − t)·log(1 − p).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/crossentropy.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/reduction.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Cross-entropy of independent yes-or-no answers, the mean over the row.
///
/// Shapes    prediction [n], target [n] in [0, 1].
/// Options   from_logits: the prediction is what sigmoid would get. label_smoothing s in [0, 1]: t becomes (1 − s)·t + s / 2.
///           probabilities_as_logits: logits too, though the model ends in softmax or sigmoid. outputs_as_probabilities: the
///           prediction is probabilities, though the model ends in an activation that does not make them. reduction.
/// Refuses   a model that ends in what the loss does not take, as these options say, and in log_softmax always.
/// Numerics  as Keras 3: probabilities are clipped to [1e-7, 1 − 1e-7], where the gradient is zero; logits x give
///           max(x, 0) − x·t + log1p(exp(−|x|)). Finite predictions never give NaN. Sums in double.
/// Example   BinaryCrossentropy loss{.from_logits = true};
struct BinaryCrossentropy {
    static constexpr std::string_view name = "binary_crossentropy";
    static constexpr std::string_view class_name = "BinaryCrossentropy";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    bool from_logits = false;
    float label_smoothing = 0;
    bool probabilities_as_logits = false, outputs_as_probabilities = false;
    Reduction reduction = Reduction::sum_over_batch_size;

    template <class To> void list_options(To& to) const
    {
        to("from_logits", from_logits, false);
        to("label_smoothing", label_smoothing, 0);
        to("reduction", reduction, Reduction::sum_over_batch_size);
    }

    void check_settings() const { internals::losses::check_settings(*this); }
    void check_end(protocols::output_activation end, const char* where) const { internals::losses::check_end(*this, end, where); }
    static constexpr bool never_takes(protocols::output_activation end)
    {
        return end == protocols::output_activation::log_softmax;
    }
    bool takes_logits() const { return from_logits || probabilities_as_logits; }

    template <class T, class Y> T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        if (width == 0) return 0;
        const T rest = 1 - static_cast<T>(label_smoothing), even = static_cast<T>(label_smoothing) / 2;
        const T each = scale / static_cast<T>(width);

        double sum = 0;
        for (std::size_t i = 0; i < width; ++i) {
            const T t = static_cast<T>(target[i]) * rest + even;
            const auto [value, slope] = takes_logits() ? of_logit(prediction[i], t) : of_probability(prediction[i], t);
            sum += static_cast<double>(value);
            if (gradient != nullptr) gradient[i] = each * slope;
        }
        return static_cast<T>(sum / static_cast<double>(width));
    }

    /// The same where the prediction is sigmoid(z): the value comes from the logits z, and the gradient is that of them, right also
    /// where a probability has come so near to 0 or 1 that it is clipped.
    template <class T, class Y>
    T sigmoid_row(const T* prediction, const T* z, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        if (width == 0) return 0;
        const T rest = 1 - static_cast<T>(label_smoothing), even = static_cast<T>(label_smoothing) / 2;
        double sum = 0;
        for (std::size_t i = 0; i < width; ++i) {
            const T t = static_cast<T>(target[i]) * rest + even;
            sum += static_cast<double>(of_logit(z[i], t).value);
            if (gradient != nullptr) gradient[i] = scale / static_cast<T>(width) * (prediction[i] - t);
        }
        return static_cast<T>(sum / static_cast<double>(width));
    }

    template <class Y> bool accepts(const Y* target, std::size_t width) const
    {
        return internals::losses::all_probabilities(target, width);
    }
    std::string needs(std::size_t) const { return "probabilities in [0, 1]"; }

    /// The rows' losses in functions on tensors, for derivatives of higher order.
    template <class X> X compose(const X& y, const X& p) const
    {
        const X t = internals::losses::smoothed(y, label_smoothing, 2);
        if (takes_logits()) return reduce_mean(softplus(p) - p * t, {-1});
        const X c = internals::losses::composed_clip(p);
        return -reduce_mean(t * log(c) + (1 - t) * log(1 - c), {-1});
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return loss_of(*this, y_true, y_pred, sample_weight...);
    }

private:
    template <class T> struct answer {
        T value, slope;
    };

    template <class T> static answer<T> of_logit(T x, T t)
    {
        const T tail = std::exp(-std::abs(x));
        return {(x < 0 ? T(0) : x) - x * t + std::log1p(tail), (x < 0 ? tail : T(1)) / (1 + tail) - t};
    }

    template <class T> static answer<T> of_probability(T x, T t)
    {
        const internals::losses::clipped<T> p(x);
        return {-(t * std::log(p.value) + (1 - t) * std::log(1 - p.value)),
                p.inside ? (1 - t) / (1 - p.value) - t / p.value : T(0)};
    }
};

}} // namespace lamina
