// lamina/graph/traced/op_names.hpp: the ops of graphs: what a file calls them and their attributes, and what their nodes are called.
//
// Kinds and names of nodes are TensorFlow's where it has such an op. An op that is not in the table is called as lamina calls it.
#pragma once

#include <lamina/core/architecture.hpp>

#include <cstdint>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// How many inputs an op has.
struct Arity {
    std::uint8_t least, most;
};
inline constexpr std::uint8_t any_number = 255;

/// The name of an op in lamina, its kind in a file, what a node of it is called; the family that has it, its inputs.
///
/// `attributes` names them in the order of the op's numbers, each with what it is:
///     flag      a number that is true or false
///     whole     a whole number
///     bits      a bit for each axis; in the file a list of axes
///     list      as many whole numbers as there are
///     two, four so many whole numbers
///     each      six places, one an axis; in the file as many as the first input has axes
///     type      the type, which is no number of the list
///     number    the real number, likewise
struct OpName {
    std::string_view op, kind, node, family;
    Arity inputs;
    std::string_view attributes{};
};

// clang-format off: a table
inline constexpr OpName op_names[]{
    {"add", "AddV2", "add", "core", {2, 2}},
    {"subtract", "Sub", "sub", "core", {2, 2}},
    {"multiply", "Mul", "mul", "core", {2, 2}},
    {"divide", "RealDiv", "truediv", "core", {2, 2}},
    {"maximum", "Maximum", "Maximum", "core", {2, 2}},
    {"minimum", "Minimum", "Minimum", "core", {2, 2}},
    {"negative", "Neg", "Neg", "core", {1, 1}},
    {"abs", "Abs", "Abs", "core", {1, 1}},
    {"square", "Square", "Square", "core", {1, 1}},
    {"sqrt", "Sqrt", "Sqrt", "core", {1, 1}},
    {"rsqrt", "Rsqrt", "Rsqrt", "core", {1, 1}},
    {"exponential", "Exp", "Exp", "core", {1, 1}},
    {"log", "Log", "Log", "core", {1, 1}},
    {"less", "Less", "Less", "core", {2, 2}},
    {"less_equal", "LessEqual", "LessEqual", "core", {2, 2}},
    {"equal", "Equal", "Equal", "core", {2, 2}},
    {"logical_and", "LogicalAnd", "LogicalAnd", "core", {2, 2}},
    {"logical_or", "LogicalOr", "LogicalOr", "core", {2, 2}},
    {"logical_not", "LogicalNot", "LogicalNot", "core", {1, 1}},
    {"where", "SelectV2", "Select", "core", {3, 3}},
    {"cast", "Cast", "Cast", "core", {1, 1}, "DstT:type"},
    {"reshape", "Reshape", "Reshape", "core", {1, 1}, "extents:list"},
    {"reshape_like", "ReshapeLike", "ReshapeLike", "core", {2, 2}},
    {"expand_dims", "ExpandDims", "ExpandDims", "core", {1, 1}, "axis:whole"},
    {"squeeze", "Squeeze", "Squeeze", "core", {1, 1}, "squeeze_dims:bits"},
    {"transpose", "Transpose", "transpose", "core", {1, 1}, "perm:list"},
    {"broadcast_like", "BroadcastLike", "BroadcastLike", "core", {2, 2}},
    {"sum_to_like", "SumToLike", "SumToLike", "core", {2, 2}},
    {"broadcast_to", "BroadcastTo", "BroadcastTo", "core", {1, 1}, "extents:list"},
    {"concat", "ConcatV2", "concat", "core", {1, any_number}, "axis:whole"},
    {"slice", "StridedSlice", "strided_slice", "core", {1, 1}, "begin:each size:each"},
    {"part_like", "PartLike", "PartLike", "core", {2, any_number}, "begin:each behind:whole"},
    {"place_like", "PlaceLike", "PlaceLike", "core", {2, any_number}, "begin:each behind:whole"},
    {"pad", "PadV2", "Pad", "core", {1, 1}, "before:each after:each value:number"},
    {"matmul", "MatMul", "MatMul", "core", {2, 2}, "transpose_a:flag transpose_b:flag"},
    {"reduce_sum", "Sum", "Sum", "core", {1, 1}, "axes:bits keep_dims:flag"},
    {"reduce_mean", "Mean", "Mean", "core", {1, 1}, "axes:bits keep_dims:flag"},
    {"reduce_max", "Max", "Max", "core", {1, 1}, "axes:bits keep_dims:flag"},
    {"reduce_min", "Min", "Min", "core", {1, 1}, "axes:bits keep_dims:flag"},
    {"reduce_all", "All", "All", "core", {1, 1}, "axes:bits keep_dims:flag"},
    {"reduce_any", "Any", "Any", "core", {1, 1}, "axes:bits keep_dims:flag"},
    {"spread_sum", "SpreadSum", "SpreadSum", "core", {2, 2}, "axes:bits keep_dims:flag"},
    {"spread_mean", "SpreadMean", "SpreadMean", "core", {2, 2}, "axes:bits keep_dims:flag"},
    {"argmax", "ArgMax", "ArgMax", "core", {1, 1}, "axis:whole"},
    {"argmin", "ArgMin", "ArgMin", "core", {1, 1}, "axis:whole"},
    {"one_hot", "OneHot", "one_hot", "core", {1, 1}, "axis:whole depth:whole T:type"},
    {"fill_samples", "FillSamples", "Fill", "core", {1, 1}, "value:number T:type extents:list"},
    {"draw_samples", "DrawSamples", "dropout", "core", {2, 2}, "rate:number T:type kind:whole seed:two place:two extents:list"},
    {"tanh", "Tanh", "Tanh", "core", {1, 1}},
    {"sigmoid", "Sigmoid", "Sigmoid", "core", {1, 1}},
    {"relu", "Relu", "Relu", "core", {1, 1}},
    {"softplus", "Softplus", "Softplus", "core", {1, 1}},
    {"softmax", "Softmax", "Softmax", "core", {1, 1}},
    {"log_softmax", "LogSoftmax", "LogSoftmax", "core", {1, 1}},
    {"sparse_softmax_cross_entropy", "SparseSoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits", "core", {2, 2}},

    {"log1p", "Log1p", "Log1p", "math", {1, 1}},
    {"expm1", "Expm1", "Expm1", "math", {1, 1}},
    {"erf", "Erf", "Erf", "math", {1, 1}},
    {"sign", "Sign", "Sign", "math", {1, 1}},
    {"pow_of_number", "PowOfNumber", "pow", "math", {1, 1}, "exponent:number"},
    {"pow", "Pow", "pow", "math", {2, 2}},
    {"atan2", "Atan2", "Atan2", "math", {2, 2}},
    {"floor", "Floor", "Floor", "math", {1, 1}},
    {"ceil", "Ceil", "Ceil", "math", {1, 1}},
    {"round", "Round", "Round", "math", {1, 1}},
    {"floordiv", "FloorDiv", "floordiv", "math", {2, 2}},
    {"mod", "FloorMod", "FloorMod", "math", {2, 2}},
    {"sin", "Sin", "Sin", "math", {1, 1}},
    {"cos", "Cos", "Cos", "math", {1, 1}},
    {"tan", "Tan", "Tan", "math", {1, 1}},
    {"sinh", "Sinh", "Sinh", "math", {1, 1}},
    {"cosh", "Cosh", "Cosh", "math", {1, 1}},
    {"asin", "Asin", "Asin", "math", {1, 1}},
    {"acos", "Acos", "Acos", "math", {1, 1}},
    {"atan", "Atan", "Atan", "math", {1, 1}},
    {"asinh", "Asinh", "Asinh", "math", {1, 1}},
    {"acosh", "Acosh", "Acosh", "math", {1, 1}},
    {"atanh", "Atanh", "Atanh", "math", {1, 1}},

    {"linear", "Linear", "Linear", "activations", {1, 1}},
    {"relu6", "Relu6", "Relu6", "activations", {1, 1}},
    {"leaky_relu", "LeakyRelu", "LeakyRelu", "activations", {1, 1}},
    {"general_relu", "GeneralRelu", "GeneralRelu", "activations", {1, 1}},
    {"elu", "Elu", "Elu", "activations", {1, 1}},
    {"celu", "Celu", "Celu", "activations", {1, 1}},
    {"selu", "Selu", "Selu", "activations", {1, 1}},
    {"threshold", "Threshold", "Threshold", "activations", {1, 1}},
    {"clip", "ClipByValue", "clip_by_value", "activations", {1, 1}},
    {"hard_tanh", "HardTanh", "HardTanh", "activations", {1, 1}},
    {"hard_sigmoid", "HardSigmoid", "HardSigmoid", "activations", {1, 1}},
    {"sparse_sigmoid", "SparseSigmoid", "SparseSigmoid", "activations", {1, 1}},
    {"sparse_plus", "SparsePlus", "SparsePlus", "activations", {1, 1}},
    {"hard_shrink", "HardShrink", "HardShrink", "activations", {1, 1}},
    {"soft_shrink", "SoftShrink", "SoftShrink", "activations", {1, 1}},
    {"tanh_shrink", "TanhShrink", "TanhShrink", "activations", {1, 1}},
    {"log_sigmoid", "LogSigmoid", "LogSigmoid", "activations", {1, 1}},
    {"softsign", "Softsign", "Softsign", "activations", {1, 1}},
    {"squareplus", "Squareplus", "Squareplus", "activations", {1, 1}},
    {"gelu", "Gelu", "Gelu", "activations", {1, 1}},
    {"gelu_tanh", "GeluTanh", "GeluTanh", "activations", {1, 1}},
    {"silu", "Silu", "Silu", "activations", {1, 1}},
    {"hard_silu", "HardSilu", "HardSilu", "activations", {1, 1}},
    {"mish", "Mish", "Mish", "activations", {1, 1}},
    {"sparsemax", "Sparsemax", "Sparsemax", "activations", {1, 1}},
    {"glu", "Glu", "Glu", "activations", {1, 1}},

    {"gather", "GatherV2", "GatherV2", "sequences", {2, 2}, "axis:whole"},
    {"scatter_add_like", "ScatterAddLike", "ScatterAddLike", "sequences", {3, 3}, "axis:whole"},
    {"cumsum", "Cumsum", "Cumsum", "sequences", {1, 1}, "axis:whole exclusive:flag reverse:flag"},
    {"reverse", "ReverseV2", "ReverseV2", "sequences", {1, 1}, "axes:bits"},
    {"tile", "Tile", "Tile", "sequences", {1, 1}, "multiples:list"},
    {"sum_tiles", "SumTiles", "SumTiles", "sequences", {2, 2}},
    {"tile_like", "TileLike", "TileLike", "sequences", {2, 2}},

    {"Conv2D", "Conv2D", "Conv2D", "images", {2, 2}, "strides:two dilations:two padding:four groups:whole height:whole width:whole"},
    {"Conv2DBackpropInput", "Conv2DBackpropInput", "Conv2DBackpropInput", "images", {2, 3}, "strides:two dilations:two padding:four groups:whole height:whole width:whole"},
    {"Conv2DBackpropFilter", "Conv2DBackpropFilter", "Conv2DBackpropFilter", "images", {2, 3}, "strides:two dilations:two padding:four groups:whole height:whole width:whole"},
    {"AvgPool", "AvgPool", "AvgPool", "images", {1, 1}, "ksize:two strides:two padding:four dilations:two flags:whole"},
    {"AvgPoolGrad", "AvgPoolGrad", "AvgPoolGrad", "images", {2, 2}, "ksize:two strides:two padding:four dilations:two flags:whole"},
    {"MaxPool", "MaxPool", "MaxPool2d", "images", {1, 1}, "ksize:two strides:two padding:four dilations:two flags:whole"},
    {"MaxPoolGrad", "MaxPoolGrad", "MaxPoolGrad", "images", {2, 2}, "ksize:two strides:two padding:four dilations:two flags:whole"},
    {"MaxPoolGradGrad", "MaxPoolGradGrad", "MaxPoolGradGrad", "images", {2, 2}, "ksize:two strides:two padding:four dilations:two flags:whole"},
    {"ResizeBilinear", "ResizeBilinear", "ResizeBilinear", "images", {1, 1}, "height:whole width:whole"},
    {"ResizeBilinearGrad", "ResizeBilinearGrad", "ResizeBilinearGrad", "images", {2, 2}},
    {"ResizeNearestNeighbor", "ResizeNearestNeighbor", "ResizeNearestNeighbor", "images", {1, 1}, "height:whole width:whole"},
    {"ResizeNearestNeighborGrad", "ResizeNearestNeighborGrad", "ResizeNearestNeighborGrad", "images", {2, 2}},
};
// clang-format on

/// The row of an op; of one that is not in the table one that says its name and lets its `infer` judge.
[[gnu::cold]] inline OpName names_of_op(std::string_view op)
{
    for (const OpName& one : op_names)
        if (one.op == op) return one;
    return {op, op, op, {}, {1, any_number}, "ints:list type:type number:number"};
}

}}} // namespace lamina::internals::graphs
