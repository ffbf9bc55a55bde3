// lamina/graph/traced/assign_kind.hpp: the action that gives a variable new numbers, from a file.
#pragma once

#include <lamina/autodiff/assign_variable.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/graph/traced/action_kinds.hpp>
#include <lamina/ops/tracing.hpp>

#include <memory>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

[[gnu::cold]] inline std::shared_ptr<tensors::NodeAction> make_assignment(const StoredAction& stored)
{
    if (stored.changes.size() != 1 || !stored.keeps.empty() || stored.inputs.size() != 1)
        stored.refuse({"assigns ", stored.inputs.size(), " values to ", stored.changes.size(), " variables; it is one to one"});
    const record& to = *stored.changes[0];
    const AnyTensor& value = stored.inputs[0];
    if (!may_be_of(to, value) || stored.type != to.type() || stored.extents != to.extents())
        stored.refuse({"assigns ", name_of(value.dtype()), ' ', value.shape(), " to \"", to.name, "\", which is ",
                       name_of(to.type()), ' ', to.extents()});
    return std::make_shared<AssignVariable>(stored.changes[0]);
}

inline constexpr ActionKind assignments{AssignVariable::class_name, make_assignment};

}}} // namespace lamina::internals::graphs
