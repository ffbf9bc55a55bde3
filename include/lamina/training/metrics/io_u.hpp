// lamina/training/metrics/io_u.hpp: how far some classes are covered by what is predicted.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/class_pairs.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The intersection over the union of some classes, their mean.
///
/// Shapes   prediction [1], a class, or [classes] with sparse_y_pred = false; target one label.
/// Options  num_classes, target_class_ids, ignore_class, sparse_y_pred: see IoUOf.
/// Example  IoU metric{.num_classes = 3, .target_class_ids = {1, 2}, .sparse_y_pred = false};
using IoU = internals::IoUOf<protocols::target_kind::class_index, false>;

}} // namespace lamina
