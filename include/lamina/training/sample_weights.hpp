// lamina/training/sample_weights.hpp: what is held back of samples in `fit`, and what those that are left weigh.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/trace/inputs.hpp>
#include <lamina/training/loss.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The number of samples at the end that validate.
[[gnu::cold]] inline std::size_t held_back_of(std::size_t count, double split, bool validated)
{
    if (is_nan(split) || split < 0 || split >= 1) fail({"fit: validation_split is ", split, ", it has to be in [0, 1)"});
    if (split > 0 && validated) fail({"fit: validation_split and validation_data are both given; keep one"});
    const auto held_back = count - static_cast<std::size_t>(static_cast<double>(count) * (1 - split)); // rounded as Keras does
    if (split > 0 && held_back == 0) fail({"fit: validation_split is ", split, ", which holds back none of ", count, " samples"});
    if (held_back == count) fail({"fit: validation_split leaves no sample to train on"});
    return held_back;
}

[[gnu::cold]] inline void require_weights(const std::vector<float>& weights, std::size_t count, const char* where = "")
{
    const char* const stop = *where ? ": " : "";
    if (!weights.empty() && weights.size() != count)
        fail({where, stop, "there are ", weights.size(), " sample weights for ", count, " samples; give one each or none"});
    for (std::size_t i = 0; i < weights.size(); ++i)
        if (is_nan(weights[i]) || weights[i] < 0 || weights[i] >= 1e30f)
            fail({where, stop, "sample_weight[", i, "] is ", weights[i], ", a weight is a finite number of at least 0"});
}

/// Throws where the weight of a class makes no sense, or no label can name that class: it need not be among the data, but the
/// model has to know it.
template <class Y, class L>
[[gnu::cold]] void require_class_weight(std::int64_t label, float factor, const L& loss, std::size_t width)
{
    if (is_nan(factor) || factor < 0 || factor >= 1e30f)
        fail({"class_weight of class ", label, " is ", factor, ", a weight is a finite number of at least 0"});
    if constexpr (L::kind == target_kind::label_sequence)
        fail({"fit: class_weight needs one label a sample, ", L::name, " has a list of them; use sample_weight"});
    else if (L::kind == target_kind::class_index || width == 1) {
        const Y as_label = static_cast<Y>(label);
        if (static_cast<std::int64_t>(as_label) != label || !accepts_target(loss, &as_label, width))
            fail({"fit: class_weight names class ", label, ", ", L::name, " needs ", needed_target(loss, width)});
    }
    else if (label < 0 || label >= static_cast<std::int64_t>(width))
        fail({"fit: class_weight names class ", label, ", the model has classes in [0, ", width, ')'});
}

/// The weight of every sample, from its own and its class's; none where all weigh the same.
template <class X, class Y, class L>
[[gnu::cold]] std::vector<float> weights_of(const Samples<X, Y>& samples, const std::vector<float>& sample_weight,
                                            const std::map<std::int64_t, float>& class_weight, const L& loss, const Shape& output)
{
    constexpr std::size_t outputs = tensor_count<std::remove_cvref_t<Y>>;
    require_weights(sample_weight, samples.size());
    std::vector<float> weights = sample_weight;
    if (class_weight.empty()) return weights;
    if (outputs > 1) fail({"fit: class_weight needs a model with one output, this one has ", outputs, "; use sample_weight"});
    const auto& labels = tensor_at<0>(samples.y);
    const std::size_t rows = output.size() / output.back(), per_sample = labels.size() / samples.size();
    if (rows > 1) fail({"fit: class_weight needs one label a sample, there are ", rows, "; use sample_weight"});
    for (const auto& [label, factor] : class_weight)
        require_class_weight<element<tensor_type<std::remove_cvref_t<Y>, 0>>>(label, factor, loss, output.back());
    if (weights.empty()) weights = std::vector<float>(samples.size(), 1.f);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const auto* const y = start_of(labels) + i * per_sample;
        const auto label = per_sample == 1 ? std::llround(std::clamp(static_cast<double>(y[0]), -1e15, 1e15))
                                           : std::max_element(y, y + per_sample) - y;
        if (const auto found = class_weight.find(label); found != class_weight.end()) weights[i] *= found->second;
    }
    return weights;
}

}}} // namespace lamina::internals
