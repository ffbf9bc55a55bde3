// lamina/training/losses/crossentropy.hpp: what the cross-entropies share: Keras's clipping, softmax, logits.
//
// `t(i)` is the target probability of class i, smoothed. Gradients are those of the value as it stands, for any Σt, so that
// a row of zeros (no label) pulls nowhere.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

namespace lamina::inline LAMINA_ARCHITECTURE::losses {

/// A probability between Keras's bounds, 1e-7 and 1 - 1e-7. As with TensorFlow, nothing flows back through one that was
/// clipped. NaN stays NaN.
template <class T>
struct clipped {
    static constexpr T low = static_cast<T>(1e-7), high = static_cast<T>(1 - 1e-7);

    T value;
    bool inside;

    explicit clipped(T p) : value(p < low ? low : p > high ? high : p), inside(!(p < low) && !(p > high)) {}
};

/// −Σ t·log p where p = softmax(logits), and the gradient of the logits, p·Σt − t. A probability that underflowed counts as
/// the smallest normal number, so that the value is that of the logits down to there and never infinite.
template <class T, class Target>
T crossentropy_of_softmax(const T* p, const Target& t, std::size_t width, T* gradient, T scale)
{
    T value = 0, total = 0;
    for (std::size_t i = 0; i < width; ++i) {
        const T wanted = t(i);
        if (wanted != 0) value -= wanted * std::log(p[i] < std::numeric_limits<T>::min() ? std::numeric_limits<T>::min() : p[i]);
        total += wanted;
    }
    if (gradient != nullptr)
        for (std::size_t i = 0; i < width; ++i) gradient[i] = scale * (p[i] * total - t(i));
    return value;
}

/// −Σ t·log softmax(x), through the logarithm of the sum of exponentials less the largest. Compiled for size: its time is that of
/// std::exp, whatever is done about the rest.
template <class T, class Target>
[[gnu::cold]] T crossentropy_of_logits(const T* x, const Target& t, std::size_t width, T* gradient, T scale)
{
    if (width == 0) return 0;
    const T largest = *std::max_element(x, x + width);
    T sum = 0;
    for (std::size_t i = 0; i < width; ++i) sum += std::exp(x[i] - largest);
    const T log_sum = std::log(sum);

    T value = 0, total = 0;
    for (std::size_t i = 0; i < width; ++i) {
        const T wanted = t(i);
        if (wanted != 0) value += wanted * (log_sum - (x[i] - largest));
        total += wanted;
    }
    if (gradient != nullptr)
        for (std::size_t i = 0; i < width; ++i) gradient[i] = scale * (std::exp(x[i] - largest) / sum * total - t(i));
    return value;
}

inline void check_label_smoothing(std::string_view loss, float smoothing)
{
    if (!(smoothing >= 0 && smoothing <= 1)) fail({loss, ": label_smoothing is ", smoothing, ", it has to be in [0, 1]"});
}

} // namespace lamina::inline LAMINA_ARCHITECTURE::losses
