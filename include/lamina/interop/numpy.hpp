// lamina/interop/numpy.hpp: a model's variables as an .npz file of NumPy, and back.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/formats/array_of.hpp>
#include <lamina/formats/npz.hpp>
#include <lamina/formats/stored_numbers.hpp>
#include <lamina/graph/save.hpp>

#include <string>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

[[gnu::cold]] inline void save_arrays(const std::vector<FoundVariable>& variables, const FilePath& path, npz::WriteOptions how)
{
    NamedArrays arrays;
    for (const auto& [name, variable] : variables) {
        if (!variable->bound()) refuse_unbound(*variable, name, text_of({path.string(), ": "}));
        arrays.push_back({name, *variable});
    }
    npz::write(path, arrays, how);
}

} // namespace internals

namespace numpy {

/// Writes every variable of a model under its path: `numpy.load(file)["0/kernel"]`. Shapes are Keras's.
///
/// Refuses  an unbound variable, by name.
template <class Model> LAMINA_OUTLINED void save(const Model& model, const internals::FilePath& path, npz::WriteOptions how = {})
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::is_refused<Model>) internals::save_arrays(internals::variables_of(model), path, how);
}

/// Reads every variable of a model from an .npz file that has its paths as names; numbers of other types with `{.convert = true}`.
///
/// Refuses  names, shapes or types that are not those of the model: one error lists them all, and the model is as it was.
template <class Model> LAMINA_OUTLINED void load(Model& model, const internals::FilePath& path, const LoadOptions& how = {})
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::is_refused<Model>)
        internals::fill(internals::variables_of(model), npz::read(path), how.convert ? internals::convert : nullptr);
}

} // namespace numpy

}} // namespace lamina
