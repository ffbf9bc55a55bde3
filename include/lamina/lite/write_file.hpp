// lamina/lite/write_file.hpp: the bytes that `lite::convert` gives, as a file.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/file.hpp>

#include <cstddef>
#include <span>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite {

/// Writes a whole file, or changes nothing.
///
/// Refuses  a path that cannot be written, a disk that is full.
/// Example  auto put = [](const auto& model) { lite::write_file("lenet5.tflite", lite::convert(model)); };
[[gnu::cold]] inline void write_file(const internals::FilePath& path, std::span<const std::byte> bytes)
{
    internals::write_file_atomically(path, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}}} // namespace lamina::lite
