// lamina/core/span_of.hpp: the elements of a list.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <span>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A list as a span. A span's own constructor from a list goes through all the concepts of ranges: 0.1 G of the compiler's instructions
/// for each type of list, and twice as many for the first, where a file that only includes xtensor and xsimd takes 7 G.
template <class P> std::span<const P> span_of(const std::vector<P>& list) { return {list.data(), list.size()}; }

}}} // namespace lamina::internals
