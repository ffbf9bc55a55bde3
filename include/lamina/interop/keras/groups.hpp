// lamina/interop/keras/groups.hpp: what Keras puts into HDF5: the groups of layers with their variables, in Keras's order.
//
// Source: Keras 3.15, saving/saving_lib.py and legacy/saving/legacy_h5_format.py, and files of Keras 2.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/formats/hdf5/reader.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras {

/// A layer of a file that has variables.
struct FileLayer {
    std::string name;  ///< Keras's name of it, "conv2d_4"; empty where the file does not say it
    std::string group; ///< its class with a number, "conv2d_1", as .keras and .weights.h5 call it; empty where that is not known
    std::vector<protocols::file_tensor> variables{}; ///< its own and those of what is inside, in the order of Layer.weights
    std::vector<FileLayer> inside{};                 ///< of a model among the layers: its layers, where the file tells them apart
};

/// What Keras saved.
struct File {
    enum class form { whole_h5, weights_h5, archive };

    std::string name; ///< what errors call it
    form is = form::weights_h5;
    std::string config{};   ///< JSON of the model; empty in .weights.h5
    std::string compiled{}; ///< JSON of what `compile` was given, or empty
    std::string version{};  ///< of Keras: "3.15.1"; empty where the file does not say it
    std::vector<FileLayer> layers{};
    std::vector<protocols::file_tensor> optimizer{}; ///< the optimizer's variables, in Keras's order
};

namespace detail {

/// Orders "dense_2" before "dense_10", and "2" before "10".
[[gnu::cold]] inline bool comes_before(std::string_view a, std::string_view b)
{
    const auto number_at = [](std::string_view text) {
        std::size_t at = text.size();
        while (at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9') --at;
        return at;
    };
    const std::size_t at = number_at(a), other = number_at(b);
    if (a.substr(0, at) != b.substr(0, other)) return a < b;
    return a.size() != b.size() ? a.size() < b.size() : a < b;
}

/// Reads the groups that Keras made of a model.
class FileReader {
public:
    FileReader(const hdf5::File& of, File& made)
        : from(of), to(made), order(internals::sorted_places(of.objects.size(), [&](std::size_t a, std::size_t b) {
              return of.objects[a].path < of.objects[b].path;
          }))
    {}

    [[gnu::cold]] void read()
    {
        const auto* const root = find("");
        const bool whole = find("model_weights") != nullptr;
        if (whole || root->attribute("layer_names") || root->attribute("layer_names0")) {
            if (const auto* const text = root->text("model_config")) to.config = *text;
            if (const auto* const text = root->text("training_config")) to.compiled = *text;
            if (const auto* const text = find(whole ? "model_weights" : "")->text("keras_version")) to.version = *text;
            to.is = File::form::whole_h5;
            return read_lists(whole ? "model_weights" : "");
        }
        const std::string_view layers = find("layers")                           ? "layers"
                                        : find("_layer_checkpoint_dependencies") ? "_layer_checkpoint_dependencies"
                                                                                 : "";
        to.layers = layers_in(layers);
        if (to.layers.empty() && !find("vars"))
            internals::fail({to.name, ": is HDF5 without layers, a file of Keras was needed; save it with model.save(path)"});
        to.optimizer = numbered("optimizer/vars");
    }

private:
    std::string_view path_at(std::size_t place) const { return from.objects[order[place]].path; }

    /// The first place in `order` that does not come before a path.
    [[gnu::cold]] std::size_t place_of(std::string_view path) const
    {
        std::size_t first = 0, end = order.size();
        while (first < end) {
            const std::size_t middle = first + (end - first) / 2;
            if (path_at(middle) < path) first = middle + 1;
            else end = middle;
        }
        return first;
    }
    [[gnu::cold]] const hdf5::Object* find(std::string_view path) const
    {
        const std::size_t place = place_of(path);
        return place < order.size() && path_at(place) == path ? &from.objects[order[place]] : nullptr;
    }

    [[gnu::cold]] static std::string inside(std::string_view group, std::string_view name)
    {
        return internals::text_of({group, group.empty() ? "" : "/", name});
    }

    /// The names of the groups that lie directly in a group.
    [[gnu::cold]] std::vector<std::string_view> groups_in(std::string_view group) const
    {
        std::vector<std::string_view> found, sorted;
        const std::string above = inside(group, "");
        for (std::size_t i = place_of(above); i < order.size() && path_at(i).starts_with(above); ++i) {
            const std::string_view name = path_at(i).substr(above.size());
            if (!from.objects[order[i]].is_dataset && !name.empty() && name.find('/') == name.npos)
                internals::add_to(found, name);
        }
        const auto before = [&](std::size_t a, std::size_t b) { return comes_before(found[a], found[b]); };
        for (const std::size_t at : internals::sorted_places(found.size(), before)) internals::add_to(sorted, found[at]);
        return sorted;
    }

    /// The datasets 0, 1, … of a group.
    [[gnu::cold]] std::vector<protocols::file_tensor> numbered(const std::string& group) const
    {
        std::vector<protocols::file_tensor> found;
        for (std::size_t i = 0;; ++i) {
            const auto* const object = find(internals::text_of({group, '/', i}));
            if (!object || !object->is_dataset) return found;
            internals::add_to(found, from.tensor(*object));
        }
    }

    /// The variables of a layer and of the parts that it is made of, in the order in which Keras makes them.
    [[gnu::cold]] void collect(const std::string& group, std::vector<protocols::file_tensor>& variables) const
    {
        constexpr std::string_view in_order[] = {"query_dense",  "key_dense",     "value_dense",
                                                 "output_dense", "forward_layer", "backward_layer"};
        for (auto& variable : numbered(inside(group, "vars"))) internals::add_to(variables, std::move(variable));
        const auto parts = groups_in(group);
        const auto plain = [](std::string_view part) { return part.substr(part.starts_with('_') ? 1 : 0); };
        for (const std::string_view known : in_order)
            for (const std::string_view part : parts)
                if (plain(part) == known) collect(inside(group, part), variables);
        for (const std::string_view part : parts)
            if (part != "vars" && part != "layers" && part.find("seed_generator") == part.npos &&
                !internals::contains(in_order, plain(part)))
                collect(inside(group, part), variables);
    }

    [[gnu::cold]] std::vector<FileLayer> layers_in(std::string_view group) const
    {
        std::vector<FileLayer> found;
        for (const std::string_view name : groups_in(group)) {
            if (group.empty() && (name == "optimizer" || name == "vars" || name == "metrics" || name.starts_with("_"))) continue;
            const std::string path = inside(group, name);
            FileLayer layer{"", std::string(name)};
            if (const auto* const own = find(inside(path, "vars")))
                if (const auto* const said = own->text("name")) layer.name = *said;
            collect(path, layer.variables);
            layer.inside = layers_in(inside(path, "layers"));
            if (!layer.variables.empty() || !layer.inside.empty()) found.push_back(std::move(layer));
        }
        return found;
    }

    /// A list of names, which Keras splits into several where it is long: names0, names1, ….
    [[gnu::cold]] std::vector<std::string_view> list(const hdf5::Object& of, std::string_view name) const
    {
        std::vector<std::string_view> all;
        const auto add = [&](const hdf5::Attribute* said) {
            for (const std::string_view text : said->texts) internals::add_to(all, text);
        };
        if (const auto* const one = of.attribute(name)) add(one);
        else
            for (std::size_t i = 0;; ++i) {
                const auto* const part = of.attribute(internals::text_of({name, i}));
                if (!part) break;
                add(part);
            }
        const auto twice = internals::repeated({all, [](std::string_view one) { return one; }});
        if (twice.data()) internals::fail({to.name, ": lists \"", twice, "\" twice; the file is damaged, so copy it again"});
        return all;
    }

    /// The datasets that `weight_names` of a group names. The variables of what is nested are brought together, as Keras puts those that
    /// are not trained behind all others.
    [[gnu::cold]] std::vector<protocols::file_tensor> listed(const std::string& group) const
    {
        std::vector<protocols::file_tensor> found;
        const auto* const of = find(group);
        if (!of)
            internals::fail(
                {to.name, ": lists the layer \"", group, "\", which it has not; the file is damaged, so copy it again"});
        const auto names = list(*of, "weight_names");
        const auto holder = [](std::string_view path) { return path.substr(0, path.find_last_of('/') + 1); };
        std::vector<std::string_view> done;
        for (const std::string_view first : names) {
            if (internals::contains(done, holder(first))) continue;
            internals::add_to(done, holder(first));
            for (const std::string_view name : names) {
                if (holder(name) != holder(first)) continue;
                std::string path = inside(group, name);
                std::replace(path.begin(), path.end(), '\\', '/');
                const auto* const object = find(path);
                if (!object || !object->is_dataset)
                    internals::fail(
                        {to.name, ": lists the weight \"", path, "\", which it has not; the file is damaged, so copy it again"});
                internals::add_to(found, from.tensor(*object));
            }
        }
        return found;
    }

    [[gnu::cold]] void read_lists(const std::string& group)
    {
        for (const std::string_view name : list(*find(group), "layer_names")) {
            FileLayer layer{std::string(name), ""};
            layer.variables = listed(inside(group, name));
            if (!layer.variables.empty()) to.layers.push_back(std::move(layer));
        }
        if (!find("optimizer_weights")) return;
        for (const std::string_view name : list(*find("optimizer_weights"), "weight_names"))
            if (const auto* const object = find(inside("optimizer_weights", name)); object && object->is_dataset)
                internals::add_to(to.optimizer, from.tensor(*object));
    }

    const hdf5::File& from;
    File& to;
    std::vector<std::size_t> order; ///< of the objects by their paths
};

} // namespace detail

}}} // namespace lamina::keras
