// lamina/interop/pytorch/names.hpp: what the pickles of PyTorch's files may mention, and the types of its storages.
//
// Source: PyTorch, torch/_utils.py, torch/serialization.py and torch/storage.py of versions 1.13 and 2.15.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/names.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch::detail {

/// A type of numbers under PyTorch's two names for it. What lamina has not has `known` false.
struct number_type {
    std::string_view storage, word;
    dtype type;
    bool known = true;
};
inline constexpr number_type number_types[] = {
    {"FloatStorage", "float32", dtype::float32},
    {"DoubleStorage", "float64", dtype::float64},
    {"HalfStorage", "float16", dtype::float16},
    {"BFloat16Storage", "bfloat16", dtype::bfloat16},
    {"LongStorage", "int64", dtype::int64},
    {"IntStorage", "int32", dtype::int32},
    {"ShortStorage", "int16", dtype::int16},
    {"CharStorage", "int8", dtype::int8},
    {"ByteStorage", "uint8", dtype::uint8},
    {"BoolStorage", "bool", dtype::boolean},
    {"", "uint16", dtype::uint16},
    {"", "uint32", dtype::uint32},
    {"", "uint64", dtype::uint64},
    {"ComplexFloatStorage", "complex64", dtype::float32, false},
    {"ComplexDoubleStorage", "complex128", dtype::float32, false},
    {"QInt8Storage", "qint8", dtype::float32, false},
    {"QUInt8Storage", "quint8", dtype::float32, false},
    {"QInt32Storage", "qint32", dtype::float32, false},
    {"QUInt4x2Storage", "quint4x2", dtype::float32, false},
    {"QUInt2x4Storage", "quint2x4", dtype::float32, false},
    {"", "float8_e4m3fn", dtype::float32, false},
    {"", "float8_e5m2", dtype::float32, false},
    {"", "float8_e4m3fnuz", dtype::float32, false},
    {"", "float8_e5m2fnuz", dtype::float32, false},
    {"", "complex32", dtype::float32, false},
};

/// The type of a name without its module, or null.
[[gnu::cold]] inline const number_type* find_type(std::string_view name)
{
    for (const auto& one : number_types)
        if (name == one.word || (!name.empty() && name == one.storage)) return &one;
    return nullptr;
}

/// The name of a storage whose numbers have no type of their own.
[[gnu::cold]] inline bool is_untyped_storage(std::string_view name)
{
    return name == "torch UntypedStorage" || name == "torch.storage UntypedStorage";
}

/// Whether a model's file may mention a name. All of them are names here, and none is looked up.
[[gnu::cold]] inline bool is_known_name(std::string_view name)
{
    constexpr std::string_view known[] = {
        "collections OrderedDict",
        "collections defaultdict",
        "collections Counter",
        "__builtin__ dict",
        "builtins dict",
        "__builtin__ set",
        "builtins set",
        "torch Size",
        "torch device",
        "torch._utils _rebuild_tensor",
        "torch._utils _rebuild_tensor_v2",
        "torch._utils _rebuild_tensor_v3",
        "torch._utils _rebuild_parameter",
        "torch._utils _rebuild_parameter_with_state",
        "torch._utils _rebuild_qtensor",
        "torch per_tensor_affine",
        "torch per_channel_affine",
        "numpy.core.multiarray scalar",
        "numpy._core.multiarray scalar",
        "numpy dtype",
        "_codecs encode",
    };
    if (internals::contains(known, name) || is_untyped_storage(name)) return true;
    if (name.starts_with("torch ")) return find_type(name.substr(6)) != nullptr;
    return name.starts_with("torch.nn.") || name.starts_with("torch._C._nn ");
}
[[gnu::cold]] inline bool is_any_name(std::string_view) { return true; }

}}} // namespace lamina::pytorch::detail
