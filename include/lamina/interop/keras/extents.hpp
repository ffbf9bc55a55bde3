// lamina/interop/keras/extents.hpp: shapes of samples as configs say them: maybe not at all, maybe with an axis of any length.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/interop/keras/json.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

inline constexpr long long any_length = -1;

/// The extents of a sample, without the batch.
struct Extents {
    bool known = false;
    std::vector<long long> sizes{};

    bool operator==(const Extents&) const = default;

    /// Whether every axis has a length.
    bool whole() const
    {
        for (const long long size : sizes)
            if (size == any_length) return false;
        return known;
    }
    std::size_t rank() const { return sizes.size(); }
    /// The length of an axis, from the end where it is below 0; any where there is none.
    long long at(long long axis) const
    {
        const auto rank = static_cast<long long>(sizes.size());
        const long long place = axis < 0 ? rank + axis : axis;
        return place >= 0 && place < rank ? sizes[static_cast<std::size_t>(place)] : any_length;
    }
};

[[gnu::cold]] inline Extents extents(std::initializer_list<long long> sizes)
{
    Extents made{true};
    for (const long long size : sizes) internals::add_to(made.sizes, size);
    return made;
}

/// A length of a config; any where it is none that a model has.
[[gnu::cold]] inline long long length_of(const Json& from)
{
    const bool fits = from.is_number() && from.number >= 0 && from.number < 1e9 && std::floor(from.number) == from.number;
    return fits ? static_cast<long long>(from.number) : any_length;
}

/// What is computed of lengths is any where one of them is, or where it grows beyond all that there is.
[[gnu::cold]] inline long long times(long long a, long long b)
{
    if (a == any_length || b == any_length || static_cast<double>(a) * static_cast<double>(b) > 1e15) return any_length;
    return a * b;
}
[[gnu::cold]] inline long long plus(long long a, long long b)
{
    return a == any_length || b == any_length || a + b < 0 ? any_length : a + b;
}

[[gnu::cold]] inline long long product(const Extents& of)
{
    long long all = 1;
    for (const long long size : of.sizes) all = times(all, size);
    return of.known ? all : any_length;
}

/// The extents of a shape with the batch before it, `[null, 8, 8, 3]`.
[[gnu::cold]] inline Extents sample_extents(const Json& from)
{
    Extents made{from.is_list() && !from.parts.empty()};
    if (made.known)
        for (std::size_t i = 1; i < from.parts.size(); ++i) {
            if (!from.parts[i].is_number() && !from.parts[i].is_nothing()) return {};
            internals::add_to(made.sizes, length_of(from.parts[i]));
        }
    return made;
}

/// Writes `8, 8, 3`; what is not known as a comment.
[[gnu::cold]] inline void print(std::string& to, const Extents& extents)
{
    if (!extents.known) internals::print(to, "/* shape */");
    for (std::size_t i = 0; i < extents.sizes.size(); ++i) {
        if (i > 0) internals::print(to, ", ");
        if (extents.sizes[i] == any_length) internals::print(to, "/* any */");
        else internals::print(to, extents.sizes[i]);
    }
}

}}} // namespace lamina::keras::detail
