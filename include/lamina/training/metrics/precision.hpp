// lamina/training/metrics/precision.hpp: how many of the answers of yes are right.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/confusion_counts.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The share of right ones among the answers of yes.
///
/// Options  thresholds, top_k, class_id: see ConfusionShareOf.
/// Example  Precision metric{.thresholds = {0.3f, 0.7f}};
using Precision = internals::ConfusionShareOf<true>;

}} // namespace lamina
