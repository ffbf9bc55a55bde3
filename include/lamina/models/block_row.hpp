// lamina/models/block_row.hpp: blocks in a row, each with a position and perhaps a name: what Sequential and Parallel hold.
#pragma once

#include <lamina/core/parts.hpp>
#include <lamina/core/slots.hpp>
#include <lamina/core/text.hpp>
#include <lamina/layers/block.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina::inline LAMINA_ARCHITECTURE {

namespace inner {

using lamina::detail::get, lamina::detail::slots;

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
template <std::size_t I>
inline constexpr decimal position{I};

} // namespace inner

/// Blocks in a row: what a Sequential or a Parallel is, apart from what it computes.
template <class... B>
class BlockRow {
    static constexpr std::size_t count = sizeof...(B);
    using indices = std::make_index_sequence<count>;

public:
    static constexpr std::size_t layer_count = count;
    /// The number of learned elements.
    static constexpr std::size_t parameter_count = (std::size_t{0} + ... + parameter_count_of<B>());
    /// Multiply-adds of one sample in inference.
    static constexpr std::size_t multiply_adds = (std::size_t{0} + ... + multiply_adds_of<B>());

    /// The layer at a position, or with a name: `model.layer<0>()`, `model.layer<"stem">()`.
    template <std::size_t I>
    auto& layer()
    {
        return inner::get<I>(blocks);
    }
    template <std::size_t I>
    const auto& layer() const
    {
        return inner::get<I>(blocks);
    }
    template <text Name>
    auto& layer()
    {
        return layer<position_of(Name.view())>();
    }
    template <text Name>
    const auto& layer() const
    {
        return layer<position_of(Name.view())>();
    }

    /// Calls `f(name, layer)` in order; the name is the option `Name<…>` or the position.
    template <class F>
    void for_each_layer(F&& f)
    {
        visit(*this, f, indices{});
    }
    template <class F>
    void for_each_layer(F&& f) const
    {
        visit(*this, f, indices{});
    }

    /// What `all_bound` asks a Sequential.
    bool all_layers_bound() const
    {
        return [&]<std::size_t... I>(std::index_sequence<I...>) { return (true && ... && all_bound(layer<I>())); }(indices{});
    }

protected:
    inner::slots<indices, B...> blocks;

private:
    template <class Self, class F, std::size_t... I>
    static void visit(Self& self, F& f, std::index_sequence<I...>)
    {
        (f(given[I].empty() ? inner::position<I>.view() : given[I], self.template layer<I>()), ...);
    }

    static constexpr std::array<std::string_view, count> given{given_name<B>()...};

    static consteval std::size_t position_of(std::string_view name)
    {
        for (std::size_t i = 0; i < count; ++i)
            if (given[i] == name) return i;
        throw "lamina: no layer of this model has that Name";
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
