// lamina/interop/keras/functions.hpp: which classes of Keras are functions on values in lamina, and no layers.
#pragma once

#include <lamina/core/architecture.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

/// Operations of keras.ops on one value, and the functions that they are.
inline constexpr std::string_view operations[][2]{
    {"Relu", "relu"},
    {"Relu6", "relu6"},
    {"Sigmoid", "sigmoid"},
    {"Tanh", "tanh"},
    {"Silu", "silu"},
    {"Selu", "selu"},
    {"Softplus", "softplus"},
    {"Softsign", "softsign"},
    {"LogSigmoid", "log_sigmoid"},
    {"HardSigmoid", "hard_sigmoid"},
    {"HardSilu", "hard_silu"},
    {"HardTanh", "hard_tanh"},
    {"TanhShrink", "tanh_shrink"},
    {"Gelu", "gelu"},
    {"Elu", "elu"},
    {"LeakyRelu", "leaky_relu"},
    {"LogSoftmax", "log_softmax"},
    {"Exp", "exp"},
    {"Log", "log"},
    {"Sqrt", "sqrt"},
    {"Square", "square"},
    {"Absolute", "abs"},
};
[[gnu::cold]] inline std::string_view operation_of(std::string_view kind)
{
    for (const auto& [keras, function] : operations)
        if (kind == keras) return function;
    return {};
}

/// Whether a class is a function on values.
[[gnu::cold]] inline bool is_merge(std::string_view kind)
{
    if (!operation_of(kind).empty()) return true;
    for (const std::string_view one : {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot",
                                       "Divide", "TrueDivide", "Negative"})
        if (kind == one) return true;
    return false;
}

}}} // namespace lamina::keras::detail
