// lamina/formats/hdf5/bytes.hpp: the bytes of an HDF5 file, of which nothing is read that lies outside.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace hdf5::detail {

static_assert(std::endian::native == std::endian::little, "lamina/formats/hdf5 takes little-endian numbers as they are");

using u64 = std::uint64_t;
inline constexpr u64 nowhere = ~u64{0}; ///< an address that is none

/// A file in memory.
struct Source {
    std::string name; ///< what errors call it
    std::shared_ptr<const internals::file_bytes> owner;
    u64 memory = 0; ///< bytes that may still be taken for what is made of the file

    [[noreturn, gnu::cold]] void refuse(std::initializer_list<internals::piece> why) const
    {
        internals::fail({name, ": ", internals::text_of(why), "; the file is damaged, so copy it again"});
    }
    /// Refuses what is HDF5 but not of the form that Keras writes.
    [[noreturn, gnu::cold]] void refuse_form(std::initializer_list<internals::piece> what) const
    {
        internals::fail({name, ": is HDF5 with ", internals::text_of(what),
                         ", which is not read; save it with Keras, or with h5py.File(path, \"w\")"});
    }
    /// Names that are referred to many times would make more of a file than it is.
    [[gnu::cold]] void take(u64 bytes)
    {
        if (bytes > memory) refuse({"refers to the same bytes so often that it needs more memory than a file of its size can"});
        memory -= bytes;
    }
};

/// A part of a file. Every read is checked.
class Bytes {
public:
    explicit Bytes(const Source& source) : Bytes(source, 0, source.owner->text.size()) {}

    u64 size() const { return count; }
    u64 begin() const { return from; } ///< where it lies in the file
    std::string_view view() const { return std::string_view(file->owner->text).substr(from, count); }
    Bytes part(u64 at, u64 bytes) const
    {
        if (at <= count && bytes <= count - at) return Bytes(*file, from + at, bytes);
        const u64 begin = from + at, end = bytes > nowhere - begin ? nowhere : begin + bytes;
        internals::fail({file->name, ": bytes ", begin, " to ", end, " of ", from + count,
                         " are referred to; the file is damaged or cut off, so copy it again"});
    }
    /// A whole number of `bytes` bytes, at most 8.
    u64 number(u64 at, u64 bytes) const
    {
        const std::string_view digits = part(at, bytes).view();
        u64 value = 0;
        for (std::size_t i = digits.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(digits[i]);
        return value;
    }
    u64 byte(u64 at) const { return number(at, 1); }
    u64 word(u64 at) const { return number(at, 2); }
    u64 half(u64 at) const { return number(at, 4); }
    u64 address(u64 at) const { return number(at, 8); }
    /// Refuses where these bytes are not there; every structure of HDF5 begins with its name.
    void expect(u64 at, std::string_view mark) const
    {
        if (part(at, mark.size()).view() != mark) file->refuse({"lacks a structure ", mark.substr(0, 4), " at byte ", from + at});
    }
    /// The text up to a zero.
    std::string_view text(u64 at) const
    {
        const std::string_view letters = part(at, at > count ? 0 : count - at).view();
        const auto end = letters.find('\0');
        if (end == letters.npos) file->refuse({"has a name without an end at byte ", from + at});
        return letters.substr(0, end);
    }

private:
    Bytes(const Source& source, u64 begin, u64 bytes) : file(&source), from(begin), count(bytes) {}
    const Source* file;
    u64 from, count;
};

/// Places of a file that are visited once at most: what refers to itself would never end.
struct Visited {
    struct Mark {};
    std::map<u64, Mark> marks;
    bool add(u64 at) { return marks.try_emplace(at).second; } ///< whether it is new
};

}}} // namespace lamina::hdf5::detail
