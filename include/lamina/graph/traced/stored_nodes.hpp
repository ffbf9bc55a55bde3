// lamina/graph/traced/stored_nodes.hpp: the nodes of a Graph: in its file they are JSON beside the variables.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/graph/traced/node_list.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

class StoredNodes final : public NodeList {
public:
    void store(named_records& tensors, named_texts&) const override
    {
        for (const auto& [name, kept] : kept()) tensors.push_back({name, kept});
    }
};

}}} // namespace lamina::internals::graphs
