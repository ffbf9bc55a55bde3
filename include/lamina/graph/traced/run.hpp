// lamina/graph/traced/run.hpp: graph.run: fetches and feeds by name or by value.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/traced/feed.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/graph/traced/run_nodes.hpp>

#include <cstdint>
#include <initializer_list>
#include <vector>

namespace lamina {

LAMINA_OUTLINED inline AnyTensor Graph::run(const Fetch& fetch, std::initializer_list<Feed> feeds)
{
    return run({fetch}, feeds)[0];
}

LAMINA_OUTLINED inline std::vector<AnyTensor> Graph::run(std::initializer_list<Fetch> fetches, std::initializer_list<Feed> feeds)
{
    if (!nodes()) internals::fail({"graph.run: the graph has no nodes; trace a function, or load a file that has some"});
    if (!nodes()->can_run())
        internals::fail({"graph.run: the nodes were read as a text; load the file with the families of their ops: "
                         "Graph::load<families::core, …>(path)"});
    const auto& list = static_cast<const internals::graphs::NodeList&>(*nodes());
    std::vector<std::uint32_t> places;
    for (const Fetch& fetch : fetches) places.push_back(fetch.place_in(list));
    std::vector<internals::graphs::FedValue> fed;
    for (const Feed& feed : feeds) fed.push_back({feed.to.place_in(list), feed.value});
    return internals::graphs::run_nodes(list, places, fed);
}

} // namespace lamina
