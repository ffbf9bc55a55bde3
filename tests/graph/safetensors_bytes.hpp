// What the tests of safetensors share: files made by hand, and a reader of their own that knows nothing of lamina's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// A file of this header and this many zeros.
inline std::string file_of(std::string_view header, std::size_t data_bytes = 0)
{
    const std::uint64_t length = header.size();
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &length, 8);
    return bytes.append(header).append(data_bytes, '\0');
}

/// The numbers under a name in a file that is known to be well-formed: finds the name as text, and takes what follows.
template <class T> std::vector<T> numbers_of(std::string_view file, std::string_view name, std::string_view shape)
{
    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), 8);
    const auto header = file.substr(8, length);
    std::string entry = "\"";
    entry.append(name)
        .append("\":{\"dtype\":\"")
        .append(sizeof(T) == 4 ? "F32" : "F64")
        .append("\",\"shape\":[")
        .append(shape)
        .append("],\"data_offsets\":[");
    const auto at = header.find(entry);
    if (at == header.npos) throw std::runtime_error("no " + entry + " in " + std::string(header));
    char* end = nullptr;
    const auto first = std::strtoull(header.data() + at + entry.size(), &end, 10);
    const auto last = std::strtoull(end + 1, nullptr, 10);
    std::vector<T> result((last - first) / sizeof(T));
    std::memcpy(result.data(), file.data() + 8 + length + first, last - first);
    return result;
}
