// lamina/data/unstack.hpp: a batch's elements one by one: what data/stack.hpp does, backwards.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/data/columns.hpp>
#include <lamina/data/element.hpp>
#include <lamina/data/make_room.hpp>
#include <lamina/data/stack.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The element of a batch: tensors give tensors of one rank less that own their numbers, or numbers; `Columns` the struct that they are of;
/// lists what they hold.
template <class B> struct unstacked {
    static constexpr bool known = false;
};
template <class T> struct unstacked<row_major<T, 1>> {
    static constexpr bool known = true;
    using type = T;
};
template <class T, std::size_t R>
    requires(R > 1)
struct unstacked<row_major<T, R>> {
    static constexpr bool known = true;
    using type = row_major<T, R - 1>;
};
template <class T> struct unstacked<std::vector<T>> {
    static constexpr bool known = true;
    using type = T;
};
template <class B>
concept Unstackable = unstacked<B>::known;
template <Unstackable... B>
    requires(sizeof...(B) > 0)
struct unstacked<std::tuple<B...>> {
    static constexpr bool known = true;
    using type = std::tuple<typename unstacked<B>::type...>;
};
template <Unstackable A, Unstackable B> struct unstacked<std::pair<A, B>> : unstacked<std::tuple<A, B>> {};
template <class S, Unstackable... B> struct unstacked<Columns<S, B...>> {
    static constexpr bool known = true;
    using type = S;
};

template <class T, std::size_t R> std::size_t batch_rows(const row_major<T, R>& batch) { return batch.shape()[0]; }
template <class T> std::size_t batch_rows(const std::vector<T>& batch) { return batch.size(); }
template <class A, class B> std::size_t batch_rows(const std::pair<A, B>& batch);
template <class S, class... B> std::size_t batch_rows(const Columns<S, B...>& batch);

template <class... B> std::size_t batch_rows(const std::tuple<B...>& batch)
{
    const std::array<std::size_t, sizeof...(B)> rows =
        std::apply([](const auto&... each) { return std::array{internals::batch_rows(each)...}; }, batch);
    for (const std::size_t n : rows)
        if (n != rows[0])
            fail({"unbatch: the parts of a batch have ", rows[0], " and ", n, " rows; a batch has one number of them"});
    return rows[0];
}
template <class A, class B> std::size_t batch_rows(const std::pair<A, B>& batch)
{
    return internals::batch_rows(std::tie(batch.first, batch.second));
}
template <class S, class... B> std::size_t batch_rows(const Columns<S, B...>& batch)
{
    return internals::batch_rows(batch.fields);
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_row(std::span<const std::size_t> found,
                                                              std::span<const std::size_t> type)
{
    std::string text = "unbatch: a row of the batch is ";
    print_extents(text, found);
    print(text, ", the field of its struct takes ");
    print_extents(text, type);
    fail({text, "; unbatch before the shape changes"});
}

/// Row i of a batch of numbers.
template <class T, std::size_t R, class E> void take_numbers(const row_major<T, R>& from, std::size_t i, E& to)
{
    static_assert(numbers_of<E>::kind == element_is::numbers && !std::is_const_v<E>);
    std::array<std::size_t, R - 1> extents{};
    std::copy_n(from.shape().begin() + 1, R - 1, extents.begin());
    if constexpr (std::is_arithmetic_v<E>) to = from.data()[i];
    else {
        if constexpr (numbers_of<E>::is_fixed) {
            if (extents != numbers_of<E>::extents) refuse_row(extents, numbers_of<E>::extents);
        }
        else internals::make_room(to, extents);
        std::copy_n(from.data() + i * to.size(), to.size(), to.data());
    }
}

/// Takes element i out of a batch, which may lose it.
template <class B, class E> void take_out(B& from, std::size_t i, E& to)
{
    constexpr element_is kind = kind_of<B>;
    if constexpr (kind == element_is::numbers) internals::take_numbers(from, i, to);
    else if constexpr (kind == element_is::list) {
        if constexpr (std::is_arithmetic_v<E>) to = from[i];
        else std::swap(to, from[i]);
    }
    else if constexpr (kind == element_is::tuple)
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (internals::take_out(std::get<At>(from), i, std::get<At>(to)), ...);
        }(std::make_index_sequence<std::tuple_size_v<B>>{});
    else
        with_fields<field_count<E>()>(to, [&](auto&... field) {
            std::apply([&](auto&... column) { (internals::take_out(column, i, field), ...); }, from.fields);
        });
}

}}} // namespace lamina::internals
