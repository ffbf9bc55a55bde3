// lamina/formats/hdf5/chunks.hpp: the numbers of an HDF5 dataset: in one piece, or put together from chunks that were filtered.
//
// Source: The HDF Group, "HDF5 File Format Specification", version 3.0, sections III.A.1 (trees of version 1) and IV.A.2.l (filters);
// J. Fletcher, "An Arithmetic Checksum for Serial Transmissions", 1982.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/formats/hdf5/bytes.hpp>
#include <lamina/formats/hdf5/types.hpp>

#if !__has_include(<zlib.h>)
#include <lamina/formats/hdf5 needs zlib (Debian and Ubuntu: zlib1g-dev, Conan: zlib)>
#endif
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace hdf5::detail {

/// The most bytes that deflate makes of one.
inline constexpr u64 deflate_most = 1032;

/// A sum of 16-bit words, with what is above added below.
constexpr std::uint64_t folded(std::uint64_t sum) { return (sum & 0xFFFF) + (sum >> 16); }

/// The sum of 16-bit words, high byte first, and the sum of these sums, each modulo 65535.
inline std::uint32_t fletcher32(std::string_view bytes)
{
    std::uint64_t sum = 0, sums = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        const auto high = static_cast<unsigned char>(bytes[i]);
        const auto low = i + 1 < bytes.size() ? static_cast<unsigned char>(bytes[i + 1]) : 0u;
        sum = folded(sum + (std::uint32_t{high} << 8 | low));
        sums = folded(sums + sum);
    }
    return static_cast<std::uint32_t>(sums << 16 | sum);
}

/// Puts the chunks of one dataset together.
class Chunks {
public:
    Chunks(const Source& file, const Object& of) : source(file), all(file), object(of), layout(of.layout), visited(all.size())
    {
        const std::size_t rank = object.shape.size(), element = object.stored.size;
        bool fits = layout.chunk.size() == rank + 1 && layout.chunk.back().extent == element;
        chunk_bytes = element;
        for (std::size_t axis = 0; fits && axis < rank; ++axis) {
            const u64 extent = layout.chunk[axis].extent;
            fits = extent > 0 && extent <= (u64{1} << 32) / chunk_bytes; // no chunk has more than four gigabytes
            if (!fits) break;
            chunk_bytes *= extent;
        }
        if (!fits) refuse({"chunks that do not fit its shape"});
    }

    [[gnu::cold]] std::string put_together(u64 total)
    {
        u64 needed = 1;
        for (std::size_t axis = 0; axis < object.shape.size(); ++axis) {
            const u64 here = (object.shape[axis] - 1) / layout.chunk[axis].extent + 1;
            if (here > all.size() / needed) refuse({"more chunks than the file can hold"});
            needed *= here;
        }
        if (layout.address == nowhere) refuse_unwritten(source, object);
        find(layout.address, 0);
        if (found.size() != needed) refuse({found.size(), " chunks where its shape needs ", needed});
        // What is stored bounds what can come out, before memory is taken for it.
        u64 stored = 0;
        for (const Chunk& chunk : found) stored += chunk.stored.size();
        const u64 most = layout.filters.empty() ? 1 : deflate_most;
        if (stored > all.size()) refuse({"chunks that overlap"});
        if (total / most > stored || chunk_bytes / most > all.size()) refuse({"more elements than its chunks can hold"});
        std::string result(static_cast<std::size_t>(total), '\0');
        for (const Chunk& chunk : found) put(unfiltered(chunk), chunk.at, result);
        return result;
    }

private:
    struct Chunk {
        Bytes stored;
        u64 skipped; ///< a bit for each filter that was not applied
        u64 at;      ///< the address of its first element's place
    };

    [[noreturn, gnu::cold]] void refuse(std::initializer_list<internals::piece> what) const
    {
        source.refuse({"has for \"", object.path, "\" ", internals::text_of(what)});
    }

    /// The chunks that a tree of addresses finds.
    [[gnu::cold]] void find(u64 at, u64 depth)
    {
        if (depth > 8 || !visited.add(at)) refuse({"a tree of chunks that goes round"});
        all.expect(at, {"TREE\1", 5});
        const u64 rank = object.shape.size(), level = all.byte(at + 5), count = all.word(at + 6), key = 8 + 8 * (rank + 1);
        for (u64 i = 0; i < count; ++i) {
            const u64 entry = at + 24 + i * (key + 8), child = all.address(entry + key);
            if (level > 0) find(child, depth + 1);
            else if (!visited.add(child)) refuse({"a chunk in two places"});
            else found.push_back({all.part(child, all.half(entry)), all.half(entry + 4), entry + 8});
        }
    }

    /// What a chunk was before its filters.
    [[gnu::cold]] std::string unfiltered(const Chunk& chunk) const
    {
        std::string data(chunk.stored.view());
        for (std::size_t i = layout.filters.size(); i-- > 0;) {
            if (i < 32 && (chunk.skipped >> i & 1) != 0) continue;
            const u64 id = layout.filters[i].id;
            if (id == 3) check_sum(data);
            else if (id == 2) data = unshuffled(data);
            else data = inflated(data);
        }
        if (data.size() != chunk_bytes) refuse({"a chunk of ", data.size(), " bytes where ", chunk_bytes, " were needed"});
        return data;
    }

    [[gnu::cold]] void check_sum(std::string& data) const
    {
        if (data.size() < 4) refuse({"a chunk without its checksum"});
        std::uint32_t sum;
        std::memcpy(&sum, data.data() + data.size() - 4, 4);
        data.resize(data.size() - 4);
        if (sum != fletcher32(data)) refuse({"a chunk with a wrong checksum"});
    }

    [[gnu::cold]] std::string inflated(const std::string& data) const
    {
        if (chunk_bytes / deflate_most > data.size()) refuse({"a chunk that is too short"});
        std::string out(static_cast<std::size_t>(chunk_bytes + 4), '\0'); // a checksum may lie inside
        auto size = static_cast<uLongf>(out.size());
        const auto* const from = reinterpret_cast<const Bytef*>(data.data());
        if (::uncompress(reinterpret_cast<Bytef*>(out.data()), &size, from, static_cast<uLong>(data.size())) != Z_OK)
            refuse({"a chunk that cannot be unpacked"});
        out.resize(size);
        return out;
    }

    /// All first bytes of the elements lie before all second ones, and so on; what is left at the end is as it was.
    std::string unshuffled(const std::string& data) const
    {
        const std::size_t size = object.stored.size, count = data.size() / size;
        std::string out(data);
        for (std::size_t k = 0; k < size; ++k)
            for (std::size_t i = 0; i < count; ++i) out[i * size + k] = data[k * count + i];
        return out;
    }

    /// Copies a chunk to where it belongs, row by row, without what lies outside of the shape.
    [[gnu::cold]] void put(const std::string& chunk, u64 origin_at, std::string& to) const
    {
        const std::size_t rank = object.shape.size(), size = object.stored.size;
        std::vector<Layout::Extent> origin(rank), index(rank);
        for (std::size_t axis = 0; axis < rank; ++axis) {
            const u64 begin = all.address(origin_at + 8 * axis);
            if (begin >= object.shape[axis] || begin % layout.chunk[axis].extent != 0) refuse({"a chunk outside of its shape"});
            origin[axis].extent = begin;
        }
        const std::size_t last = rank - 1; // a dataset of rank 0 has no chunks
        const u64 row = std::min<u64>(layout.chunk[last].extent, object.shape[last] - origin[last].extent);
        for (bool more = true; more;) {
            u64 from = 0, into = 0;
            for (std::size_t axis = 0; axis < rank; ++axis) {
                from = from * layout.chunk[axis].extent + index[axis].extent;
                into = into * object.shape[axis] + origin[axis].extent + index[axis].extent;
            }
            std::memcpy(to.data() + into * size, chunk.data() + from * size, static_cast<std::size_t>(row * size));
            more = false;
            for (std::size_t axis = last; !more && axis-- > 0;) {
                const u64 next = index[axis].extent + 1;
                more = next < layout.chunk[axis].extent && origin[axis].extent + next < object.shape[axis];
                index[axis].extent = more ? next : 0;
            }
        }
    }

    const Source& source;
    Bytes all;
    const Object& object;
    const Layout& layout;
    Visited visited;
    u64 chunk_bytes = 0;
    std::vector<Chunk> found;
};

/// The bytes of a dataset's numbers, in this machine's order. Where they do not lie so in the file, `owner` becomes what holds them.
[[gnu::cold]] inline std::string_view elements_of(const Source& source, const Object& of,
                                                  std::shared_ptr<const internals::file_bytes>& owner)
{
    const Bytes all(source);
    const u64 size = of.stored.size, most = of.layout.is == Layout::chunks ? deflate_most : 1;
    const u64 total = elements(source, of.shape, most * all.size() / size) * size;
    if (total == 0) return {};
    std::string made;
    if (of.layout.is == Layout::chunks) made = Chunks(source, of).put_together(total);
    else {
        if (of.layout.is == Layout::piece && of.layout.address == nowhere) refuse_unwritten(source, of);
        if (of.layout.bytes != total)
            source.refuse({"stores ", of.layout.bytes, " bytes for \"", of.path, "\", whose shape ",
                           internals::extents_text{of.shape}, " needs ", total});
        const std::string_view stored = all.part(of.layout.address, total).view();
        if (!of.stored.big_endian) return stored;
        made = std::string(stored);
    }
    if (of.stored.big_endian) made = turned(made, static_cast<std::size_t>(size));
    owner = internals::keep_bytes(std::move(made));
    return owner->text;
}

}}} // namespace lamina::hdf5::detail
