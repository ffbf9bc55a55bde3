// lamina/interop/keras/compare.hpp: the architecture in a file of Keras against the type of a model, layer by layer.
//
// Layers that have the same name in both belong together where each layer of the model that has variables finds one; else they are paired in
// their order, so that the fewest are left over. What only says how a training begins (initializers, regularizers, constraints) is no
// difference, nor is the type of numbers. In a graph layers without variables may be functions, so one that only one side has is none either.
// It is compiled into every program that loads a file, so it looks at the JSON as it is and knows no classes.
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/interop/keras/functions.hpp>
#include <lamina/interop/keras/harmless.hpp>
#include <lamina/interop/keras/json.hpp>
#include <lamina/models/network.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

/// The name of an activation that is a text, a function or an object without a config; nothing of any other.
[[gnu::cold]] inline std::string plain_activation(const Json& from)
{
    const std::string_view kind = from["class_name"].words();
    if (kind == "function") return std::string(from["config"].words());
    if (!kind.empty() && from["config"].parts.empty()) return internals::snake(kind);
    return std::string(from.words());
}

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
    case value_is::text: return plain_activation(from) == mine.text;
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

/// Whether Keras counts from elsewhere what lamina has from the end: axes with the batch, a size that is what the others leave.
[[gnu::cold]] inline bool is_relative(std::string_view option, const Json& from)
{
    bool relative = false;
    if (option == "axis")
        for (const Json& one : from.parts) relative = relative || one.number > 0;
    if (option == "target_shape")
        for (const Json& one : from.parts) relative = relative || one.number < 0;
    return relative || (option == "axis" && from.number > 0);
}

/// Adds the differences of a layer's options: `filters is 16 in the file and 12 in the model`.
[[gnu::cold]] inline void compare_options(const std::vector<protocols::Option>& mine, std::string_view kind, const Json& config,
                                          std::string& to)
{
    using protocols::Option, protocols::value_is;
    for (const Option& option : mine) {
        const Json& from = config[option.name];
        const bool softmax = kind == "Softmax" && option.name == "activation"; // Activation<Softmax> here
        if (is_of_training(option.name) || is_relative(option.name, from) || softmax || option.name == "use_causal_mask" ||
            (from.is_nothing() && option.required))
            continue;
        if (option.name == "layer" && from["class_name"].words() == option.value.text) {
            compare_options(option.value.parts, option.value.text, from["config"], to);
            continue;
        }
        if (from.is_nothing() ? option.value == option.usual : is_same(option.value, from)) continue;
        std::string said;
        if (from.is_nothing()) print(said, option.usual);
        else print(said, from);
        internals::print(to, to.empty() ? "" : ", ");
        if (from.is_text()) internals::append(to, {"the file has ", option.name, ' ', said, ", the model \"", option.value, '"'});
        else internals::append(to, {option.name, " is ", said, " in the file and ", option.value, " in the model"});
    }
    for (const Json& item : config.parts) {
        bool listed = is_of_training(item.name) || item.name == "dtype" || is_relative(item.name, item);
        for (const Option& option : mine) listed = listed || option.name == item.name;
        std::string problem;
        if (!listed) pass_over("layers", kind, item.name, item, problem);
        if (!problem.empty()) internals::append(to, {to.empty() ? "" : ", ", problem});
    }
}

/// The layers of a model in a file that are neither inputs nor functions on values, those of models inside in their places. `inputs` gets the
/// inputs of the model itself.
[[gnu::cold]] inline void list_layers(const Json& model, std::vector<const Json*>& to, std::vector<const Json*>* inputs)
{
    const Json& config = model["config"];
    for (const Json& layer : config.is_list() ? config.parts : config["layers"].parts) {
        const std::string_view kind = layer["class_name"].words();
        const bool merge = is_merge(kind) || kind == "NotEqual"; // which makes a mask
        if (kind == "InputLayer" && inputs) internals::add_to(*inputs, &layer);
        else if (layer["config"]["layers"].is_list()) list_layers(layer, to, nullptr);
        else if (kind != "InputLayer" && !merge) internals::add_to(to, &layer);
    }
}

/// The same of a model's type.
[[gnu::cold]] inline void list_layers(const internals::Network& network, std::vector<const LayerView*>& to)
{
    for (const internals::NetworkNode* const node : internals::layer_nodes(network)) {
        if (node->inside.empty()) internals::add_to(to, &node->layer);
        else list_layers(node->inside[0], to);
    }
}

/// TimeDistributed of a Dense is that Dense, which works on the last axis: of a file, and the options of a model's, or null.
[[gnu::cold]] inline const Json& without_steps(const Json& layer)
{
    const Json& inner = layer["config"]["layer"];
    return layer["class_name"].words() == "TimeDistributed" && inner["class_name"].words() == "Dense" ? inner : layer;
}
[[gnu::cold]] inline const std::vector<protocols::Option>* each_dense(const LayerView& layer)
{
    if (layer.kind == "TimeDistributed")
        for (const protocols::Option& option : layer.options)
            if (option.name == "layer" && option.value.text == "Dense") return &option.value.parts;
    return nullptr;
}

/// Pairs the layers of a file with those of a model.
class Comparison {
public:
    std::vector<const Json*> theirs;
    std::vector<const LayerView*> mine;
    bool strict = false; ///< every layer counts, not only those with variables

    /// What is different, joined by semicolons.
    [[gnu::cold]] void print_differences(std::string& to)
    {
        if (!pair_by_name()) pair_in_order();
        std::string more, missing;
        std::size_t more_count = 0, missing_count = 0;
        for (std::size_t i = 0; i < first.size(); ++i) {
            const std::size_t a = first[i], b = second[i];
            if (b == nobody && (strict || has_variables(*theirs[a]))) add_name(name_of(*theirs[a]), more, more_count);
            if (a == nobody && (strict || !mine[b]->variables.empty())) add_name(mine[b]->name, missing, missing_count);
            if (a != nobody && b != nobody) compare(a, b, to);
        }
        const auto add = [&to](std::string_view who, std::size_t count, const std::string& names) {
            if (count > 0)
                internals::append(
                    to, {to.empty() ? "" : "; ", who, " has ", count, count == 1 ? " layer more, " : " layers more, ", names});
        };
        add("the file", more_count, more);
        add("the model", missing_count, missing);
    }

private:
    static constexpr std::size_t nobody = ~std::size_t{0};

    static std::string_view name_of(const Json& layer)
    {
        return layer["config"]["name"].is_text() ? layer["config"]["name"].words() : layer["name"].words();
    }
    static void add_name(std::string_view name, std::string& to, std::size_t& count)
    {
        internals::append(to, {to.empty() ? "\"" : ", \"", name, '"'});
        ++count;
    }
    /// What has variables says how they begin, or has layers inside.
    [[gnu::cold]] static bool has_variables(const Json& layer)
    {
        bool found = layer["config"]["layer"].is_object();
        for (const Json& option : layer["config"].parts) found = found || std::string_view(option.name).ends_with("_initializer");
        return found || layer["class_name"].words() == "Dense";
    }

    [[gnu::cold]] bool same_kind(std::size_t a, std::size_t b) const
    {
        const std::string_view kind = each_dense(*mine[b]) ? "Dense" : mine[b]->kind,
                               other = without_steps(*theirs[a])["class_name"].words();
        return other == kind || (other == "Softmax" && kind == "Activation");
    }

    [[gnu::cold]] void compare(std::size_t a, std::size_t b, std::string& to) const
    {
        const Json& layer = without_steps(*theirs[a]);
        const std::string_view kind = layer["class_name"].words();
        const std::vector<protocols::Option>* const dense = each_dense(*mine[b]);
        std::string found;
        if (!same_kind(a, b)) internals::append(found, {"is a ", kind, " in the file and a ", mine[b]->kind, " in the model"});
        else compare_options(dense ? *dense : mine[b]->options, kind, layer["config"], found);
        if (!found.empty())
            internals::append(to, {to.empty() ? "" : "; ", "layer ", a + 1, " \"", name_of(*theirs[a]), "\": ", found});
    }

    void pair(std::size_t a, std::size_t b)
    {
        internals::add_to(first, a);
        internals::add_to(second, b);
    }

    /// Whether every layer of the model that has variables finds one of its name and class.
    [[gnu::cold]] bool pair_by_name()
    {
        for (std::size_t b = 0; b < mine.size(); ++b) {
            std::size_t found = nobody;
            for (std::size_t a = 0; a < theirs.size() && found == nobody; ++a)
                if (name_of(*theirs[a]) == mine[b]->name && same_kind(a, b) && !internals::contains(first, a)) found = a;
            if (found == nobody && !mine[b]->variables.empty()) {
                first.clear();
                second.clear();
                return false;
            }
            pair(found, b);
        }
        for (std::size_t a = 0; a < theirs.size(); ++a)
            if (!internals::contains(first, a)) pair(a, nobody);
        return true;
    }

    /// In their order. Costs: 2 for a layer that is left over, 3 for two of different classes, which beats two left over.
    [[gnu::cold]] void pair_in_order()
    {
        const std::size_t rows = theirs.size() + 1, columns = mine.size() + 1;
        if (rows > 4000000 / columns)
            internals::fail({"keras: a file of ", rows, " layers is compared with a model of ", columns});
        std::vector<std::size_t> cost;
        for (std::size_t i = 0; i < rows * columns; ++i) internals::add_to(cost, 0);
        const auto both = [&](std::size_t a, std::size_t b) {
            return cost[(a + 1) * columns + b + 1] + (same_kind(a, b) ? 0u : 3u);
        };
        for (std::size_t place = rows * columns - 1; place-- > 0;) {
            const std::size_t a = place / columns, b = place % columns;
            std::size_t least = nobody;
            if (a + 1 < rows) least = std::min(least, cost[place + columns] + 2);
            if (b + 1 < columns) least = std::min(least, cost[place + 1] + 2);
            if (a + 1 < rows && b + 1 < columns) least = std::min(least, both(a, b));
            cost[place] = least;
        }
        for (std::size_t a = 0, b = 0; a + 1 < rows || b + 1 < columns;) {
            const std::size_t now = cost[a * columns + b];
            const bool together = a + 1 < rows && b + 1 < columns && now == both(a, b);
            const bool file_only = !together && a + 1 < rows && now == cost[(a + 1) * columns + b] + 2;
            pair(together || file_only ? a : nobody, file_only ? nobody : b);
            a += together || file_only ? 1 : 0;
            b += file_only ? 0 : 1;
        }
    }

    std::vector<std::size_t> first, second; ///< of each pair the layer of the file and of the model
};

/// Adds what is different of the inputs.
[[gnu::cold]] inline void compare_inputs(const std::vector<const Json*>& file, const internals::Network& network, std::string& to)
{
    if (!file.empty() && file.size() != network.inputs)
        internals::append(to, {"the file's model has ", file.size(), " inputs, the type ", network.inputs});
    for (std::size_t i = 0; i < file.size() && file.size() == 1 && network.inputs == 1;
         ++i) { // several may stand in another order
        const Json& config = (*file[i])["config"];
        const Json& shape = config["batch_shape"].is_list() ? config["batch_shape"] : config["batch_input_shape"];
        const Shape& needed = network.nodes[i].layer.output;
        bool same = !shape.is_list() || shape.parts.size() == needed.rank + 1;
        std::string said;
        for (std::size_t axis = 1; axis < shape.parts.size(); ++axis) {
            const Json& extent = shape.parts[axis];
            same = same && (extent.is_nothing() || extent.number == static_cast<double>(needed[axis - 1]));
            internals::append(said, {axis > 1 ? ", " : "", extent});
        }
        if (!same)
            internals::append(
                to, {to.empty() ? "" : "; ", "input ", i + 1, " is [", said, "] in the file and ", needed, " in the model"});
    }
}

/// All that is different between the architecture in a config and a model, in one text: `layer 3 "conv2d_1": filters is 16 in the file and 12 in
/// the model; …`. Empty where nothing is. `called` is what errors of a damaged config call it.
[[gnu::cold]] inline std::string architecture_differences(std::string_view json, const internals::Network& network,
                                                          std::string_view called)
{
    const Json model = parse_json(json, called);
    std::vector<const Json*> inputs;
    Comparison compared;
    list_layers(model, compared.theirs, &inputs);
    list_layers(network, compared.mine);
    compared.strict = model["class_name"].words() == "Sequential";
    std::string text;
    compare_inputs(inputs, network, text);
    compared.print_differences(text);
    return text;
}

}}} // namespace lamina::keras::detail
