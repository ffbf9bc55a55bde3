// lamina/training/metrics/false_negatives.hpp: how many outputs say no where the target says yes.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/confusion_counts.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How many outputs say no where the target says yes.
///
/// Options  thresholds: see ConfusionCountOf.
/// Example  FalseNegatives metric{.thresholds = {0.3f, 0.7f}};
using FalseNegatives = internals::ConfusionCountOf<internals::metrics::false_negative>;

}} // namespace lamina
