// lamina/formats/hdf5/reader.hpp: reads HDF5 files of the form that Keras and h5py write.
//
// Read are superblocks 0 to 3, both forms of object headers, groups as tables and as short lists of links, elements in one piece and in
// chunks. Soft and external links are passed over. Source: The HDF Group, "HDF5 File Format Specification", version 3.0.
#pragma once

#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/hdf5/chunks.hpp>

#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace hdf5 {
namespace detail {
/// Finds all objects of a file.
class Reader {
public:
    explicit Reader(Source& of) : source(of), all(of) {}
    std::vector<Object> objects;

    [[gnu::cold]] void read()
    {
        if (!all.view().starts_with(std::string_view("\x89HDF\r\n\x1a\n", 8)))
            internals::fail(
                {source.name, ": does not start with HDF5's signature, an HDF5 file (.h5) was needed; save it with Keras"});
        const u64 version = all.byte(8);
        if (version > 3) source.refuse_form({"a superblock of version ", version});
        const bool old = version < 2;
        if (all.word(old ? 13 : 9) != 0x0808) source.refuse_form({"addresses that are not of 8 bytes"});
        const u64 base = version == 0 ? 24 : version == 1 ? 28 : 12, end = all.address(base + 16);
        if (all.address(base) != 0 || (old && all.address(base + 24) != nowhere))
            source.refuse_form({"something before it, or a driver of its own"});
        if (end > all.size())
            internals::fail(
                {source.name, ": has ", all.size(), " bytes of the ", end, " that it was written with; copy it again"});
        visit(all.address(old ? base + 40 : base + 24), "", 0);
    }

private:
    using Children = std::vector<std::pair<std::string_view, u64>>;

    [[gnu::cold]] void visit(u64 header, const std::string& path, u64 depth)
    {
        if (depth > 32) source.refuse({"has groups nested deeper than 32"});
        if (!visited.add(header))
            internals::fail({source.name, ": \"", path,
                             "\" is a second name of another object, or leads in a circle, which is not read; "
                             "save it with Keras, which gives each one name"});
        source.take(3 * sizeof(Object) + 3 * path.size() + 64); // a list that grows has room for three times what it holds
        Object object{path};
        Children children;
        unsigned has = 0; // 1 a shape, 2 a type
        each_message(source, header, [&](u64 type, u64 flags, Bytes d) {
            const bool shared = (flags & 2) != 0 && (type == 1 || type == 3 || type == 8 || type == 11 || type == 12);
            if (shared) source.refuse_form({"types or shapes that objects share (\"", path, "\")"});
            if (type == 0x01) object.shape = read_shape(source, d);
            else if (type == 0x03) object.stored = read_type(d);
            else if (type == 0x06) link(d, children);
            else if (type == 0x08) read_layout(source, d, object.layout);
            else if (type == 0x0b) read_filters(source, d, object.layout);
            else if (type == 0x0c) object.attributes.push_back(attribute(d));
            else if (type == 0x11) {
                const u64 names = d.address(8);
                all.expect(names, {"HEAP\0", 5});
                table(d.address(0), all.part(all.address(names + 24), all.address(names + 8)), children, 0);
            }
            else if ((type == 0x02 || type == 0x15) && d.address(2 + ((d.byte(1) & 1) == 0 ? 0 : type == 2 ? 8 : 2)) != nowhere)
                source.refuse_form({"many ", type == 2 ? "links" : "attributes", " in a heap (libver='latest')"});
            has |= type == 0x01 ? 1u : type == 0x03 ? 2u : 0u;
        });
        object.is_dataset = object.layout.is != Layout::none;
        if (object.is_dataset && has != 3) source.refuse({"has no type or no shape for \"", path, '"'});
        // Keras writes bfloat16 as two bytes without a meaning and says what they are.
        Type& stored = object.stored;
        const auto* const said = object.text("dtype");
        if (stored.is == Type::other && stored.size == 2 && said && *said == "bfloat16")
            stored = {Type::number, dtype::bfloat16, 2};
        if (stored.is == Type::fixed_text || stored.is == Type::long_text) stored.foreign = "texts";
        objects.push_back(std::move(object));
        for (const auto& [name, at] : children) visit(at, internals::text_of({path, path.empty() ? "" : "/", name}), depth + 1);
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
        source.take(made.has_texts ? count * sizeof(std::string_view) : type.big_endian ? values.size() : 0);
        if (made.has_texts) {
            numbers.foreign = "texts";
            made.texts.reserve(static_cast<std::size_t>(count));
            for (u64 i = 0; i < count; ++i)
                internals::add_to(made.texts, text_in(values.part(type.size * i, type.size), type.is == Type::long_text));
        }
        else if (type.big_endian)
            numbers.owner = internals::keep_bytes(turned(values.view(), static_cast<std::size_t>(type.size)));
        if (!made.has_texts) numbers.bytes = type.big_endian ? std::string_view(numbers.owner->text) : values.view();
        return made;
    }

    /// A text that lies here, up to a zero, or that is referred to in a heap, where zeros at its end are none of it.
    [[gnu::cold]] std::string_view text_in(Bytes value, bool in_heap)
    {
        if (!in_heap) return value.view().substr(0, std::min(value.view().find('\0'), value.view().size()));
        const u64 length = value.half(0), where = value.address(4), index = value.half(12);
        if (length == 0) return {};
        if (heaps_visited.add(where)) list_texts(where);
        const auto found = texts.find({where, index});
        if (found == texts.end())
            source.refuse({"refers to text ", index, " of the heap at byte ", where, ", which is not there"});
        if (found->second.size() < length) source.refuse({"has a text longer than its place in the heap at byte ", where});
        std::string_view text = found->second.view().substr(0, length);
        while (!text.empty() && text.back() == '\0') text.remove_suffix(1);
        return text;
    }

    /// Heaps are gone over once, so that many texts cost no more than the file.
    [[gnu::cold]] void list_texts(u64 where)
    {
        source.take(64);
        all.expect(where, "GCOL");
        const Bytes heap = all.part(where, all.address(where + 8));
        if ((heap_bytes += heap.size()) > all.size()) source.refuse({"has heaps that overlap"});
        for (u64 at = 16; at + 16 <= heap.size() && heap.word(at) != 0;) {
            const Bytes text = heap.part(at + 16, heap.address(at + 8));
            source.take(sizeof(*texts.begin()) + 64); // with what a map needs
            texts.try_emplace({where, heap.word(at)}, text);
            at += 16 + (text.size() + 7) / 8 * 8;
        }
    }

    /// The children of a group: a tree of tables, whose names lie in a heap.
    [[gnu::cold]] void table(u64 at, Bytes names, Children& to, u64 depth)
    {
        if (depth > 8 || !visited.add(at)) source.refuse({"has a tree of names that goes round at byte ", at});
        all.expect(at, {"TREE\0", 5});
        const u64 level = all.byte(at + 5), count = all.word(at + 6);
        for (u64 i = 0; i < count; ++i) {
            const u64 child = all.address(at + 32 + 16 * i);
            source.take(64); // what is kept of a place that was visited
            if (level > 0) {
                table(child, names, to, depth + 1);
                continue;
            }
            if (!visited.add(child)) source.refuse({"uses a table of names twice at byte ", child});
            all.expect(child, {"SNOD\1", 5});
            for (u64 j = all.word(child + 6), entry = child + 8; j > 0; --j, entry += 40)
                if (all.half(entry + 16) != 2) // a symbolic link
                    add_child(names.text(all.address(entry)), all.address(entry + 8), to);
        }
    }

    /// A link message of the newer form.
    [[gnu::cold]] void link(Bytes d, Children& to)
    {
        if (d.byte(0) != 1) source.refuse_form({"a link of version ", d.byte(0)});
        const u64 flags = d.byte(1), type = (flags & 8) != 0 ? d.byte(2) : 0;
        const u64 at = 2 + ((flags & 8) != 0 ? 1 : 0) + ((flags & 4) != 0 ? 8 : 0) + ((flags & 16) != 0 ? 1 : 0);
        const u64 width = u64{1} << (flags & 3), length = d.number(at, width);
        if (type == 0) add_child(d.part(at + width, length).view(), d.address(at + width + length), to);
    }
    [[gnu::cold]] void add_child(std::string_view name, u64 at, Children& to)
    {
        source.take(3 * sizeof(Children::value_type) + name.size()); // one name may be referred to many times
        if (name.empty() || name.find_first_of({"/\0", 2}) != name.npos) source.refuse({"has \"", name, "\" for a name"});
        internals::add_to(to, {name, at});
    }

    Source& source;
    Bytes all;
    Visited visited, heaps_visited;
    std::map<std::pair<u64, u64>, Bytes> texts; ///< by the heap where they lie and their number there
    u64 heap_bytes = 0;
};

} // namespace detail

/// A file that was read and checked: its groups and datasets, parents first. Texts stay as long as it does, or one of its arrays.
struct File {
    std::vector<Object> objects{};
    detail::Source source{};

    const std::string& name() const { return source.name; }
    /// The group or dataset of this path, or null: `find("model_weights")`; that of "" is the root.
    const Object* find(std::string_view path) const
    {
        for (const Object& object : objects)
            if (object.path == path) return &object;
        return nullptr;
    }
    /// The numbers of a dataset. Those that lie in one piece are referred to, others are put together. Of what are no numbers the word is
    /// given alone (`foreign`). Refuses a group, a dataset that was never written, and what is damaged.
    [[gnu::cold]] protocols::file_tensor tensor(const Object& of) const
    {
        if (!of.is_dataset) internals::fail({source.name, ": \"", of.path, "\" is a group, a dataset was needed"});
        protocols::file_tensor read{of.path, of.stored.of, of.shape, {}, source.owner, of.stored.foreign};
        if (of.stored.is == detail::Type::number) read.bytes = detail::elements_of(source, of, read.owner);
        return read;
    }
    /// All datasets as a list that `load` takes.
    [[gnu::cold]] protocols::tensor_file tensors() const
    {
        protocols::tensor_file made{source.name};
        for (const Object& object : objects)
            if (object.is_dataset) made.tensors.push_back(tensor(object));
        return made;
    }
};

/// The file in these bytes; `name` is what errors call it.
/// Refuses   what is damaged, and forms that neither Keras nor h5py writes by default, each by name.
[[gnu::cold]] inline File parse(std::string bytes, std::string_view name)
{
    const auto memory = 12'000'000 + bytes.size() / 2 * 5; // with the file itself less than four times its size
    File file{{}, {std::string(name), internals::keep_bytes(std::move(bytes)), memory}};
    detail::Reader reader(file.source);
    reader.read();
    file.objects = std::move(reader.objects);
    return file;
}
/// The HDF5 file of this name. See `parse`.
LAMINA_OUTLINED inline File read(const internals::FilePath& path) { return parse(read_file(path), path.string()); }

}}} // namespace lamina::hdf5
