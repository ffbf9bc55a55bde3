// lamina/formats/stored_numbers.hpp: numbers of other types, as float32 or float64.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/record.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How a file is read into variables.
struct LoadOptions {
    bool convert = false; ///< numbers of another type become the variable's; integers that it cannot hold exactly are refused
};

namespace internals {

/// A number as a double, which holds all but long integers exactly.
template <class N> [[gnu::cold]] double as_double(N number, std::string_view where)
{
    if constexpr (std::is_integral_v<N> && sizeof(N) == 8) {
        constexpr auto most = std::uint64_t{1} << 53;
        const auto bits = static_cast<std::uint64_t>(number);
        if ((number < 0 ? 0 - bits : bits) > most)
            fail({where, " holds ", number, ", and integers are read up to 2 to the 53rd; convert it before it is saved"});
    }
    return static_cast<double>(number);
}

/// A double as a float, or a refusal.
[[gnu::cold]] inline float narrowed(double value, bool whole, std::string_view where)
{
    constexpr double above = 0x1.ffffffp127; // the least number that is rounded to infinity
    const bool fits = !is_finite(value) || (value > -above && value < above);
    const float narrow = fits ? static_cast<float>(value) : 0;
    if (whole && static_cast<double>(narrow) != value)
        fail({where, " holds ", static_cast<std::int64_t>(value), // at most 2 to the 53rd
              ", which float32 does not hold exactly; use a model of doubles, or change it before it is saved"});
    if (!fits)
        fail({where, " holds ", value, ", which float32 does not hold",
              "; use a model of doubles, or change it before it is saved"});
    return narrow;
}

/// Reads numbers of any dtype as float32 or float64. They are written into a record of that type, or only looked at where it is null.
///
/// Refuses   an integer that the type does not hold exactly, and one above 2 to the 53rd; a real number that would become infinite.
/// Numerics  rounded to the nearest; NaN and infinities stay what they are.
[[gnu::cold]] inline void convert(const file_tensor& from, dtype as, record* to, std::string_view where)
{
    const std::size_t size = bytes_of(from.type);
    const bool whole = is_integer(from.type);
    const char* next = from.bytes.data();
    double block[256];
    const auto take = [&](std::size_t place, std::size_t left) {
        while (left > 0) {
            const std::size_t count = std::min(left, std::size_t{256});
            with_number_of(from.type, [&](auto stored) {
                for (std::size_t i = 0; i < count; ++i) {
                    std::memcpy(&stored, next + i * sizeof stored, sizeof stored);
                    block[i] = as_double(value_of(stored), where);
                }
            });
            for (std::size_t i = 0; i < count; ++i) {
                if (as == dtype::float32) {
                    const float narrow = narrowed(block[i], whole, where);
                    if (to) to->data<float>()[place + i] = narrow;
                }
                else if (to) to->data<double>()[place + i] = block[i];
            }
            next += count * size;
            place += count;
            left -= count;
        }
    };
    if (!to) return take(0, from.size());
    to->for_each_row(take);
    to->changed();
}

/// Whether the numbers of an array can be read as those of a record of this type.
[[gnu::cold]] inline bool converts(const file_tensor& from, dtype as)
{
    return from.has_type(as) || (from.foreign.empty() && is_of_variables(as));
}

/// Refuses numbers that `convert` refuses, before anything is changed.
[[gnu::cold]] inline void require_convertible(const file_tensor& from, dtype as, std::string_view where)
{
    if (!from.has_type(as)) convert(from, as, nullptr, where);
}

/// Copies the numbers of an array, which `converts`, into a record.
[[gnu::cold]] inline void copy_converted(const file_tensor& from, record& to, std::string_view where)
{
    if (from.has_type(to.type())) copy(from, to);
    else convert(from, to.type(), &to, where);
}

} // namespace internals

}} // namespace lamina
