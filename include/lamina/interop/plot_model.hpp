// lamina/interop/plot_model.hpp: a drawing of a model: as SVG, and as text for Graphviz.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/draw/svg.hpp>
#include <lamina/interop/plot_network.hpp>
#include <lamina/interop/plot_picture.hpp>
#include <lamina/models/network.hpp>
#include <lamina/trace/callable.hpp>
#include <lamina/trace/judge.hpp>

#include <string>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A drawing of a model, top down: a box for each layer with its class, name and number of parameters, and beside the lines the shapes of
/// what passes. Boxes with a blue edge learn.
///
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); plot_model(model).write("model.svg");
template <class Model> LAMINA_OUTLINED draw::Svg plot_model(const Model& model)
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>)
        return internals::Plot(internals::plot_graph_of(internals::network_of(model))).svg();
    return {1, 1};
}

/// The same as text for Graphviz: `dot -Tpng model.dot -o model.png`.
///
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); std::cout << model_to_dot(model);
template <class Model> LAMINA_OUTLINED std::string model_to_dot(const Model& model)
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>)
        return internals::dot_of(internals::plot_graph_of(internals::network_of(model)), "model");
    return {};
}

}} // namespace lamina
