// lamina/interop/pytorch/names_match.hpp: which array of a file belongs to which of a model.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/names.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/interop/layout.hpp>
#include <lamina/interop/match.hpp>

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

namespace detail {

using namespace internals;

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

} // namespace detail

}}} // namespace lamina::pytorch
