// lamina/lite/layers/call.hpp: a layer where it is called, as its writer sees it: its settings, its numbers, the tensors that it reads.
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/record_rows.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/lite/layers/builder.hpp>
#include <lamina/models/network.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite {

/// What a layer is set to, in Keras's words.
class Settings {
public:
    explicit Settings(const std::vector<protocols::Option>& of) : options(&of) {}

    [[gnu::cold]] const protocols::OptionValue* find(std::string_view name) const
    {
        for (const protocols::Option& option : *options)
            if (option.name == name) return &option.value;
        return nullptr;
    }
    /// A number; `otherwise` where it is not given, or is none.
    [[gnu::cold]] double number(std::string_view name, double otherwise = 0) const
    {
        const protocols::OptionValue* const value = find(name);
        return value && value->kind != protocols::value_is::nothing ? value->number : otherwise;
    }
    [[gnu::cold]] std::size_t count(std::string_view name, std::size_t otherwise = 0) const
    {
        return static_cast<std::size_t>(number(name, static_cast<double>(otherwise)));
    }
    [[gnu::cold]] bool flag(std::string_view name) const { return number(name) != 0; }
    [[gnu::cold]] std::string_view text(std::string_view name) const
    {
        const protocols::OptionValue* const value = find(name);
        return value ? value->text : std::string_view();
    }
    /// The numbers of a list, or one number as a list of it.
    [[gnu::cold]] std::vector<double> numbers(std::string_view name) const
    {
        std::vector<double> made;
        const protocols::OptionValue* const value = find(name);
        if (value && value->kind == protocols::value_is::list)
            for (const protocols::Option& part : value->parts) internals::add_to(made, part.value.number);
        else if (value && value->kind != protocols::value_is::nothing && value->text.empty())
            internals::add_to(made, value->number);
        return made;
    }

private:
    const std::vector<protocols::Option>* options;
};

/// A call of a layer.
struct LayerCall {
    const LayerView& layer;
    std::vector<std::size_t> inputs; ///< the tensors that it reads

    Settings settings() const { return Settings(layer.options); }

    /// A variable of the layer, `kernel`, or null.
    [[gnu::cold]] const AnyVariable* variable(std::string_view name) const
    {
        for (const auto& found : layer.variables) {
            const std::string_view path = found.path;
            const bool here = path.ends_with(name) && path.size() - name.size() == layer.path.size() + !layer.path.empty();
            if (here && path.starts_with(layer.path)) return found.variable;
        }
        return nullptr;
    }
    bool has(std::string_view name) const { return variable(name) != nullptr; }

    /// Its numbers in order, the last axis fastest; none where the layer has no such variable.
    [[gnu::cold]] std::vector<float> numbers(std::string_view name) const
    {
        const AnyVariable* const found = variable(name);
        if (!found) return {};
        const auto& stored = found->storage();
        const std::size_t count = found->needs().extents.size();
        std::vector<float> made(count);
        if (found->needs().type == dtype::float32) internals::copy_out(*stored, made.data());
        else {
            std::vector<double> exact(count);
            internals::copy_out(*stored, exact.data());
            for (std::size_t i = 0; i < count; ++i) made[i] = static_cast<float>(exact[i]);
        }
        return made;
    }
};

/// A writer of a layer's kind: adds operators, and gives the tensor that holds the result.
using LayerFunction = std::size_t (*)(GraphBuilder& to, const LayerCall& call);

/// A writer of a layer of one's own: the `kind` that the layer says, and the function.
struct OwnLayer {
    std::string_view kind;
    LayerFunction write;
};

/// The extents behind the batch as a file has them.
[[gnu::cold]] inline Extents extents_of(const Shape& shape)
{
    Extents made;
    for (std::size_t axis = 0; axis < shape.rank; ++axis) internals::add_to(made, shape[axis]);
    return made;
}
[[gnu::cold]] inline Extents batch_of(const Shape& shape)
{
    Extents made{1};
    for (std::size_t axis = 0; axis < shape.rank; ++axis) internals::add_to(made, shape[axis]);
    return made;
}

/// Notes that a call cannot be written, and gives a tensor that stands for its result, so that all such calls are found.
[[gnu::cold]] inline std::size_t refuse(GraphBuilder& to, const LayerCall& call, std::string_view why)
{
    std::string sentence = internals::text_of(
        {"layer \"", to.scope.empty() ? std::string_view(call.layer.name) : to.scope, "\" (", call.layer.kind, ") ", why});
    internals::add_to(to.problems, std::move(sentence));
    return to.tensor("refused", batch_of(call.layer.output));
}

namespace writing {

using internals::tflite::fused;
using protocols::OptionValue;

/// Numbers that lie as [rows][columns], turned round.
[[gnu::cold]] inline std::vector<float> turned(const std::vector<float>& of, std::size_t columns)
{
    std::vector<float> made(of.size());
    const std::size_t rows = columns > 0 ? of.size() / columns : 0;
    for (std::size_t i = 0; i < of.size(); ++i) made[i % columns * rows + i / columns] = of[i];
    return made;
}

} // namespace writing

}}} // namespace lamina::lite
