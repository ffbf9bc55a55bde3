// lamina/lite/format/flat.hpp: tables of a FlatBuffers file: a list of a table's fields reads and verifies it; no generated code.
//
// A table is a struct of fields, each with its number: `struct Buffer : flat::table<Buffer>` with `static constexpr flat::numbers<0,
// std::uint8_t> data{};` and `static constexpr flat::fields all{data};`. `buffer[Buffer::data]` reads. Whatever a file holds, nothing
// outside of it is read once `verified` has said yes.
// Source: FlatBuffers' internals (google.github.io/flatbuffers); its library checks offsets, this file says which there are.
#pragma once

#include <lamina/core/architecture.hpp>

#if !__has_include(<flatbuffers/flatbuffers.h>)
#include <lamina/lite/format/flat.hpp needs flatbuffers (Debian and Ubuntu: libflatbuffers-dev, Conan: flatbuffers)>
#elif __has_include(<flatbuffers/verifier.h>)
#include <flatbuffers/string.h>
#include <flatbuffers/table.h>
#include <flatbuffers/vector.h>
#include <flatbuffers/verifier.h>
#else
#include <flatbuffers/flatbuffers.h>
#endif

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::flat {

static_assert(std::endian::native == std::endian::little, "lamina/lite/format/flat.hpp takes little-endian numbers as they are");

using place = ::flatbuffers::voffset_t; ///< of a field in a table's list of fields
constexpr place place_of(unsigned number) { return static_cast<place>(4 + 2 * number); }

/// Numbers that lie in a file at any address: the library's verifier looks at the alignment of their count alone.
template <class T> class Numbers {
public:
    Numbers() = default;
    explicit Numbers(const ::flatbuffers::Vector<T>* numbers)
        : first(numbers ? reinterpret_cast<const std::byte*>(numbers->Data()) : nullptr), count(numbers ? numbers->size() : 0)
    {}

    std::size_t size() const { return count; }
    bool empty() const { return count == 0; }
    std::span<const std::byte> bytes() const { return {first, count * sizeof(T)}; }
    T operator[](std::size_t i) const
    {
        T number;
        std::memcpy(&number, first + i * sizeof(T), sizeof(T));
        return number;
    }

private:
    const std::byte* first = nullptr;
    std::size_t count = 0;
};

/// A list of tables.
template <class Table> class Tables {
public:
    explicit Tables(const ::flatbuffers::Vector<::flatbuffers::Offset<Table>>* tables) : list(tables) {}

    std::size_t size() const { return list ? list->size() : 0; }
    const Table& operator[](std::size_t i) const { return *list->Get(static_cast<::flatbuffers::uoffset_t>(i)); }

private:
    const ::flatbuffers::Vector<::flatbuffers::Offset<Table>>* list;
};

/// What a table holds, as data: so that one function verifies all tables.
struct table_shape;
struct field_shape {
    enum class kind : std::uint8_t { presence, number, numbers, text, part, parts };
    place at;
    kind holds;
    std::uint8_t bytes = 0;          ///< of a number: 1, 4 or 8
    const table_shape* of = nullptr; ///< the table, or those of a list
};
struct table_shape {
    const field_shape* fields; ///< null: of a loose table, whose fields only the reader knows
    std::size_t count;
};
template <class Table> inline constexpr table_shape shape_of{Table::fields_of_it().data(), Table::fields_of_it().size()};

/// A field by its number. The kinds below say what lies there: `read` it, and `shape`, so that it can be verified.
template <unsigned Number> struct field {
    static constexpr place at = place_of(Number);
};

/// One number; a file leaves out the default.
template <unsigned Number, class T, T Default = T{}> struct number : field<Number> {
    using type = T;
    static constexpr T otherwise = Default;
    static constexpr field_shape shape{number::at, field_shape::kind::number, sizeof(T)};
    static T read(const ::flatbuffers::Table& table) { return table.GetField<T>(number::at, Default); }
};

/// What a field points at.
template <unsigned Number, class Target> struct pointer : field<Number> {
    using target = Target;
    static const Target* follow(const ::flatbuffers::Table& table) { return table.GetPointer<const Target*>(pointer::at); }
};

/// A list of numbers; left out, an empty one.
template <unsigned Number, class T> struct numbers : pointer<Number, ::flatbuffers::Vector<T>> {
    static constexpr field_shape shape{numbers::at, field_shape::kind::numbers, sizeof(T)};
    static Numbers<T> read(const ::flatbuffers::Table& table) { return Numbers<T>(numbers::follow(table)); }
};

template <unsigned Number> struct text : pointer<Number, ::flatbuffers::String> {
    static constexpr field_shape shape{text::at, field_shape::kind::text};
    static std::string_view read(const ::flatbuffers::Table& table)
    {
        const ::flatbuffers::String* const found = text::follow(table);
        return found ? std::string_view(found->c_str(), found->size()) : std::string_view();
    }
};

/// One table; null where it is left out.
template <unsigned Number, class Table> struct part : pointer<Number, Table> {
    static constexpr field_shape shape{part::at, field_shape::kind::part, 0, &shape_of<Table>};
    static const Table* read(const ::flatbuffers::Table& table) { return part::follow(table); }
};

template <unsigned Number, class Table> struct parts : pointer<Number, ::flatbuffers::Vector<::flatbuffers::Offset<Table>>> {
    static constexpr field_shape shape{parts::at, field_shape::kind::parts, 0, &shape_of<Table>};
    static Tables<Table> read(const ::flatbuffers::Table& table) { return Tables<Table>(parts::follow(table)); }
};

/// Something of which only whether it is there is asked.
template <unsigned Number> struct presence : field<Number> {
    static constexpr field_shape shape{presence::at, field_shape::kind::presence};
    static bool read(const ::flatbuffers::Table& table) { return table.CheckField(presence::at); }
};

/// The fields of a table.
template <class... Field> struct fields {
    explicit constexpr fields(Field...) {}
    static constexpr field_shape shapes[] = {Field::shape...};
};

/// A table whose fields are listed as `Self::all`.
template <class Self> struct table : private ::flatbuffers::Table {
    template <class Field> auto operator[](Field) const { return Field::read(*this); }
    static constexpr std::span<const field_shape> fields_of_it() { return decltype(Self::all)::shapes; }
};

/// A table of small numbers whose kinds only the reader knows. That it lies in the file as a whole is verified, and then `holds` and `list`
/// say whether a field does.
struct loose_table : private ::flatbuffers::Table {
    template <class T> bool holds(unsigned number) const
    {
        const std::size_t at = this->GetOptionalFieldOffset(place_of(number));
        return at == 0 || at + sizeof(T) <= size();
    }
    template <class T> T read(unsigned number, T otherwise) const
    {
        const std::size_t at = this->GetOptionalFieldOffset(place_of(number));
        if (at == 0) return otherwise;
        std::memcpy(&otherwise, start() + at, sizeof(T));
        return otherwise;
    }
    /// Reads a list of int32, where `holds<std::uint32_t>` said yes. Gives false where it leads outside of the file.
    bool list(unsigned number, std::span<const std::byte> file, std::span<const std::byte>& found) const
    {
        const std::size_t at = this->GetOptionalFieldOffset(place_of(number));
        if (at == 0) return true;
        const std::size_t here = static_cast<std::size_t>(start() + at - file.data());
        const std::uint64_t there = std::uint64_t{here} + read<std::uint32_t>(number, 0);
        std::uint32_t count;
        if (there > file.size() - sizeof count) return false;
        file = file.subspan(static_cast<std::size_t>(there));
        std::memcpy(&count, file.data(), sizeof count);
        file = file.subspan(sizeof count);
        if (count > file.size() / sizeof(std::int32_t)) return false;
        found = file.first(count * sizeof(std::int32_t));
        return true;
    }

    static constexpr std::span<const field_shape> fields_of_it() { return {}; }

private:
    const std::byte* start() const { return reinterpret_cast<const std::byte*>(this); }
    std::size_t size() const { return ::flatbuffers::ReadScalar<place>(this->GetVTable() + 2); }
};

inline constexpr std::size_t smallest_file = 8, largest_file = 0x7fffffff - 64; ///< bytes that offsets of 31 bits reach
inline constexpr unsigned deepest = 16, most_tables = 1'000'000;

/// Whether all that a table leads to lies in the file.
[[gnu::cold, gnu::flatten, gnu::noinline]] inline bool sound(const ::flatbuffers::Table& table, const table_shape& shape,
                                                             ::flatbuffers::Verifier& file)
{
    using ::flatbuffers::Vector, ::flatbuffers::Offset;
    using kind = field_shape::kind;
    if (!table.VerifyTableStart(file)) return false;
    if (!shape.fields) {
        const std::uint8_t* const list = table.GetVTable();
        if (!file.VerifyFromPointer(list, 2 * sizeof(place)) ||
            !file.VerifyFromPointer(reinterpret_cast<const std::uint8_t*>(&table),
                                    ::flatbuffers::ReadScalar<place>(list + sizeof(place))))
            return false;
    }
    for (const field_shape& field : std::span(shape.fields, shape.count)) {
        if (field.holds == kind::presence) continue;
        if (field.holds == kind::number) {
            if (!(field.bytes == 1   ? table.VerifyField<std::uint8_t>(file, field.at, 1)
                  : field.bytes == 4 ? table.VerifyField<std::uint32_t>(file, field.at, 4)
                                     : table.VerifyField<std::uint64_t>(file, field.at, 8)))
                return false;
            continue;
        }
        if (!table.VerifyOffset(file, field.at)) return false;
        const auto* const target = table.GetPointer<const std::uint8_t*>(field.at);
        if (!target) continue;
        if (field.holds == kind::numbers) {
            if (!(field.bytes == 1   ? file.VerifyVector(reinterpret_cast<const Vector<std::uint8_t>*>(target))
                  : field.bytes == 4 ? file.VerifyVector(reinterpret_cast<const Vector<std::uint32_t>*>(target))
                                     : file.VerifyVector(reinterpret_cast<const Vector<std::uint64_t>*>(target))))
                return false;
        }
        else if (field.holds == kind::text) {
            if (!file.VerifyString(reinterpret_cast<const ::flatbuffers::String*>(target))) return false;
        }
        else if (field.holds == kind::part) {
            if (!sound(*reinterpret_cast<const ::flatbuffers::Table*>(target), *field.of, file)) return false;
        }
        else {
            const auto* const list = reinterpret_cast<const Vector<Offset<::flatbuffers::Table>>*>(target);
            if (!file.VerifyVector(list)) return false;
            for (::flatbuffers::uoffset_t i = 0; i < list->size(); ++i)
                if (!sound(*list->Get(i), *field.of, file)) return false;
        }
    }
    return file.EndTable();
}

/// The root of a file under the name that the library's verifier calls.
template <const table_shape& Shape> struct root_table : private ::flatbuffers::Table {
    bool Verify(::flatbuffers::Verifier& file) const { return sound(*this, Shape, file); }
};

/// The table at the root of a file, or null where not all that it leads to lies within. The file has between `smallest_file` and
/// `largest_file` bytes and starts at an address for numbers of eight bytes.
template <class Root> [[gnu::cold, gnu::flatten, gnu::noinline]] const Root* verified(std::span<const std::byte> file)
{
    const auto* const start = reinterpret_cast<const std::uint8_t*>(file.data());
    ::flatbuffers::Verifier verifier(start, file.size(), deepest, most_tables);
    if (!verifier.VerifyBuffer<root_table<shape_of<Root>>>(nullptr)) return nullptr;
    return reinterpret_cast<const Root*>(start + ::flatbuffers::ReadScalar<std::uint32_t>(start));
}

}}} // namespace lamina::internals::flat
