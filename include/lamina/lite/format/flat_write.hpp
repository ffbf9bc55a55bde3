// lamina/lite/format/flat_write.hpp: writes tables of a FlatBuffers file by the fields that flat.hpp reads.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/format/flat.hpp>

#if __has_include(<flatbuffers/flatbuffer_builder.h>)
#include <flatbuffers/flatbuffer_builder.h>
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::flat {

template <class T> using Offset = ::flatbuffers::Offset<T>;
template <class T> using OffsetOfNumbers = Offset<::flatbuffers::Vector<T>>;
template <class Table> using OffsetOfTables = Offset<::flatbuffers::Vector<Offset<Table>>>;

/// The library's builder behind few functions: it is spelled out in each of them once and not wherever a table is written.
class Builder {
public:
    [[gnu::cold]] explicit Builder(std::size_t bytes) : to(bytes) {}

    [[gnu::cold, gnu::flatten, gnu::noinline]] std::uint32_t start_table() { return to.StartTable(); }
    [[gnu::cold, gnu::flatten, gnu::noinline]] std::uint32_t end_table(std::uint32_t start) { return to.EndTable(start); }
    template <class T> [[gnu::cold, gnu::flatten, gnu::noinline]] void add(place at, T value, T otherwise)
    {
        to.AddElement<T>(at, value, otherwise);
    }
    /// Nothing, where there is nothing to point at.
    [[gnu::cold, gnu::flatten, gnu::noinline]] void add_offset(place at, std::uint32_t offset)
    {
        if (offset != 0) to.AddOffset(at, Offset<void>(offset));
    }
    template <class T> [[gnu::cold, gnu::flatten, gnu::noinline]] OffsetOfNumbers<T> numbers(const T* first, std::size_t count)
    {
        return to.CreateVector(first, count);
    }
    [[gnu::cold, gnu::flatten, gnu::noinline]] std::uint32_t offsets(const std::vector<std::uint32_t>& all)
    {
        std::vector<Offset<void>> list(all.size());
        for (std::size_t i = 0; i < all.size(); ++i) list[i] = Offset<void>(all[i]);
        return to.CreateVector(list.data(), list.size()).o;
    }
    [[gnu::cold, gnu::flatten, gnu::noinline]] OffsetOfNumbers<std::uint8_t> bytes(std::span<const std::byte> data,
                                                                                   std::size_t alignment)
    {
        to.ForceVectorAlignment(data.size(), 1, alignment);
        return numbers(reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
    }
    [[gnu::cold, gnu::flatten, gnu::noinline]] Offset<::flatbuffers::String> text(std::string_view text)
    {
        return to.CreateString(text.data(), text.size());
    }
    [[gnu::cold, gnu::flatten, gnu::noinline]] std::vector<std::byte> finish(std::uint32_t root, const char* identifier)
    {
        to.Finish(Offset<void>(root), identifier);
        std::vector<std::byte> bytes(to.GetSize());
        std::memcpy(bytes.data(), to.GetBufferPointer(), bytes.size());
        return bytes;
    }

private:
    ::flatbuffers::FlatBufferBuilder to;
};

/// A field and what is written there: a number, or where that lies which it points at.
template <unsigned Number, class T> struct number_to_write {
    T value, otherwise;
    void add(Builder& to) const { to.add<T>(place_of(Number), value, otherwise); }
};
template <unsigned Number> struct offset_to_write {
    std::uint32_t offset;
    void add(Builder& to) const { to.add_offset(place_of(Number), offset); }
};
template <unsigned Number, class T, T Default>
number_to_write<Number, T> set(const number<Number, T, Default>&, std::type_identity_t<T> value)
{
    return {value, Default};
}
template <unsigned Number, class Target>
offset_to_write<Number> set(const pointer<Number, Target>&, std::type_identity_t<Offset<Target>> offset)
{
    return {offset.o};
}

/// Writes a table; fields with their default are left out. Those of most bytes come first, so that none is moved to be aligned.
template <class Table, class... Values> Offset<Table> write(Builder& to, const Values&... values)
{
    const std::uint32_t start = to.start_table();
    (values.add(to), ...);
    return to.end_table(start);
}

/// Writes a list as numbers of one type.
template <class T, class From>
[[gnu::cold, gnu::flatten, gnu::noinline]] OffsetOfNumbers<T> write_numbers(Builder& to, const std::vector<From>& from)
{
    std::vector<T> numbers(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) numbers[i] = static_cast<T>(from[i]);
    return to.numbers(numbers.data(), numbers.size());
}

/// Tables that have been written and are to stand in a list.
template <class Table> class TablesToWrite {
public:
    [[gnu::cold]] void add(Offset<Table> one) { offsets.push_back(one.o); }
    bool empty() const { return offsets.empty(); }
    std::size_t size() const { return offsets.size(); }
    [[gnu::cold]] OffsetOfTables<Table> write(Builder& to) const { return to.offsets(offsets); }

private:
    std::vector<std::uint32_t> offsets{};
};

}}} // namespace lamina::internals::flat
