// lamina/models/composites/block_row.hpp: blocks in a row, each with a position and perhaps a name: what Sequential and Parallel hold.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/flat_tuple.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/core/parts.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A layer's position as text.
struct decimal {
    char digits[20]{};
    std::size_t start = 20;

    consteval decimal(std::size_t number)
    {
        do digits[--start] = static_cast<char>('0' + number % 10);
        while (number /= 10);
    }
    constexpr std::string_view view() const { return {digits + start, 20 - start}; }
};
template <std::size_t At> inline constexpr decimal position{At};

/// Blocks in a row: what a Sequential or a Parallel is, apart from what it computes.
template <class... B> class BlockRow {
    static constexpr std::size_t count = sizeof...(B);
    using indices = std::make_index_sequence<count>;

public:
    static constexpr std::size_t layer_count = count;
    /// The number of learned elements.
    static constexpr std::size_t parameter_count = (std::size_t{0} + ... + parameter_count_of<B>());
    /// Multiply-adds of one sample in inference.
    static constexpr std::size_t multiply_adds = (std::size_t{0} + ... + multiply_adds_of<B>());

    /// The layer at a position, or with a name: `model.layer<0>()`, `model.layer<"stem">()`.
    template <std::size_t At> auto& layer() { return get<At>(blocks); }
    template <std::size_t At> const auto& layer() const { return get<At>(blocks); }
    template <text Name> auto& layer() { return layer<position_of(Name.view())>(); }
    template <text Name> const auto& layer() const { return layer<position_of(Name.view())>(); }

    /// Calls `f(name, layer)` in order; the name is the option `Name<…>` or the position.
    template <class F> void for_each_layer(F&& f) { visit(*this, f, indices{}); }
    template <class F> void for_each_layer(F&& f) const { visit(*this, f, indices{}); }

    /// What `all_bound` asks a Sequential.
    bool all_layers_bound() const
    {
        return [&]<std::size_t... At>(std::index_sequence<At...>) { return (true && ... && all_bound(layer<At>())); }(indices{});
    }

protected:
    flat_tuple<indices, B...> blocks;

private:
    template <class Self, class F, std::size_t... At> static void visit(Self& self, F& f, std::index_sequence<At...>)
    {
        (f(given[At].empty() ? position<At>.view() : given[At], self.template layer<At>()), ...);
    }

    static constexpr std::array<std::string_view, count> given{given_name<B>()...};

    static void no_layer_of_this_model_has_that_Name();
    static consteval std::size_t position_of(std::string_view name)
    {
        for (std::size_t i = 0; i < count; ++i)
            if (given[i] == name) return i;
        no_layer_of_this_model_has_that_Name(); // not constant, so the compiler says its name
        return count;
    }
};

}}} // namespace lamina::internals
