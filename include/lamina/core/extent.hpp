// lamina/core/extent.hpp: sizes that are constants for static models and numbers for run-time ones.
//
// A kernel takes its sizes as one aggregate (`convolution_sizes`, ...). Given as `fixed<sizes>{}` every bound is known
// when the kernel is compiled: loops unroll, tails vanish. Given as a plain value the same code runs with run-time bounds.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// A value carried by a type: `fixed<5>{}`, `fixed<convolution_sizes{...}>{}`.
template <auto Value> struct fixed {
    using value_type = std::remove_cvref_t<decltype(Value)>;
    static constexpr value_type value = Value;

    constexpr operator value_type() const { return Value; }
};

template <class E> inline constexpr bool is_fixed = false;
template <auto Value> inline constexpr bool is_fixed<fixed<Value>> = true;

/// A size as the compiler knows it: a constant, or else a std::size_t.
template <class E> constexpr auto as_extent(E size)
{
    if constexpr (is_fixed<E>) return size;
    else return static_cast<std::size_t>(size);
}

/// Whether a size is 1 as far as the compiler knows, and whether it can be.
template <class E> inline constexpr bool is_one = false;
template <auto Value> inline constexpr bool is_one<fixed<Value>> = Value == 1;
template <class E> inline constexpr bool can_be_one = !is_fixed<std::remove_cvref_t<E>> || is_one<std::remove_cvref_t<E>>;

/// Sizes of the kind `Value`, known at compile time or at run time.
template <class E, class Value>
concept extent_of =
    std::same_as<std::remove_cvref_t<E>, Value> || (is_fixed<std::remove_cvref_t<E>> && std::convertible_to<E, Value>);

/// One size, known at compile time or at run time.
template <class E>
concept extent = std::convertible_to<E, std::size_t>;

/// `n` rounded up to a multiple of `step`.
constexpr std::size_t round_up(std::size_t n, std::size_t step) { return (n + step - 1) / step * step; }

/// Every region of scratch, saved values and stored rows starts on 64 bytes: the widest register and a cache line.
inline constexpr std::size_t alignment = 64;

/// The number of `T` that a row of `n` takes once it is padded to 64 bytes.
template <class T> constexpr std::size_t padded(std::size_t n) { return round_up(n, alignment / sizeof(T)); }

/// The number of elements of `bytes` bytes from one row of `n` weights to the next: padded, and one more cache line where rows would
/// lie a multiple of 1024 bytes apart. A cache has few places for such rows, so that they push each other out.
constexpr std::size_t row_stride(std::size_t n, std::size_t bytes)
{
    const std::size_t line = alignment / bytes, wide = round_up(n, line);
    return wide + (n > 0 && wide * bytes % 1024 == 0 ? line : 0);
}
template <class T> constexpr std::size_t row_stride(std::size_t n) { return row_stride(n, sizeof(T)); }

} // namespace internals

namespace protocols {
using internals::padded, internals::row_stride;
}

}} // namespace lamina
