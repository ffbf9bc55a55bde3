// lamina/formats/hdf5/types.hpp: what lies in an HDF5 file: types of elements, shapes, attributes, groups and datasets.
//
// Source: The HDF Group, "HDF5 File Format Specification", version 3.0, section IV.A.2 (header messages).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/formats/hdf5/bytes.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace hdf5 {

namespace detail {

/// How an element is stored.
struct Type {
    enum form { number, fixed_text, long_text, other } is = other;
    dtype of = dtype::uint8;
    u64 size = 0;
    bool big_endian = false;
    std::string_view foreign{}; ///< of `other`: what it is
};

/// The real numbers that are read: IEEE's, and bfloat16, by where their bits lie.
struct real_form {
    dtype of;
    u64 size, exponent_at, exponent, mantissa, bias;
};
inline constexpr real_form real_forms[] = {
    {dtype::float16, 2, 10, 5, 10, 15},
    {dtype::bfloat16, 2, 7, 8, 7, 127},
    {dtype::float32, 4, 23, 8, 23, 127},
    {dtype::float64, 8, 52, 11, 52, 1023},
};

[[gnu::cold]] inline Type whole_type(Bytes d, u64 size, u64 bits)
{
    constexpr dtype types[] = {dtype::uint8, dtype::uint16, dtype::uint32, dtype::uint64,
                               dtype::int8,  dtype::int16,  dtype::int32,  dtype::int64};
    const std::size_t power = size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : size == 8 ? 3 : 9;
    if (power == 9 || d.word(8) != 0 || d.word(10) != 8 * size) return {Type::other, {}, size, false, "odd integers"};
    return {Type::number, types[power + ((bits & 8) != 0 ? 4 : 0)], size, (bits & 1) != 0};
}

[[gnu::cold]] inline Type real_type(Bytes d, u64 size, u64 bits)
{
    for (const real_form& f : real_forms)
        if (size == f.size && (bits & 0x40) == 0 && bits >> 8 == 8 * size - 1 && d.word(8) == 0 && d.word(10) == 8 * size &&
            d.byte(12) == f.exponent_at && d.byte(13) == f.exponent && d.byte(14) == 0 && d.byte(15) == f.mantissa &&
            d.half(16) == f.bias)
            return {Type::number, f.of, size, (bits & 1) != 0};
    return {Type::other, {}, size, false, "odd real numbers"};
}

/// The type that a datatype message says. What is no number and no text is kept under its name, for nobody may ask for it.
[[gnu::cold]] inline Type read_type(Bytes d)
{
    constexpr std::string_view names[] = {
        "odd integers", "odd real numbers", "times",        "texts", "bits",  "bytes without a meaning",
        "records",      "references",       "enumerations", "lists", "arrays"};
    const u64 is = d.byte(0) & 15, bits = d.number(1, 3), size = d.half(4);
    if (is == 0) return whole_type(d, size, bits);
    if (is == 1) return real_type(d, size, bits);
    if (is == 3 && size > 0) return {Type::fixed_text, {}, size};
    if (is == 8 && size == 1 && (d.byte(8) & 15) == 0 && (bits & 0xFFFF) == 2) // of two words: h5py's truth values
        return {Type::number, dtype::boolean, size};
    if (is == 9 && size == 16 && (bits & 15) == 1) return {Type::long_text, {}, size};
    return {Type::other, {}, size, false, is < std::size(names) ? names[is] : "elements of an unknown kind"};
}

/// The shape that a dataspace message says.
[[gnu::cold]] inline std::vector<std::size_t> read_shape(const Source& source, Bytes d)
{
    const u64 version = d.byte(0), rank = d.byte(1);
    if (version < 1 || version > 2) source.refuse_form({"a shape of version ", version});
    if (rank > 32) source.refuse({"has a shape of rank ", rank});
    if (version == 2 && d.byte(3) == 2) return {0}; // no elements and no shape
    std::vector<std::size_t> shape;
    for (u64 axis = 0; axis < rank; ++axis)
        internals::add_to(shape, static_cast<std::size_t>(d.address((version == 1 ? 8 : 4) + 8 * axis)));
    return shape;
}

/// The number of elements; refuses more than `most`.
[[gnu::cold]] inline u64 elements(const Source& source, const std::vector<std::size_t>& shape, u64 most)
{
    u64 count = 1;
    for (const std::size_t extent : shape)
        if (extent == 0) return 0;
    for (const std::size_t extent : shape) {
        if (count > most / extent) source.refuse({"claims ", internals::extents_text{shape}, " elements, more than it can hold"});
        count *= extent;
    }
    return count;
}

/// Numbers with the bytes of each in the other order.
[[gnu::cold]] inline std::string turned(std::string_view numbers, std::size_t element)
{
    std::string bytes(numbers);
    for (std::size_t at = 0; at + element <= bytes.size(); at += element)
        std::reverse(bytes.data() + at, bytes.data() + at + element);
    return bytes;
}

/// Where the elements of a dataset lie: in its header, in one piece, or in chunks. (Its lists are of types of lamina's, as the functions of others
/// would be shared by objects of all instruction sets.)
struct Layout {
    enum form { none, here, piece, chunks } is = none;
    u64 address = nowhere, bytes = 0;
    struct Extent {
        u64 extent = 0;
    };
    std::vector<Extent> chunk{}; ///< extents of a chunk, and the size of an element
    struct Filter {
        u64 id;
    };
    std::vector<Filter> filters{}; ///< as they were applied: 1 deflate, 2 shuffle, 3 fletcher32
};

} // namespace detail

/// What a group or a dataset says of itself: numbers, or texts. Both refer to the bytes of the file.
struct Attribute {
    std::string_view name;
    protocols::file_tensor numbers; ///< its shape; its numbers, if it has some
    std::vector<std::string_view> texts{};
    bool has_texts = false;
};

/// A group, or a dataset.
struct Object {
    std::string path; ///< "model_weights/conv2d"; empty for the root
    bool is_dataset = false;
    std::vector<Attribute> attributes{};
    std::vector<std::size_t> shape{}; ///< of a dataset
    detail::Type stored{};
    detail::Layout layout{};

    /// The attribute of this name, or null.
    const Attribute* attribute(std::string_view name) const
    {
        for (const Attribute& one : attributes)
            if (one.name == name) return &one;
        return nullptr;
    }

    /// The text, or the first of the texts, of this name; null where there is none.
    const std::string_view* text(std::string_view name) const
    {
        const Attribute* const found = attribute(name);
        return found && !found->texts.empty() ? &found->texts[0] : nullptr;
    }
};

namespace detail {

[[noreturn, gnu::cold]] inline void refuse_unwritten(const Source& source, const Object& of)
{
    internals::fail(
        {source.name, ": \"", of.path, "\" was made and never written, so it has no numbers; write it, or delete it"});
}

} // namespace detail

}}} // namespace lamina::hdf5
