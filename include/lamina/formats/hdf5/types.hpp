// lamina/formats/hdf5/types.hpp: what an HDF5 file consists of: objects and their messages, types of elements, shapes, layouts.
//
// Source: The HDF Group, "HDF5 File Format Specification", version 3.0, section IV.
#pragma once

#include <lamina/core/names.hpp>
#include <lamina/formats/hdf5/bytes.hpp>

#include <algorithm>
#include <iterator>
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
inline constexpr real_form real_forms[] = {{dtype::float16, 2, 10, 5, 10, 15},
                                           {dtype::bfloat16, 2, 7, 8, 7, 127},
                                           {dtype::float32, 4, 23, 8, 23, 127},
                                           {dtype::float64, 8, 52, 11, 52, 1023}};

/// The type that a datatype message says. What is no number and no text is kept under its name, for nobody may ask for it.
[[gnu::cold]] inline Type read_type(Bytes d)
{
    constexpr std::string_view names[] = {
        "odd integers", "odd real numbers", "times",        "texts", "bits",  "bytes without a meaning",
        "records",      "references",       "enumerations", "lists", "arrays"};
    constexpr dtype whole[] = {dtype::uint8, dtype::uint16, dtype::uint32, dtype::uint64,
                               dtype::int8,  dtype::int16,  dtype::int32,  dtype::int64};
    const u64 is = d.byte(0) & 15, bits = d.number(1, 3), size = d.half(4);
    const bool big_endian = (bits & 1) != 0;
    const auto fills = [&] { return d.word(8) == 0 && d.word(10) == 8 * size; }; // all of its bits are used
    if (is == 0 && (size == 1 || size == 2 || size == 4 || size == 8) && fills())
        return {Type::number, whole[(size == 8 ? 3 : size / 2) + ((bits & 8) != 0 ? 4 : 0)], size, big_endian};
    if (is == 1 && (bits & 0x40) == 0 && bits >> 8 == 8 * size - 1 && fills() && d.byte(14) == 0)
        for (const real_form& f : real_forms)
            if (size == f.size && d.byte(12) == f.exponent_at && d.byte(13) == f.exponent && d.byte(15) == f.mantissa &&
                d.half(16) == f.bias)
                return {Type::number, f.of, size, big_endian};
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
    u64 count = internals::contains(shape, std::size_t{0}) ? 0 : 1;
    for (const std::size_t extent : shape) {
        if (count > 0 && count > most / extent)
            source.refuse({"claims ", internals::extents_text{shape}, " elements, more than it can hold"});
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

/// Where the elements of a dataset lie: in its header, in one piece, or in chunks.
struct Layout {
    enum form { none, here, piece, chunks } is = none;
    u64 address = nowhere, bytes = 0;
    std::vector<std::size_t> chunk{};   ///< extents of a chunk, and the size of an element
    std::vector<std::size_t> filters{}; ///< as they were applied: 1 deflate, 2 shuffle, 3 fletcher32
};

/// Calls `use(type, flags, d)` for each message of the object at `header`, in both forms of headers.
template <class Use> [[gnu::cold]] void each_message(const Source& source, u64 header, const Use& use)
{
    const Bytes all(source);
    const bool newer = all.part(header, 4).view() == "OHDR";
    if (all.byte(newer ? header + 4 : header) != (newer ? 2u : 1u))
        source.refuse({"has an object of an unknown version at byte ", header});
    const u64 options = newer ? all.byte(header + 5) : 0, width = newer ? u64{1} << (options & 3) : 4, skip = newer ? 4 : 0;
    const u64 start = header + (newer ? 6 + ((options & 0x20) != 0 ? 16 : 0) + ((options & 0x10) != 0 ? 4 : 0) : 8);
    const u64 head = !newer ? 8 : (options & 4) != 0 ? 6 : 4;
    std::vector<Bytes> blocks{all.part(start + (newer ? width : 8), all.number(start, width))};
    u64 used = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const Bytes block = blocks[i];
        used += block.size();
        if (used > all.size() || blocks.size() > 4096) source.refuse({"has an object that goes round at byte ", header});
        for (u64 at = 0; at + head <= block.size();) {
            const u64 type = block.number(at, newer ? 1 : 2), flags = block.byte(at + (newer ? 3 : 4));
            const Bytes d = block.part(at + head, block.word(at + (newer ? 1 : 2)));
            at += head + d.size();
            if (type != 0x10) use(type, flags, d);
            else { // the object goes on there
                const u64 to = d.address(0), size = d.address(8);
                if (newer) all.expect(to, "OCHK");
                if (size < 2 * skip) source.refuse({"has an object that goes on nowhere at byte ", header});
                blocks.push_back(all.part(to + skip, size - 2 * skip));
            }
        }
    }
}

/// Where the elements lie: within the header, in one piece, or in chunks that a tree finds.
[[gnu::cold]] inline void read_layout(const Source& source, Bytes d, Layout& to)
{
    const u64 version = d.byte(0), is = d.byte(1);
    if (version < 3 || version > 4) source.refuse_form({"a layout of version ", version});
    if (is == 0) {
        const u64 bytes = d.word(2);
        to = {Layout::here, d.part(4, bytes).begin(), bytes, {}, std::move(to.filters)};
    }
    else if (is == 1) to = {Layout::piece, d.address(2), d.address(10), {}, std::move(to.filters)};
    else if (is == 2 && version == 3) {
        const u64 rank = d.byte(2);
        if (rank < 2 || rank > 33) source.refuse({"has chunks of rank ", rank});
        to = {Layout::chunks, d.address(3), 0, {}, std::move(to.filters)};
        for (u64 i = 0; i < rank; ++i) internals::add_to(to.chunk, static_cast<std::size_t>(d.half(11 + 4 * i)));
    }
    else source.refuse_form({is == 2 ? "chunks in an index of HDF5 1.10 (libver='latest')" : "a virtual dataset"});
}

/// The filters that chunks went through.
[[gnu::cold]] inline void read_filters(const Source& source, Bytes d, Layout& to)
{
    const u64 version = d.byte(0), count = d.byte(1);
    if (version < 1 || version > 2) source.refuse_form({"filters of version ", version});
    u64 at = version == 1 ? 8 : 2;
    for (u64 i = 0; i < count; ++i) {
        const u64 id = d.word(at);
        const bool named = version == 1 || id >= 256;
        const u64 name = named ? d.word(at + 2) : 0;
        at += named ? 4 : 2;
        const u64 values = d.word(at + 2);
        at += 4 + (version == 1 ? (name + 7) / 8 * 8 : name) + 4 * values + (version == 1 && values % 2 != 0 ? 4 : 0);
        if (id < 1 || id > 3) source.refuse_form({"the filter ", id, ", none of deflate, shuffle and fletcher32"});
        if (internals::contains(to.filters, id)) source.refuse({"has a filter twice"});
        internals::add_to(to.filters, static_cast<std::size_t>(id));
    }
}

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

}}} // namespace lamina::hdf5
