// lamina/training/metrics/sparse_categorical_accuracy.hpp: how often the largest output is at the label.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/categorical_accuracy.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The share of rows whose first largest prediction, probability or logit, is that of the label's class.
/// A row with a NaN, or with a label that is no class, counts as wrong.
///
/// Shapes   prediction [classes], target one label of any arithmetic type.
/// Example  SparseCategoricalAccuracy metric;
using SparseCategoricalAccuracy = internals::CategoricalAccuracyOf<protocols::target_kind::class_index>;

}} // namespace lamina
