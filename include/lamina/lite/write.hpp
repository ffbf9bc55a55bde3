// lamina/lite/write.hpp: a network as the bytes of a TensorFlow Lite file.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/lite/format/codes.hpp>
#include <lamina/lite/format/flat_write.hpp>
#include <lamina/lite/format/option_slots.hpp>
#include <lamina/lite/format/schema.hpp>
#include <lamina/lite/format/types.hpp>
#include <lamina/lite/network.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Writes the tables of one network. Equal constants share a buffer, results have buffer 0, which is empty.
class NetworkWriter {
public:
    explicit NetworkWriter(const Network& of) : network(of), to(find_constants()) {}

    [[gnu::cold, gnu::noinline]] std::vector<std::byte> write()
    {
        using schema::Model;
        write_buffers();
        flat::TablesToWrite<schema::SubGraph> graphs;
        for (const Subgraph& graph : network.subgraphs) graphs.add(write_subgraph(graph));
        const auto subgraphs = graphs.write(to);
        const auto metadata = write_metadata();
        const auto signatures = write_signatures();
        const auto operator_codes = write_codes();
        const auto buffer_list = buffers.write(to);
        const auto description = to.text(network.description);
        const auto root =
            flat::write<Model>(to, flat::set(Model::version, schema::version), flat::set(Model::operator_codes, operator_codes),
                               flat::set(Model::subgraphs, subgraphs), flat::set(Model::description, description),
                               flat::set(Model::buffers, buffer_list), flat::set(Model::metadata, metadata),
                               flat::set(Model::signature_defs, signatures));
        return to.finish(root.o, schema::identifier);
    }

private:
    const Network& network;
    std::vector<std::span<const std::byte>> constants{}; ///< of tensors and metadata, in the order in which these are written
    std::vector<std::size_t> first_equal{};              ///< of each, the first that has the same bytes
    std::vector<std::uint32_t> buffer_of{};
    std::size_t next = 0; ///< of the constants
    flat::Builder to;
    flat::TablesToWrite<schema::Buffer> buffers{};
    std::vector<std::pair<std::int32_t, std::int32_t>> codes{}; ///< and versions

    /// Gathers the constants; gives about the bytes of the file.
    [[gnu::cold, gnu::noinline]] std::size_t find_constants()
    {
        std::size_t bytes = 1024, tables = 0;
        for (const Subgraph& graph : network.subgraphs) {
            for (const Tensor& tensor : graph.tensors) {
                bytes += tensor.name.size() + 12 * tensor.quantization.scale.size();
                if (tensor.is_constant && !tensor.data.bytes.empty()) add_to(constants, tensor.data.bytes);
            }
            tables += graph.tensors.size() + graph.operators.size();
        }
        for (const auto& [name, data] : network.metadata) add_to(constants, data.bytes);
        const auto sorted = sorted_places(constants.size(), [&](std::size_t a, std::size_t b) {
            const int order = compare(constants[a], constants[b]);
            return order < 0 || (order == 0 && a < b);
        });
        first_equal.resize(constants.size());
        for (std::size_t i = 0; i < sorted.size(); ++i) {
            const bool known = i > 0 && compare(constants[sorted[i - 1]], constants[sorted[i]]) == 0;
            first_equal[sorted[i]] = known ? first_equal[sorted[i - 1]] : sorted[i];
            if (!known) bytes += constants[sorted[i]].size() + 64;
        }
        bytes += 256 * tables;
        if (bytes > flat::largest_file)
            fail({network.source, ": about ", bytes, " bytes are more than a TensorFlow Lite file can have (", flat::largest_file,
                  "); quantize the weights, or split the model"});
        return bytes;
    }
    static int compare(std::span<const std::byte> a, std::span<const std::byte> b)
    {
        if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
        return a.data() == b.data() || a.empty() ? 0 : std::memcmp(a.data(), b.data(), a.size());
    }

    [[gnu::cold, gnu::noinline]] void write_buffers()
    {
        buffers.add(flat::write<schema::Buffer>(to));
        for (std::size_t i = 0; i < constants.size(); ++i) {
            if (first_equal[i] != i) {
                buffer_of.push_back(buffer_of[first_equal[i]]);
                continue;
            }
            const auto data = to.bytes(constants[i], 16);
            buffer_of.push_back(static_cast<std::uint32_t>(buffers.size()));
            buffers.add(flat::write<schema::Buffer>(to, flat::set(schema::Buffer::data, data)));
        }
    }

    [[gnu::cold, gnu::noinline]] flat::Offset<schema::SubGraph> write_subgraph(const Subgraph& graph)
    {
        using schema::SubGraph;
        flat::TablesToWrite<schema::Tensor> tensors;
        for (const Tensor& tensor : graph.tensors) tensors.add(write_tensor(tensor));
        flat::TablesToWrite<schema::Operator> operators;
        for (const Operator& op : graph.operators) operators.add(write_operator(op));
        const auto tensor_list = tensors.write(to);
        const auto operator_list = operators.write(to);
        const auto inputs = flat::write_numbers<std::int32_t>(to, graph.inputs);
        const auto outputs = flat::write_numbers<std::int32_t>(to, graph.outputs);
        const auto name = to.text(graph.name);
        return flat::write<SubGraph>(to, flat::set(SubGraph::tensors, tensor_list), flat::set(SubGraph::inputs, inputs),
                                     flat::set(SubGraph::outputs, outputs), flat::set(SubGraph::operators, operator_list),
                                     flat::set(SubGraph::name, name));
    }

    [[gnu::cold, gnu::noinline]] flat::Offset<schema::Tensor> write_tensor(const Tensor& tensor)
    {
        using schema::Tensor;
        const bool has_buffer = tensor.is_constant && !tensor.data.bytes.empty();
        const auto quantization = write_quantization(tensor.quantization);
        const auto name = to.text(tensor.name);
        const auto shape = flat::write_numbers<std::int32_t>(to, tensor.shape);
        flat::OffsetOfNumbers<std::int32_t> signature;
        if (!tensor.signature.empty()) signature = flat::write_numbers<std::int32_t>(to, tensor.signature);
        return flat::write<Tensor>(to, flat::set(Tensor::shape, shape),
                                   flat::set(Tensor::buffer, has_buffer ? buffer_of[next++] : 0u), flat::set(Tensor::name, name),
                                   flat::set(Tensor::quantization, quantization), flat::set(Tensor::shape_signature, signature),
                                   flat::set(Tensor::type, static_cast<std::int8_t>(number_of_type(tensor.type))),
                                   flat::set(Tensor::is_variable, tensor.is_variable), flat::set(Tensor::has_rank, true));
    }

    [[gnu::cold, gnu::noinline]] flat::Offset<schema::QuantizationParameters> write_quantization(const lite::Quantization& by)
    {
        using schema::QuantizationParameters;
        if (by.scale.empty() && by.zero_point.empty()) return 0;
        const auto scale = flat::write_numbers<float>(to, by.scale);
        const auto zero_point = flat::write_numbers<std::int64_t>(to, by.zero_point);
        return flat::write<QuantizationParameters>(
            to, flat::set(QuantizationParameters::scale, scale), flat::set(QuantizationParameters::zero_point, zero_point),
            flat::set(QuantizationParameters::quantized_dimension, static_cast<std::int32_t>(by.axis)));
    }

    [[gnu::cold, gnu::noinline]] flat::Offset<schema::Operator> write_operator(const Operator& op)
    {
        using schema::Operator;
        const CodeFacts* const facts = facts_of(op.op);
        const std::uint8_t kind = facts ? facts->options : std::uint8_t{0};
        const flat::Offset<schema::Options> options = write_options(kind, op.options);
        const auto inputs = flat::write_numbers<std::int32_t>(to, op.inputs);
        const auto outputs = flat::write_numbers<std::int32_t>(to, op.outputs);
        flat::OffsetOfNumbers<std::int32_t> intermediates;
        if (!op.intermediates.empty()) intermediates = flat::write_numbers<std::int32_t>(to, op.intermediates);
        return flat::write<Operator>(to,
                                     flat::set(Operator::opcode_index, code_index(static_cast<std::int32_t>(op.op), op.version)),
                                     flat::set(Operator::inputs, inputs), flat::set(Operator::outputs, outputs),
                                     flat::set(Operator::options, options), flat::set(Operator::intermediates, intermediates),
                                     flat::set(Operator::options_type, options.IsNull() ? std::uint8_t{0} : kind));
    }

    /// The options' table of a kind; none where that kind has no fields.
    [[gnu::cold, gnu::noinline]] flat::Offset<schema::Options> write_options(std::uint8_t kind, const Options& options)
    {
        using form = OptionSlot::form;
        bool has_fields = false;
        flat::OffsetOfNumbers<std::int32_t> list; // no kind has two
        for (const OptionSlot& slot : option_slots) {
            if (slot.kind != kind) continue;
            has_fields = true;
            if (slot.stored == form::list && !(options.*slot.list).empty())
                list = flat::write_numbers<std::int32_t>(to, options.*slot.list);
        }
        if (!has_fields) return 0;
        const auto start = to.start_table();
        for (const bool wide : {true, false}) // fields of most bytes first, so that they need no filling
            for (const OptionSlot& slot : option_slots)
                if (slot.kind == kind && wide == (slot.stored >= form::whole)) write_option(slot, options, list);
        return to.end_table(start);
    }
    [[gnu::cold, gnu::noinline]] void write_option(const OptionSlot& slot, const Options& options,
                                                   flat::OffsetOfNumbers<std::int32_t> list)
    {
        const auto at = flat::place_of(slot.number);
        switch (slot.stored) {
        case OptionSlot::form::padding: return to.add<std::int8_t>(at, static_cast<std::int8_t>(options.*slot.padding), 0);
        case OptionSlot::form::activation: return to.add<std::int8_t>(at, static_cast<std::int8_t>(options.*slot.activation), 0);
        case OptionSlot::form::byte: return to.add<std::int8_t>(at, static_cast<std::int8_t>(options.*slot.whole), 0);
        case OptionSlot::form::truth: return to.add<std::uint8_t>(at, options.*slot.truth, 0);
        case OptionSlot::form::whole: return to.add<std::int32_t>(at, options.*slot.whole, slot.otherwise);
        case OptionSlot::form::real: return to.add<float>(at, options.*slot.real, 0.f);
        case OptionSlot::form::list: to.add_offset(at, list.o);
        }
    }

    [[gnu::cold, gnu::noinline]] std::uint32_t code_index(std::int32_t number, std::int32_t version)
    {
        std::size_t index = 0;
        while (index < codes.size() && codes[index] != std::pair(number, version)) ++index;
        if (index == codes.size()) add_to(codes, {number, version});
        return static_cast<std::uint32_t>(index);
    }
    [[gnu::cold, gnu::noinline]] flat::OffsetOfTables<schema::OperatorCode> write_codes()
    {
        using schema::OperatorCode;
        flat::TablesToWrite<OperatorCode> written;
        for (const auto& [number, version] : codes)
            written.add(flat::write<OperatorCode>(
                to, flat::set(OperatorCode::version, version), flat::set(OperatorCode::builtin_code, number),
                flat::set(OperatorCode::deprecated_builtin_code, static_cast<std::int8_t>(std::min(number, 127)))));
        return written.write(to);
    }

    [[gnu::cold, gnu::noinline]] flat::OffsetOfTables<schema::Metadata> write_metadata()
    {
        using schema::Metadata;
        flat::TablesToWrite<Metadata> written;
        for (const auto& [name, bytes] : network.metadata) {
            const auto text = to.text(name);
            written.add(
                flat::write<Metadata>(to, flat::set(Metadata::name, text), flat::set(Metadata::buffer, buffer_of[next++])));
        }
        if (written.empty()) return 0;
        return written.write(to);
    }

    [[gnu::cold, gnu::noinline]] flat::OffsetOfTables<schema::SignatureDef> write_signatures()
    {
        flat::TablesToWrite<schema::SignatureDef> written;
        for (const Signature& signature : network.signatures) written.add(write_signature(signature));
        if (written.empty()) return 0;
        return written.write(to);
    }
    [[gnu::cold, gnu::noinline]] flat::Offset<schema::SignatureDef> write_signature(const Signature& signature)
    {
        using schema::SignatureDef;
        const auto inputs = write_names(signature.inputs), outputs = write_names(signature.outputs);
        const auto key = to.text(signature.key);
        return flat::write<SignatureDef>(to, flat::set(SignatureDef::inputs, inputs), flat::set(SignatureDef::outputs, outputs),
                                         flat::set(SignatureDef::signature_key, key),
                                         flat::set(SignatureDef::subgraph_index, static_cast<std::uint32_t>(signature.subgraph)));
    }
    [[gnu::cold, gnu::noinline]] flat::OffsetOfTables<schema::TensorMap>
    write_names(const std::vector<std::pair<std::string, std::size_t>>& names)
    {
        using schema::TensorMap;
        flat::TablesToWrite<TensorMap> written;
        for (const auto& [name, tensor] : names) {
            const auto text = to.text(name);
            written.add(flat::write<TensorMap>(to, flat::set(TensorMap::name, text),
                                               flat::set(TensorMap::tensor_index, static_cast<std::uint32_t>(tensor))));
        }
        return written.write(to);
    }
};

/// The bytes of a TensorFlow Lite file that holds the network. Constants lie on multiples of 16 bytes; equal ones are there once. The network
/// is not checked (`check_network`).
///
/// Refuses   a network of more than 2 GB.
/// Source    TensorFlow Lite's public schema, version 3.
[[gnu::cold, gnu::noinline]] inline std::vector<std::byte> write_network(const Network& network)
{
    return NetworkWriter(network).write();
}

}}} // namespace lamina::internals::tflite
