// lamina/formats/hdf5/writer.hpp: writes HDF5 files in the form that h5py writes by default and Keras needs.
//
// Superblock 0, groups as tables of names, numbers in one piece, texts once each in a global heap. The file is composed in memory: every
// address is known before it is written down. Source: The HDF Group, "HDF5 File Format Specification", version 3.0.
#pragma once

#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/formats/hdf5/types.hpp>

#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace hdf5 {

/// Composes a file of groups, datasets and attributes, then gives its `bytes` or does `write` it.
///
/// Refuses   a name that is given twice, a dataset that has children, an attribute of more than 64 KB.
/// Example  hdf5::Writer writer; writer.text("", "backend", "lamina");
class Writer {
public:
    /// A group, with those that it lies in: `group("layers/dense/vars")`.
    [[gnu::cold]] void group(std::string_view path) { at(path); }

    /// The numbers of an array, whose bytes stay until the file is written.
    [[gnu::cold]] void dataset(std::string_view path, protocols::file_tensor numbers)
    {
        Node& node = at(path);
        check(numbers, path);
        if (node.is_dataset || !node.children.empty())
            internals::fail({"HDF5: \"", path, "\" is there already; give another name"});
        node.is_dataset = true;
        node.numbers = std::move(numbers);
        if (node.numbers.type == dtype::bfloat16) text(path, "dtype", "bfloat16");
    }

    /// What a group or dataset says of itself: a text, a list of texts, numbers. "" is the root.
    [[gnu::cold]] void text(std::string_view path, std::string_view name, std::string_view value)
    {
        add(path, {std::string(name), {}, {std::string(value)}});
    }
    [[gnu::cold]] void texts(std::string_view path, std::string_view name, std::vector<std::string> values)
    {
        if (values.empty()) return numbers(path, name, {"", dtype::float64, {0}, {}, nullptr}); // as h5py writes an empty list
        protocols::file_tensor shape{"", {}, {values.size()}, {}, nullptr};
        add(path, {std::string(name), std::move(shape), std::move(values)});
    }
    [[gnu::cold]] void numbers(std::string_view path, std::string_view name, protocols::file_tensor values)
    {
        check(values, name);
        add(path, {std::string(name), std::move(values), {}});
    }

    /// The whole file.
    [[gnu::cold]] std::string bytes()
    {
        out.assign(96, '\0');
        write_heap();
        std::string table, s("\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0", 16);
        const u64 header = write(root, table);
        put(s, {{leaf, 2}, {inner, 2}, {0, 4}, {0}, {nowhere}, {out.size()}, {nowhere}, {0}, {header}, {1}});
        internals::print(s, table);
        out.replace(0, s.size(), s);
        return std::exchange(out, {});
    }
    /// Writes the file, or throws `lamina::error` and changes nothing.
    LAMINA_OUTLINED void write(const internals::FilePath& path) { internals::write_file_atomically(path, bytes()); }

private:
    using u64 = detail::u64;
    static constexpr u64 leaf = 4, inner = 16,
                         nowhere = detail::nowhere; ///< half of what a table, and a node of a tree, has room for

    struct Said {
        std::string name;
        protocols::file_tensor numbers; ///< of texts their shape
        std::vector<std::string> texts;
    };
    struct Node {
        std::map<std::string, Node, std::less<>> children{}; ///< in the order that a table of names needs
        std::vector<Said> attributes{};
        protocols::file_tensor numbers{};
        bool is_dataset = false;
    };
    struct Place {
        u64 at = 0, place = 0; ///< of a text its heap and its number; of a part of a tree where it is, and its last name
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
        const auto same = [&](const Said& other) { return other.name == said.name; };
        if (std::any_of(node.attributes.begin(), node.attributes.end(), same))
            internals::fail({"HDF5: \"", path, "\" says \"", said.name, "\" twice; give another name"});
        for (const std::string& text : said.texts)
            if (!text.empty()) heaps.try_emplace(text);
        node.attributes.push_back(std::move(said));
    }
    [[gnu::cold]] u64 place(std::string_view block)
    {
        pad(out);
        const u64 where = out.size();
        internals::print(out, block);
        return where;
    }

    /// Every text once, in collections of as many as their numbers can count.
    [[gnu::cold]] void write_heap()
    {
        for (auto next = heaps.begin(); next != heaps.end();) {
            std::string texts("GCOL\1\0\0\0\0\0\0\0\0\0\0\0", 16), total;
            for (std::size_t i = 1; i <= 65000 && next != heaps.end(); ++i, ++next) {
                const std::string& text = next->first;
                next->second = {(out.size() + 7) / 8 * 8, i};
                put(texts, {{i, 2}, {1, 2}, {0, 4}, {text.size()}});
                internals::print(texts, text);
                pad(texts);
            }
            const u64 size = std::max<u64>(4096, texts.size() + 16); // the least that the library takes
            put(texts, {{0}, {size - texts.size()}});                // the rest is free
            put(total, {{size}});
            texts.replace(8, 8, total).resize(static_cast<std::size_t>(size));
            place(texts);
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
        if (!said.texts.empty()) put(type, {{0x19, 1}, {0x0101, 3}, {16, 4}}); // characters of UTF-8 that end in a zero
        internals::print(type, type_message(said.texts.empty() ? said.numbers.type : dtype::uint8));
        put(d, {{1, 2}, {said.name.size() + 1, 2}, {type.size(), 2}, {space.size(), 2}});
        internals::append(d, {said.name, '\0'});
        for (const std::string_view part : {std::string_view(type), std::string_view(space), said.numbers.bytes}) {
            pad(d);
            internals::print(d, part);
        }
        for (const std::string& text : said.texts) {
            const Place there = text.empty() ? Place{} : heaps.find(text)->second;
            put(d, {{text.size(), 4}, {there.at}, {there.place, 4}});
        }
        if (d.size() > 65000)
            internals::fail(
                {"HDF5: \"", said.name, "\" takes ", d.size(), " bytes, at most 65000 can be said; make several lists of it"});
        return d;
    }

    [[gnu::cold]] u64 header(std::vector<std::pair<u64, std::string>> messages, const Node& node)
    {
        for (const Said& said : node.attributes) messages.push_back({12, attribute(said)});
        std::string all, block;
        for (auto& [type, d] : messages) {
            pad(d);
            put(all, {{type, 2}, {d.size(), 2}, {0, 4}});
            internals::print(all, d);
        }
        put(block, {{1, 2}, {messages.size(), 2}, {1, 4}, {all.size()}});
        internals::print(block, all);
        return place(block);
    }

    /// Writes an object and gives its address; of a group also where its tree and its names lie.
    [[gnu::cold]] u64 write(const Node& node, std::string& where)
    {
        if (!node.is_dataset) return header({{17, where = table(node)}}, node);
        const std::string_view bytes = node.numbers.bytes;
        std::string layout, zero("\2\2\2\1\0\0\0\0", 8); // what is not written would be zero
        put(layout, {{0x103, 2}, {bytes.empty() ? nowhere : place(bytes)}, {bytes.size()}});
        return header({{1, shape_message(node.numbers.shape)}, {3, type_message(node.numbers.type)}, {5, zero}, {8, layout}},
                      node);
    }

    /// The children of a group: their names in a heap, tables of eight, and a tree over these.
    [[gnu::cold]] std::string table(const Node& node)
    {
        std::string names(8, '\0'), block, made;
        std::vector<Place> parts;
        std::size_t left = node.children.size(), count = 0;
        for (const auto& [name, child] : node.children) {
            std::string where;
            const u64 header = write(child, where), at = names.size();
            put(block, {{at}, {header}, {where.empty() ? 0u : 1u}});
            internals::print(block, where);
            block.resize(++count * 40);
            internals::append(names, {name, '\0'});
            pad(names);
            if (--left > 0 && count < 2 * leaf) continue;
            std::string head("SNOD\1\0", 6);
            put(head, {{std::exchange(count, 0), 2}});
            block.resize(2 * leaf * 40);
            parts.push_back({place(internals::text_of({head, std::exchange(block, {})})), at});
        }
        for (u64 level = 0; level == 0 || parts.size() > 1; ++level) parts = tree_over(parts, level);
        const u64 free = names.size(); // the rest of the heap is one free block, as the library leaves it
        put(names, {{1}, {16}});
        block.assign("HEAP\0\0\0\0", 8);
        put(block, {{names.size()}, {free}, {place(names)}});
        put(made, {{parts[0].at}, {place(block)}});
        return made;
    }

    /// The nodes of one level of a tree; those side by side point at each other.
    [[gnu::cold]] std::vector<Place> tree_over(const std::vector<Place>& parts, u64 level)
    {
        std::vector<Place> above;
        const std::size_t room = 2 * inner, nodes = std::max<std::size_t>(1, (parts.size() + room - 1) / room);
        pad(out);
        const u64 start = out.size(), size = 24 + 8 * (2 * room + 1);
        for (std::size_t k = 0; k < nodes; ++k) {
            const std::size_t first = k * room, end = std::min(first + room, parts.size());
            std::string block("TREE\0", 5);
            put(block, {{level, 1}, {end - first, 2}, {k > 0 ? start + (k - 1) * size : nowhere}});
            put(block, {{k + 1 < nodes ? start + (k + 1) * size : nowhere}, {k > 0 ? parts[first - 1].place : 0}});
            for (std::size_t i = first; i < end; ++i) put(block, {{parts[i].at}, {parts[i].place}});
            block.resize(static_cast<std::size_t>(size));
            above.push_back({place(block), end > 0 ? parts[end - 1].place : 0});
        }
        return above;
    }

    Node root;
    std::string out;
    std::map<std::string, Place, std::less<>> heaps; ///< where each text lies
};

}}} // namespace lamina::hdf5
