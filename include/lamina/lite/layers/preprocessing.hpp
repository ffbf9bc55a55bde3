// lamina/lite/layers/preprocessing.hpp: layers that read whole numbers, or make them: embedding, encodings, ranges; and masks.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/layers/builder.hpp>
#include <lamina/lite/layers/call.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite { namespace writing {

[[gnu::cold]] inline std::size_t write_embedding(GraphBuilder& to, const LayerCall& call)
{
    const std::size_t x = call.inputs[0], rows = to.cast(x, dtype::int32);
    const std::size_t table =
        to.constant("embeddings", extents_of(call.variable("embeddings")->needs().extents), call.numbers("embeddings"));
    const std::size_t y = to.add(Operation::gather, {table, rows}, batch_of(call.layer.output));
    if (call.settings().flag("mask_zero") && to.shape(x).size() == 2)
        to.set_mask(y, to.binary(Operation::not_equal, x, to.number(0), {}, dtype::boolean));
    return y;
}

/// Steps that hold nothing but one number are masked, and become zeros.
[[gnu::cold]] inline std::size_t write_masking(GraphBuilder& to, const LayerCall& call)
{
    const std::size_t x = call.inputs[0];
    const std::size_t other =
        to.binary(Operation::not_equal, x, to.number(call.settings().number("mask_value")), {}, dtype::boolean);
    const std::size_t any = to.reduce(Operation::reduce_max, to.cast(other, dtype::float32), {2}, false);
    const std::size_t there = to.binary(Operation::greater, any, to.number(0), {}, dtype::boolean);
    const std::size_t y = to.select(to.reshape(there, {call.layer.input[0], 1}), x, to.number(0));
    to.set_mask(y, there);
    return y;
}

/// x as a column beside a row of numbers.
[[gnu::cold]] inline std::size_t beside(GraphBuilder& to, std::size_t x, bool has_column)
{
    Extents made(to.shape(x).begin() + 1, to.shape(x).end());
    if (!has_column) internals::add_to(made, 1);
    return to.reshape(x, made);
}

[[gnu::cold]] inline std::size_t write_category_encoding(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    const std::size_t tokens = set.count("num_tokens");
    const std::string_view mode = set.text("output_mode");
    std::vector<float> places(tokens);
    for (std::size_t i = 0; i < tokens; ++i) places[i] = static_cast<float>(i);
    const std::size_t each =
        beside(to, call.inputs[0], mode == "one_hot" && call.layer.input.back() == 1 && call.layer.input.rank > 0);
    const std::size_t equal = to.binary(Operation::equal, each, to.constant("places", {tokens}, places), {}, dtype::boolean);
    const std::size_t ones = to.cast(equal, dtype::float32);
    if (mode == "one_hot") return ones;
    return to.reduce(mode == "count" ? Operation::sum : Operation::reduce_max, ones, {1}, false);
}

/// The number of boundaries that are not above x.
[[gnu::cold]] inline std::size_t write_discretization(GraphBuilder& to, const LayerCall& call)
{
    std::vector<float> boundaries = call.numbers("bin_boundaries");
    for (const double boundary : call.settings().numbers("bin_boundaries"))
        internals::add_to(boundaries, static_cast<float>(boundary));
    const std::size_t x = call.inputs[0];
    if (boundaries.empty()) return to.binary(Operation::mul, x, to.number(0));
    const std::size_t row = to.constant("bin_boundaries", {boundaries.size()}, boundaries);
    const std::size_t above = to.binary(Operation::greater_equal, beside(to, x, false), row, {}, dtype::boolean);
    return to.reduce(Operation::sum, to.cast(above, dtype::float32), {static_cast<std::int32_t>(to.shape(x).size())}, false);
}

}}}} // namespace lamina::lite::writing
