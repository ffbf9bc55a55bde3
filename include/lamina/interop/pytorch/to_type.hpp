// lamina/interop/pytorch/to_type.hpp: the C++ of the nn.Sequential in a file, ready to paste.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/interop/pytorch/activations.hpp>
#include <lamina/interop/pytorch/file.hpp>
#include <lamina/interop/pytorch/module_view.hpp>
#include <lamina/interop/pytorch/window_spelling.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch {

namespace detail {

/// Writes layers of an nn.Sequential.
class TypeWriter : public WindowSpelling {
public:
    [[gnu::cold]] void add(const ModuleView& module)
    {
        if (!add_known(module)) {
            unknown.push_back(internals::text_of({module.path(), " ", module.kind()}));
            layers.push_back({internals::text_of({"/* PyTorch's ", named(module.kind()), " */ ", named(module.kind())})});
        }
    }

    [[gnu::cold]] std::string text(std::string_view name, const Shape& given) const
    {
        std::string made = internals::text_of({"using ", name, " = Sequential<", input(given)});
        for (const Spelled& layer : layers) {
            internals::append(made, {",\n    ", layer.text});
            const auto opened = std::count(layer.text.begin(), layer.text.end(), '<');
            const auto closed = std::count(layer.text.begin(), layer.text.end(), '>');
            if (opened > closed) made += '>';
        }
        made += ">;\n";
        for (const std::string& one : unknown) internals::append(made, {"// To be written: ", one, '\n'});
        return made;
    }

private:
    [[gnu::cold]] bool add_known(const ModuleView& m)
    {
        const std::string_view kind = m.kind();
        const auto is = [kind](const auto&... names) { return ((kind == names) || ...); };
        const auto rate = [&](std::string_view word) {
            layers.push_back({internals::text_of({word, '<', real(m.number("p"))})});
        };
        if (!m.is_of_torch()) return false;
        if (is("Conv1d", "Conv2d", "ConvTranspose1d", "ConvTranspose2d")) return add_convolution(m);
        if (is("MaxPool1d", "MaxPool2d", "AvgPool1d", "AvgPool2d")) return add_pooling(m);
        if (kind.starts_with("Adaptive")) return add_adaptive(m);
        if (is("Linear")) return add_linear(m);
        if (is("BatchNorm1d", "BatchNorm2d", "LayerNorm", "GroupNorm")) return add_norm(m);
        if (is("ZeroPad2d", "ConstantPad2d", "ConstantPad1d")) return add_padding(m);
        if (is("Upsample")) return add_upsample(m);
        if (is("Flatten")) {
            if (m.number("start_dim") != 1 || m.number("end_dim") != -1) return false;
            if (!layers.empty() && layers.back().text.starts_with("Global")) return true; // its row is made already
            layers.push_back({"Flatten"});
            layers.back().flattens = true;
        }
        else if (is("Embedding"))
            layers.push_back({internals::text_of({"Embedding<", static_cast<std::int64_t>(m.number("num_embeddings")), ", ",
                                                  static_cast<std::int64_t>(m.number("embedding_dim"))})});
        else if (is("PReLU")) layers.push_back({m.number("num_parameters") > 1 ? "PReLU<SharedAxes<1, 2>" : "PReLU<"});
        else if (is("Dropout", "AlphaDropout")) rate(kind);
        else if (is("Dropout1d")) rate("SpatialDropout1D");
        else if (is("Dropout2d")) rate("SpatialDropout2D");
        else if (is("LocalResponseNorm"))
            layers.push_back(
                {internals::text_of({"LocalResponseNormalization<", static_cast<std::int64_t>(m.number("size")), ", ",
                                     real(m.number("alpha")), ", ", real(m.number("beta")), ", ", real(m.number("k"))})});
        else if (is("Identity")) return true;
        else return add_activation(m);
        return true;
    }

    [[gnu::cold]] bool add_activation(const ModuleView& m)
    {
        for (const ActivationRow& row : activation_rows) {
            if (row.module != m.kind()) continue;
            const pickle::Value* const approximate = m.attribute("approximate");
            if (row.module == "GELU" && approximate && approximate->text == "tanh" && row.name == "gelu") continue;
            std::string word(row.word), numbers;
            bool fits = true, usual = true;
            for (const ActivationNumber& one : row.numbers) {
                if (one.attribute.empty()) continue;
                const double number = m.attribute(one.attribute) ? m.number(one.attribute) : one.usual;
                fits = fits && (!one.option.empty() || number == one.usual);
                usual = usual && number == one.usual;
                internals::append(numbers, {numbers.empty() ? "" : ", ", real(number)});
            }
            if (!fits) continue; // a Hardtanh of other bounds is a Clip
            if (!row.numbers[0].option.empty())
                internals::append(word, {'<', usual && row.numbers[1].attribute.empty() ? "" : numbers, '>'});
            if (row.word == "HardSigmoid") word += "<>";
            if (!layers.empty() && layers.back().takes_activation && row.word != "Glu") {
                internals::append(layers.back().text, {", ", word});
                layers.back().takes_activation = false;
            }
            else layers.push_back({internals::text_of({"Activation<", word, '>'})});
            return true;
        }
        return false;
    }

    [[gnu::cold]] bool add_linear(const ModuleView& m)
    {
        Spelled made{internals::text_of(
            {"Dense<", static_cast<std::int64_t>(m.number("out_features")), m.has_parameter("bias") ? "" : ", NoBias"})};
        made.takes_activation = true;
        made.features = static_cast<std::int64_t>(m.number("in_features"));
        layers.push_back(std::move(made));
        return true;
    }

    [[gnu::cold]] bool add_norm(const ModuleView& m)
    {
        const bool batch = m.kind().starts_with("Batch"), group = m.kind() == "GroupNorm";
        if (batch && m.number("track_running_stats") == 0) return false;
        const auto shape = m.numbers("normalized_shape", 1);
        std::string text(batch ? "BatchNormalization<" : group ? "GroupNormalization<" : "LayerNormalization<");
        if (group) internals::append(text, {static_cast<std::int64_t>(m.number("num_groups")), ", "});
        if (!batch && !group && shape.size() > 1) internals::append(text, {"Axes<", shape.size(), ">, "});
        internals::append(text, {"Epsilon<", real(m.number("eps")), '>'});
        if (batch) internals::append(text, {", Momentum<", real(1 - m.number("momentum")), '>'});
        if (!m.has_parameter("weight")) text += ", NoScale, NoCenter";
        layers.push_back({text});
        return true;
    }

    /// Whether an image of `extent` × `extent` comes to what the first Dense behind a Flatten needs; `exact` where no window leaves a rest.
    [[gnu::cold]] bool fits(std::int64_t extent, std::size_t axes, bool& exact) const
    {
        whole_numbers now(axes, extent);
        std::int64_t depth = channels;
        bool flat = false;
        exact = true;
        for (const Spelled& layer : layers) {
            if (layer.features > 0) {
                std::int64_t numbers = depth;
                for (const std::int64_t one : now) numbers *= one;
                return flat && numbers == layer.features;
            }
            if (layer.text.starts_with("Conv")) depth = std::strtoll(layer.text.c_str() + layer.text.find('<') + 1, nullptr, 10);
            if (const auto at = layer.text.find("DepthMultiplier<"); at != layer.text.npos)
                depth *= std::strtoll(layer.text.c_str() + at + 16, nullptr, 10);
            flat = flat || layer.flattens;
            if (layer.sets || (!layer.window.empty() && layer.window.size() != axes)) return false; // any image would do
            for (std::size_t axis = 0; axis < layer.window.size(); ++axis) {
                std::int64_t& one = now[axis];
                if (layer.grows)
                    one = (one - 1) * layer.strides[axis] + layer.window[axis] - layer.before[axis] - layer.behind[axis];
                else {
                    const std::int64_t room = one + layer.before[axis] + layer.behind[axis] - layer.window[axis];
                    if (room < 0) return false;
                    exact = exact && room % layer.strides[axis] == 0;
                    one = (room + (layer.ceils ? layer.strides[axis] - 1 : 0)) / layer.strides[axis] + 1;
                }
                if (one < 1) return false;
            }
        }
        return false;
    }

    [[gnu::cold]] std::string input(const Shape& given) const
    {
        std::string text = "Input<";
        if (given.rank > 0) {
            for (std::size_t axis = 0; axis < given.rank; ++axis) internals::append(text, {axis > 0 ? ", " : "", given[axis]});
            return text + '>';
        }
        const bool words = !layers.empty() && layers[0].text.starts_with("Embedding");
        const bool image = std::any_of(layers.begin(), layers.end(), [](const Spelled& l) { return l.window.size() == 2; });
        const bool steps = std::any_of(layers.begin(), layers.end(), [](const Spelled& l) { return l.window.size() == 1; });
        if (!words && !image && !steps)
            for (const Spelled& layer : layers)
                if (layer.features > 0) return internals::text_of({"Input<", layer.features, '>'});
        std::int64_t found = 0;
        bool found_exact = false;
        for (std::int64_t extent = 1; channels > 0 && extent <= 1024 && !found_exact; ++extent)
            if (bool exact; fits(extent, image ? 2 : 1, exact) && (found == 0 || exact)) {
                found = extent;
                found_exact = exact;
            }
        const std::string one = found > 0 ? internals::text_of({found}) : std::string();
        if (image)
            internals::append(text, {found > 0 ? internals::text_of({one, ", ", one}) : std::string("/* height, width */")});
        else text += found > 0 ? one : std::string(words || channels > 0 ? "/* steps */" : "/* shape of a sample */");
        if (channels > 0) internals::append(text, {", ", channels});
        return text + '>';
    }

    std::vector<std::string> unknown;
};

[[gnu::cold]] inline std::string type_text(const File& file, std::string_view part, std::string_view name, const Shape& input)
{
    const pickle::Value& top = file.model_part(part);
    if (!file.is_module(top))
        internals::fail(
            {file.name(), ": holds a state_dict, arrays without layers; save the whole module, torch.save(model, path)"});
    const ModuleView module(file, top, "");
    if (module.kind() != "Sequential")
        internals::fail(
            {file.name(), ": holds a ", module.kind(),
             ", whose forward is Python; only an nn.Sequential says all that it computes. Write the model as a struct and "
             "load the arrays by their names"});
    std::vector<ModuleView> modules;
    add_in_a_row(module, modules, file.name());
    TypeWriter writer;
    for (const ModuleView& one : modules) writer.add(one);
    return writer.text(name, input);
}

} // namespace detail

/// The C++ of the whole nn.Sequential in a file, ready to paste: `using Model = Sequential<Input<28, 28, 1>, Conv2D<6, …>, …>;`. PyTorch's files
/// do not say how large an image is: it is taken from `input` or, for a square one, from what the first Linear behind a Flatten needs. What no
/// layer is like stands as a comment, with a list at the end.
///
/// Options  name: what the type is called; input: the shape of a sample, channels last; part: as of `pytorch::load`.
/// Refuses  a state_dict, and a module whose forward is Python.
/// Example  std::cout << pytorch::to_type("lenet5-module.pt");
LAMINA_OUTLINED inline std::string to_type(const internals::FilePath& file, std::string_view name = "Model",
                                           const Shape& input = {}, std::string_view part = {})
{
    return detail::type_text(File(file), part, name, input);
}

}}} // namespace lamina::pytorch
