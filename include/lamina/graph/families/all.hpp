// lamina/graph/families/all.hpp: all families, for programs that run any graph. They compile for a while.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/graph/families/activations.hpp>
#include <lamina/graph/families/core.hpp>
#include <lamina/graph/families/images.hpp>
#include <lamina/graph/families/math.hpp>
#include <lamina/graph/families/sequences.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace families {

/// All families of ops.
///
/// Example    Graph graph = Graph::load<families::all>("digits.safetensors");
struct all {
    static constexpr std::string_view name = "all";
    template <class Known> static void add_to(Known& known)
    {
        known.template add<core>();
        known.template add<math>();
        known.template add<activations>();
        known.template add<images>();
        known.template add<sequences>();
    }
};

}}} // namespace lamina::families
