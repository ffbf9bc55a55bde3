// lamina/training/metrics/one_hot_io_u.hpp: how far some classes are covered by what is predicted, of one-hot targets.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/class_pairs.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The intersection over the union of some classes, their mean.
///
/// Shapes   prediction [classes], target [classes], one-hot.
/// Options  num_classes, target_class_ids, ignore_class: see IoUOf.
/// Example  OneHotIoU metric{.num_classes = 3, .target_class_ids = {1, 2}};
using OneHotIoU = internals::IoUOf<protocols::target_kind::same_shape, false>;

}} // namespace lamina
