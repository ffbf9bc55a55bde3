// lamina/formats/zip_directory.hpp: what a zip archive says of its entries, judged before anything is unpacked.
//
// libzip tells neither where an entry lies nor that its name holds a zero, and takes sizes as they are written.
// Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 to 4.5; what deflate can make of a byte: zlib's technical details, "Maximum Compression Factor".
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace zipped {

/// A file in an archive.
struct entry {
    std::string name;
    std::size_t size = 0;   ///< in bytes, unpacked
    std::size_t stored = 0; ///< as it lies in the archive
    bool deflated = false;
    std::size_t start = 0; ///< where its own header lies
    std::size_t place = 0; ///< in the archive's directory, in which folders are counted too
};

namespace detail {

/// Above this an archive is refused: the largest models have some thousands of arrays.
inline constexpr std::size_t most_entries = 65'535;
/// No byte of deflated data gives more.
inline constexpr std::size_t most_from_a_byte = 1032;

/// Reads an archive's directory, the list at its end.
class Directory {
public:
    Directory(std::string_view bytes, std::string_view called) : all(bytes), file(called) {}

    /// All files of the archive.
    ///
    /// Refuses   parts of several, an entry that is encrypted, packed by anything but deflate, without a proper name or larger than what
    ///           is stored of it can give, two of one name, entries that overlap, and whatever points outside.
    [[gnu::cold]] std::vector<entry> read()
    {
        if (!all.starts_with("PK")) refuse({"does not start as a zip archive; is it another file?"});
        find_list();
        if (count > most_entries) refuse({"has ", count, " entries, at most ", most_entries, " are read; is it a model's file?"});
        std::vector<entry> entries;
        std::size_t at = list;
        for (std::size_t i = 0; i < count; ++i) {
            entry next;
            next.place = i;
            at = read_entry(at, next);
            if (next.name.back() != '/') entries.push_back(std::move(next));
        }
        if (at != list_end) refuse({"has more in its directory than it says; copy the file again"});
        check_together(entries);
        return entries;
    }

    /// The entries of the directory, folders included.
    std::size_t listed() const { return count; }

private:
    [[noreturn, gnu::cold]] void refuse(std::initializer_list<internals::piece> why) const
    {
        internals::fail({file, ": ", internals::text_of(why)});
    }

    /// A number of `bytes` bytes, the lowest first.
    [[gnu::cold]] std::size_t number(std::size_t at, std::size_t bytes) const
    {
        require(at, bytes);
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{static_cast<unsigned char>(all[at + i])} << (8 * i);
        return static_cast<std::size_t>(value);
    }
    [[gnu::cold]] void require(std::size_t at, std::size_t bytes) const
    {
        if (at > all.size() || bytes > all.size() - at)
            refuse({"byte ", at, " of ", all.size(), " is referred to; the file is damaged or cut off, so copy it again"});
    }

    /// Finds the directory, which the last bytes of the file tell of, and a comment may follow.
    [[gnu::cold]] void find_list()
    {
        constexpr std::size_t length = 22, longest_comment = 65'535;
        std::size_t end = all.size();
        const std::size_t lowest = end > length + longest_comment ? end - length - longest_comment : 0;
        bool found = false;
        for (end = end < length ? 0 : end - length + 1; !found && end > lowest;) {
            --end;
            found = number(end, 4) == 0x06054b50 && end + length + number(end + 20, 2) == all.size();
        }
        if (!found) refuse({"has no directory at its end; it is damaged or cut off, so copy it again"});
        if (number(end + 4, 4) != 0 || number(end + 8, 2) != number(end + 10, 2))
            refuse({"is one part of an archive in several; join them first"});
        count = number(end + 10, 2);
        std::size_t size = number(end + 12, 4);
        list = number(end + 16, 4);
        list_end = end;
        if (end >= 20 && number(end - 20, 4) == 0x07064b50) { // zip64
            list_end = number(end - 12, 8);
            if (number(list_end, 4) != 0x06064b50) refuse({"has a damaged zip64 directory; copy it again"});
            require(list_end, 56);
            count = number(list_end + 32, 8);
            size = number(list_end + 40, 8);
            list = number(list_end + 48, 8);
        }
        if (list > list_end || size != list_end - list)
            refuse({"has a directory that does not end where it says; the file is damaged, so copy it again"});
        if (count > size / 46) refuse({"claims more entries than its directory holds; the file is damaged, so copy it again"});
    }

    /// Reads what the directory says of one entry and gives where the next one stands.
    [[gnu::cold]] std::size_t read_entry(std::size_t at, entry& to) const
    {
        if (number(at, 4) != 0x02014b50) refuse({"has a damaged directory; copy it again"});
        const std::size_t flags = number(at + 8, 2), method = number(at + 10, 2), names = number(at + 28, 2);
        const std::size_t extras = number(at + 30, 2), comment = number(at + 32, 2), end = at + 46 + names + extras + comment;
        require(at + 46, names + extras + comment);
        to.name = all.substr(at + 46, names);
        if (to.name.empty() || to.name.find('\0') != to.name.npos)
            refuse({"has an entry without a proper name; is it a model's file?"});
        to.stored = number(at + 20, 4);
        to.size = number(at + 24, 4);
        to.start = number(at + 42, 4);
        read_large_sizes(at + 46 + names, at + 46 + names + extras, to);
        to.deflated = method == 8;
        if ((flags & 1) != 0) refuse({'"', to.name, "\" is encrypted; save it without a password"});
        if (method != 0 && method != 8)
            refuse({'"', to.name, "\" is packed by method ", method, ", stored or deflated was needed; pack it again"});
        if (!to.deflated && to.size != to.stored)
            refuse({'"', to.name, "\" is stored and has two sizes, ", to.stored, " and ", to.size, "; copy the file again"});
        if (to.deflated && to.size / most_from_a_byte > to.stored)
            refuse({'"', to.name, "\" unpacks to ", to.size, " bytes, more than deflate can make of its ", to.stored,
                    "; it is no model"});
        return end;
    }

    /// Sizes above 4 GB, which stand behind the name.
    [[gnu::cold]] void read_large_sizes(std::size_t at, std::size_t end, entry& to) const
    {
        while (end - at >= 4) {
            const std::size_t kind = number(at, 2), bytes = number(at + 2, 2);
            std::size_t next = at + 4;
            at = next + bytes;
            if (at > end) break;
            for (std::size_t* const field : {&to.size, &to.stored, &to.start}) {
                if (kind != 1 || *field != 0xffffffff) continue;
                if (at - next < 8) refuse({'"', to.name, "\" has damaged sizes; copy the file again"});
                *field = number(next, 8);
                next += 8;
            }
            if (kind == 1) return;
        }
    }

    /// Refuses doubles, and entries that share bytes.
    [[gnu::cold]] void check_together(const std::vector<entry>& entries) const
    {
        const auto twice = internals::repeated({entries, [](const entry& one) { return std::string_view(one.name); }});
        if (twice.data()) refuse({"has two entries named \"", twice, "\"; is it a model's file?"});
        std::size_t free = 0;
        for (const std::size_t place : internals::sorted_places(
                 entries.size(), [&](std::size_t a, std::size_t b) { return entries[a].start < entries[b].start; })) {
            const entry& one = entries[place];
            if (number(one.start, 4) != 0x04034b50)
                refuse({'"', one.name, "\" is not where the directory says; the file is damaged, so copy it again"});
            if (one.start < free) refuse({'"', one.name, "\" overlaps with another entry; it is no model"});
            const std::size_t data = one.start + 30 + number(one.start + 26, 2) + number(one.start + 28, 2);
            if (all.substr(one.start + 30).substr(0, number(one.start + 26, 2)) != one.name)
                refuse({'"', one.name, "\" has another name where it lies; the file is damaged, so copy it again"});
            if (data > list || one.stored > list - data)
                refuse({'"', one.name, "\" reaches into the directory; the file is damaged, so copy it again"});
            free = data + one.stored;
        }
    }

    std::string_view all, file;
    std::size_t count = 0, list = 0, list_end = 0;
};

}
}}} // namespace lamina::zipped::detail
