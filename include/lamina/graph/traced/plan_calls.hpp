// lamina/graph/traced/plan_calls.hpp: what the steps of a plan call.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record_rows.hpp>
#include <lamina/graph/traced/plan.hpp>
#include <lamina/ops/stored_products.hpp>

#include <cstddef>
#include <cstring>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

inline void call_op(const PlanCall& call, const Inputs& in, const AnyTensor& out) { call.op->compute(in, out, call.with); }

inline void call_product(const PlanCall& call, const Inputs& in, const AnyTensor& out)
{
    tensors::StoredProduct<>::forward(in[0], *call.variable, in.size() > 1 ? &in[1] : nullptr, out);
}
inline void call_ready(const PlanCall& call, const Inputs& in, const AnyTensor& out)
{
    call.ready->run(in[0], *call.variable, in.size() > 1 ? &in[1] : nullptr, out);
}
inline void call_to_input(const PlanCall& call, const Inputs& in, const AnyTensor& out)
{
    tensors::StoredProduct<>::to_input(in[0], *call.variable, out);
}
inline void call_to_weights(const PlanCall& call, const Inputs& in, const AnyTensor&)
{
    tensors::StoredProduct<>::to_weights(in[0], in[1], *call.variable);
}

inline void call_copy(const PlanCall& call, const Inputs&, const AnyTensor& out) { copy_out(*call.variable, out.body().data); }
inline void call_store(const PlanCall& call, const Inputs& in, const AnyTensor&) { copy_in(in[0].body().data, *call.variable); }

inline void call_action(const PlanCall& call, const Inputs& in, const AnyTensor& out) { call.action->run(in, out); }

/// Of an action that may keep what it is given.
[[gnu::cold]] inline void call_action_on_copies(const PlanCall& call, const Inputs& in, const AnyTensor& out)
{
    std::vector<AnyTensor> copies;
    std::vector<const AnyTensor*> at;
    for (std::size_t i = 0; i < in.size(); ++i) {
        copies.push_back(tensors::empty_tensor(in[i].dtype(), in[i].shape()));
        if (copies[i].size() > 0)
            std::memcpy(copies[i].body().data, in[i].body().data, copies[i].size() * bytes_of(copies[i].dtype()));
    }
    for (const AnyTensor& copy : copies) at.push_back(&copy);
    call.action->run(Inputs(at.data(), at.size()), out);
}

}}} // namespace lamina::internals::graphs
