// lamina/graph/traced/feed.hpp: what a run is asked for, and what it is fed.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/ops/tracing.hpp>
#include <lamina/ops/xtensor.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// What a run is asked for: a node, or the name of one, "digits/loss:0".
class Fetch {
public:
    template <TensorLike X> Fetch(const X& of) : value(of) {}
    template <std::convertible_to<std::string_view> Text>
        requires(!TensorLike<Text>)
    Fetch(const Text& called) : name(std::string_view(called))
    {}

    /// Its place; refuses what is not in the graph. `where` begins the sentence.
    std::uint32_t place_in(const internals::graphs::NodeList& list, std::string_view where = "graph.run") const
    {
        if (name.empty()) {
            if (!value) internals::fail({where, ": was given an empty node; trace its struct, or bind it by from_graph, first"});
            if (!list.has(value)) internals::fail({where, ": was given a value that is none of this graph's nodes"});
            return value.body().node;
        }
        const std::uint32_t at = list.find(name);
        if (at == internals::graphs::NodeList::none) {
            const auto nearby = list.nearest(name);
            internals::fail({where, ": there is no \"", name, "\" in the graph", nearby.empty() ? "" : " (the nearest is \"",
                             nearby, nearby.empty() ? "" : "\")", "; list_nodes(graph) shows what there is"});
        }
        return at;
    }

private:
    AnyTensor value;
    std::string name;
};

/// What a run is fed: a placeholder, or its name, and numbers: a tensor, or what xtensor computes, which is copied.
class Feed {
public:
    template <class To, TensorLike X> Feed(const To& placeholder, const X& with) : to(placeholder), value(with) {}
    template <class To, internals::tensors::Expression X>
    Feed(const To& placeholder, const X& with) : to(placeholder), value(constant(with))
    {}

    Fetch to;
    AnyTensor value;
};

}} // namespace lamina
