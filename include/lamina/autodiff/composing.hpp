// lamina/autodiff/composing.hpp: what a block's form in ops is given beside its inputs: its variables as tensors, the mode, masks.
//
//     template <class X, class With> X compose(const With& with, const X& x) const
//     {
//         return with.template activated<activation>(matmul(x, with(kernel)) + with(bias));
//     }
//
// x is the whole batch, [n, …]. A block of several inputs gets them all. It is used for derivatives of second and higher order and for
// traced graphs; derivatives of first order run the block's own passes.
#pragma once

#include <lamina/autodiff/assign_variable.hpp>
#include <lamina/blocks/activations/rectifiers.hpp>
#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/per_sample.hpp>

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A block's variables as tensors, in the order of its walk.
struct ComposedVariables {
    std::vector<const AnyVariable*> variables;
    std::vector<AnyTensor> tensors;
};

class Composing {
public:
    Composing(const ComposedVariables& of, const Mode& as) : from(&of), how(as) {}

    /// A variable of the block, as a tensor that tapes follow.
    const AnyTensor& operator()(const AnyVariable& variable) const
    {
        std::size_t i = 0;
        while (i < from->variables.size() && from->variables[i] != &variable) ++i;
        if (i == from->variables.size()) fail({"compose: a variable is no part of its block"});
        return from->tensors[i];
    }
    /// Of what an option took away an empty tensor.
    template <class T> AnyTensor operator()(const Absent<T>&) const { return {}; }

    const Mode& mode() const { return how; }

    /// The same for the part at a position, whose randomness is its own.
    Composing inside(std::size_t position) const
    {
        Composing inner = *this;
        inner.how = how.inside(position);
        return inner;
    }

    /// The mask of an input, a bool tensor [n, steps], or an empty one; and the same for inputs with other masks.
    AnyTensor mask(std::size_t input = 0) const { return input < masks.size() ? masks[input] : AnyTensor{}; }
    Composing masked(std::vector<AnyTensor> by) const
    {
        Composing inner = *this;
        inner.masks = std::move(by);
        return inner;
    }

    /// An activation of a tensor.
    template <class A> AnyTensor activated(const AnyTensor& x) const
    {
        if constexpr (std::is_same_v<A, Linear>) return x;
        else return tensors::run(tensors::formula_entry<A>, x);
    }
    /// A constant of a shape that `write(T*)` fills, such as a mask that is drawn.
    template <class T, class F> AnyTensor numbers(const Shape& extents, const F& write) const
    {
        AnyTensor made = tensors::empty_tensor(stored_types::dtype_of<T>, extents);
        write(made.numbers<T>());
        return made;
    }
    /// What numbers are multiplied with that are dropped at a rate, `each` of every sample of a batch, and normal numbers of mean 0 and a
    /// deviation, as `drop` and `each_normal` draw them in this mode. While a graph is traced it is the graph that draws, anew in each
    /// training step.
    template <class T> AnyTensor dropped(const AnyTensor& batch, const Shape& each, double rate) const
    {
        return tensors::drawn_like(batch, each, how, tensors::Drawn::dropped, rate, stored_types::dtype_of<T>);
    }
    template <class T> AnyTensor normal(const AnyTensor& batch, const Shape& each, double deviation) const
    {
        return tensors::drawn_like(batch, each, how, tensors::Drawn::normal, deviation, stored_types::dtype_of<T>);
    }
    /// A number so many times for every sample of a batch.
    template <class T> AnyTensor filled(const AnyTensor& batch, const Shape& each, double value) const
    {
        return tensors::filled_like(batch, each, value, stored_types::dtype_of<T>);
    }
    /// A statistic of the block takes a new value, if it is one that training changes: in a graph, where its next training step does it. Without
    /// a graph the block's `backward` is what does it.
    void observe(const AnyVariable& statistic, const AnyTensor& value) const
    {
        if (tensors::tracing && how.training && statistic.storage()->trainable)
            static_cast<void>(trace_assign("AssignVariableOp", statistic.storage(), value));
    }
    /// x + bias, and x where there is none.
    AnyTensor plus(const AnyTensor& x, const AnyTensor& bias) const
    {
        return bias ? tensors::run(tensors::formula_entry<ops::Plus>, x, bias) : x;
    }

private:
    const ComposedVariables* from;
    Mode how;
    std::vector<AnyTensor> masks;
};

/// Whether a block has a form in ops.
template <class B, std::size_t Inputs>
inline constexpr bool composes = []<std::size_t... At>(std::index_sequence<At...>) {
    return requires(const B& block, const Composing& with, const AnyTensor& x) {
        block.compose(with, (static_cast<void>(At), x)...);
    };
}(std::make_index_sequence<Inputs>{});

}}} // namespace lamina::internals
