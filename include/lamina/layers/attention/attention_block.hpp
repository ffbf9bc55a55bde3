// lamina/layers/attention/attention_block.hpp: what the blocks of attention layers have in common, whatever their passes are.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/joining.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The masks of query, value and key.
using masks_of_three = std::array<const std::uint8_t*, 3>;

/// Whether one of the gradients before `dx[i]` is the same one: what is given to both is added.
template <class T> bool given_before(const std::array<T*, 3>& dx, std::size_t i)
{
    const auto here = dx.begin() + static_cast<std::ptrdiff_t>(i);
    return std::find(dx.begin(), here, dx[i]) != here;
}

/// Which pairs of a query and a key count, in functions on tensors: of a shape that broadcasts to [n, queries, keys], or with an axis of heads
/// behind n; empty where all do.
template <bool Heads, std::size_t Queries, std::size_t Keys, bool Causal, class With, class X>
X composed_pairs(const With& with, const X& of_queries, const X& of_values, const X& of_keys)
{
    constexpr Shape columns = Heads ? Shape{1, Queries, 1} : Shape{Queries, 1}, rows = Heads ? Shape{1, 1, Keys} : Shape{1, Keys};
    X all;
    const auto also = [&](const X& pairs) { all = all ? X(logical_and(all, pairs)) : pairs; };
    if (of_queries) also(as_samples<columns>(of_queries));
    if (of_values) also(as_samples<rows>(of_values));
    if (of_keys) also(as_samples<rows>(of_keys));
    if constexpr (Causal)
        also(with.template numbers<bool>(Shape{Queries, Keys}, [](bool* to) {
            for (std::size_t i = 0; i < Queries * Keys; ++i) to[i] = i % Keys <= i / Keys;
        }));
    return all;
}

/// Attention of a sequence on itself. The layer has `passes<T, query, value, key>`; its block brings the fields.
template <class L, class T, Shape In> struct attention_block : protocols::block_base<L, T, In> {
    using passes = typename L::template passes<T, In, In, In>;
    using block = typename L::template block<T, In>;
    static constexpr bool passes_mask = true;
    static constexpr std::size_t multiply_adds = passes::multiply_adds;

    void initialize(Random random) { passes::initialize(static_cast<block&>(*this), random); }
    static constexpr std::size_t saved(std::size_t n) { return passes::saved(n); }
    static constexpr std::size_t scratch(std::size_t n) { return passes::scratch(n); }

    void forward(protocols::Mode mode, const T* x, T* y, T* saved, T* scratch, std::size_t n) const
    {
        passes::forward(static_cast<const block&>(*this), mode, {x, x, x}, {mode.mask(), mode.mask(), nullptr}, y, saved, scratch,
                        n);
    }
    void backward(protocols::Mode mode, const T* x, const T*, const T* saved, const T* dy, T* dx, block& gradient, T* scratch,
                  std::size_t n) const
    {
        passes::backward(static_cast<const block&>(*this), mode, {x, x, x}, {mode.mask(), mode.mask(), nullptr}, saved, dy,
                         {dx, dx, dx}, gradient, scratch, n);
    }
    template <class X, class With> X compose(const With& with, const X& x) const
    {
        return passes::template compose<X>(static_cast<const block&>(*this), with, {x, x, x}, {with.mask(0), with.mask(0), X{}});
    }
};

/// Attention on another sequence: a query and a value, or a query, a value and a key.
template <class L, class T, class... In> struct joining_attention_block : protocols::joining_base<L, T, In...> {
    static constexpr std::size_t key_at = sizeof...(In) - 1;
    static constexpr const Shape* shapes = Inputs<In...>::values;
    using passes = typename L::template passes<T, shapes[0], shapes[1], shapes[key_at]>;
    using block = typename L::template joining_block<T, In...>;
    static constexpr bool passes_mask = true;
    static constexpr std::size_t multiply_adds = passes::multiply_adds;

    void initialize(Random random) { passes::initialize(static_cast<block&>(*this), random); }
    static constexpr std::size_t saved(std::size_t n) { return passes::saved(n); }
    static constexpr std::size_t scratch(std::size_t n) { return passes::scratch(n); }

    void forward(protocols::Mode mode, const T* const* x, T* y, T* saved, T* scratch, std::size_t n) const
    {
        passes::forward(static_cast<const block&>(*this), mode, {x[0], x[1], x[key_at]}, masks(mode), y, saved, scratch, n);
    }
    void backward(protocols::Mode mode, const T* const* x, const T*, const T* saved, const T* dy, T* const* dx, block& gradient,
                  T* scratch, std::size_t n) const
    {
        passes::backward(static_cast<const block&>(*this), mode, {x[0], x[1], x[key_at]}, masks(mode), saved, dy,
                         {dx[0], dx[1], dx[key_at]}, gradient, scratch, n);
    }
    template <class X, class With, class... More> X compose(const With& with, const X& query, const More&... more) const
    {
        const std::array<X, sizeof...(In)> x{query, more...};
        return passes::template compose<X>(static_cast<const block&>(*this), with, {x[0], x[1], x[key_at]},
                                           {with.mask(0), with.mask(1), key_at == 2 ? with.mask(2) : X{}});
    }

private:
    static masks_of_three masks(protocols::Mode mode)
    {
        return {mode.mask(0), mode.mask(1), key_at == 2 ? mode.mask(2) : nullptr};
    }
};

}}} // namespace lamina::internals
