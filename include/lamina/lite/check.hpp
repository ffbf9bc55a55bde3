// lamina/lite/check.hpp: whether a network can be run: everything that is wrong with it is found before anything runs.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/lite/check_operator.hpp>
#include <lamina/lite/faults.hpp>
#include <lamina/lite/format/codes.hpp>
#include <lamina/lite/network.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

inline constexpr std::size_t deepest_loops = 16; ///< how many loops may stand in one another

/// Looks for faults, each of which it adds to a list.
class NetworkCheck {
public:
    NetworkCheck(const Network& of, std::size_t most_bytes, Faults& list) : network(of), max_bytes(most_bytes), faults(list) {}

    [[gnu::cold, gnu::noinline]] void run()
    {
        if (network.subgraphs.empty()) faults.add({"it has no subgraphs, so there is nothing to run"});
        for (std::size_t g = 0; g < network.subgraphs.size(); ++g) {
            const Subgraph& graph = network.subgraphs[g];
            for (std::size_t i = 0; i < graph.tensors.size(); ++i)
                if (!faults.is_known(&graph.tensors[i])) check_tensor(graph.tensors[i], {{g, i}});
            check_order(graph, g);
            for (std::size_t i = 0; i < graph.operators.size(); ++i)
                if (!faults.is_known(&graph.operators[i])) check_operator({graph, graph.operators[i], {g, i}, faults});
        }
        check_loops();
        for (const Signature& signature : network.signatures) check_signature(signature);
    }

private:
    const Network& network;
    const std::size_t max_bytes;
    Faults& faults;

    [[gnu::cold, gnu::noinline]] void check_tensor(const Tensor& tensor, of_tensor at)
    {
        if (tensor.shape.size() > most_axes)
            return faults.add_of(&tensor, {at, " has ", tensor.shape.size(), " axes, lamina's have at most ", most_axes});
        std::size_t bytes = bytes_of(tensor.type);
        bool none = contains(tensor.shape, std::size_t{0});
        for (const std::size_t extent : tensor.shape) {
            if (none) bytes = 0;
            else if (bytes > max_bytes / extent)
                return faults.add_of(&tensor, {at, " would have more than ", max_bytes, " bytes, the most that are allowed"});
            else bytes *= extent;
        }
        if (tensor.is_constant && tensor.data.bytes.size() != bytes)
            faults.add_of(&tensor, {at, " has a buffer of ", tensor.data.bytes.size(), " bytes, its shape needs ", bytes});
        if (tensor.is_constant && tensor.is_variable)
            faults.add_of(&tensor, {at, " is a constant and a variable, it can be one only"});
        check_signature_of(tensor, at);
        if (!tensor.quantization.scale.empty() || !tensor.quantization.zero_point.empty()) check_quantization(tensor, at);
    }

    [[gnu::cold]] void check_signature_of(const Tensor& tensor, of_tensor at)
    {
        const auto& signature = tensor.signature;
        if (signature.empty()) return;
        bool agrees = signature.size() == tensor.shape.size();
        for (std::size_t axis = 0; agrees && axis < signature.size(); ++axis)
            agrees = signature[axis] == -1 || signature[axis] == static_cast<std::ptrdiff_t>(tensor.shape[axis]);
        if (!agrees)
            faults.add_of(&tensor, {at, " has a shape signature of other extents than its shape; -1 is one that is free"});
    }

    [[gnu::cold, gnu::noinline]] void check_quantization(const Tensor& tensor, of_tensor at)
    {
        const lite::Quantization& by = tensor.quantization;
        if (by.scale.size() != by.zero_point.size())
            faults.add(
                {at, " has ", by.scale.size(), " scales and ", by.zero_point.size(), " zero points, as many of each are needed"});
        for (const float scale : by.scale)
            if (!(scale > 0 && scale <= std::numeric_limits<float>::max())) {
                faults.add({at, " has scale ", scale, ", a positive number is needed"});
                break;
            }
        if (by.scale.size() > 1) {
            const std::size_t rank = tensor.shape.size();
            if (by.axis >= rank)
                faults.add({at, " has scales along axis ", static_cast<std::ptrdiff_t>(by.axis), ", it has ", rank, " axes"});
            else if (tensor.shape[by.axis] != by.scale.size())
                faults.add({at, " has ", by.scale.size(), " scales along an axis of extent ", tensor.shape[by.axis]});
        }
        std::int64_t least = 0, most = 0;
        switch (tensor.type) {
        case dtype::int8: least = -128, most = 127; break;
        case dtype::uint8: most = 255; break;
        case dtype::int16: least = -32768, most = 32767; break;
        case dtype::uint16: most = 65535; break;
        case dtype::int32:
        case dtype::int64: break; // sums of products: their zero is 0
        default: return;          // scales of real numbers say nothing
        }
        if (by.scale.size() > 1 && tensor.type == dtype::int8) least = most = 0;
        for (const std::int64_t zero : by.zero_point)
            if (zero < least || zero > most)
                return faults.add({at, " has zero point ", zero, ", ", least, least == most ? "" : " to ",
                                   least == most ? "" : text_of({most}), " is possible for ", name_of(tensor.type),
                                   by.scale.size() > 1 ? " of a scale an axis" : ""});
    }

    /// Who writes a tensor.
    enum class writer : std::uint8_t { nobody, caller, constant, variable, an_operator };
    static std::string_view word_for(writer who)
    {
        return who == writer::caller     ? "an input of the subgraph"
               : who == writer::constant ? "a constant"
               : who == writer::variable ? "a variable"
                                         : "written by an operator before";
    }

    /// Every tensor is written once, and before it is read: that rules out cycles too.
    [[gnu::cold, gnu::noinline]] void check_order(const Subgraph& graph, std::size_t number)
    {
        const std::size_t count = graph.tensors.size();
        std::vector<writer> written(count);
        for (std::size_t i = 0; i < count; ++i)
            written[i] = graph.tensors[i].is_constant   ? writer::constant
                         : graph.tensors[i].is_variable ? writer::variable
                                                        : writer::nobody;
        for (const std::size_t input : graph.inputs) {
            if (input >= count) say_range({number, 0}, "input", input, count);
            else if (written[input] != writer::nobody)
                faults.add({of_tensor{{number, input}}, " is an input, but also ",
                            written[input] == writer::caller ? "one before" : word_for(written[input])});
            else written[input] = writer::caller;
        }
        for (std::size_t i = 0; i < graph.operators.size(); ++i) check_tensors_of(graph, {number, i}, written);
        for (const std::size_t output : graph.outputs) {
            if (output >= count) say_range({number, 0}, "output", output, count);
            else if (written[output] == writer::nobody)
                faults.add({of_tensor{{number, output}}, " is an output, but nothing writes it"});
        }
    }
    [[gnu::cold]] void say_range(place_in at, std::string_view what, std::size_t tensor, std::size_t count)
    {
        faults.add({"subgraph ", at.graph, " has tensor ", static_cast<std::ptrdiff_t>(tensor), " as an ", what, ", it has ",
                    count, " tensors"});
    }

    [[gnu::cold, gnu::noinline]] void check_tensors_of(const Subgraph& graph, place_in at, std::vector<writer>& written)
    {
        const Operator& op = graph.operators[at.number];
        const CodeFacts* const facts = facts_of(op.op);
        const of_operator named{at, facts ? facts->name : std::string_view()};
        const auto count = static_cast<std::ptrdiff_t>(written.size());
        for (std::size_t i = 0; i < op.inputs.size(); ++i) {
            const std::ptrdiff_t input = op.inputs[i];
            if (input == absent) {
                if (facts && !may_be_absent(op.op, i)) faults.add_of(&op, {named, " has no input ", i, ", which it needs"});
            }
            else if (input < 0 || input >= count)
                faults.add_of(&op, {named, " reads tensor ", input, ", the subgraph has ", count});
            else if (written[static_cast<std::size_t>(input)] == writer::nobody)
                faults.add({named, " reads tensor ", input, ", which nothing has written before"});
        }
        for (const std::ptrdiff_t inner : op.intermediates)
            if (inner < absent || inner >= count)
                faults.add_of(&op, {named, " has tensor ", inner, " as an intermediate, the subgraph has ", count});
        for (const std::size_t output : op.outputs) {
            if (output >= written.size()) {
                faults.add_of(&op, {named, " writes tensor ", static_cast<std::ptrdiff_t>(output), ", the subgraph has ", count});
                continue;
            }
            if (written[output] != writer::nobody)
                faults.add({named, " writes tensor ", output, ", which is ", word_for(written[output])});
            written[output] = writer::an_operator;
        }
    }

    /// Loops: their subgraphs are there and take and give the same tensors, and none is in itself.
    [[gnu::cold, gnu::noinline]] void check_loops()
    {
        const std::size_t count = network.subgraphs.size();
        std::vector<Depth> depth(count);
        bool sound = true;
        for (std::size_t g = 0; g < count; ++g)
            for (std::size_t i = 0; i < network.subgraphs[g].operators.size(); ++i)
                if (network.subgraphs[g].operators[i].op == code::while_loop) sound = check_loop({g, i}) && sound;
        if (!sound) return;
        for (std::size_t g = 0; g < count; ++g)
            if (depth_of(g, 1, depth) > deepest_loops + 1)
                return faults.add({"a loop runs itself, or more than ", deepest_loops, " loops stand in one another"});
    }

    struct Depth {
        std::size_t found = 0; ///< 0: not looked at
    };
    /// How many subgraphs deep the loops of one are; more than is allowed where one leads back to itself.
    [[gnu::cold]] std::size_t depth_of(std::size_t number, std::size_t at, std::vector<Depth>& depth)
    {
        if (depth[number].found != 0 || at > deepest_loops + 1) return depth[number].found != 0 ? depth[number].found : at;
        std::size_t most = 1;
        for (const Operator& op : network.subgraphs[number].operators) {
            if (op.op != code::while_loop) continue;
            for (const std::int32_t inner : {op.options.condition, op.options.body}) {
                most = std::max(most, 1 + depth_of(static_cast<std::size_t>(inner), at + 1, depth));
                if (most > deepest_loops + 1) return most; // at once: else all ways through a tangle would be tried
            }
        }
        depth[number].found = most;
        return most;
    }

    [[gnu::cold, gnu::noinline]] bool check_loop(place_in at)
    {
        const Subgraph& graph = network.subgraphs[at.graph];
        const Operator& op = graph.operators[at.number];
        const of_operator named{at, "WHILE"};
        if (faults.is_known(&op)) return false;
        for (const std::int32_t inner : {op.options.condition, op.options.body}) {
            if (inner >= 0 && static_cast<std::size_t>(inner) < network.subgraphs.size() &&
                static_cast<std::size_t>(inner) != at.graph)
                continue;
            faults.add_of(&op, {named, " runs subgraph ", inner, ", one of the file's ", network.subgraphs.size(),
                                " but its own is needed"});
            return false;
        }
        const Subgraph& condition = network.subgraphs[static_cast<std::size_t>(op.options.condition)];
        const Subgraph& body = network.subgraphs[static_cast<std::size_t>(op.options.body)];
        const std::size_t count = op.inputs.size();
        if (op.outputs.size() != count || condition.inputs.size() != count || body.inputs.size() != count ||
            body.outputs.size() != count || condition.outputs.size() != 1) {
            faults.add_of(&op, {named, " carries ", count, " tensors, but its results are ", op.outputs.size(),
                                ", its condition takes ", condition.inputs.size(), " and gives ", condition.outputs.size(),
                                ", its body takes ", body.inputs.size(), " and gives ", body.outputs.size()});
            return false;
        }
        for (std::size_t i = 0; i < count; ++i) {
            const Tensor* const carried[] = {tensor_of(graph, static_cast<std::size_t>(op.inputs[i])),
                                             tensor_of(graph, op.outputs[i]), tensor_of(condition, condition.inputs[i]),
                                             tensor_of(body, body.inputs[i]), tensor_of(body, body.outputs[i])};
            for (const Tensor* const one : carried) {
                if (!one || !carried[0] || one->type == carried[0]->type || faults.is_known(one) || faults.is_known(carried[0]))
                    continue;
                faults.add_of(&op,
                              {named, " carries tensor ", i, " as ", name_of(carried[0]->type), " and as ", name_of(one->type)});
                break;
            }
        }
        const Tensor* const says = tensor_of(condition, condition.outputs[0]);
        if (says && says->type != dtype::boolean && !faults.is_known(says))
            faults.add_of(&op, {named, " has a condition of ", name_of(says->type), ", bool is needed"});
        return true;
    }
    static const Tensor* tensor_of(const Subgraph& graph, std::size_t index)
    {
        return index < graph.tensors.size() ? &graph.tensors[index] : nullptr;
    }

    [[gnu::cold, gnu::noinline]] void check_signature(const Signature& signature)
    {
        if (signature.subgraph >= network.subgraphs.size())
            return faults.add({"signature \"", signature.key, "\" is of subgraph ", signature.subgraph, ", the file has ",
                               network.subgraphs.size()});
        const std::size_t count = network.subgraphs[signature.subgraph].tensors.size();
        for (const auto* const names : {&signature.inputs, &signature.outputs})
            for (const auto& [name, tensor] : *names)
                if (tensor >= count)
                    faults.add({"signature \"", signature.key, "\" names tensor ", tensor, ", the subgraph has ", count});
    }
};

/// Adds all that is wrong with a network to a list.
[[gnu::cold, gnu::noinline]] inline void find_faults(const Network& network, std::size_t max_bytes, Faults& faults)
{
    NetworkCheck(network, max_bytes, faults).run();
}

/// Refuses a network that cannot be run, and names all its faults: tensors and subgraphs that are not there, shapes and constants that do not
/// agree, more bytes than `max_bytes` in a tensor, scales that are none, tensors that are read before they are written or are written twice,
/// operators that lamina does not know or with options that none can have, loops without end in themselves. What follows from shapes that
/// have to be inferred first is the business of the interpreter.
[[gnu::cold, gnu::noinline]] inline void check_network(const Network& network, std::size_t max_bytes)
{
    Faults faults(network.source);
    find_faults(network, max_bytes, faults);
    faults.refuse_any();
}

}}} // namespace lamina::internals::tflite
