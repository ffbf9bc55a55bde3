// lamina/graph/traced/read_nodes.hpp: makes the nodes of a graph of what a file says of them, after each was found to be sound.
//
// Nothing of a file is believed: a node reads nodes before it, so there is no cycle; its kind is known; what it is said to give is what its
// op's `infer` makes of its inputs; variables are those of the file. What runs is what the ops' `infer` accepted.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/record.hpp>
#include <lamina/formats/json_text.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/traced/known_kinds.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/graph/traced/node_text.hpp>
#include <lamina/graph/traced/op_attributes.hpp>
#include <lamina/graph/traced/op_names.hpp>
#include <lamina/graph/traced/stored_node.hpp>
#include <lamina/graph/traced/stored_nodes.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

class NodesReader {
public:
    NodesReader(const protocols::tensor_file& from, const KnownKinds& known, StoredNodes& to)
        : file(from), kinds_known(known), list(to)
    {}

    /// The nodes of the file's text; `constants` are given numbers here, all else is told its record by `read_all`.
    [[gnu::cold]] std::vector<StoredNode> split(std::string_view text) const
    {
        std::vector<StoredNode> nodes;
        NodeText json(text, file.name);
        json.members([&](const std::string& name) {
            if (name.empty() || name.size() > 1000 || name.find(':') != name.npos)
                fail({file.name, ": has a node of the name ", safetensors::detail::json_quoted{name.substr(0, 40)},
                      "; names have 1 to 1000 characters, and no colon"});
            StoredNode node(file.name, name);
            json.members([&](const std::string& member) { node.add(member, json.value()); });
            nodes.push_back(std::move(node));
        });
        json.expect_end();
        return nodes;
    }

    /// Takes the tensors that are constants out of a file: no record of a variable is made of them.
    [[gnu::cold]] void take_constants(std::vector<StoredNode>& nodes, protocols::tensor_file& rest)
    {
        std::map<std::string, std::size_t, std::less<>> places;
        for (std::size_t i = 0; i < rest.tensors.size(); ++i) places.emplace(rest.tensors[i].name, i);
        for (StoredNode& node : nodes) {
            if (!node.find("tensor")) continue;
            const std::string called = node.word("tensor");
            const auto found = places.find(called);
            if (found == places.end())
                node.refuse({"has its numbers in ", safetensors::detail::json_quoted{called},
                             ", which the file does not have, or another node has taken"});
            constants.emplace(node.name, std::move(rest.tensors[found->second]));
            places.erase(found);
        }
        std::vector<protocols::file_tensor> left;
        for (const auto& [name, at] : places) left.push_back(std::move(rest.tensors[at]));
        rest.tensors = std::move(left);
    }

    [[gnu::cold]] void read_all(std::vector<StoredNode>& nodes, const Graph& graph)
    {
        for (StoredNode& node : nodes) {
            try {
                read(node, graph);
            }
            catch (const error& problem) { // of an op's `infer`
                if (std::string_view(problem.what()).starts_with(file.name)) throw;
                fail({node.where(), ": ", problem.what()});
            }
        }
    }

private:
    void read(StoredNode& stored, const Graph& graph)
    {
        const std::string kind = stored.word("op");
        GraphNode node{stored.name, NodeKind::group};
        for (const std::string& name : stored.words("inputs")) node.inputs.push_back(input(stored, name));
        if (kind == kinds::group) {
            stored.expect_end();
            list.add(std::move(node), dtype::boolean, Shape{});
            return;
        }
        for (const std::uint32_t in : node.inputs)
            if (list[in].kind == NodeKind::group || (list[in].action && !list[in].action->receives().empty()))
                stored.refuse({"reads \"", list[in].name, "\", which has no value"});
        const dtype type = stored.type("type");
        if (type != dtype::float32 && type != dtype::float64 && type != dtype::int32 && type != dtype::int64 &&
            type != dtype::boolean)
            stored.refuse({"is of ", name_of(type), " numbers, which are stored and not computed with"});
        const Shape extents = stored.shape("shape");
        if (kind == kinds::placeholder || kind == kinds::constant || kind == kinds::variable) {
            if (!node.inputs.empty()) stored.refuse({"has inputs, and is a ", kind, ", which has none"});
            if (kind == kinds::placeholder) node.kind = NodeKind::placeholder;
            else if (kind == kinds::constant) read_constant(stored, node, type, extents);
            else read_variable(stored, node, graph, type, extents);
        }
        else if (stored.find("settings")) read_action(stored, node, graph, kind, type, extents);
        else read_op(stored, node, kind, type, extents);
        stored.expect_end();
        list.add(std::move(node), type, extents);
    }

    /// The place of an input, which has to stand before.
    std::uint32_t input(const StoredNode& stored, std::string_view name) const
    {
        const std::uint32_t at = name.find(':') == name.npos ? list.find(name) : NodeList::none;
        if (at != NodeList::none) return at;
        const std::string like = name.size() < 100 && list.size() < 10'000 ? list.nearest(name) : std::string();
        stored.refuse({"reads ", safetensors::detail::json_quoted{name.substr(0, 1000)}, ", and no node before it is called so",
                       like.empty() ? "" : "; did you mean \"", like, like.empty() ? "" : "\"?"});
    }

    void read_constant(StoredNode& stored, GraphNode& node, dtype type, const Shape& extents)
    {
        node.kind = NodeKind::constant;
        if (!tensors::is_known(extents)) stored.refuse({"is a constant of unknown shape"});
        if (const auto found = constants.find(stored.name); found != constants.end()) {
            const auto& numbers = found->second;
            if (!numbers.has_type(type) || !numbers.has_shape(extents))
                stored.refuse({"is ", name_of(type), ' ', extents, ", and its numbers in the file are ", numbers});
            node.value = tensors::empty_tensor(type, extents);
            if (!numbers.bytes.empty()) std::memcpy(node.value.body().data, numbers.bytes.data(), numbers.bytes.size());
            if (type == dtype::boolean) require_truths(stored, node.value);
            return;
        }
        const auto all = stored.list("value");
        if (all.size() != extents.size())
            stored.refuse({"has ", all.size(), " numbers, its shape ", extents, " needs ", extents.size()});
        node.value = tensors::empty_tensor(type, extents);
        with_numbers_of(node.value, [&]<class T>(const T*) {
            for (std::size_t i = 0; i < all.size(); ++i)
                if (!read_number(all[i], node.value.numbers<T>()[i]))
                    stored.refuse({"has the number ", all[i].substr(0, 100), ", which no ", name_of(type), " is"});
        });
        if (type == dtype::boolean) require_truths(stored, node.value);
    }
    static void require_truths(const StoredNode& stored, const AnyTensor& t)
    {
        for (std::size_t i = 0; i < t.size(); ++i)
            if (t.numbers<std::uint8_t>()[i] > 1) stored.refuse({"has a bool that is neither 0 nor 1"});
    }

    std::shared_ptr<record> record_of(const StoredNode& stored, const Graph& graph, const std::string& name)
    {
        auto found = graph.find(name);
        if (!found)
            stored.refuse({"needs the variable ", safetensors::detail::json_quoted{std::string_view(name).substr(0, 1000)},
                           ", which the file does not have"});
        list.keep(name, found);
        return found;
    }
    void read_variable(StoredNode& stored, GraphNode& node, const Graph& graph, dtype type, const Shape& extents)
    {
        node.kind = NodeKind::variable;
        node.variable = record_of(stored, graph, stored.word("variable"));
        const record& numbers = *node.variable;
        if (numbers.type() != type || numbers.extents() != extents)
            stored.refuse({"is ", name_of(type), ' ', extents, ", and its variable in the file is ", name_of(numbers.type()), ' ',
                           numbers.extents()});
    }

    /// Calls f with the forms of a node's inputs.
    template <class F> void with_forms(const GraphNode& node, const F& f) const
    {
        std::vector<const AnyTensor*> at;
        for (const std::uint32_t in : node.inputs) at.push_back(&list[in].form);
        f(Inputs(at.data(), at.size()));
    }

    void read_op(StoredNode& stored, GraphNode& node, std::string_view kind, dtype type, const Shape& extents)
    {
        node.kind = NodeKind::op;
        node.op = kinds_known.op_of(stored, kind);
        if (!node.op) kinds_known.refuse(stored, kind);
        const OpName called = names_of_op(node.op->name);
        const Arity needed = called.inputs;
        if (node.inputs.size() < needed.least || (needed.most != any_number && node.inputs.size() > needed.most))
            stored.refuse({"has ", node.inputs.size(), " inputs, a ", called.kind, " has ",
                           needed.most == any_number ? "at least " : "", needed.least,
                           needed.most != any_number && needed.most != needed.least ? " or more" : ""});
        node.attributes = read_attributes(stored, called);
        take_options(stored, *node.op);
        with_forms(node, [&](const Inputs& in) {
            Shape found = in[0].shape();
            dtype found_type = in[0].dtype();
            node.op->infer(in, node.attributes, found, found_type);
            if (found != extents || found_type != type)
                stored.refuse({"is said to be ", name_of(type), ' ', ShapeText{extents}, ", its op gives ", name_of(found_type),
                               ' ', ShapeText{found}});
        });
    }
    static void take_options(StoredNode& stored, const tensors::OpEntry& op)
    {
        if (!op.options) return;
        tensors::OpOptions options;
        op.options(options);
        for (std::size_t i = 0; i < options.count; ++i) stored.take(options.all[i].name);
    }

    void read_action(StoredNode& stored, GraphNode& node, const Graph& graph, std::string_view kind, dtype type,
                     const Shape& extents)
    {
        node.kind = NodeKind::action;
        const ActionKind* const action = kinds_known.action_of(kind);
        if (!action) kinds_known.refuse(stored, kind);
        const std::string_view settings = stored.take("settings");
        if (!settings.starts_with('{')) stored.refuse({"has \"settings\" that are no object"});
        std::vector<std::shared_ptr<record>> changes, keeps;
        for (const std::string& name : stored.words("changes")) changes.push_back(record_of(stored, graph, name));
        for (const std::string& name : stored.words("keeps")) keeps.push_back(record_of(stored, graph, name));
        std::set<const record*> all; // an action trusts that they are different ones
        for (const auto* list_of : {&changes, &keeps})
            for (const auto& one : *list_of)
                if (!all.insert(one.get()).second) stored.refuse({"changes or keeps \"", one->name, "\" twice"});
        const std::string where = stored.where();
        with_forms(node,
                   [&](const Inputs& in) { node.action = action->make({where, settings, in, changes, keeps, type, extents}); });
    }

    /// A shape in which an unknown extent is null, as in the file.
    struct ShapeText {
        const Shape& extents;
        friend void print(std::string& to, const ShapeText& shape)
        {
            internals::print(to, '[');
            for (std::size_t axis = 0; axis < shape.extents.rank; ++axis) {
                if (axis > 0) internals::print(to, ", ");
                if (shape.extents[axis] == tensors::unknown) internals::print(to, "null");
                else internals::print(to, shape.extents[axis]);
            }
            internals::print(to, ']');
        }
    };

    const protocols::tensor_file& file;
    const KnownKinds& kinds_known;
    StoredNodes& list;
    std::map<std::string, protocols::file_tensor, std::less<>> constants;
};

/// A graph of a file's tensors and nodes; of one without nodes the tensors.
[[gnu::cold]] inline Graph read_graph(protocols::tensor_file file, const KnownKinds& known)
{
    std::string text;
    bool has_nodes = false;
    for (auto& one : file.metadata)
        if (one.name == nodes_key) {
            text = std::move(one.text);
            has_nodes = true;
            std::swap(one, file.metadata.back());
            file.metadata.pop_back();
            break;
        }
    if (!has_nodes) return Graph::of(file);
    auto list = std::make_shared<StoredNodes>();
    NodesReader reader(file, known, *list);
    std::vector<StoredNode> nodes = reader.split(text);
    check_arrays(file);
    protocols::tensor_file variables = file;
    reader.take_constants(nodes, variables);
    Graph graph = Graph::of(variables);
    reader.read_all(nodes, graph);
    graph.set_nodes(std::move(list));
    return graph;
}

}}} // namespace lamina::internals::graphs
