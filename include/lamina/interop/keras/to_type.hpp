// lamina/interop/keras/to_type.hpp: the C++ of the model in a file of Keras, ready to paste.
//
// A chain of layers becomes a Sequential, anything else a struct: its fields have the layers' names, so that the paths of its variables are
// Keras's; its operator() has a line for each call. Models inside become Sequentials or structs in it. Includes all layers, so it is not part of
// lamina/keras.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/interop/keras/file.hpp>
#include <lamina/interop/keras/layer_type.hpp>
#include <lamina/interop/keras/merges.hpp>
#include <lamina/interop/keras/model_config.hpp>
#include <lamina/interop/keras/names.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras {

namespace detail {

/// Writes the type of one model, and of those inside.
class TypeWriter {
public:
    std::vector<std::string> notes{}; ///< what somebody has to see to

    /// The declaration of a model as a type of that name, indented by so many spaces.
    [[gnu::cold]] std::string declaration(const ModelConfig& model, std::string_view name, std::size_t indent)
    {
        const std::string space(indent, ' ');
        if (is_chain(model)) return internals::text_of({space, "using ", name, " = ", sequential(model, indent), ";\n"});
        return structure(model, name, indent);
    }

private:
    /// Layers one after another, each called once, that are no functions on values; models inside are such chains as well.
    [[gnu::cold]] static bool is_chain(const ModelConfig& model)
    {
        if (model.inputs.size() != 1 || model.outputs.size() != 1) return false;
        Reference last = model.inputs[0];
        for (const auto& [at, call] : model.order) {
            const LayerConfig& layer = model.layers[at];
            if (layer.calls.size() != 1 || layer.calls[0].arguments.size() != 1) return false;
            const Argument& argument = layer.calls[0].arguments[0];
            if (argument.is_number || argument.is_mask || !(argument.from == last) || is_merge(layer.kind)) return false;
            if (layer.is_model() && !is_chain(model.model_of(layer))) return false;
            last = {at, call};
        }
        return model.outputs[0] == last && model.order.size() + 1 == model.layers.size();
    }

    [[gnu::cold]] std::string sequential(const ModelConfig& model, std::size_t indent)
    {
        std::string text = internals::text_of({"Sequential<Input<", model.shape(model.inputs[0]), '>'});
        note_shape(model.shape(model.inputs[0]), model.layers[model.inputs[0].layer].name);
        std::size_t width = text.size();
        for (const auto& [at, call] : model.order) {
            const LayerConfig& layer = model.layers[at];
            const std::string one =
                !layer.is_model() ? layer_text(layer, layer.calls[call], true) : sequential(model.model_of(layer), indent + 4);
            const bool breaks = width + one.size() > 110;
            internals::append(text, {',', breaks ? "\n    " + std::string(indent, ' ') : " ", one});
            width = (breaks ? 0 : width) + one.size() + 2;
        }
        return text += '>';
    }

    /// The layer's type; what is wrong with it is noted.
    [[gnu::cold]] std::string layer_text(const LayerConfig& layer, const LayerCall& call, bool named)
    {
        const LayerType type = type_of_layer(layer, call, named);
        if (type.problem.empty()) return type.text;
        note({"layer \"", in_comment(layer.name), "\" is a ", in_comment(layer.kind), ": ", in_comment(type.problem),
              type.known ? "" : "; write a layer (docs/custom_layers.md) of that name"});
        return internals::text_of({"/* keras: ", in_comment(layer.kind), " */ ", type.text});
    }

    [[gnu::cold]] void note(std::initializer_list<internals::piece> parts)
    {
        internals::add_to(notes, internals::text_of(parts));
    }
    [[gnu::cold]] void note_shape(const Extents& shape, std::string_view of)
    {
        if (!shape.whole())
            note({"\"", in_comment(of), "\": the file does not say the whole shape, put it in place of the comment"});
    }

    /// Which calls the outputs need, other than for masks: those travel with their values here.
    [[gnu::cold]] static std::vector<std::vector<bool>> needed_calls(const ModelConfig& model)
    {
        std::vector<std::vector<bool>> all;
        for (const LayerConfig& layer : model.layers) internals::add_to(all, std::vector<bool>(layer.calls.size(), false));
        for (const Reference& output : model.outputs) all[output.layer][output.call] = true;
        for (std::size_t i = model.order.size(); i-- > 0;) {
            const auto& [at, call] = model.order[i];
            if (!all[at][call]) continue;
            for (const Argument& argument : model.layers[at].calls[call].arguments)
                if (!argument.is_number && !argument.is_mask) all[argument.from.layer][argument.from.call] = true;
        }
        return all;
    }

    /// One struct while it is written.
    struct Struct {
        const ModelConfig& model;
        std::string space;
        std::vector<std::string> taken{};
        std::vector<std::string> fields{};              ///< the identifier of each layer; empty where there is no field
        std::vector<std::vector<std::string>> values{}; ///< what each call gave, as it is called in operator()
    };

    [[gnu::cold]] std::string structure(const ModelConfig& model, std::string_view name, std::size_t indent)
    {
        Struct s{model, std::string(indent, ' ')};
        internals::add_to(s.taken, std::string(name));
        for (const Class& c : classes())
            if (c.kind == "layers" || c.kind == "activations")
                internals::add_to(s.taken, std::string(c.name)); // a field hides a class
        for (const LayerConfig& layer : model.layers) {
            internals::add_to(s.fields, std::string());
            internals::add_to(s.values, std::vector<std::string>(layer.calls.size()));
        }
        std::string parameters, shapes;
        for (const Reference& input : model.inputs) {
            const LayerConfig& layer = model.layers[input.layer];
            std::string& called = s.values[input.layer][0];
            called = new_identifier(layer.name, s.taken);
            internals::append(parameters, {parameters.empty() ? "" : ", ", "const auto& ", called});
            internals::append(shapes, {shapes.empty() ? "" : ", ", "Input<", model.shape(input), '>'});
            note_shape(model.shape(input), layer.name);
        }
        const std::string line = "\n" + s.space + "    ";
        const bool one = model.inputs.size() == 1;
        const std::vector<std::vector<bool>> needed = needed_calls(model);
        const std::string fields = all_fields(s, needed);
        const std::string body = all_calls(s, needed);
        return internals::text_of({s.space,
                                   "struct ",
                                   name,
                                   " {",
                                   line,
                                   one ? "using input = " : "using inputs = Inputs<",
                                   shapes,
                                   one ? ";\n" : ">;\n",
                                   fields,
                                   line,
                                   "auto operator()(",
                                   parameters,
                                   ") const",
                                   line,
                                   "{",
                                   body,
                                   line,
                                   "}\n",
                                   s.space,
                                   "};\n"});
    }

    /// Types of models inside, then the fields.
    [[gnu::cold]] std::string all_fields(Struct& s, const std::vector<std::vector<bool>>& needed)
    {
        std::string types, fields;
        for (const auto& [at, call] : s.model.order) {
            const LayerConfig& layer = s.model.layers[at];
            if (!needed[at][call] || !s.fields[at].empty() || (!layer.is_model() && is_merge(layer.kind))) continue;
            s.fields[at] = new_identifier(layer.name, s.taken);
            std::string type;
            if (layer.is_model() && is_chain(s.model.model_of(layer)))
                type = sequential(s.model.model_of(layer), s.space.size() + 4);
            else if (layer.is_model()) {
                type = s.fields[at];
                type[0] = static_cast<char>(is_lower(type[0]) ? type[0] - 'a' + 'A' : type[0]);
                type = new_identifier(type, s.taken);
                internals::append(types, {'\n', structure(s.model.model_of(layer), type, s.space.size() + 4)});
            }
            else type = bound_layer(layer, layer.calls[call]);
            const bool same = s.fields[at] == layer.name;
            internals::append(fields, {s.space, "    ", type, ' ', s.fields[at], ';', same ? "" : " // \"",
                                       same ? "" : in_comment(layer.name), same ? "" : "\"", '\n'});
        }
        return internals::text_of({types, '\n', fields});
    }

    /// The values that a layer is called with, without masks and numbers.
    [[gnu::cold]] static std::vector<const Argument*> values_of(const LayerCall& call)
    {
        std::vector<const Argument*> all;
        for (const Argument& argument : call.arguments)
            if (!argument.is_mask && !argument.is_number) internals::add_to(all, &argument);
        return all;
    }
    /// Attention on itself is called with one value.
    [[gnu::cold]] static bool is_of_one(const LayerCall& call)
    {
        const std::vector<const Argument*> values = values_of(call);
        for (const Argument* const one : values)
            if (!(one->from == values[0]->from)) return false;
        return !values.empty();
    }

    [[gnu::cold]] std::string bound_layer(const LayerConfig& layer, const LayerCall& call)
    {
        std::string text = layer_text(layer, call, false);
        if (is_of_one(call)) {
            const Extents& shape = values_of(call)[0]->shape;
            note_shape(shape, layer.name);
            return internals::text_of({text, "::on<", shape, '>'});
        }
        if (!layer.kind.ends_with("Attention") && class_of("layers", layer.kind))
            note({"layer \"", in_comment(layer.name), "\" is called with several values, lamina's takes one"});
        std::string inputs;
        for (const Argument* const one : values_of(call)) {
            note_shape(one->shape, layer.name);
            internals::append(inputs, {inputs.empty() ? "" : ", ", "Input<", one->shape, '>'});
        }
        return internals::text_of({text, "::on_inputs<", inputs, '>'});
    }

    [[gnu::cold]] static std::string value_name(const Struct& s, const Reference& of)
    {
        const std::string& called = s.values[of.layer][of.call];
        const LayerConfig& layer = s.model.layers[of.layer];
        const bool several = layer.is_model() && s.model.model_of(layer).outputs.size() > 1;
        return several ? internals::text_of({"std::get<", of.output, ">(", called, ')'}) : called;
    }

    [[gnu::cold]] std::string call_text(const Struct& s, std::size_t at, std::size_t which)
    {
        const LayerConfig& layer = s.model.layers[at];
        const LayerCall& call = layer.calls[which];
        std::vector<std::string> values;
        for (const Argument& argument : call.arguments)
            if (argument.is_number && s.fields[at].empty()) internals::add_to(values, shortest_text(argument.number) + 'f');
            else if (!argument.is_number && !argument.is_mask) internals::add_to(values, value_name(s, argument.from));
        if (!s.fields[at].empty()) {
            if (!layer.is_model() && is_of_one(call)) values.resize(1);
            return internals::text_of({s.fields[at], '(', between(values, ", "), ')'});
        }
        std::string problem;
        std::string text = merged(layer.kind, *layer.config, call, values, problem);
        if (!problem.empty()) note({"layer \"", in_comment(layer.name), "\": ", in_comment(problem)});
        return text;
    }

    [[gnu::cold]] std::string all_calls(Struct& s, const std::vector<std::vector<bool>>& needed)
    {
        std::string body;
        const std::string line = "\n" + s.space + "        ";
        for (const auto& [at, call] : s.model.order) {
            if (!needed[at][call]) continue;
            const std::string text = call_text(s, at, call);
            std::string name = internals::text_of({"h_", letters_of(s.model.layers[at].name)});
            if (call > 0) internals::append(name, {'_', call});
            s.values[at][call] = new_identifier(name, s.taken);
            internals::append(body, {line, "const auto ", s.values[at][call], " = ", text, ';'});
        }
        std::string outputs;
        for (const Reference& output : s.model.outputs)
            internals::append(outputs, {outputs.empty() ? "" : ", ", value_name(s, output)});
        const bool one = s.model.outputs.size() == 1;
        internals::append(body, {line, "return ", one ? "" : "std::tuple{", outputs, one ? ";" : "};"});
        return body;
    }
};

} // namespace detail

/// The C++ of the model in a config of Keras, `model.to_json()`: `using Model = Sequential<…>;` or `struct Model { … };`, and behind it as
/// comments what has to be seen to: layers that lamina does not have, shapes that the file does not say.
///
/// Refuses   what is no config of a whole model, Python code in it (Lambda), a name that is no identifier.
/// Example   std::string type = keras::to_type_of(R"({"class_name": "Sequential", "config": {"layers": []}})", "Net");
[[gnu::cold]] inline std::string to_type_of(std::string_view json, std::string_view name = "Model",
                                            std::string_view called = "config")
{
    if (detail::identifier(name) != name)
        internals::fail({"to_type: the name \"", name, "\" is no identifier of C++; give letters, digits and underscores"});
    const detail::Json config = detail::parse_json(json, called);
    const detail::ModelConfig model = detail::ModelReader(called).read(config);
    detail::TypeWriter writer;
    std::string text = writer.declaration(model, name, 0);
    if (!writer.notes.empty()) text += "\n// What is left to do:\n";
    for (const std::string& note : writer.notes) internals::append(text, {"// - ", note, '\n'});
    return text;
}

/// The same of a file, .h5 or .keras, whatever it is called: `std::puts(keras::to_type("lenet5.keras").c_str())`.
///
/// Refuses   besides a file without a config, which .weights.h5 is.
/// Example   std::string type = keras::to_type("lenet5.keras", "LeNet5");
LAMINA_OUTLINED inline std::string to_type(const internals::FilePath& file, std::string_view name = "Model")
{
    const File opened = read(file);
    if (opened.config.empty())
        internals::fail(
            {opened.name, ": holds weights and does not say of what model; give the file of model.save(path), .keras or .h5"});
    return to_type_of(opened.config, name, opened.name);
}

}}} // namespace lamina::keras
