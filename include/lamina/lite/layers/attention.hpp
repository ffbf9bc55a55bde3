// lamina/lite/layers/attention.hpp: attention: products of batches of matrices, with and without linear maps.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/layers/activations.hpp>
#include <lamina/lite/layers/builder.hpp>
#include <lamina/lite/layers/call.hpp>
#include <lamina/lite/layers/dense.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite { namespace writing {

/// a · b, or a · bᵀ, of the last two axes.
[[gnu::cold]] inline std::size_t matrix_product(GraphBuilder& to, std::size_t a, std::size_t b, bool turned_round)
{
    Extents made = to.shape(a);
    made.back() = to.shape(b)[made.size() - (turned_round ? 2 : 1)];
    OperationOptions options;
    options.adjoint_y = turned_round;
    return to.add(Operation::batch_matmul, {a, b}, std::move(made), std::move(options));
}

/// The tensors and masks of query, value and key; the key is the value where it is not given.
struct AttentionInputs {
    std::size_t query, value, key, queries, keys;
    std::size_t query_mask, value_mask, key_mask;

    [[gnu::cold]] AttentionInputs(const GraphBuilder& to, const std::vector<std::size_t>& x)
        : query(x[0]), value(x.size() > 1 ? x[1] : x[0]), key(x.size() > 2 ? x[2] : value), queries(to.shape(query)[1]),
          keys(to.shape(value)[1]), query_mask(to.mask(query)), value_mask(to.mask(value)),
          key_mask(x.size() > 2 ? to.mask(x[2]) : GraphBuilder::none)
    {}
};

/// Which pairs count, as booleans that broadcast to [batch, (heads,) queries, keys]; `none` where all do.
[[gnu::cold]] inline std::size_t pairs_that_count(GraphBuilder& to, const AttentionInputs& in, std::size_t query_mask, bool heads,
                                                  bool causal)
{
    std::size_t all = GraphBuilder::none;
    const auto also = [&](std::size_t pairs) {
        all = all == GraphBuilder::none ? pairs : to.binary(Operation::logical_and, all, pairs, {}, dtype::boolean);
    };
    const auto axes = [&](std::size_t mask, bool column) {
        Extents made;
        if (heads) internals::add_to(made, 1);
        internals::add_to(made, column ? to.shape(mask)[1] : 1);
        internals::add_to(made, column ? 1 : to.shape(mask)[1]);
        return to.reshape(mask, made);
    };
    if (query_mask != GraphBuilder::none) also(axes(query_mask, true));
    if (in.value_mask != GraphBuilder::none) also(axes(in.value_mask, false));
    if (in.key_mask != GraphBuilder::none) also(axes(in.key_mask, false));
    if (causal) {
        std::vector<float> before(in.queries * in.keys);
        for (std::size_t i = 0; i < before.size(); ++i) before[i] = i % in.keys <= i / in.keys ? 1.f : 0.f;
        Extents made{1, in.queries, in.keys};
        if (heads) made.insert(made.begin(), 1);
        also(to.binary(Operation::greater, to.constant("causal", made, before), to.number(0), {}, dtype::boolean));
    }
    return all;
}

[[gnu::cold]] inline std::size_t write_multi_head_attention(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    const AttentionInputs in(to, call.inputs);
    const std::size_t heads = set.count("num_heads"), key_dim = set.count("key_dim"), value_dim = set.count("value_dim", key_dim);
    const double scale = 1 / std::sqrt(double(key_dim));
    const auto numbers = [&](std::string_view name, std::string_view what) {
        return call.numbers(internals::text_of({name, "/", what}));
    };
    const auto project = [&](std::size_t x, std::string_view name, std::size_t width, double factor) {
        std::vector<float> kernel = numbers(name, "kernel"), bias = numbers(name, "bias");
        for (float& number : kernel) number = static_cast<float>(double(number) * factor);
        for (float& number : bias) number = static_cast<float>(double(number) * factor);
        const std::size_t flat = linear_map(to, x, kernel, heads * width, bias, name);
        return to.transpose(to.reshape(flat, {to.shape(x)[1], heads, width}), {0, 2, 1, 3});
    };
    const std::size_t query = project(in.query, "query", key_dim, scale), key = project(in.key, "key", key_dim, 1),
                      value = project(in.value, "value", value_dim, 1);
    std::size_t scores = matrix_product(to, query, key, true);
    const std::size_t pairs = pairs_that_count(to, in, in.query_mask, true, set.flag("use_causal_mask"));
    if (pairs != GraphBuilder::none) scores = to.select(pairs, scores, to.number(-1e9));
    const std::size_t mixed = matrix_product(to, by_rows(to, Operation::softmax, scores), value, false);
    const std::size_t flat = to.reshape(to.transpose(mixed, {0, 2, 1, 3}), {in.queries, heads * value_dim});
    const std::size_t y = linear_map(to, flat, numbers("attention_output", "kernel"), call.layer.output[1],
                                     numbers("attention_output", "bias"), "attention_output");
    to.set_mask(y, in.query_mask);
    return y;
}

/// Attention and AdditiveAttention: scores are scale · q · k, or sums of weights · tanh(scale · (q + k)).
[[gnu::cold]] inline std::size_t write_attention(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    const AttentionInputs in(to, call.inputs);
    const std::size_t features = to.shape(in.query)[2];
    const bool additive = call.layer.kind == "AdditiveAttention";
    const std::vector<float> scale = call.numbers("scale"), weight = call.numbers("concat_score_weight");
    std::size_t scores;
    if (additive || set.text("score_mode") == "concat") {
        std::size_t sums = to.binary(Operation::add, to.reshape(in.query, {in.queries, 1, features}),
                                     to.reshape(in.key, {1, in.keys, features}));
        if (!additive && !scale.empty()) sums = times(to, sums, double(scale[0]));
        std::size_t terms = to.unary(Operation::tanh, sums);
        if (additive && !scale.empty()) terms = to.binary(Operation::mul, terms, to.constant("scale", {features}, scale));
        if (!additive && !weight.empty()) terms = times(to, terms, double(weight[0]));
        scores = to.reduce(Operation::sum, terms, {3}, false);
    }
    else {
        scores = matrix_product(to, in.query, in.key, true);
        if (!scale.empty()) scores = times(to, scores, double(scale[0]));
    }
    const std::size_t pairs = pairs_that_count(to, in, GraphBuilder::none, false, set.flag("use_causal_mask"));
    if (pairs != GraphBuilder::none) scores = to.select(pairs, scores, to.binary(Operation::sub, scores, to.number(1e9)));
    std::size_t y = matrix_product(to, by_rows(to, Operation::softmax, scores), in.value, false);
    if (in.query_mask != GraphBuilder::none) y = to.select(to.reshape(in.query_mask, {in.queries, 1}), y, to.number(0));
    to.set_mask(y, in.query_mask);
    return y;
}

}}}} // namespace lamina::lite::writing
