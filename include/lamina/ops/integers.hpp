// lamina/ops/integers.hpp: lists of axes and extents as a user writes them, and what an op makes of them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/ops/entry.hpp>
#include <lamina/ops/partial_shapes.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// Up to six whole numbers of any integer types, in braces or alone: axes, extents of which one may be -1, places.
class Integers {
public:
    Integers() = default;
    template <std::integral... Each>
        requires(sizeof...(Each) > 0 && sizeof...(Each) <= Shape::max_rank)
    Integers(Each... each) : numbers{static_cast<std::ptrdiff_t>(each)...}, count(sizeof...(Each))
    {}
    Integers(const Shape& s) : count(s.rank)
    {
        for (std::size_t axis = 0; axis < s.rank; ++axis) numbers[axis] = static_cast<std::ptrdiff_t>(s[axis]);
    }
    /// Of a vector or an array.
    template <class Range>
        requires requires(const Range& r) {
            { *r.data() } -> std::convertible_to<std::ptrdiff_t>;
            { r.size() } -> std::convertible_to<std::size_t>;
        }
    Integers(const Range& range)
    {
        if (range.size() > Shape::max_rank) fail({range.size(), " axes were given; a tensor has at most ", Shape::max_rank});
        for (const auto& one : range) numbers[count++] = static_cast<std::ptrdiff_t>(one);
    }

    std::size_t size() const { return count; }
    std::ptrdiff_t operator[](std::size_t i) const { return numbers[i]; }

    friend void print(std::string& to, const Integers& all)
    {
        internals::print(to, '[');
        for (std::size_t i = 0; i < all.count; ++i) internals::append(to, {i ? ", " : "", all.numbers[i]});
        internals::print(to, ']');
    }

private:
    std::ptrdiff_t numbers[Shape::max_rank]{};
    std::size_t count = 0;
};

/// An attribute, which has 32 bits.
[[gnu::cold, gnu::noinline]] inline std::int32_t as_attribute(std::string_view op, std::ptrdiff_t number)
{
    if (number > std::numeric_limits<std::int32_t>::max() || number < std::numeric_limits<std::int32_t>::min())
        fail({op, ": ", number, " does not fit in 32 bits"});
    return static_cast<std::int32_t>(number);
}

/// An axis as a user counts it, of `rank` axes; negative ones from the last on.
[[gnu::cold, gnu::noinline]] inline std::size_t axis_among(std::string_view op, const Shape& s, std::ptrdiff_t axis,
                                                           std::size_t rank)
{
    const auto all = static_cast<std::ptrdiff_t>(rank), at = axis < 0 ? axis + all : axis;
    if (at < 0 || at >= all) fail({op, ": axis ", axis, " of a tensor of shape ", s, "; axes are in [", -all, ", ", all, ")"});
    return static_cast<std::size_t>(at);
}
inline std::size_t axis_of(std::string_view op, const Shape& s, std::ptrdiff_t axis) { return axis_among(op, s, axis, s.rank); }

/// A bit for each axis.
[[gnu::cold, gnu::noinline]] inline std::int32_t axis_bits(std::string_view op, const Shape& s, const Integers& axes)
{
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const std::size_t at = axis_of(op, s, axes[i]);
        if ((bits >> at & 1) != 0) fail({op, ": axis ", axes[i], " is given twice"});
        bits |= 1u << at;
    }
    return static_cast<std::int32_t>(bits);
}

/// An attribute that is an axis of a tensor of so many axes; an op's `infer` trusts nothing.
[[gnu::cold, gnu::noinline]] inline std::size_t axis_within(std::string_view op, const Shape& s, std::int32_t axis,
                                                            std::size_t rank)
{
    if (axis < 0 || static_cast<std::size_t>(axis) >= rank) fail({op, ": axis ", axis, " of a tensor of shape ", s});
    return static_cast<std::size_t>(axis);
}

/// The extent of an axis, which has to be known while a graph is traced.
[[gnu::cold, gnu::noinline]] inline std::size_t require_known_extent(std::string_view op, const Shape& s, std::size_t axis)
{
    if (s[axis] == unknown)
        fail({op, ": axis ", axis, " of a tensor of shape ", s,
              " is known only when the graph runs; give the placeholder this extent"});
    return s[axis];
}

/// Refuses shapes of more numbers than any memory has, so that a product of extents never wraps around.
[[gnu::cold, gnu::noinline]] inline void require_sizable(std::string_view op, const Shape& s)
{
    std::size_t all = 1;
    for (std::size_t axis = 0; axis < s.rank; ++axis) {
        if (s[axis] == 0) return;
        if (s[axis] == unknown) continue;
        if (s[axis] > (std::size_t{1} << 40) / all) fail({op, ": a tensor of shape ", s, " has more than 2^40 numbers"});
        all *= s[axis];
    }
}

}}} // namespace lamina::internals::tensors
