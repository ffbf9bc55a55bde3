// lamina/graph/save.hpp: a model's variables to a safetensors file and back.
//
// Names in the file are the variables' paths, `body/0/kernel`; shapes and the order of numbers are the logical ones, as in
// Keras. Two variables bound to one record are both written, each under its path.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/formats/json_text.hpp>
#include <lamina/formats/safetensors.hpp>
#include <lamina/formats/stored_numbers.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/graph/frozen.hpp>
#include <lamina/graph/model_part.hpp>
#include <lamina/graph/problems.hpp>
#include <lamina/trace/judge.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Refuses a file that a later lamina wrote in another manner.
[[gnu::cold]] inline void check_version(const tensor_file& file)
{
    const auto version = find(file.metadata, "version"), format = find(file.metadata, "format");
    if (version && *version != "1" && format && *format == "lamina")
        fail({file.name, ": has version ", safetensors::detail::json_quoted{*version},
              " of lamina's format, this lamina reads version \"1\"; use a newer lamina"});
}

/// What turns numbers of other types into a variable's: `convert`, or null where none is to be turned. By this pointer, so that programs
/// that never ask for it do not compile it.
using converter = void (*)(const file_tensor& from, dtype as, record* to, std::string_view where);

/// The array of a file for each variable; null where it is missing.
[[gnu::cold]] inline std::vector<const file_tensor*> sources_for(const std::vector<FoundVariable>& variables,
                                                                 const tensor_file& file)
{
    std::vector<const file_tensor*> sources;
    for (const auto& [path, variable] : variables) {
        const file_tensor* source = nullptr;
        for (const auto& tensor : file.tensors)
            if (!source && tensor.name == path) source = &tensor;
        sources.push_back(source);
    }
    return sources;
}

/// Refuses arrays that are not those of the variables, all in one error.
[[gnu::cold]] inline void check_sources(const std::vector<FoundVariable>& variables,
                                        const std::vector<const file_tensor*>& sources, const tensor_file& file, bool converts)
{
    using safetensors::detail::json_quoted;
    const auto for_each_other = [&](const auto& f) { // the arrays that are no variable's
        for (const auto& tensor : file.tensors)
            if (!contains(sources, &tensor)) f(tensor.name);
    };
    Problems problems;
    for (std::size_t i = 0; i < variables.size(); ++i) {
        const auto& [path, variable] = variables[i];
        const form& needs = variable->needs();
        if (!sources[i]) problems.add({json_quoted{path}, " is missing", problems.nearest_to(path, for_each_other)});
        else if (problems.require_fit(path, *sources[i], needs.type, needs.extents, converts, ", the model needs ") &&
                 variable->bound()) {
            std::size_t first = 0;
            while (variables[first].variable->storage() != variable->storage()) ++first;
            if (sources[first] && sources[first]->bytes != sources[i]->bytes)
                problems.add({json_quoted{variables[first].path}, " and ", json_quoted{path},
                              " are one variable in the model and differ in the file"});
        }
    }
    for_each_other([&](std::string_view name) { problems.add({json_quoted{name}, " is no variable of the model"}); });
    if (problems.count == 0) return;
    problems.refuse(file.name, problems.only_types() ? problems.advice("load<Model>(path, {.convert = true})")
                                                     : "was it saved from another model?");
}

/// Gives a record to the variables that have none: to all of them, or to none where there is no memory for all.
[[gnu::cold]] inline void make_missing(const std::vector<FoundVariable>& variables)
{
    struct Made {
        std::vector<AnyVariable*> variables;
        ~Made()
        {
            for (AnyVariable* const variable : variables) variable->release();
        }
    } made;
    for (const FoundVariable& found : variables) {
        if (found.variable->bound()) continue;
        made.variables.push_back(found.variable);
        found.variable->make(found.path);
    }
    made.variables.clear();
}

/// Fills all variables, giving a record to those that have none, or throws and changes nothing. Those that the file calls frozen are;
/// others stay what they were.
[[gnu::cold]] inline void fill(const std::vector<FoundVariable>& variables, const tensor_file& file, converter convert = nullptr)
{
    check_version(file);
    check_arrays(file);
    const auto sources = sources_for(variables, file);
    check_sources(variables, sources, file, convert != nullptr);

    const auto read = [&](std::size_t i, bool only_looks) {
        record* const to = only_looks ? nullptr : variables[i].variable->storage().get();
        const dtype type = variables[i].variable->needs().type;
        std::string where;
        if (!sources[i]->has_type(type)) {
            if (only_looks) append(where, {file.name, ": ", safetensors::detail::json_quoted{variables[i].path}});
            convert(*sources[i], type, to, where);
        }
        else if (to) copy(*sources[i], *to);
    };
    for (std::size_t i = 0; convert && i < variables.size(); ++i) read(i, true);
    const std::string* const names = find(file.metadata, frozen_key);
    std::vector<std::size_t> frozen;
    for (std::size_t i = 0; names && i < variables.size(); ++i)
        if (is_frozen(names, variables[i].path)) frozen.push_back(i);

    make_missing(variables); // from here on nothing can fail
    for (std::size_t i = 0; i < variables.size(); ++i) read(i, false);
    for (const std::size_t i : frozen) variables[i].variable->storage()->trainable = false;
}

[[gnu::cold]] inline void save_variables(const std::vector<FoundVariable>& variables, const FilePath& path)
{
    named_records tensors(variables.size());
    for (std::size_t i = 0; i < variables.size(); ++i) {
        const auto& [name, variable] = variables[i];
        if (!variable->bound())
            fail({path.string(), ": \"", name,
                  "\" is unbound, so there is nothing to save; make the model with `build` or `load` first"});
        tensors[i] = {name, variable->storage()};
    }
    named_texts metadata;
    if (std::string frozen = frozen_names(tensors); !frozen.empty()) metadata.push_back({frozen_key, std::move(frozen)});
    safetensors::write(path, tensors, std::move(metadata));
}

} // namespace internals

/// Writes every variable of a model: a Sequential, a struct or one block, and which are frozen. The file is whole or not there:
/// `AtomicFile`.
///
/// Refuses   an unbound variable, by name.
template <class Model> LAMINA_OUTLINED void save(const Model& model, const internals::FilePath& path)
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::is_refused<Model>) internals::save_variables(internals::variables_of(model), path);
}

/// Reads every variable of a model, from a file that `save` wrote, or from the part `model` of a checkpoint. A variable that is bound
/// keeps its record, and so do those that share it; one that is unbound gets a record of its own. A variable that was saved frozen is
/// frozen; others stay what they were, and new ones are trained.
///
/// Refuses   a file whose names, shapes or types are not those of the model. One error lists them all, and the model is
///           as it was.
template <class Model> LAMINA_OUTLINED void load(Model& model, const internals::FilePath& path)
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::is_refused<Model>)
        internals::fill(internals::variables_of(model), internals::model_part(safetensors::read(path)));
}

/// The same, and numbers of other types (F16, BF16, F64, integers, truth values) are converted if that is asked for:
/// `load(model, path, {.convert = true})`.
///
/// Refuses   what the model's type cannot hold: a real number that would become infinite, an integer that would be rounded.
template <class Model> LAMINA_OUTLINED void load(Model& model, const internals::FilePath& path, const LoadOptions& how)
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::is_refused<Model>)
        internals::fill(internals::variables_of(model), internals::model_part(safetensors::read(path)),
                        how.convert ? internals::convert : nullptr);
}

/// The same from arrays of any format, which its reader gives: `load(model, file)`.
template <class Model> LAMINA_OUTLINED void load(Model& model, const protocols::tensor_file& file, const LoadOptions& how = {})
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::is_refused<Model>)
        internals::fill(internals::variables_of(model), file, how.convert ? internals::convert : nullptr);
}

/// A model read from a file: `auto model = load<LeNet5>("lenet5.safetensors")`.
template <class Model>
LAMINA_OUTLINED typename internals::model_or_refused<Model, internals::can_be_model<Model>>::type
load(const internals::FilePath& path)
{
    if constexpr (!internals::can_be_model<Model>) {
        internals::refuse_model<Model>();
        return {};
    }
    else {
        Model model{};
        load(model, path);
        return model;
    }
}

/// The same from a file of other numbers: `load<LeNet5>("half.safetensors", {.convert = true})`.
template <class Model>
LAMINA_OUTLINED typename internals::model_or_refused<Model, internals::can_be_model<Model>>::type
load(const internals::FilePath& path, const LoadOptions& how)
{
    if constexpr (!internals::can_be_model<Model>) {
        internals::refuse_model<Model>();
        return {};
    }
    else {
        Model model{};
        load(model, path, how);
        return model;
    }
}

/// The same from arrays of any format: `load<LeNet5>(file)`.
template <class Model>
LAMINA_OUTLINED typename internals::model_or_refused<Model, internals::can_be_model<Model>>::type
load(const protocols::tensor_file& file, const LoadOptions& how = {})
{
    if constexpr (!internals::can_be_model<Model>) {
        internals::refuse_model<Model>();
        return {};
    }
    else {
        Model model{};
        load(model, file, how);
        return model;
    }
}

}} // namespace lamina
