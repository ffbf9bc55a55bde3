// lamina/interop/pytorch/load.hpp: a file of torch.save loaded into a model: all of it or nothing.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/interop/match.hpp>
#include <lamina/interop/pytorch/arrays.hpp>
#include <lamina/interop/pytorch/file.hpp>
#include <lamina/interop/pytorch/names_match.hpp>
#include <lamina/models/network.hpp>
#include <lamina/trace/callable.hpp>
#include <lamina/trace/judge.hpp>

#include <string>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch {

struct LoadOptions {
    std::string part{};                  ///< of a dictionary of several things the one that the model is made from: "model"
    std::string optimizer = "optimizer"; ///< the part that holds the state of an optimizer, where one is loaded as well
    NameMap names{};                     ///< names that the file has, where it has others than the model
    bool partial = false;                ///< what fits is loaded, and the report says what did not; else it is refused
    bool keep_unknown = false; ///< classes and functions in the file that no model needs are passed over; else they are refused
};

namespace detail {

[[gnu::cold]] inline LoadReport load(const Network& network, const std::vector<protocols::file_tensor>& arrays,
                                     const std::string& file, const LoadOptions& how)
{
    return NameMatch(arrays_of(flat_nodes_of(network, file), file), how.names, arrays).match().fill(file, how.partial);
}

[[gnu::cold]] inline LoadReport load(const Network& network, const internals::FilePath& path, const LoadOptions& how)
{
    File file(path, {.keep_unknown = how.keep_unknown});
    return load(network, file.tensors(file.model_part(how.part)), path.string(), how);
}

} // namespace detail

/// Loads a state_dict, the part of a checkpoint or a whole module, in the zip format or the legacy one, with numbers of any type, into a
/// model. Axes are turned, gates and biases of recurrent layers put where they belong, and the rows of a Dense behind a Flatten, as PyTorch has
/// channels first. Which array belongs to which variable is said by `names`, else by the paths of the model with dots, else by the order.
/// Nothing in the file is run.
///
/// Refuses  what does not fit, all of it in one sentence, and then changes nothing; a layer that PyTorch computes otherwise.
/// Numerics numbers keep their bits where the types agree; the two biases of recurrent layers are added.
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); pytorch::load(model, "lenet5.pt");
template <class Model> LAMINA_OUTLINED LoadReport load(Model& model, const internals::FilePath& file, const LoadOptions& how = {})
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>) return detail::load(internals::network_of(model), file, how);
    return {};
}

/// The same from arrays of any file whose names and axes are PyTorch's: `pytorch::load(model, npz::read("lenet5.npz"))`, or what
/// `safetensors::read` gives.
template <class Model>
LAMINA_OUTLINED LoadReport load(Model& model, const protocols::tensor_file& arrays, const LoadOptions& how = {})
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>) {
        internals::check_arrays(arrays);
        return detail::load(internals::network_of(model), arrays.tensors, arrays.name, how);
    }
    return {};
}

}}} // namespace lamina::pytorch
