// lamina/lite/read.hpp: the network that a TensorFlow Lite file holds; its constants stay where they lie in the file.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/lite/check.hpp>
#include <lamina/lite/faults.hpp>
#include <lamina/lite/format/codes.hpp>
#include <lamina/lite/format/option_slots.hpp>
#include <lamina/lite/format/schema.hpp>
#include <lamina/lite/format/types.hpp>
#include <lamina/lite/network.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Makes the middle form of a file whose tables have been verified. What cannot be said in it is a fault.
class NetworkReader {
public:
    NetworkReader(std::shared_ptr<const std::vector<std::byte>> of, Network& network, Faults& list)
        : file(std::move(of)), to(network), faults(list), room(4 * file->size())
    {}

    [[gnu::cold, gnu::noinline]] void read(const schema::Model& model)
    {
        using schema::Model;
        if (model[Model::version] != schema::version)
            faults.add({"its version is ", model[Model::version], ", lamina reads version ", schema::version});
        if (!model[Model::external_buffers].empty() || !model[Model::external_buffer_groups].empty())
            faults.add({"some of its numbers lie in other files, which lamina does not read; convert it to one file"});
        to.description = copy(model[Model::description]);

        const auto graphs = model[Model::subgraphs];
        to.subgraphs = std::vector<Subgraph>(graphs.size());
        for (std::size_t g = 0; g < graphs.size(); ++g) read_subgraph(model, graphs[g], g);

        const auto metadata = model[Model::metadata];
        to.metadata = std::vector<std::pair<std::string, Constant>>(metadata.size());
        for (std::size_t i = 0; i < metadata.size(); ++i) {
            auto& [name, bytes] = to.metadata[i];
            name = copy(metadata[i][schema::Metadata::name]);
            if (const std::string_view wrong = find_buffer(model, metadata[i][schema::Metadata::buffer], bytes); !wrong.empty())
                faults.add({"metadata \"", name, "\": buffer ", metadata[i][schema::Metadata::buffer], ' ', wrong});
        }

        const auto signatures = model[Model::signature_defs];
        to.signatures = std::vector<Signature>(signatures.size());
        for (std::size_t i = 0; i < signatures.size(); ++i) {
            using schema::SignatureDef;
            to.signatures[i].key = copy(signatures[i][SignatureDef::signature_key]);
            to.signatures[i].subgraph = signatures[i][SignatureDef::subgraph_index];
            read_names(signatures[i][SignatureDef::inputs], to.signatures[i].inputs);
            read_names(signatures[i][SignatureDef::outputs], to.signatures[i].outputs);
        }
    }

private:
    std::shared_ptr<const std::vector<std::byte>> file;
    Network& to;
    Faults& faults;
    std::size_t room; ///< bytes that may yet be copied: tables may share a list as often as they like

    [[gnu::cold, gnu::noinline]] void take(std::size_t bytes)
    {
        if (bytes > room)
            fail({to.source, ": its tables share lists so often that they hold more than four times the bytes of the file (",
                  file->size(), "); get it again"});
        room -= bytes;
    }
    [[gnu::cold, gnu::noinline]] std::string copy(std::string_view text)
    {
        take(text.size());
        return std::string(text);
    }
    template <class To, class From>
    [[gnu::cold, gnu::flatten, gnu::noinline]] std::vector<To> copy(const flat::Numbers<From>& numbers)
    {
        take(numbers.bytes().size());
        std::vector<To> copied(numbers.size());
        for (std::size_t i = 0; i < copied.size(); ++i) copied[i] = static_cast<To>(numbers[i]);
        return copied;
    }

    [[gnu::cold, gnu::flatten, gnu::noinline]] void read_names(const flat::Tables<schema::TensorMap>& from,
                                                               std::vector<std::pair<std::string, std::size_t>>& names)
    {
        for (std::size_t i = 0; i < from.size(); ++i)
            names.emplace_back(copy(from[i][schema::TensorMap::name]), from[i][schema::TensorMap::tensor_index]);
    }

    /// The bytes of a buffer; what is wrong with it, if anything is.
    [[gnu::cold, gnu::noinline]] std::string_view find_buffer(const schema::Model& model, std::size_t index, Constant& bytes)
    {
        const auto buffers = model[schema::Model::buffers];
        if (index >= buffers.size()) return index == 0 ? "" : "is none of the file's";
        const schema::Buffer& buffer = buffers[index];
        if (buffer[schema::Buffer::offset] > 1)
            return "lies behind the tables, as in files above 2 GB, which lamina does not read";
        bytes = {file, buffer[schema::Buffer::data].bytes()};
        if (index == 0 && !bytes.bytes.empty()) return "has to be empty";
        return {};
    }

    [[gnu::cold, gnu::noinline]] void read_subgraph(const schema::Model& model, const schema::SubGraph& from, std::size_t number)
    {
        using schema::SubGraph;
        Subgraph& graph = to.subgraphs[number];
        graph.name = copy(from[SubGraph::name]);
        graph.inputs = copy<std::size_t>(from[SubGraph::inputs]);
        graph.outputs = copy<std::size_t>(from[SubGraph::outputs]);
        const auto tensors = from[SubGraph::tensors];
        graph.tensors = std::vector<Tensor>(tensors.size());
        for (std::size_t i = 0; i < tensors.size(); ++i) read_tensor(model, tensors[i], graph.tensors[i], {number, i});
        const auto operators = from[SubGraph::operators];
        graph.operators = std::vector<Operator>(operators.size());
        for (std::size_t i = 0; i < operators.size(); ++i) read_operator(model, operators[i], graph.operators[i], {number, i});
        find_empty_constants(graph);
    }

    [[gnu::cold, gnu::noinline]] void read_tensor(const schema::Model& model, const schema::Tensor& from, Tensor& tensor,
                                                  place_in at)
    {
        using schema::Tensor;
        tensor.name = copy(from[Tensor::name]);
        if (!find_type(from[Tensor::type], tensor.type))
            faults.add_of(&tensor, {of_tensor{at}, " has type ", from[Tensor::type], " (", name_of_type(from[Tensor::type]),
                                    "), which lamina does not read"});
        if (from[Tensor::sparsity]) faults.add_of(&tensor, {of_tensor{at}, " is sparse, which lamina does not read"});
        if (from[Tensor::external_buffer] != 0)
            faults.add_of(&tensor, {of_tensor{at}, " lies in another file, which lamina does not read"});
        read_shape(from, tensor, at);
        if (const schema::QuantizationParameters* const by = from[Tensor::quantization]) {
            using schema::QuantizationParameters;
            if ((*by)[QuantizationParameters::details_type] != 0)
                faults.add_of(&tensor, {of_tensor{at}, " is quantized in a way of somebody's own, which lamina does not read"});
            tensor.quantization.scale = copy<float>((*by)[QuantizationParameters::scale]);
            tensor.quantization.zero_point = copy<std::int64_t>((*by)[QuantizationParameters::zero_point]);
            tensor.quantization.axis = static_cast<std::size_t>((*by)[QuantizationParameters::quantized_dimension]);
        }
        tensor.is_variable = from[Tensor::is_variable] != 0;
        const std::size_t index = from[Tensor::buffer];
        if (const std::string_view wrong = find_buffer(model, index, tensor.data); !wrong.empty())
            faults.add_of(&tensor, {of_tensor{at}, ": buffer ", index, ' ', wrong});
        tensor.is_constant = !tensor.data.bytes.empty();
        if (!tensor.is_constant) tensor.data = {};
    }

    [[gnu::cold]] void read_shape(const schema::Tensor& from, Tensor& tensor, place_in at)
    {
        const auto shape = from[schema::Tensor::shape], signature = from[schema::Tensor::shape_signature];
        if (const std::size_t rank = std::max(shape.size(), signature.size()); rank > most_axes)
            return faults.add_of(&tensor, {of_tensor{at}, " has ", rank, " axes, lamina's have at most ", most_axes});
        for (std::size_t axis = 0; axis < shape.size(); ++axis)
            if (shape[axis] < 0)
                return faults.add_of(&tensor,
                                     {of_tensor{at}, " has extent ", shape[axis], " on axis ", axis, ", 0 is the least"});
        tensor.shape = copy<std::size_t>(shape);
        bool free = false;
        for (std::size_t axis = 0; axis < signature.size(); ++axis) free = free || signature[axis] < 0;
        if (free) tensor.signature = copy<std::ptrdiff_t>(signature);
    }

    [[gnu::cold, gnu::noinline]] void read_operator(const schema::Model& model, const schema::Operator& from, Operator& op,
                                                    place_in at)
    {
        using schema::OperatorCode;
        op.inputs = copy<std::ptrdiff_t>(from[schema::Operator::inputs]);
        op.outputs = copy<std::size_t>(from[schema::Operator::outputs]);
        op.intermediates = copy<std::ptrdiff_t>(from[schema::Operator::intermediates]);
        const auto codes = model[schema::Model::operator_codes];
        const std::size_t index = from[schema::Operator::opcode_index];
        if (index >= codes.size())
            return faults.add_of(&op, {of_operator{at}, " has operator code ", index, ", the file has ", codes.size()});
        const OperatorCode& found = codes[index];
        const std::int32_t number =
            std::max<std::int32_t>(found[OperatorCode::deprecated_builtin_code], found[OperatorCode::builtin_code]);
        op.op = static_cast<code>(number);
        op.version = found[OperatorCode::version];
        if (number == schema::custom_code)
            return faults.add_of(&op, {of_operator{at}, " is \"", found[OperatorCode::custom_code],
                                       "\", which is none of TensorFlow Lite's own operators; convert without custom operators"});
        const CodeFacts* const facts = facts_of(op.op);
        const schema::Options* const options = from[schema::Operator::options];
        const std::size_t kind = from[schema::Operator::options_type];
        if (!facts || !options || kind == 0) return; // an operator that is not known is refused when the network is checked
        if (kind != facts->options)
            return faults.add_of(&op, {of_operator{at}, " (", facts->name, ") has options of kind ", kind,
                                       ", it needs those of kind ", facts->options});
        for (const OptionSlot& slot : option_slots)
            if (slot.kind == kind && !read_option(*options, slot, op.options))
                return faults.add_of(&op, {of_operator{at}, " (", facts->name, "): its options end before field ", slot.number});
    }

    [[gnu::cold, gnu::noinline]] bool read_option(const schema::Options& from, const OptionSlot& slot, Options& options)
    {
        using form = OptionSlot::form;
        const unsigned n = slot.number;
        switch (slot.stored) {
        case form::padding:
        case form::activation:
        case form::byte:
        case form::truth: {
            if (!from.holds<std::int8_t>(n)) return false;
            const std::int8_t value = from.read<std::int8_t>(n, 0);
            if (slot.stored == form::padding) options.*slot.padding = static_cast<padding_kind>(value);
            else if (slot.stored == form::activation) options.*slot.activation = static_cast<fused>(value);
            else if (slot.stored == form::byte) options.*slot.whole = value;
            else options.*slot.truth = value != 0;
            return true;
        }
        case form::whole:
            if (!from.holds<std::int32_t>(n)) return false;
            options.*slot.whole = from.read<std::int32_t>(n, slot.otherwise);
            return true;
        case form::real:
            if (!from.holds<float>(n)) return false;
            options.*slot.real = from.read<float>(n, 0.f);
            return true;
        case form::list: break;
        }
        std::span<const std::byte> numbers;
        if (!from.holds<std::uint32_t>(n) || !from.list(n, *file, numbers)) return false;
        take(numbers.size());
        std::vector<std::int32_t>& list = options.*slot.list;
        list.resize(numbers.size() / sizeof(std::int32_t));
        if (!list.empty()) std::memcpy(list.data(), numbers.data(), numbers.size());
        return true;
    }

    /// A tensor without numbers that nothing writes, as the axes of a reduction over none: its buffer is as empty as that of a result.
    [[gnu::cold]] static void find_empty_constants(Subgraph& graph)
    {
        std::vector<Mark> written(graph.tensors.size());
        const auto write = [&](const std::vector<std::size_t>& all) {
            for (const std::size_t i : all)
                if (i < written.size()) written[i].set = true;
        };
        write(graph.inputs);
        for (const Operator& op : graph.operators) write(op.outputs);
        for (std::size_t i = 0; i < written.size(); ++i) {
            Tensor& tensor = graph.tensors[i];
            if (!written[i].set && !tensor.is_variable && contains(tensor.shape, std::size_t{0})) tensor.is_constant = true;
        }
    }
};

/// The bytes of a file, as `read_network` takes them.
[[gnu::cold, gnu::flatten, gnu::noinline]] inline std::shared_ptr<const std::vector<std::byte>>
bytes_of_file(const FilePath& path)
{
    const std::string text = read_file(path);
    const auto bytes = std::make_shared<std::vector<std::byte>>(text.size());
    if (!text.empty()) std::memcpy(bytes->data(), text.data(), text.size());
    return bytes;
}

/// Reads a file that lies in memory; the network's constants are parts of it and keep it alive. `source` names it in sentences, a tensor may
/// have up to `max_bytes`.
///
/// Refuses   what is no TensorFlow Lite file, or a damaged one; what lamina does not read (sparse tensors, texts, numbers of four bits,
///           custom operators); and all that `check_network` refuses. All faults are named together.
/// Source    TensorFlow Lite's public schema, version 3.
[[gnu::cold, gnu::noinline]] inline Network read_network(std::shared_ptr<const std::vector<std::byte>> file, std::string source,
                                                         std::size_t max_bytes)
{
    const std::span<const std::byte> bytes(*file);
    if (bytes.size() < flat::smallest_file)
        fail({source, ": ", bytes.size(), " bytes are no TensorFlow Lite file, which has at least ", flat::smallest_file});
    if (std::memcmp(bytes.data() + 4, schema::identifier, 4) != 0)
        fail({source, ": is no TensorFlow Lite file: its bytes 4 to 7 are not \"", schema::identifier, '"'});
    if (bytes.size() > flat::largest_file)
        fail({source, ": ", bytes.size(), " bytes are more than a TensorFlow Lite file in one piece can have (",
              flat::largest_file, ')'});
    const schema::Model* const model = flat::verified<schema::Model>(bytes);
    if (!model)
        fail({source, ": is damaged: its tables lead outside of its ", bytes.size(), " bytes, or on and on; get it again"});
    Network network;
    network.source = std::move(source);
    Faults faults(network.source);
    NetworkReader(file, network, faults).read(*model);
    find_faults(network, max_bytes, faults);
    faults.refuse_any();
    return network;
}

}}} // namespace lamina::internals::tflite
