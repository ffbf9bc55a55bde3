// lamina/interop/pytorch/load.hpp: a file of torch.save loaded into a model: all of it or nothing.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/interop/layout.hpp>
#include <lamina/interop/match.hpp>
#include <lamina/interop/network.hpp>
#include <lamina/interop/pytorch/arrays.hpp>
#include <lamina/interop/pytorch/file.hpp>
#include <lamina/trace/callable.hpp>
#include <lamina/trace/judge.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch {

/// Names of a model, and those that a file has for them: `{{"stem/kernel", "conv1.weight"}}`. A model's name is a variable's path or, where
/// PyTorch keeps two arrays for it, that name with dots: `lstm.bias_ih_l0`.
using NameMap = std::vector<std::pair<std::string, std::string>>;

struct LoadOptions {
    std::string part{};        ///< of a dictionary of several things the one that the model is made from: "model"
    NameMap names{};           ///< names that the file has, where it has others than the model
    bool partial = false;      ///< what fits is loaded, and the report says what did not; else it is refused
    bool keep_unknown = false; ///< classes and functions in the file that no model needs are passed over; else they are refused
};

namespace detail {

/// Finds the array of a file for each of a model: by names, or where these are others by the order in which both have them.
class NameMatch {
public:
    [[gnu::cold]] NameMatch(std::vector<ForeignArray> of_model, const NameMap& names,
                            const std::vector<protocols::file_tensor>& of_file)
        : needed(std::move(of_model))
    {
        for (const auto& array : of_file)
            if (last_dotted(array.name) != "num_batches_tracked") given.push_back(&array); // counts batches, and nothing reads it
        for (const ForeignArray& array : needed) {
            wanted.push_back(array.name);
            for (const auto& [ours, theirs] : names)
                if (ours == array.variable.path || ours == array.name) wanted.back() = theirs;
        }
    }

    [[gnu::cold]] Matching match() const
    {
        std::size_t named = 0, fitting = 0;
        for (const std::string& name : wanted) named += find(name) != nullptr;
        for (std::size_t i = 0; i < std::min(given.size(), needed.size()); ++i)
            fitting += given[i]->shape == needed[i].how.joined;
        const bool same_count = given.size() == needed.size();
        const bool by_order = named < needed.size() && (same_count ? fitting == needed.size() || named == 0 : fitting > named);

        Matching made;
        made.report.matched = by_order ? "by order" : "by name";
        std::vector<const protocols::file_tensor*> used;
        for (std::size_t i = 0; i < needed.size(); ++i) {
            const protocols::file_tensor* const source = !by_order ? find(wanted[i]) : i < given.size() ? given[i] : nullptr;
            if (source) made.add(*source, needed[i]);
            else add_to(made.report.missing, wanted[i]);
            add_to(used, source);
        }
        for (const auto* const array : given)
            if (!contains(used, array)) add_to(made.report.unexpected, array->name);
        return made;
    }

private:
    static std::string_view last_dotted(std::string_view name) { return name.substr(name.rfind('.') + 1); }

    [[gnu::cold]] const protocols::file_tensor* find(std::string_view name) const
    {
        for (const auto* const array : given)
            if (array->name == name) return array;
        return nullptr;
    }

    std::vector<ForeignArray> needed;
    std::vector<std::string> wanted;
    std::vector<const protocols::file_tensor*> given;
};

[[gnu::cold]] inline LoadReport load(const Network& network, const internals::FilePath& path, const LoadOptions& how)
{
    File file(path, {.keep_unknown = how.keep_unknown});
    const auto arrays = file.tensors(file.model_part(how.part));
    NameMatch names(arrays_of(flat_nodes_of(network, path.string()), path.string()), how.names, arrays);
    return names.match().fill(path.string(), how.partial);
}

} // namespace detail

/// Loads a state_dict, the part of a checkpoint or a whole module, in the zip format or the legacy one, with numbers of any type, into a
/// model. Axes are turned, gates and biases of recurrent layers put where they belong, and the rows of a Dense behind a Flatten, as PyTorch has
/// channels first. Which array belongs to which variable is said by `names`, else by the paths of the model with dots, else by the order.
/// Nothing in the file is run.
///
/// Refuses  what does not fit, all of it in one sentence, and then changes nothing; a layer that PyTorch computes otherwise.
/// Numerics numbers keep their bits where the types agree; the two biases of recurrent layers are added.
/// Example  pytorch::load(model, "lenet5.pt");
template <class Model> LAMINA_OUTLINED LoadReport load(Model& model, const internals::FilePath& file, const LoadOptions& how = {})
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>) return detail::load(internals::network_of(model), file, how);
    return {};
}

}}} // namespace lamina::pytorch
