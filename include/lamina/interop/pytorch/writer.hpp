// lamina/interop/pytorch/writer.hpp: writes files that torch.load opens: a state_dict, or a module with its class and attributes.
//
// Source: PyTorch, torch/serialization.py and torch/nn/modules/module.py of versions 1.13 and 2.15.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/array_of.hpp>
#include <lamina/formats/pickle/writer.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/formats/zip_writer.hpp>
#include <lamina/interop/pytorch/names.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch {

/// A module of PyTorch to be written: its class, what it learns, and its attributes.
struct Module {
    std::string package;                                   ///< "torch.nn.modules.conv"
    std::string name;                                      ///< "Conv2d"
    protocols::NamedArrays parameters{};                   ///< "weight", in PyTorch's order of axes
    std::vector<std::string> absent{};                     ///< parameters that it has not: "bias" of bias=False
    protocols::NamedArrays buffers{};                      ///< "running_mean"
    std::vector<pickle::Entry> attributes{};               ///< of its class: {"stride", pickle::sizes({1, 1})}
    std::vector<std::pair<std::string, Module>> modules{}; ///< inside of it: of a Sequential "0", "1", …
};

namespace detail {

/// Composes a file: values that may contain tensors, and their storages.
class FileWriter {
public:
    explicit FileWriter(const internals::FilePath& path) : file(path.string()), archive(path, {.alignment = 64}) {}

    /// A tensor of its own storage.
    [[gnu::cold]] pickle::Made tensor(const protocols::file_tensor& array, std::string_view called)
    {
        const auto& type = number_types[static_cast<std::size_t>(type_place(array, called))];
        internals::check_arrays({file, {array}, {}});
        const std::string key = internals::text_of({storages.size()});
        storages.push_back(array);
        std::vector<std::size_t> strides(array.shape.size(), 1);
        for (std::size_t axis = strides.size(); axis-- > 1;)
            strides[axis - 1] = strides[axis] * (array.shape[axis] > 0 ? array.shape[axis] : 1);
        const auto id = pickle::tuple({pickle::text("storage"), pickle::global("torch", type.storage), pickle::text(key),
                                       pickle::text("cpu"), pickle::integer(static_cast<std::int64_t>(array.size()))});
        return pickle::call(pickle::global("torch._utils", "_rebuild_tensor_v2"),
                            {pickle::persistent(id), pickle::integer(0), pickle::sizes(array.shape), pickle::sizes(strides),
                             pickle::boolean(false), pickle::ordered_dictionary({})});
    }

    [[gnu::cold]] pickle::Made parameter(const protocols::file_tensor& array, std::string_view called)
    {
        return pickle::call(pickle::global("torch._utils", "_rebuild_parameter"),
                            {tensor(array, called), pickle::boolean(true), pickle::ordered_dictionary({})});
    }

    /// The entries under which arrays are found.
    [[gnu::cold]] std::vector<pickle::Entry> entries(const protocols::NamedArrays& arrays, bool learned)
    {
        const auto twice = internals::repeated({arrays, [](const auto& one) { return std::string_view(one.name); }});
        if (twice.data()) internals::fail({file, ": two arrays would have the name \"", twice, "\"; rename one"});
        std::vector<pickle::Entry> made;
        for (const auto& [name, array] : arrays)
            made.push_back({name, learned ? parameter(array.numbers, name) : tensor(array.numbers, name)});
        return made;
    }

    [[gnu::cold]] pickle::Made module(const Module& from)
    {
        const auto set = pickle::call(pickle::global("__builtin__", "set"), {pickle::list({})});
        const auto nothing = pickle::ordered_dictionary({});
        auto parameters = entries(from.parameters, true);
        for (const auto& name : from.absent) parameters.push_back({name, pickle::none()});
        std::vector<pickle::Entry> inside;
        for (const auto& [name, one] : from.modules) inside.push_back({name, module(one)});
        std::vector<pickle::Entry> state{
            {"training", pickle::boolean(true)},
            {"_parameters", pickle::ordered_dictionary(parameters)},
            {"_buffers", pickle::ordered_dictionary(entries(from.buffers, false))},
            {"_non_persistent_buffers_set", set},
            {"_backward_hooks", nothing},
            {"_is_full_backward_hook", pickle::none()},
            {"_forward_hooks", nothing},
            {"_forward_pre_hooks", nothing},
            {"_state_dict_hooks", nothing},
            {"_load_state_dict_pre_hooks", nothing},
            {"_load_state_dict_post_hooks", nothing},
            {"_modules", pickle::ordered_dictionary(inside)},
        };
        for (const auto& attribute : from.attributes) state.push_back(attribute);
        return pickle::object(pickle::global(from.package, from.name), state);
    }

    /// Writes the file: whole, or not at all.
    [[gnu::cold]] void write(const pickle::Made& value)
    {
        archive.add("archive/data.pkl", pickle::file_of(value));
        for (std::size_t i = 0; i < storages.size(); ++i)
            archive.add(internals::text_of({"archive/data/", i}), std::string(storages[i].bytes));
        archive.add("archive/version", "3\n");
        archive.write();
    }

private:
    [[gnu::cold]] std::size_t type_place(const protocols::file_tensor& array, std::string_view called) const
    {
        for (std::size_t i = 0; array.foreign.empty() && i < std::size(number_types); ++i)
            if (number_types[i].known && number_types[i].type == array.type && !number_types[i].storage.empty()) return i;
        internals::fail(
            {file, ": \"", called, "\" holds ", array.type_name(), ", which PyTorch has no storage of; save it as int32"});
    }

    std::string file;
    zipped::Writer archive;
    std::vector<protocols::file_tensor> storages;
};

} // namespace detail

/// Writes arrays as a state_dict, which `torch.load(path, weights_only=True)` opens: names and axes are PyTorch's. The same arrays are the
/// same bytes, and the file is whole or not there.
///
/// Refuses  a name that comes twice, and unsigned integers of more than 8 bits, of which PyTorch has no storage.
///
/// Example  pytorch::write_state_dict("a.pt", {{"0.weight", xt::xtensor<float, 2>{{1, 2}}}, {"0.bias", xt::xtensor<float, 1>{3}}});
LAMINA_OUTLINED inline void write_state_dict(const internals::FilePath& path, const protocols::NamedArrays& arrays)
{
    detail::FileWriter file(path);
    file.write(pickle::ordered_dictionary(file.entries(arrays, false)));
}

/// Writes a module with those inside of it, which `torch.load` opens (since 2.6 with `weights_only=False`, as it names classes).
///
/// Refuses  what `write_state_dict` refuses.
LAMINA_OUTLINED inline void write_module(const internals::FilePath& path, const Module& module)
{
    detail::FileWriter file(path);
    file.write(file.module(module));
}

}}} // namespace lamina::pytorch
