// lamina/ops/variable_nodes.hpp: the nodes of a plan that read variables: an op beside one, and what is computed of variables alone.
//
// What is computed of variables alone is one value for all samples of a chunk (PlanNode::once), so `exp(log_width)` costs nothing a sample.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/ops/apply.hpp>
#include <lamina/ops/variables.hpp>
#include <lamina/trace/plan.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

/// Whether training changes a variable.
template <class V> [[gnu::cold]] bool variable_learns(const void* variable)
{
    const auto& stored = static_cast<const V*>(variable)->storage();
    return !stored || stored->learned();
}

/// A variable's numbers in a row, once for all samples.
template <class T, class V> [[gnu::cold]] PlanNode<T> read_node()
{
    PlanNode<T> node = function_node<T>(
        [](const void* v, Mode, const T* const*, T* y, T*, T*, std::size_t) {
            unpack_rows(static_cast<const V*>(v)->data(), y, V::places, V::extents.size());
        },
        [](const void*, void* gradient, Mode mode, const T* const*, const T*, const T*, const T* dy, T* const*, T*, std::size_t) {
            if (!mode.parameters) return;
            T* to = static_cast<V*>(gradient)->data();
            for (std::size_t left = V::extents.size(); left > 0; left -= V::places.row, dy += V::places.row, to += V::places.step)
                kernels::add(dy, to, V::places.row);
        });
    node.learns = variable_learns<V>;
    node.function = "variable";
    node.once = true;
    return node;
}

/// What all samples share, written out for each of them.
template <class T, Shape S> [[gnu::cold]] PlanNode<T> spread_node()
{
    PlanNode<T> node = function_node<T>(
        [](const void*, Mode, const T* const* in, T* y, T*, T*, std::size_t n) {
            for (std::size_t i = 0; i < n; ++i) std::copy_n(in[0], S.size(), y + i * S.size());
        },
        [](const void*, void*, Mode, const T* const*, const T*, const T*, const T* dy, T* const* din, T*, std::size_t n) {
            if (!din[0]) return;
            std::fill_n(din[0], S.size(), T(0));
            kernels::add_rows(dy, din[0], n, S.size());
        });
    node.function = "spread";
    return node;
}

template <class T, class Op, Shape S, class... A> std::size_t add_formula(Plan<T>& plan, const Formula<Op, T, S, A...>& formula);

/// The value of what is computed of variables alone; its nodes are added to the plan.
template <class T, class X> [[gnu::cold]] std::size_t once_value(Plan<T>& plan, const X& x)
{
    if constexpr (is_variable<X>)
        return plan.add_node(read_node<T, X>(), plan.position_of(&x, "used a variable"), {}, X::extents);
    else return ops::add_formula(plan, x);
}
template <class T, class X> std::size_t once_value(Plan<T>& plan, const X* variable) { return ops::once_value(plan, *variable); }

template <class X> inline constexpr Shape extents_held = X::extents;
template <class X> inline constexpr Shape extents_held<const X*> = X::extents;

template <class T, class Op, Shape S, class... A>
[[gnu::cold]] std::size_t add_formula(Plan<T>& plan, const Formula<Op, T, S, A...>& formula)
{
    PlanNode<T> node = node_of_op<Op, T, extents_held<A>...>(formula.number);
    node.once = true;
    std::vector<std::size_t> inputs =
        std::apply([&](const auto&... from) { return std::vector<std::size_t>{ops::once_value(plan, from)...}; }, formula.from);
    return plan.add_node(std::move(node), no_position, std::move(inputs), S);
}

template <class Op> inline constexpr bool reads_record_rows = requires { requires Op::reads_record_rows; };

/// An op of two inputs, one of which all samples share. One copy for all shapes, but for products, whose sizes are constants as in Dense.
template <class Op, std::size_t Which, class T>
LAMINA_ONE_COPY void forward_beside_once(const OpCall<2>& call, const T* x, const SharedNumbers<const T>& v, T* y, std::size_t n)
{
    Op::template forward_beside<Which>(call, x, v, y, n);
}
template <class Op, std::size_t Which, class T>
LAMINA_ONE_COPY void backward_beside_once(const OpCall<2>& call, const T* x, const SharedNumbers<const T>& v, const T* dy, T* dx,
                                          T* dv, std::size_t n)
{
    Op::template backward_beside<Which>(call, x, v, dy, dx, dv, n);
}

/// The rows of a sample: all axes but the last.
constexpr std::size_t rows_in(const Shape& s)
{
    std::size_t rows = 1;
    for (std::size_t axis = 0; axis + 1 < s.rank; ++axis) rows *= s[axis];
    return rows;
}

template <class Op, class T, std::size_t Which, Shape A, Shape B> struct Beside {
    static constexpr OpCall<2> call{{A, B}, Op::accept_beside({A, B}, Which).output};
    static constexpr Shape shared = Which == 0 ? A : B;
    static constexpr stored_types::placement places{shared, stored_types::dtype_of<T>};
    static constexpr std::size_t multiply_adds = reads_record_rows<Op> ? A.size() * B.back() : 0;

    static void forward(const T* x, const SharedNumbers<const T>& v, T* y, std::size_t n)
    {
        if constexpr (reads_record_rows<Op>) Op::template multiply_by<shared>(x, v.numbers, y, n * rows_in(A));
        else ops::forward_beside_once<Op, Which>(call, x, v, y, n);
    }
    static void backward(const T* x, const SharedNumbers<const T>& v, const T* dy, T* dx, T* dv, std::size_t n)
    {
        if constexpr (reads_record_rows<Op>) Op::template go_back<shared>(x, v.numbers, dy, dx, dv, n * rows_in(A));
        else ops::backward_beside_once<Op, Which>(call, x, v, dy, dx, dv, n);
    }
    [[gnu::cold]] static PlanNode<T> named(PlanNode<T> node)
    {
        node.function = Op::name;
        node.joins_masks = true; // rows stay where they are
        node.multiply_adds = multiply_adds;
        return node;
    }

    /// It reads the variable itself.
    template <class V> [[gnu::cold]] static PlanNode<T> node_of_variable()
    {
        PlanNode<T> node = function_node<T>(
            [](const void* v, Mode, const T* const* in, T* y, T*, T*, std::size_t n) {
                forward(in[0], {static_cast<const V*>(v)->data(), V::places.strides.data()}, y, n);
            },
            [](const void* v, void* gradient, Mode mode, const T* const* in, const T*, const T*, const T* dy, T* const* din, T*,
               std::size_t n) {
                T* const dv = mode.parameters ? static_cast<V*>(gradient)->data() : nullptr;
                backward(in[0], {static_cast<const V*>(v)->data(), V::places.strides.data()}, dy, din[0], dv, n);
            });
        node.learns = variable_learns<V>;
        return named(std::move(node));
    }

    /// It reads a value that is one for all samples, its second input. Products take it in rows as records have them.
    [[gnu::cold]] static PlanNode<T> node_of_value()
    {
        PlanNode<T> node =
            function_node<T>([](const void*, Mode, const T* const* in, T* y, T*, T* scratch,
                                std::size_t n) { forward(in[0], laid_out(in[1], scratch), y, n); },
                             [](const void*, void*, Mode, const T* const* in, const T*, const T*, const T* dy, T* const* din,
                                T* scratch, std::size_t n) {
                                 const SharedNumbers<const T> v = laid_out(in[1], scratch);
                                 T* const dv = !din[1] ? nullptr : reads_record_rows<Op> ? scratch + places.size : din[1];
                                 if (dv) std::fill_n(dv, reads_record_rows<Op> ? places.size : shared.size(), T(0));
                                 backward(in[0], v, dy, din[0], dv, n);
                                 if (dv && dv != din[1]) unpack_rows(dv, din[1], places, shared.size());
                             });
        if (reads_record_rows<Op>) node.scratch = [](std::size_t) { return 2 * places.size; };
        return named(std::move(node));
    }

    /// A dense array as the op reads it.
    static SharedNumbers<const T> laid_out(const T* dense, T* room)
    {
        if constexpr (!reads_record_rows<Op>) return {dense, nullptr};
        else {
            pack_rows(dense, room, places, shared.size());
            return {room, places.strides.data()};
        }
    }
};

}}} // namespace lamina::internals::ops
