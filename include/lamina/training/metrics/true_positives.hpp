// lamina/training/metrics/true_positives.hpp: how many outputs say yes where the target does.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/confusion_counts.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How many outputs say yes where the target does.
///
/// Options  thresholds: see ConfusionCountOf.
/// Example  TruePositives metric{.thresholds = {0.3f, 0.7f}};
using TruePositives = internals::ConfusionCountOf<internals::metrics::true_positive>;

}} // namespace lamina
