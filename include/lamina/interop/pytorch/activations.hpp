// lamina/interop/pytorch/activations.hpp: activations and the modules of torch.nn that compute the same.
//
// Source: the documentation of torch.nn 1.13 and of Keras 3.
#pragma once

#include <lamina/core/architecture.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch::detail {

/// An attribute of a module, and the option of the activation that it is; without an option it is always the same.
struct ActivationNumber {
    std::string_view attribute, option;
    double usual = 0; ///< what the activation has where it says nothing
};

struct ActivationRow {
    std::string_view name;   ///< Keras's word for it, `leaky_relu`
    std::string_view word;   ///< lamina's, `LeakyRelu`
    std::string_view module; ///< of torch.nn.modules.activation
    ActivationNumber numbers[2]{};
    bool in_place = false;  ///< whether it has the attribute `inplace`
    bool over_axis = false; ///< whether it has the attribute `dim`
};

inline constexpr ActivationRow activation_rows[] = {
    {"relu", "Relu", "ReLU", {}, true},
    {"relu6", "Relu6", "ReLU6", {{"min_val", "", 0}, {"max_val", "", 6}}, true},
    {"leaky_relu", "LeakyRelu", "LeakyReLU", {{"negative_slope", "negative_slope", 0.2}}, true},
    {"elu", "Elu", "ELU", {{"alpha", "alpha", 1}}, true},
    {"celu", "Celu", "CELU", {{"alpha", "alpha", 1}}, true},
    {"selu", "Selu", "SELU", {}, true},
    {"gelu", "Gelu", "GELU"},
    {"gelu_tanh", "GeluTanh", "GELU"},
    {"silu", "Silu", "SiLU", {}, true},
    {"mish", "Mish", "Mish", {}, true},
    {"softplus", "Softplus", "Softplus", {{"beta", "", 1}, {"threshold", "", 20}}},
    {"softsign", "Softsign", "Softsign"},
    {"tanh", "Tanh", "Tanh"},
    {"sigmoid", "Sigmoid", "Sigmoid"},
    {"log_sigmoid", "LogSigmoid", "LogSigmoid"},
    {"softmax", "Softmax", "Softmax", {}, false, true},
    {"log_softmax", "LogSoftmax", "LogSoftmax", {}, false, true},
    {"hard_sigmoid", "HardSigmoid", "Hardsigmoid", {}, true},
    {"hard_silu", "HardSilu", "Hardswish", {}, true},
    {"hard_tanh", "HardTanh", "Hardtanh", {{"min_val", "", -1}, {"max_val", "", 1}}, true},
    {"clip", "Clip", "Hardtanh", {{"min_val", "x_min"}, {"max_val", "x_max"}}, true},
    {"tanh_shrink", "TanhShrink", "Tanhshrink"},
    {"hard_shrink", "HardShrink", "Hardshrink", {{"lambd", "threshold", 0.5}}},
    {"soft_shrink", "SoftShrink", "Softshrink", {{"lambd", "threshold", 0.5}}},
    {"threshold", "Threshold", "Threshold", {{"threshold", "threshold"}, {"value", "default_value"}}, true},
    {"glu", "Glu", "GLU", {}, false, true},
};

}}} // namespace lamina::pytorch::detail
