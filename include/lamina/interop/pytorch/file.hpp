// lamina/interop/pytorch/file.hpp: reads files of torch.save: a state_dict, a checkpoint, a whole module. Nothing in them is run.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/pickle/values.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/interop/pytorch/names.hpp>
#include <lamina/interop/pytorch/tensors.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch {

/// How a file is read.
struct ReadOptions {
    std::string part{};        ///< of a dictionary only what is under this name: "model"
    bool keep_unknown = false; ///< classes and functions that no model's file needs stay as names; else they are refused
};

/// A file of PyTorch: what it holds, as values that do nothing, and its tensors as arrays.
///
/// Refuses  what `torch.save` does not write, and names that no model's file needs: nothing is looked up or run.
class File {
public:
    /// `called` is what errors call the file. Of the options `keep_unknown` counts; a part is what `part` gives.
    [[gnu::cold]] File(std::string bytes, std::string_view called, const ReadOptions& how = {})
        : content(std::move(bytes), called, how.keep_unknown ? detail::is_any_name : detail::is_known_name)
    {}
    explicit File(const internals::FilePath& path, const ReadOptions& how = {})
        : File(internals::read_file(path), path.string(), how)
    {}

    const std::string& name() const { return content.name(); }
    /// Everything that it holds, from `values().top()` on.
    const pickle::Values& values() const { return content.values(); }

    /// Whether a value is a tensor or a parameter.
    bool is_tensor(const pickle::Value& value) const { return content.find(value) != nullptr; }

    /// Whether a value is a module: an object with parameters and modules. Its class is `values().class_of(value)`.
    [[gnu::cold]] bool is_module(const pickle::Value& value) const
    {
        return values().attribute(value, "_parameters") && values().attribute(value, "_modules");
    }

    /// Whether a value is a dictionary of tensors alone.
    [[gnu::cold]] bool is_state_dict(const pickle::Value& value) const
    {
        if (value.is != pickle::kind::dictionary) return false;
        for (std::size_t i = 0; i < value.items.size(); i += 2)
            if (values()[value.items[i]].is != pickle::kind::text || !is_tensor(values()[value.items[i + 1]])) return false;
        return true;
    }

    /// The texts among the keys of a dictionary, in its order.
    [[gnu::cold]] std::vector<std::string> keys(const pickle::Value& dictionary) const
    {
        std::vector<std::string> found;
        if (dictionary.is != pickle::kind::dictionary) return found;
        for (std::size_t i = 0; i < dictionary.items.size(); i += 2)
            if (const auto& key = values()[dictionary.items[i]]; key.is == pickle::kind::text) found.push_back(key.text);
        return found;
    }

    /// What is under a name in the file's dictionary; without a name all of it.
    ///
    /// Refuses  a name that is not there.
    [[gnu::cold]] const pickle::Value& part(std::string_view wanted) const
    {
        if (wanted.empty()) return values().top();
        const pickle::Value* const found = values().find(values().top(), wanted);
        if (!found) refuse({"has no part \"", wanted, "\", it ", what_it_holds()});
        return *found;
    }

    /// What a model is made from: the file's module or state_dict, or the part that is named.
    ///
    /// Refuses  a dictionary of several things of which none is named, and what is neither.
    [[gnu::cold]] const pickle::Value& model_part(std::string_view wanted) const
    {
        const pickle::Value& found = part(wanted);
        if (is_module(found) || is_state_dict(found)) return found;
        if (wanted.empty()) refuse({what_it_holds()});
        refuse({"has neither a module nor a state_dict as its part \"", wanted, "\"; name another part"});
    }

    /// A tensor as an array under a name. Numbers that lie as they are needed share the bytes of their storage.
    ///
    /// Refuses  a tensor that reaches out of its storage, and more numbers than the file can justify.
    [[gnu::cold]] protocols::file_tensor tensor(const pickle::Value& value, std::string called)
    {
        return content.read(value, std::move(called));
    }

    /// All tensors in a value: those of dictionaries under their keys, those of modules as state_dict() names them, with dots between.
    ///
    /// Refuses  what is nested more than 64 deep, and what holds itself.
    [[gnu::cold]] std::vector<protocols::file_tensor> tensors(const pickle::Value& value)
    {
        std::vector<protocols::file_tensor> found;
        visits_left = values().all.size();
        collect(value, "", 0, found);
        return found;
    }

private:
    [[noreturn, gnu::cold]] void refuse(std::initializer_list<internals::piece> why) const
    {
        internals::fail({name(), ": ", internals::text_of(why)});
    }

    /// `holds a dictionary with "model", "optimizer"; say which one: {.part = "model"}`.
    [[gnu::cold]] std::string what_it_holds() const
    {
        const auto names = keys(values().top());
        if (names.empty()) return "holds no model; save model.state_dict() with torch.save";
        std::string text = "holds a dictionary with";
        std::size_t advised = names.size();
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (i < 8) internals::append(text, {i > 0 ? ", \"" : " \"", names[i], '"'});
            const pickle::Value& inside = *values().find(values().top(), names[i]);
            if (advised == names.size() && (is_module(inside) || (is_state_dict(inside) && !inside.items.empty()))) advised = i;
        }
        if (names.size() > 8) internals::append(text, {" and others"});
        if (advised < names.size()) return internals::text_of({text, "; say which one: {.part = \"", names[advised], "\"}"});
        return internals::text_of({text, ", of which none is a model; save model.state_dict() with torch.save"});
    }

    /// A name inside of another.
    [[gnu::cold]] static std::string inside(const std::string& outer, std::string_view name)
    {
        return outer.empty() ? std::string(name) : internals::text_of({outer, '.', name});
    }

    [[gnu::cold]] void collect(const pickle::Value& value, const std::string& called, std::size_t depth,
                               std::vector<protocols::file_tensor>& to)
    {
        if (depth > 64 || visits_left == 0) refuse({"is nested too deep, or holds itself; it is no model"});
        --visits_left;
        if (is_tensor(value)) to.push_back(tensor(value, called));
        else if (is_module(value)) collect_module(value, called, depth, to);
        else if (value.is == pickle::kind::dictionary)
            for (std::size_t i = 0; i < value.items.size(); i += 2) {
                const pickle::Value& key = values()[value.items[i]];
                if (key.is == pickle::kind::text) collect(values()[value.items[i + 1]], inside(called, key.text), depth + 1, to);
                if (key.is == pickle::kind::integer)
                    collect(values()[value.items[i + 1]], inside(called, internals::text_of({key.number})), depth + 1, to);
            }
        else if (value.is == pickle::kind::list || value.is == pickle::kind::tuple)
            for (std::size_t i = 0; i < value.items.size(); ++i)
                collect(values()[value.items[i]], inside(called, internals::text_of({i})), depth + 1, to);
    }

    /// Parameters, buffers that are saved, and the modules inside.
    [[gnu::cold]] void collect_module(const pickle::Value& module, const std::string& called, std::size_t depth,
                                      std::vector<protocols::file_tensor>& to)
    {
        const pickle::Value* const left_out = values().attribute(module, "_non_persistent_buffers_set");
        for (const char* const kind : {"_parameters", "_buffers", "_modules"}) {
            const pickle::Value* const those = values().attribute(module, kind);
            if (!those || those->is != pickle::kind::dictionary) continue;
            for (std::size_t i = 0; i < those->items.size(); i += 2) {
                const pickle::Value& key = values()[those->items[i]];
                bool saved = key.is == pickle::kind::text;
                for (std::size_t j = 0; saved && left_out && kind[1] == 'b' && j < left_out->items.size(); ++j)
                    saved = !values()[left_out->items[j]].is_text(key.text);
                if (saved) collect(values()[those->items[i + 1]], inside(called, key.text), depth + 1, to);
            }
        }
    }

    detail::Tensors content;
    std::size_t visits_left = 0;
};

/// The tensors of a file of `torch.save`, by name: of a state_dict its own, of a module those of its state_dict(), of a checkpoint
/// `model.0.weight`, `optimizer.state.0.exp_avg`; in any number type, strided or shared.
///
/// Refuses  what `File` refuses, and two tensors of one name.
///
/// Example  const auto weights = pytorch::read("lenet5.pt");
LAMINA_OUTLINED inline protocols::tensor_file read(const internals::FilePath& path, const ReadOptions& how = {})
{
    File file(path, how);
    protocols::tensor_file result{path.string()};
    result.tensors = file.tensors(file.part(how.part));
    internals::check_arrays(result);
    return result;
}

}}} // namespace lamina::pytorch
