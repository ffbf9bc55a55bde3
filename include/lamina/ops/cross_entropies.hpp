// lamina/ops/cross_entropies.hpp: the cross-entropies of logits, row by row, without loss of digits at large logits.
//
// They are formulas in functions on tensors, so their derivatives of any order follow.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/gathering.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/operators.hpp>
#include <lamina/ops/sums_of_tensors.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// The shape of rows of x, one index a row.
[[gnu::cold]] inline Shape shape_of_rows(std::string_view op, const Shape& x, const AnyTensor& indices)
{
    require_indices(op, indices.dtype());
    Shape rows = x;
    if (rows.rank > 0) rows.extents[--rows.rank] = 0;
    if (x.rank == 0 || rows != indices.shape())
        fail({op, ": logits of shape ", x, " and labels of shape ", indices.shape(), "; each row of logits needs one label"});
    return rows;
}
[[gnu::cold]] inline std::size_t label_at(const AnyTensor& labels, std::size_t row, std::size_t classes)
{
    const std::int64_t label = index_at(labels, row);
    if (label < 0 || static_cast<std::uint64_t>(label) >= classes)
        fail({"sparse_softmax_cross_entropy: label ", label, " of row ", row, "; labels are in [0, ", classes, ")"});
    return static_cast<std::size_t>(label);
}

/// Of each row of the first input the number at the index in the second.
struct PickInRows {
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype& type)
    {
        require_real("pick_in_rows", type);
        s = shape_of_rows("sparse_softmax_cross_entropy", in[0].shape(), in[1]);
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        const std::size_t classes = in[0].shape().back();
        with_real("pick_in_rows", out.dtype(), [&]<class T>(T) {
            for (std::size_t i = 0; i < out.size(); ++i)
                out.numbers<T>()[i] = in[0].numbers<T>()[i * classes + label_at(in[1], i, classes)];
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};
inline constexpr OpEntry pick_in_rows_entry{"pick_in_rows", keeps::inputs, PickInRows::infer, PickInRows::compute,
                                            PickInRows::gradient};

/// The mirror image: the numbers of the first input at the indices in the second, zeros elsewhere, in the shape of the third.
struct PlaceInRows {
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype& type)
    {
        require_real("place_in_rows", type);
        if (in[0].shape() != shape_of_rows("place_in_rows", in[2].shape(), in[1]))
            fail({"place_in_rows: numbers of shape ", in[0].shape(), " in rows of a tensor of shape ", in[2].shape()});
        s = in[2].shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        const std::size_t classes = out.shape().back();
        with_real("place_in_rows", out.dtype(), [&]<class T>(T) {
            T* const y = out.numbers<T>();
            std::fill_n(y, out.size(), T(0));
            for (std::size_t i = 0; i < in[0].size(); ++i) y[i * classes + label_at(in[1], i, classes)] = in[0].numbers<T>()[i];
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx) { dx[0] = run(pick_in_rows_entry, step.dy, step.in[1]); }
};
inline constexpr OpEntry place_in_rows_entry{"place_in_rows", keeps::inputs, PlaceInRows::infer, PlaceInRows::compute,
                                             PlaceInRows::gradient};

inline void PickInRows::gradient(const StepBack& step, AnyTensor* dx)
{
    dx[0] = run(place_in_rows_entry, step.dy, step.in[1], step.in[0]);
}

[[gnu::cold]] inline void require_labels(std::string_view op, const AnyTensor& labels, const AnyTensor& logits)
{
    if (labels.dtype() != logits.dtype())
        fail({op, ": labels are ", name_of(labels.dtype()), ", logits ", name_of(logits.dtype()),
              "; cast them, or use sparse_softmax_cross_entropy for integer classes"});
    if (labels.shape() != logits.shape())
        fail({op, ": labels of shape ", labels.shape(), " and logits of shape ", logits.shape(), "; they have to be equal"});
}

} // namespace internals::tensors

/// −Σ labels · log softmax(logits) over the last axis: a number a row. Labels are probabilities, of logits' type and shape.
///
/// Errors     other types or shapes; logits of no axis.
/// Example    reduce_mean(softmax_cross_entropy(one_hot(y, 10), logits))
[[gnu::cold]] inline AnyTensor softmax_cross_entropy(const AnyTensor& labels, const AnyTensor& logits)
{
    internals::tensors::require_labels("softmax_cross_entropy", labels, logits);
    return -reduce_sum(labels * log_softmax(logits), {-1});
}

/// −log softmax(logits) at the label of each row. Labels are int32 or int64, one a row.
///
/// Errors     a label that is no class, other shapes.
/// Example    reduce_mean(sparse_softmax_cross_entropy(y, logits))
[[gnu::cold]] inline AnyTensor sparse_softmax_cross_entropy(const AnyTensor& labels, const AnyTensor& logits)
{
    using namespace internals::tensors;
    return -run(pick_in_rows_entry, log_softmax(logits), labels);
}

/// −labels · log σ(logits) − (1 − labels) · log(1 − σ(logits)), element by element.
///
/// Errors     other types or shapes.
/// Example    reduce_mean(sigmoid_cross_entropy(y, logits))
[[gnu::cold]] inline AnyTensor sigmoid_cross_entropy(const AnyTensor& labels, const AnyTensor& logits)
{
    internals::tensors::require_labels("sigmoid_cross_entropy", labels, logits);
    return labels * softplus(-logits) + (1 - labels) * softplus(logits);
}

}} // namespace lamina
