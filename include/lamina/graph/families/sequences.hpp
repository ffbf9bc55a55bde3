// lamina/graph/families/sequences.hpp: the ops of sequences: rows by their indices, sums up to each, tiles, the other way around.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/cumulative.hpp>
#include <lamina/ops/gathering.hpp>
#include <lamina/ops/tiling.hpp>
#include <lamina/ops/transpose.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace families {

/// gather and what adds to rows, cumsum, reverse, tile and repeat: what embeddings, recurrent layers and masks need besides core.
///
/// Example    Graph graph = Graph::load<families::core, families::sequences>("sentences.safetensors");
struct sequences {
    static constexpr std::string_view name = "sequences";
    static constexpr const internals::tensors::OpEntry* ops[]{
        &internals::tensors::gather_entry,    &internals::tensors::scatter_add_like_entry,
        &internals::tensors::cumsum_entry,    &internals::tensors::reverse_entry,
        &internals::tensors::tile_entry,      &internals::tensors::sum_tiles_entry,
        &internals::tensors::tile_like_entry,
    };
};

}}} // namespace lamina::families
