// lamina/data/pad.hpp: elements one above the other, filled up to the same extents.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/data/columns.hpp>
#include <lamina/data/element.hpp>
#include <lamina/data/make_room.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/stack.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How `padded_batch` fills up a component. `extents`: to which extents, `unknown_extent` for the largest of the batch; none for this in
/// every axis. `value`: with what numbers are filled up; `text`: with what lists of texts are.
struct Pad {
    std::vector<std::int64_t> extents{};
    double value = 0;
    std::string text{};
};

namespace internals {

template <class E> struct filled_up;

template <class S, class Fields> struct filled_up_fields;
template <class S, class... Fields> struct filled_up_fields<S, field_list<Fields...>> {
    using type = Columns<S, typename filled_up<Fields>::type...>;
};
template <class T> struct filled_up_list; // primary: lists of other things cannot be filled up
template <class T>
    requires std::is_arithmetic_v<T>
struct filled_up_list<std::vector<T>> {
    using type = row_major<T, 2>;
};
template <> struct filled_up_list<std::vector<std::string>> {
    using type = std::vector<std::vector<std::string>>;
};

/// The batch of elements that are filled up: as `stacked`, and lists of numbers give a tensor [n, longest].
template <class E> struct filled_up : stacked<E> {};
template <class T> struct filled_up<std::vector<T>> : filled_up_list<std::vector<T>> {};
template <class... E> struct filled_up<std::tuple<E...>> {
    using type = std::tuple<typename filled_up<E>::type...>;
};
template <class A, class B> struct filled_up<std::pair<A, B>> : filled_up<std::tuple<A, B>> {};
template <class E>
    requires(kind_of<E> == element_is::fields)
struct filled_up<E> : filled_up_fields<E, field_types<E>> {};

/// A component of a batch: how it is filled up, and to which extents in this batch.
struct PaddedComponent {
    Pad pad;
    std::vector<std::size_t> extents{};
};

/// Calls f(component, part) for every number, tensor, text or list of an element, in order.
template <class E, class F> void for_each_component(PaddedComponent*& at, E& element, F f)
{
    constexpr element_is kind = kind_of<E>;
    if constexpr (kind == element_is::tuple)
        std::apply([&](auto&... part) { (internals::for_each_component(at, part, f), ...); }, element);
    else if constexpr (kind == element_is::fields)
        with_fields<field_count<E>()>(element, [&](auto&... field) { (internals::for_each_component(at, field, f), ...); });
    else f(*at++, element);
}

/// The extents that can be filled up: of numbers all, of a list its length.
template <class E> auto paddable_extents(const E& e)
{
    if constexpr (kind_of<E> == element_is::numbers) return internals::extents_of(e);
    else if constexpr (kind_of<E> == element_is::list) return std::array<std::size_t, 1>{e.size()};
    else return std::array<std::size_t, 0>{};
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_larger(std::size_t i, std::span<const std::size_t> found,
                                                                 const Pad& pad)
{
    std::string text;
    append(text, {"padded_batch: element ", i});
    if (found.size() == 1) fail({text, " has ", found[0], " values, more than the ", pad.extents[0], " of Pad"});
    print(text, " is ");
    print_extents(text, found);
    print(text, ", larger than the [");
    for (std::size_t axis = 0; axis < pad.extents.size(); ++axis) {
        print(text, axis ? ", " : "");
        if (pad.extents[axis] == unknown_extent) print(text, '?');
        else print(text, pad.extents[axis]);
    }
    fail({text, "] of Pad"});
}

/// Refuses element i of a batch where it is larger than what it is to be filled up to.
template <class E> void judge_extents(PaddedComponent* at, std::size_t i, E& element)
{
    internals::for_each_component(at, element, [i](const PaddedComponent& component, auto& part) {
        const auto extents = internals::paddable_extents(part);
        for (std::size_t axis = 0; axis < component.pad.extents.size(); ++axis)
            if (component.pad.extents[axis] >= 0 && extents[axis] > static_cast<std::size_t>(component.pad.extents[axis]))
                refuse_larger(i, extents, component.pad);
    });
}

/// Takes an element's extents into account for those of the batch; `first` begins with them.
template <class E> void widen_extents(PaddedComponent* at, bool first, E& element)
{
    internals::for_each_component(at, element, [first](PaddedComponent& component, auto& part) {
        const auto extents = internals::paddable_extents(part);
        component.extents.resize(extents.size());
        for (std::size_t axis = 0; axis < extents.size(); ++axis) {
            const std::int64_t given = component.pad.extents.empty() ? unknown_extent : component.pad.extents[axis];
            if (given >= 0) component.extents[axis] = static_cast<std::size_t>(given);
            else component.extents[axis] = first ? extents[axis] : std::max(component.extents[axis], extents[axis]);
        }
    });
}

/// Row i of n: the numbers where they belong, and the pad's value elsewhere.
template <class T, std::size_t R, class From>
void put_padded(row_major<T, R + 1>& to, std::size_t i, std::size_t n, From from, const std::array<std::size_t, R>& extents,
                const PaddedComponent& component)
{
    if (i == 0) {
        std::array<std::size_t, R + 1> shape{n};
        std::copy_n(component.extents.begin(), R, shape.begin() + 1);
        internals::make_room(to, shape);
    }
    std::size_t size = 1, runs = 1;
    bool whole = true;
    for (std::size_t axis = 0; axis < R; ++axis) {
        size *= component.extents[axis];
        if (axis + 1 < R) runs *= extents[axis];
        whole &= component.extents[axis] == extents[axis];
    }
    T* const row = to.data() + i * size;
    if (whole) {
        std::copy_n(from, size, row);
        return;
    }
    std::fill_n(row, size, static_cast<T>(component.pad.value));
    if constexpr (R > 0) {
        const std::size_t run = extents[R - 1];
        if (run == 0) return;
        for (std::size_t r = 0; r < runs; ++r) {
            std::size_t left = r, place = 0, step = component.extents[R - 1]; // numbers of the row before this run
            for (std::size_t axis = R - 1; axis-- > 0; step *= component.extents[axis]) {
                place += left % extents[axis] * step;
                left /= extents[axis];
            }
            std::copy_n(from + static_cast<std::ptrdiff_t>(r * run), run, row + place);
        }
    }
}

/// Puts element i of a batch of n. What an element owns may change places with what was in the batch.
template <class B, class E> void put_filled(B& to, std::size_t i, std::size_t n, E& from, PaddedComponent*& at)
{
    constexpr element_is kind = kind_of<E>;
    if constexpr (kind == element_is::numbers)
        internals::put_padded<typename numbers_of<E>::T, numbers_of<E>::rank>(to, i, n, numbers_of<E>::data(from),
                                                                              internals::extents_of(from), *at++);
    else if constexpr (kind == element_is::text) {
        internals::put(to, i, n, from);
        ++at;
    }
    else if constexpr (kind == element_is::list) {
        const PaddedComponent& component = *at++;
        if constexpr (std::is_same_v<E, std::vector<std::string>>) {
            if (i == 0) to.resize(n);
            std::swap(to[i], from);
            to[i].resize(component.extents[0], component.pad.text);
        }
        else
            internals::put_padded<typename E::value_type, 1>(to, i, n, from.begin(), std::array<std::size_t, 1>{from.size()},
                                                             component);
    }
    else if constexpr (kind == element_is::tuple)
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (internals::put_filled(std::get<At>(to), i, n, std::get<At>(from), at), ...);
        }(std::make_index_sequence<std::tuple_size_v<E>>{});
    else
        with_fields<field_count<E>()>(from, [&](auto&... field) {
            std::apply([&](auto&... column) { (internals::put_filled(column, i, n, field, at), ...); }, to.fields);
        });
}

}
}} // namespace lamina::internals
