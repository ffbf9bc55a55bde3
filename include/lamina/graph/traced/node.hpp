// lamina/graph/traced/node.hpp: what a program holds of a graph's nodes: inputs and values, the fields of a struct.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/tensor.hpp>

#include <cstddef>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// An input of a graph: a value that each run is fed. Its type and shape are those of the tensors that are fed, `dyn` takes any extent.
///
/// Example    struct Digits { Placeholder<float, dyn, 28, 28> x; Placeholder<std::int64_t, dyn> y; Node logits, loss; };
template <class T, std::ptrdiff_t... Extents> class Placeholder : public Tensor<T, Extents...> {
public:
    Placeholder() = default;
    explicit Placeholder(AnyTensor of) : Tensor<T, Extents...>(std::move(of)) {}
};

/// A value or an operation of a graph: what a run may be asked for. A tensor that was computed while a graph was traced is one.
///
/// Example    Node loss; // loss = reduce_mean(square(d.x)) while it is traced
class Node : public AnyTensor {
public:
    Node() = default;
    template <TensorLike X> Node(const X& of) : AnyTensor(of) {}
};

}} // namespace lamina
