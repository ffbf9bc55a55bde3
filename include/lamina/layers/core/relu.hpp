// lamina/layers/core/relu.hpp: Keras's layers of relu and its kin, with their parameters.
#pragma once

#include <lamina/blocks/activations/rectifiers.hpp>
#include <lamina/layers/core/activation_layer.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = min(x, MaxValue) above From, NegativeSlope · (x − From) below. Without parameters it is `Activation<Relu>`.
///
/// Shapes   [a, b, …] -> [a, b, …].
/// Options  Name; the parameters stand in Keras's order: max_value, negative_slope, threshold.
/// Example  Sequential<Input<28, 28, 8>, ReLU<6>, Flatten, Dense<10>> model;
template <internals::fraction MaxValue = internals::unlimited, internals::fraction NegativeSlope = 0,
          internals::fraction From = 0, class... Options>
struct ReLU : internals::ActivationLayer<ReLU<MaxValue, NegativeSlope, From, Options...>,
                                         GeneralRelu<NegativeSlope, MaxValue, From>, Options...> {
    static constexpr std::string_view kind = "ReLU";

    template <class To> static void list_options(To& to)
    {
        internals::list_bound<MaxValue>(to, "max_value");
        to("negative_slope", NegativeSlope.value(), 0);
        to("threshold", From.value(), 0);
    }
};

/// y = x above 0, NegativeSlope · x below. The default is that of Keras's layer; its activation `LeakyRelu<>` has 0.2.
///
/// Shapes   [a, b, …] -> [a, b, …].
/// Options  Name.
/// Example  Sequential<Input<28, 28, 8>, LeakyReLU<0.1>, Flatten, Dense<10>> model;
template <internals::fraction NegativeSlope = 0.3, class... Options>
struct LeakyReLU : internals::ActivationLayer<LeakyReLU<NegativeSlope, Options...>, LeakyRelu<NegativeSlope>, Options...> {
    static constexpr std::string_view kind = "LeakyReLU";

    template <class To> static void list_options(To& to) { to("negative_slope", NegativeSlope.value(), 0.3); }
};

/// y = x above 0, Alpha · (exp(x) − 1) below.
///
/// Shapes   [a, b, …] -> [a, b, …].
/// Options  Name.
/// Example  Sequential<Input<28, 28, 8>, ELU<0.5>, Flatten, Dense<10>> model;
template <internals::fraction Alpha = 1, class... Options>
struct ELU : internals::ActivationLayer<ELU<Alpha, Options...>, Elu<Alpha>, Options...> {
    static constexpr std::string_view kind = "ELU";

    template <class To> static void list_options(To& to) { to("alpha", Alpha.value(), 1); }
};

}} // namespace lamina
