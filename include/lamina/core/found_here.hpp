// lamina/core/found_here.hpp: the base of all that functions on values take.
#pragma once

#include <lamina/core/architecture.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Functions on values stand in this namespace. As its class is a base of values and of variables, they are found without a word of where.
namespace functions {
struct found_here {};
/// Base of tensors (ops/tensor.hpp).
struct tensor_base : found_here {};
} // namespace functions

}}} // namespace lamina::internals
