// lamina/training/metrics/one_hot_mean_io_u.hpp: how far all classes are covered by what is predicted, of one-hot targets.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/class_pairs.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The intersection over the union of each class, their mean.
///
/// Shapes   prediction [classes], target [classes], one-hot.
/// Options  num_classes, ignore_class: see IoUOf.
/// Example  OneHotMeanIoU metric{.num_classes = 3};
using OneHotMeanIoU = internals::IoUOf<protocols::target_kind::same_shape, true>;

}} // namespace lamina
