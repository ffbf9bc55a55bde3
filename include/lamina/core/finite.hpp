// lamina/core/finite.hpp: NaN and infinity, told by their bits.
//
// Under -ffast-math a compiler takes it for granted that they do not exist, and leaves out comparisons that would find them: a guard
// that asks for values is no guard there. Numbers are taken by reference, since even an argument may be taken for finite.
#pragma once

#include <lamina/core/architecture.hpp>

#include <bit>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A number's bits without its sign: they are in the order of the numbers' sizes, and those of NaN are above those of infinity.
template <class T>
[[gnu::always_inline]] constexpr std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t> bits_of_size(const T& x)
{
    static_assert(std::numeric_limits<float>::is_iec559 && std::numeric_limits<double>::is_iec559);
    if constexpr (sizeof(T) == 4) return std::bit_cast<std::int32_t>(x) & std::numeric_limits<std::int32_t>::max();
    else if constexpr (sizeof(T) == 8) return std::bit_cast<std::int64_t>(x) & std::numeric_limits<std::int64_t>::max();
    else return bits_of_size(static_cast<double>(x));
}

/// Those of infinity.
template <class T> inline constexpr auto bits_of_infinity = bits_of_size(std::numeric_limits<T>::infinity());

/// Whether a number is NaN; whole numbers never are.
template <class T> [[gnu::always_inline]] constexpr bool is_nan([[maybe_unused]] const T& x)
{
    if constexpr (std::is_floating_point_v<T>) return bits_of_size(x) > bits_of_infinity<T>;
    else return false;
}

/// Whether a number is neither NaN nor infinite.
template <class T> [[gnu::always_inline]] constexpr bool is_finite([[maybe_unused]] const T& x)
{
    if constexpr (std::is_floating_point_v<T>) return bits_of_size(x) < bits_of_infinity<T>;
    else return true;
}

}}} // namespace lamina::internals
