// lamina/graph/traced/op_names.hpp: what the nodes of ops are called: as TensorFlow calls them.
#pragma once

#include <lamina/core/architecture.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// The name of an op in lamina, its kind in a file, and what a node of it is called.
struct OpName {
    std::string_view op, kind, node;
};

[[gnu::cold]] inline OpName names_of_op(std::string_view op)
{
    static constexpr OpName all[]{{"add", "AddV2", "add"},          {"subtract", "Sub", "sub"},     {"multiply", "Mul", "mul"},
                                  {"divide", "RealDiv", "truediv"}, {"matmul", "MatMul", "MatMul"}, {"tanh", "Tanh", "Tanh"},
                                  {"reduce_mean", "Mean", "Mean"}};
    for (const OpName& one : all)
        if (one.op == op) return one;
    return {op, op, op};
}

}}} // namespace lamina::internals::graphs
