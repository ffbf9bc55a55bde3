// lamina/training/losses/categorical_crossentropy.hpp: −Σ t·log p over one-hot or soft targets.
#pragma once

#include <lamina/training/loss.hpp>
#include <lamina/training/losses/crossentropy.hpp>
#include <lamina/training/losses/labels.hpp>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// Cross-entropy between a row of probabilities (or logits) and a row of target probabilities.
///
/// Shapes    prediction [classes], target [classes] in [0, 1].
/// Options   from_logits: the prediction is what softmax would get. label_smoothing s in [0, 1]: t becomes (1 − s)·t + s / classes.
/// Numerics  as Keras 3: probabilities are divided by their sum, then clipped to [1e-7, 1 − 1e-7], where the gradient is zero.
///           Finite predictions never give NaN.
struct CategoricalCrossentropy {
    static constexpr std::string_view name = "categorical_crossentropy";
    static constexpr targets kind = targets::same_shape;

    bool from_logits = false;
    float label_smoothing = 0;

    void check() const { losses::check_label_smoothing(name, label_smoothing); }

    /// Compiled for size: its time is that of std::log, whatever is done about the rest.
    template <class T, class Y>
    [[gnu::cold]] T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        const auto t = smoothed<T>(target, width);
        if (from_logits) return losses::crossentropy_of_logits(prediction, t, width, gradient, scale);

        T sum = 0;
        for (std::size_t i = 0; i < width; ++i) sum += prediction[i];
        // A sum of nothing has no probabilities: all count as zero, which is clipped. The limit keeps every gradient finite.
        constexpr T nothing = std::numeric_limits<T>::min() / losses::clipped<T>::low;
        const T share = std::abs(sum) < nothing ? T(0) : 1 / sum;

        T value = 0, total = 0;
        for (std::size_t i = 0; i < width; ++i) {
            const T wanted = t(i);
            if (wanted == 0) continue;
            const losses::clipped<T> p(prediction[i] * share);
            value -= wanted * std::log(p.value);
            if (p.inside) total += wanted;
        }
        if (gradient != nullptr)
            for (std::size_t i = 0; i < width; ++i) {
                const losses::clipped<T> p(prediction[i] * share);
                gradient[i] = scale * share * (total - (p.inside ? t(i) / p.value : T(0)));
            }
        return value;
    }

    /// The prediction is softmax(logits), the gradient that of the logits.
    template <class T, class Y>
    T softmax_row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        return losses::crossentropy_of_softmax(prediction, smoothed<T>(target, width), width, gradient, scale);
    }

    template <class Y>
    bool accepts(const Y* target, std::size_t width) const
    {
        return losses::all_probabilities(target, width);
    }
    std::string needs(std::size_t) const { return "probabilities in [0, 1]"; }

private:
    template <class T, class Y>
    auto smoothed(const Y* target, std::size_t width) const
    {
        const T rest = 1 - static_cast<T>(label_smoothing), even = static_cast<T>(label_smoothing) / static_cast<T>(width);
        return [=](std::size_t i) { return static_cast<T>(target[i]) * rest + even; };
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
