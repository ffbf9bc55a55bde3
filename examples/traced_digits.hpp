// What examples/graph_trace.cpp and graph_serve.cpp share: the nodes that they name, training through one of them, and a look at another.
// Nothing here knows a layer.
#pragma once

#include <lamina/core/random.hpp>
#include <lamina/data/drawn_digits.hpp>
#include <lamina/data/iterator.hpp>
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/data/transforms/shuffle.hpp>
#include <lamina/data/transforms/take_skip.hpp>
#include <lamina/graph/runner.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iostream>

// The fields are nodes of a graph: inputs, values, an operation.
struct Digits {
    lamina::Placeholder<float, lamina::dyn, 28, 28, 1> x;
    lamina::Placeholder<std::int32_t, lamina::dyn> y;
    lamina::Node logits, loss, accuracy, train_step;
};

/// Steps of training on batches of 32.
inline void train(lamina::Graph& graph, const Digits& nodes, const lamina::mnist::Digits& data, std::size_t steps,
                  lamina::Seed seed)
{
    for (auto& [x, y] :
         lamina::slices(data) | lamina::shuffle(data.size(), seed) | lamina::repeat() | lamina::batch(32) | lamina::take(steps))
        graph.run(nodes.train_step, {{nodes.x, x}, {nodes.y, y}});
}

/// Prints a number that changes with any bit of any logit, and the accuracy.
inline void look(lamina::Graph& graph, const Digits& nodes, const lamina::mnist::Digits& data)
{
    const auto found = graph.run({nodes.logits, nodes.accuracy}, {{nodes.x, data.x}, {nodes.y, data.y}});
    std::uint64_t fingerprint = 0;
    for (std::size_t i = 0; i < found[0].size(); ++i)
        fingerprint = lamina::internals::mix(fingerprint, std::bit_cast<std::uint32_t>(found[0].item<float>(i)));
    std::cout << "Fingerprint of all predictions: " << std::hex << fingerprint << std::dec << '\n'
              << "accuracy " << found[1].item() << '\n';
}
