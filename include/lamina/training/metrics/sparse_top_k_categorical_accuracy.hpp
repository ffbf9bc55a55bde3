// lamina/training/metrics/sparse_top_k_categorical_accuracy.hpp: how often the label is among the k largest outputs.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/top_k_categorical_accuracy.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The share of rows in which fewer than `k` predictions are above the label's: ties are among the best. A row with a
/// value that is not finite, or with a label that is no class, counts as wrong.
///
/// Shapes   prediction [classes], target one label of any arithmetic type.
/// Options  k.
/// Refuses  a k of 0 or above the number of classes.
/// Example  SparseTopKCategoricalAccuracy metric{.k = 3};
using SparseTopKCategoricalAccuracy = internals::TopKCategoricalAccuracyOf<protocols::target_kind::class_index>;

}} // namespace lamina
