// lamina/interop/keras/describe.hpp: what a file of Keras holds, as a table: layers, shapes, options, optimizer, what it was compiled with.
//
// Options are told by the lists of lamina's layers, so it includes all of them and is not part of lamina/keras.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/interop/keras/file.hpp>
#include <lamina/interop/keras/layer_type.hpp>
#include <lamina/interop/keras/model_config.hpp>
#include <lamina/interop/printable.hpp>
#include <lamina/models/summary.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras {

namespace detail {

using internals::printable;

/// What `compile` was given for losses and metrics: a text, an object, a function, or lists of them: `mse, mse`.
[[gnu::cold]] inline void print_compiled(std::string& to, const Json& from)
{
    std::string_view text = from.words();
    if (from.is_object() && from.find("class_name"))
        text = from["class_name"].words() == "function" ? from["config"].words() : from["class_name"].words();
    else
        for (const Json& part : from.parts) print_compiled(to, part);
    if (!text.empty()) internals::append(to, {to.empty() ? "" : ", ", printable(text)});
}

/// Collects the rows of a table of a model.
class Description {
public:
    std::vector<internals::table_row> rows{{"Layer (type)", "Output shape", "Param #", "Options", ""}};
    std::size_t parameters = 0;

    /// `weights` are those of the file's layers; null where it has none.
    [[gnu::cold]] void add(const ModelConfig& model, const std::string& path, const std::vector<FileLayer>* weights)
    {
        std::vector<bool> told(model.layers.size(), false);
        for (const Reference& input : model.inputs) add(model, input.layer, 0, path, weights, told);
        for (const auto& [layer, call] : model.order) add(model, layer, call, path, weights, told);
    }

    /// Of a file that holds weights alone: each layer and what is inside.
    [[gnu::cold]] void add(const std::vector<FileLayer>& weights, const std::string& path)
    {
        for (const FileLayer& layer : weights) {
            const std::string name = internals::text_of({path, layer.name.empty() ? layer.group : layer.name});
            std::string shapes;
            for (const auto& variable : layer.variables)
                internals::append(shapes, {shapes.empty() ? "" : ", ", internals::extents_text{variable.shape}});
            if (path.empty()) parameters += count(layer);
            internals::add_to(rows, {printable(name), shapes, internals::with_commas(count(layer)), "", ""});
            add(layer.inside, name + '/');
        }
    }

private:
    [[gnu::cold]] static std::size_t count(const FileLayer& layer)
    {
        std::size_t numbers = 0;
        for (const auto& variable : layer.variables) {
            std::size_t size = 1;
            for (const std::size_t extent : variable.shape) size *= extent;
            numbers += size;
        }
        for (const FileLayer& inner : layer.inside) numbers += count(inner);
        return numbers;
    }

    [[gnu::cold]] static std::string options_of(const LayerConfig& layer, const LayerCall& call)
    {
        const Class* const c = class_of("layers", layer.kind);
        if (!c)
            return layer.is_input() || layer.is_model()  ? ""
                   : layer.calls[0].arguments.size() > 1 ? ""
                                                         : "(lamina has no such class)";
        std::string text, problem;
        const Json config = plain_config(*layer.config, layer.kind, call);
        for (const protocols::Option& option : read_config(*c, config, problem))
            if (option.value.kind != protocols::value_is::nothing && !(option.value == option.usual))
                internals::append(text, {text.empty() ? "" : ", ", option.name, '=', option.value});
        if (!problem.empty()) internals::append(text, {text.empty() ? "(" : " (", problem, ')'});
        return printable(text);
    }

    [[gnu::cold]] void add(const ModelConfig& model, std::size_t at, std::size_t which, const std::string& path,
                           const std::vector<FileLayer>* weights, std::vector<bool>& told)
    {
        const LayerConfig& layer = model.layers[at];
        if (told[at]) return;
        told[at] = true;
        const LayerCall& call = layer.calls[which];
        const FileLayer* found = nullptr;
        if (weights)
            for (const FileLayer& one : *weights)
                if (one.name == layer.name) found = &one;
        std::string shape, size = weights ? "0" : "";
        for (const Extents& output : call.outputs) append_shape(shape, output);
        if (found) size = internals::with_commas(count(*found));
        if (found && path.empty()) parameters += count(*found);
        std::string name = internals::text_of({path, layer.name, " (", layer.kind, ')'});
        if (layer.calls.size() > 1) internals::append(name, {", called ", layer.calls.size(), " times"});
        internals::add_to(rows, {printable(name), shape, size, options_of(layer, call), ""});
        if (!layer.is_model()) return;
        const bool apart = found && !found->inside.empty(); // else .h5, which puts the variables of all of them together
        add(model.model_of(layer), internals::text_of({path, layer.name, '/'}), apart ? &found->inside : nullptr);
    }

    /// `[8, 8, 3]`; what is not known as a question mark.
    [[gnu::cold]] static void append_shape(std::string& to, const Extents& shape)
    {
        internals::append(to, {to.empty() ? "" : ", ", shape.known ? "[" : "?"});
        for (std::size_t i = 0; i < shape.sizes.size(); ++i) {
            if (i > 0) internals::print(to, ", ");
            if (shape.sizes[i] == any_length) internals::print(to, '?');
            else internals::print(to, shape.sizes[i]);
        }
        if (shape.known) internals::print(to, ']');
    }
};

/// `optimizer adam, learning_rate 0.001, at step 20625`, `compiled with mse, accuracy`.
[[gnu::cold]] inline std::string compiled_text(const Json& compiled, const std::vector<protocols::file_tensor>& optimizer)
{
    std::string text;
    const Json& made = compiled["optimizer"].is_object() ? compiled["optimizer"] : compiled["optimizer_config"];
    const auto is_one = [&](std::size_t i, bool real) {
        return optimizer.size() > i && optimizer[i].shape.empty() && optimizer[i].foreign.empty() && optimizer[i].size() == 1 &&
               (optimizer[i].type == dtype::float32 || optimizer[i].type == dtype::float64) == real;
    };
    if (made.is_object() || !optimizer.empty()) {
        std::string name;
        for (const char letter : made["class_name"].words())
            name += static_cast<char>(is_upper(letter) ? letter - 'A' + 'a' : letter);
        internals::append(text, {" optimizer ", name.empty() ? "of a class that the file does not say" : printable(name)});
        const Json& rate = made["config"]["learning_rate"];
        if (is_one(1, true)) internals::append(text, {", learning_rate ", optimizer[1].as<double>()[0]});
        else if (rate.is_number()) internals::append(text, {", learning_rate ", rate.number});
        else if (rate.is_object()) internals::append(text, {", learning_rate ", printable(rate["class_name"].words())});
        if (is_one(0, false)) internals::append(text, {", at step ", optimizer[0].as<long long>()[0]});
        internals::print(text, '\n');
    }
    std::string losses;
    for (const char* what : {"loss", "metrics", "weighted_metrics"}) print_compiled(losses, compiled[what]);
    if (!losses.empty()) internals::append(text, {" compiled with ", losses, '\n'});
    return text;
}

/// The description of a file that was opened.
[[gnu::cold]] inline std::string description_of(const File& file, bool has_weights)
{
    std::string text;
    Description table;
    if (file.config.empty()) {
        text = "weights alone";
        table.rows[0] = {"Layer", "Variables", "Param #", "", ""};
        table.add(file.layers, {});
    }
    else {
        const Json config = parse_json(file.config, file.name);
        const ModelConfig model = ModelReader(file.name).read(config);
        internals::append(text, {printable(model.kind), " \"", printable(model.name), '"'});
        table.add(model, {}, has_weights ? &file.layers : nullptr);
    }
    if (!file.version.empty()) internals::append(text, {", Keras ", printable(file.version)});
    internals::append(text, {'\n', internals::boxed(table.rows, file.config.empty() ? "llr" : "llrl")});
    if (has_weights) internals::append(text, {" Total params: ", internals::with_commas(table.parameters), '\n'});
    if (!file.compiled.empty() || !file.optimizer.empty()) {
        const Json compiled = file.compiled.empty() ? Json() : parse_json(file.compiled, file.name);
        text += compiled_text(compiled, file.optimizer);
    }
    return text;
}

} // namespace detail

/// A config of Keras as a table: its layers, shapes and options. Has no numbers of parameters, which a file tells.
///
/// Refuses   what `keras::to_type_of` refuses.
/// Example   std::string table = keras::describe_config(R"({"class_name": "Sequential", "config": {"layers": []}})");
[[gnu::cold]] inline std::string describe_config(std::string_view json, std::string_view called = "config")
{
    File file{std::string(called), File::form::archive, std::string(json)};
    const detail::Json all = detail::parse_json(json, called);
    if (const detail::Json& compiled = all["compile_config"]; compiled.is_object())
        file.compiled = internals::text_of({compiled});
    return detail::description_of(file, false);
}

/// What a file of Keras, .h5, .weights.h5 or .keras, holds: a table of its layers as `summary` has it, with the options that differ from Keras's
/// defaults; the optimizer, its learning rate and step; losses and metrics.
///
/// Refuses   what `keras::load` refuses of a file; Python code in it.
/// Example   std::string table = keras::describe("lenet5.keras");
LAMINA_OUTLINED inline std::string describe(const internals::FilePath& file) { return detail::description_of(read(file), true); }

}}} // namespace lamina::keras
