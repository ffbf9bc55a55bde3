// lamina/formats/safetensors_types.hpp: the types of numbers that a safetensors file can hold.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace safetensors {

using protocols::file_tensor, protocols::tensor_file, protocols::named_records, protocols::named_text, protocols::named_texts;

/// The types of numbers that the format knows, and the bits of one: first those of lamina in the order of `dtype`, then others.
inline constexpr struct {
    std::string_view name;
    std::size_t bits;
} types[] = {
    {"F32", 32},    {"F64", 64},        {"F16", 16},        {"BF16", 16},   {"I8", 8},      {"U8", 8},
    {"I16", 16},    {"U16", 16},        {"I32", 32},        {"U32", 32},    {"I64", 64},    {"U64", 64},
    {"BOOL", 8},    {"F4", 4},          {"F6_E2M3", 6},     {"F6_E3M2", 6}, {"F8_E5M2", 8}, {"F8_E4M3", 8},
    {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"C64", 64},
};
inline constexpr std::size_t type_count = sizeof types / sizeof types[0];
static_assert(types[internals::dtype_count - 1].name == "BOOL" && types[internals::dtype_count].name == "F4");

}}} // namespace lamina::safetensors
