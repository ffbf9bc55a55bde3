// lamina/interop/keras/write_config.hpp: the config of a model as Keras writes it, from what its layers list of themselves.
//
// Options are said where they are not as Keras has them by itself. A chain is a Sequential, everything else a functional model.
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/interop/keras/json.hpp>
#include <lamina/interop/keras/order.hpp>
#include <lamina/models/network.hpp>

#include <charconv>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

[[gnu::cold]] inline Json json_text(std::string_view text)
{
    Json made;
    made.kind = Json::is::text;
    made.text = text;
    return made;
}
[[gnu::cold]] inline Json json_number(double number, Json::is kind = Json::is::whole)
{
    Json made;
    made.kind = kind;
    made.number = number;
    return made;
}
[[gnu::cold]] inline Json json_list(std::vector<Json> parts = {})
{
    Json made;
    made.kind = Json::is::list;
    made.parts = std::move(parts);
    return made;
}
[[gnu::cold]] inline void put(Json& object, std::string_view name, Json value)
{
    object.kind = Json::is::object;
    value.name = name;
    internals::add_to(object.parts, std::move(value));
}
/// A batch of samples of a shape: [null, 28, 28, 1].
[[gnu::cold]] inline Json json_batch(const Shape& shape)
{
    Json made = json_list();
    internals::add_to(made.parts, {});
    for (std::size_t axis = 0; axis < shape.rank; ++axis)
        internals::add_to(made.parts, json_number(static_cast<double>(shape[axis])));
    return made;
}

/// An object of a class, as Keras finds it.
[[gnu::cold]] inline Json json_object(std::string_view module, std::string_view class_name, Json config)
{
    Json made;
    put(made, "module", json_text(module));
    put(made, "class_name", json_text(class_name));
    put(made, "config", std::move(config));
    put(made, "registered_name", module == "keras.src.models.functional" ? json_text(class_name) : Json{});
    return made;
}

/// Whether Keras has an activation of this name.
[[gnu::cold]] inline bool has_activation(std::string_view name)
{
    constexpr std::string_view known[] = {
        "relu",      "leaky_relu",  "relu6",       "softmax",     "celu",           "elu",       "selu",         "softplus",
        "softsign",  "squareplus",  "soft_shrink", "sparse_plus", "silu",           "gelu",      "glu",          "tanh",
        "threshold", "tanh_shrink", "sigmoid",     "exponential", "sparse_sigmoid", "hard_silu", "hard_sigmoid", "hard_tanh",
        "linear",    "hard_shrink", "mish",        "log_softmax", "log_sigmoid",    "sparsemax"};
    return internals::contains(known, name);
}

/// The options of a layer, an optimizer, an initializer; of a layer those that Keras has by itself are left out.
[[gnu::cold]] inline Json json_of(const std::vector<protocols::Option>& options, std::string_view of);

[[gnu::cold]] inline Json json_of(const protocols::OptionValue& value, std::string_view option, std::string_view of)
{
    using protocols::value_is;
    switch (value.kind) {
    case value_is::nothing: return {};
    case value_is::boolean: return json_number(value.number, Json::is::boolean);
    case value_is::whole: return json_number(value.number);
    case value_is::real: return json_number(value.number, Json::is::real);
    case value_is::single: { // 0.1f is 0.1
        char digits[40];
        const char* const end = std::to_chars(digits, digits + sizeof digits, static_cast<float>(value.number)).ptr;
        double number = value.number;
        std::from_chars(digits, end, number);
        return json_number(number, Json::is::real);
    }
    case value_is::text:
        if (!option.ends_with("activation") || has_activation(value.text)) return json_text(value.text);
        break;
    case value_is::list: {
        Json made = json_list();
        for (const auto& part : value.parts) internals::add_to(made.parts, json_of(part.value, option, of));
        return made;
    }
    case value_is::object: break;
    }
    constexpr std::string_view modules[][2] = {{"_initializer", "keras.initializers"},
                                               {"_regularizer", "keras.regularizers"},
                                               {"_constraint", "keras.constraints"},
                                               {"learning_rate", "keras.optimizers.schedules"},
                                               {"layer", "keras.layers"}};
    for (const auto& [ending, module] : modules)
        if (value.kind == value_is::object && option.ends_with(ending))
            return json_object(module, value.text, json_of(value.parts, value.text));
    internals::fail(
        {"keras::save: ", of, " has ", value, " for ", option, ", which a file of Keras cannot say; make it a layer of its own"});
}

[[gnu::cold]] inline Json json_of(const std::vector<protocols::Option>& options, std::string_view of)
{
    Json made;
    made.kind = Json::is::object;
    for (const auto& option : options) // Keras asks an AveragePooling for its pool_size
        if (option.required || option.name == "pool_size" || !(option.value == option.usual))
            put(made, option.name, json_of(option.value, option.name, of));
    return made;
}

/// Writes the config of one network.
class ConfigWriter {
public:
    ConfigWriter(const internals::Network& of, bool in_double, std::size_t above = 0)
        : network(of), layers(placed_layers(of, above)), is_double(in_double)
    {}

    [[gnu::cold]] Json write(std::string_view name)
    {
        Json config, list = json_list();
        put(config, "name", json_text(name));
        put(config, "trainable", json_number(1, Json::is::boolean));
        const bool chain = is_chain(network);
        if (chain) internals::add_to(list.parts, input(network.nodes[0].layer.output, network.nodes[0].layer.name));
        for (const PlacedLayer& layer : layers) {
            Json one = of(layer);
            if (!chain) put(one, "name", json_text(layer.name));
            if (!chain) put(one, "inbound_nodes", calls_of(layer));
            internals::add_to(list.parts, std::move(one));
        }
        put(config, "layers", std::move(list));
        if (chain) put(config, "build_input_shape", json_batch(network.nodes[0].layer.output));
        if (chain) return json_object("keras", "Sequential", std::move(config));
        std::vector<std::size_t> inputs;
        for (std::size_t i = 0; i < network.inputs; ++i) internals::add_to(inputs, i);
        put(config, "input_layers", ends(inputs));
        put(config, "output_layers", ends(network.outputs));
        return json_object("keras.src.models.functional", "Functional", std::move(config));
    }

private:
    [[gnu::cold]] Json input(const Shape& shape, std::string_view name) const
    {
        Json config;
        put(config, "batch_shape", json_batch(shape));
        put(config, "dtype", json_text(is_double ? "float64" : "float32"));
        put(config, "name", json_text(name));
        return json_object("keras.layers", "InputLayer", std::move(config));
    }

    [[gnu::cold]] Json of(const PlacedLayer& placed) const
    {
        const internals::NetworkNode& node = network.nodes[placed.node];
        const LayerView& layer = node.layer;
        if (layer.kind == "InputLayer") return input(layer.output, placed.name);
        if (!node.inside.empty()) return ConfigWriter(node.inside[0], is_double, layer.path.size() + 1).write(placed.name);
        const bool function = !node.function.empty();
        const auto refuse = [&](std::string_view what) {
            internals::fail({"keras::save: layer \"", placed.name, "\" is ", what,
                             ", which Keras has not; save the weights alone, as .weights.h5"});
        };
        if (function && node.reads.size() == 1 && has_activation(node.function)) { // relu(h)
            for (const protocols::Option& option : layer.options)
                if (!(option.value == option.usual))
                    refuse(internals::text_of({"the function ", node.function, " with ", option.value, " for ", option.name}));
            Json config;
            put(config, "name", json_text(placed.name));
            if (is_double) put(config, "dtype", json_text("float64"));
            put(config, "activation", json_text(node.function));
            return json_object("keras.layers", "Activation", std::move(config));
        }
        if (function && (internals::keras_class_of(node.function).empty() || node.reads.size() < 2))
            refuse(internals::text_of({"the function ", node.function}));
        if (layer.kind == "Block" || layer.kind == "LocalResponseNormalization") refuse(layer.kind);
        Json config, options = json_of(layer.options, layer.kind);
        put(config, "name", json_text(placed.name));
        if (is_double) put(config, "dtype", json_text("float64"));
        if (is_frozen(layer)) put(config, "trainable", json_number(0, Json::is::boolean));
        if (node.function == "dot") put(config, "axes", json_number(-1));
        for (Json& option : options.parts) {
            if (option.name == "use_causal_mask") continue; // it belongs to the call
            if (is_double && option.name == "layer")        // which is inside of another one
                for (Json& part : option.parts)
                    if (part.name == "config") put(part, "dtype", json_text("float64"));
            internals::add_to(config.parts, std::move(option));
        }
        return json_object("keras.layers", layer.kind, std::move(config));
    }

    /// A value of the model: the layer that gives it, and which of its calls.
    [[gnu::cold]] Json reference(std::size_t node) const
    {
        const std::size_t first = network.nodes[node].first, layer = first == internals::no_node ? node : first;
        std::size_t call = 0;
        for (std::size_t i = layer; i < node; ++i) call += i == layer || network.nodes[i].first == layer ? 1 : 0;
        Json made = json_list();
        for (const PlacedLayer& placed : layers)
            if (placed.node == layer) internals::add_to(made.parts, json_text(placed.name));
        internals::add_to(made.parts, json_number(static_cast<double>(call)));
        internals::add_to(made.parts, json_number(0));
        return made;
    }

    [[gnu::cold]] Json ends(const std::vector<std::size_t>& nodes) const
    {
        if (nodes.size() == 1) return reference(nodes[0]);
        Json made = json_list();
        for (const std::size_t node : nodes) internals::add_to(made.parts, reference(node));
        return made;
    }

    [[gnu::cold]] Json calls_of(const PlacedLayer& placed) const
    {
        Json made = json_list();
        for (std::size_t i = placed.node; i < network.nodes.size(); ++i) {
            const internals::NetworkNode& node = network.nodes[i];
            if ((i != placed.node && node.first != placed.node) || node.layer.kind == "InputLayer") continue;
            Json values = json_list(), call;
            for (const std::size_t from : node.reads) {
                Json config, value;
                put(config, "shape", json_batch(network.nodes[from].layer.output));
                put(config, "dtype", json_text(is_double ? "float64" : "float32"));
                put(config, "keras_history", reference(from));
                put(value, "class_name", json_text("__keras_tensor__"));
                put(value, "config", std::move(config));
                internals::add_to(values.parts, std::move(value));
            }
            // Merges and attention take a list; several arguments MultiHeadAttention alone.
            const bool in_list = node.reads.size() > 1 && node.layer.kind != "MultiHeadAttention";
            put(call, "args", in_list ? json_list({std::move(values)}) : std::move(values));
            Json besides;
            besides.kind = Json::is::object;
            for (const auto& option : network.nodes[placed.node].layer.options)
                if (option.name == "use_causal_mask" && option.value.number != 0)
                    put(besides, option.name, json_number(1, Json::is::boolean));
            put(call, "kwargs", std::move(besides));
            internals::add_to(made.parts, std::move(call));
        }
        return made;
    }

    const internals::Network& network;
    std::vector<PlacedLayer> layers;
    bool is_double;
};

}}} // namespace lamina::keras::detail
