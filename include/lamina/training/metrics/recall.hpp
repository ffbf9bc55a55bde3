// lamina/training/metrics/recall.hpp: how much of what is a yes was found.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/confusion_counts.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The share of what is a yes that is answered with yes.
///
/// Options  thresholds, top_k, class_id: see ConfusionShareOf.
/// Example  Recall metric{.class_id = 2};
using Recall = internals::ConfusionShareOf<false>;

}} // namespace lamina
