// lamina/training/metrics/false_positives.hpp: how many outputs say yes where the target says no.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/confusion_counts.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How many outputs say yes where the target says no.
///
/// Options  thresholds: see ConfusionCountOf.
/// Example  FalsePositives metric{.thresholds = {0.3f, 0.7f}};
using FalsePositives = internals::ConfusionCountOf<internals::metrics::false_positive>;

}} // namespace lamina
