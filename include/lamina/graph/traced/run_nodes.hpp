// lamina/graph/traced/run_nodes.hpp: runs the nodes that a fetch needs.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/record_rows.hpp>
#include <lamina/graph/traced/node_list.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// What a placeholder is fed.
struct FedValue {
    std::uint32_t node;
    AnyTensor value;
};

[[gnu::cold]] inline std::vector<AnyTensor> run_nodes(const NodeList& list, std::span<const std::uint32_t> fetches,
                                                      std::span<const FedValue> feeds)
{
    std::vector<char> needed(list.size());
    for (const std::uint32_t fetch : fetches) needed[fetch] = 1;
    for (std::size_t i = list.size(); i-- > 0;)
        if (needed[i])
            for (const std::uint32_t in : list[i].inputs) needed[in] = 1;
    std::vector<AnyTensor> values(list.size());
    for (const FedValue& feed : feeds) values[feed.node] = feed.value;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const GraphNode& node = list[i];
        if (!needed[i] || node.kind == NodeKind::group) continue;
        std::vector<const AnyTensor*> at;
        for (const std::uint32_t in : node.inputs) at.push_back(&values[in]);
        const Inputs in(at.data(), at.size());
        if (node.kind == NodeKind::placeholder) {
            if (!values[i]) fail({"run: \"", node.name, "\" is needed and was not fed"});
        }
        else if (node.kind == NodeKind::constant) values[i] = node.value;
        else if (node.kind == NodeKind::variable) {
            values[i] = tensors::empty_tensor(node.variable->type(), node.variable->extents());
            copy_out(*node.variable, values[i].body().data);
        }
        else if (node.kind == NodeKind::action) {
            values[i] = tensors::empty_tensor(node.form.dtype(), node.action->result_shape(in, node.form.shape()));
            const auto receives = node.action->receives();
            for (std::size_t k = 0; k < receives.size(); ++k) copy_in(in[k].body().data, *receives[k]);
            node.action->run(in, values[i]);
        }
        else {
            Shape extents;
            dtype type = node.attributes.type;
            if (in.size() > 0) {
                extents = in[0].shape();
                type = in[0].dtype();
            }
            node.op->infer(in, node.attributes, extents, type);
            values[i] = tensors::empty_tensor(type, extents);
            node.op->compute(in, values[i], node.attributes);
        }
    }
    std::vector<AnyTensor> results;
    for (const std::uint32_t fetch : fetches) results.push_back(values[fetch]);
    return results;
}

}}} // namespace lamina::internals::graphs
