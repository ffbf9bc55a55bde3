// lamina/lite/format/schema.hpp: the tables of a TensorFlow Lite file: the numbers of their fields.
// Source: TensorFlow Lite's public schema, version 3.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/format/flat.hpp>

#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The tables under their names in the schema; the middle form (network.hpp) has structs of the same names.
namespace schema {

using std::int32_t, std::int64_t, std::int8_t, std::uint32_t, std::uint64_t, std::uint8_t;

struct QuantizationParameters : flat::table<QuantizationParameters> {
    static constexpr flat::numbers<2, float> scale{};
    static constexpr flat::numbers<3, int64_t> zero_point{};
    static constexpr flat::number<4, uint8_t> details_type{};
    static constexpr flat::number<6, int32_t> quantized_dimension{};
    static constexpr flat::fields all{scale, zero_point, details_type, quantized_dimension};
};

struct Tensor : flat::table<Tensor> {
    static constexpr flat::numbers<0, int32_t> shape{};
    static constexpr flat::number<1, int8_t> type{};
    static constexpr flat::number<2, uint32_t> buffer{};
    static constexpr flat::text<3> name{};
    static constexpr flat::part<4, QuantizationParameters> quantization{};
    static constexpr flat::number<5, uint8_t> is_variable{};
    static constexpr flat::presence<6> sparsity{};
    static constexpr flat::numbers<7, int32_t> shape_signature{};
    static constexpr flat::number<8, uint8_t> has_rank{};
    static constexpr flat::number<10, uint32_t> external_buffer{};
    static constexpr flat::fields all{shape,       type,     buffer,          name,     quantization,
                                      is_variable, sparsity, shape_signature, has_rank, external_buffer};
};

/// The options of any operator: option_slots.hpp says which fields they have.
using Options = flat::loose_table;

struct Operator : flat::table<Operator> {
    static constexpr flat::number<0, uint32_t> opcode_index{};
    static constexpr flat::numbers<1, int32_t> inputs{};
    static constexpr flat::numbers<2, int32_t> outputs{};
    static constexpr flat::number<3, uint8_t> options_type{};
    static constexpr flat::part<4, Options> options{};
    static constexpr flat::numbers<8, int32_t> intermediates{};
    static constexpr flat::fields all{opcode_index, inputs, outputs, options_type, options, intermediates};
};

/// The code is the larger of the two: the old one ends at 127.
struct OperatorCode : flat::table<OperatorCode> {
    static constexpr flat::number<0, int8_t> deprecated_builtin_code{};
    static constexpr flat::text<1> custom_code{};
    static constexpr flat::number<2, int32_t, 1> version{};
    static constexpr flat::number<3, int32_t> builtin_code{};
    static constexpr flat::fields all{deprecated_builtin_code, custom_code, version, builtin_code};
};

struct SubGraph : flat::table<SubGraph> {
    static constexpr flat::parts<0, Tensor> tensors{};
    static constexpr flat::numbers<1, int32_t> inputs{};
    static constexpr flat::numbers<2, int32_t> outputs{};
    static constexpr flat::parts<3, Operator> operators{};
    static constexpr flat::text<4> name{};
    static constexpr flat::fields all{tensors, inputs, outputs, operators, name};
};

/// `offset` above 1: the data lies behind the tables, in files above 2 GB.
struct Buffer : flat::table<Buffer> {
    static constexpr flat::numbers<0, uint8_t> data{};
    static constexpr flat::number<1, uint64_t> offset{};
    static constexpr flat::fields all{data, offset};
};

struct Metadata : flat::table<Metadata> {
    static constexpr flat::text<0> name{};
    static constexpr flat::number<1, uint32_t> buffer{};
    static constexpr flat::fields all{name, buffer};
};

struct TensorMap : flat::table<TensorMap> {
    static constexpr flat::text<0> name{};
    static constexpr flat::number<1, uint32_t> tensor_index{};
    static constexpr flat::fields all{name, tensor_index};
};

struct SignatureDef : flat::table<SignatureDef> {
    static constexpr flat::parts<0, TensorMap> inputs{};
    static constexpr flat::parts<1, TensorMap> outputs{};
    static constexpr flat::text<2> signature_key{};
    static constexpr flat::number<4, uint32_t> subgraph_index{};
    static constexpr flat::fields all{inputs, outputs, signature_key, subgraph_index};
};

struct Model : flat::table<Model> {
    static constexpr flat::number<0, uint32_t> version{};
    static constexpr flat::parts<1, OperatorCode> operator_codes{};
    static constexpr flat::parts<2, SubGraph> subgraphs{};
    static constexpr flat::text<3> description{};
    static constexpr flat::parts<4, Buffer> buffers{};
    static constexpr flat::parts<6, Metadata> metadata{};
    static constexpr flat::parts<7, SignatureDef> signature_defs{};
    static constexpr flat::numbers<8, uint32_t> external_buffer_groups{}; ///< tables, of which only the count is asked
    static constexpr flat::numbers<9, uint32_t> external_buffers{};
    static constexpr flat::fields all{version,        operator_codes,         subgraphs,       description, buffers, metadata,
                                      signature_defs, external_buffer_groups, external_buffers};
};

inline constexpr char identifier[] = "TFL3"; ///< bytes 4 to 7 of a file
inline constexpr uint32_t version = 3;
inline constexpr int32_t custom_code = 32; ///< of operators that somebody added to a runtime of his own

} // namespace schema

}}} // namespace lamina::internals::tflite
