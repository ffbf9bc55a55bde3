// lamina/interop/keras/save.hpp: models as files that Keras opens: .keras, .h5 and .weights.h5.
//
// Source: Keras 3.15, saving/saving_lib.py and legacy/saving/legacy_h5_format.py.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/formats/hdf5/writer.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/formats/zip_writer.hpp>
#include <lamina/interop/keras/json.hpp>
#include <lamina/interop/keras/optimizer.hpp>
#include <lamina/interop/keras/order.hpp>
#include <lamina/interop/keras/write_config.hpp>
#include <lamina/interop/layout.hpp>
#include <lamina/models/network.hpp>
#include <lamina/training/trainer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras {

/// How a model is saved.
struct SaveOptions {
    std::string name{}; ///< of the model in Keras; "sequential" or "functional" where nothing is said
};

namespace detail {

inline constexpr std::string_view written_version = "3.15.1"; ///< of Keras, whose form it is

/// Where the variables of a layer lie in its group: behind `cell`, `forward_layer/cell`, `query_dense`, …. One entry a variable.
[[gnu::cold]] inline std::vector<std::string> places_inside(const LayerView& layer)
{
    constexpr std::string_view dense[] = {"query_dense", "key_dense", "value_dense", "output_dense"};
    const auto is_recurrent = [](std::string_view kind) {
        return kind == "LSTM" || kind == "GRU" || kind == "SimpleRNN" || kind == "RNN";
    };
    const auto* const inner = internals::option_of(layer, "layer");
    const std::string_view cell = is_recurrent(inner ? inner->text : layer.kind) ? "cell" : "";
    std::vector<std::string> places;
    const std::size_t count = layer.variables.size();
    for (std::size_t i = 0; i < count; ++i) {
        std::string_view above;
        if (layer.kind == "Bidirectional") above = i < count / 2 ? "forward_layer" : "backward_layer";
        else if (layer.kind == "TimeDistributed") above = "layer";
        else if (layer.kind == "MultiHeadAttention") above = dense[4 * i / count];
        places.push_back(internals::text_of({above, above.empty() || cell.empty() ? "" : "/", cell}));
    }
    return places;
}

/// The numbers of a variable.
[[gnu::cold]] inline protocols::file_tensor numbers_of(const internals::FoundVariable& found)
{
    if (!found.variable->bound()) internals::refuse_unbound(*found.variable, found.path, "keras::save: ");
    return internals::array_of_record(*found.variable->storage());
}

/// Keras counts the batches that a Normalization was adapted to: a variable that lamina has not.
[[gnu::cold]] inline bool has_count(const LayerView& layer) { return layer.kind == "Normalization" && !layer.variables.empty(); }

/// Groups `layers/conv2d_1/vars/0`, as .weights.h5 and .keras have them.
[[gnu::cold]] inline void put_groups(hdf5::Writer& to, const internals::Network& network, const std::string& above,
                                     std::size_t path = 0)
{
    for (const PlacedLayer& placed : placed_layers(network, path)) {
        const internals::NetworkNode& node = network.nodes[placed.node];
        const std::string group = internals::text_of({above, "layers/", placed.group, '/'});
        to.text(group + "vars", "name", placed.name);
        if (!node.inside.empty()) put_groups(to, node.inside[0], group, node.layer.path.size() + 1);
        const auto places = places_inside(node.layer);
        for (std::size_t i = 0; i < places.size(); ++i) {
            const auto before = std::count(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(i), places[i]);
            to.dataset(internals::text_of({group, places[i], places[i].empty() ? "" : "/", "vars/", before}),
                       numbers_of(node.layer.variables[i]));
        }
        if (has_count(node.layer)) to.dataset(internals::text_of({group, "vars/", places.size()}), one_number(std::int32_t{0}));
    }
}

/// The variables of a layer, and of a model inside, that are trained, or all others: in this order Layer.weights of a .h5 has them. `path` is
/// what Keras calls the layer: sequential/body.
[[gnu::cold]] inline void collect(const internals::NetworkNode& node, const std::string& path, bool trained,
                                  std::vector<internals::FoundVariable>& to)
{
    for (const auto& found : node.layer.variables) {
        if ((!found.variable->needs().as.observed && !is_frozen(node.layer)) != trained) continue;
        const std::size_t above = node.layer.path.size();
        to.push_back(
            {internals::text_of({path, above == 0 ? "/" : "", std::string_view(found.path).substr(above)}), found.variable});
    }
    if (node.inside.empty()) return;
    for (const PlacedLayer& placed : placed_layers(node.inside[0], node.layer.path.size() + 1))
        collect(node.inside[0].nodes[placed.node], internals::text_of({path, '/', placed.name}), trained, to);
}

/// A list of names, split as Keras does where it is long.
[[gnu::cold]] inline void put_list(hdf5::Writer& to, const std::string& group, std::string_view name,
                                   std::vector<std::string> texts)
{
    constexpr std::size_t most = 2000; // 16 bytes each, of 64 KB
    if (texts.size() <= most) return to.texts(group, name, std::move(texts));
    for (std::size_t first = 0, part = 0; first < texts.size(); first += most, ++part) {
        const auto from = texts.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = texts.begin() + static_cast<std::ptrdiff_t>(std::min(texts.size(), first + most));
        to.texts(group, internals::text_of({name, part}), {from, end});
    }
}

/// What is saved, without its type.
struct Saved {
    internals::Network network;
    std::string name;
    Json compiled{};                                 ///< nothing where the model was not compiled
    std::string_view optimizer{};                    ///< the optimizer's name
    std::vector<protocols::file_tensor> variables{}; ///< the optimizer's, in Keras's order
};

[[gnu::cold]] inline bool is_double(const internals::Network& network)
{
    for (const auto& node : network.nodes) {
        for (const auto& found : node.layer.variables)
            if (found.variable->needs().type == dtype::float64) return true;
        if (!node.inside.empty() && is_double(node.inside[0])) return true;
    }
    return false;
}

[[gnu::cold]] inline std::string weights_bytes(const Saved& saved)
{
    hdf5::Writer to;
    to.text("vars", "name", saved.name);
    put_groups(to, saved.network, "");
    for (std::size_t i = 0; i < saved.variables.size(); ++i)
        to.dataset(internals::text_of({"optimizer/vars/", i}), saved.variables[i]);
    if (!saved.variables.empty()) to.text("optimizer/vars", "name", saved.optimizer);
    return to.bytes();
}

[[gnu::cold]] inline std::string whole_bytes(const Saved& saved)
{
    hdf5::Writer to;
    Json config = ConfigWriter(saved.network, is_double(saved.network)).write(saved.name);
    to.text("", "model_config", internals::text_of({config}));
    std::vector<std::string> layers;
    for (const PlacedLayer& placed : placed_layers(saved.network)) {
        const std::string group = internals::text_of({"model_weights/", placed.name});
        const std::string path = internals::text_of({saved.name, '/', placed.name});
        std::vector<internals::FoundVariable> variables;
        collect(saved.network.nodes[placed.node], path, true, variables);
        collect(saved.network.nodes[placed.node], path, false, variables);
        std::vector<std::string> names;
        for (const auto& found : variables) {
            names.push_back(found.path);
            to.dataset(internals::text_of({group, '/', found.path}), numbers_of(found));
        }
        if (has_count(saved.network.nodes[placed.node].layer)) {
            names.push_back(internals::text_of({saved.name, '/', placed.name, "/count"}));
            to.dataset(internals::text_of({group, '/', names.back()}), one_number(std::int32_t{0}));
        }
        to.group(group);
        put_list(to, group, "weight_names", std::move(names));
        layers.push_back(placed.name);
    }
    put_list(to, "model_weights", "layer_names", std::move(layers));
    to.texts("model_weights/top_level_model_weights", "weight_names", {});
    for (const char* group : {"", "model_weights"}) {
        to.text(group, "backend", "tensorflow");
        to.text(group, "keras_version", written_version);
    }
    return to.bytes();
}

[[gnu::cold]] inline std::string archive_bytes(const internals::FilePath& path, const Saved& saved)
{
    Json config = ConfigWriter(saved.network, is_double(saved.network)).write(saved.name), metadata;
    if (!saved.compiled.is_nothing()) put(config, "compile_config", saved.compiled);
    put(metadata, "keras_version", json_text(written_version));
    put(metadata, "date_saved", json_text("1980-01-01@00:00:00")); // the same model is the same bytes
    zipped::Writer archive(path);
    archive.add("metadata.json", internals::text_of({metadata}));
    archive.add("config.json", internals::text_of({config}));
    archive.add("model.weights.h5", weights_bytes(saved));
    return archive.bytes();
}

[[gnu::cold]] inline void save(Saved saved, const internals::FilePath& path, const SaveOptions& how)
{
    const std::string_view file = path.string();
    internals::refuse_variables_outside(saved.network, "keras::save");
    saved.name = !how.name.empty() ? how.name : is_chain(saved.network) ? "sequential" : "functional";
    if (saved.name.find('/') != std::string::npos)
        internals::fail({"keras::save: the name \"", saved.name, "\" has a slash; leave it out"});
    if (!saved.variables.empty() && !file.ends_with(".keras"))
        internals::fail(
            {file, ": only a .keras keeps an optimizer, since Keras does not bring it back from .h5; save it as .keras"});
    std::string bytes;
    if (file.ends_with(".keras")) bytes = archive_bytes(path, saved);
    else if (file.ends_with(".weights.h5")) bytes = weights_bytes(saved);
    else if (file.ends_with(".h5") || file.ends_with(".hdf5")) bytes = whole_bytes(saved);
    else
        internals::fail({file, ": ends in none of .keras, .h5 and .weights.h5, by which Keras tells its files apart; rename it"});
    internals::write_file_atomically(path, bytes);
}

} // namespace detail

/// Saves a model as a file that Keras opens, by its ending: `.keras` and `.h5` with the layers and their weights, for
/// `keras.models.load_model`, `.weights.h5` with the weights alone, for `model.load_weights`. Layers have Keras's automatic names, or their own.
///
/// Refuses  an unbound variable; for .keras and .h5 what Keras has no layer for; another ending. An older file is as it was then.
template <class Model> LAMINA_OUTLINED void save(const Model& model, const internals::FilePath& path, const SaveOptions& how = {})
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>) detail::save({internals::network_of(model), {}}, path, how);
}

/// Saves a model with its optimizer and what that remembers, as a .keras that Keras trains on: `keras::save(model, trainer.optimizer(), "a.keras")`.
/// Losses and metrics are kept where the trainer itself is given: `keras::save(trainer, "a.keras")`.
///
/// Refuses  besides, an optimizer that averages weights or accumulates gradients, and one that Keras keeps in another way.
template <class Model, class Optimizer>
    requires protocols::Optimizer<Optimizer>
LAMINA_OUTLINED void save(const Model& model, const Optimizer& optimizer, const internals::FilePath& path,
                          const SaveOptions& how = {})
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>) {
        const auto view = detail::view_of(optimizer);
        detail::Saved saved{internals::network_of(model), {}, detail::compiled_with(view, {}, {}, {}, {}), view.name};
        saved.variables =
            detail::state_of(view, optimizer.learning_rate(view.state->step), internals::records_of(model), saved.network);
        detail::save(std::move(saved), path, how);
    }
}
template <class Model, class Optimizer, class Goals>
LAMINA_OUTLINED void save(const Trainer<Model, Optimizer, Goals>& trainer, const internals::FilePath& path,
                          const SaveOptions& how = {})
{
    const auto view = detail::view_of(trainer.optimizer());
    detail::Saved saved{internals::network_of(trainer.model()), {}, detail::compiled_with(view, trainer.measures()), view.name};
    saved.variables = detail::state_of(view, trainer.optimizer().learning_rate(view.state->step),
                                       internals::records_of(trainer.model()), saved.network);
    detail::save(std::move(saved), path, how);
}

}}} // namespace lamina::keras
