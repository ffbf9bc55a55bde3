// lamina/graph/traced/stored_nodes.hpp: the nodes of a Graph: in its file they are JSON beside the variables.
//
// One member a node, in the order in which they run:
//     "digits/MatMul": {"op": "MatMul", "inputs": ["digits/mul", "digits/hidden/kernel"], "transpose_a": false, …, "type": "float32", "shape": [null, 128]}
// Tensors of the file are the variables, what else the nodes keep from run to run, and constants of more than sixteen numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/record_rows.hpp>
#include <lamina/formats/json_text.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/graph/traced/node_text.hpp>
#include <lamina/graph/traced/op_attributes.hpp>
#include <lamina/graph/traced/op_names.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// Kinds of nodes that are no ops, as files call them.
namespace kinds {
inline constexpr std::string_view placeholder = "Placeholder", constant = "Const", variable = "ReadVariableOp", group = "NoOp";
}

/// A constant of more numbers is a tensor of the file.
inline constexpr std::size_t most_numbers_inline = 16;

/// Calls f with the numbers of a tensor as whatever type they have; bool as uint8.
template <class F> [[gnu::cold]] void with_numbers_of(const AnyTensor& t, const F& f)
{
    switch (t.dtype()) {
    case dtype::float32: return f(t.numbers<float>());
    case dtype::float64: return f(t.numbers<double>());
    case dtype::int32: return f(t.numbers<std::int32_t>());
    case dtype::int64: return f(t.numbers<std::int64_t>());
    case dtype::boolean: return f(t.numbers<std::uint8_t>());
    default: fail({"a tensor of ", name_of(t.dtype()), " numbers is not computed with"});
    }
}

/// Whether the numbers are few, and the text gives their very bits: a NaN of other bits than the usual ones is a tensor of the file.
[[gnu::cold]] inline bool is_inline(const AnyTensor& t)
{
    if (t.size() > most_numbers_inline) return false;
    bool exact = true;
    with_numbers_of(t, [&]<class T>(const T* numbers) {
        if constexpr (std::is_floating_point_v<T>) {
            constexpr T usual = std::numeric_limits<T>::quiet_NaN();
            for (std::size_t i = 0; i < t.size(); ++i)
                exact = exact && (!(numbers[i] != numbers[i]) || std::memcmp(numbers + i, &usual, sizeof usual) == 0);
        }
    });
    return exact;
}

class StoredNodes final : public NodeList {
public:
    [[gnu::cold]] void store(named_records& tensors, named_texts& metadata) const override
    {
        Writer to{*this, tensors, {}};
        for (const auto& [name, numbers] : kept()) to.place_of(name, numbers);
        std::string text = "{";
        for (std::size_t i = 0; i < size(); ++i) {
            append(text, {i > 0 ? ", " : "", safetensors::detail::json_quoted{(*this)[i].name}, ": {"});
            to.write(text, (*this)[i]);
            print(text, '}');
        }
        print(text, '}');
        metadata.push_back({std::string(nodes_key), std::move(text)});
        named_records sorted; // as a graph that is read from the file has them
        for (const std::size_t at :
             sorted_places(tensors.size(), [&](std::size_t a, std::size_t b) { return tensors[a].name < tensors[b].name; }))
            sorted.push_back(std::move(tensors[at]));
        tensors = std::move(sorted);
    }

private:
    struct Writer {
        const NodeList& list;
        named_records& tensors;
        std::map<const record*, std::size_t> places; ///< of those that were asked for

        /// Where a record is among the tensors; adds it under a name that none has.
        std::size_t place_of(std::string_view name, const std::shared_ptr<record>& numbers)
        {
            if (places.empty())
                for (std::size_t i = 0; i < tensors.size(); ++i) places.emplace(tensors[i].numbers.get(), i);
            if (const auto known = places.find(numbers.get()); known != places.end()) return known->second;
            if (!numbers->alive())
                fail({"graph.save: \"", name, "\" holds no numbers any more, and nodes need them; was it erased from a graph?"});
            const auto taken = [&](std::string_view wanted) {
                for (const auto& one : tensors)
                    if (one.name == wanted) return true;
                return false;
            };
            std::string unused(name);
            for (std::size_t n = 1; taken(unused); ++n) unused = text_of({name, '_', n});
            tensors.push_back({std::move(unused), numbers});
            places.emplace(numbers.get(), tensors.size() - 1);
            return tensors.size() - 1;
        }

        void write(std::string& to, const GraphNode& node)
        {
            const Shape& extents = node.form.shape();
            print(to, "\"op\": ");
            if (node.kind == NodeKind::op) {
                const OpName called = names_of_op(node.op->name);
                append(to, {safetensors::detail::json_quoted{called.kind}});
                write_inputs(to, node);
                write_attributes(to, *node.op, called, node.attributes,
                                 node.inputs.empty() ? 0 : list[node.inputs[0]].form.rank());
            }
            else if (node.kind == NodeKind::placeholder) append(to, {'"', kinds::placeholder, '"'});
            else if (node.kind == NodeKind::constant) write_constant(to, node);
            else if (node.kind == NodeKind::variable) {
                append(to, {'"', kinds::variable, "\", \"variable\": "});
                write_name(to, node.variable);
            }
            else if (node.kind == NodeKind::group) {
                append(to, {'"', kinds::group, '"'});
                write_inputs(to, node);
                return;
            }
            else {
                append(to, {safetensors::detail::json_quoted{node.action->kind()}});
                write_inputs(to, node);
                append(to, {", \"settings\": ", node.action->settings()});
                write_names(to, "changes", node.action->changes());
                write_names(to, "keeps", node.action->keeps());
            }
            append(to, {", \"type\": \"", name_of(node.form.dtype()), "\", \"shape\": ["});
            for (std::size_t axis = 0; axis < extents.rank; ++axis) {
                if (axis > 0) print(to, ", ");
                if (extents[axis] == tensors::unknown) print(to, "null");
                else print(to, extents[axis]);
            }
            print(to, ']');
        }

        void write_inputs(std::string& to, const GraphNode& node)
        {
            print(to, ", \"inputs\": [");
            for (std::size_t i = 0; i < node.inputs.size(); ++i)
                append(to, {i > 0 ? ", " : "", safetensors::detail::json_quoted{list[node.inputs[i]].name}});
            print(to, ']');
        }
        void write_name(std::string& to, const std::shared_ptr<record>& numbers)
        {
            append(to, {safetensors::detail::json_quoted{tensors[place_of(numbers->name, numbers)].name}});
        }
        void write_names(std::string& to, std::string_view member, std::span<const std::shared_ptr<record>> all)
        {
            if (all.empty()) return;
            append(to, {", \"", member, "\": ["});
            for (std::size_t i = 0; i < all.size(); ++i) {
                if (i > 0) print(to, ", ");
                write_name(to, all[i]);
            }
            print(to, ']');
        }
        void write_constant(std::string& to, const GraphNode& node)
        {
            append(to, {'"', kinds::constant, '"'});
            if (is_inline(node.value)) {
                print(to, ", \"value\": [");
                with_numbers_of(node.value, [&](const auto* numbers) {
                    for (std::size_t i = 0; i < node.value.size(); ++i) {
                        if (i > 0) print(to, ", ");
                        print_number(to, numbers[i]);
                    }
                });
                return print(to, ']');
            }
            const auto numbers = make_record(node.name, node.value.shape(), node.value.dtype());
            copy_in(node.value.body().data, *numbers);
            print(to, ", \"tensor\": ");
            write_name(to, numbers);
        }
    };
};

}}} // namespace lamina::internals::graphs
