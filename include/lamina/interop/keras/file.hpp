// lamina/interop/keras/file.hpp: opens what Keras saved, .h5, .weights.h5 and .keras: its layers with their variables, its JSON texts.
//
// The forms are told apart by what they begin with and hold, never by their names. Where there is a config, layers have its order.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/hdf5/reader.hpp>
#include <lamina/formats/zip.hpp>
#include <lamina/interop/keras/groups.hpp>
#include <lamina/interop/keras/json.hpp>
#include <lamina/models/summary.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras {

namespace detail {

/// The first of some names that is a word of a path behind the word `after`; none where there is none.
[[gnu::cold]] inline std::string_view name_in(std::string_view path, std::string_view after,
                                              const std::vector<std::string_view>& names)
{
    const auto at = internals::text_of({'/', path}).rfind(internals::text_of({'/', after, '/'}));
    if (at != std::string::npos) path.remove_prefix(at + after.size() + 1);
    for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/')) {
        if (internals::contains(names, path.substr(0, slash))) return path.substr(0, slash);
        path.remove_prefix(slash + 1);
    }
    return {};
}

/// Tells the variables of a model among the layers of a .h5 apart by the names of its layers, which stand in their paths: those that are frozen
/// are listed behind all others.
[[gnu::cold]] inline void tell_apart(FileLayer& model, const Json& config)
{
    std::vector<std::string_view> names, owners;
    for (const Json& one : config["config"]["layers"].parts) internals::add_to(names, one["config"]["name"].words());
    for (const auto& variable : model.variables) internals::add_to(owners, name_in(variable.name, model.name, names));
    std::vector<FileLayer> inside;
    std::size_t told = 0;
    for (const std::string_view name : names) {
        FileLayer layer{std::string(name), ""};
        for (std::size_t i = 0; i < owners.size(); ++i)
            if (owners[i] == name) layer.variables.push_back(model.variables[i]);
        told += layer.variables.size();
        if (!layer.variables.empty()) inside.push_back(std::move(layer));
    }
    if (inside.empty() || told != model.variables.size()) return;
    model.inside = std::move(inside);
    model.variables.clear();
}

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
        if (found->inside.empty()) tell_apart(*found, one);
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

/// The file of Keras in these bytes; `name` is what errors call it.
///
/// Refuses   what is none of .h5, .weights.h5 and .keras, and what is damaged.
[[gnu::cold]] inline File parse(std::string bytes, const std::string& name)
{
    if (bytes.starts_with("PK")) return detail::read_archive(std::move(bytes), name);
    if (!bytes.starts_with("\x89HDF"))
        internals::fail({name, ": is neither HDF5 nor a zip archive, a file of Keras was needed (.keras, .h5 or .weights.h5)"});
    const auto file = hdf5::parse(std::move(bytes), name);
    File made{name};
    detail::FileReader(file, made).read();
    if (!made.config.empty())
        detail::name_by_config(made.layers, detail::parse_json(made.config, internals::text_of({made.name, ": model_config"})));
    return made;
}

/// Opens a file of Keras: .h5, .weights.h5 or .keras, whatever it is called. See `parse`.
LAMINA_OUTLINED inline File read(const internals::FilePath& path) { return parse(read_file(path), path.string()); }

}}} // namespace lamina::keras
