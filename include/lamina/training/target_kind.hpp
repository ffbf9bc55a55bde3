// lamina/training/target_kind.hpp: what a loss or a metric compares an output with, and how a sample is cut into rows for it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// What a loss or a metric compares the model's output with.
enum class target_kind {
    class_index,    ///< one whole number a row: [n] or [n, …output without its last axis]
    same_shape,     ///< a number for every output: [n, …output]
    label_sequence, ///< some whole numbers a sample, as many for each: [n, labels]. The sample is one row
};

/// The target of such a row.
template <class Y> struct label_sequence {
    const Y* labels;
    std::size_t count, classes; ///< classes: the model's last axis
};

} // namespace protocols

namespace internals {

/// Whether a loss or a metric takes a sample's output as one row.
template <class M> inline constexpr bool takes_whole_samples = requires { requires M::whole_samples; };

/// What a loss or a metric of some kind is given for `count` targets: a pointer to the first, or to a sequence of them.
template <target_kind Kind, class Y> class TargetAt {
public:
    using type = Y;
    TargetAt(const Y* at, std::size_t, std::size_t) : first(at) {}
    const Y* get() const { return first; }

private:
    const Y* first;
};
template <class Y> class TargetAt<target_kind::label_sequence, Y> {
public:
    using type = label_sequence<Y>;
    TargetAt(const Y* at, std::size_t count, std::size_t classes) : sequence{at, count, classes} {}
    const type* get() const { return &sequence; }

private:
    type sequence;
};

/// The rows that a sample has for a loss or a metric: how many, the outputs of each, and the targets of each (0 where only the tensor of targets
/// knows).
struct RowsOfSample {
    std::size_t count, width, targets;
};
template <class M> constexpr RowsOfSample rows_of_sample([[maybe_unused]] const M& by, const Shape& output)
{
    bool whole = takes_whole_samples<M> || M::kind == target_kind::label_sequence;
    if constexpr (requires { by.axis.last(); }) whole = whole || !by.axis.last();
    const std::size_t width = whole ? output.size() : output.back();
    return {output.size() / width, width,
            M::kind == target_kind::class_index      ? 1
            : M::kind == target_kind::label_sequence ? 0
                                                     : width};
}

} // namespace internals

}} // namespace lamina
