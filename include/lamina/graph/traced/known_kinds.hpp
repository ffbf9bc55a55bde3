// lamina/graph/traced/known_kinds.hpp: the ops and actions that a program knows of files: those of its families.
//
// A family is a type with lists of what it has, of which either may be missing:
//
//     struct arithmetic {
//         static constexpr std::string_view name = "arithmetic";
//         static constexpr const internals::tensors::OpEntry* ops[]{…};
//         static constexpr const internals::graphs::ActionKind* actions[]{…};
//     };
//
// One that joins others has `template <class Known> static void add_to(Known& known)`, which adds them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/graph/traced/action_kinds.hpp>
#include <lamina/graph/traced/op_attributes.hpp>
#include <lamina/graph/traced/op_names.hpp>
#include <lamina/graph/traced/stored_node.hpp>
#include <lamina/ops/entry.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// The actions of optimizers, which tells a program what it lacks.
inline constexpr std::string_view optimizer_kinds[]{"Adadelta", "Adafactor", "Adagrad", "Adam",  "Adamax",  "AdamW", "Ftrl",
                                                    "Lamb",     "Lion",      "Muon",    "Nadam", "RMSprop", "SGD"};

class KnownKinds {
public:
    template <class Family> void add()
    {
        if constexpr (requires(KnownKinds& to) { Family::add_to(to); }) return Family::add_to(*this);
        append(families, {families.empty() ? "" : ", ", "families::", Family::name});
        if constexpr (requires { Family::ops; })
            for (const auto* op : Family::ops) ops.push_back(op);
        if constexpr (requires { Family::actions; })
            for (const auto* action : Family::actions) actions.push_back(action);
    }
    void add(const ActionKind& action) { actions.push_back(&action); }

    const std::vector<const tensors::OpEntry*>& all_ops() const { return ops; }

    /// The op that a node means, whose options are the node's; null where none is called so.
    [[gnu::cold]] const tensors::OpEntry* op_of(const StoredNode& node, std::string_view kind) const
    {
        std::string options;
        for (const tensors::OpEntry* op : ops) {
            if (names_of_op(op->name).kind != kind) continue;
            if (has_options(node, *op)) return op;
            append(options, {options.empty() ? "" : ", ", kind, text_of_options(*op)});
        }
        if (options.empty()) return nullptr;
        node.refuse({"has other options than the ones this program has of its op: ", options,
                     "; add families::formula<…> of its type, as it was traced with"});
    }
    [[gnu::cold]] const ActionKind* action_of(std::string_view kind) const
    {
        for (const ActionKind* action : actions)
            if (action->name == kind) return action;
        return nullptr;
    }

    /// Refuses a kind that is not known: by the family that has it, or by the name that was probably meant.
    [[noreturn, gnu::cold]] void refuse(const StoredNode& node, std::string_view kind) const
    {
        const safetensors::detail::json_quoted called{kind};
        for (const OpName& one : op_names)
            if (one.kind == kind)
                node.refuse({"is a ", called, ", which is in families::", one.family, "; this program has ", families,
                             ": add families::", one.family});
        for (const std::string_view one : optimizer_kinds)
            if (one == kind)
                node.refuse({"is a ", called, ", which is in families::optimizer<", one, ">; this program has ", families,
                             ": add families::optimizer<", one, "> or families::optimizers"});
        if (kind == "HostFunction")
            node.refuse({"calls a function of the program, and this program has ", families, ": add families::host_functions"});
        NearestName nearby{kind};
        if (kind.size() < 64) {
            for (const OpName& one : op_names) nearby.look_at(one.kind);
            for (const ActionKind* one : actions) nearby.look_at(one->name);
        }
        if (nearby.found.empty())
            node.refuse({"is a ", called, ", which no family has; was the file written by a later lamina?"});
        node.refuse({"is a ", called, ", which no family has; did you mean \"", nearby.found, "\"?"});
    }

private:
    static std::string text_of_options(const tensors::OpEntry& op)
    {
        tensors::OpOptions options;
        op.options(options);
        std::string text = "<";
        for (std::size_t i = 0; i < options.count; ++i) append(text, {i > 0 ? ", " : "", options.all[i].value});
        print(text, '>');
        return text;
    }

    std::vector<const tensors::OpEntry*> ops;
    std::vector<const ActionKind*> actions;
    std::string families;
};

}}} // namespace lamina::internals::graphs
