// lamina/interop/keras/file.hpp: opens what Keras saves, .h5, .weights.h5 and .keras: its layers with their variables, its JSON texts.
//
// The forms are told apart by what they begin with and hold, never by their names. Layers and variables are in Keras's order.
// Source: Keras 3.15, saving/saving_lib.py and legacy/saving/legacy_h5_format.py, and files of Keras 2.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/hdf5/reader.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/formats/zip.hpp>
#include <lamina/interop/keras/json.hpp>
#include <lamina/models/summary.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras {

/// A layer of a file that has variables.
struct FileLayer {
    std::string name; ///< Keras's name of it, "conv2d_4"; empty where the file does not say it
    std::string
        group; ///< its class with a number, "conv2d_1", as .keras and .weights.h5 call it; empty where the file does not say it
    std::vector<protocols::file_tensor> variables{}; ///< its own and those of what is inside, in the order of Layer.weights
    std::vector<FileLayer> inside{};                 ///< of a model among the layers: its layers, where the file tells them apart
};

/// What Keras saved.
struct File {
    enum class form { whole_h5, weights_h5, archive };

    std::string name; ///< what errors call it
    form is = form::weights_h5;
    std::string config{};   ///< JSON of the model; empty in .weights.h5
    std::string compiled{}; ///< JSON of what `compile` was given, or empty
    std::string version{};  ///< of Keras: "3.15.1"; empty where the file does not say it
    std::vector<FileLayer> layers{};
    std::vector<protocols::file_tensor> optimizer{}; ///< the optimizer's variables, in Keras's order
};

namespace detail {

/// Orders "dense_2" before "dense_10", and "2" before "10".
[[gnu::cold]] inline bool comes_before(std::string_view a, std::string_view b)
{
    const auto number_at = [](std::string_view text) {
        std::size_t at = text.size();
        while (at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9') --at;
        return at;
    };
    const std::size_t at = number_at(a), other = number_at(b);
    if (a.substr(0, at) != b.substr(0, other)) return a < b;
    return a.size() != b.size() ? a.size() < b.size() : a < b;
}

/// Reads the groups that Keras made of a model.
class FileReader {
public:
    FileReader(const hdf5::File& of, File& made) : from(of), to(made) {}

    [[gnu::cold]] void read()
    {
        const auto* const root = from.find("");
        const bool whole = from.find("model_weights") != nullptr;
        if (whole || root->attribute("layer_names") || root->attribute("layer_names0")) {
            if (const auto* const text = root->text("model_config")) to.config = *text;
            if (const auto* const text = root->text("training_config")) to.compiled = *text;
            if (const auto* const text = from.find(whole ? "model_weights" : "")->text("keras_version")) to.version = *text;
            to.is = File::form::whole_h5;
            return read_lists(whole ? "model_weights" : "");
        }
        const std::string_view layers = from.find("layers")                           ? "layers"
                                        : from.find("_layer_checkpoint_dependencies") ? "_layer_checkpoint_dependencies"
                                                                                      : "";
        to.layers = layers_in(layers);
        if (to.layers.empty() && !from.find("vars"))
            internals::fail({to.name, ": is HDF5 without layers, a file of Keras was needed; save it with model.save(path)"});
        to.optimizer = numbered("optimizer/vars");
    }

private:
    [[gnu::cold]] static std::string inside(std::string_view group, std::string_view name)
    {
        return internals::text_of({group, group.empty() ? "" : "/", name});
    }

    /// The names of the groups that lie directly in a group.
    [[gnu::cold]] std::vector<std::string_view> groups_in(std::string_view group) const
    {
        std::vector<std::string_view> found, sorted;
        for (const auto& object : from.objects) {
            const std::string_view path = object.path;
            if (object.is_dataset || path.empty() || !path.starts_with(group)) continue;
            const std::size_t start = group.empty() ? 0 : group.size() + 1;
            if (start >= path.size() || (start > 0 && path[start - 1] != '/') || path.find('/', start) != path.npos) continue;
            internals::add_to(found, path.substr(start));
        }
        const auto before = [&](std::size_t a, std::size_t b) { return comes_before(found[a], found[b]); };
        for (const std::size_t at : internals::sorted_places(found.size(), before)) internals::add_to(sorted, found[at]);
        return sorted;
    }

    /// The datasets 0, 1, … of a group.
    [[gnu::cold]] std::vector<protocols::file_tensor> numbered(const std::string& group) const
    {
        std::vector<protocols::file_tensor> found;
        for (std::size_t i = 0;; ++i) {
            const auto* const object = from.find(internals::text_of({group, '/', i}));
            if (!object || !object->is_dataset) return found;
            internals::add_to(found, from.tensor(*object));
        }
    }

    /// The variables of a layer and of the parts that it is made of, in the order in which Keras makes them.
    [[gnu::cold]] void collect(const std::string& group, std::vector<protocols::file_tensor>& variables) const
    {
        constexpr std::string_view in_order[] = {"query_dense",  "key_dense",     "value_dense",
                                                 "output_dense", "forward_layer", "backward_layer"};
        for (auto& variable : numbered(inside(group, "vars"))) internals::add_to(variables, std::move(variable));
        const auto parts = groups_in(group);
        const auto plain = [](std::string_view part) { return part.substr(part.starts_with('_') ? 1 : 0); };
        for (const std::string_view known : in_order)
            for (const std::string_view part : parts)
                if (plain(part) == known) collect(inside(group, part), variables);
        for (const std::string_view part : parts)
            if (part != "vars" && part != "layers" && part.find("seed_generator") == part.npos &&
                !internals::contains(in_order, plain(part)))
                collect(inside(group, part), variables);
    }

    [[gnu::cold]] std::vector<FileLayer> layers_in(std::string_view group) const
    {
        std::vector<FileLayer> found;
        for (const std::string_view name : groups_in(group)) {
            if (group.empty() && (name == "optimizer" || name == "vars" || name == "metrics" || name.starts_with("_"))) continue;
            const std::string path = inside(group, name);
            FileLayer layer{"", std::string(name)};
            if (const auto* const own = from.find(inside(path, "vars")))
                if (const auto* const said = own->text("name")) layer.name = *said;
            collect(path, layer.variables);
            layer.inside = layers_in(inside(path, "layers"));
            if (!layer.variables.empty() || !layer.inside.empty()) found.push_back(std::move(layer));
        }
        return found;
    }

    /// A list of names, which Keras splits into several where it is long: names0, names1, ….
    [[gnu::cold]] std::vector<std::string_view> list(const hdf5::Object& of, std::string_view name) const
    {
        std::vector<std::string_view> all;
        const auto add = [&](const hdf5::Attribute* said) {
            for (const std::string_view text : said->texts) internals::add_to(all, text);
        };
        if (const auto* const one = of.attribute(name)) add(one);
        else
            for (std::size_t i = 0;; ++i) {
                const auto* const part = of.attribute(internals::text_of({name, i}));
                if (!part) break;
                add(part);
            }
        return all;
    }

    /// The datasets that `weight_names` of a group names. The variables of what is nested are brought together, as Keras puts those that
    /// are not trained behind all others.
    [[gnu::cold]] std::vector<protocols::file_tensor> listed(const std::string& group) const
    {
        std::vector<protocols::file_tensor> found;
        const auto* const of = from.find(group);
        if (!of)
            internals::fail(
                {to.name, ": lists the layer \"", group, "\", which it has not; the file is damaged, so copy it again"});
        const auto names = list(*of, "weight_names");
        const auto holder = [](std::string_view path) { return path.substr(0, path.find_last_of('/') + 1); };
        std::vector<std::string_view> done;
        for (const std::string_view first : names) {
            if (internals::contains(done, holder(first))) continue;
            internals::add_to(done, holder(first));
            for (const std::string_view name : names) {
                if (holder(name) != holder(first)) continue;
                std::string path = inside(group, name);
                std::replace(path.begin(), path.end(), '\\', '/');
                const auto* const object = from.find(path);
                if (!object || !object->is_dataset)
                    internals::fail(
                        {to.name, ": lists the weight \"", path, "\", which it has not; the file is damaged, so copy it again"});
                internals::add_to(found, from.tensor(*object));
            }
        }
        return found;
    }

    [[gnu::cold]] void read_lists(const std::string& group)
    {
        for (const std::string_view name : list(*from.find(group), "layer_names")) {
            FileLayer layer{std::string(name), ""};
            layer.variables = listed(inside(group, name));
            if (!layer.variables.empty()) to.layers.push_back(std::move(layer));
        }
        if (!from.find("optimizer_weights")) return;
        for (const std::string_view name : list(*from.find("optimizer_weights"), "weight_names"))
            if (const auto* const object = from.find(inside("optimizer_weights", name)); object && object->is_dataset)
                internals::add_to(to.optimizer, from.tensor(*object));
    }

    const hdf5::File& from;
    File& to;
};

/// Gives layers the names and the order that the config has them in: its classes, counted, are the groups.
[[gnu::cold]] inline void name_by_config(std::vector<FileLayer>& layers, const Json& config)
{
    std::vector<FileLayer> ordered;
    std::vector<std::string> given;
    for (const Json& one : config["config"]["layers"].parts) {
        const std::string kind = internals::snake(one["class_name"].words());
        const auto before = std::count(given.begin(), given.end(), kind);
        given.push_back(kind);
        const std::string group = before == 0 ? kind : internals::text_of({kind, '_', before});
        const std::string_view name = one["config"]["name"].words();
        const auto found = std::find_if(layers.begin(), layers.end(), [&](const FileLayer& layer) {
            return layer.group.empty() ? layer.name == name : layer.group == group;
        });
        if (found == layers.end()) continue;
        found->name = name;
        found->group = group;
        name_by_config(found->inside, one);
        ordered.push_back(std::move(*found));
        layers.erase(found);
    }
    for (FileLayer& layer : layers) ordered.push_back(std::move(layer));
    layers = std::move(ordered);
}

[[gnu::cold]] inline File read_archive(std::string bytes, const std::string& name)
{
    const zipped::Archive archive(std::move(bytes), name);
    const auto text = [&](std::string_view entry) {
        const auto* const found = archive.find(entry);
        if (!found)
            internals::fail(
                {name, ": has no \"", entry, "\", a .keras file was needed; save it with model.save(\"model.keras\")"});
        return archive.read(*found);
    };
    File made{name, File::form::archive};
    made.config = text("config.json");
    const Json config = parse_json(made.config, internals::text_of({name, ": config.json"}));
    if (const Json& compiled = config["compile_config"]; compiled.is_object()) made.compiled = internals::text_of({compiled});
    if (const auto* const metadata = archive.find("metadata.json"))
        made.version =
            parse_json(archive.read(*metadata), internals::text_of({name, ": metadata.json"}))["keras_version"].words();
    const auto weights = hdf5::parse(text("model.weights.h5"), internals::text_of({name, ": model.weights.h5"}));
    FileReader(weights, made).read();
    made.is = File::form::archive;
    name_by_config(made.layers, config);
    return made;
}

} // namespace detail

/// Opens a file of Keras: .h5, .weights.h5 or .keras, whatever it is called.
///
/// Refuses   what is none of them, and what is damaged.
LAMINA_OUTLINED inline File read(const internals::FilePath& path)
{
    std::string bytes = read_file(path);
    if (bytes.starts_with("PK")) return detail::read_archive(std::move(bytes), path.string());
    if (!bytes.starts_with("\x89HDF"))
        internals::fail(
            {path.string(), ": is neither HDF5 nor a zip archive, a file of Keras was needed (.keras, .h5 or .weights.h5)"});
    const auto file = hdf5::parse(std::move(bytes), path.string());
    File made{path.string()};
    detail::FileReader(file, made).read();
    if (!made.config.empty())
        detail::name_by_config(made.layers, detail::parse_json(made.config, internals::text_of({made.name, ": model_config"})));
    return made;
}

}}} // namespace lamina::keras
