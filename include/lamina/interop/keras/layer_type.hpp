// lamina/interop/keras/layer_type.hpp: the C++ of one layer of a config: `Conv2D<4, Kernel<3>, Same, Relu>`.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/interop/keras/classes.hpp>
#include <lamina/interop/keras/config.hpp>
#include <lamina/interop/keras/extents.hpp>
#include <lamina/interop/keras/model_config.hpp>
#include <lamina/interop/keras/names.hpp>
#include <lamina/interop/keras/plain_config.hpp>
#include <lamina/interop/keras/spelling.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

/// Adds an option as the last one; a class that takes none stays as it is.
[[gnu::cold]] inline void add_option(std::string& type, std::string_view option)
{
    if (!type.ends_with('>')) return;
    type.pop_back();
    internals::append(type, {type.ends_with('<') ? "" : ", ", option, '>'});
}

/// What becomes of one layer.
struct LayerType {
    std::string text;    ///< `Dense<5, Relu>`
    std::string problem; ///< why it is not the layer of the file
    bool known = true;   ///< lamina has such a class
};

/// The type of a layer that is called in this way; `named` says whether it gets the file's name where Keras did not give it.
[[gnu::cold]] inline LayerType type_of_layer(const LayerConfig& layer, const LayerCall& call, bool named)
{
    LayerType made;
    const Class* const c = class_of("layers", layer.kind);
    if (!c) {
        made.known = false;
        made.text = identifier(layer.kind) + "<>";
        made.problem = "lamina has no such class";
        return made;
    }
    const Json config = plain_config(*layer.config, layer.kind, call);
    std::vector<std::string_view> headers;
    const Options said = read_config(*c, config, made.problem);
    made.text = spelled(*c, said, spelling::brief, headers, made.problem);
    if (const Json* const mode = layer.config->find("merge_mode"); mode && mode->is_nothing())
        say(made.problem, {"the option \"merge_mode\" of Bidirectional is null, which gives two values; lamina joins them"});
    if (layer.kind == "Dense" && !call.arguments.empty() && call.arguments[0].shape.rank() > 1) add_option(made.text, "EachRow");
    if (named && learns(layer.kind) && !is_automatic(layer.name, layer.kind))
        add_option(made.text, internals::text_of({"Name<\"", identifier(layer.name), "\">"}));
    return made;
}

}}} // namespace lamina::keras::detail
