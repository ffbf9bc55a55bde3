// lamina/formats/hdf5/writer.hpp: writes HDF5 files in the form that h5py writes by default and Keras needs.
//
// Superblock 0, groups as tables of names, numbers in one piece, texts once each in a global heap. The file is composed in memory, so that
// every address is known before it is written down. Source: The HDF Group, "HDF5 File Format Specification", version 3.0.
#pragma once

#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/hdf5/types.hpp>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace hdf5 {

/// Composes a file of groups, datasets and attributes, then gives its `bytes` or does `write` it.
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
        if (values.empty()) return numbers(path, name, {"", dtype::float64, {0}, {}, nullptr}); // as h5py writes an empty list
        add(path, {std::string(name), {"", {}, {values.size()}, {}, nullptr}, std::move(values), true});
    }
    [[gnu::cold]] void numbers(std::string_view path, std::string_view name, protocols::file_tensor values)
    {
        check(values, name);
        add(path, {std::string(name), std::move(values), {}, false});
    }

    /// The whole file.
    [[gnu::cold]] std::string bytes()
    {
        out.assign(96, '\0');
        heaps.clear();
        write_heap();
        const Written top = write(root);
        std::string s("\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0", 16);
        put(s, {{leaf, 2}, {inner, 2}, {0, 4}, {0}, {nowhere}, {out.size()}, {nowhere}});
        put(s, {{0}, {top.header}, {1, 4}, {0, 4}, {top.tree}, {top.names}});
        out.replace(0, s.size(), s);
        return std::exchange(out, {});
    }

    /// Writes the file, or throws `lamina::error` and changes nothing.
    LAMINA_OUTLINED void write(const internals::FilePath& path) { internals::write_file_atomically(path, bytes()); }

private:
    using u64 = detail::u64;
    static constexpr u64 leaf = 4, inner = 16; ///< half of what a table, and a node of a tree, has room for
    static constexpr u64 nowhere = detail::nowhere;

    struct Said {
        std::string name;
        protocols::file_tensor numbers; ///< of texts their shape
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
    };
    struct Place {
        u64 heap = 0, index = 0;
    };
    struct Message {
        u64 type;
        std::string d;
        u64 flags = 0;
    };
    struct Part {
        u64 last, where;
    };
    struct Field {
        u64 value, bytes = 8;
    };

    [[gnu::cold]] static void put(std::string& to, std::initializer_list<Field> fields)
    {
        for (const auto& [value, bytes] : fields)
            for (u64 i = 0; i < bytes; ++i) internals::print(to, static_cast<char>(value >> 8 * i & 255));
    }
    [[gnu::cold]] static void pad(std::string& to) { to.resize((to.size() + 7) / 8 * 8); }

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
        pad(out);
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
        std::vector<const std::string*> order;
        collect_texts(root, order);
        for (std::size_t first = 0; first < order.size(); first += 65000) {
            const std::size_t count = std::min<std::size_t>(65000, order.size() - first);
            std::string texts, block("GCOL\1\0\0\0", 8);
            for (std::size_t i = 0; i < count; ++i) {
                const std::string& text = *order[first + i];
                heaps.find(text)->second = {(out.size() + 7) / 8 * 8, i + 1};
                put(texts, {{i + 1, 2}, {1, 2}, {0, 4}, {text.size()}});
                internals::print(texts, text);
                pad(texts);
            }
            const u64 size = std::max<u64>(4096, texts.size() + 32); // the least that the library takes
            put(texts, {{0}, {size - texts.size() - 16}});           // the rest is free
            put(block, {{size}});
            internals::print(block, texts);
            block.resize(static_cast<std::size_t>(size));
            place(block);
        }
    }

    [[gnu::cold]] static std::string shape_message(const std::vector<std::size_t>& shape)
    {
        std::string d;
        put(d, {{1, 1}, {shape.size(), 1}, {shape.empty() ? 0u : 1u, 1}, {0, 5}});
        for (int again = 0; again < 2; ++again) // the largest that they may become are the same
            for (const std::size_t extent : shape) put(d, {{extent}});
        return d;
    }

    /// Truth values are an enumeration, as h5py makes one; bfloat16 is two bytes without a meaning, as Keras has it.
    [[gnu::cold]] static std::string type_message(dtype type)
    {
        std::string d;
        const u64 size = internals::bytes_of(type), bits = 8 * size;
        for (const detail::real_form& f : detail::real_forms)
            if (f.of == type && type != dtype::bfloat16) {
                put(d, {{0x11, 1}, {0x20 | (bits - 1) << 8, 3}, {size, 4}, {0, 2}, {bits, 2}});
                put(d, {{f.exponent_at, 1}, {f.exponent, 1}, {0, 1}, {f.mantissa, 1}, {f.bias, 4}});
                return d;
            }
        if (type == dtype::bfloat16) put(d, {{0x15, 1}, {8, 3}, {2, 4}, {0x32567C}}); // "|V2"
        else if (type == dtype::boolean) {
            put(d, {{0x18, 1}, {2, 3}, {1, 4}});
            internals::append(d, {type_message(dtype::int8), std::string_view("FALSE\0\0\0TRUE\0\0\0\0\0\1", 18)});
        }
        else {
            constexpr dtype with_sign[] = {dtype::int8, dtype::int16, dtype::int32, dtype::int64};
            put(d, {{0x10, 1}, {internals::contains(with_sign, type) ? 8u : 0u, 3}, {size, 4}, {0, 2}, {bits, 2}});
        }
        return d;
    }

    [[gnu::cold]] std::string attribute(const Said& said) const
    {
        std::string type, d, space = shape_message(said.numbers.shape);
        if (!said.texts.empty())
            put(type, {{0x19, 1}, {0x0101, 3}, {16, 4}}); // sequences of characters of UTF-8 that end in a zero
        internals::print(type, type_message(said.texts.empty() ? said.numbers.type : dtype::uint8));
        put(d, {{1, 2}, {said.name.size() + 1, 2}, {type.size(), 2}, {space.size(), 2}});
        internals::append(d, {said.name, '\0'});
        for (const std::string_view part : {std::string_view(type), std::string_view(space), said.numbers.bytes}) {
            pad(d);
            internals::print(d, part);
        }
        for (const std::string& text : said.texts) {
            const Place there = text.empty() ? Place{} : heaps.find(text)->second;
            put(d, {{text.size(), 4}, {there.heap}, {there.index, 4}});
        }
        if (d.size() > 65000)
            internals::fail(
                {"HDF5: \"", said.name, "\" takes ", d.size(), " bytes, at most 65000 can be said; make several lists of it"});
        return d;
    }

    [[gnu::cold]] u64 header(std::vector<Message> messages, const Node& node)
    {
        for (const Said& said : node.attributes) messages.push_back({12, attribute(said)});
        std::string all, block;
        for (auto& [type, d, flags] : messages) {
            pad(d);
            put(all, {{type, 2}, {d.size(), 2}, {flags, 4}});
            internals::print(all, d);
        }
        put(block, {{1, 2}, {messages.size(), 2}, {1, 4}, {all.size()}});
        internals::print(block, all);
        return place(block);
    }

    [[gnu::cold]] Written write(const Node& node)
    {
        std::string where;
        if (node.is_dataset) {
            const std::string_view bytes = node.numbers.bytes;
            const std::string type = type_message(node.numbers.type),
                              zero("\2\2\2\1\0\0\0\0", 8); // what is not written would be zero
            put(where, {{0x103, 2}, {bytes.empty() ? nowhere : place(bytes)}, {bytes.size()}});
            return {header({{1, shape_message(node.numbers.shape)}, {3, type, 1}, {5, zero, 1}, {8, where}}, node)};
        }
        Written made = table(node);
        put(where, {{made.tree}, {made.names}});
        made.header = header({{17, where}}, node);
        return made;
    }

    /// The children of a group: their names in a heap, tables of eight, and a tree over these.
    [[gnu::cold]] Written table(const Node& node)
    {
        std::string names(8, '\0'), block;
        std::vector<Part> parts;
        std::vector<std::pair<u64, Written>> entries;
        for (const auto& [name, child] : node.children) {
            entries.push_back({names.size(), write(child)});
            internals::append(names, {name, '\0'});
            pad(names);
        }
        for (std::size_t first = 0; first < entries.size(); first += 2 * leaf) {
            const std::size_t count = std::min<std::size_t>(2 * leaf, entries.size() - first);
            block.assign("SNOD\1\0", 6);
            put(block, {{count, 2}});
            for (std::size_t i = first; i < first + count; ++i) {
                const auto& [name, at] = entries[i];
                put(block, {{name}, {at.header}, {at.tree != 0 ? 1u : 0u}, {at.tree}, {at.names}});
            }
            block.resize(8 + 2 * leaf * 40);
            parts.push_back({entries[first + count - 1].first, place(block)});
        }
        for (u64 level = 0; level == 0 || parts.size() > 1; ++level) parts = tree_over(parts, level);
        const u64 free = names.size(); // the rest of the heap is one free block, as the library leaves it
        put(names, {{1}, {16}});
        block.assign("HEAP\0\0\0\0", 8);
        put(block, {{names.size()}, {free}, {place(names)}});
        return {0, parts[0].where, place(block)};
    }

    /// The nodes of one level of a tree; those side by side point at each other.
    [[gnu::cold]] std::vector<Part> tree_over(const std::vector<Part>& parts, u64 level)
    {
        std::vector<Part> above;
        const std::size_t room = 2 * inner, nodes = std::max<std::size_t>(1, (parts.size() + room - 1) / room);
        pad(out);
        const u64 start = out.size(), size = 24 + 8 * (2 * room + 1);
        for (std::size_t k = 0; k < nodes; ++k) {
            const std::size_t first = k * room, count = std::min(room, parts.size() - first);
            std::string block("TREE\0", 5);
            put(block, {{level, 1}, {count, 2}, {k > 0 ? start + (k - 1) * size : nowhere}});
            put(block, {{k + 1 < nodes ? start + (k + 1) * size : nowhere}, {k > 0 ? parts[first - 1].last : 0}});
            for (std::size_t i = first; i < first + count; ++i) put(block, {{parts[i].where}, {parts[i].last}});
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
