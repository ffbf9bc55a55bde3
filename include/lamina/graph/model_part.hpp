// lamina/graph/model_part.hpp: the model of a checkpoint, as a file of a model has it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/graph/frozen.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What a checkpoint's metadata says that it is.
inline constexpr std::string_view checkpoint_format = "lamina checkpoint";

/// The variables of the part `model`, by their paths in the model; a file that is no checkpoint as it is.
///
/// Refuses   a checkpoint without such a part.
[[gnu::cold]] inline tensor_file model_part(tensor_file file)
{
    constexpr std::string_view part = "model/";
    const std::string* const format = find(file.metadata, "format");
    if (!format || *format != checkpoint_format) return file;

    std::size_t kept = 0;
    for (file_tensor& tensor : file.tensors) {
        if (!tensor.name.starts_with(part)) continue;
        tensor.name.erase(0, part.size());
        if (&tensor != &file.tensors[kept]) file.tensors[kept] = std::move(tensor);
        ++kept;
    }
    if (kept == 0)
        fail({file.name,
              ": is a checkpoint, and none of its parts is called \"model\"; restore it by a Checkpoint of these parts"});
    file.tensors.erase(file.tensors.begin() + static_cast<std::ptrdiff_t>(kept), file.tensors.end());

    std::string frozen; // a line for each name
    if (const std::string* const names = find(file.metadata, frozen_key))
        for (std::size_t at = 0, end; (end = names->find('\n', at)) != names->npos; at = end + 1) {
            const std::string_view line = std::string_view(*names).substr(at, end + 1 - at);
            if (line.starts_with(part)) append(frozen, {line.substr(part.size())});
        }
    file.metadata.clear();
    file.metadata.push_back({frozen_key, std::move(frozen)});
    return file;
}

}}} // namespace lamina::internals
