// lamina/blocks/fused.hpp: two neighboring blocks that are computed in one pass.
#pragma once

#include <lamina/core/architecture.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Two neighboring blocks that are computed in one pass, where that is worth it; specialized beside the blocks.
///
/// It has `saved(n)` and `scratch(n)`, `forward(first, second, x, y, saved, scratch, n)` and
/// `backward(mode, first, second, x, y, saved, dy, dx, first's gradient, second's, scratch, n)` as a block has them for both.
template <class First, class Second> struct Fused {
    static constexpr bool exists = false;
};

}}} // namespace lamina::internals
