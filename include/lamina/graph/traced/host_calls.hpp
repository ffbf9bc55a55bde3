// lamina/graph/traced/host_calls.hpp: nodes of files that call functions of the program.
//
// Needs nlohmann-json.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/graph/host_function.hpp>
#include <lamina/graph/traced/action_kinds.hpp>

#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

[[gnu::cold]] inline std::shared_ptr<tensors::NodeAction> make_host_call(const StoredAction& stored)
{
    const auto settings = nlohmann::json::parse(stored.settings, nullptr, false);
    const auto name = settings.is_object() ? settings.find("name") : settings.end();
    if (!settings.is_object() || name == settings.end() || !name->is_string())
        stored.refuse({"does not say which function it calls"});
    const auto& called = name->get_ref<const std::string&>();
    auto function = HostFunctions::all().find(called);
    if (!function)
        stored.refuse({"calls the host function \"", called,
                       "\", which this program does not have; define it by host_function(\"", called,
                       "\", …) before the graph is loaded"});
    if (stored.inputs.size() != function->arguments)
        stored.refuse({"calls the host function \"", called, "\" with ", stored.inputs.size(), " arguments, it takes ",
                       function->arguments});
    if (stored.type != function->type || stored.extents != function->shape_for(stored.inputs))
        stored.refuse({"calls the host function \"", called, "\" for ", name_of(stored.type), ' ', stored.extents, ", it gives ",
                       name_of(function->type), ' ', function->shape_for(stored.inputs)});
    if (!stored.changes.empty() || !stored.keeps.empty()) stored.refuse({"calls a host function, which changes no variables"});
    return std::make_shared<HostCall>(std::move(function));
}

inline constexpr ActionKind host_calls{HostCall::name_of_kind, make_host_call};

}}} // namespace lamina::internals::graphs
