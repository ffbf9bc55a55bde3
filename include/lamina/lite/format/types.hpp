// lamina/lite/format/types.hpp: the numbers that TensorFlow Lite's schema gives to types of tensors.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// A type of the schema: its name, and the dtype where lamina has one.
struct TypeFacts {
    std::string_view name;
    bool is_known;
    dtype type = dtype::float32;
};

/// In the order of the schema's numbers.
/// Source: the enumeration TensorType of TensorFlow Lite's public schema, version 3.
inline constexpr TypeFacts type_facts[] = {
    {"FLOAT32", true, dtype::float32},
    {"FLOAT16", true, dtype::float16},
    {"INT32", true, dtype::int32},
    {"UINT8", true, dtype::uint8},
    {"INT64", true, dtype::int64},
    {"STRING", false},
    {"BOOL", true, dtype::boolean},
    {"INT16", true, dtype::int16},
    {"COMPLEX64", false},
    {"INT8", true, dtype::int8},
    {"FLOAT64", true, dtype::float64},
    {"COMPLEX128", false},
    {"UINT64", true, dtype::uint64},
    {"RESOURCE", false},
    {"VARIANT", false},
    {"UINT32", true, dtype::uint32},
    {"UINT16", true, dtype::uint16},
    {"INT4", false},
    {"BFLOAT16", true, dtype::bfloat16},
};
inline constexpr std::int32_t type_count = static_cast<std::int32_t>(sizeof type_facts / sizeof type_facts[0]);

/// Its name in the schema.
constexpr std::string_view name_of_type(std::int32_t number)
{
    return number >= 0 && number < type_count ? type_facts[number].name : std::string_view("unknown");
}

/// Sets the dtype of a number of the schema, and says whether lamina has it.
constexpr bool find_type(std::int32_t number, dtype& to)
{
    if (number < 0 || number >= type_count || !type_facts[number].is_known) return false;
    to = type_facts[number].type;
    return true;
}

/// The schema's number of a dtype; there is one for each.
constexpr std::int32_t number_of_type(dtype type)
{
    std::int32_t number = 0;
    while (!type_facts[number].is_known || type_facts[number].type != type) ++number;
    return number;
}

}}} // namespace lamina::internals::tflite
