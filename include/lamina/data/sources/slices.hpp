// lamina/data/sources/slices.hpp: the rows of tensors, one by one.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/data/fetch.hpp>
#include <lamina/data/row.hpp>
#include <lamina/data/spec.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <class X> struct row_of; // primary: no tensor
template <class T> struct row_of<row_major<T, 1>> {
    using type = T;
    static void take(const row_major<T, 1>& x, std::size_t i, T& to) { to = x.data()[i]; }
};
template <class T, std::size_t R> struct row_of<row_major<T, R>> {
    using type = Row<T, R - 1>;
    static void take(const row_major<T, R>& x, std::size_t i, type& to)
    {
        std::copy_n(x.shape().begin() + 1, R - 1, to.extents.begin());
        to.data = x.data() + i * to.size();
    }
};
/// Tuples of tensors, as models of several inputs take them, give tuples of rows.
template <class... X> struct row_of<std::tuple<X...>> {
    using type = std::tuple<typename row_of<X>::type...>;
    static void take(const std::tuple<X...>& x, std::size_t i, type& to)
    {
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (row_of<X>::take(std::get<At>(x), i, std::get<At>(to)), ...);
        }(std::index_sequence_for<X...>{});
    }
};

template <class T, std::size_t R> [[gnu::cold]] void add_rows(std::vector<Component>& to, const row_major<T, R>& x)
{
    add_component(to, "", type_name<T>(), R - 1, &x.shape()[0] + 1);
}
template <class... X> [[gnu::cold]] void add_rows(std::vector<Component>& to, const std::tuple<X...>& x)
{
    std::apply([&](const auto&... each) { (internals::add_rows(to, each), ...); }, x);
}

template <class... X> struct SlicesDataset {
    using element = std::tuple<typename row_of<X>::type...>;
    struct Cursor {
        std::shared_ptr<const std::tuple<X...>> tensors;
        std::size_t at, count;

        bool next(element& to)
        {
            if (at == count) return false;
            row_of<std::tuple<X...>>::take(*tensors, at++, to);
            return true;
        }
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            n = std::min<std::uint64_t>(n, count - at);
            at += static_cast<std::size_t>(n);
            return n;
        }
        bool skips_places() const { return true; }
        void look_ahead() const
        {
            if (at == count) return;
            element coming{};
            row_of<std::tuple<X...>>::take(*tensors, at, coming);
            internals::fetch(coming);
        }
    };

    std::shared_ptr<const std::tuple<X...>> tensors;
    std::size_t count;

    [[gnu::cold]] Cursor open(Pass) const { return {tensors, 0, count}; }
    [[gnu::cold]] std::vector<Component> spec() const
    {
        std::vector<Component> all;
        std::apply([&](const auto&... each) { (internals::add_rows(all, each), ...); }, *tensors);
        return all;
    }
    [[gnu::cold]] std::int64_t cardinality() const { return static_cast<std::int64_t>(count); }
};

/// How many rows a tensor has, and whether these are single numbers.
struct RowsOfTensor {
    std::size_t rows;
    bool are_numbers;
};
[[gnu::cold]] inline std::size_t require_rows(const RowsOfTensor* all, std::size_t n)
{
    for (std::size_t i = 1; i < n; ++i) {
        const std::size_t a = all[0].rows, b = all[i].rows, most = std::max(a, b);
        if (a == b) continue;
        if (std::min(a, b) == 1 && all[a == 1 ? 0 : i].are_numbers)
            fail({"slices: the tensors have ", a, " and ", b, " rows; did you mean xt::xtensor<int, 1>::from_shape({", most,
                  "})? xt::xtensor<int, 1> y({", most, "}) is a list that holds the number ", most});
        fail({"slices: the tensors have ", a, " and ", b, " rows; cut them to the same number"});
    }
    return all[0].rows;
}
template <class T, std::size_t R> RowsOfTensor rows_of(const row_major<T, R>& x) { return {x.shape()[0], R == 1}; }
template <class... X> [[gnu::cold]] RowsOfTensor rows_of(const std::tuple<X...>& x)
{
    const std::array<RowsOfTensor, sizeof...(X)> rows =
        std::apply([](const auto&... each) { return std::array{internals::rows_of(each)...}; }, x);
    return {require_rows(rows.data(), rows.size()), false};
}

/// What a program hands over, as the tensors that a dataset keeps.
template <class X> auto owned_tensor(X&& x)
{
    using D = std::remove_cvref_t<X>;
    if constexpr (is_tuple<D>)
        return std::apply(
            [](auto&&... each) { return std::tuple{internals::owned_tensor(std::forward<decltype(each)>(each))...}; },
            std::forward<X>(x));
    else {
        constexpr bool fits = xt::is_xexpression<D>::value;
        static_assert(fits, "lamina: slices takes tensors, std::tuples of tensors, or Samples of them");
        if constexpr (fits)
            return row_major<typename D::value_type, std::tuple_size_v<typename D::shape_type>>(std::forward<X>(x));
        else return row_major<float, 1>{};
    }
}

} // namespace internals

/// The rows of tensors that have the same number of them, each a std::tuple of the tensors' rows; of `Samples` (x, y).
///
/// The tensors are handed over: `std::move` saves a copy. A row of a tensor of rank 1 is a number, one of another a `Row`.
///
/// Shapes   tensors [n, …], elements […]
/// Refuses  tensors of different numbers of rows
///
/// Example: `slices(images, labels) | shuffle(60000, Seed{1}) | batch(32)`
template <class... X> auto slices(X&&... x)
{
    auto tensors = std::make_shared<const std::tuple<decltype(internals::owned_tensor(std::forward<X>(x)))...>>(
        internals::owned_tensor(std::forward<X>(x))...);
    const std::size_t count = internals::rows_of(*tensors).rows;
    return [&]<class... T>(const std::shared_ptr<const std::tuple<T...>>& kept) {
        return internals::SlicesDataset<T...>{kept, count};
    }(tensors);
}
template <class X, class Y> auto slices(Samples<X, Y> samples) { return slices(std::move(samples.x), std::move(samples.y)); }

}} // namespace lamina
