// lamina/core/shape.hpp: the extents of one sample, known at compile time.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/outlined.hpp>

#include <concepts>
#include <cstddef>
#include <ostream>
#include <string>
#include <utility>

namespace lamina {

/// The extents of a tensor, outermost first: `Shape{28, 28, 1}` is [height, width, channels]. The batch is never part of it.
/// A structural value: usable as a template argument and in constant expressions. Rank 0 is a single number.
struct Shape {
    static constexpr std::size_t max_rank = 6;

    std::size_t extents[max_rank]{};
    std::size_t rank = 0;

    LAMINA_TAGGED constexpr Shape() = default;

    template <std::convertible_to<std::size_t>... Extents>
        requires(sizeof...(Extents) > 0 && sizeof...(Extents) <= max_rank)
    LAMINA_TAGGED constexpr Shape(Extents... e) : extents{static_cast<std::size_t>(e)...}, rank(sizeof...(Extents))
    {}

    LAMINA_TAGGED constexpr std::size_t operator[](std::size_t axis) const { return extents[axis]; }
    LAMINA_TAGGED constexpr std::size_t back() const { return rank == 0 ? 1 : extents[rank - 1]; }

    /// The number of elements.
    LAMINA_TAGGED constexpr std::size_t size() const
    {
        std::size_t n = 1;
        for (std::size_t axis = 0; axis < rank; ++axis) n *= extents[axis];
        return n;
    }

    LAMINA_TAGGED constexpr void push_back(std::size_t extent) { extents[rank++] = extent; }

    LAMINA_TAGGED constexpr bool operator==(const Shape&) const = default;

    /// Writes `[28, 28, 1]`.
    LAMINA_TAGGED [[gnu::cold]] friend void print(std::string& to, const Shape& s)
    {
        internals::print(to, '[');
        for (std::size_t axis = 0; axis < s.rank; ++axis) // -1 stands for an extent that is not known yet
            internals::append(to, {axis ? ", " : "", static_cast<std::ptrdiff_t>(s[axis])});
        internals::print(to, ']');
    }
    LAMINA_TAGGED LAMINA_OUTLINED friend std::ostream& operator<<(std::ostream& out, const Shape& s)
    {
        std::string text;
        print(text, s);
        return out << text;
    }
};

/// The name it had first, which is xtensor's too: who opens both namespaces writes Shape.
using shape = Shape;

} // namespace lamina

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The same shape as a type: what error messages print.
template <std::size_t... Each> struct Extents {
    static constexpr Shape value{Each...};
};

template <> struct Extents<> {
    static constexpr Shape value{};
};

}}} // namespace lamina::internals

namespace lamina {

/// The input of a model: `Input<28, 28, 1>`, or `Input<Encoder::output>`.
template <auto... Extents> struct Input {
    static_assert(((Extents >= 0) && ...), "lamina: an extent of Input is negative");
    static constexpr Shape value{Extents...};
};

template <Shape S> struct Input<S> {
    static constexpr Shape value = S;
};

/// The inputs of a model that takes several, in order: `using inputs = Inputs<Input<28, 28, 1>, Input<4>>;`.
template <class... In> struct Inputs {
    static_assert(sizeof...(In) > 0, "lamina: a model has at least one input: Inputs<Input<...>, Input<...>>");
    static constexpr std::size_t count = sizeof...(In);
    static constexpr Shape values[]{In::value...};
};

} // namespace lamina

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

template <Shape S> struct type_of_shape { // a class, not an alias: g++ 12 crashes on `S.rank` while S is dependent in an alias
    template <std::size_t... Axis> static auto name(std::index_sequence<Axis...>) -> Extents<S[Axis]...>;
    using type = decltype(name(std::make_index_sequence<S.rank>{}));
};
template <> struct type_of_shape<Shape{}> {
    using type = Extents<>;
};

/// From the value to the type: `as_shape<Shape{28, 28}>` is `Extents<28, 28>`.
template <Shape S> using as_shape = typename internals::type_of_shape<S>::type;

}}} // namespace lamina::internals
