// lamina/training/losses/sparse_categorical_crossentropy.hpp: −log p[label].
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/losses/categorical_crossentropy.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Cross-entropy between a row of probabilities (or logits) and the number of the right class.
///
/// Shapes    prediction [classes], target one label of any arithmetic type. A label that is no class reads nothing outside.
/// Options   from_logits, label_smoothing, probabilities_as_logits, outputs_as_probabilities, ignore_class,
///           reduction: see CategoricalCrossentropyOf.
/// Numerics  as Keras 3: probabilities are clipped to [1e-7, 1 − 1e-7], where the gradient is zero, then divided by their sum.
///           Finite predictions never give NaN.
/// Example   SparseCategoricalCrossentropy loss{.from_logits = true};
using SparseCategoricalCrossentropy = internals::CategoricalCrossentropyOf<protocols::target_kind::class_index>;

}} // namespace lamina
