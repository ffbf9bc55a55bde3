// lamina/models/network.hpp: what a model consists of, without its types: its layers, what each reads, and what it is set to.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/models/composites/merge.hpp>
#include <lamina/models/summary.hpp>
#include <lamina/trace/trace.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A layer of a model seen from outside. It refers to the model, which must stay where it is.
struct LayerView {
    std::string path;      ///< of its variables: `encoder/0`; empty for what has none by itself, `+` or an input
    std::string name;      ///< its Name or field, else Keras's automatic one: `conv2d_1`
    std::string_view kind; ///< Keras's name of the class: `Conv2D`
    Shape input, output;   ///< of a sample; of the first input where there are several
    std::vector<protocols::Option> options{}; ///< what it is set to, in Keras's words and order
    std::vector<internals::FoundVariable> variables{};

    /// The number of its learned and observed numbers.
    std::size_t parameters() const
    {
        std::size_t count = 0;
        for (const auto& found : variables) count += found.variable->needs().extents.size();
        return count;
    }
};

namespace internals {

struct NetworkNode;

/// Layers and functions in the order of the computation; the first nodes are the inputs, of kind `InputLayer`.
struct Network {
    std::vector<NetworkNode> nodes; // not {}: clang would make it here, where a node is not known
    std::size_t inputs = 0;
    std::vector<std::size_t> outputs{}; ///< nodes whose results the model gives
};

inline constexpr std::size_t no_node = ~std::size_t{0};

/// One step of the computation.
struct NetworkNode {
    LayerView layer;
    std::vector<std::size_t> reads{}; ///< the nodes whose results it takes
    std::size_t place = 0;            ///< the position of its block among the model's fields, for a struct
    std::size_t first = no_node;      ///< the node at which the same layer is called for the first time, if that is another
    std::string_view function{};      ///< of a function on values its name: `add`
    double number = 0;                ///< with which such a function computes
    bool reads_variable = false;      ///< such a function reads a variable that is outside of layers
    std::vector<Network> inside;      ///< of a Sequential among the layers: what it consists of
};

/// Keras's class for a function on values; nothing where it has only an operation.
[[gnu::cold]] inline std::string_view keras_class_of(std::string_view function)
{
    constexpr std::string_view known[][2] = {{"add", "Add"},         {"subtract", "Subtract"}, {"multiply", "Multiply"},
                                             {"maximum", "Maximum"}, {"minimum", "Minimum"},   {"concatenate", "Concatenate"},
                                             {"dot", "Dot"}};
    for (const auto& [name, keras] : known)
        if (name == function) return keras;
    return {};
}

/// Builds a network, node by node.
class NetworkBuilder {
public:
    Network network;

    [[gnu::cold]] std::size_t add_input(const Shape& shape)
    {
        NetworkNode node;
        node.layer.kind = "InputLayer";
        node.layer.input = node.layer.output = shape;
        ++network.inputs;
        return add(std::move(node));
    }

    [[gnu::cold]] std::size_t add_function(std::string_view name, std::vector<std::size_t> reads, const Shape& output,
                                           double number = 0)
    {
        NetworkNode node;
        node.function = name;
        node.layer.kind = keras_class_of(name);
        if (node.layer.kind.empty()) node.layer.kind = name;
        if (!reads.empty()) node.layer.input = network.nodes[reads[0]].layer.output;
        node.layer.output = output;
        node.reads = std::move(reads);
        node.number = number;
        return add(std::move(node));
    }

    /// A block that reads some nodes. What a Residual, a Parallel or a Branch holds is added in its place.
    template <class B>
    [[gnu::cold]] std::size_t add_block(const B& block, const std::string& path, std::vector<std::size_t> reads)
    {
        if constexpr (requires { typename B::specification::branches; }) {
            std::vector<std::size_t> ends;
            block.for_each_layer(
                [&](std::string_view name, const auto& branch) { ends.push_back(add_block(branch, inside(path, name), reads)); });
            constexpr bool adds = std::is_same_v<typename B::specification::merge, Add>;
            return add_function(adds ? "add" : "concatenate", std::move(ends), B::output);
        }
        else if constexpr (requires { typename B::specification::layers; }) {
            const std::size_t start = reads[0], end = add_row(block, path, start);
            if constexpr (std::string_view(B::specification::kind) == "Residual")
                return add_function("add", {start, end}, B::output);
            else return end;
        }
        else if constexpr (requires { typename B::layer::layers; }) return reads[0]; // Branch<>
        else {
            NetworkNode node;
            LayerView& layer = node.layer;
            layer.path = path;
            layer.output = B::output;
            layer.input = network.nodes[reads[0]].layer.output;
            if constexpr (requires { typename B::layer; }) layer.options = protocols::options_of<typename B::layer>();
            if constexpr (has_layers<B>) {
                layer.kind = "Sequential";
                NetworkBuilder within;
                within.add_model(block, path);
                node.inside.push_back(std::move(within.network));
            }
            else {
                layer.kind = block_kind<B>();
                for (auto& found : variables_of(block)) layer.variables.push_back({inside(path, found.path), found.variable});
            }
            node.reads = std::move(reads);
            for (std::size_t i = 0; i < network.nodes.size() && node.first == no_node; ++i)
                if (!path.empty() && network.nodes[i].layer.path == path) node.first = i;
            return add(std::move(node));
        }
    }

    /// A Sequential, layer by layer.
    template <class M> void add_model(const M& model, const std::string& path)
    {
        network.outputs = {add_row(model, path, add_input(M::input))};
    }

    [[gnu::cold]] static std::string inside(const std::string& path, std::string_view name)
    {
        return text_of({path, path.empty() ? "" : "/", name});
    }

private:
    template <class Row> std::size_t add_row(const Row& row, const std::string& path, std::size_t last)
    {
        row.for_each_layer(
            [&](std::string_view name, const auto& layer) { last = add_block(layer, inside(path, name), {last}); });
        return last;
    }

    [[gnu::cold]] std::size_t add(NetworkNode node)
    {
        network.nodes.push_back(std::move(node));
        return network.nodes.size() - 1;
    }
};

/// A block of a struct, and how it is added to a network, without its type.
struct ListedBlock {
    const void* block;
    std::string path;
    std::size_t (*add)(NetworkBuilder& to, const void* block, const std::string& path, std::vector<std::size_t> reads);
};

/// In the order of for_each_block_or_variable. What reads a variable is a function, and never asks for it here.
template <class Part> void list_blocks(const Part& part, const std::string& path, std::vector<ListedBlock>& to)
{
    if constexpr (is_variable<Part>) to.push_back({&part, path, nullptr});
    else if constexpr (AnyBlock<Part> && !FormulaBlock<Part>)
        to.push_back(
            {&part, path, [](NetworkBuilder& builder, const void* block, const std::string& at, std::vector<std::size_t> reads) {
                 return builder.add_block(*static_cast<const Part*>(block), at, std::move(reads));
             }});
    else {
        for_each_part(
            part, [&](std::string_view name, const auto& inner) { list_blocks(inner, NetworkBuilder::inside(path, name), to); });
        if constexpr (FormulaBlock<Part>) to.push_back({&part, path, nullptr});
    }
}

/// Files of other frameworks hold layers.
[[gnu::cold]] inline void refuse_variables_outside(const Network& network, std::string_view where)
{
    for (const NetworkNode& node : network.nodes)
        if (node.reads_variable)
            fail({where, ": a function on values, \"", node.function,
                  "\", reads a variable of the model that is in no layer, for which such a file has no place; use lamina's save "
                  "and load"});
}

/// Gives every layer a name: its own, or one of its class with a number, as Keras does.
[[gnu::cold]] inline void name_nodes(Network& network, std::size_t from, std::vector<std::string>& given)
{
    for (NetworkNode& node : network.nodes) {
        LayerView& layer = node.layer;
        const std::string_view own = std::string_view(layer.path).substr(std::min(from, layer.path.size()));
        if (node.first != no_node) layer.name = network.nodes[node.first].layer.name;
        else if (!own.empty() && own.find_first_not_of("0123456789/") != own.npos) {
            layer.name = own;
            std::replace(layer.name.begin(), layer.name.end(), '/', '_');
        }
        else {
            layer.name = snake(layer.kind);
            const auto before = std::count(given.begin(), given.end(), layer.name);
            given.push_back(layer.name);
            if (before > 0) append(layer.name, {'_', before});
        }
        for (Network& inner : node.inside) name_nodes(inner, layer.path.size() + 1, given);
    }
}

/// What a function on values is set to, as options.
[[gnu::cold]] inline void set_function(LayerView& function, void (*list)(FunctionSettings& to))
{
    FunctionSettings settings;
    list(settings);
    for (const auto& entry : settings.entries) {
        if (entry.name.empty()) break;
        protocols::Option option{entry.name, protocols::option_value(entry.value), {}, !entry.has_usual};
        if (entry.has_usual) option.usual = protocols::option_value(entry.usual);
        add_to(function.options, std::move(option));
    }
}

/// The network of a model: a Sequential, a struct or one block.
template <class M> LAMINA_OUTLINED Network network_of(const M& model)
{
    NetworkBuilder builder;
    if constexpr (Block<M>) {
        if constexpr (has_layers<M>) builder.add_model(model, {});
        else builder.network.outputs = {builder.add_block(model, {}, {builder.add_input(M::input)})};
    }
    else {
        const auto plan = trace(model);
        std::vector<ListedBlock> blocks;
        list_blocks(model, {}, blocks);
        std::vector<std::size_t> node_of_value(plan.values.size());
        for (std::size_t i = 0; i < plan.inputs; ++i) node_of_value[i] = builder.add_input(plan.values[i]);
        for (const auto& node : plan.nodes) {
            std::vector<std::size_t> reads;
            for (const std::size_t value : node.inputs) reads.push_back(node_of_value[value]);
            std::size_t& made = node_of_value[node.output];
            if (node.block != no_position && node.function.empty()) {
                const ListedBlock& of = blocks[node.block];
                const std::size_t before = builder.network.nodes.size();
                made = of.add(builder, of.block, of.path, std::move(reads));
                for (std::size_t i = before; i < builder.network.nodes.size(); ++i) builder.network.nodes[i].place = node.block;
            }
            else if (node.function.empty()) made = reads[0]; // a copy, of what is given twice
            else {
                made = builder.add_function(node.function, std::move(reads), plan.values[node.output], node.number);
                builder.network.nodes[made].reads_variable = node.block != no_position;
                if (node.settings) set_function(builder.network.nodes[made].layer, node.settings);
            }
        }
        for (const std::size_t value : plan.outputs) builder.network.outputs.push_back(node_of_value[value]);
    }
    std::vector<std::string> given;
    name_nodes(builder.network, 0, given);
    return std::move(builder.network);
}

/// The nodes of layers, each once, in the order of the model's fields, which does not depend on the order in which a compiler evaluates the
/// arguments of a call.
[[gnu::cold]] inline std::vector<const NetworkNode*> layer_nodes(const Network& network)
{
    std::vector<const NetworkNode*> nodes;
    const auto& all = network.nodes;
    const auto before = [&](std::size_t a, std::size_t b) {
        return all[a].place != all[b].place ? all[a].place < all[b].place : a < b;
    };
    for (const std::size_t at : sorted_places(all.size(), before))
        if (all[at].first == no_node && all[at].function.empty() && all[at].layer.kind != "InputLayer") nodes.push_back(&all[at]);
    return nodes;
}

[[gnu::cold]] inline void add_layers(const Network& network, std::vector<LayerView>& to)
{
    for (const NetworkNode* const node : layer_nodes(network)) {
        if (node->inside.empty()) to.push_back(node->layer);
        else add_layers(node->inside[0], to);
    }
}

} // namespace internals

/// The layers of a model, those of a struct in the order of its fields, each once, those of a Sequential inside of it in its place.
///
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); for (const LayerView& layer : layers(model)) std::cout << layer.name << ' ' << layer.output << '\n';
template <class Model> LAMINA_OUTLINED std::vector<LayerView> layers(const Model& model)
{
    std::vector<LayerView> found;
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>) internals::add_layers(internals::network_of(model), found);
    return found;
}

}} // namespace lamina
