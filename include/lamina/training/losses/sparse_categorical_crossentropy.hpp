// lamina/training/losses/sparse_categorical_crossentropy.hpp: −log p[label].
#pragma once

#include <lamina/training/loss.hpp>
#include <lamina/training/losses/crossentropy.hpp>
#include <lamina/training/losses/labels.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// Cross-entropy between a row of probabilities (or logits) and the number of the right class.
///
/// Shapes    prediction [classes], target one label of any arithmetic type. A label that is no class reads nothing outside.
/// Options   from_logits: the prediction is what softmax would get. label_smoothing s in [0, 1]: the target is 1 − s + s / classes
///           at the label and s / classes elsewhere.
/// Numerics  as Keras 3: probabilities are clipped to [1e-7, 1 − 1e-7], where the gradient is zero, then divided by their sum.
///           Finite predictions never give NaN.
struct SparseCategoricalCrossentropy {
    static constexpr std::string_view name = "sparse_categorical_crossentropy";
    static constexpr targets kind = targets::class_index;

    bool from_logits = false;
    float label_smoothing = 0;

    void check() const { losses::check_label_smoothing(name, label_smoothing); }

    /// Compiled for size: its time is that of std::log, whatever is done about the rest.
    template <class T, class Y>
    [[gnu::cold]] T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        const auto t = smoothed<T>(target, width);
        if (from_logits) return losses::crossentropy_of_logits(prediction, t, width, gradient, scale);

        T value = 0, sum = 0, total = 0;
        for (std::size_t i = 0; i < width; ++i) {
            const losses::clipped<T> p(prediction[i]);
            const T wanted = t(i);
            if (wanted != 0) value -= wanted * std::log(p.value);
            sum += p.value;
            total += wanted;
        }
        if (total != 0) value += total * std::log(sum);
        if (gradient != nullptr)
            for (std::size_t i = 0; i < width; ++i) {
                const losses::clipped<T> p(prediction[i]);
                gradient[i] = p.inside ? scale * (total / sum - t(i) / p.value) : T(0);
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
        return losses::class_of(*target, width) < width;
    }
    std::string needs(std::size_t width) const
    {
        std::string text;
        append(text, {"a class in [0, ", width, ')'});
        return text;
    }

private:
    template <class T, class Y>
    auto smoothed(const Y* target, std::size_t width) const
    {
        const T even = static_cast<T>(label_smoothing) / static_cast<T>(width), hot = 1 - static_cast<T>(label_smoothing) + even;
        return [=, label = losses::class_of(*target, width)](std::size_t i) { return i == label ? hot : even; };
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
