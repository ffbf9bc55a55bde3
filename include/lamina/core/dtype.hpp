// lamina/core/dtype.hpp: the types of stored numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/half.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace lamina::stored_types {

/// The type of a stored number, under the names that NumPy and Keras give them. The variables of a model are float32 or float64; records
/// and files hold numbers of all types. `internals::dtypes` has the same order.
enum class dtype {
    float32,
    float64,
    float16,
    bfloat16,
    int8,
    uint8,
    int16,
    uint16,
    int32,
    uint32,
    int64,
    uint64,
    boolean,
};

/// The dtype of a C++ type; of integers size and sign decide, so that `long` is one as well.
template <class T>
inline constexpr dtype dtype_of = [] {
    if constexpr (std::is_same_v<T, float>) return dtype::float32;
    else if constexpr (std::is_same_v<T, double>) return dtype::float64;
    else if constexpr (std::is_same_v<T, internals::half>) return dtype::float16;
    else if constexpr (std::is_same_v<T, internals::bfloat16>) return dtype::bfloat16;
    else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, internals::truth>) return dtype::boolean;
    else {
        static_assert(std::is_integral_v<T> && sizeof(T) <= 8, "lamina: numbers of this type are not stored");
        constexpr bool is_signed = std::is_signed_v<T>;
        if constexpr (sizeof(T) == 1) return is_signed ? dtype::int8 : dtype::uint8;
        else if constexpr (sizeof(T) == 2) return is_signed ? dtype::int16 : dtype::uint16;
        else if constexpr (sizeof(T) == 4) return is_signed ? dtype::int32 : dtype::uint32;
        else return is_signed ? dtype::int64 : dtype::uint64;
    }
}();

} // namespace lamina::stored_types

namespace lamina {
using stored_types::dtype;
}

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What is known of each dtype, in the order of the enumerators.
inline constexpr struct {
    std::string_view name;
    std::size_t bytes;
} dtypes[] = {
    {"float32", 4}, {"float64", 8}, {"float16", 2}, {"bfloat16", 2}, {"int8", 1},   {"uint8", 1}, {"int16", 2},
    {"uint16", 2},  {"int32", 4},   {"uint32", 4},  {"int64", 8},    {"uint64", 8}, {"bool", 1},
};
inline constexpr std::size_t dtype_count = sizeof dtypes / sizeof dtypes[0];
static_assert(dtype_count == static_cast<std::size_t>(dtype::boolean) + 1);

/// The bytes of one number, and the name of its type: "float32", "bool".
constexpr std::size_t bytes_of(dtype type) { return dtypes[static_cast<std::size_t>(type)].bytes; }
constexpr std::string_view name_of(dtype type) { return dtypes[static_cast<std::size_t>(type)].name; }

/// Sets the dtype of a name that `name_of` gives, and says whether there is one.
constexpr bool find_dtype(std::string_view name, dtype& to)
{
    for (std::size_t i = 0; i < dtype_count; ++i)
        if (dtypes[i].name == name) {
            to = static_cast<dtype>(i);
            return true;
        }
    return false;
}

/// Whether the numbers are whole, and whether they are what a model's variables hold.
constexpr bool is_integer(dtype type) { return type >= dtype::int8 && type <= dtype::uint64; }
constexpr bool is_of_variables(dtype type) { return type == dtype::float32 || type == dtype::float64; }

/// Calls `use` with a number of the C++ type that a dtype stands for.
template <class Use> [[gnu::cold]] void with_number_of(dtype type, const Use& use)
{
    switch (type) {
    case dtype::float32: return use(float{});
    case dtype::float64: return use(double{});
    case dtype::float16: return use(half{});
    case dtype::bfloat16: return use(bfloat16{});
    case dtype::int8: return use(std::int8_t{});
    case dtype::uint8: return use(std::uint8_t{});
    case dtype::int16: return use(std::int16_t{});
    case dtype::uint16: return use(std::uint16_t{});
    case dtype::int32: return use(std::int32_t{});
    case dtype::uint32: return use(std::uint32_t{});
    case dtype::int64: return use(std::int64_t{});
    case dtype::uint64: return use(std::uint64_t{});
    case dtype::boolean: return use(truth{});
    }
}

}}} // namespace lamina::internals
