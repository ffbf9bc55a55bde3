// lamina/layers/core/activation.hpp: an activation as a layer of its own.
#pragma once

#include <lamina/layers/core/activation_layer.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = A(x), of any shape; Softmax, LogSoftmax, Sparsemax and Glu work over the last axis.
///
/// Shapes   [a, b, …] -> [a, b, …]; of Glu [a, …, 2 · c] -> [a, …, c].
/// Options  Name.
/// Refuses  an odd last axis where it is Glu.
/// Example  Sequential<Input<28, 28, 8>, BatchNormalization<>, Activation<LeakyRelu<0.1>>> model;
template <class A, class... Options> struct Activation : internals::ActivationLayer<Activation<A, Options...>, A, Options...> {
    static constexpr std::string_view kind = "Activation";

    template <class To> static void list_options(To& to) { to("activation", A{}); }
};

}} // namespace lamina
