// lamina/core/bound.hpp: the records that the variables of a model are bound to.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

template <class M> [[noreturn, gnu::cold, gnu::noinline]] void refuse_unbound(const M& model)
{
    const auto variables = variables_of(model);
    std::size_t first = 0;
    while (variables[first].variable->bound()) ++first;
    refuse_unbound(*variables[first].variable, variables[first].path);
}

/// The records of a model in the order of its fields, each once.
template <class M> LAMINA_OUTLINED std::vector<std::shared_ptr<record>> records_of(const M& model)
{
    now_and_then();
    std::vector<std::shared_ptr<record>> found;
    for_each_any_variable(model, [&](const AnyVariable& variable) __attribute__((cold)) {
        if (variable.storage() && !contains(found, variable.storage())) add_to(found, variable.storage());
    });
    return found;
}

/// Throws an `error` that names the first variable that is bound to nothing.
template <class M> [[gnu::always_inline]] inline void require_bound(const M& model)
{
    if (!all_bound(model)) refuse_unbound(model);
}

}}} // namespace lamina::internals
