// lamina/interop/pytorch/module_list.hpp: the modules of an nn.Sequential, to which one layer after another is added.
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/formats/pickle/writer.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/interop/layout.hpp>
#include <lamina/interop/match.hpp>
#include <lamina/interop/pytorch/arrays.hpp>
#include <lamina/interop/pytorch/writer.hpp>
#include <lamina/models/network.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch::detail {

/// The modules so far, and the layer that is being translated.
class ModuleList {
public:
    /// With `names_only` no numbers are asked for, as of a model that has none yet.
    ModuleList(std::string_view file, bool names_only) : where(file), without_numbers(names_only) {}

    Module model{"torch.nn.modules.container", "Sequential"};
    std::vector<ForeignArray> arrays; ///< with the names that the nn.Sequential has for them

protected:
    using Entries = std::vector<pickle::Entry>;

    [[noreturn, gnu::cold]] void refuse(std::initializer_list<piece> why) const
    {
        fail({where, ": layer ", node->number, " \"", of->name, "\" ", text_of(why)});
    }

    const OptionValue& value(std::string_view option) const { return *option_of(*of, option); }
    bool flag(std::string_view option) const { return value(option).number != 0; }
    pickle::Made number(std::string_view option) const { return pickle::real(value(option).number); }
    static pickle::Made integer(std::size_t n) { return pickle::integer(static_cast<std::int64_t>(n)); }
    pickle::Made whole(std::string_view option) const { return integer(static_cast<std::size_t>(value(option).number)); }
    [[gnu::cold]] extent_list sizes(std::string_view option) const
    {
        extent_list numbers;
        for (const Option& part : value(option).parts) numbers.push_back(static_cast<std::size_t>(part.value.number));
        return numbers;
    }

    /// Appends a module; parameters that are not among the arrays, but belong to it, are absent.
    [[gnu::cold]] void put(std::string_view package, std::string_view name, Entries attributes,
                           const std::vector<ForeignArray>& of_module = {}, std::vector<std::string> absent = {})
    {
        Module made{text_of({"torch.nn.modules.", package}), std::string(name)};
        made.attributes = std::move(attributes);
        made.absent = std::move(absent);
        const std::string place = text_of({model.modules.size()});
        for (const ForeignArray& array : of_module) {
            std::string short_name(std::string_view(array.name).substr(array.name.find('.') + 1)); // of 0.weight
            arrays.push_back(array);
            arrays.back().name = text_of({place, '.', short_name});
            if (without_numbers) continue;
            auto& to = short_name.starts_with("running") ? made.buffers : made.parameters;
            to.push_back({std::move(short_name), written(array)});
        }
        model.modules.push_back({place, std::move(made)});
    }

    /// The arrays of a module of which a name begins so: `0.` of a separable convolution.
    [[gnu::cold]] std::vector<ForeignArray> arrays_from(std::string_view prefix) const
    {
        std::vector<ForeignArray> found;
        for (const ForeignArray& array : foreign.arrays)
            if (array.name.starts_with(prefix)) found.push_back(array);
        return found;
    }
    [[gnu::cold]] std::vector<std::string> no_bias(bool has) const
    {
        return has ? std::vector<std::string>{} : std::vector<std::string>{"bias"};
    }

    std::string where;
    bool without_numbers;
    const FlatNode* node = nullptr;
    const LayerView* of = nullptr;
    ForeignLayer foreign;
};

}}} // namespace lamina::pytorch::detail
