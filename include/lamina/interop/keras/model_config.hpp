// lamina/interop/keras/model_config.hpp: the layers of a model in a config of Keras, and which of them is called with what.
//
// A Sequential and a functional model become the same: layers, calls in the order in which they can be computed, inputs and outputs. Configs
// of Keras 3 say the shape of every value, those of Keras 2 do not: then it is worked out from the inputs (layer_shapes.hpp). A file is
// judged while it is read: what it refers to is there, and nothing waits for itself. Python code in it is refused and never run.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/interop/keras/extents.hpp>
#include <lamina/interop/keras/json.hpp>
#include <lamina/interop/keras/layer_shapes.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

/// What a call of a layer gave.
struct Reference {
    std::size_t layer = 0, call = 0, output = 0;
    bool operator==(const Reference&) const = default;
};

/// What a layer is called with: a value, or a number.
struct Argument {
    Reference from{};
    bool is_number = false, is_mask = false;
    double number = 0;
    std::string_view name{}; ///< query, value, key, where it is given by name
    Extents shape{};
};

struct LayerCall {
    std::vector<Argument> arguments{};
    const Json* options = nullptr; ///< what it is called with besides: training, use_causal_mask
    std::vector<Extents> outputs{};
    bool ready = false;
};

struct LayerConfig {
    std::string_view kind, name;
    const Json* config = nullptr;
    std::vector<LayerCall> calls{};
    std::size_t first_call = 0;          ///< the number of its first call in lists: that of a functional model as a layer is 1
    std::size_t place = ~std::size_t{0}; ///< of a model as a layer: where it stands among those inside

    bool is_input() const { return kind == "InputLayer"; }
    bool is_model() const { return place != ~std::size_t{0}; }
};

/// A model as a config has it; it refers to the JSON, which has to stay.
struct ModelConfig {
    std::string_view kind, name;
    std::vector<LayerConfig> layers{};
    std::vector<std::pair<std::size_t, std::size_t>> order{}; ///< layer and call
    std::vector<Reference> inputs{}, outputs{};
    std::vector<ModelConfig> inside{};

    const ModelConfig& model_of(const LayerConfig& layer) const { return inside[layer.place]; }
    const Extents& shape(const Reference& of) const
    {
        static const Extents unknown;
        const auto& outputs_of_call = layers[of.layer].calls[of.call].outputs;
        return of.output < outputs_of_call.size() ? outputs_of_call[of.output] : unknown;
    }
};

[[gnu::cold]] inline bool is_model_class(std::string_view kind)
{
    return kind == "Sequential" || kind == "Functional" || kind == "Model";
}

/// Reads one model; `called` is what errors call the file.
class ModelReader {
public:
    explicit ModelReader(std::string_view file) : called(file) {}

    [[gnu::cold]] ModelConfig read(const Json& from) const
    {
        const std::string_view kind = from["class_name"].words();
        if (!is_model_class(kind))
            internals::fail({called, ": is of the class \"", kind,
                             "\", a Sequential or a functional model was needed; a class of one's own is not in the file"});
        const Json& config = from["config"];
        const Json& layers =
            config.is_list() ? config : config["layers"]; // Keras 1 and early versions of 2 list the layers of a Sequential
        if (!layers.is_list())
            internals::fail({called, ": the ", kind, " has no list of layers; save the whole model, model.save(…)"});
        ModelConfig made;
        made.kind = kind;
        made.name = config["name"].words();
        if (kind == "Sequential") chain(made, layers, config, from);
        else graph(made, layers, config);
        return made;
    }

private:
    [[gnu::cold]] LayerConfig layer_of(ModelConfig& to, const Json& from) const
    {
        LayerConfig made;
        made.kind = from["class_name"].words();
        made.config = &from["config"];
        made.name = from["name"].is_text() ? from["name"].words() : (*made.config)["name"].words();
        if (made.kind.empty()) internals::fail({called, ": layer \"", made.name, "\" has no class_name; the config is damaged"});
        if (made.kind == "Lambda" || has_code(from)) refuse_code(made.name);
        const bool lists = made.config->is_list() || (*made.config)["layers"].is_list();
        if (is_model_class(made.kind) && lists) {
            made.place = to.inside.size();
            internals::add_to(to.inside, read(from));
        }
        return made;
    }

    [[noreturn, gnu::cold]] void refuse_code(std::string_view layer) const
    {
        internals::fail({called, ": layer \"", layer,
                         "\" holds Python code, which is never run here; replace it by layers of Keras and save again"});
    }

    /// Code that Python has packed (marshal) as a function, in place of a name.
    [[gnu::cold]] static bool has_code(const Json& from)
    {
        if (from["class_name"].words() == "__lambda__" || from["class_name"].words() == "Lambda") return true;
        for (const Json& part : from.parts)
            if (has_code(part)) return true;
        return false;
    }

    [[gnu::cold]] static Extents shape_of_input(const Json& config)
    {
        for (const char* name : {"batch_shape", "batch_input_shape"})
            if (config[name].is_list()) return sample_extents(config[name]);
        return {};
    }

    [[gnu::cold]] static void add_input(ModelConfig& to, LayerConfig layer, const Extents& shape)
    {
        LayerCall call;
        call.outputs = {shape};
        call.ready = true;
        internals::add_to(layer.calls, std::move(call));
        internals::add_to(to.inputs, {to.layers.size()});
        internals::add_to(to.layers, std::move(layer));
    }

    [[gnu::cold]] void chain(ModelConfig& to, const Json& layers, const Json& config, const Json& from) const
    {
        for (const Json& entry : layers.parts) {
            LayerConfig layer = layer_of(to, entry);
            if (layer.is_input() && to.layers.empty()) {
                add_input(to, std::move(layer), shape_of_input(*layer.config));
                continue;
            }
            if (layer.is_input())
                internals::fail({called, ": layer \"", layer.name,
                                 "\" of a Sequential is an input behind other layers; the config is damaged"});
            if (to.layers.empty()) { // none is listed: the model or its first layer says the shape
                LayerConfig input;
                input.kind = "InputLayer";
                input.name = "x";
                input.config = &Json::none();
                Extents shape = shape_of_input(*layer.config);
                if (!shape.known) shape = sample_extents(config["build_input_shape"]);
                if (!shape.known) shape = sample_extents(from["build_config"]["input_shape"]);
                add_input(to, std::move(input), shape);
            }
            LayerCall call;
            Argument argument;
            argument.from = to.outputs.empty() ? to.inputs[0] : to.outputs[0];
            argument.shape = to.shape(argument.from);
            if (!argument.shape.known) argument.shape = sample_extents(entry["build_config"]["input_shape"]);
            internals::add_to(call.arguments, std::move(argument));
            internals::add_to(layer.calls, std::move(call));
            to.outputs = {{to.layers.size()}};
            internals::add_to(to.layers, std::move(layer));
            finish(to, to.layers.size() - 1, 0);
        }
        if (to.outputs.empty())
            internals::fail({called, ": the Sequential \"", to.name, "\" has no layers; nothing can be made of it"});
    }

    /// A call whose arguments are there: the shapes that it gives.
    [[gnu::cold]] static void finish(ModelConfig& to, std::size_t layer, std::size_t call)
    {
        LayerConfig& of = to.layers[layer];
        LayerCall& made = of.calls[call];
        std::vector<Extents> in;
        for (const Argument& argument : made.arguments)
            if (!argument.is_number && !argument.is_mask) internals::add_to(in, argument.shape);
        if (!of.is_model()) made.outputs = {output_of(of.kind, *of.config, in)};
        else
            for (const Reference& output : to.model_of(of).outputs)
                internals::add_to(made.outputs, to.model_of(of).shape(output));
        made.ready = true;
        internals::add_to(to.order, {layer, call});
    }

    /// A number of an entry, ["conv", 0, 0]; more than there can be where it is none.
    static std::size_t index_of(const Json& from) { return static_cast<std::size_t>(length_of(from)); }
    static bool is_reference(const Json& from)
    {
        return from.is_list() && from.parts.size() >= 3 && from[0].is_text() && from[1].is_number() && from[2].is_number();
    }

    /// ["conv", 0, 0]. In lists, which Keras 3 has for outputs alone, calls of a model are counted with the one that it was made by.
    [[gnu::cold]] Reference reference(const ModelConfig& to, const Json& from, std::size_t near, bool in_list) const
    {
        const std::string_view name = from[0].words();
        std::size_t at = to.layers.size();
        for (std::size_t i = 0; i < to.layers.size() && at == to.layers.size(); ++i) // most are named shortly before
            if (const std::size_t place = (near + to.layers.size() - i) % to.layers.size(); to.layers[place].name == name)
                at = place;
        std::size_t call = index_of(from[1]);
        if (in_list && at < to.layers.size() && call >= to.layers[at].first_call) call -= to.layers[at].first_call;
        if (at == to.layers.size() || call >= to.layers[at].calls.size())
            internals::fail({called, ": a layer is called with what call ", from[1], " of \"", name,
                             "\" gave, which is not there; the config is damaged"});
        return {at, call, index_of(from[2])};
    }

    /// All values in the arguments of a call, in their order.
    [[gnu::cold]] void add_arguments(const ModelConfig& to, LayerCall& call, const Json& from, std::size_t near,
                                     std::string_view name) const
    {
        Argument argument;
        argument.name = name;
        argument.is_mask = name == "mask" || name.ends_with("_mask");
        if (from["class_name"].words() == "__keras_tensor__" || is_reference(from)) {
            const Json& keras_3 = from["config"];
            const Json& history = keras_3.is_object() ? keras_3["keras_history"] : from;
            if (!is_reference(history))
                internals::fail(
                    {called, ": a value of layer \"", to.layers[near].name, "\" has no history; the config is damaged"});
            argument.from = reference(to, history, near, !keras_3.is_object());
            argument.shape = sample_extents(keras_3["shape"]);
            internals::add_to(call.arguments, std::move(argument));
            for (std::size_t i = 3; i < from.parts.size(); ++i) add_named(to, call, from.parts[i], near); // Keras 2
        }
        else if (from.is_number() && name.empty()) {
            argument.is_number = true;
            argument.number = from.number;
            internals::add_to(call.arguments, std::move(argument));
        }
        else if (from.is_list())
            for (const Json& part : from.parts) add_arguments(to, call, part, near, name);
    }
    [[gnu::cold]] void add_named(const ModelConfig& to, LayerCall& call, const Json& from, std::size_t near) const
    {
        if (!from.is_object()) return;
        call.options = &from;
        for (const Json& part : from.parts) add_arguments(to, call, part, near, part.name);
    }

    [[gnu::cold]] std::vector<Reference> references(const ModelConfig& to, const Json& from) const
    {
        if (is_reference(from)) return {reference(to, from, 0, true)};
        std::vector<Reference> all;
        for (const Json& part : from.parts)
            for (const Reference& one : references(to, part)) internals::add_to(all, one);
        return all;
    }

    [[gnu::cold]] void graph(ModelConfig& to, const Json& layers, const Json& config) const
    {
        std::vector<const Json*> nodes;
        for (const Json& entry : layers.parts) {
            LayerConfig layer = layer_of(to, entry);
            internals::add_to(nodes, &entry["inbound_nodes"]);
            if (layer.is_input()) {
                const Extents shape = shape_of_input(*layer.config);
                add_input(to, std::move(layer), shape);
                continue;
            }
            layer.calls.resize(nodes.back()->parts.size());
            internals::add_to(to.layers, std::move(layer));
        }
        bool says_args = false; // Keras 3
        for (const Json* const calls : nodes)
            for (const Json& call : calls->parts) says_args = says_args || call["args"].is_list();
        for (LayerConfig& layer : to.layers) {
            const bool from_input = (*layer.config)["layers"][0]["class_name"].words() == "InputLayer";
            if (layer.is_model() && (layer.kind != "Sequential" || (!says_args && from_input))) layer.first_call = 1;
        }
        for (std::size_t i = 0; i < to.layers.size(); ++i)
            for (std::size_t call = 0; !to.layers[i].is_input() && call < to.layers[i].calls.size(); ++call) {
                const Json& node = nodes[i]->parts[call];
                if (node["args"].is_list()) add_arguments(to, to.layers[i].calls[call], node["args"], i, {});
                else add_arguments(to, to.layers[i].calls[call], node, i, {});
                add_named(to, to.layers[i].calls[call], node["kwargs"], i);
            }
        put_in_order(to);
        if (const std::vector<Reference> said = references(to, config["input_layers"]); !said.empty()) to.inputs = said;
        to.outputs = references(to, config["output_layers"]);
        if (to.inputs.empty() || to.outputs.empty())
            internals::fail({called, ": the model \"", to.name, "\" has no inputs or no outputs; the config is damaged"});
        for (const Reference& input : to.inputs)
            if (!to.layers[input.layer].is_input())
                internals::fail({called, ": the input \"", to.layers[input.layer].name,
                                 "\" is no InputLayer; make the model with keras.Input"});
    }

    /// Whether all that a call takes is there; fills in shapes that the file does not say.
    [[gnu::cold]] static bool can_be_called(const ModelConfig& of, LayerCall& call)
    {
        for (const Argument& argument : call.arguments)
            if (!argument.is_number && !of.layers[argument.from.layer].calls[argument.from.call].ready) return false;
        for (Argument& argument : call.arguments)
            if (!argument.is_number && !argument.shape.known) argument.shape = of.shape(argument.from);
        return true;
    }

    [[gnu::cold]] void put_in_order(ModelConfig& to) const
    {
        std::size_t left = 0, before = 0;
        for (const LayerConfig& layer : to.layers)
            for (const LayerCall& call : layer.calls) left += call.ready ? 0 : 1;
        for (; left > 0 && left != before;) {
            before = left;
            for (std::size_t i = 0; i < to.layers.size(); ++i)
                for (std::size_t call = 0; call < to.layers[i].calls.size(); ++call) {
                    LayerCall& one = to.layers[i].calls[call];
                    if (one.ready || !can_be_called(to, one)) continue;
                    finish(to, i, call);
                    --left;
                }
        }
        if (left > 0) internals::fail({called, ": ", left, " calls of layers wait for each other; the config is damaged"});
    }

    std::string_view called;
};

}}} // namespace lamina::keras::detail
