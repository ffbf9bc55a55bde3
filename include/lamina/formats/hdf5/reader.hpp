// lamina/formats/hdf5/reader.hpp: reads HDF5 files of the form that Keras and h5py write.
//
// Read are superblocks 0 to 3, both forms of object headers, groups as tables and as short lists of links, elements in one piece and in
// chunks. Soft and external links are passed over. Why it is not HDF5's own library stands in docs/design.md.
// Source: The HDF Group, "HDF5 File Format Specification", version 3.0.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/hdf5/bytes.hpp>
#include <lamina/formats/hdf5/chunks.hpp>
#include <lamina/formats/hdf5/messages.hpp>
#include <lamina/formats/hdf5/types.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace hdf5 {

namespace detail {
class Reader;
}

static_assert(std::endian::native == std::endian::little,
              "lamina/formats/hdf5/reader.hpp gives little-endian numbers as they are");

/// A file that was read and checked: its groups and datasets, parents first. It refers to its bytes; so do its texts, which stay as long as
/// it does or one of its arrays.
class File {
public:
    std::vector<Object> objects;

    const std::string& name() const { return source.name; }

    /// The group or dataset of this path, or null: `find("model_weights")`; that of "" is the root.
    const Object* find(std::string_view path) const
    {
        for (const Object& object : objects)
            if (object.path == path) return &object;
        return nullptr;
    }

    /// The numbers of a dataset. Those that lie in one piece are referred to, others are put together. Of what are no numbers the word is
    /// given alone (`foreign`).
    ///
    /// Refuses   a group, a dataset that was never written, and what is damaged.
    [[gnu::cold]] protocols::file_tensor tensor(const Object& of) const
    {
        if (!of.is_dataset) internals::fail({source.name, ": \"", of.path, "\" is a group, a dataset was needed"});
        protocols::file_tensor read{of.path, of.stored.of, of.shape, {}, source.owner, of.stored.foreign};
        if (of.stored.is != detail::Type::number) return read;
        read.bytes = detail::elements_of(source, of, read.owner);
        return read;
    }

    /// All datasets of numbers as a list that `load` takes.
    [[gnu::cold]] protocols::tensor_file tensors() const
    {
        protocols::tensor_file all{source.name};
        for (const Object& object : objects)
            if (object.is_dataset) all.tensors.push_back(tensor(object));
        return all;
    }

private:
    friend class detail::Reader;
    detail::Source source;
};

namespace detail {

class Reader {
public:
    [[gnu::cold]] static File file_of(std::string bytes, std::string_view name)
    {
        File file;
        file.source.name = std::string(name);
        file.source.memory = 12'000'000 + bytes.size() / 2 * 5; // with the file itself less than four times its size
        file.source.owner = internals::keep_bytes(std::move(bytes));
        Reader reader(file.source);
        reader.read();
        file.objects = std::move(reader.objects);
        return file;
    }

private:
    explicit Reader(Source& of) : source(of), all(of), visited(all.size()) {}

    std::vector<Object> objects;

    [[gnu::cold]] void read()
    {
        if (all.size() < 8 || all.part(0, 8).view() != std::string_view("\x89HDF\r\n\x1a\n", 8))
            internals::fail(
                {source.name, ": does not start with HDF5's signature, an HDF5 file (.h5) was needed; save it with Keras"});
        const u64 version = all.byte(8);
        if (version > 3) source.refuse_form({"a superblock of version ", version});
        const bool old = version < 2;
        if (all.byte(old ? 13 : 9) != 8 || all.byte(old ? 14 : 10) != 8)
            source.refuse_form({"addresses that are not of 8 bytes"});
        const u64 base = version == 0 ? 24 : version == 1 ? 28 : 12, end = all.address(base + 16);
        if (all.address(base) != 0) source.refuse_form({"something before it"});
        if (old && all.address(base + 24) != nowhere) source.refuse_form({"a driver of its own"});
        if (end > all.size())
            internals::fail(
                {source.name, ": has ", all.size(), " bytes of the ", end, " that it was written with; copy it again"});
        visit(all.address(old ? base + 40 : base + 24), "", 0);
    }

private:
    static constexpr u64 deepest = 32;

    struct Child {
        std::string_view name;
        u64 at;
    };
    using Children = std::vector<Child>;

    [[gnu::cold]] void visit(u64 header, const std::string& path, u64 depth)
    {
        if (depth > deepest) source.refuse({"has groups nested deeper than ", deepest});
        if (!visited.add(header))
            internals::fail({source.name, ": \"", path,
                             "\" is a second name of another object, or leads in a circle, which is not read; "
                             "save it with Keras, which gives each one name"});
        source.take(3 * sizeof(Object) + 3 * path.size()); // a list that grows has room for three times what it holds
        Object object{path};
        Children children;
        bool has_type = false, has_shape = false;
        each_message(source, header, [&](u64 type, u64 flags, Bytes d) {
            if ((flags & 2) != 0 && (type == 1 || type == 3 || type == 8 || type == 11 || type == 12))
                source.refuse_form({"types or shapes that objects share (\"", path, "\")"});
            switch (type) {
            case 0x01:
                object.shape = read_shape(source, d);
                has_shape = true;
                break;
            case 0x02: refuse_heap(d, 8, "links"); break;
            case 0x03:
                object.stored = read_type(d);
                has_type = true;
                break;
            case 0x06: link(d, children); break;
            case 0x08: read_layout(source, d, object.layout); break;
            case 0x0b: read_filters(source, d, object.layout); break;
            case 0x0c: object.attributes.push_back(attribute(d)); break;
            case 0x11: table(d.address(0), heap(d.address(8)), children, 0); break;
            case 0x15: refuse_heap(d, 2, "attributes"); break;
            default: break; // fill values, times, comments
            }
        });
        object.is_dataset = object.layout.is != Layout::none;
        if (object.is_dataset && (!has_type || !has_shape)) source.refuse({"has no type or no shape for \"", path, '"'});
        name_bfloat16(object);
        objects.push_back(std::move(object));
        for (const auto& [name, at] : children)
            visit(at, path.empty() ? std::string(name) : internals::text_of({path, '/', name}), depth + 1);
    }

    /// Keras writes bfloat16 as two bytes without a meaning and says what they are.
    static void name_bfloat16(Object& object)
    {
        const auto* const said = object.text("dtype");
        if (object.stored.is == Type::other && object.stored.size == 2 && said && *said == "bfloat16")
            object.stored = {Type::number, dtype::bfloat16, 2};
        if (object.stored.is == Type::fixed_text || object.stored.is == Type::long_text) object.stored.foreign = "texts";
    }

    /// A message that says where a heap of links or attributes lies; `skipped` bytes stand before it where its first flag is set.
    [[gnu::cold]] void refuse_heap(Bytes d, u64 skipped, const char* what) const
    {
        if (d.address(2 + ((d.byte(1) & 1) != 0 ? skipped : 0)) != nowhere)
            source.refuse_form({"many ", what, " in a heap (libver='latest')"});
    }

    [[gnu::cold]] Attribute attribute(Bytes d)
    {
        const u64 version = d.byte(0);
        if (version < 1 || version > 3) source.refuse_form({"an attribute of version ", version});
        if (version > 1 && d.byte(1) != 0) source.refuse_form({"attributes whose types are shared"});
        u64 at = version == 3 ? 9 : 8;
        const auto next = [&](u64 bytes) {
            const Bytes part = d.part(at, bytes);
            at += version == 1 ? (bytes + 7) / 8 * 8 : bytes;
            return part;
        };
        Attribute made{next(d.word(2)).text(0), {}};
        const Type type = read_type(next(d.word(4)));
        auto& numbers = made.numbers;
        numbers = {std::string(made.name), type.of, read_shape(source, next(d.word(6))), {}, source.owner, type.foreign};
        source.take(3 * sizeof(Attribute) + numbers.name.size());
        if (type.is == Type::other) return made;
        const u64 count = elements(source, numbers.shape, d.size() / type.size);
        const Bytes values = d.part(at, count * type.size);
        made.has_texts = type.is != Type::number;
        if (made.has_texts) {
            source.take(count * sizeof(std::string_view));
            numbers.foreign = "texts";
            made.texts.reserve(static_cast<std::size_t>(count));
            for (u64 i = 0; i < count; ++i)
                internals::add_to(made.texts, text_in(values.part(type.size * i, type.size), type.is == Type::long_text));
        }
        else if (type.big_endian && type.size > 1) {
            source.take(values.size());
            numbers.owner = internals::keep_bytes(turned(values.view(), static_cast<std::size_t>(type.size)));
            numbers.bytes = numbers.owner->text;
        }
        else numbers.bytes = values.view();
        return made;
    }

    /// A text that lies here, or that is referred to in a heap. Zeros at its end are none of it.
    [[gnu::cold]] std::string_view text_in(Bytes value, bool in_heap)
    {
        std::string_view text = in_heap ? long_text(value) : value.view();
        if (!in_heap) return text.substr(0, std::min(text.find('\0'), text.size()));
        while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
        return text;
    }

    /// The texts of a heap collection: where each lies, by its number.
    struct Collection {
        u64 at;
        std::vector<std::uint64_t> places;

        bool operator<(const Collection& other) const { return at < other.at; }
    };

    [[gnu::cold]] std::string_view long_text(Bytes reference)
    {
        const u64 length = reference.half(0), where = reference.address(4), index = reference.half(12);
        if (length == 0) return {};
        const Collection& in = collection(where);
        const u64 place = index < in.places.size() ? in.places[static_cast<std::size_t>(index)] : 0;
        if (place == 0) source.refuse({"refers to text ", index, " of the heap at byte ", where, ", which is not there"});
        if (all.address(place + 8) < length) source.refuse({"has a text longer than its place in the heap at byte ", where});
        return all.part(place + 16, length).view();
    }

    /// Collections are gone over once, so that many texts cost no more than the file.
    [[gnu::cold]] const Collection& collection(u64 where)
    {
        const auto known = collections.find(Collection{where, {}});
        if (known != collections.end()) return *known;
        all.expect(where, "GCOL");
        const Bytes heap = all.part(where, all.address(where + 8));
        if ((heap_bytes += heap.size()) > all.size()) source.refuse({"has heaps that overlap"});
        Collection made{where, {}};
        for (const bool count : {true, false}) {
            u64 most = 0;
            for (u64 at = 16; at + 16 <= heap.size();) {
                const u64 index = heap.word(at), size = heap.address(at + 8);
                if (index == 0) break;
                heap.part(at + 16, size);
                most = std::max(most, index);
                if (!count) made.places[static_cast<std::size_t>(index)] = where + at;
                at += 16 + (size + 7) / 8 * 8;
            }
            if (!count) break;
            source.take(8 * (most + 1) + 8 * sizeof(Collection));
            made.places.assign(static_cast<std::size_t>(most + 1), 0);
        }
        return *collections.insert(std::move(made)).first;
    }

    [[gnu::cold]] Bytes heap(u64 at) const
    {
        all.expect(at, {"HEAP\0", 5});
        return all.part(all.address(at + 24), all.address(at + 8));
    }

    /// The children of a group: a tree of tables, whose names lie in a heap.
    [[gnu::cold]] void table(u64 at, Bytes names, Children& to, u64 depth)
    {
        if (depth > 8 || !visited.add(at)) source.refuse({"has a tree of names that goes round at byte ", at});
        all.expect(at, {"TREE\0", 5});
        const u64 level = all.byte(at + 5), count = all.word(at + 6);
        for (u64 i = 0; i < count; ++i) {
            const u64 child = all.address(at + 32 + 16 * i);
            if (level > 0) {
                table(child, names, to, depth + 1);
                continue;
            }
            if (!visited.add(child)) source.refuse({"uses a table of names twice at byte ", child});
            all.expect(child, {"SNOD\1", 5});
            for (u64 j = all.word(child + 6), entry = child + 8; j > 0; --j, entry += 40) {
                if (all.half(entry + 16) != 2)
                    add_child(names.text(all.address(entry)), all.address(entry + 8), to); // 2: a symbolic link
            }
        }
    }

    /// A link message of the newer form.
    [[gnu::cold]] void link(Bytes d, Children& to)
    {
        if (d.byte(0) != 1) source.refuse_form({"a link of version ", d.byte(0)});
        const u64 flags = d.byte(1), type = (flags & 8) != 0 ? d.byte(2) : 0;
        const u64 at = 2 + ((flags & 8) != 0 ? 1 : 0) + ((flags & 4) != 0 ? 8 : 0) + ((flags & 16) != 0 ? 1 : 0);
        const u64 width = u64{1} << (flags & 3), length = d.number(at, width);
        if (type != 0) return;
        add_child(d.part(at + width, length).view(), d.address(at + width + length), to);
    }

    [[gnu::cold]] void add_child(std::string_view name, u64 at, Children& to)
    {
        source.take(3 * sizeof(Child) + name.size()); // one name may be referred to many times
        if (name.empty() || name.find_first_of({"/\0", 2}) != name.npos) source.refuse({"has \"", name, "\" for a name"});
        to.push_back({name, at});
    }

    Source& source;
    Bytes all;
    Visited visited;
    std::set<Collection> collections;
    u64 heap_bytes = 0;
};

} // namespace detail

/// The file in these bytes; `name` is what errors call it.
///
/// Refuses   what is damaged, and forms that neither Keras nor h5py writes by default, each by name.
[[gnu::cold]] inline File parse(std::string bytes, std::string_view name)
{
    return detail::Reader::file_of(std::move(bytes), name);
}

/// The HDF5 file of this name. See `parse`.
LAMINA_OUTLINED inline File read(const internals::FilePath& path) { return parse(read_file(path), path.string()); }

}}} // namespace lamina::hdf5
