// lamina/interop/pytorch/module_view.hpp: a module of a file, its class and attributes, and the modules of an nn.Sequential in a row.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/formats/pickle/values.hpp>
#include <lamina/interop/pytorch/file.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch::detail {

/// A module of a file, which must stay.
class ModuleView {
public:
    ModuleView(const File& of, const pickle::Value& module, std::string_view path) : file(&of), at(&module), path_in_file(path) {}

    /// `Conv2d`.
    std::string_view kind() const
    {
        const std::string_view whole = file->values().class_of(*at);
        return whole.substr(whole.rfind(' ') + 1);
    }
    bool is_of_torch() const { return file->values().class_of(*at).starts_with("torch.nn.modules."); }
    const std::string& path() const { return path_in_file; }

    const pickle::Value* attribute(std::string_view name) const { return file->values().attribute(*at, name); }

    /// A number, also of a truth value; what is no number is 0.
    [[gnu::cold]] double number(std::string_view name) const { return number_of(attribute(name)); }

    /// A tuple of whole numbers, or one number for all axes. What is none of it is empty.
    [[gnu::cold]] std::vector<std::int64_t> numbers(std::string_view name, std::size_t count) const
    {
        const pickle::Value* const value = attribute(name);
        std::vector<std::int64_t> made;
        if (value && value->is == pickle::kind::integer) made.assign(count, value->number);
        else if (value && (value->is == pickle::kind::tuple || value->is == pickle::kind::list))
            for (const pickle::place item : value->items)
                made.push_back(static_cast<std::int64_t>(number_of(&file->values()[item])));
        return made;
    }

    [[gnu::cold]] bool has_parameter(std::string_view name) const
    {
        const pickle::Value* const all = attribute("_parameters");
        const pickle::Value* const one = all ? file->values().find(*all, name) : nullptr;
        return one && one->is != pickle::kind::none;
    }

    /// The modules inside, with their names.
    [[gnu::cold]] std::vector<ModuleView> inside() const
    {
        std::vector<ModuleView> made;
        const pickle::Value* const all = attribute("_modules");
        if (!all || all->is != pickle::kind::dictionary) return made;
        for (std::size_t i = 0; i + 1 < all->items.size(); i += 2) {
            const pickle::Value &key = file->values()[all->items[i]], &value = file->values()[all->items[i + 1]];
            if (key.is == pickle::kind::text && file->is_module(value))
                made.emplace_back(*file, value, internals::text_of({path_in_file, path_in_file.empty() ? "" : ".", key.text}));
        }
        return made;
    }

private:
    static double number_of(const pickle::Value* value)
    {
        if (!value) return 0;
        if (value->is == pickle::kind::real) return value->real();
        return value->is == pickle::kind::integer || value->is == pickle::kind::boolean ? static_cast<double>(value->number) : 0;
    }

    const File* file;
    const pickle::Value* at;
    std::string path_in_file;
};

/// The modules of nested nn.Sequentials one after another.
///
/// Refuses   what is nested more than 64 deep, or holds itself.
[[gnu::cold]] inline void add_in_a_row(const ModuleView& module, std::vector<ModuleView>& to, std::string_view file,
                                       std::size_t depth = 0)
{
    if (depth > 64 || to.size() > 100'000)
        internals::fail({file, ": its modules are nested too deep, or hold themselves; it is no model"});
    if (module.kind() != "Sequential") to.push_back(module);
    else
        for (const ModuleView& inner : module.inside()) add_in_a_row(inner, to, file, depth + 1);
}

}}} // namespace lamina::pytorch::detail
