// lamina/interop/keras/weights.hpp: the weights of a file of Keras put into a model: all of them or none.
//
// A layer of the model is given the layer of the file that has its name, else the one of its class with its number, else the next one.
// Within a layer the order of variables is Keras's. What is different, missing or unexpected is told by name.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/formats/stored_numbers.hpp>
#include <lamina/interop/keras/compare.hpp>
#include <lamina/interop/keras/file.hpp>
#include <lamina/interop/keras/optimizer.hpp>
#include <lamina/interop/keras/order.hpp>
#include <lamina/interop/match.hpp>
#include <lamina/models/network.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras {

/// How a file is loaded.
struct LoadOptions {
    bool partial = false;     ///< what fits is loaded, and the report says the rest; else all is loaded or nothing
    bool architecture = true; ///< the file's config, where it has one, is compared with the model first; not where `partial`
};

namespace detail {

/// A layer of a model that has variables.
struct ModelLayer {
    std::string name;  ///< that it was given; empty where it has none but its number
    std::string group; ///< its class with a number, as Keras counts them
    std::string path;  ///< below the model, `inner/dense`
    std::vector<internals::FoundVariable> variables{};
    std::vector<ModelLayer> inside{};
};

[[gnu::cold]] inline std::vector<ModelLayer> model_layers(const internals::Network& network, std::size_t above = 0)
{
    std::vector<ModelLayer> found;
    for (auto& placed : placed_layers(network, above)) {
        const internals::NetworkNode& node = network.nodes[placed.node];
        ModelLayer layer{placed.is_named ? placed.name : std::string(), placed.group,
                         node.layer.path.substr(std::min(above, node.layer.path.size())), node.layer.variables};
        if (!node.inside.empty()) layer.inside = model_layers(node.inside[0], node.layer.path.size() + 1);
        if (!layer.variables.empty() || !layer.inside.empty()) found.push_back(std::move(layer));
    }
    return found;
}

/// The layers of structs inside of a struct as Keras has them where each was a model of its own: in a group, and counted by themselves.
[[gnu::cold]] inline std::vector<ModelLayer> grouped_by_struct(const std::vector<ModelLayer>& flat)
{
    std::vector<ModelLayer> made;
    std::vector<std::string> kinds;
    const auto number = [&kinds](std::string kind) {
        const auto before = std::count(kinds.begin(), kinds.end(), kind);
        kinds.push_back(kind);
        return before == 0 ? kind : internals::text_of({kind, '_', before});
    };
    for (const ModelLayer& layer : flat) {
        const std::size_t end = layer.path.find('/');
        const bool inside = end != layer.path.npos && layer.path.find_first_not_of("0123456789/", end) != layer.path.npos;
        ModelLayer one = layer;
        if (!inside) {
            const std::size_t last = layer.group.rfind('_');
            const bool counted =
                last != layer.group.npos && layer.group.find_first_not_of("0123456789", last + 1) == layer.group.npos;
            one.group = number(counted ? layer.group.substr(0, last) : layer.group);
            made.push_back(std::move(one));
            continue;
        }
        const std::string name = layer.path.substr(0, end);
        auto at = std::find_if(made.begin(), made.end(), [&](const ModelLayer& model) { return model.path == name; });
        if (at == made.end()) at = made.insert(at, {name, number("functional"), name});
        one.path.erase(0, end + 1);
        at->inside.push_back(std::move(one));
    }
    for (ModelLayer& model : made)
        if (model.variables.empty()) model.inside = grouped_by_struct(model.inside);
    return made;
}

/// Whether a file has the groups of a model, those inside as well.
[[gnu::cold]] inline bool same_groups(const std::vector<FileLayer>& file, const std::vector<ModelLayer>& model)
{
    bool same = file.size() == model.size();
    for (std::size_t i = 0; same && i < model.size(); ++i) {
        const auto found =
            std::find_if(file.begin(), file.end(), [&](const FileLayer& one) { return one.group == model[i].group; });
        same = found != file.end() &&
               (found->inside.empty() || model[i].inside.empty() || same_groups(found->inside, model[i].inside));
    }
    return same;
}

/// The variables of layers one after another, those of what is inside of a layer as well.
template <class Layer, class List> [[gnu::cold]] void flatten(const std::vector<Layer>& layers, List& to)
{
    for (const Layer& layer : layers) {
        for (const auto& variable : layer.variables) to.push_back(variable);
        flatten(layer.inside, to);
    }
}

/// Finds out which layer of a file is which of a model.
class WeightMatching {
public:
    internals::Matching matching;

    [[gnu::cold]] void match(const std::vector<FileLayer>& file, const std::vector<ModelLayer>& model)
    {
        constexpr auto by_name = [](const FileLayer& a, const ModelLayer& b) { return !b.name.empty() && a.name == b.name; };
        constexpr auto by_group = [](const FileLayer& a, const ModelLayer& b) { return a.group == b.group; };
        if (all(file, model, by_name)) return pair_all(file, model, by_name);
        if (all(file, model, by_group)) {
            matching.report.matched = "by class";
            return pair_all(file, model, by_group);
        }
        std::vector<protocols::file_tensor> arrays;
        std::vector<internals::FoundVariable> variables;
        flatten(file, arrays);
        flatten(model, variables);
        if (file.size() == model.size() || arrays.size() == variables.size()) matching.report.matched = "by order";
        if (file.size() == model.size())
            for (std::size_t i = 0; i < file.size(); ++i) pair(file[i], model[i]);
        else if (arrays.size() == variables.size()) pair(std::move(arrays), variables);
        else pair_all(file, model, by_name);
    }

private:
    template <class Same>
    [[gnu::cold]] static bool all(const std::vector<FileLayer>& file, const std::vector<ModelLayer>& model, const Same& same)
    {
        for (const ModelLayer& layer : model)
            if (std::count_if(file.begin(), file.end(), [&](const FileLayer& one) { return same(one, layer); }) != 1)
                return false;
        return file.size() == model.size();
    }

    template <class Same>
    [[gnu::cold]] void pair_all(const std::vector<FileLayer>& file, const std::vector<ModelLayer>& model, const Same& same)
    {
        std::vector<const FileLayer*> used;
        for (const ModelLayer& layer : model) {
            const auto found = std::find_if(file.begin(), file.end(), [&](const FileLayer& one) { return same(one, layer); });
            if (found == file.end()) pair({}, layer);
            else pair(*found, layer);
            if (found != file.end()) used.push_back(&*found);
        }
        for (const FileLayer& layer : file)
            if (!internals::contains(used, &layer)) pair(layer, {});
    }

    [[gnu::cold]] void pair(const FileLayer& file, const ModelLayer& model)
    {
        if (!file.inside.empty() && !model.inside.empty()) return match(file.inside, model.inside);
        std::vector<protocols::file_tensor> arrays = file.variables;
        std::vector<internals::FoundVariable> variables = model.variables;
        flatten(file.inside, arrays);
        flatten(model.inside, variables);
        const bool counts =
            model.group.starts_with("normalization") && arrays.size() == 3; // the batches that Keras has adapted to
        if (counts && variables.size() == 2) arrays.pop_back();
        pair(std::move(arrays), variables);
    }

    [[gnu::cold]] void pair(std::vector<protocols::file_tensor> some, const std::vector<internals::FoundVariable>& variables)
    {
        kept.push_back(std::move(some));
        const auto& arrays = kept.back();
        for (std::size_t i = 0; i < std::max(arrays.size(), variables.size()); ++i) {
            if (i >= variables.size()) matching.report.unexpected.push_back(arrays[i].name);
            else if (i >= arrays.size()) matching.report.missing.push_back(variables[i].path);
            else {
                const auto extents = internals::extents_of(variables[i].variable->needs().extents);
                matching.add(arrays[i], {arrays[i].name, variables[i], internals::arranged(extents)});
            }
        }
    }

    std::vector<std::vector<protocols::file_tensor>> kept; ///< what `matching` refers to
};

[[gnu::cold]] inline LoadReport load_weights(const File& file, const internals::Network& network, const LoadOptions& how)
{
    internals::refuse_variables_outside(network, "keras::load");
    if (how.architecture && !how.partial && !file.config.empty())
        if (const std::string different = architecture_differences(file.config, network, file.name); !different.empty())
            internals::fail({file.name, ": ", different, "; nothing was loaded"});
    WeightMatching weights;
    auto layers = model_layers(network);
    if (!same_groups(file.layers, layers)) // of a file without a config, whose order says nothing then
        if (auto grouped = grouped_by_struct(layers); file.config.empty() && same_groups(file.layers, grouped))
            layers = std::move(grouped);
    weights.match(file.layers, layers);
    return weights.matching.fill(file.name, how.partial);
}

} // namespace detail

/// Loads the weights of a file of Keras, .h5, .weights.h5 or .keras, whatever it is called, into a model: `keras::load(model, "lenet5.keras")`.
/// Numbers are converted to the model's type. Layers are found by their names, else by their classes, else by their order.
///
/// Refuses  a file that is damaged, says another architecture or has other variables than the model: one error lists all that differs, and the
///          model is as it was. With `{.architecture = false}` variables alone are compared, with `{.partial = true}` what fits is loaded.
template <class Model> LAMINA_OUTLINED LoadReport load(Model& model, const internals::FilePath& path, const LoadOptions& how = {})
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>) return detail::load_weights(read(path), internals::network_of(model), how);
    return {};
}

/// Loads the weights and what the optimizer remembers: its step, its slots, and its learning rate unless that is a schedule here:
/// `keras::load(model, optimizer, "lenet5.keras")`, then `compile(model, optimizer, …)`. Its other settings stay. The file may say nothing of the
/// optimizer's class: it is known by the number and the shapes of its variables.
///
/// Refuses  besides, a file without that state or with another one; model and optimizer are as they were then. Never partial.
template <class Model, class Optimizer>
    requires protocols::Optimizer<Optimizer>
LAMINA_OUTLINED LoadReport load(Model& model, Optimizer& optimizer, const internals::FilePath& path, LoadOptions how = {})
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>) {
        const File file = read(path);
        const auto network = internals::network_of(model);
        const auto view = detail::view_of(optimizer);
        std::vector<internals::FoundVariable> variables;
        detail::trained_variables(network, variables);
        if (file.version.starts_with("1.") || file.version.starts_with("2."))
            internals::fail({file.name, ": was saved by Keras ", file.version,
                             ", whose optimizers remember in another order; load the weights alone: keras::load(model, file)"});
        const std::size_t before = detail::check_state(file.name, file.optimizer, view, variables);
        how.partial = false;
        auto report = detail::load_weights(file, network, how); // from here on nothing can fail
        const auto records = internals::records_of(model);
        optimizer.state = {static_cast<std::uint64_t>(file.optimizer[0].as<std::int64_t>()[0]),
                           internals::optimizers::made_slots(optimizer, internals::span_of(records)),
                           {},
                           {}};
        std::size_t next = before;
        detail::each_slot(view, variables.size(), [&](std::size_t parameter, std::size_t slot) {
            internals::copy_converted(file.optimizer[next++], detail::slot_of(view, records, variables[parameter], slot),
                                      file.name);
        });
        if (before == 2 && !view.has_schedule())
            internals::optimizers::set_learning_rate(optimizer, file.optimizer[1].as<double>()[0]);
        return report;
    }
    return {};
}

}}} // namespace lamina::keras
