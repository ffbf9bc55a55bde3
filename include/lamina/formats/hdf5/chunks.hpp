// lamina/formats/hdf5/chunks.hpp: the numbers of an HDF5 dataset: in one piece, or put together from chunks that were filtered.
// Source: The HDF Group, "HDF5 File Format Specification", version 3.0, III.A.1 and IV.A.2.l; Fletcher, "An Arithmetic Checksum", 1982.
#pragma once

#include <lamina/formats/hdf5/types.hpp>

#if !__has_include(<zlib.h>)
#include <lamina/formats/hdf5 needs zlib (Debian and Ubuntu: zlib1g-dev, Conan: zlib)>
#endif
#include <zlib.h>

#include <cstring>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace hdf5::detail {

inline constexpr u64 deflate_most = 1032; ///< bytes, of one

/// The sum of 16-bit words, high byte first, and the sum of these sums, each modulo 65535.
inline std::uint32_t fletcher32(std::string_view bytes)
{
    std::uint64_t sum = 0, sums = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        const unsigned high = static_cast<unsigned char>(bytes[i]),
                       low = i + 1 < bytes.size() ? static_cast<unsigned char>(bytes[i + 1]) : 0u;
        sum += high << 8 | low;
        sum = (sum & 0xFFFF) + (sum >> 16);
        sums += sum;
        sums = (sums & 0xFFFF) + (sums >> 16);
    }
    return static_cast<std::uint32_t>(sums << 16 | sum);
}

/// Puts the chunks of one dataset together.
class Chunks {
public:
    Chunks(const Source& file, const Object& of) : source(file), all(file), object(of), layout(of.layout) {}

    [[gnu::cold]] std::string put_together(u64 total)
    {
        u64 needed = 1;
        const std::size_t rank = object.shape.size();
        bool fits = layout.chunk.size() == rank + 1 && layout.chunk.back() == object.stored.size;
        for (std::size_t axis = rank + 1; fits && axis-- > 0;
             chunk_bytes *= layout.chunk[axis]) // none has more than four gigabytes
            fits = layout.chunk[axis] > 0 && layout.chunk[axis] <= (u64{1} << 32) / chunk_bytes;
        if (!fits) refuse({"chunks that do not fit its shape"});
        for (std::size_t axis = 0; axis < rank; ++axis) {
            const u64 here = (object.shape[axis] - 1) / layout.chunk[axis] + 1;
            if (here > all.size() / needed) refuse({"more chunks than the file can hold"});
            needed *= here;
        }
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
        u64 skipped, at; ///< a bit for each filter that was not applied; where the place of its first element is said
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

    /// What a chunk was before its filters. Shuffled are all first bytes of the elements before all second ones, and so on.
    [[gnu::cold]] std::string unfiltered(const Chunk& chunk) const
    {
        std::string data(chunk.stored.view());
        const std::size_t element = object.stored.size;
        for (std::size_t i = layout.filters.size(); i-- > 0;) { // of three at most
            const std::size_t id = (chunk.skipped >> i & 1) != 0 ? 0 : layout.filters[i], count = data.size() / element;
            std::string out(data, 0, id == 3 ? std::max<std::size_t>(4, data.size()) - 4 : id == 2 ? data.size() : 0);
            if (id == 1) {
                if (chunk_bytes / deflate_most > data.size()) refuse({"a chunk that is too short"});
                out.resize(static_cast<std::size_t>(chunk_bytes + 4)); // a checksum may lie inside
                auto size = static_cast<uLongf>(out.size());
                const auto* const from = reinterpret_cast<const Bytef*>(data.data());
                if (::uncompress(reinterpret_cast<Bytef*>(out.data()), &size, from, static_cast<uLong>(data.size())) != Z_OK)
                    refuse({"a chunk that cannot be unpacked"});
                out.resize(size);
            }
            for (std::size_t k = 0; id == 2 && k < element; ++k)
                for (std::size_t e = 0; e < count; ++e) out[e * element + k] = data[k * count + e];
            std::uint32_t sum = 0;
            if (id == 3 && data.size() >= 4) std::memcpy(&sum, data.data() + out.size(), 4);
            if (id == 3 && (data.size() < 4 || sum != fletcher32(out))) refuse({"a chunk with a wrong checksum"});
            if (id != 0) data = std::move(out);
        }
        if (data.size() != chunk_bytes) refuse({"a chunk of ", data.size(), " bytes where ", chunk_bytes, " were needed"});
        return data;
    }

    /// Copies a chunk to where it belongs, row by row, without what lies outside of the shape.
    [[gnu::cold]] void put(const std::string& chunk, u64 origin_at, std::string& to) const
    {
        const std::size_t rank = object.shape.size(), size = object.stored.size; // a dataset of rank 0 has no chunks
        const std::size_t columns = layout.chunk[rank - 1], rows = chunk.size() / size / columns;
        for (std::size_t row = 0; row < rows; ++row) {
            std::size_t rest = row, into = 0, stride = 1, count = 0;
            bool inside = true;
            for (std::size_t axis = rank; axis-- > 0;) {
                const std::size_t origin = all.address(origin_at + 8 * axis), extent = object.shape[axis],
                                  edge = layout.chunk[axis];
                if (origin >= extent || origin % edge != 0) refuse({"a chunk outside of its shape"});
                const std::size_t index = axis + 1 == rank ? 0 : rest % edge;
                if (axis + 1 == rank) count = std::min(columns, extent - origin);
                else rest /= edge;
                inside = inside && origin + index < extent;
                into += (origin + index) * stride;
                stride *= extent;
            }
            if (inside) std::memcpy(to.data() + into * size, chunk.data() + row * columns * size, count * size);
        }
    }

    const Source& source;
    Bytes all;
    const Object& object;
    const Layout& layout;
    Visited visited;
    u64 chunk_bytes = 1;
    std::vector<Chunk> found;
};

/// The bytes of a dataset's numbers, in this machine's order. Where they do not lie so in the file, `owner` becomes what holds them.
[[gnu::cold]] inline std::string_view elements_of(const Source& source, const Object& of,
                                                  std::shared_ptr<const internals::file_bytes>& owner)
{
    const Bytes all(source);
    const bool chunks = of.layout.is == Layout::chunks;
    const u64 size = of.stored.size, total = elements(source, of.shape, (chunks ? deflate_most : 1) * all.size() / size) * size;
    if (total == 0) return {};
    if (of.layout.address == nowhere)
        internals::fail(
            {source.name, ": \"", of.path, "\" was made and never written, so it has no numbers; write it, or delete it"});
    if (!chunks && of.layout.bytes != total)
        source.refuse({"stores ", of.layout.bytes, " bytes for \"", of.path, "\", whose shape ",
                       internals::extents_text{of.shape}, " needs ", total});
    if (!chunks && !of.stored.big_endian) return all.part(of.layout.address, total).view();
    std::string made = chunks ? Chunks(source, of).put_together(total) : std::string(all.part(of.layout.address, total).view());
    if (of.stored.big_endian) made = turned(made, static_cast<std::size_t>(size));
    owner = internals::keep_bytes(std::move(made));
    return owner->text;
}

}}} // namespace lamina::hdf5::detail
