// lamina/blocks/activations/activations.hpp: all activations: types that are an option of a layer and, as Activation<…>, a layer.
//
// An activation per element has `forward(z)` and `backward(at, dy)` on vectors of numbers; `at` is its output or its input,
// as `derivative` says. One that works on rows (softmax) has both on whole rows. `gradient(x, y, dy)` is the same slope in functions on
// tensors, for derivatives of any order; it reads what `kept` says. It is for finite numbers: infinity times 0 is NaN in it. Definitions and constants are those of Keras, and at a
// kink the derivative is TensorFlow's.
#pragma once

#include <lamina/blocks/activations/gated.hpp>
#include <lamina/blocks/activations/rectifiers.hpp>
#include <lamina/blocks/activations/row_activations.hpp>
#include <lamina/blocks/activations/shrinks.hpp>
#include <lamina/blocks/activations/sigmoids.hpp>
#include <lamina/core/architecture.hpp>
