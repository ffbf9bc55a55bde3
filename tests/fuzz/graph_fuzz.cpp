// Any text as the nodes of a graph: a clean error, or nodes that run on small tensors, or refuse to, and touch no foreign memory.
//
// The bytes are a line for each tensor of the file, `float32 3 4 net/kernel`, and the JSON of the nodes behind the first brace.
#include "fuzz.hpp"

#include <lamina/graph/families/all.hpp>
#include <lamina/graph/families/optimizer.hpp>
#include <lamina/graph/runner.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

constexpr std::size_t most_numbers = 4096; ///< of a tensor here, so that a run is short

protocols::tensor_file file_of(std::string_view bytes)
{
    protocols::tensor_file file{"file"};
    const std::size_t brace = std::min(bytes.find('{'), bytes.size());
    std::string_view lines = bytes.substr(0, brace);
    while (!lines.empty() && file.tensors.size() < 64) {
        std::string_view line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
        const auto word = [&] {
            const std::string_view first = line.substr(0, line.find(' '));
            line.remove_prefix(std::min(first.size() + 1, line.size()));
            return first;
        };
        protocols::file_tensor made;
        const std::string_view type = word();
        for (std::size_t i = 0; i < dtype_count; ++i)
            if (name_of(static_cast<dtype>(i)) == type) made.type = static_cast<dtype>(i);
        std::size_t size = 1, extent = 0;
        while (!line.empty() && line[0] >= '0' && line[0] <= '9' && made.shape.size() < 7) {
            const std::string_view digits = word();
            std::from_chars(digits.data(), digits.data() + digits.size(), extent);
            made.shape.push_back(std::min<std::size_t>(extent, most_numbers));
            size = std::min(size * made.shape.back(), most_numbers + 1);
        }
        if (size > most_numbers) continue;
        made.name = line;
        std::string numbers(size * bytes_of(made.type), '\0');
        if (made.type == dtype::float32)
            for (std::size_t i = 0; i < size; ++i) {
                const float number = 0.01f * static_cast<float>(i % 17) - 0.05f;
                std::memcpy(numbers.data() + i * sizeof number, &number, sizeof number);
            }
        made.owner = keep_bytes(std::move(numbers));
        made.bytes = made.owner->text;
        file.tensors.push_back(std::move(made));
    }
    file.metadata.push_back({std::string(nodes_key), std::string(bytes.substr(brace))});
    return file;
}

AnyTensor feed_for(const AnyTensor& form)
{
    Shape extents = form.shape();
    std::size_t size = 1;
    for (std::size_t axis = 0; axis < extents.rank; ++axis) {
        if (extents[axis] == tensors::unknown) extents.extents[axis] = 2;
        size = std::min(size * std::min(extents[axis], most_numbers + 1), most_numbers + 1);
    }
    if (size > most_numbers) return {};
    AnyTensor made = tensors::empty_tensor(form.dtype(), extents);
    for (std::size_t i = 0; i < made.size(); ++i) {
        const AnyTensor number =
            tensors::scalar(made.dtype(), made.dtype() == dtype::float32 ? 0.1 * double(i % 7) - 0.3 : double(i % 2));
        std::memcpy(made.body().data + i * bytes_of(made.dtype()), number.body().data, bytes_of(made.dtype()));
    }
    return made;
}

/// Whether no value is large when the graph runs.
bool stays_small(const graphs::NodeList& list, const std::vector<graphs::FedValue>& feeds)
{
    std::vector<AnyTensor> forms;
    std::size_t feed = 0;
    for (const graphs::GraphNode& node : list) {
        Shape extents = node.form.shape();
        dtype type = node.form.dtype();
        if (node.kind == graphs::NodeKind::placeholder) extents = feeds[feed++].value.shape();
        if (node.kind == graphs::NodeKind::op) {
            std::vector<const AnyTensor*> at;
            for (const std::uint32_t in : node.inputs) at.push_back(&forms[in]);
            extents = at[0]->shape(), type = at[0]->dtype();
            node.op->infer(tensors::Inputs(at.data(), at.size()), node.attributes, extents, type);
        }
        double size = 1;
        for (std::size_t axis = 0; axis < extents.rank; ++axis) size *= double(extents[axis]);
        if (size > double(most_numbers)) return false;
        forms.push_back(tensors::symbol(type, extents, 0, nullptr));
    }
    return true;
}

} // namespace

void fuzz(std::string_view bytes)
{
    graphs::KnownKinds known;
    known.add<lamina::families::all>();
    known.add<lamina::families::optimizer<Adam>>();
    known.add<lamina::families::optimizer<SGD>>();
    known.add(graphs::count_steps);
    known.add(graphs::assignments);
    const Graph graph = graphs::read_graph(file_of(bytes), known);
    const auto& list = static_cast<const graphs::NodeList&>(*graph.nodes());
    std::vector<graphs::FedValue> feeds;
    std::vector<std::uint32_t> all;
    for (std::uint32_t i = 0; i < list.size(); ++i) {
        all.push_back(i);
        if (list[i].kind != graphs::NodeKind::placeholder) continue;
        feeds.push_back({i, feed_for(list[i].form)});
        if (!feeds.back().value) return;
    }
    if (!stays_small(list, feeds)) return;
    protocols::named_records tensors;
    protocols::named_texts metadata;
    graph.nodes()->store(tensors, metadata);
    for (int round = 0; round < 2; ++round) graphs::run_nodes(list, all, feeds);
}
