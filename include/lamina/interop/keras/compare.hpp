// lamina/interop/keras/compare.hpp: the architecture in a file of Keras against the type of a model, layer by layer.
//
// Layers that have the same name in both belong together where each layer of the model that has variables finds one; else they are paired in
// their order, so that the fewest are left over. What only says how a training begins (initializers, regularizers, constraints) is no
// difference, nor is the type of numbers. In a graph layers without variables may be functions, so one that only one side has is none either.
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/interop/keras/harmless.hpp>
#include <lamina/interop/keras/merges.hpp>
#include <lamina/interop/keras/model_config.hpp>
#include <lamina/interop/keras/plain_config.hpp>
#include <lamina/interop/network.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

/// Whether a value of a config is that of an option.
[[gnu::cold]] inline bool is_same(const protocols::OptionValue& mine, const Json& from)
{
    using protocols::value_is;
    switch (mine.kind) {
    case value_is::nothing: return from.is_nothing();
    case value_is::boolean: return (from.is_boolean() || from.is_number()) && (from.number != 0) == (mine.number != 0);
    case value_is::whole:
    case value_is::single:
    case value_is::real: return from.is_number() && static_cast<float>(from.number) == static_cast<float>(mine.number);
    case value_is::text: return from.words() == mine.text;
    case value_is::list: {
        bool same = from.is_number() || (from.is_list() && from.parts.size() == mine.parts.size());
        for (std::size_t i = 0; same && i < mine.parts.size(); ++i)
            same = is_same(mine.parts[i].value, from.is_list() ? from.parts[i] : from);
        return same;
    }
    case value_is::object: break;
    }
    if (!from.is_object() || from["class_name"].words() != mine.text) return false;
    for (const protocols::Option& part : mine.parts) {
        const Json& said = from["config"][part.name];
        if (said.is_nothing() ? !(part.value == part.usual) && !part.required : !is_same(part.value, said)) return false;
    }
    return true;
}

/// What says how a training begins or goes on, and is no part of what a model computes.
[[gnu::cold]] inline bool is_of_training(std::string_view option)
{
    return option.ends_with("_initializer") || option.ends_with("_regularizer") || option.ends_with("_constraint");
}

/// Adds the differences of a layer's options: `filters is 16 in the file and 12 in the model`.
[[gnu::cold]] inline void compare_options(const std::vector<protocols::Option>& mine, std::string_view kind, const Json& config,
                                          std::vector<std::string>& to)
{
    using protocols::Option, protocols::value_is;
    for (const Option& option : mine) {
        const Json& from = config[option.name];
        if (is_of_training(option.name) || (from.is_nothing() && option.required)) continue;
        const bool inner =
            option.name == "layer" && option.value.kind == value_is::object && from["class_name"].words() == option.value.text;
        if (inner) {
            compare_options(option.value.parts, option.value.text, from["config"], to);
            continue;
        }
        if (from.is_nothing() ? option.value == option.usual : is_same(option.value, from)) continue;
        const std::string said = from.is_nothing() ? internals::text_of({option.usual}) : internals::text_of({from});
        if (from.is_text())
            internals::add_to(to,
                              internals::text_of({"the file has ", option.name, ' ', said, ", the model \"", option.value, '"'}));
        else
            internals::add_to(
                to, internals::text_of({option.name, " is ", said, " in the file and ", option.value, " in the model"}));
    }
    for (const Json& item : config.parts) {
        bool listed = is_of_training(item.name);
        for (const Option& option : mine) listed = listed || option.name == item.name;
        std::string problem;
        if (!listed) pass_over("layers", kind, item.name, item, problem);
        if (!problem.empty()) internals::add_to(to, std::move(problem));
    }
}

/// A layer of a file, wherever it stands, with how it is called. TimeDistributed of a Dense is that Dense, which works on the last axis.
struct ComparedLayer {
    const LayerConfig* layer;
    const LayerCall* call;

    bool is_each_dense() const
    {
        return layer->kind == "TimeDistributed" && (*layer->config)["layer"]["class_name"].words() == "Dense";
    }
    std::string_view kind() const { return is_each_dense() ? "Dense" : layer->kind; }
    const Json& config() const { return is_each_dense() ? (*layer->config)["layer"]["config"] : *layer->config; }
};

/// The same of a layer of a model: the options of its Dense, or null.
[[gnu::cold]] inline const std::vector<protocols::Option>* each_dense(const LayerView& layer)
{
    if (layer.kind == "TimeDistributed")
        for (const protocols::Option& option : layer.options)
            if (option.name == "layer" && option.value.text == "Dense") return &option.value.parts;
    return nullptr;
}

/// The layers of a model in a file that are neither inputs nor functions on values, each once, those of models inside in their places.
[[gnu::cold]] inline void list_layers(const ModelConfig& model, std::vector<ComparedLayer>& to)
{
    std::vector<bool> seen(model.layers.size(), false);
    for (const auto& [at, call] : model.order) {
        const LayerConfig& layer = model.layers[at];
        if (seen[at]) continue;
        seen[at] = true;
        if (layer.is_model()) list_layers(model.model_of(layer), to);
        else if (!is_merge(layer.kind) && layer.kind != "NotEqual") internals::add_to(to, {&layer, &layer.calls[call]});
    }
}

/// Pairs the layers of a file with those of a model.
class Comparison {
public:
    Comparison(const std::vector<ComparedLayer>& file, const std::vector<LayerView>& model, bool chain)
        : theirs(file), mine(model), strict(chain)
    {}

    /// What is different, a text for each.
    [[gnu::cold]] std::vector<std::string> differences() const
    {
        std::vector<std::string> all;
        std::string more, missing;
        std::size_t more_count = 0, missing_count = 0;
        for (const auto& [a, b] : pairs()) {
            if (b == nobody) add_name(theirs[a].layer->kind, theirs[a].layer->name, more, more_count);
            else if (a == nobody) add_name(mine[b].kind, mine[b].name, missing, missing_count);
            else compare(a, b, all);
        }
        const auto add = [&all](std::string_view who, std::size_t count, const std::string& names) {
            if (count > 0)
                internals::add_to(
                    all, internals::text_of({who, " has ", count, count == 1 ? " layer more, " : " layers more, ", names}));
        };
        add("the file", more_count, more);
        add("the model", missing_count, missing);
        return all;
    }

private:
    static constexpr std::size_t nobody = ~std::size_t{0};
    using Pair = std::pair<std::size_t, std::size_t>;

    [[gnu::cold]] void add_name(std::string_view kind, std::string_view name, std::string& to, std::size_t& count) const
    {
        if (!strict && !learns(kind)) return;
        internals::append(to, {to.empty() ? "\"" : ", \"", name, '"'});
        ++count;
    }

    static bool same_kind(const ComparedLayer& a, const LayerView& b)
    {
        const std::string_view kind = each_dense(b) ? "Dense" : b.kind;
        return a.kind() == kind || (a.kind() == "Softmax" && kind == "Activation");
    }

    [[gnu::cold]] void compare(std::size_t a, std::size_t b, std::vector<std::string>& to) const
    {
        const LayerConfig& layer = *theirs[a].layer;
        std::vector<std::string> found;
        if (!same_kind(theirs[a], mine[b]))
            internals::add_to(found,
                              internals::text_of({"is a ", layer.kind, " in the file and a ", mine[b].kind, " in the model"}));
        else {
            const std::vector<protocols::Option>* const dense = each_dense(mine[b]);
            compare_options(dense ? *dense : mine[b].options, theirs[a].kind(),
                            plain_config(theirs[a].config(), theirs[a].kind(), *theirs[a].call), found);
        }
        std::string text;
        for (const std::string& one : found) internals::append(text, {text.empty() ? "" : ", ", one});
        if (!text.empty()) internals::add_to(to, internals::text_of({"layer ", a + 1, " \"", layer.name, "\": ", text}));
    }

    /// By name where every layer of the model that has variables finds one of its class; nothing otherwise.
    [[gnu::cold]] std::vector<Pair> pairs_by_name() const
    {
        std::vector<Pair> all;
        std::vector<bool> used(theirs.size(), false);
        for (std::size_t b = 0; b < mine.size(); ++b) {
            std::size_t found = nobody;
            for (std::size_t a = 0; a < theirs.size() && found == nobody; ++a)
                if (!used[a] && theirs[a].layer->name == mine[b].name && same_kind(theirs[a], mine[b])) found = a;
            if (found == nobody && !mine[b].variables.empty()) return {};
            if (found != nobody) used[found] = true;
            internals::add_to(all, {found, b});
        }
        for (std::size_t a = 0; a < theirs.size(); ++a)
            if (!used[a]) internals::add_to(all, {a, nobody});
        return all;
    }

    /// In their order. Costs: 2 for a layer that is left over, 3 for two of different classes, which beats two left over.
    [[gnu::cold]] std::vector<Pair> pairs() const
    {
        if (std::vector<Pair> named = pairs_by_name(); !named.empty()) return named;
        const std::size_t rows = theirs.size() + 1, columns = mine.size() + 1;
        std::vector<Pair> all;
        if (rows * columns > 4'000'000) { // no such model; one after another
            for (std::size_t i = 0; i < std::max(rows, columns) - 1; ++i)
                internals::add_to(all, {i + 1 < rows ? i : nobody, i + 1 < columns ? i : nobody});
            return all;
        }
        std::vector<unsigned> cost(rows * columns, 0);
        const auto at = [&](std::size_t a, std::size_t b) -> unsigned& { return cost[a * columns + b]; };
        const auto both = [&](std::size_t a, std::size_t b) {
            return at(a + 1, b + 1) + (same_kind(theirs[a], mine[b]) ? 0 : 3);
        };
        for (std::size_t a = rows; a-- > 0;)
            for (std::size_t b = columns; b-- > 0;) {
                unsigned least = ~0u;
                if (a + 1 == rows && b + 1 == columns) least = 0;
                if (a + 1 < rows) least = std::min(least, at(a + 1, b) + 2);
                if (b + 1 < columns) least = std::min(least, at(a, b + 1) + 2);
                if (a + 1 < rows && b + 1 < columns) least = std::min(least, both(a, b));
                at(a, b) = least;
            }
        for (std::size_t a = 0, b = 0; a + 1 < rows || b + 1 < columns;) {
            const bool together = a + 1 < rows && b + 1 < columns && at(a, b) == both(a, b);
            const bool first = !together && a + 1 < rows && at(a, b) == at(a + 1, b) + 2;
            internals::add_to(all, {together || first ? a : nobody, first ? nobody : b});
            a += together || first ? 1 : 0;
            b += first ? 0 : 1;
        }
        return all;
    }

    const std::vector<ComparedLayer>& theirs;
    const std::vector<LayerView>& mine;
    bool strict;
};

/// All that is different between the architecture in a config and a model, in one text: `layer 3 "conv2d_1": filters is 16 in the file and 12 in
/// the model; …`. Empty where nothing is. `called` is what errors of a damaged config call it.
[[gnu::cold]] inline std::string architecture_differences(std::string_view json, const internals::Network& network,
                                                          std::string_view called)
{
    const Json config = parse_json(json, called);
    const ModelConfig model = ModelReader(called).read(config);
    std::vector<ComparedLayer> theirs;
    std::vector<LayerView> mine;
    list_layers(model, theirs);
    internals::add_layers(network, mine);
    std::vector<std::string> all;
    if (model.inputs.size() != network.inputs)
        internals::add_to(
            all, internals::text_of({"the file's model has ", model.inputs.size(), " inputs, the type ", network.inputs}));
    else
        for (std::size_t i = 0; i < network.inputs; ++i) {
            const Extents& file = model.shape(model.inputs[i]);
            const Shape& needed = network.nodes[i].layer.output;
            bool same = !file.known || file.rank() == needed.rank;
            for (std::size_t axis = 0; same && file.known && axis < needed.rank; ++axis)
                same = file.sizes[axis] == any_length || file.sizes[axis] == static_cast<long long>(needed[axis]);
            if (!same)
                internals::add_to(
                    all, internals::text_of({"input ", i + 1, " is [", file, "] in the file and ", needed, " in the model"}));
        }
    for (std::string& one : Comparison(theirs, mine, model.kind == "Sequential").differences())
        internals::add_to(all, std::move(one));
    std::string text;
    for (const std::string& one : all) internals::append(text, {text.empty() ? "" : "; ", one});
    return text;
}

}}} // namespace lamina::keras::detail
