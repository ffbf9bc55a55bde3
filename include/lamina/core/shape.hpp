// lamina/core/shape.hpp: the extents of one sample, known at compile time.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/once.hpp>

#include <concepts>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>

namespace lamina {

/// The extents of a tensor, outermost first: `shape{28, 28, 1}` is [height, width, channels]. The batch is never part of it.
/// A structural value: usable as a template argument and in constant expressions. Rank 0 is a single number.
struct shape {
    static constexpr std::size_t max_rank = 6;

    std::size_t extents[max_rank]{};
    std::size_t rank = 0;

    constexpr shape() = default;

    template <std::convertible_to<std::size_t>... Extents>
        requires(sizeof...(Extents) > 0 && sizeof...(Extents) <= max_rank)
    constexpr shape(Extents... e) : extents{static_cast<std::size_t>(e)...}, rank(sizeof...(Extents))
    {}

    constexpr std::size_t operator[](std::size_t axis) const { return extents[axis]; }
    constexpr std::size_t back() const { return rank == 0 ? 1 : extents[rank - 1]; }

    /// The number of elements.
    constexpr std::size_t size() const
    {
        std::size_t n = 1;
        for (std::size_t axis = 0; axis < rank; ++axis) n *= extents[axis];
        return n;
    }

    constexpr void push_back(std::size_t extent) { extents[rank++] = extent; }

    constexpr bool operator==(const shape&) const = default;

    /// Writes `[28, 28, 1]`.
    [[gnu::cold]] friend void print(std::string& to, const shape& s)
    {
        print(to, '[');
        for (std::size_t axis = 0; axis < s.rank; ++axis) append(to, {axis ? ", " : "", s[axis]});
        print(to, ']');
    }
    LAMINA_ONCE friend std::ostream& operator<<(std::ostream& out, const shape& s)
    {
        std::string text;
        print(text, s);
        return out << text;
    }
};

/// The same shape as a type: what error messages print.
template <std::size_t... Extents>
struct Shape {
    static constexpr shape value{Extents...};
};

template <>
struct Shape<> {
    static constexpr shape value{};
};

/// The input of a model: `Input<28, 28, 1>`, or `Input<Encoder::output>`.
template <auto... Extents>
struct Input {
    static_assert(((Extents >= 0) && ...), "lamina: an extent of Input is negative");
    static constexpr shape value{Extents...};
};

template <shape S>
struct Input<S> {
    static constexpr shape value = S;
};

/// The inputs of a model that takes several, in order: `using inputs = Inputs<Input<28, 28, 1>, Input<4>>;`.
template <class... In>
struct Inputs {
    static_assert(sizeof...(In) > 0, "lamina: a model has at least one input: Inputs<Input<...>, Input<...>>");
    static constexpr std::size_t count = sizeof...(In);
    static constexpr shape values[]{In::value...};
};

namespace detail {
template <shape S>
struct type_of_shape { // a class, not an alias: g++ 12 crashes on `S.rank` while S is dependent in an alias
    template <std::size_t... Axis>
    static auto name(std::index_sequence<Axis...>) -> Shape<S[Axis]...>;
    using type = decltype(name(std::make_index_sequence<S.rank>{}));
};
template <>
struct type_of_shape<shape{}> {
    using type = Shape<>;
};
} // namespace detail

/// From the value to the type: `as_shape<shape{28, 28}>` is `Shape<28, 28>`.
template <shape S>
using as_shape = typename detail::type_of_shape<S>::type;

} // namespace lamina
