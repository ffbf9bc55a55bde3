// lamina/graph/traced/run.hpp: graph.run: fetches and feeds by name or by value.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/traced/feed.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/graph/traced/run_nodes.hpp>
#include <lamina/graph/traced/short_list.hpp>

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

namespace lamina {

inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

[[gnu::cold]] inline void refuse_run(bool has_nodes)
{
    if (!has_nodes) fail({"graph.run: the graph has no nodes; trace a function, or load a file that has some"});
    fail({"graph.run: the nodes were read as a text; load the file with the families of their ops: "
          "Graph::load<families::core, …>(path)"});
}

/// Writes the values of fetches.
inline void run_fetches(const GraphNodes* nodes, std::span<const Fetch> fetches, std::span<const Feed> feeds,
                        std::span<AnyTensor> results)
{
    if (!nodes || !nodes->can_run()) refuse_run(nodes);
    const auto& list = static_cast<const NodeList&>(*nodes);
    ShortList<std::uint32_t> places(fetches.size()), fed_nodes(feeds.size());
    ShortList<const AnyTensor*> fed(feeds.size());
    for (const Fetch& fetch : fetches) places.push_back(fetch.place_in(list));
    for (const Feed& feed : feeds) {
        fed_nodes.push_back(feed.to.place_in(list));
        fed.push_back(&feed.value);
    }
    run_nodes(list, places, fed_nodes, {fed.data(), fed.size()}, results);
}

}} // namespace internals::graphs

LAMINA_OUTLINED inline AnyTensor Graph::run(const Fetch& fetch, std::initializer_list<Feed> feeds)
{
    AnyTensor result;
    internals::graphs::run_fetches(nodes().get(), {&fetch, 1}, {feeds.begin(), feeds.size()}, {&result, 1});
    return result;
}

LAMINA_OUTLINED inline std::vector<AnyTensor> Graph::run(std::initializer_list<Fetch> fetches, std::initializer_list<Feed> feeds)
{
    std::vector<AnyTensor> results(fetches.size());
    internals::graphs::run_fetches(nodes().get(), {fetches.begin(), fetches.size()}, {feeds.begin(), feeds.size()}, results);
    return results;
}

} // namespace lamina
