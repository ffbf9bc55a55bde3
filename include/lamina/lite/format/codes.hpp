// lamina/lite/format/codes.hpp: the operators that lamina reads, writes and runs, under their numbers and names in TensorFlow Lite's schema.
#pragma once

#include <lamina/core/architecture.hpp>

#include <cstdint>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Source: the enumeration BuiltinOperator of TensorFlow Lite's public schema, version 3.
enum class code : std::int32_t {
    add = 0,
    average_pool_2d = 1,
    concatenation = 2,
    conv_2d = 3,
    depthwise_conv_2d = 4,
    dequantize = 6,
    floor = 8,
    fully_connected = 9,
    logistic = 14,
    max_pool_2d = 17,
    mul = 18,
    relu = 19,
    relu_n1_to_1 = 20,
    relu6 = 21,
    reshape = 22,
    resize_bilinear = 23,
    softmax = 25,
    tanh = 28,
    pad = 34,
    gather = 36,
    batch_to_space_nd = 37,
    space_to_batch_nd = 38,
    transpose = 39,
    mean = 40,
    sub = 41,
    div = 42,
    squeeze = 43,
    unidirectional_sequence_lstm = 44,
    strided_slice = 45,
    exp = 47,
    split = 49,
    log_softmax = 50,
    cast = 53,
    prelu = 54,
    maximum = 55,
    arg_max = 56,
    minimum = 57,
    less = 58,
    neg = 59,
    padv2 = 60,
    greater = 61,
    greater_equal = 62,
    less_equal = 63,
    slice = 65,
    transpose_conv = 67,
    tile = 69,
    expand_dims = 70,
    equal = 71,
    not_equal = 72,
    log = 73,
    sum = 74,
    sqrt = 75,
    rsqrt = 76,
    shape = 77,
    pow = 78,
    reduce_prod = 81,
    reduce_max = 82,
    pack = 83,
    logical_or = 84,
    logical_and = 86,
    logical_not = 87,
    unpack = 88,
    reduce_min = 89,
    square = 92,
    fill = 94,
    resize_nearest_neighbor = 97,
    leaky_relu = 98,
    squared_difference = 99,
    mirror_pad = 100,
    abs = 101,
    split_v = 102,
    reverse_v2 = 105,
    elu = 111,
    quantize = 114,
    hard_swish = 117,
    while_loop = 119,
    select_v2 = 123,
    batch_matmul = 126,
    broadcast_to = 130,
    gelu = 150,
};

/// What is known of an operator: its name in the schema, the kind of its options' table (0: none), its highest version here, the numbers of
/// its inputs and outputs; -1: any number from the least on.
struct CodeFacts {
    code op;
    std::string_view name;
    std::uint8_t options;
    std::int32_t versions;
    std::int8_t least_inputs, most_inputs, outputs;
};

inline constexpr CodeFacts code_facts[] = {
    {code::add, "ADD", 11, 5, 2, 2, 1},
    {code::average_pool_2d, "AVERAGE_POOL_2D", 5, 3, 1, 1, 1},
    {code::concatenation, "CONCATENATION", 10, 4, 1, -1, 1},
    {code::conv_2d, "CONV_2D", 1, 8, 2, 3, 1},
    {code::depthwise_conv_2d, "DEPTHWISE_CONV_2D", 2, 7, 2, 3, 1},
    {code::dequantize, "DEQUANTIZE", 38, 6, 1, 1, 1},
    {code::floor, "FLOOR", 0, 1, 1, 1, 1},
    {code::fully_connected, "FULLY_CONNECTED", 8, 14, 2, 3, 1},
    {code::logistic, "LOGISTIC", 0, 3, 1, 1, 1},
    {code::max_pool_2d, "MAX_POOL_2D", 5, 3, 1, 1, 1},
    {code::mul, "MUL", 21, 7, 2, 2, 1},
    {code::relu, "RELU", 0, 3, 1, 1, 1},
    {code::relu_n1_to_1, "RELU_N1_TO_1", 0, 1, 1, 1, 1},
    {code::relu6, "RELU6", 0, 3, 1, 1, 1},
    {code::reshape, "RESHAPE", 17, 1, 1, 2, 1},
    {code::resize_bilinear, "RESIZE_BILINEAR", 15, 4, 2, 2, 1},
    {code::softmax, "SOFTMAX", 9, 3, 1, 1, 1},
    {code::tanh, "TANH", 0, 3, 1, 1, 1},
    {code::pad, "PAD", 22, 4, 2, 2, 1},
    {code::gather, "GATHER", 23, 7, 2, 2, 1},
    {code::batch_to_space_nd, "BATCH_TO_SPACE_ND", 24, 4, 3, 3, 1},
    {code::space_to_batch_nd, "SPACE_TO_BATCH_ND", 25, 4, 3, 3, 1},
    {code::transpose, "TRANSPOSE", 26, 6, 2, 2, 1},
    {code::mean, "MEAN", 27, 3, 2, 2, 1},
    {code::sub, "SUB", 28, 5, 2, 2, 1},
    {code::div, "DIV", 29, 2, 2, 2, 1},
    {code::squeeze, "SQUEEZE", 30, 2, 1, 1, 1},
    {code::unidirectional_sequence_lstm, "UNIDIRECTIONAL_SEQUENCE_LSTM", 71, 4, 20, 24, 1},
    {code::strided_slice, "STRIDED_SLICE", 32, 8, 4, 4, 1},
    {code::exp, "EXP", 33, 2, 1, 1, 1},
    {code::split, "SPLIT", 35, 4, 2, 2, -1},
    {code::log_softmax, "LOG_SOFTMAX", 36, 2, 1, 1, 1},
    {code::cast, "CAST", 37, 7, 1, 1, 1},
    {code::prelu, "PRELU", 0, 1, 2, 2, 1},
    {code::maximum, "MAXIMUM", 39, 4, 2, 2, 1},
    {code::arg_max, "ARG_MAX", 40, 3, 2, 2, 1},
    {code::minimum, "MINIMUM", 39, 4, 2, 2, 1},
    {code::less, "LESS", 41, 3, 2, 2, 1},
    {code::neg, "NEG", 42, 2, 1, 1, 1},
    {code::padv2, "PADV2", 43, 4, 3, 3, 1},
    {code::greater, "GREATER", 44, 3, 2, 2, 1},
    {code::greater_equal, "GREATER_EQUAL", 45, 3, 2, 2, 1},
    {code::less_equal, "LESS_EQUAL", 46, 2, 2, 2, 1},
    {code::slice, "SLICE", 48, 6, 3, 3, 1},
    {code::transpose_conv, "TRANSPOSE_CONV", 49, 4, 3, 4, 1},
    {code::tile, "TILE", 51, 3, 2, 2, 1},
    {code::expand_dims, "EXPAND_DIMS", 52, 1, 2, 2, 1},
    {code::equal, "EQUAL", 53, 4, 2, 2, 1},
    {code::not_equal, "NOT_EQUAL", 54, 3, 2, 2, 1},
    {code::log, "LOG", 0, 2, 1, 1, 1},
    {code::sum, "SUM", 27, 2, 2, 2, 1},
    {code::sqrt, "SQRT", 0, 2, 1, 1, 1},
    {code::rsqrt, "RSQRT", 0, 3, 1, 1, 1},
    {code::shape, "SHAPE", 55, 1, 1, 1, 1},
    {code::pow, "POW", 56, 1, 2, 2, 1},
    {code::reduce_prod, "REDUCE_PROD", 27, 2, 2, 2, 1},
    {code::reduce_max, "REDUCE_MAX", 27, 3, 2, 2, 1},
    {code::pack, "PACK", 59, 4, 1, -1, 1},
    {code::logical_or, "LOGICAL_OR", 60, 1, 2, 2, 1},
    {code::logical_and, "LOGICAL_AND", 62, 1, 2, 2, 1},
    {code::logical_not, "LOGICAL_NOT", 63, 1, 1, 1, 1},
    {code::unpack, "UNPACK", 64, 4, 1, 1, -1},
    {code::reduce_min, "REDUCE_MIN", 27, 3, 2, 2, 1},
    {code::square, "SQUARE", 66, 1, 1, 1, 1},
    {code::fill, "FILL", 68, 4, 2, 2, 1},
    {code::resize_nearest_neighbor, "RESIZE_NEAREST_NEIGHBOR", 74, 4, 2, 2, 1},
    {code::leaky_relu, "LEAKY_RELU", 75, 2, 1, 1, 1},
    {code::squared_difference, "SQUARED_DIFFERENCE", 76, 2, 2, 2, 1},
    {code::mirror_pad, "MIRROR_PAD", 77, 3, 2, 2, 1},
    {code::abs, "ABS", 78, 5, 1, 1, 1},
    {code::split_v, "SPLIT_V", 79, 2, 3, 3, -1},
    {code::reverse_v2, "REVERSE_V2", 81, 3, 2, 2, 1},
    {code::elu, "ELU", 0, 1, 1, 1, 1},
    {code::quantize, "QUANTIZE", 89, 3, 1, 1, 1},
    {code::hard_swish, "HARD_SWISH", 91, 1, 1, 1, 1},
    {code::while_loop, "WHILE", 93, 1, 1, -1, -1},
    {code::select_v2, "SELECT_V2", 98, 2, 3, 3, 1},
    {code::batch_matmul, "BATCH_MATMUL", 101, 4, 2, 2, 1},
    {code::broadcast_to, "BROADCAST_TO", 104, 3, 2, 2, 1},
    {code::gelu, "GELU", 116, 2, 1, 1, 1},
};

/// The facts of an operator; null of a number that is none of those above.
constexpr const CodeFacts* facts_of(code op)
{
    for (const CodeFacts& row : code_facts)
        if (row.op == op) return &row;
    return nullptr;
}
/// Its name in the format.
constexpr std::string_view operator_name(code op)
{
    const CodeFacts* const row = facts_of(op);
    return row ? row->name : std::string_view("unknown");
}

}}} // namespace lamina::internals::tflite
