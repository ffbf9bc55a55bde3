// lamina/training/metrics/mean_io_u.hpp: how far all classes are covered by what is predicted.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/class_pairs.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The intersection over the union of each class, their mean.
///
/// Shapes   prediction [1], a class, or [classes] with sparse_y_pred = false; target one label.
/// Options  num_classes, ignore_class, sparse_y_pred: see IoUOf.
/// Example  MeanIoU metric{.num_classes = 3, .sparse_y_pred = false};
using MeanIoU = internals::IoUOf<protocols::target_kind::class_index, true>;

}} // namespace lamina
