// lamina/formats/hdf5/writer.hpp: writes HDF5 files in the form that h5py writes by default and Keras needs.
//
// Superblock 0, groups as tables of names, numbers in one piece, texts once each in a global heap. The file is composed in memory, so that
// every address is known before it is written down.
// Source: The HDF Group, "HDF5 File Format Specification", version 3.0.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/hdf5/bytes.hpp>
#include <lamina/formats/hdf5/types.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace hdf5 {

static_assert(std::endian::native == std::endian::little,
              "lamina/formats/hdf5/writer.hpp copies little-endian numbers as they are");

namespace detail {

[[gnu::cold]] inline void put(std::string& to, u64 value, u64 bytes = 8)
{
    for (u64 i = 0; i < bytes; ++i) internals::print(to, static_cast<char>(value >> 8 * i & 255));
}
[[gnu::cold]] inline void pad(std::string& to) { to.resize((to.size() + 7) / 8 * 8); }

[[gnu::cold]] inline std::string shape_message(const std::vector<std::size_t>& shape)
{
    std::string d;
    put(d, 1, 1), put(d, shape.size(), 1), put(d, shape.empty() ? 0 : 1, 1), put(d, 0, 5);
    for (int again = 0; again < 2; ++again) // the largest that they may become are the same
        for (const std::size_t extent : shape) put(d, extent);
    return d;
}

[[gnu::cold]] inline std::string whole_message(u64 size, bool is_signed)
{
    std::string d;
    put(d, 0x10, 1), put(d, is_signed ? 8 : 0, 3), put(d, size, 4), put(d, 0, 2), put(d, 8 * size, 2);
    return d;
}

/// A type of numbers. Truth values are an enumeration, as h5py makes one; bfloat16 is two bytes without a meaning, as Keras has it.
[[gnu::cold]] inline std::string type_message(dtype type)
{
    std::string d;
    const u64 size = internals::bytes_of(type);
    if (type == dtype::boolean) {
        put(d, 0x18, 1), put(d, 2, 3), put(d, 1, 4);
        return d + whole_message(1, true) + std::string("FALSE\0\0\0TRUE\0\0\0\0\0\1", 18);
    }
    if (type == dtype::bfloat16) {
        put(d, 0x15, 1), put(d, 8, 3), put(d, 2, 4);
        return d + std::string("|V2\0\0\0\0\0", 8);
    }
    for (const real_form& f : real_forms)
        if (f.of == type) {
            put(d, 0x11, 1), put(d, 0x20 | (8 * size - 1) << 8, 3), put(d, size, 4), put(d, 0, 2), put(d, 8 * size, 2);
            put(d, f.exponent_at, 1), put(d, f.exponent, 1), put(d, 0, 1), put(d, f.mantissa, 1), put(d, f.bias, 4);
            return d;
        }
    const bool is_signed = type == dtype::int8 || type == dtype::int16 || type == dtype::int32 || type == dtype::int64;
    return whole_message(size, is_signed);
}

/// The messages of one object.
struct Messages {
    std::string bytes{};
    u64 count = 0;

    [[gnu::cold]] void add(u64 type, std::string d, u64 flags = 0)
    {
        pad(d);
        put(bytes, type, 2), put(bytes, d.size(), 2), put(bytes, flags, 1), put(bytes, 0, 3);
        internals::print(bytes, d);
        ++count;
    }
};

} // namespace detail

/// Composes a file: groups, datasets and attributes in any order, then `bytes` or `write`.
///
/// Refuses   a name that is given twice, a dataset that has children, an attribute of more than 64 KB.
///
/// Example
///     hdf5::Writer{}.text("", "backend", "lamina");
class Writer {
public:
    /// A group, with those that it lies in: `group("layers/dense/vars")`.
    [[gnu::cold]] void group(std::string_view path) { at(path); }

    /// The numbers of an array, whose bytes stay until the file is written.
    [[gnu::cold]] void dataset(std::string_view path, protocols::file_tensor numbers)
    {
        check(numbers, path);
        Node& node = at(path);
        if (node.is_dataset || !node.children.empty())
            internals::fail({"HDF5: \"", path, "\" is there already; give another name"});
        node.is_dataset = true;
        if (numbers.type == dtype::bfloat16) node.attributes.push_back({"dtype", {}, {"bfloat16"}, false});
        node.numbers = std::move(numbers);
    }

    /// What a group or dataset says of itself: a text, a list of texts, numbers. "" is the root.
    [[gnu::cold]] void text(std::string_view path, std::string_view name, std::string_view value)
    {
        add(path, {std::string(name), {}, {std::string(value)}, false});
    }
    [[gnu::cold]] void texts(std::string_view path, std::string_view name, std::vector<std::string> values)
    {
        if (values.empty())
            return numbers(path, name, {"", dtype::float64, {0}, {}, nullptr}); // as h5py says of a list that nothing is in it
        add(path, {std::string(name), {}, std::move(values), true});
    }
    [[gnu::cold]] void numbers(std::string_view path, std::string_view name, protocols::file_tensor values)
    {
        check(values, name);
        add(path, {std::string(name), std::move(values), {}, false});
    }

    /// The whole file.
    [[gnu::cold]] std::string bytes()
    {
        using detail::put;
        out.assign(96, '\0');
        heaps.clear();
        write_heap();
        const Written top = write(root);
        std::string s("\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0", 16);
        put(s, leaf, 2), put(s, inner, 2), put(s, 0, 4);
        put(s, 0), put(s, detail::nowhere), put(s, out.size()), put(s, detail::nowhere);
        put(s, 0), put(s, top.header), put(s, 1, 4), put(s, 0, 4), put(s, top.tree), put(s, top.names);
        out.replace(0, s.size(), s);
        return std::exchange(out, {});
    }

    /// Writes the file, or throws `lamina::error` and changes nothing.
    LAMINA_OUTLINED void write(const internals::FilePath& path) { internals::write_file_atomically(path, bytes()); }

private:
    static constexpr detail::u64 leaf = 4, inner = 16; ///< half of what a table, and a node of a tree, has room for
    using u64 = detail::u64;

    struct Said {
        std::string name;
        protocols::file_tensor numbers;
        std::vector<std::string> texts;
        bool is_list;
    };
    struct Node {
        std::map<std::string, Node, std::less<>> children{}; ///< in the order that a table of names needs
        std::vector<Said> attributes{};
        protocols::file_tensor numbers{};
        bool is_dataset = false;
    };
    struct Written {
        u64 header = 0, tree = 0, names = 0;
        bool is_group = false;
    };
    struct Place {
        u64 heap = 0, index = 0;
    };

    [[gnu::cold]] static void check(const protocols::file_tensor& numbers, std::string_view name)
    {
        if (!numbers.foreign.empty())
            internals::fail({"HDF5: \"", name, "\" is ", numbers, ", which is not written; make it float32"});
        internals::check_arrays({"HDF5", {numbers}});
    }

    [[gnu::cold]] Node& at(std::string_view path)
    {
        Node* node = &root;
        while (!path.empty()) {
            const std::size_t slash = std::min(path.find('/'), path.size());
            if (node->is_dataset || slash == 0) internals::fail({"HDF5: \"", path, "\" cannot lie there; give another name"});
            node = &node->children[std::string(path.substr(0, slash))];
            path.remove_prefix(std::min(slash + 1, path.size()));
        }
        return *node;
    }

    [[gnu::cold]] void add(std::string_view path, Said said)
    {
        Node& node = at(path);
        for (const Said& other : node.attributes)
            if (other.name == said.name)
                internals::fail({"HDF5: \"", path, "\" says \"", said.name, "\" twice; give another name"});
        node.attributes.push_back(std::move(said));
    }

    [[gnu::cold]] u64 place(std::string_view block)
    {
        detail::pad(out);
        const u64 where = out.size();
        internals::print(out, block);
        return where;
    }

    [[gnu::cold]] void collect_texts(const Node& node, std::vector<const std::string*>& order)
    {
        for (const Said& said : node.attributes)
            for (const std::string& text : said.texts)
                if (!text.empty() && heaps.try_emplace(text).second) order.push_back(&text);
        for (const auto& [name, child] : node.children) collect_texts(child, order);
    }

    /// Every text once, in collections of as many as their numbers can count.
    [[gnu::cold]] void write_heap()
    {
        using detail::put;
        std::vector<const std::string*> order;
        collect_texts(root, order);
        for (std::size_t first = 0; first < order.size(); first += 65000) {
            const std::size_t count = std::min<std::size_t>(65000, order.size() - first);
            std::string block("GCOL\1\0\0\0\0\0\0\0\0\0\0\0", 16);
            for (std::size_t i = 0; i < count; ++i) {
                const std::string& text = *order[first + i];
                put(block, i + 1, 2), put(block, 1, 2), put(block, 0, 4), put(block, text.size());
                internals::print(block, text);
                detail::pad(block);
            }
            const u64 size = std::max<u64>(4096, block.size() + 16); // the least that the library takes
            put(block, 0), put(block, size - block.size() + 8);      // the rest is free
            block.resize(static_cast<std::size_t>(size));
            for (std::size_t i = 0; i < 8; ++i) block[8 + i] = static_cast<char>(size >> 8 * i & 255);
            const u64 where = place(block);
            for (std::size_t i = 0; i < count; ++i) heaps.find(*order[first + i])->second = {where, i + 1};
        }
    }

    [[gnu::cold]] std::string attribute(const Said& said) const
    {
        using detail::put;
        std::string type = said.texts.empty() ? detail::type_message(said.numbers.type) : std::string();
        if (!said.texts.empty()) { // sequences of characters of UTF-8 that end in a zero
            put(type, 0x19, 1), put(type, 0x0101, 3), put(type, 16, 4);
            type += detail::whole_message(1, false);
        }
        const auto shape = !said.texts.empty()
                               ? (said.is_list ? std::vector<std::size_t>{said.texts.size()} : std::vector<std::size_t>{})
                               : said.numbers.shape;
        const std::string space = detail::shape_message(shape), name = said.name + '\0';
        std::string d;
        put(d, 1, 2), put(d, name.size(), 2), put(d, type.size(), 2), put(d, space.size(), 2);
        for (const std::string_view part : {std::string_view(name), std::string_view(type), std::string_view(space)}) {
            internals::print(d, part);
            detail::pad(d);
        }
        internals::print(d, said.numbers.bytes);
        for (const std::string& text : said.texts) {
            const Place at = text.empty() ? Place{} : heaps.find(text)->second;
            put(d, text.size(), 4), put(d, at.heap), put(d, at.index, 4);
        }
        if (d.size() > 65000)
            internals::fail({"HDF5: the list \"", said.name, "\" takes ", d.size(),
                             " bytes, at most 65000 can be said of an object; "
                             "make several lists of it"});
        return d;
    }

    [[gnu::cold]] u64 header(detail::Messages messages, const Node& node)
    {
        for (const Said& said : node.attributes) messages.add(12, attribute(said));
        std::string block;
        detail::put(block, 1, 2), detail::put(block, messages.count, 2), detail::put(block, 1, 4);
        detail::put(block, messages.bytes.size(), 4), detail::put(block, 0, 4);
        internals::print(block, messages.bytes);
        return place(block);
    }

    [[gnu::cold]] Written write(const Node& node)
    {
        detail::Messages messages;
        if (node.is_dataset) {
            const auto& numbers = node.numbers;
            std::string layout("\3\1", 2);
            detail::put(layout, numbers.bytes.empty() ? detail::nowhere : place(numbers.bytes));
            detail::put(layout, numbers.bytes.size());
            messages.add(1, detail::shape_message(numbers.shape));
            messages.add(3, detail::type_message(numbers.type), 1);
            messages.add(5, std::string("\2\2\2\1\0\0\0\0", 8), 1); // a fill value: zero
            messages.add(8, layout);
            return {header(std::move(messages), node)};
        }
        Written made = table(node);
        std::string symbols;
        detail::put(symbols, made.tree), detail::put(symbols, made.names);
        messages.add(17, symbols);
        made.header = header(std::move(messages), node);
        made.is_group = true;
        return made;
    }

    struct Entry {
        u64 name;
        Written at;
    };
    struct Part {
        u64 last, where;
    };

    /// The children of a group: their names in a heap, tables of eight, and a tree over these.
    [[gnu::cold]] Written table(const Node& node)
    {
        using detail::put;
        std::string names(8, '\0');
        std::vector<Entry> entries;
        for (const auto& [name, child] : node.children) {
            entries.push_back({names.size(), write(child)});
            internals::append(names, {name, '\0'});
            detail::pad(names);
        }
        std::vector<Part> parts;
        for (std::size_t first = 0; first < entries.size(); first += 2 * leaf) {
            const std::size_t count = std::min<std::size_t>(2 * leaf, entries.size() - first);
            std::string block("SNOD\1\0", 6);
            put(block, count, 2);
            for (std::size_t i = first; i < first + count; ++i) {
                const auto& [name, at] = entries[i];
                put(block, name), put(block, at.header), put(block, at.is_group ? 1 : 0, 4), put(block, 0, 4),
                    put(block, at.tree), put(block, at.names);
            }
            block.resize(8 + 2 * leaf * 40);
            parts.push_back({entries[first + count - 1].name, place(block)});
        }
        for (u64 level = 0; level == 0 || parts.size() > 1; ++level) parts = tree_over(parts, level);
        const u64 free = names.size(); // the rest of the heap is one free block, as the library leaves it
        put(names, 1), put(names, 16);
        std::string block("HEAP\0\0\0\0", 8);
        put(block, names.size()), put(block, free), put(block, place(names));
        return {0, parts[0].where, place(block)};
    }

    /// The nodes of one level of a tree; those side by side point at each other.
    [[gnu::cold]] std::vector<Part> tree_over(const std::vector<Part>& parts, u64 level)
    {
        using detail::put;
        std::vector<Part> above;
        const std::size_t room = 2 * inner, nodes = std::max<std::size_t>(1, (parts.size() + room - 1) / room);
        detail::pad(out);
        const u64 start = out.size(), size = 24 + 8 * (2 * room + 1);
        for (std::size_t k = 0; k < nodes; ++k) {
            const std::size_t first = k * room, count = std::min(room, parts.size() - first);
            std::string block("TREE\0", 5);
            put(block, level, 1), put(block, count, 2);
            put(block, k > 0 ? start + (k - 1) * size : detail::nowhere),
                put(block, k + 1 < nodes ? start + (k + 1) * size : detail::nowhere);
            put(block, k > 0 ? parts[first - 1].last : 0);
            for (std::size_t i = first; i < first + count; ++i) put(block, parts[i].where), put(block, parts[i].last);
            block.resize(static_cast<std::size_t>(size));
            above.push_back({count > 0 ? parts[first + count - 1].last : 0, place(block)});
        }
        return above;
    }

    Node root;
    std::string out;
    std::map<std::string, Place, std::less<>> heaps; ///< where each text lies
};

}}} // namespace lamina::hdf5
