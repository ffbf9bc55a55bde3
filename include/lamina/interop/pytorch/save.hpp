// lamina/interop/pytorch/save.hpp: a model as a file that torch.load opens: a state_dict, or a whole nn.Sequential.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/formats/array_of.hpp>
#include <lamina/interop/layout.hpp>
#include <lamina/interop/match.hpp>
#include <lamina/interop/pytorch/arrays.hpp>
#include <lamina/interop/pytorch/load.hpp>
#include <lamina/interop/pytorch/modules.hpp>
#include <lamina/interop/pytorch/writer.hpp>
#include <lamina/models/network.hpp>
#include <lamina/trace/callable.hpp>
#include <lamina/trace/judge.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch {

namespace detail {

[[gnu::cold]] inline void require_bound(const std::vector<FoundVariable>& variables, std::string_view where)
{
    for (const auto& [path, variable] : variables)
        if (!variable->bound()) refuse_unbound(*variable, path, where);
}

[[gnu::cold]] inline void save_state_dict(const Network& network, const internals::FilePath& file, const NameMap& names)
{
    protocols::NamedArrays arrays;
    for (ForeignArray& array : arrays_of(flat_nodes_of(network, "pytorch::save_state_dict"), "pytorch::save_state_dict")) {
        for (const auto& [ours, theirs] : names)
            if (ours == array.variable.path || ours == array.name) array.name = theirs;
        arrays.push_back({array.name, written(array)});
    }
    write_state_dict(file, arrays);
}

} // namespace detail

/// Writes a model's arrays as a state_dict, which `torch.load(path, weights_only=True)` opens: in PyTorch's order of axes, named by the paths of
/// the layers with dots (`body.0.weight`), unless `names` has others.
///
/// Refuses  an unbound variable, and a layer that PyTorch has no arrays for. The file is whole or not there.
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); pytorch::save_state_dict(model, "lenet5.pt", {{"0/kernel", "conv1.weight"}, {"0/bias", "conv1.bias"}});
template <class Model>
LAMINA_OUTLINED void save_state_dict(const Model& model, const internals::FilePath& file, const NameMap& names = {})
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>) {
        detail::require_bound(internals::variables_of(model), "pytorch::save_state_dict: ");
        detail::save_state_dict(internals::network_of(model), file, names);
    }
}

/// Writes a model as a whole nn.Sequential: an activation is a module of its own, and so is what pads where PyTorch cannot pad as Keras does.
/// `torch.load` opens it, since PyTorch 2.6 with `weights_only=False`, as it names classes; `save_state_dict` needs no such trust.
///
/// Refuses  a model that is no chain of layers, a layer that no module is like, an unbound variable. The file is whole or not there.
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); pytorch::save(model, "lenet5.pt");
template <class Model> LAMINA_OUTLINED void save(const Model& model, const internals::FilePath& file)
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>) {
        detail::require_bound(internals::variables_of(model), "pytorch::save: ");
        write_module(file, detail::modules_of(internals::network_of(model), "pytorch::save", false).model);
    }
}

}}} // namespace lamina::pytorch
