// lamina/formats/safetensors.hpp: reads files of named tensors in the safetensors format, and includes what writes them.
//
// Eight bytes with the header's length, the header in JSON, then the numbers of all tensors, each in logical (C) order.
// Source: the format's description, github.com/huggingface/safetensors, "Format", and the checks of its reference reader.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/json_text.hpp>
#include <lamina/formats/safetensors_header.hpp>
#include <lamina/formats/safetensors_types.hpp>
#include <lamina/formats/safetensors_writer.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace safetensors {

static_assert(std::endian::native == std::endian::little,
              "lamina/formats/safetensors.hpp copies little-endian numbers as they are");

/// A header above this is refused before it is read, as the reference reader does.
inline constexpr std::size_t largest_header = 100'000'000;

namespace detail {

/// What follows a header. Where only the header is read `at` is null, and `size` the largest number.
struct data_of_file {
    const char* at;
    std::size_t size;
};

[[gnu::cold]] inline file_tensor read_tensor(HeaderText& header, const std::string& name, const data_of_file& data)
{
    file_tensor read;
    read.name = name;
    std::size_t bits = 0, keys = 0, begin = 0, end = 0;
    header.members([&](const std::string& key) {
        ++keys;
        if (key == "shape") read.shape = header.sizes();
        else if (key == "data_offsets") {
            const auto offsets = header.sizes();
            if (offsets.size() != 2)
                header.refuse({"gives ", json_quoted{name}, ' ', offsets.size(), " offsets where 2 are needed"});
            begin = offsets[0];
            end = offsets[1];
        }
        else if (key == "dtype") {
            const auto type = header.string();
            for (std::size_t i = 0; i < type_count; ++i)
                if (types[i].name == type) {
                    bits = types[i].bits;
                    if (i < internals::dtype_count) read.type = static_cast<dtype>(i);
                    else read.foreign = types[i].name;
                }
            if (bits == 0) header.refuse({"gives ", json_quoted{name}, " the unknown type ", json_quoted{type}});
        }
        else header.refuse({"has the unknown key ", json_quoted{key}, " at ", json_quoted{name}});
    });
    if (keys != 3) header.refuse({"lacks dtype, shape or data_offsets of ", json_quoted{name}});
    if (begin > end || end > data.size)
        header.refuse({"places ", json_quoted{name}, " at bytes ", begin, " to ", end, " of ", data.size});
    for (const std::size_t extent : read.shape) {
        if (extent != 0 && bits > std::numeric_limits<std::size_t>::max() / extent)
            header.refuse({"gives ", json_quoted{name}, " more elements than can be counted"});
        bits *= extent;
    }
    if (bits % 8 != 0 || bits / 8 != end - begin)
        header.refuse({"gives ", json_quoted{name}, ' ', end - begin, " bytes where its type and shape need ", bits / 8});
    if (data.at) read.bytes = {data.at + begin, end - begin};
    return read;
}

/// Together the tensors have to cover the data, each byte once.
[[gnu::cold]] inline void check_places(const HeaderText& header, const std::vector<file_tensor>& tensors,
                                       const data_of_file& data)
{
    const auto begin = [&](std::size_t i) { return static_cast<std::size_t>(tensors[i].bytes.data() - data.at); };
    const auto end = [&](std::size_t i) { return begin(i) + tensors[i].bytes.size(); };
    const auto order = internals::sorted_places(tensors.size(), [&](std::size_t a, std::size_t b) {
        return begin(a) < begin(b) || (begin(a) == begin(b) && end(a) < end(b));
    });
    std::size_t covered = 0;
    for (const std::size_t place : order) {
        const json_quoted name{tensors[place].name};
        if (begin(place) < covered) header.refuse({"lets ", name, " overlap with another tensor at byte ", begin(place)});
        if (begin(place) > covered) header.refuse({"leaves a hole before ", name, " at byte ", covered});
        covered = end(place);
    }
    if (covered != data.size) header.refuse({"describes ", covered, " bytes where ", data.size, " follow it"});
}

/// The header's length, which the first eight bytes of a file of `size` say.
[[gnu::cold]] inline std::size_t header_length(std::string_view start, std::size_t size, std::string_view file)
{
    if (start.size() < 8)
        internals::fail({file, ": has ", start.size(),
                         " bytes, a safetensors file starts with 8 for the length of its header; copy it again"});
    std::uint64_t length = 0;
    std::memcpy(&length, start.data(), 8);
    if (length > largest_header)
        internals::fail(
            {file, ": claims a header of ", length, " bytes, at most ", largest_header, " are read; is it a safetensors file?"});
    if (length > size - 8)
        internals::fail({file, ": claims a header of ", length, " bytes and has ", size - 8, "; copy the file again"});
    return static_cast<std::size_t>(length);
}

[[gnu::cold]] inline void read_header(HeaderText& header, std::string_view text, const data_of_file& data, tensor_file& to)
{
    if (!text.starts_with('{')) header.refuse({"does not start with a brace"});
    header.members([&](const std::string& name) {
        if (name != "__metadata__") to.tensors.push_back(read_tensor(header, name, data));
        else header.members([&](const std::string& key) { to.metadata.push_back({key, header.string()}); });
    });
    header.expect_end();
}

} // namespace detail

/// The tensors in the bytes of a file; `file` is what errors call it. They share the bytes, and nothing is copied.
///
/// Refuses   whatever is not one whole file in the format: see the sentences.
LAMINA_OUTLINED inline tensor_file parse(std::string bytes, std::string_view file)
{
    tensor_file result{std::string(file)};
    const auto owner = internals::keep_bytes(std::move(bytes));
    const std::string_view all = owner->text;
    const std::size_t length = detail::header_length(all, all.size(), file);
    const std::string_view text = all.substr(8, length), numbers = all.substr(8 + length);
    const detail::data_of_file data{numbers.data(), numbers.size()};
    detail::HeaderText header(text, file);
    detail::read_header(header, text, data, result);
    detail::check_places(header, result.tensors, data);
    for (auto& tensor : result.tensors) tensor.owner = owner;
    return result;
}

/// A file's metadata, without reading its numbers, and without looking whether they are all there.
LAMINA_OUTLINED inline named_texts read_metadata(const internals::FilePath& path)
{
    const std::string start = read_file(path, 8);
    const std::size_t length = detail::header_length(start, ~std::size_t{0}, path.string());
    const std::string bytes = read_file(path, 8 + length);
    detail::header_length(bytes, bytes.size(), path.string());
    const std::string_view text = std::string_view(bytes).substr(8);
    detail::HeaderText header(text, path.string());
    tensor_file result{path.string()};
    detail::read_header(header, text, {nullptr, ~std::size_t{0}}, result);
    return std::move(result.metadata);
}

/// Reads and checks a whole file.
LAMINA_OUTLINED inline tensor_file read(const internals::FilePath& path) { return parse(read_file(path), path.string()); }

}}} // namespace lamina::safetensors
