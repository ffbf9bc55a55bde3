// tests/graph/traced/programs/networks.hpp: what the program that traces networks and the one that runs them agree on: names, samples, steps.
#pragma once

#include <lamina/core/random.hpp>
#include <lamina/graph/runner.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

struct SampleForm {
    const char* network;
    lamina::Shape sample;
    std::size_t classes;
};
inline const std::vector<SampleForm> networks{
    {"lenet5", {28, 28, 1}, 10}, {"residual", {12, 12, 3}, 10}, {"lstm", {9, 5}, 3}, {"transformer", {8, 16}, 4}};

/// Numbers that both programs draw alike.
struct Batch {
    lamina::AnyTensor x, y;
};
inline Batch batch_of(const SampleForm& form, std::size_t n, std::uint64_t seed)
{
    lamina::Shape extents{n};
    for (std::size_t axis = 0; axis < form.sample.rank; ++axis) extents.push_back(form.sample[axis]);
    std::vector<float> x(extents.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(lamina::internals::mix(seed, i) % 2000) / 1000.f - 1.f;
    std::vector<std::int64_t> y(n);
    for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<std::int64_t>(lamina::internals::mix(seed + 1, i) % form.classes);
    return {lamina::constant(x.data(), extents), lamina::constant(y.data(), {n})};
}

/// Five steps of training by the names of the nodes, then what the network makes of a batch, bit by bit.
inline std::uint64_t trained(lamina::Graph& graph, const lamina::FieldMap& fields, const SampleForm& form,
                             std::uint64_t fingerprint)
{
    const std::string xs = *fields.find("x"), ys = *fields.find("y");
    for (std::uint64_t step = 0; step < 5; ++step) {
        const auto [x, y] = batch_of(form, 8, 100 + step);
        graph.run(*fields.find("train_step"), {{xs, x}, {ys, y}});
    }
    const auto [x, y] = batch_of(form, 5, 7);
    const auto found = graph.run(*fields.find("output"), {{xs, x}});
    for (std::size_t i = 0; i < found.size(); ++i)
        fingerprint = lamina::internals::mix(fingerprint, std::bit_cast<std::uint32_t>(found.item<float>(i)));
    return fingerprint;
}

/// The folder that the command line names after --output.
inline std::filesystem::path folder_of(int argc, char** argv) { return argc > 2 ? argv[2] : "."; }
inline void print_fingerprint(std::uint64_t fingerprint)
{
    std::cout << "Fingerprint of all predictions: " << std::hex << fingerprint << "\nof " << networks.size() << " networks\n";
}
