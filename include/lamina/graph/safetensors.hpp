// lamina/graph/safetensors.hpp: reads and writes files of named tensors in the safetensors format.
//
// Eight bytes with the header's length, the header in JSON, then the numbers of all tensors, each in logical (C) order.
// Source: the format's description, github.com/huggingface/safetensors, "Format", and the checks of its reference reader.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/once.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/text.hpp>
#include <lamina/graph/json_text.hpp>
#include <lamina/graph/safetensors_header.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina::safetensors {

static_assert(std::endian::native == std::endian::little,
              "lamina/graph/safetensors.hpp copies little-endian numbers as they are");

/// The types of numbers that the format knows, and the bits of one.
inline constexpr struct {
    std::string_view name;
    std::size_t bits;
} types[] = {
    {"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
    {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
    {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
    {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64},
};

/// The name of a stored number's type in these files.
constexpr std::string_view type_of(number type) { return type == number::float32 ? "F32" : "F64"; }

/// A header above this is refused before it is read, as the reference reader does.
inline constexpr std::size_t largest_header = 100'000'000;

/// A tensor as the header describes it. Its numbers are bytes [begin, end) of the data.
struct stored_tensor {
    std::string name;
    std::string_view type; ///< one of `types`
    std::vector<std::size_t> shape;
    std::size_t begin = 0, end = 0;

    /// Writes its form, `F32 [3, 2]`.
    [[gnu::cold]] friend void print(std::string& to, const stored_tensor& tensor)
    {
        append(to, {tensor.type, " ["});
        for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis) append(to, {axis > 0 ? ", " : "", tensor.shape[axis]});
        lamina::print(to, ']');
    }
};

/// Whether a tensor has this type and shape.
[[gnu::cold]] inline bool fits(const stored_tensor& tensor, number type, const shape& extents)
{
    return tensor.type == type_of(type) &&
           std::equal(tensor.shape.begin(), tensor.shape.end(), extents.extents, extents.extents + extents.rank);
}

/// Texts under names: what a file says of itself.
struct named_text {
    std::string name, text;
};
using named_texts = std::vector<named_text>;

/// The text under a name, or null.
[[gnu::cold]] inline const std::string* find(const named_texts& texts, std::string_view name)
{
    for (const auto& one : texts)
        if (one.name == name) return &one.text;
    return nullptr;
}

/// A file in memory, checked.
struct contents {
    std::vector<stored_tensor> tensors; ///< in the order of the header
    named_texts metadata;               ///< in the order of the header
    std::string bytes;                  ///< the whole file
    std::size_t data_start = 0;

    /// The bytes of a tensor of this file.
    std::string_view data(const stored_tensor& tensor) const
    {
        return std::string_view(bytes).substr(data_start + tensor.begin, tensor.end - tensor.begin);
    }
};

namespace detail {

[[gnu::cold]] inline stored_tensor read_tensor(HeaderText& header, const std::string& name, std::size_t data_bytes)
{
    stored_tensor read;
    read.name = name;
    std::size_t bits = 0, keys = 0;
    header.members([&](const std::string& key) {
        ++keys;
        if (key == "shape") read.shape = header.sizes();
        else if (key == "data_offsets") {
            const auto offsets = header.sizes();
            if (offsets.size() != 2)
                header.refuse({"gives ", json_quoted{name}, ' ', offsets.size(), " offsets where 2 are needed"});
            read.begin = offsets[0];
            read.end = offsets[1];
        }
        else if (key == "dtype") {
            const auto type = header.string();
            for (const auto& known : types)
                if (known.name == type) {
                    read.type = known.name;
                    bits = known.bits;
                }
            if (bits == 0) header.refuse({"gives ", json_quoted{name}, " the unknown type ", json_quoted{type}});
        }
        else header.refuse({"has the unknown key ", json_quoted{key}, " at ", json_quoted{name}});
    });
    if (keys != 3) header.refuse({"lacks dtype, shape or data_offsets of ", json_quoted{name}});
    if (read.begin > read.end || read.end > data_bytes)
        header.refuse({"places ", json_quoted{name}, " at bytes ", read.begin, " to ", read.end, " of ", data_bytes});
    for (const std::size_t extent : read.shape) {
        if (extent != 0 && bits > std::numeric_limits<std::size_t>::max() / extent)
            header.refuse({"gives ", json_quoted{name}, " more elements than can be counted"});
        bits *= extent;
    }
    if (bits % 8 != 0 || bits / 8 != read.end - read.begin)
        header.refuse(
            {"gives ", json_quoted{name}, ' ', read.end - read.begin, " bytes where its type and shape need ", bits / 8});
    return read;
}

/// Together the tensors have to cover the data, each byte once.
[[gnu::cold]] inline void check_places(const HeaderText& header, const std::vector<stored_tensor>& tensors,
                                       std::size_t data_bytes)
{
    const auto order = sorted_places(tensors.size(), [&](std::size_t a, std::size_t b) {
        return tensors[a].begin < tensors[b].begin || (tensors[a].begin == tensors[b].begin && tensors[a].end < tensors[b].end);
    });
    std::size_t covered = 0;
    for (const std::size_t place : order) {
        const auto& [name, type, shape, begin, end] = tensors[place];
        if (begin < covered) header.refuse({"lets ", json_quoted{name}, " overlap with another tensor at byte ", begin});
        if (begin > covered) header.refuse({"leaves a hole before ", json_quoted{name}, " at byte ", covered});
        covered = end;
    }
    if (covered != data_bytes) header.refuse({"describes ", covered, " bytes where ", data_bytes, " follow it"});
}

} // namespace detail

namespace detail {

/// The header's length, which the first eight bytes of a file of `size` say.
[[gnu::cold]] inline std::size_t header_length(std::string_view start, std::size_t size, std::string_view file)
{
    if (start.size() < 8)
        fail({file, ": has ", start.size(),
              " bytes, a safetensors file starts with 8 for the length of its header; copy it again"});
    std::uint64_t length = 0;
    std::memcpy(&length, start.data(), 8);
    if (length > largest_header)
        fail({file, ": claims a header of ", length, " bytes, at most ", largest_header, " are read; is it a safetensors file?"});
    if (length > size - 8) fail({file, ": claims a header of ", length, " bytes and has ", size - 8, "; copy the file again"});
    return static_cast<std::size_t>(length);
}

/// Reads a header that describes at most `data_bytes`.
[[gnu::cold]] inline void read_header(HeaderText& header, std::string_view text, std::size_t data_bytes, contents& to)
{
    if (!text.starts_with('{')) header.refuse({"does not start with a brace"});
    header.members([&](const std::string& name) {
        if (name != "__metadata__") to.tensors.push_back(read_tensor(header, name, data_bytes));
        else header.members([&](const std::string& key) { to.metadata.push_back({key, header.string()}); });
    });
    header.expect_end();
}

} // namespace detail

/// The tensors in the bytes of a file; `file` is what errors call it.
///
/// Refuses   whatever is not one whole file in the format: see the sentences.
LAMINA_ONCE inline contents parse(std::string bytes, std::string_view file)
{
    contents result;
    result.data_start = 8 + detail::header_length(bytes, bytes.size(), file);
    const std::string_view text = std::string_view(bytes).substr(8, result.data_start - 8);
    const std::size_t data_bytes = bytes.size() - result.data_start;
    detail::HeaderText header(text, file);
    detail::read_header(header, text, data_bytes, result);
    detail::check_places(header, result.tensors, data_bytes);
    result.bytes = std::move(bytes);
    return result;
}

/// A file's metadata, without reading its numbers, and without looking whether they are all there.
LAMINA_ONCE inline named_texts read_metadata(const FilePath& path)
{
    const std::string start = read_file(path, 8);
    const std::size_t length = detail::header_length(start, ~std::size_t{0}, path.string());
    const std::string bytes = read_file(path, 8 + length);
    detail::header_length(bytes, bytes.size(), path.string());
    const std::string_view text = std::string_view(bytes).substr(8);
    detail::HeaderText header(text, path.string());
    contents result;
    detail::read_header(header, text, ~std::size_t{0}, result);
    return std::move(result.metadata);
}

/// Reads and checks a whole file.
LAMINA_ONCE inline contents read(const FilePath& path) { return parse(read_file(path), path.string()); }

/// Copies numbers from a file's order to that of a record of the same type and size.
[[gnu::noinline]] inline void copy(std::string_view from, record& to)
{
    std::byte* const start = to.data<std::byte>();
    const std::size_t size = bytes_of(to.type());
    const char* next = from.data();
    to.for_each_row([&](std::size_t place, std::size_t count) {
        std::memcpy(start + place * size, next, count * size);
        next += count * size;
    });
}

/// What a file is written from: a name and the numbers under it.
using named_records = std::vector<std::pair<std::string, std::shared_ptr<record>>>;

/// Writes records in the order given, doubles before floats so that each number lies on a multiple of its size.
///
/// Refuses   a name that comes twice, is "__metadata__" or is not UTF-8, and what a file can fail of; then an older file
///           of that name is as it was.
LAMINA_ONCE inline void write(const FilePath& path, const named_records& tensors, named_texts metadata = {})
{
    if (!find(metadata, "format")) metadata.push_back({"format", "lamina"});
    if (!find(metadata, "version")) metadata.push_back({"version", "1"});

    const auto text = [&](std::string_view plain) {
        for (auto rest = plain; !rest.empty(); rest.remove_prefix(detail::utf8_length(rest)))
            if (detail::utf8_length(rest) == 0)
                fail({path.string(), ": the text \"", plain, "\" is not UTF-8, which the format needs; rename it"});
        return detail::json_quoted{plain};
    };
    auto twice = repeated({tensors, [](const auto& tensor) { return std::string_view(tensor.first); }});
    for (const auto& [name, numbers] : tensors)
        if (name == "__metadata__") twice = name;
    if (twice.data()) fail({path.string(), ": two tensors would have the name ", text(twice), "; rename one"});
    if (const auto name = repeated({metadata, [](const named_text& one) { return std::string_view(one.name); }}); name.data())
        fail({path.string(), ": two texts would have the name ", text(name), "; rename one"});
    std::vector<std::size_t> ordered;
    for (const number type : {number::float64, number::float32})
        for (std::size_t i = 0; i < tensors.size(); ++i)
            if (tensors[i].second->type() == type) ordered.push_back(i);

    std::string header = "{\"__metadata__\":{";
    for (const std::size_t place :
         sorted_places(metadata.size(), [&](std::size_t a, std::size_t b) { return metadata[a].name < metadata[b].name; }))
        append(header, {header.back() == '{' ? "" : ",", text(metadata[place].name), ':', text(metadata[place].text)});
    append(header, {'}'});
    std::size_t end = 0;
    for (const std::size_t place : ordered) {
        const auto& [name, numbers] = tensors[place];
        append(header, {',', text(name), ":{\"dtype\":\"", type_of(numbers->type()), "\",\"shape\":["});
        const shape& extents = numbers->extents();
        for (std::size_t axis = 0; axis < extents.rank; ++axis) append(header, {axis > 0 ? "," : "", extents[axis]});
        const std::size_t begin = std::exchange(end, end + extents.size() * bytes_of(numbers->type()));
        append(header, {"],\"data_offsets\":[", begin, ',', end, "]}"});
    }
    append(header, {'}'});
    while (header.size() % 8 != 0) append(header, {' '});

    AtomicFile file(path);
    const std::uint64_t length = header.size();
    file.write(&length, sizeof length);
    file.write(header);
    for (const std::size_t tensor : ordered) {
        const record& numbers = *tensors[tensor].second;
        const std::byte* const start = numbers.data<std::byte>();
        const std::size_t size = bytes_of(numbers.type());
        numbers.for_each_row([&](std::size_t place, std::size_t count) { file.write(start + place * size, count * size); });
    }
    file.commit();
}

} // namespace lamina::safetensors
