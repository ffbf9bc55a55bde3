// lamina/data/sources/array_rows.hpp: the rows of arrays of files, as elements that point to them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/row.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What the rows of an array are: numbers, or `Row`s of them.
template <class E> struct row_element {
    static_assert(std::is_arithmetic_v<E>, "lamina: rows of files are numbers, or Row<T, R>");
    using T = E;
    static constexpr std::size_t rank = 0;
};
template <class N, std::size_t R> struct row_element<Row<N, R>> {
    using T = N;
    static constexpr std::size_t rank = R;
};

/// Refuses an array whose rows are others than those that were asked for.
[[gnu::cold]] inline void require_rows_of(const file_tensor& array, dtype type, std::size_t rank)
{
    if (!array.has_type(type))
        fail({array.name, ": holds ", array.type_name(), ", rows of ", name_of(type),
              " were asked for; ask for those that it holds"});
    if (array.shape.size() != rank + 1)
        fail({array.name, ": is ", extents_text{array.shape}, ", an array of ", rank + 1, rank == 0 ? " axis" : " axes",
              " was needed for rows of ", rank, "; ask for rows of another rank"});
}

/// The numbers of one array, and what they lie in.
template <class E> class ArrayRows {
public:
    using T = typename row_element<E>::T;
    static constexpr std::size_t rank = row_element<E>::rank;

    /// `owner` keeps the bytes of the array where it does not itself.
    [[gnu::cold]] ArrayRows(const file_tensor& array, std::shared_ptr<const void> owner)
    {
        require_rows_of(array, dtype_of<T>, rank);
        count = array.shape[0];
        for (std::size_t axis = 0; axis < rank; ++axis) row_size *= extents[axis] = array.shape[axis + 1];
        const auto place = reinterpret_cast<std::uintptr_t>(array.bytes.data());
        if (std::is_same_v<T, bool> || place % alignof(T) != 0) copy(array);
        else {
            numbers = reinterpret_cast<const T*>(array.bytes.data());
            kept = array.owner ? std::shared_ptr<const void>(array.owner) : std::move(owner);
        }
    }

    void take(std::size_t i, E& to) const
    {
        if constexpr (rank == 0) to = numbers[i];
        else to = {numbers + i * row_size, extents};
    }
    std::size_t size() const { return count; }
    [[gnu::cold]] void add_spec(std::vector<Component>& to) const { add_component(to, "", type_name<T>(), rank, extents.data()); }

private:
    /// Numbers that lie as no processor likes them; truth values, which may be any bytes in a file.
    [[gnu::cold]] void copy(const file_tensor& array)
    {
        const std::shared_ptr<T[]> own(new T[array.size() + 1]); // one more, so that none is something
        T* const to = own.get();
        for (std::size_t i = 0; i < array.size(); ++i) {
            if constexpr (std::is_same_v<T, bool>) to[i] = array.bytes[i] != 0;
            else std::memcpy(to + i, array.bytes.data() + i * sizeof(T), sizeof(T));
        }
        numbers = to;
        kept = own;
    }

    const T* numbers = nullptr;
    std::size_t count = 0, row_size = 1;
    std::array<std::size_t, rank> extents{};
    std::shared_ptr<const void> kept;
};

/// Rows of several arrays side by side; of one, without a tuple.
template <class... E> struct ArrayRowsDataset {
    using Arrays = std::tuple<ArrayRows<E>...>;
    static constexpr bool several = sizeof...(E) > 1;
    using element = std::conditional_t<several, std::tuple<E...>, std::tuple_element_t<0, std::tuple<E...>>>;
    struct Cursor {
        std::shared_ptr<const Arrays> arrays;
        std::size_t at, count;

        bool next(element& to)
        {
            if (at == count) return false;
            if constexpr (several)
                [&]<std::size_t... At>(std::index_sequence<At...>) {
                    (std::get<At>(*arrays).take(at, std::get<At>(to)), ...);
                }(std::index_sequence_for<E...>{});
            else std::get<0>(*arrays).take(at, to);
            ++at;
            return true;
        }
        std::uint64_t skip(std::uint64_t n)
        {
            n = std::min<std::uint64_t>(n, count - at);
            at += static_cast<std::size_t>(n);
            return n;
        }
        bool skips_places() const { return true; }
    };

    std::shared_ptr<const Arrays> arrays;

    Cursor open(Pass) const { return {arrays, 0, std::get<0>(*arrays).size()}; }
    std::vector<Component> spec() const
    {
        std::vector<Component> all;
        std::apply([&](const auto&... each) { (each.add_spec(all), ...); }, *arrays);
        return all;
    }
    std::int64_t cardinality() const { return static_cast<std::int64_t>(std::get<0>(*arrays).size()); }
};

}}} // namespace lamina::internals
