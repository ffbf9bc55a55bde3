// lamina/formats/safetensors_writer.hpp: writes files of named tensors in the safetensors format.
//
// Source: the format's description, github.com/huggingface/safetensors, "Format".
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/record.hpp>
#include <lamina/formats/json_text.hpp>
#include <lamina/formats/safetensors_types.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace safetensors {

static_assert(std::endian::native == std::endian::little,
              "lamina/formats/safetensors_writer.hpp copies little-endian numbers as they are");

namespace detail {

/// A text in quotes, or a refusal.
[[gnu::cold]] inline json_quoted quoted(std::string_view plain, std::string_view file)
{
    for (auto rest = plain; !rest.empty(); rest.remove_prefix(utf8_length(rest)))
        if (utf8_length(rest) == 0)
            internals::fail({file, ": the text \"", plain, "\" is not UTF-8, which the format needs; rename it"});
    return {plain};
}

/// Refuses names that the format cannot hold.
[[gnu::cold]] inline void check_names(const tensor_file& what)
{
    auto twice = internals::repeated({what.tensors, [](const auto& tensor) { return std::string_view(tensor.name); }});
    for (const auto& tensor : what.tensors)
        if (tensor.name == "__metadata__") twice = tensor.name;
    if (twice.data())
        internals::fail({what.name, ": two tensors would have the name ", quoted(twice, what.name), "; rename one"});
    const auto text = internals::repeated({what.metadata, [](const named_text& one) { return std::string_view(one.name); }});
    if (text.data()) internals::fail({what.name, ": two texts would have the name ", quoted(text, what.name), "; rename one"});
}

/// Where the type of an array stands in `types`; their number where it does not.
[[gnu::cold]] inline std::size_t type_place(const file_tensor& tensor)
{
    if (tensor.foreign.empty()) return static_cast<std::size_t>(tensor.type);
    std::size_t place = internals::dtype_count;
    while (place < type_count && types[place].name != tensor.foreign) ++place;
    return place;
}

/// The bytes that an array takes.
[[gnu::cold]] inline std::size_t bytes_for(const file_tensor& tensor)
{
    std::size_t bits = types[type_place(tensor)].bits;
    for (const std::size_t extent : tensor.shape) bits *= extent;
    return bits / 8;
}

/// The header of a file in which the tensors have this order.
[[gnu::cold]] inline std::string header_of(const tensor_file& what, const std::vector<std::size_t>& order)
{
    const auto& texts = what.metadata;
    std::string header = "{\"__metadata__\":{";
    for (const std::size_t place :
         internals::sorted_places(texts.size(), [&](std::size_t a, std::size_t b) { return texts[a].name < texts[b].name; }))
        internals::append(header, {header.back() == '{' ? "" : ",", quoted(texts[place].name, what.name), ':',
                                   quoted(texts[place].text, what.name)});
    internals::append(header, {'}'});
    std::size_t end = 0;
    for (const std::size_t place : order) {
        const file_tensor& tensor = what.tensors[place];
        internals::append(
            header, {',', quoted(tensor.name, what.name), ":{\"dtype\":\"", types[type_place(tensor)].name, "\",\"shape\":["});
        for (std::size_t axis = 0; axis < tensor.shape.size(); ++axis)
            internals::append(header, {axis > 0 ? "," : "", tensor.shape[axis]});
        const std::size_t begin = std::exchange(end, end + bytes_for(tensor));
        internals::append(header, {"],\"data_offsets\":[", begin, ',', end, "]}"});
    }
    internals::append(header, {'}'});
    while (header.size() % 8 != 0) internals::append(header, {' '});
    return header;
}

/// Writes a file of the tensors that are described, whose bytes `put` writes: `put(from, i, file)` those of tensor i. The widest types
/// come first, so that each number lies on a multiple of its size.
[[gnu::cold]] inline void write(const tensor_file& what, const void* from,
                                void (*put)(const void* from, std::size_t i, internals::AtomicFile& file))
{
    check_names(what);
    std::vector<std::size_t> order;
    for (std::size_t bits = 64; bits > 0; bits = bits == 8 ? 0 : bits / 2)
        for (std::size_t i = 0; i < what.tensors.size(); ++i) {
            const std::size_t own = types[type_place(what.tensors[i])].bits;
            if (own == bits || (own < 8 && bits == 8)) order.push_back(i);
        }
    const std::string header = header_of(what, order);

    internals::AtomicFile file(what.name);
    const std::uint64_t length = header.size();
    file.write(&length, sizeof length);
    file.write(header);
    for (const std::size_t i : order) put(from, i, file);
    file.commit();
}

/// What a file written by lamina says of itself, where nothing else is said.
[[gnu::cold]] inline void add_format(named_texts& metadata)
{
    if (!find(metadata, "format")) metadata.push_back({"format", "lamina"});
    if (!find(metadata, "version")) metadata.push_back({"version", "1"});
}

} // namespace detail

/// Writes records, row by row from where they lie; widest types first, else in the order given.
///
/// Refuses   a name that comes twice, is "__metadata__" or is not UTF-8, and what a file can fail of; then an older file
///           of that name is as it was.
LAMINA_OUTLINED inline void write(const internals::FilePath& path, const named_records& tensors, named_texts metadata = {})
{
    tensor_file what{path.string()};
    for (const auto& [name, numbers] : tensors) {
        const Shape& extents = numbers->extents();
        what.tensors.push_back({name, numbers->type(), {extents.extents, extents.extents + extents.rank}, {}, {}});
    }
    detail::add_format(metadata);
    what.metadata = std::move(metadata);
    detail::write(what, &tensors, [](const void* from, std::size_t i, internals::AtomicFile& file) {
        const stored_types::record& numbers = *(*static_cast<const named_records*>(from))[i].numbers;
        const std::byte* const start = numbers.data<std::byte>();
        const std::size_t size = internals::bytes_of(numbers.type());
        numbers.for_each_row([&](std::size_t place, std::size_t count) { file.write(start + place * size, count * size); });
    });
}

/// Writes the arrays of another file, with its metadata: `safetensors::write("a.safetensors", file)`.
///
/// Refuses   what `write` of records refuses, a type that the format has not, and an array whose bytes are not those of its shape.
LAMINA_OUTLINED inline void write(const internals::FilePath& path, const tensor_file& file)
{
    tensor_file what = file;
    what.name = path.string();
    internals::check_arrays(what);
    for (const auto& tensor : what.tensors)
        if (detail::type_place(tensor) == type_count || detail::bytes_for(tensor) != tensor.bytes.size())
            internals::fail({what.name, ": ", detail::quoted(tensor.name, what.name), " is ", tensor,
                             ", which the format has not; save it as float32"});
    detail::add_format(what.metadata);
    detail::write(what, &what, [](const void* from, std::size_t i, internals::AtomicFile& to) {
        to.write(static_cast<const tensor_file*>(from)->tensors[i].bytes);
    });
}

}}} // namespace lamina::safetensors
