// lamina/formats/hdf5/messages.hpp: what an HDF5 object consists of: its messages, one after another, and those that say where elements lie.
//
// Source: The HDF Group, "HDF5 File Format Specification", version 3.0, section IV.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/formats/hdf5/bytes.hpp>
#include <lamina/formats/hdf5/types.hpp>

#include <cstddef>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace hdf5::detail {

/// Calls `use(type, flags, d)` for each message of the object at `header`, in both forms of headers.
template <class Use> [[gnu::cold]] void each_message(const Source& source, u64 header, const Use& use)
{
    struct Block {
        u64 at, size;
    };
    const Bytes all(source);
    std::vector<Block> blocks;
    const bool newer = all.part(header, 4).view() == "OHDR";
    if (all.byte(newer ? header + 4 : header) != (newer ? 2u : 1u))
        source.refuse({"has an object of an unknown version at byte ", header});
    u64 head = 8;
    if (newer) {
        const u64 flags = all.byte(header + 5), width = u64{1} << (flags & 3);
        const u64 at = header + 6 + ((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0);
        blocks.push_back({at + width, all.number(at, width)});
        head = (flags & 4) != 0 ? 6 : 4;
    }
    else blocks.push_back({header + 16, all.half(header + 8)});

    u64 used = 0;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const Bytes block = all.part(blocks[i].at, blocks[i].size);
        used += block.size();
        if (used > all.size() || blocks.size() > 4096) source.refuse({"has an object that goes round at byte ", header});
        for (u64 at = 0; at + head <= block.size();) {
            const u64 type = block.number(at, newer ? 1 : 2), length = block.word(at + (newer ? 1 : 2));
            const u64 flags = block.byte(at + (newer ? 3 : 4));
            const Bytes d = block.part(at + head, length);
            at += head + length;
            if (type != 0x10) {
                use(type, flags, d);
                continue;
            }
            const u64 to = d.address(0), size = d.address(8); // the object goes on there
            if (newer) all.expect(to, "OCHK");
            if (newer && size < 8) source.refuse({"has an object that goes on nowhere at byte ", header});
            blocks.push_back(newer ? Block{to + 4, size - 8} : Block{to, size});
        }
    }
}

/// Where the elements lie: within the header, in one piece, or in chunks that a tree finds.
[[gnu::cold]] inline void read_layout(const Source& source, Bytes d, Layout& to)
{
    const u64 version = d.byte(0), is = d.byte(1);
    if (version < 3 || version > 4) source.refuse_form({"a layout of version ", version});
    if (is == 0) {
        to.is = Layout::here;
        to.bytes = d.word(2);
        to.address = d.part(4, to.bytes).begin();
    }
    else if (is == 1) {
        to.is = Layout::piece;
        to.address = d.address(2);
        to.bytes = d.address(10);
    }
    else if (is == 2 && version == 3) {
        const u64 rank = d.byte(2);
        if (rank < 2 || rank > 33) source.refuse({"has chunks of rank ", rank});
        to.is = Layout::chunks;
        to.address = d.address(3);
        for (u64 i = 0; i < rank; ++i) to.chunk.push_back({d.half(11 + 4 * i)});
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
        for (const auto& other : to.filters)
            if (other.id == id) source.refuse({"has a filter twice"});
        to.filters.push_back({id});
    }
}

}}} // namespace lamina::hdf5::detail
