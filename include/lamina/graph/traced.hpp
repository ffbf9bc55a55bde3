// lamina/graph/traced.hpp: graphs that compute: the code that runs eagerly, traced once, stored, and run without the program.
//
// #include <lamina/lamina.hpp> needs none of it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/traced/feed.hpp>
#include <lamina/graph/traced/list_nodes.hpp>
#include <lamina/graph/traced/load.hpp>
#include <lamina/graph/traced/minimize.hpp>
#include <lamina/graph/traced/node.hpp>
#include <lamina/graph/traced/run.hpp>
#include <lamina/graph/traced/stored_nodes.hpp>
#include <lamina/graph/traced/trace.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace lamina {

/// Example   struct Twice { Placeholder<float, dyn> x; Node y; }; Graph graph; auto twice = graph.trace<Twice>("twice", [](Twice& t) { t.y = 2.f * t.x; }); graph.run(twice.y, {{twice.x, constant({1.f, 2.f})}});
template <class Fields, class F> LAMINA_TAGGED Fields Graph::trace(const std::string& name, const F& f)
{
    if (!nodes()) set_nodes(std::make_shared<internals::graphs::StoredNodes>());
    if (!nodes()->can_run())
        internals::fail({"graph.trace: the graph has nodes that were read as a text; load them with the families of their ops: "
                         "Graph::load<families::core, …>(path)"});
    const auto kept = nodes(); // f may reset or move the graph
    return internals::graphs::trace_fields<Fields>(static_cast<internals::graphs::NodeList&>(*kept), name, f);
}

} // namespace lamina
