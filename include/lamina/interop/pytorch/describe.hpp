// lamina/interop/pytorch/describe.hpp: what a file of PyTorch holds, as a text: arrays, modules with their attributes, the optimizer.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/pickle/values.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/interop/printable.hpp>
#include <lamina/interop/pytorch/file.hpp>
#include <lamina/models/summary.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch {

namespace detail {

/// Tells what the values of a file are.
class Description {
public:
    explicit Description(File& of) : file(of), values(of.values()), rows_left(values.all.size()) {}

    std::string text;

    /// Everything.
    [[gnu::cold]] void add_file()
    {
        const pickle::Value& top = values.top();
        if (file.is_module(top) || file.is_state_dict(top) || top.is != pickle::kind::dictionary) return add(top, "");
        internals::append(text, {"a dictionary of ", top.items.size() / 2, " things\n"});
        for (std::size_t i = 0; i < top.items.size(); i += 2) {
            internals::append(text, {'\n', words_of(values[top.items[i]]), ": "});
            add(values[top.items[i + 1]], values[top.items[i]].text);
        }
    }

private:
    /// How a number, a text or a short list of them is written; of anything else what it is.
    [[gnu::cold]] std::string words_of(const pickle::Value& value, int depth = 0) const
    {
        using pickle::kind;
        const std::size_t count = value.items.size();
        switch (value.is) {
        case kind::none: return "None";
        case kind::boolean: return value.number != 0 ? "True" : "False";
        case kind::integer: return internals::text_of({value.number});
        case kind::real: return internals::text_of({value.real()});
        case kind::text: return internals::text_of({'"', internals::printable(value.text), '"'});
        case kind::bytes: return internals::text_of({value.text.size(), " bytes"});
        case kind::global: return internals::printable(value.text);
        case kind::persistent: return "a storage";
        case kind::object:
            return internals::text_of({"an object of ", internals::printable(values.class_of(value)),
                                       depth > 0 ? "" : ", made of ",
                                       depth > 0 ? std::string() : words_of(values[value.items[1]], depth + 1)});
        case kind::dictionary: return internals::text_of({"a dictionary of ", count / 2, " things"});
        case kind::set: return internals::text_of({"a set of ", count, " things"});
        case kind::list:
        case kind::tuple: break;
        }
        const bool list = value.is == kind::list;
        if (depth > 1 || count > 8) return internals::text_of({list ? "a list of " : "a tuple of ", count, " things"});
        std::string words(list ? "[" : "(");
        for (std::size_t i = 0; i < count; ++i)
            internals::append(words, {i > 0 ? ", " : "", words_of(values[value.items[i]], depth + 1)});
        return words + (list ? "]" : count == 1 ? ",)" : ")");
    }

    [[gnu::cold]] void add(const pickle::Value& value, std::string_view called)
    {
        if (file.is_module(value)) add_module_table(value);
        else if (file.is_tensor(value)) internals::append(text, {file.tensor(value, std::string(called)), '\n'});
        else if (file.is_state_dict(value)) add_arrays(value);
        else if (values.find(value, "param_groups") && values.find(value, "state")) add_optimizer(value);
        else internals::append(text, {words_of(value), '\n'});
    }

    [[gnu::cold]] void add_arrays(const pickle::Value& value)
    {
        rows = {{"Array", "Type", "Shape", "Numbers", ""}};
        std::size_t total = 0;
        for (const auto& array : file.tensors(value)) {
            const std::size_t count = count_of(array);
            internals::add_to(rows,
                              {internals::printable(array.name), std::string(array.type_name()),
                               internals::text_of({internals::extents_text{array.shape}}), internals::with_commas(count), ""});
            total += count;
        }
        internals::append(text, {"a state_dict of ", rows.size() - 1, " arrays\n", internals::boxed(rows, "lllr"),
                                 " Total numbers: ", internals::with_commas(total), '\n'});
    }

    [[gnu::cold]] void add_module_table(const pickle::Value& module)
    {
        rows = {{"Module (type)", "Arrays", "Param #", "Attributes", ""}};
        parameters = buffers = 0;
        add_module(module, "", 0);
        internals::append(text, {"a module, ", internals::printable(values.class_of(module)), '\n',
                                 internals::boxed(rows, "llrl"), " Total params: ", internals::with_commas(parameters), '\n'});
        if (buffers > 0) internals::append(text, {" Numbers in buffers: ", internals::with_commas(buffers), '\n'});
    }

    /// A row for a module, unless it only holds others, and for those inside.
    [[gnu::cold]] void add_module(const pickle::Value& module, const std::string& path, std::size_t depth)
    {
        if (depth > 64 || rows_left == 0) internals::fail({file.name(), ": is nested too deep, or holds itself; it is no model"});
        --rows_left;
        const std::string_view type = values.class_of(module);
        std::string arrays;
        const std::size_t learned = add_arrays_of(module, "_parameters", arrays);
        parameters += learned;
        buffers += add_arrays_of(module, "_buffers", arrays);
        const pickle::Value& inside = *values.attribute(module, "_modules");
        if (inside.items.empty() || !arrays.empty())
            internals::add_to(rows,
                              {internals::printable(internals::text_of({path, " (", type.substr(type.rfind(' ') + 1), ')'})),
                               arrays, internals::with_commas(learned), attributes_of(module), ""});
        if (inside.is != pickle::kind::dictionary) return;
        for (std::size_t i = 0; i < inside.items.size(); i += 2) {
            const pickle::Value& one = values[inside.items[i + 1]];
            const std::string& name = values[inside.items[i]].text;
            if (file.is_module(one)) add_module(one, path.empty() ? name : internals::text_of({path, '.', name}), depth + 1);
        }
    }

    /// Appends names and shapes; gives how many numbers there are.
    [[gnu::cold]] std::size_t add_arrays_of(const pickle::Value& module, std::string_view which, std::string& to)
    {
        std::size_t total = 0;
        const pickle::Value* const those = values.attribute(module, which);
        for (const std::string& name : those ? file.keys(*those) : std::vector<std::string>()) {
            const pickle::Value& value = *values.find(*those, name);
            if (!file.is_tensor(value)) continue;
            const auto array = file.tensor(value, name);
            internals::append(to,
                              {to.empty() ? "" : ", ", internals::printable(name), ' ', internals::extents_text{array.shape}});
            total += count_of(array);
        }
        return total;
    }

    /// Whether an attribute is what PyTorch gives it where nobody says anything.
    [[gnu::cold]] static bool is_usual(std::string_view name, std::string_view words)
    {
        constexpr std::string_view usual[][2] = {
            {"dilation", "1"},
            {"dilation", "(1,)"},
            {"dilation", "(1, 1)"},
            {"padding", "0"},
            {"padding", "(0,)"},
            {"padding", "(0, 0)"},
            {"groups", "1"},
            {"output_padding", "(0,)"},
            {"output_padding", "(0, 0)"},
            {"padding_mode", "\"zeros\""},
            {"stride", "(1,)"},
            {"stride", "(1, 1)"},
            {"affine", "True"},
            {"track_running_stats", "True"},
            {"elementwise_affine", "True"},
            {"start_dim", "1"},
            {"end_dim", "-1"},
            {"count_include_pad", "True"},
        };
        for (const auto& [attribute, value] : usual)
            if (name == attribute && words == value) return true;
        return words == "None" || words == "False";
    }

    /// The attributes of a module's own class, but for those that are as usual.
    [[gnu::cold]] std::string attributes_of(const pickle::Value& module) const
    {
        std::string words;
        const pickle::Value& state = values[module.state];
        for (const std::string& name : file.keys(state)) {
            const std::string value = words_of(*values.find(state, name));
            if (!name.starts_with('_') && name != "training" && !is_usual(name, value))
                internals::append(words, {words.empty() ? "" : ", ", internals::printable(name), '=', value});
        }
        return words;
    }

    /// `an optimizer's state: lr=0.001, betas=(0.9, 0.999); 30 arrays, at step 5625`.
    [[gnu::cold]] void add_optimizer(const pickle::Value& value)
    {
        const pickle::Value &groups = *values.find(value, "param_groups"), &state = *values.find(value, "state");
        internals::append(text, {"an optimizer's state"});
        for (std::size_t i = 0; groups.is == pickle::kind::list && i < groups.items.size(); ++i) {
            const pickle::Value& group = values[groups.items[i]];
            std::string words;
            for (const std::string& name : file.keys(group)) {
                const std::string setting = words_of(*values.find(group, name));
                if (name != "params" && setting != "None" && setting != "False")
                    internals::append(words, {words.empty() ? "" : ", ", internals::printable(name), '=', setting});
            }
            internals::append(text, {i == 0 ? ": " : "; ", words});
        }
        const auto arrays = file.tensors(state);
        internals::append(text, {"; ", arrays.size(), " arrays"});
        for (const auto& array : arrays)
            if (array.name.ends_with(".step") && array.shape.empty() && array.foreign.empty() && array.size() == 1) {
                internals::append(text, {", at step ", array.as<double>()[0]});
                break;
            }
        internals::print(text, '\n');
    }

    [[gnu::cold]] static std::size_t count_of(const protocols::file_tensor& array)
    {
        if (array.foreign.empty()) return array.size();
        std::size_t count = 1;
        for (const std::size_t extent : array.shape) count *= extent;
        return count;
    }

    File& file;
    const pickle::Values& values;
    std::vector<internals::table_row> rows;
    std::size_t parameters = 0, buffers = 0, rows_left;
};

} // namespace detail

/// What a file of `torch.save` holds: the arrays of a state_dict; the modules of a whole module with arrays and attributes; of a
/// dictionary each part, an optimizer's settings and step. Classes that lamina does not know are named, and nothing is run.
///
/// Refuses  what `pytorch::File` refuses of a file, but for unknown names.
///
/// Example  std::string text = pytorch::describe("lenet5.pt");
LAMINA_OUTLINED inline std::string describe(const internals::FilePath& path)
{
    File file(path, {.keep_unknown = true});
    detail::Description description(file);
    description.add_file();
    return std::move(description.text);
}

}}} // namespace lamina::pytorch
