// lamina/graph/traced/action_kinds.hpp: how an action of a node is made again from what a file says of it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/record.hpp>
#include <lamina/ops/tracing.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// An action as a file has it. Nothing of it is checked but that the records are there and that the text is a JSON object.
struct StoredAction {
    std::string_view where;                           ///< the file and the node, how a refusal begins
    std::string_view settings;                        ///< as `NodeAction::settings` wrote it
    tensors::Inputs inputs;                           ///< forms, without numbers
    std::span<const std::shared_ptr<record>> changes; ///< in the order of `NodeAction::changes`
    std::span<const std::shared_ptr<record>> keeps;   ///< in the order of `NodeAction::keeps`
    dtype type;                                       ///< of its value
    Shape extents;                                    ///< of its value

    [[noreturn, gnu::cold]] void refuse(std::initializer_list<piece> why) const
    {
        std::string text;
        append(text, why);
        fail({where, ' ', text});
    }
};

/// A kind of actions that a program knows: what `NodeAction::kind` says of them, and what makes one. `make` refuses by a sentence whatever
/// does not fit: it is asked of files that anybody wrote, and the action's `run` trusts what it let through.
struct ActionKind {
    std::string_view name;
    std::shared_ptr<tensors::NodeAction> (*make)(const StoredAction& stored);
};

}}} // namespace lamina::internals::graphs
