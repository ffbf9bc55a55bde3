// lamina/graph/families/formula.hpp: the op of one formula: an activation with options of its own, or one of the program's.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/on_tensors.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace families {

/// One activation with these options, as layers had it that were traced.
///
/// Example    Graph graph = Graph::load<families::core, families::formula<LeakyRelu<0.1>>>("gan.safetensors");
template <class F> struct formula {
    static constexpr std::string_view name = F::name;
    static constexpr const internals::tensors::OpEntry* ops[]{&internals::tensors::formula_entry<F>};
};

}}} // namespace lamina::families
