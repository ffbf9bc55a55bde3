// lamina/interop/layout.hpp: the arrays in which PyTorch keeps what a layer of Keras and lamina learns.
//
// Source: the documentation of Keras 3 and of torch.nn; each row is tested with what both computed (tests/interop/layout_test.cpp).
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/interop/arrangement.hpp>
#include <lamina/models/network.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// An array of a file of PyTorch, and what it is of which variable.
struct ForeignArray {
    std::string name; ///< in its module: `weight`, `bias_hh_l0`
    FoundVariable variable;
    Arrangement how;
    std::size_t start = 0; ///< where its numbers begin in the variable
    bool adds = false;     ///< it is added to what is there; written, it is zero: the second of PyTorch's two biases
};

/// The layers of which the arrays are those of another framework's module.
struct ForeignLayer {
    const LayerView* layer = nullptr;
    std::vector<ForeignArray> arrays{};
    std::string_view refusal{}; ///< why there is no module that computes the same
};

/// The last word of a variable's path.
[[gnu::cold]] inline std::string_view last_word(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// The value of an option of a layer, or null.
[[gnu::cold]] inline const OptionValue* option_of(const LayerView& layer, std::string_view name)
{
    for (const Option& option : layer.options)
        if (option.name == name) return &option.value;
    return nullptr;
}

/// What the layers of one kind of recurrence add to a module.
class RecurrentArrays {
public:
    RecurrentArrays(ForeignLayer& to, bool gru) : all(to), is_gru(gru) {}

    [[gnu::cold]] void add(const std::vector<FoundVariable>& variables, std::string_view end)
    {
        for (const FoundVariable& found : variables) {
            const std::string_view word = last_word(found.path);
            const extent_list extents = extents_of(found.variable->needs().extents);
            if (word == "bias") {
                const bool two = extents.size() == 2;
                const extent_list row{extents.back()};
                put("bias_ih_l0", end, {{}, found, gates(row)});
                put("bias_hh_l0", end, {{}, found, gates(row), two ? row[0] : 0, !two});
            }
            else put(word == "kernel" ? "weight_ih_l0" : "weight_hh_l0", end, {{}, found, gates(extents)});
        }
    }

private:
    /// [features, gates · units] as [gates · units, features]; of GRU the first two gates change places.
    Arrangement gates(const extent_list& extents) const
    {
        if (!is_gru) return extents.size() == 2 ? arranged(extents, {1, 0}) : arranged(extents);
        const std::size_t wide = extents.back();
        Arrangement made = extents.size() == 2 ? arranged({extents[0], 3, wide / 3}, {1, 2, 0}) : arranged({3, wide / 3});
        made.joined = extents.size() == 2 ? extent_list{wide, extents[0]} : extent_list{wide};
        made.gates = extents.size() == 2 ? 1 : 0;
        return made;
    }
    void put(std::string_view name, std::string_view end, ForeignArray array) const
    {
        array.name = text_of({name, end});
        all.arrays.push_back(std::move(array));
    }

    ForeignLayer& all;
    bool is_gru;
};

/// The arrays of a layer in PyTorch's order. `flattened` is the shape that a Flatten before a Dense was given; of rank 0 where there is none:
/// PyTorch's images have their channels first, so its Dense has its rows in another order.
[[gnu::cold]] inline ForeignLayer torch_arrays_of(const LayerView& layer, const Shape& flattened = {})
{
    ForeignLayer made{&layer};
    const std::string_view kind = layer.kind;
    const auto put = [&](std::string_view name, const FoundVariable& found, Arrangement how) {
        made.arrays.push_back({std::string(name), found, std::move(how)});
    };
    if (kind == "SimpleRNN" || kind == "LSTM" || kind == "GRU" || kind == "Bidirectional") {
        const OptionValue* const inner = option_of(layer, "layer");
        const OptionValue* after = option_of(layer, "reset_after");
        if (inner)
            for (const Option& option : inner->parts)
                if (option.name == "reset_after") after = &option.value;
        if (after && after->number == 0) {
            made.refusal = "resets before the product, which PyTorch's GRU does not";
            return made;
        }
        RecurrentArrays recurrent(made, kind == "GRU" || (inner && inner->text == "GRU"));
        if (!inner) recurrent.add(layer.variables, "");
        else {
            const auto middle = layer.variables.begin() + static_cast<std::ptrdiff_t>(layer.variables.size() / 2);
            recurrent.add({layer.variables.begin(), middle}, "");
            recurrent.add({middle, layer.variables.end()}, "_reverse");
        }
        return made;
    }

    const bool separable = kind.starts_with("Separable"), depthwise = kind.starts_with("Depthwise");
    for (const FoundVariable& found : layer.variables) {
        const std::string_view word = last_word(found.path);
        const extent_list e = extents_of(found.variable->needs().extents);
        const std::size_t rank = e.size();
        if (word == "bias") put(separable ? "1.bias" : "bias", found, arranged(e));
        else if (word == "gamma" || word == "embeddings" || word == "scale") put("weight", found, arranged(e));
        else if (word == "beta") put("bias", found, arranged(e));
        else if (word == "moving_mean") put("running_mean", found, arranged(e));
        else if (word == "moving_variance") put("running_var", found, arranged(e));
        else if (word == "alpha") {
            Arrangement shared = arranged(e);
            shared.joined = {e.back()};
            for (std::size_t axis = 0; axis + 1 < rank; ++axis)
                if (e[axis] != 1) made.refusal = "learns a slope of its own for every place, PyTorch's PReLU one for a channel";
            put("weight", found, std::move(shared));
        }
        else if (word == "depthwise_kernel" || (depthwise && word == "kernel")) {
            // [window…, channels, multiplier] as [channels · multiplier, 1, window…]
            Arrangement how = rank == 4 ? arranged(e, {2, 3, 0, 1}) : arranged(e, {1, 2, 0});
            how.joined = {e[rank - 2] * e[rank - 1], 1};
            how.joined.insert(how.joined.end(), e.begin(), e.end() - 2);
            put(separable ? "0.weight" : "weight", found, std::move(how));
        }
        else if (kind == "Dense" && word == "kernel") {
            if (flattened.rank < 2) put("weight", found, arranged(e, {1, 0}));
            else {
                // [places…, channels, units] as [units, channels, places…]
                extent_list split = extents_of(flattened), order{flattened.rank, flattened.rank - 1};
                split.push_back(e[1]);
                for (std::size_t axis = 0; axis + 1 < flattened.rank; ++axis) order.push_back(axis);
                Arrangement how = arranged(split, order);
                how.joined = {e[1], e[0]};
                put("weight", found, std::move(how));
            }
        }
        else if (kind.starts_with("Conv") || separable) // the last two axes first, in turned order; then the window
            put(separable ? "1.weight" : "weight", found, rank == 4 ? arranged(e, {3, 2, 0, 1}) : arranged(e, {2, 1, 0}));
        else made.refusal = "has no module in PyTorch that computes the same";
    }
    return made;
}

}}} // namespace lamina::internals
