// lamina/data/images/adjust.hpp: pictures made brighter, darker, of more or less contrast.
//
// Source: Keras 3's RandomBrightness and RandomContrast.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/data/images/image.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// What the numbers of a picture may be: 0 to 255, as bytes are, or 0 to 1, as many models want them.
struct ValueRange {
    float low = 0, high = 255;
};

/// Adds a number to all of a picture's, in place; what leaves the range becomes its end.
///
/// Example  FloatImage image = xt::ones<float>({4, 5, 3}); adjust_brightness(image, 20);
[[gnu::noinline]] inline void adjust_brightness(FloatImage& image, float added, ValueRange range = {})
{
    float* const numbers = image.data();
    for (std::size_t i = 0; i < image.size(); ++i) numbers[i] = std::clamp(numbers[i] + added, range.low, range.high);
}

/// Moves the numbers of each channel away from the channel's mean (factors above 1) or towards it, in place; what leaves the range becomes
/// its end.
///
/// Example  FloatImage image = xt::ones<float>({4, 5, 3}); adjust_contrast(image, 0.8f);
[[gnu::noinline]] inline void adjust_contrast(FloatImage& image, float factor, ValueRange range = {})
{
    const std::size_t channels = image.shape()[2], pixels = image.shape()[0] * image.shape()[1];
    float* const numbers = image.data();
    for (std::size_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (std::size_t i = c; i < pixels * channels; i += channels) sum += static_cast<double>(numbers[i]);
        const float mean = static_cast<float>(sum / static_cast<double>(pixels));
        for (std::size_t i = c; i < pixels * channels; i += channels)
            numbers[i] = std::clamp((numbers[i] - mean) * factor + mean, range.low, range.high);
    }
}

}} // namespace lamina
