// lamina/graph/save.hpp: a model's variables to a safetensors file and back.
//
// Names in the file are the variables' paths, `body/0/kernel`; shapes and the order of numbers are the logical ones, as in
// Keras. Two variables bound to one record are both written, each under its path.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/graph/json_text.hpp>
#include <lamina/graph/safetensors.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina {

namespace detail {

/// The number of characters to insert, remove or replace to get from one name to the other (Levenshtein 1965).
inline std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

/// The name nearest to `wanted`, or none where all differ in more than half of the longer name's characters.
inline std::string_view nearest(std::string_view wanted, const std::set<std::string_view>& names)
{
    std::string_view found;
    std::size_t least = ~std::size_t{0};
    for (const auto name : names) {
        const auto [shorter, longer] = std::minmax({wanted.size(), name.size()});
        if (longer > 2 * shorter || longer - shorter >= least) continue;
        if (const std::size_t distance = edit_distance(wanted, name); distance < least && 2 * distance <= longer) {
            least = distance;
            found = name;
        }
    }
    return found;
}

/// A variable that a load fills, without its static type. `to` is null while the variable is unbound.
struct destination {
    std::string path;
    shape extents;
    order stored;
    number type;
    std::shared_ptr<record> to;
};

/// Fills all destinations, giving a record to those that have none, or throws and changes nothing.
inline void fill(std::vector<destination>& destinations, const safetensors::contents& file, std::string_view name)
{
    using safetensors::detail::json_quoted;
    if (const auto version = file.metadata.find("version"); version != file.metadata.end() && version->second != "1") {
        const auto format = file.metadata.find("format");
        if (format != file.metadata.end() && format->second == "lamina")
            fail(name, ": has version ", json_quoted(version->second),
                 " of lamina's format, this lamina reads version \"1\"; use a newer lamina");
    }

    std::map<std::string_view, const safetensors::stored_tensor*> stored;
    std::set<std::string_view> unexpected;
    for (const auto& tensor : file.tensors) {
        stored.emplace(tensor.name, &tensor);
        unexpected.insert(tensor.name);
    }
    for (const auto& d : destinations) unexpected.erase(d.path);

    std::ostringstream problems;
    std::map<const record*, const destination*> shared;
    for (const auto& d : destinations) {
        const auto found = stored.find(d.path);
        if (found == stored.end()) {
            const auto near = nearest(d.path, unexpected);
            problems << json_quoted(d.path) << " is missing";
            if (!near.empty()) problems << " (the nearest name is " << json_quoted(near) << ')';
            problems << "; ";
            continue;
        }
        const auto& tensor = *found->second;
        if (tensor.type != safetensors::type_of(d.type) ||
            !std::equal(tensor.shape.begin(), tensor.shape.end(), d.extents.extents, d.extents.extents + d.extents.rank)) {
            problems << json_quoted(d.path) << " is " << tensor.type << " [";
            for (std::size_t i = 0; i < tensor.shape.size(); ++i) problems << (i ? ", " : "") << tensor.shape[i];
            problems << "], the model needs " << safetensors::type_of(d.type) << ' ' << d.extents << "; ";
            continue;
        }
        if (!d.to) continue;
        if (const auto [first, is_new] = shared.emplace(d.to.get(), &d); !is_new)
            if (const auto other = stored.find(first->second->path);
                other != stored.end() && file.data(*other->second) != file.data(tensor))
                problems << json_quoted(first->second->path) << " and " << json_quoted(d.path)
                         << " are one variable in the model and differ in the file; ";
    }
    for (std::size_t left = unexpected.size(); const auto extra : unexpected) {
        if (unexpected.size() - left == 20) {
            problems << "and " << left << " more are no variables of the model; ";
            break;
        }
        --left;
        problems << json_quoted(extra) << " is no variable of the model; ";
    }
    if (const auto text = problems.str(); !text.empty()) fail(name, ": ", text, "was it saved from another model?");

    std::vector<std::shared_ptr<record>> ready;
    for (const auto& d : destinations) {
        ready.push_back(d.to ? d.to : std::make_shared<record>(d.path, d.extents, d.stored, d.type));
        if (!d.to) safetensors::copy(file.data(*stored.at(d.path)), *ready.back());
    }
    // From here on nothing can fail.
    for (std::size_t i = 0; i < destinations.size(); ++i) {
        auto& d = destinations[i];
        if (d.to) safetensors::copy(file.data(*stored.find(d.path)->second), *d.to);
        else d.to = std::move(ready[i]);
    }
}

} // namespace detail

/// Writes every variable of a model: a Sequential, a struct or one block. The file is whole or not there: `AtomicFile`.
///
/// Refuses   an unbound variable, by name.
template <class Model>
void save(const Model& model, const std::filesystem::path& path)
{
    safetensors::named_records tensors;
    for_each_named_variable(model, [&](const std::string& name, const auto& variable) {
        if (!variable.bound())
            fail(path.string(), ": \"", name,
                 "\" is unbound, so there is nothing to save; make the model with `build` or `load` first");
        tensors.emplace_back(name, variable.storage());
    });
    safetensors::write(path, std::move(tensors));
}

/// Reads every variable of a model. A variable that is bound keeps its record, and so do those that share it; one that is
/// unbound gets a record of its own.
///
/// Refuses   a file whose names, shapes or types are not those of the model. One error lists them all, and the model is
///           as it was.
template <class Model>
void load(Model& model, const std::filesystem::path& path)
{
    std::vector<detail::destination> destinations;
    for_each_named_variable(model, [&](const std::string& name, auto& variable) {
        destinations.push_back({name, variable.extents, variable.stored,
                                number_of<typename std::remove_cvref_t<decltype(variable)>::value_type>,
                                variable.bound() ? variable.storage() : nullptr});
    });
    detail::fill(destinations, safetensors::read(path), path.string());
    auto filled = destinations.begin();
    for_each_variable(model, [&](auto& variable) { variable.bind(std::move((filled++)->to)); });
}

/// A model read from a file: `auto model = load<LeNet5>("lenet5.safetensors")`.
template <class Model>
Model load(const std::filesystem::path& path)
{
    Model model{};
    load(model, path);
    return model;
}

} // namespace lamina
