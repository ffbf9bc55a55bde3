// lamina/training/metrics/true_negatives.hpp: how many outputs say no where the target does.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/confusion_counts.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How many outputs say no where the target does.
///
/// Options  thresholds: see ConfusionCountOf.
/// Example  TrueNegatives metric{.thresholds = {0.4f}};
using TrueNegatives = internals::ConfusionCountOf<internals::metrics::true_negative>;

}} // namespace lamina
