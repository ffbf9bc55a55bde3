// lamina/graph/families/images.hpp: the ops of images: convolutions, poolings, other sizes.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/convolution_ops.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/pooling_ops.hpp>
#include <lamina/ops/resizing.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace families {

/// Convolutions and poolings of images and of sequences, images in another size, and what their gradients need.
///
/// Example    Graph graph = Graph::load<families::core, families::images>("lenet5.safetensors");
struct images {
    static constexpr std::string_view name = "images";
    static constexpr const internals::tensors::OpEntry* ops[]{
        &internals::tensors::conv2d_entry,
        &internals::tensors::conv2d_data_entry,
        &internals::tensors::conv2d_weights_entry,
        &internals::tensors::avg_pool_entry,
        &internals::tensors::avg_pool_grad_entry,
        &internals::tensors::max_pool_entry,
        &internals::tensors::max_pool_grad_entry,
        &internals::tensors::max_pool_grad_grad_entry,
        &internals::tensors::resize_entry<true>,
        &internals::tensors::resize_entry<false>,
        &internals::tensors::resize_grad_entry<true>,
        &internals::tensors::resize_grad_entry<false>,
    };
};

}}} // namespace lamina::families
