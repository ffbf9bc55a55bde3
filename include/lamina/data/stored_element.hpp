// lamina/data/stored_element.hpp: an element as bytes, and back.
//
// Numbers are little-endian, as they lie in memory. A tensor's extents stand before them where its type does not say them (64 bits each), a
// text's and a list's length before it (64 bits); the parts of a tuple or a struct follow one another.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/data/element.hpp>
#include <lamina/data/make_room.hpp>
#include <lamina/data/spec.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

static_assert(std::endian::native == std::endian::little,
              "lamina/data/stored_element.hpp writes little-endian numbers as they lie in memory");

template <class E> inline constexpr bool is_row = false;
template <class T, std::size_t R> inline constexpr bool is_row<Row<T, R>> = true;

/// Whether elements of a type can be made of bytes again. Those that point to memory of others cannot.
template <class E> struct storable {
    static constexpr element_is kind = kind_of<E>;
    static consteval bool answer()
    {
        if constexpr (kind == element_is::fields)
            return []<class... Fields>(field_list<Fields...>) { return (storable<Fields>::answer() && ...); }(field_types<E>{});
        else return (kind == element_is::numbers && !is_row<E>) || kind == element_is::text;
    }
};
template <class T> struct storable<std::vector<T>> : storable<T> {};
template <class... E> struct storable<std::tuple<E...>> {
    static consteval bool answer() { return (storable<E>::answer() && ...); }
};
template <class A, class B> struct storable<std::pair<A, B>> : storable<std::tuple<A, B>> {};
template <class S, class... E> struct storable<Columns<S, E...>> : storable<std::tuple<E...>> {};

/// Lists whose numbers lie together.
template <class E> inline constexpr bool is_list_of_numbers = false;
template <class T> inline constexpr bool is_list_of_numbers<std::vector<T>> = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

/// How few bytes an element takes.
template <class E> consteval std::size_t least_bytes()
{
    constexpr element_is kind = kind_of<E>;
    std::size_t n = 0;
    if constexpr (kind == element_is::numbers) {
        n = numbers_of<E>::is_fixed ? sizeof(typename numbers_of<E>::T) : 8 * numbers_of<E>::rank;
        if constexpr (numbers_of<E>::is_fixed)
            for (const std::size_t extent : numbers_of<E>::extents) n *= extent;
    }
    else if constexpr (kind == element_is::fields)
        [&]<class... Fields>(field_list<Fields...>) { ((n += internals::least_bytes<Fields>()), ...); }(field_types<E>{});
    else if constexpr (kind == element_is::tuple || kind == element_is::columns)
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            ((n += internals::least_bytes<std::tuple_element_t<At, E>>()), ...);
        }(std::make_index_sequence<std::tuple_size_v<E>>{});
    else n = 8; // the length of a text or a list
    return n;
}

/// Calls f for every part of a tuple, a pair, a struct or a batch of structs.
template <class E, class F> void for_each_stored_part(E& e, F f)
{
    using Plain = std::remove_const_t<E>;
    if constexpr (kind_of<Plain> == element_is::fields)
        with_fields<field_count<Plain>()>(e, [&](auto&... field) { (f(field), ...); });
    else if constexpr (kind_of<Plain> == element_is::columns) std::apply([&](auto&... column) { (f(column), ...); }, e.fields);
    else std::apply([&](auto&... part) { (f(part), ...); }, e);
}

inline void store_length(std::string& to, std::uint64_t n)
{
    char bytes[8];
    std::memcpy(bytes, &n, 8);
    to.append(bytes, 8);
}

/// Appends an element.
template <class E> void store_element(std::string& to, const E& e)
{
    constexpr element_is kind = kind_of<E>;
    if constexpr (kind == element_is::numbers) {
        std::size_t size = sizeof(typename numbers_of<E>::T);
        for (const std::size_t extent : internals::extents_of(e)) {
            if constexpr (!numbers_of<E>::is_fixed) store_length(to, extent);
            size *= extent;
        }
        if (size > 0) to.append(reinterpret_cast<const char*>(numbers_of<E>::data(e)), size);
    }
    else if constexpr (kind == element_is::text) {
        store_length(to, e.size());
        to.append(e);
    }
    else if constexpr (kind == element_is::list) {
        store_length(to, e.size());
        if constexpr (is_list_of_numbers<E>)
            to.append(reinterpret_cast<const char*>(e.data()), e.size() * sizeof(typename E::value_type));
        else
            for (const auto& one : e) internals::store_element<typename E::value_type>(to, one);
    }
    else internals::for_each_stored_part(e, [&](const auto& part) { internals::store_element(to, part); });
}

/// Bytes from which elements are taken: what is not there, or not possible, makes them `damaged`, and gives zeros.
struct StoredBytes {
    std::string_view left;
    bool damaged = false;

    std::string_view take(std::uint64_t n)
    {
        if (n > left.size()) {
            damaged = true;
            left = {};
            return {};
        }
        const std::string_view taken = left.substr(0, static_cast<std::size_t>(n));
        left.remove_prefix(taken.size());
        return taken;
    }
    std::uint64_t length()
    {
        std::uint64_t n = 0;
        if (const std::string_view bytes = take(8); bytes.size() == 8) std::memcpy(&n, bytes.data(), 8);
        return n;
    }
};

template <class T> void restore_numbers(T* to, std::size_t n, StoredBytes& from)
{
    const std::string_view bytes = from.take(n * sizeof(T));
    if (bytes.empty()) return;
    if constexpr (std::is_same_v<T, bool>)
        for (std::size_t i = 0; i < n; ++i) to[i] = bytes[i] != 0; // other bytes are no bool
    else std::memcpy(to, bytes.data(), bytes.size());
}

/// The numbers of a tensor whose extents are stored. None may be claimed that are not there.
template <class T, std::size_t R> void restore_tensor(row_major<T, R>& to, StoredBytes& from)
{
    std::array<std::size_t, R> extents{};
    std::uint64_t size = 1, room = 1; // room: without the zeros, so that no product of extents is beyond bounds
    constexpr std::uint64_t most = std::uint64_t{1} << 40;
    for (std::size_t& extent : extents) {
        const std::uint64_t stored = from.length();
        from.damaged |= stored > most || (stored > 0 && room > most / stored);
        if (from.damaged) return;
        extent = static_cast<std::size_t>(stored);
        size *= stored;
        if (stored > 0) room *= stored;
    }
    from.damaged |= size > from.left.size() / sizeof(T);
    if (from.damaged) return;
    internals::make_room(to, extents);
    internals::restore_numbers(to.data(), to.size(), from);
}

/// Takes an element, in place of what `to` held. Where the bytes are damaged it is anything.
template <class E> void restore_element(E& to, StoredBytes& from)
{
    constexpr element_is kind = kind_of<E>;
    if constexpr (std::is_arithmetic_v<E>) internals::restore_numbers(&to, 1, from);
    else if constexpr (kind == element_is::numbers) {
        if constexpr (numbers_of<E>::is_fixed) internals::restore_numbers(to.data(), to.size(), from);
        else internals::restore_tensor(to, from);
    }
    else if constexpr (kind == element_is::text) to = from.take(from.length());
    else if constexpr (kind == element_is::list) {
        const std::uint64_t n = from.length();
        constexpr std::size_t least = std::max<std::size_t>(least_bytes<typename E::value_type>(), 1);
        from.damaged |= n > from.left.size() / least; // no list may claim more than there is
        if (from.damaged) return;
        to.resize(static_cast<std::size_t>(n));
        if constexpr (is_list_of_numbers<E>) internals::restore_numbers(to.data(), to.size(), from);
        else
            for (std::size_t i = 0; i < to.size() && !from.damaged; ++i) {
                if constexpr (std::is_same_v<typename E::value_type, bool>) {
                    bool one = false;
                    internals::restore_element(one, from);
                    to[i] = one;
                }
                else internals::restore_element(to[i], from);
            }
    }
    else internals::for_each_stored_part(to, [&](auto& part) { internals::restore_element(part, from); });
}

/// The types and shapes of an element as far as its type says them: `((float32, int64), ((?, ?), ()))`.
template <class E> [[gnu::cold]] std::string stored_type()
{
    std::vector<Component> all;
    internals::add_components<E>(all, "");
    std::string text = "(";
    std::size_t at = 0;
    internals::write_nested<E>(text, all, at, print_type);
    print(text, ", ");
    at = 0;
    internals::write_nested<E>(text, all, at, print_shape);
    print(text, ')');
    return text;
}

}}} // namespace lamina::internals
