// lamina/graph/traced.hpp: graphs that compute: the code that runs eagerly, traced once, stored, and run without the program.
//
// #include <lamina/lamina.hpp> needs none of it.
#pragma once

#include <lamina/autodiff.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/traced/feed.hpp>
#include <lamina/graph/traced/minimize.hpp>
#include <lamina/graph/traced/node.hpp>
#include <lamina/graph/traced/run_nodes.hpp>
#include <lamina/graph/traced/stored_nodes.hpp>
#include <lamina/graph/traced/trace.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lamina {

template <class Fields, class F> LAMINA_TAGGED Fields Graph::trace(const std::string& name, const F& f)
{
    if (!nodes()) set_nodes(std::make_shared<internals::graphs::StoredNodes>());
    return internals::graphs::trace_fields<Fields>(static_cast<internals::graphs::NodeList&>(*nodes()), name, f);
}

LAMINA_OUTLINED inline AnyTensor Graph::run(const Fetch& fetch, std::initializer_list<Feed> feeds)
{
    return run({fetch}, feeds)[0];
}

LAMINA_OUTLINED inline std::vector<AnyTensor> Graph::run(std::initializer_list<Fetch> fetches, std::initializer_list<Feed> feeds)
{
    if (!nodes()) internals::fail({"graph.run: the graph has no nodes; trace a function, or load a file that has some"});
    const auto& list = static_cast<const internals::graphs::NodeList&>(*nodes());
    std::vector<std::uint32_t> places;
    for (const Fetch& fetch : fetches) places.push_back(fetch.place_in(list));
    std::vector<internals::graphs::FedValue> fed;
    for (const Feed& feed : feeds) fed.push_back({feed.to.place_in(list), feed.value});
    return internals::graphs::run_nodes(list, places, fed);
}

} // namespace lamina
