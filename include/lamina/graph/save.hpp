// lamina/graph/save.hpp: a model's variables to a safetensors file and back.
//
// Names in the file are the variables' paths, `body/0/kernel`; shapes and the order of numbers are the logical ones, as in
// Keras. Two variables bound to one record are both written, each under its path.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/nearest.hpp>
#include <lamina/core/once.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/text.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/graph/json_text.hpp>
#include <lamina/graph/safetensors.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina {

namespace detail {

/// Refuses a file that a later lamina wrote in another manner.
[[gnu::cold]] inline void check_version(const safetensors::contents& file, std::string_view name)
{
    const auto version = find(file.metadata, "version"), format = find(file.metadata, "format");
    if (version && *version != "1" && format && *format == "lamina")
        fail({name, ": has version ", safetensors::detail::json_quoted{*version},
              " of lamina's format, this lamina reads version \"1\"; use a newer lamina"});
}

/// Fills all variables, giving a record to those that have none, or throws and changes nothing.
[[gnu::cold]] inline void fill(const std::vector<FoundVariable>& variables, const safetensors::contents& file,
                               std::string_view name)
{
    using safetensors::detail::json_quoted;
    check_version(file, name);

    const auto& stored = file.tensors;
    std::vector<std::size_t> sources;                  // places in the file: of each variable, the end where it is missing
    std::vector<std::size_t> wanted(stored.size(), 0); // 1 for what a variable has
    for (const auto& [path, variable] : variables) {
        std::size_t place = 0;
        while (place < stored.size() && stored[place].name != path) ++place;
        if (place < stored.size()) wanted[place] = 1;
        sources.push_back(place);
    }

    std::string problems;
    for (std::size_t i = 0; i < variables.size(); ++i) {
        const auto& [path, variable] = variables[i];
        const form& needs = variable->needs();
        if (sources[i] == stored.size()) {
            Nearest near{path};
            for (std::size_t place = 0; place < stored.size(); ++place)
                if (!wanted[place]) near.look_at(stored[place].name);
            append(problems, {json_quoted{path}, " is missing"});
            if (!near.found.empty()) append(problems, {" (the nearest name is ", json_quoted{near.found}, ')'});
            append(problems, {"; "});
            continue;
        }
        const auto& tensor = stored[sources[i]];
        if (!safetensors::fits(tensor, needs.type, needs.extents))
            append(problems, {json_quoted{path}, " is ", tensor, ", the model needs ", safetensors::type_of(needs.type), ' ',
                              needs.extents, "; "});
        else if (variable->bound()) {
            std::size_t first = 0;
            while (variables[first].variable->storage() != variable->storage()) ++first;
            if (sources[first] < stored.size() && file.data(stored[sources[first]]) != file.data(tensor))
                append(problems, {json_quoted{variables[first].path}, " and ", json_quoted{path},
                                  " are one variable in the model and differ in the file; "});
        }
    }
    std::size_t others = 0;
    for (std::size_t place = 0; place < stored.size(); ++place)
        if (!wanted[place] && ++others <= 20)
            append(problems, {json_quoted{stored[place].name}, " is no variable of the model; "});
    if (others > 20) append(problems, {"and ", others - 20, " more are no variables of the model; "});
    if (!problems.empty()) fail({name, ": ", problems, "was it saved from another model?"});

    std::vector<std::size_t> made; // places of the variables that get records here
    try {
        for (std::size_t i = 0; i < variables.size(); ++i) {
            AnyVariable& variable = *variables[i].variable;
            if (variable.bound()) continue;
            made.push_back(i);
            variable.make(variables[i].path);
        }
    }
    catch (...) { // there is no memory for all
        for (const std::size_t i : made) variables[i].variable->release();
        throw;
    }
    // From here on nothing can fail.
    for (std::size_t i = 0; i < variables.size(); ++i)
        safetensors::copy(file.data(stored[sources[i]]), *variables[i].variable->storage());
}

[[gnu::cold]] inline void save_variables(const std::vector<FoundVariable>& variables, const FilePath& path)
{
    safetensors::named_records tensors(variables.size());
    for (std::size_t i = 0; i < variables.size(); ++i) {
        const auto& [name, variable] = variables[i];
        if (!variable->bound())
            fail({path.string(), ": \"", name,
                  "\" is unbound, so there is nothing to save; make the model with `build` or `load` first"});
        tensors[i] = {name, variable->storage()};
    }
    safetensors::write(path, tensors);
}

} // namespace detail

/// Writes every variable of a model: a Sequential, a struct or one block. The file is whole or not there: `AtomicFile`.
///
/// Refuses   an unbound variable, by name.
template <class Model>
LAMINA_ONCE void save(const Model& model, const FilePath& path)
{
    detail::save_variables(variables_of(model), path);
}

/// Reads every variable of a model. A variable that is bound keeps its record, and so do those that share it; one that is
/// unbound gets a record of its own.
///
/// Refuses   a file whose names, shapes or types are not those of the model. One error lists them all, and the model is
///           as it was.
template <class Model>
LAMINA_ONCE void load(Model& model, const FilePath& path)
{
    detail::fill(variables_of(model), safetensors::read(path), path.string());
}

/// A model read from a file: `auto model = load<LeNet5>("lenet5.safetensors")`.
template <class Model>
LAMINA_ONCE Model load(const FilePath& path)
{
    Model model{};
    load(model, path);
    return model;
}

} // namespace lamina
