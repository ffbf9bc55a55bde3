// lamina/training/weights.hpp: what is held back of samples in `fit`, and what those that are left weigh.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/models/inputs.hpp>
#include <lamina/training/fit_options.hpp>
#include <lamina/training/loss.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace lamina::detail {

/// The number of samples at the end that validate.
[[gnu::cold]] inline std::size_t held_back_of(std::size_t count, double split, bool validated)
{
    if (!(split >= 0 && split < 1)) fail({"fit: validation_split is ", split, ", it has to be in [0, 1)"});
    if (split > 0 && validated) fail({"fit: validation_split and validation_data are both given; keep one"});
    const auto held_back = count - static_cast<std::size_t>(static_cast<double>(count) * (1 - split)); // rounded as Keras does
    if (held_back == count) fail({"fit: validation_split leaves no sample to train on"});
    return held_back;
}

[[gnu::cold]] inline void require_weights(const std::vector<float>& weights, std::size_t count)
{
    if (!weights.empty() && weights.size() != count)
        fail({"there are ", weights.size(), " sample weights for ", count, " samples; give one each or none"});
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (!(weights[i] >= 0 && weights[i] < 1e30f))
            fail({"sample_weight[", i, "] is ", weights[i], ", a weight is a finite number of at least 0"});
}

/// The weight of every sample, from its own and its class's; none where all weigh the same.
template <targets Kind, class X, class Y>
[[gnu::cold]] std::vector<float> weights_of(const Samples<X, Y>& samples, const FitOptions<X, Y>& options)
{
    require_weights(options.sample_weight, samples.size());
    std::vector<float> weights = options.sample_weight;
    if (options.class_weight.empty()) return weights;
    if (tensor_count<Y> > 1)
        fail({"fit: class_weight needs a model with one output, this one has ", tensor_count<Y>, "; use sample_weight"});
    for (const auto& [label, factor] : options.class_weight)
        if (!(factor >= 0 && factor < 1e30f))
            fail({"class_weight of class ", label, " is ", factor, ", a weight is a finite number of at least 0"});
    if (weights.empty()) weights = std::vector<float>(samples.size(), 1.f);
    const auto& labels = tensor_at<0>(samples.y);
    const std::size_t per_sample = labels.size() / samples.size();
    if (Kind == targets::class_index && per_sample > 1)
        fail({"fit: class_weight needs one label a sample, there are ", per_sample, "; use sample_weight"});
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto* const y = start_of(labels) + i * per_sample;
        const auto label = per_sample == 1 ? std::llround(std::clamp(static_cast<double>(y[0]), -1e15, 1e15))
                                           : std::max_element(y, y + per_sample) - y;
        if (const auto found = options.class_weight.find(label); found != options.class_weight.end()) weights[i] *= found->second;
    }
    return weights;
}

} // namespace lamina::detail
