// lamina/lite/layers/normalization.hpp: normalizations, by constants of the layer or by statistics of the sample.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/layers/activations.hpp>
#include <lamina/lite/layers/builder.hpp>
#include <lamina/lite/layers/call.hpp>
#include <lamina/lite/layers/dense.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite { namespace writing {

[[gnu::cold]] inline std::size_t write_batch_normalization(GraphBuilder& to, const LayerCall& call)
{
    const double epsilon = call.settings().number("epsilon", 0.001);
    const auto gamma = call.numbers("gamma"), beta = call.numbers("beta"), mean = call.numbers("moving_mean"),
               variance = call.numbers("moving_variance");
    std::vector<double> factor, shift;
    for (std::size_t c = 0; c < mean.size(); ++c) {
        internals::add_to(factor, (gamma.empty() ? 1 : double(gamma[c])) / std::sqrt(double(variance[c]) + epsilon));
        internals::add_to(shift, (beta.empty() ? 0 : double(beta[c])) - double(mean[c]) * factor[c]);
    }
    return scaled(to, call.inputs[0], factor, shift);
}

/// Learned factors and summands of a layer, of the last axes.
[[gnu::cold]] inline std::size_t with_learned(GraphBuilder& to, const LayerCall& call, std::size_t y)
{
    for (const std::string_view name : {"gamma", "scale", "beta"})
        if (const AnyVariable* const found = call.variable(name)) {
            const std::size_t numbers = to.constant(name, extents_of(found->needs().extents), call.numbers(name));
            y = to.binary(name == "beta" ? Operation::add : Operation::mul, y, numbers);
        }
    return y;
}
/// (x - mean) / sqrt(variance + epsilon) over axes.
[[gnu::cold]] inline std::size_t standardized(GraphBuilder& to, std::size_t x, const std::vector<std::int32_t>& axes,
                                              double epsilon)
{
    const std::size_t centered = to.binary(Operation::sub, x, to.reduce(Operation::mean, x, axes, true));
    const std::size_t variance = to.reduce(Operation::mean, to.binary(Operation::mul, centered, centered), axes, true);
    return to.binary(Operation::mul, centered, to.unary(Operation::rsqrt, plus(to, variance, epsilon)));
}

/// The axes that a normalization goes over, in a batch; Keras counts them from the end, or from 1.
[[gnu::cold]] inline std::vector<std::int32_t> normalized_axes(GraphBuilder& to, const LayerCall& call)
{
    const auto rank = static_cast<std::int32_t>(to.shape(call.inputs[0]).size());
    std::vector<std::int32_t> axes;
    for (const double axis : call.settings().numbers("axis"))
        internals::add_to(axes, static_cast<std::int32_t>(axis) + (axis < 0 ? rank : 0));
    if (axes.empty()) internals::add_to(axes, rank - 1);
    return axes;
}

[[gnu::cold]] inline std::size_t write_layer_normalization(GraphBuilder& to, const LayerCall& call)
{
    const double epsilon = call.settings().number("epsilon", 0.001);
    return with_learned(to, call, standardized(to, call.inputs[0], normalized_axes(to, call), epsilon));
}
[[gnu::cold]] inline std::size_t write_rms_normalization(GraphBuilder& to, const LayerCall& call)
{
    const std::size_t x = call.inputs[0];
    const std::size_t mean = to.reduce(Operation::mean, to.binary(Operation::mul, x, x), normalized_axes(to, call), true);
    const std::size_t root = to.unary(Operation::rsqrt, plus(to, mean, call.settings().number("epsilon", 1e-6)));
    return with_learned(to, call, to.binary(Operation::mul, x, root));
}
[[gnu::cold]] inline std::size_t write_unit_normalization(GraphBuilder& to, const LayerCall& call)
{
    const std::size_t x = call.inputs[0];
    const std::size_t sum = to.reduce(Operation::sum, to.binary(Operation::mul, x, x), normalized_axes(to, call), true);
    const std::size_t bounded = to.binary(Operation::maximum, sum, to.number(1e-12));
    return to.binary(Operation::mul, x, to.unary(Operation::rsqrt, bounded));
}
[[gnu::cold]] inline std::size_t write_group_normalization(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    const std::size_t groups = set.count("groups", 32), channels = call.layer.input.back(),
                      rows = call.layer.input.size() / channels;
    const std::size_t apart = to.reshape(call.inputs[0], {rows, groups, channels / groups});
    const std::size_t y = standardized(to, apart, {1, 3}, set.number("epsilon", 0.001));
    return with_learned(to, call, to.reshape(y, extents_of(call.layer.output)));
}

/// x / (k + alpha / size · Σ x²)^beta: the sum over neighboring channels is a product with a matrix of ones along the diagonal.
[[gnu::cold]] inline std::size_t write_local_response(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    const std::size_t x = call.inputs[0], size = set.count("size"), channels = call.layer.input.back(), before = size / 2;
    const double alpha = set.number("alpha", 1e-4), beta = set.number("beta", 0.75), k = set.number("k", 1);
    std::vector<float> band(channels * channels, 0.f);
    for (std::size_t out = 0; out < channels; ++out)
        for (std::size_t in = 0; in < channels; ++in)
            if (in + before >= out && in + before < out + size)
                band[out * channels + in] = static_cast<float>(alpha / double(size));
    const std::size_t weights = to.constant("neighbors", {channels, channels}, band),
                      all = to.constant("k", {channels}, std::vector<float>(channels, static_cast<float>(k)));
    const std::size_t sums = fully_connected(to, to.binary(Operation::mul, x, x), weights, all);
    const std::size_t power = to.unary(Operation::exp, times(to, to.unary(Operation::log, sums), -beta));
    return to.binary(Operation::mul, x, power);
}

/// (x - mean) / deviation of each feature, or the other way round.
[[gnu::cold]] inline std::size_t write_given_normalization(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    const std::size_t features = call.layer.input.back();
    const auto numbers = [&](std::string_view name) {
        std::vector<double> made = set.numbers(name);
        if (made.empty())
            for (const float number : call.numbers(name)) internals::add_to(made, double(number));
        while (!made.empty() && made.size() < features) internals::add_to(made, double(made[0]));
        return made;
    };
    const std::vector<double> mean = numbers("mean"), variance = numbers("variance");
    std::vector<float> means, factors;
    for (std::size_t f = 0; f < features; ++f) {
        const double deviation = std::max(std::sqrt(variance[f]), 1e-7);
        internals::add_to(means, static_cast<float>(mean[f]));
        internals::add_to(factors, static_cast<float>(set.flag("invert") ? deviation : 1 / deviation));
    }
    const std::size_t middle = to.constant("mean", {features}, means), factor = to.constant("factor", {features}, factors),
                      x = call.inputs[0];
    if (set.flag("invert")) return to.binary(Operation::add, to.binary(Operation::mul, x, factor), middle);
    return to.binary(Operation::mul, to.binary(Operation::sub, x, middle), factor);
}

[[gnu::cold]] inline std::size_t write_rescaling(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    return plus(to, times(to, call.inputs[0], set.number("scale", 1)), set.number("offset"));
}

}}}} // namespace lamina::lite::writing
