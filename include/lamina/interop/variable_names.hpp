// lamina/interop/variable_names.hpp: what lamina, Keras and PyTorch call each variable of a model, side by side.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/interop/columns.hpp>
#include <lamina/interop/layout.hpp>
#include <lamina/interop/pytorch/arrays.hpp>
#include <lamina/models/network.hpp>
#include <lamina/trace/callable.hpp>
#include <lamina/trace/judge.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A variable, and the arrays that Keras and PyTorch keep for it.
struct VariableNames {
    std::string path; ///< `0/kernel`
    Shape shape;
    std::string keras;                                    ///< `conv2d/kernel`, of the same shape
    std::vector<std::string> pytorch;                     ///< of the state_dict: `0.weight`; two where PyTorch has two biases
    std::vector<std::vector<std::size_t>> pytorch_shapes; ///< `[6, 1, 5, 5]`
};

/// Those of a model. `std::cout << variable_names(model)` prints a table.
struct VariableNamesTable {
    std::vector<VariableNames> variables;

    [[gnu::cold]] friend std::ostream& operator<<(std::ostream& out, const VariableNamesTable& table)
    {
        using internals::text_of;
        std::vector<std::array<std::string, 5>> rows{{"lamina", "Keras", "shape", "PyTorch", "shape"}};
        for (const auto& one : table.variables) {
            rows.push_back({one.path, one.keras, text_of({one.shape}), one.pytorch.empty() ? "-" : one.pytorch[0],
                            one.pytorch.empty() ? "" : text_of({internals::extents_text{one.pytorch_shapes[0]}})});
            for (std::size_t i = 1; i < one.pytorch.size(); ++i)
                rows.push_back({"", "", "", one.pytorch[i], text_of({internals::extents_text{one.pytorch_shapes[i]}})});
        }
        return out << internals::in_columns(rows, "lllll");
    }
};

namespace internals {

[[gnu::cold]] inline VariableNamesTable names_in(const Network& network)
{
    using namespace pytorch::detail;
    constexpr auto pass = refused_layers::have_no_arrays; // then its column stays empty
    const auto nodes = flat_nodes_of(network, "", pass);
    const auto arrays = arrays_of(nodes, "", pass);
    VariableNamesTable table;
    std::vector<LayerView> layers;
    add_layers(network, layers);
    for (const LayerView& layer : layers)
        for (const FoundVariable& found : layer.variables) {
            const std::string_view rest = std::string_view(found.path).substr(layer.path.empty() ? 0 : layer.path.size() + 1);
            VariableNames one{found.path, found.variable->needs().extents, text_of({layer.name, '/', rest}), {}, {}};
            for (const ForeignArray& array : arrays)
                if (array.variable.variable == found.variable) {
                    one.pytorch.push_back(array.name);
                    one.pytorch_shapes.push_back(array.how.joined);
                }
            table.variables.push_back(std::move(one));
        }
    return table;
}

} // namespace internals

/// What lamina, Keras and PyTorch call each variable of a model, and the shape that PyTorch has for it.
///
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); std::cout << variable_names(model);
template <class Model> LAMINA_OUTLINED VariableNamesTable variable_names(const Model& model)
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>) return internals::names_in(internals::network_of(model));
    return {};
}

}} // namespace lamina
