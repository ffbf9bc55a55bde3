// lamina/training/metrics/binary_io_u.hpp: how far yes and no are covered by what is predicted.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/training/metrics/class_pairs.hpp>

#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The intersection over the union of what is predicted and what is there, for yes (1) and no (0): their mean, or that of one.
///
/// Shapes    prediction [n], target [n] of 0 and 1.
/// Options   target_class_ids: which of the two count. threshold: a prediction of at least that is a yes.
/// Refuses   ids other than 0 and 1, a threshold that is no number.
/// Numerics  as Keras 3; weights count as whole numbers: what is behind the point is dropped.
/// Source    Keras's BinaryIoU.
/// Example   BinaryIoU metric{.target_class_ids = {1}, .threshold = 0.4f};
struct BinaryIoU {
    static constexpr std::string_view name = "binary_io_u", class_name = "BinaryIoU";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;
    using accumulator = internals::metrics::Sums;

    std::vector<std::size_t> target_class_ids{0, 1};
    float threshold = 0.5f;

    template <class To> void list_options(To& to) const
    {
        to("target_class_ids", target_class_ids, std::vector<std::size_t>{0, 1});
        to("threshold", threshold, 0.5f);
    }
    void check_settings() const
    {
        internals::metrics::check_class_ids(name, target_class_ids, 2);
        if (internals::is_nan(threshold)) internals::fail({name, ": threshold is ", threshold, ", a number is needed"});
    }

    template <class T, class Y>
    void add(accumulator& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        for (std::size_t i = 0; i < width; ++i)
            internals::metrics::add_pair(to, 2, internals::losses::class_of(target[i], 2),
                                         prediction[i] >= static_cast<T>(threshold), std::trunc(weight));
    }

    double result(const accumulator& of) const
    {
        return internals::metrics::mean_overlap(of, 2, target_class_ids.size(),
                                                [this](std::size_t i) { return target_class_ids[i]; });
    }
};

}} // namespace lamina
