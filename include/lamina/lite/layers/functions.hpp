// lamina/lite/layers/functions.hpp: functions on values as operators: a + b, concatenate, dot, sqrt, sum and their kin.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/layers/activations.hpp>
#include <lamina/lite/layers/attention.hpp>
#include <lamina/lite/layers/builder.hpp>
#include <lamina/lite/layers/call.hpp>
#include <lamina/models/network.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite { namespace writing {

struct PlainFunction {
    std::string_view name;
    Operation op;
};
inline constexpr PlainFunction functions_of_two[] = {{"add", Operation::add},         {"subtract", Operation::sub},
                                                     {"multiply", Operation::mul},    {"divide", Operation::div},
                                                     {"maximum", Operation::maximum}, {"minimum", Operation::minimum}};
inline constexpr PlainFunction functions_of_one[] = {{"negative", Operation::neg},
                                                     {"abs", Operation::abs},
                                                     {"sqrt", Operation::sqrt},
                                                     {"log", Operation::log},
                                                     {"rsqrt", Operation::rsqrt}};

/// Two values broadcast as samples do: the batch stays in front, and axes of 1 come behind it.
[[gnu::cold]] inline std::size_t of_rank(GraphBuilder& to, std::size_t x, std::size_t rank)
{
    Extents behind(to.shape(x).begin() + 1, to.shape(x).end());
    while (behind.size() + 1 < rank) behind.insert(behind.begin(), 1);
    return to.reshape(x, behind);
}
[[gnu::cold]] inline std::size_t of_two(GraphBuilder& to, Operation op, std::size_t a, std::size_t b)
{
    const std::size_t rank = std::max(to.shape(a).size(), to.shape(b).size());
    return to.binary(op, of_rank(to, a, rank), of_rank(to, b, rank));
}

/// A mask of what is there in all inputs that have one.
[[gnu::cold]] inline std::size_t joined_mask(GraphBuilder& to, const std::vector<std::size_t>& inputs)
{
    std::size_t all = GraphBuilder::none;
    for (const std::size_t x : inputs) {
        const std::size_t mask = to.mask(x);
        if (mask == GraphBuilder::none || mask == all) continue;
        all = all == GraphBuilder::none ? mask : to.binary(Operation::logical_and, all, mask, {}, dtype::boolean);
    }
    return all;
}

/// Over the axes that the function names, counted without the batch; over all of them where it names none.
[[gnu::cold]] inline std::size_t write_reduction(GraphBuilder& to, const LayerCall& call, Operation op)
{
    const std::size_t x = call.inputs[0], rank = call.layer.input.rank;
    std::vector<std::int32_t> axes;
    for (const protocols::Option& option : call.layer.options) {
        const double axis = option.value.number;
        if (option.name == "axis") internals::add_to(axes, static_cast<std::int32_t>(axis < 0 ? axis + double(rank) : axis) + 1);
    }
    if (axes.empty())
        for (std::size_t axis = 1; axis <= rank; ++axis) internals::add_to(axes, static_cast<std::int32_t>(axis));
    return to.reshape(to.reduce(op, x, axes, true), extents_of(call.layer.output));
}

/// A number beside a value: `2 * h`, `1 - h`, `pow(h, 3)`.
[[gnu::cold]] inline std::size_t write_with_number(GraphBuilder& to, const LayerCall& call, Operation op, double number,
                                                   bool number_first)
{
    const std::size_t x = call.inputs[0], constant = to.number(number);
    return number_first ? to.binary(op, constant, x) : to.binary(op, x, constant);
}

[[gnu::cold]] inline std::size_t write_function(GraphBuilder& to, const LayerCall& call, const internals::NetworkNode& node)
{
    const std::string_view name = node.function;
    const std::vector<std::size_t>& x = call.inputs;
    const auto with_mask = [&](std::size_t y) {
        if (!x.empty()) to.set_mask(y, joined_mask(to, x));
        return y;
    };
    for (const auto& [function, op] : functions_of_two)
        if (function == name) {
            if (x.size() == 1)
                return with_mask(write_with_number(to, call, op, node.number, call.settings().flag("number_first")));
            std::size_t y = x[0];
            for (std::size_t i = 1; i < x.size(); ++i) y = of_two(to, op, y, x[i]);
            return with_mask(y);
        }
    if (name == "concatenate") return with_mask(to.concatenate(x, to.shape(x[0]).size() - 1));
    if (name == "reshape") return to.reshape(x[0], extents_of(call.layer.output));
    if (name == "sum") return write_reduction(to, call, Operation::sum);
    if (name == "mean") return write_reduction(to, call, Operation::mean);
    if (name == "max") return write_reduction(to, call, Operation::reduce_max);
    if (name == "min") return write_reduction(to, call, Operation::reduce_min);
    if (name == "matmul" || name == "dot") {
        const bool dot = name == "dot";
        const auto rows = [&](std::size_t i) {
            const std::size_t width = to.shape(x[i]).back();
            std::size_t before = 1;
            for (std::size_t axis = 1; axis + 1 < to.shape(x[i]).size(); ++axis) before *= to.shape(x[i])[axis];
            return dot ? to.reshape(x[i], {before, width}) : x[i];
        };
        return to.reshape(matrix_product(to, rows(0), rows(1), dot), extents_of(call.layer.output));
    }
    if (name == "pow") return with_mask(write_with_number(to, call, Operation::pow, node.number, false));
    if (name == "square") return with_mask(to.binary(Operation::mul, x[0], x[0]));
    if (name == "log1p") return with_mask(to.unary(Operation::log, plus(to, x[0], 1)));
    if (name == "expm1") return with_mask(plus(to, to.unary(Operation::exp, x[0]), -1));
    for (const auto& [function, op] : functions_of_one)
        if (function == name) return with_mask(to.unary(op, x[0]));
    const std::size_t y = x.size() == 1 ? writing::activated(to, x[0], name, call.settings()) : GraphBuilder::none;
    if (y != GraphBuilder::none) return with_mask(y);
    return refuse(to, call, "is a function for which the format has no operators");
}

}}}} // namespace lamina::lite::writing
