// lamina/lite/layers/activations.hpp: activations as operators of the format, or as several of them where it has none.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/layers/builder.hpp>
#include <lamina/lite/layers/call.hpp>

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite { namespace writing {

/// Whether an operator can end in a bound of its result.
[[gnu::cold]] inline bool takes_activation(Operation op)
{
    using enum internals::tflite::code;
    constexpr Operation those[] = {conv_2d, depthwise_conv_2d, fully_connected, add, sub, mul, div, average_pool_2d, max_pool_2d};
    return internals::contains(those, op);
}

/// max(x, 0), min(max(x, 0), 6), min(max(x, -1), 1): joined with the operator that writes x where that can be.
[[gnu::cold]] inline std::size_t bounded(GraphBuilder& to, std::size_t x, fused bounds)
{
    internals::tflite::Operator* const source = to.source_of(x);
    if (source && takes_activation(source->op) && source->options.activation == fused::none) {
        source->options.activation = bounds;
        return x;
    }
    return to.unary(bounds == fused::relu    ? Operation::relu
                    : bounds == fused::relu6 ? Operation::relu6
                                             : Operation::relu_n1_to_1,
                    x);
}
[[gnu::cold]] inline std::size_t relu(GraphBuilder& to, std::size_t x) { return to.unary(Operation::relu, x); }
[[gnu::cold]] inline std::size_t times(GraphBuilder& to, std::size_t x, double factor)
{
    return factor == 1 ? x : to.binary(Operation::mul, x, to.number(factor));
}
[[gnu::cold]] inline std::size_t plus(GraphBuilder& to, std::size_t x, double summand)
{
    return summand == 0 ? x : to.binary(Operation::add, x, to.number(summand));
}

/// log(1 + exp(x)) as max(x, 0) + log(1 + exp(-|x|)), which never overflows.
[[gnu::cold]] inline std::size_t softplus(GraphBuilder& to, std::size_t x)
{
    const std::size_t size = to.unary(Operation::abs, x), falling = to.unary(Operation::exp, to.unary(Operation::neg, size));
    return to.binary(Operation::add, relu(to, x), to.unary(Operation::log, plus(to, falling, 1)));
}
/// max(x, 0) + below · (exp(min(x, 0) / within) - 1)
[[gnu::cold]] inline std::size_t exponential_unit(GraphBuilder& to, std::size_t x, double below, double within)
{
    const std::size_t negative = times(to, to.binary(Operation::minimum, x, to.number(0)), 1 / within);
    return to.binary(Operation::add, relu(to, x), times(to, to.unary(Operation::elu, negative), below));
}
/// min(max(slope · x + 1/2, 0), 1)
[[gnu::cold]] inline std::size_t hard_sigmoid(GraphBuilder& to, std::size_t x, double slope)
{
    return times(to, to.binary(Operation::add, times(to, x, 6 * slope), to.number(3), fused::relu6), 1.0 / 6);
}
[[gnu::cold]] inline std::size_t clipped(GraphBuilder& to, std::size_t x, double low, double high)
{
    return to.binary(Operation::minimum, to.binary(Operation::maximum, x, to.number(low)), to.number(high));
}

/// x above `from` and at most `most`, slope · (x - from) below; a `most` below 0 is none.
[[gnu::cold]] inline std::size_t general_relu(GraphBuilder& to, std::size_t x, double slope, double most, double from)
{
    if (from == 0 && slope == 0 && most < 0) return bounded(to, x, fused::relu);
    if (from == 0 && slope == 0 && most == 6) return bounded(to, x, fused::relu6);
    const auto below_most = [&](std::size_t y) { return most < 0 ? y : to.binary(Operation::minimum, y, to.number(most)); };
    if (from == 0 && slope == 0) return below_most(relu(to, x));
    OperationOptions leak;
    leak.alpha = static_cast<float>(slope);
    if (from == 0 && slope <= 1) return below_most(to.unary(Operation::leaky_relu, x, std::move(leak)));
    const std::size_t below = slope == 0 ? to.number(0) : times(to, to.binary(Operation::sub, x, to.number(from)), slope);
    return to.select(to.binary(Operation::greater, x, to.number(from), {}, dtype::boolean), below_most(x), below);
}

/// A row as softmax takes it: of four axes at most.
[[gnu::cold]] inline std::size_t by_rows(GraphBuilder& to, Operation op, std::size_t x)
{
    OperationOptions options;
    options.beta = op == Operation::softmax ? 1.f : 0.f;
    const Extents whole = to.shape(x);
    if (whole.size() <= 4) return to.unary(op, x, std::move(options));
    const std::size_t rows = to.unary(op, to.reshape(x, {whole.back()}), std::move(options));
    return to.reshape(rows, Extents(whole.begin() + 1, whole.end()));
}

/// The nearest point of the simplex. z counts where Σ max(z' - z, 0) < 1, and τ = (Σ z - 1) / count over those.
///
/// Source: Martins and Astudillo, "From Softmax to Sparsemax" (ICML 2016), of which this is the same without sorting.
[[gnu::cold]] inline std::size_t sparsemax(GraphBuilder& to, std::size_t x)
{
    const Extents whole = to.shape(x);
    const std::size_t width = whole.back(), rows = to.reshape(x, {width});
    const std::size_t above = to.binary(Operation::sub, to.reshape(rows, {1, width}), to.reshape(rows, {width, 1}), fused::relu);
    const std::size_t sums = to.reduce(Operation::sum, above, {2}, false);
    const std::size_t counts = to.cast(to.binary(Operation::less, sums, to.number(1), {}, dtype::boolean), dtype::float32);
    const std::size_t sum = to.reduce(Operation::sum, to.binary(Operation::mul, counts, rows), {1}, true);
    const std::size_t count = to.reduce(Operation::sum, counts, {1}, true);
    const std::size_t bound = to.binary(Operation::div, plus(to, sum, -1), count);
    return to.reshape(to.binary(Operation::sub, rows, bound, fused::relu), Extents(whole.begin() + 1, whole.end()));
}

[[gnu::cold]] inline std::size_t glu(GraphBuilder& to, std::size_t x)
{
    Extents half = to.shape(x);
    half.back() /= 2;
    OperationOptions options;
    options.count = 2;
    const auto parts = to.add_several(Operation::split, {to.whole_number(static_cast<std::int32_t>(half.size() - 1)), x}, 2, half,
                                      std::move(options));
    return to.binary(Operation::mul, parts[0], to.unary(Operation::logistic, parts[1]));
}

/// What has an operator of its own, one for one.
struct PlainActivation {
    std::string_view name;
    Operation op;
};
inline constexpr PlainActivation plain_activations[] = {{"tanh", Operation::tanh},
                                                        {"sigmoid", Operation::logistic},
                                                        {"exponential", Operation::exp},
                                                        {"hard_silu", Operation::hard_swish}};

/// y = activation(x); `none` where the format has no form of it.
[[gnu::cold]] inline std::size_t activated(GraphBuilder& to, std::size_t x, std::string_view name, const Settings& set)
{
    for (const auto& [plain, op] : plain_activations)
        if (plain == name) return to.unary(op, x);
    if (name.empty() || name == "linear") return x;
    if (name == "relu") return bounded(to, x, fused::relu);
    if (name == "relu6") return bounded(to, x, fused::relu6);
    if (name == "hard_tanh") return bounded(to, x, fused::relu_n1_to_1);
    if (name == "softmax") return by_rows(to, Operation::softmax, x);
    if (name == "log_softmax") return by_rows(to, Operation::log_softmax, x);
    if (name == "leaky_relu") return general_relu(to, x, set.number("negative_slope", 0.2), -1, 0);
    if (name == "general_relu")
        return general_relu(to, x, set.number("negative_slope"), set.number("max_value", -1), set.number("threshold"));
    if (name == "elu") {
        const double alpha = set.number("alpha", 1);
        return alpha == 1 ? to.unary(Operation::elu, x) : exponential_unit(to, x, alpha, 1);
    }
    if (name == "celu") {
        const double alpha = set.number("alpha", 1);
        return exponential_unit(to, x, alpha, alpha);
    }
    if (name == "selu") return times(to, exponential_unit(to, x, 1.67326324235437728481, 1), 1.05070098735548049342);
    if (name == "gelu" || name == "gelu_tanh") {
        OperationOptions options;
        options.approximate = name == "gelu_tanh";
        return to.unary(Operation::gelu, x, std::move(options));
    }
    if (name == "silu") return to.binary(Operation::mul, x, to.unary(Operation::logistic, x));
    if (name == "mish") return to.binary(Operation::mul, x, to.unary(Operation::tanh, softplus(to, x)));
    if (name == "softplus") return softplus(to, x);
    if (name == "log_sigmoid") return to.unary(Operation::neg, softplus(to, to.unary(Operation::neg, x)));
    if (name == "softsign") return to.binary(Operation::div, x, plus(to, to.unary(Operation::abs, x), 1));
    if (name == "hard_sigmoid") return hard_sigmoid(to, x, set.number("slope", 1.0 / 6));
    if (name == "sparse_sigmoid") return hard_sigmoid(to, x, 0.5);
    if (name == "clip") return clipped(to, x, set.number("x_min"), set.number("x_max"));
    if (name == "threshold")
        return to.select(to.binary(Operation::greater, x, to.number(set.number("threshold")), {}, dtype::boolean), x,
                         to.number(set.number("default_value")));
    if (name == "hard_shrink")
        return to.select(to.binary(Operation::greater, to.unary(Operation::abs, x), to.number(set.number("threshold", 0.5)), {},
                                   dtype::boolean),
                         x, to.number(0));
    if (name == "soft_shrink") {
        const double width = set.number("threshold", 0.5);
        return to.binary(Operation::sub, x, clipped(to, x, -width, width));
    }
    if (name == "tanh_shrink") return to.binary(Operation::sub, x, to.unary(Operation::tanh, x));
    if (name == "sparse_plus") { // ((clamp(x) + 1) / 2)² + max(x - 1, 0)
        const std::size_t up = times(to, plus(to, to.unary(Operation::relu_n1_to_1, x), 1), 0.5);
        return to.binary(Operation::add, to.binary(Operation::mul, up, up),
                         to.binary(Operation::sub, x, to.number(1), fused::relu));
    }
    if (name == "squareplus") { // max(x, 0) + (b / 4) / (|x| + √(x² + b)) · 2, which loses no digits
        const double b = set.number("b", 4);
        const std::size_t size = to.unary(Operation::abs, x);
        const std::size_t root = to.unary(Operation::sqrt, plus(to, to.binary(Operation::mul, x, x), b));
        return to.binary(Operation::add, relu(to, x),
                         to.binary(Operation::div, to.number(b / 2), to.binary(Operation::add, size, root)));
    }
    if (name == "glu") return glu(to, x);
    if (name == "sparsemax") return sparsemax(to, x);
    return GraphBuilder::none;
}
/// An activation as an option of a layer.
[[gnu::cold]] inline std::size_t activated(GraphBuilder& to, const LayerCall& call, std::size_t x, std::string_view option)
{
    const OptionValue* const value = call.settings().find(option);
    if (!value) return x;
    const std::size_t y = writing::activated(to, x, value->text, Settings(value->parts));
    if (y != GraphBuilder::none) return y;
    return refuse(to, call, internals::text_of({"has the activation ", value->text, ", for which the format has no operators"}));
}

[[gnu::cold]] inline std::size_t write_activation(GraphBuilder& to, const LayerCall& call)
{
    return activated(to, call, call.inputs[0], "activation");
}
[[gnu::cold]] inline std::size_t write_relu(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    return general_relu(to, call.inputs[0], set.number("negative_slope"), set.number("max_value", -1), set.number("threshold"));
}
[[gnu::cold]] inline std::size_t write_leaky_relu(GraphBuilder& to, const LayerCall& call)
{
    return general_relu(to, call.inputs[0], call.settings().number("negative_slope", 0.3), -1, 0);
}
[[gnu::cold]] inline std::size_t write_elu(GraphBuilder& to, const LayerCall& call)
{
    return writing::activated(to, call.inputs[0], "elu", call.settings());
}
/// Slopes lie along the axes that are not shared, which broadcast.
[[gnu::cold]] inline std::size_t write_prelu(GraphBuilder& to, const LayerCall& call)
{
    const std::size_t x = call.inputs[0];
    const std::size_t alpha = to.constant("alpha", extents_of(call.variable("alpha")->needs().extents), call.numbers("alpha"));
    return to.add(Operation::prelu, {x, alpha}, Extents(to.shape(x)));
}

}}}} // namespace lamina::lite::writing
