// lamina/autodiff/variables.hpp: variables and tensors: reading one, making one, changing it, and the sources of a gradient.
#pragma once

#include <lamina/autodiff/assign_variable.hpp>
#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/record_rows.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/ops/journal.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/tracing.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// The tapes that follow a variable by themselves.
inline std::uint32_t tapes_for(const record& r) { return r.learned() ? tensors::recording & tensors::following_variables : 0; }

/// A snapshot of a record; tapes follow it.
inline AnyTensor read_record(const std::shared_ptr<record>& r)
{
    if (!r || !r->alive()) fail({"a variable that is bound to no stored numbers was read; make the model with build or load"});
    AnyTensor t;
    if (tensors::tracing) [[unlikely]]
        t = tensors::tracing->read(r);
    else {
        t = tensors::empty_tensor(r->type(), r->extents());
        copy_out(*r, t.body().data);
    }
    if (tensors::recording != 0) tensors::journal().follow(t, r, tapes_for(*r));
    return t;
}

/// Changes a variable and gives its new value, as a read gives it. `node` is what a node of it is called where a graph is traced.
[[gnu::noinline]] inline AnyTensor assign_value(std::string_view what, std::string_view node, const std::shared_ptr<record>& r,
                                                const AnyTensor& by)
{
    AnyTensor now;
    if (tensors::tracing) [[unlikely]]
        now = trace_assign(node, r, by);
    else {
        assign_record(what, *r, by);
        now = by;
        now.set_trail({});
    }
    if (tensors::recording != 0) tensors::journal().follow(now, r, tapes_for(*r));
    return now;
}

} // namespace internals

/// The numbers of a variable as they are now, as a tensor: later changes do not reach it. Tapes that listen follow it, if it is trained.
///
/// Example    auto w = variable(constant({1.f, 2.f}), "w"); auto y = reduce_sum(square(read(w)));
template <class T, Shape E, stored_types::storage_kind As> internals::tensors::TensorOf<T, E> read(const Variable<T, E, As>& v)
{
    return internals::tensors::TensorOf<T, E>(internals::read_record(v.storage()));
}

/// The same of a variable seen from outside: `read(variables(model)[0].variable)`.
template <class V>
    requires requires(const V& v) {
        v.storage();
        v.stored_name();
    }
AnyTensor read(const V& v)
{
    return internals::read_record(v.storage());
}

/// A variable of its own, with the numbers of a static tensor: to be trained, assigned, and saved as a model is. Its handle moves and does
/// not copy.
///
/// Errors     an empty tensor.
/// Example    auto w = variable(constant({1.f, 2.f}), "w"); // Variable<float, Shape{2}>
template <StaticTensor X> auto variable(const X& x, std::string name = "variable")
{
    static_assert(internals::tensors::is_known(X::extents), "lamina: a variable has a static shape: Tensor<float, 2, 3>(x)");
    Variable<typename X::value_type, X::extents> made;
    made.make(std::move(name));
    internals::assign_record("variable", *made.storage(), x);
    return made;
}

/// Changes a variable's numbers and gives them back as a tensor; tensors that were read before keep theirs. What is added may broadcast.
/// While a graph is traced, the change is a node: it happens when a run reaches it, in the order of the program.
///
/// Errors     another shape or type.
/// Example    auto w = variable(constant({1.f, 2.f}), "w"); auto now = assign_add(w, constant({0.5f, 0.5f})); // Tensor<float, 2>
template <class T, Shape E, stored_types::storage_kind As, TensorLike X>
internals::tensors::TensorOf<T, E> assign(Variable<T, E, As>& v, const X& by)
{
    return internals::tensors::TensorOf<T, E>(internals::assign_value("assign", "AssignVariableOp", v.storage(), by));
}
template <class T, Shape E, stored_types::storage_kind As, class X>
    requires(TensorLike<X> || std::is_arithmetic_v<X>)
internals::tensors::TensorOf<T, E> assign_add(Variable<T, E, As>& v, const X& by)
{
    const StopRecording pause(~0u);
    const AnyTensor sum = lamina::read(v) + by;
    return internals::tensors::TensorOf<T, E>(internals::assign_value("assign_add", "AssignAddVariableOp", v.storage(), sum));
}
template <class T, Shape E, stored_types::storage_kind As, class X>
    requires(TensorLike<X> || std::is_arithmetic_v<X>)
internals::tensors::TensorOf<T, E> assign_sub(Variable<T, E, As>& v, const X& by)
{
    const StopRecording pause(~0u);
    const AnyTensor rest = lamina::read(v) - by;
    return internals::tensors::TensorOf<T, E>(internals::assign_value("assign_sub", "AssignSubVariableOp", v.storage(), rest));
}

}} // namespace lamina
