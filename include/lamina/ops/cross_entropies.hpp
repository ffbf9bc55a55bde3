// lamina/ops/cross_entropies.hpp: the cross-entropies of logits, row by row, without loss of digits at large logits.
//
// Their derivatives are functions on tensors, so those of any order follow.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/gathering.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/operators.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/sums_of_tensors.hpp>

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
    if (x.rank == 0 || !may_equal(rows, indices.shape()))
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

/// −log softmax(logits) at the label of each row: of logits and labels. One op, so that its gradient is softmax less the label, rounded as
/// the trainer rounds it.
template <class X = AnyTensor> struct SparseSoftmaxCrossEntropy {
    static constexpr std::string_view name = "sparse_softmax_cross_entropy";
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype& type)
    {
        require_real(name, type);
        s = shape_of_rows(name, in[0].shape(), in[1]);
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        const AnyTensor logs = run(formula_entry<LogSoftmax>, stop_gradient(in[0]));
        const std::size_t classes = in[0].shape().back();
        with_real(name, out.dtype(), [&]<class T>(T) {
            for (std::size_t i = 0; i < out.size(); ++i)
                out.numbers<T>()[i] = -logs.numbers<T>()[i * classes + label_at(in[1], i, classes)];
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx)
    {
        const AnyTensor& logits = step.in[0];
        dx[0] = (softmax(logits) - one_hot(step.in[1], logits.shape().back(), -1, logits.dtype())) * expand_dims(step.dy, -1);
    }
    static constexpr OpEntry entry{name, keeps::inputs, infer, compute, gradient};
};

[[gnu::cold]] inline void require_labels(std::string_view op, const AnyTensor& labels, const AnyTensor& logits)
{
    if (labels.dtype() != logits.dtype())
        fail({op, ": labels are ", name_of(labels.dtype()), ", logits ", name_of(logits.dtype()),
              "; cast them, or use sparse_softmax_cross_entropy for integer classes"});
    if (!may_equal(labels.shape(), logits.shape()))
        fail({op, ": labels of shape ", labels.shape(), " and logits of shape ", logits.shape(), "; they have to be equal"});
}

} // namespace internals::tensors

/// −Σ labels · log softmax(logits) over the last axis: a number a row. Labels are probabilities, of logits' type and shape.
///
/// Errors     other types or shapes; logits of no axis.
/// Example    auto loss = reduce_mean(softmax_cross_entropy(one_hot(constant({3, 1}), 10), zeros({2, 10})));
template <TensorLike X> [[gnu::cold]] AnyTensor softmax_cross_entropy(const AnyTensor& labels, const X& logits)
{
    internals::tensors::require_labels("softmax_cross_entropy", labels, logits);
    return -reduce_sum(labels * log_softmax(logits), {-1});
}

/// −log softmax(logits) at the label of each row. Labels are int32 or int64, one a row.
///
/// Errors     a label that is no class, other shapes.
/// Example    auto loss = reduce_mean(sparse_softmax_cross_entropy(constant({3, 1}), zeros({2, 10})));
template <TensorLike X> [[gnu::cold]] AnyTensor sparse_softmax_cross_entropy(const AnyTensor& labels, const X& logits)
{
    using namespace internals::tensors;
    return run(SparseSoftmaxCrossEntropy<>::entry, logits, labels);
}

/// −labels · log σ(logits) − (1 − labels) · log(1 − σ(logits)), element by element.
///
/// Errors     other types or shapes.
/// Example    auto loss = reduce_mean(sigmoid_cross_entropy(constant({0.f, 1.f}), constant({-3.f, 2.f})));
template <TensorLike X> [[gnu::cold]] AnyTensor sigmoid_cross_entropy(const AnyTensor& labels, const X& logits)
{
    internals::tensors::require_labels("sigmoid_cross_entropy", labels, logits);
    return labels * softplus(-logits) + (1 - labels) * softplus(logits);
}

}} // namespace lamina
