// lamina/interop/help.hpp: what a layer is, what it is set to, and what it learns, as a text.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/interop/descriptions.hpp>
#include <lamina/models/network.hpp>
#include <lamina/models/summary.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

[[gnu::cold]] inline std::string help_text(std::string_view kind, const std::vector<Option>& options, const LayerView* layer)
{
    const std::string_view sentence = description_of(kind);
    std::string text = text_of({kind, ": ", sentence.empty() ? "a layer of one's own" : sentence, ".\n"});
    if (layer)
        append(text, {"  on ", layer->input, " -> ", layer->output, ", ", with_commas(layer->parameters()), " parameters\n"});
    if (!options.empty()) append(text, {"  options, in Keras's words:\n"});
    for (const Option& option : options) {
        append(text, {"    ", option.name, " = ", option.value});
        if (!option.required && !(option.value == option.usual)) append(text, {" (Keras's default: ", option.usual, ')'});
        text += '\n';
    }
    if (layer && !layer->variables.empty()) append(text, {"  variables:\n"});
    if (layer)
        for (const FoundVariable& found : layer->variables) {
            const form& needs = found.variable->needs();
            append(text, {"    ", found.path, ' ', needs.extents, ' ', name_of(needs.type), needs.as.observed ? " observed" : "",
                          '\n'});
        }
    return text;
}

} // namespace internals

/// What a layer of `layers(model)` is, its shapes, its options and Keras's defaults where they differ, and its variables.
///
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); std::cout << help(layers(model)[0]);
[[gnu::cold]] inline std::string help(const LayerView& layer) { return internals::help_text(layer.kind, layer.options, &layer); }

/// What a layer is, and its options: of a type, `help<Conv2D<6, Kernel<5>>>()`, or of a part of a model, `help(model.first)`.
///
/// Example  std::cout << help<LSTM<32, ReturnSequences>>();
template <class Layer> LAMINA_OUTLINED std::string help()
{
    return internals::help_text(protocols::class_name_of<Layer>(), protocols::options_of<Layer>(), nullptr);
}
template <class B>
    requires internals::AnyBlock<B>
LAMINA_OUTLINED std::string help(const B& block)
{
    std::string text;
    for (const LayerView& layer : layers(block)) text += help(layer);
    return text;
}

}} // namespace lamina
