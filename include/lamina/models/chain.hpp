// lamina/models/chain.hpp: blocks one after another: what a Sequential is once its shapes are known.
#pragma once

#include <lamina/layers/block.hpp>
#include <lamina/layers/reshaped.hpp>
#include <lamina/models/block_row.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/summary.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The blocks of a Sequential, and its passes.
///
/// It is a block itself: it can be a part of a struct and is one node of a traced plan. What lies between two layers is
/// channels last, sample after sample; a layer that only reshapes hands its input on without a copy.
template <class T, class In, class... Blocks>
class Chain : public BlockRow<Blocks...> {
    static constexpr std::size_t count = sizeof...(Blocks);
    static constexpr std::size_t outside = ~std::size_t{0};
    using indices = std::index_sequence_for<Blocks...>;
    static constexpr bool takes_logits = (TakesLogits<Blocks>, ...);

    using block_slots = inner::slots<indices, Blocks...>;
    template <std::size_t I>
    using block_at = std::remove_cvref_t<decltype(inner::get<I>(std::declval<block_slots&>()))>;

    /// Layer I and the one behind it, where they are computed in one pass.
    template <std::size_t I>
    using joined_at = Joined<block_at<I>, block_at<I + 1 < count ? I + 1 : I>>;

    template <class B>
    static constexpr logits last_of()
    {
        if constexpr (requires { B::ends_in; }) return B::ends_in;
        else return logits::none;
    }

public:
    using value_type = T;
    Chain() = default;
    Chain(Chain&&) noexcept = default;
    Chain& operator=(Chain&&) noexcept = default;
    Chain(const Chain&) = delete; // clone(model) copies
    Chain& operator=(const Chain&) = delete;

    static constexpr shape input = In::value;
    static constexpr shape output = [] {
        shape last = input;
        ((last = Blocks::output), ...);
        return last;
    }();
    static constexpr logits ends_in = [] {
        logits last = logits::none;
        ((last = last_of<Blocks>()), ...);
        return last;
    }();
    template <class U>
    using as = Chain<U, In, with_number<Blocks, U>...>;

    static constexpr std::size_t saved(std::size_t n) { return layout(n).end; }
    static constexpr std::size_t scratch(std::size_t n) { return ping(n, 0) + ping(n, 1) + inner_scratch(n); }

    [[gnu::always_inline]] void forward(Mode mode, const T* x, T* y, T* saved, T* scratch, extent auto samples) const
    {
        const auto n = as_extent(samples);
        [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
            const places at = saved ? layout(n) : places{};
            T* const room[2] = {scratch, scratch + ping(n, 0)};
            T* const work = room[1] + ping(n, 1);
            const auto value = [&](std::size_t k) {
                return k + 1 == count ? y : saved ? saved + at.output[k] : room[ordinal[k] % 2];
            };
            const auto step = [&]<std::size_t L>(constant<L>) __attribute__((always_inline)) {
                const T* const in = source[L] == outside ? x : value(source[L]);
                T* const kept = saved ? saved + at.kept[L] : nullptr;
                if constexpr (joins[L])
                    joined_at<L>::forward(inner::get<L>(this->blocks), inner::get<L + 1>(this->blocks), in, value(L + 1), kept,
                                          work, n);
                else if constexpr (writes(L) && !done_before(L))
                    inner::get<L>(this->blocks).forward(mode.inside(L), in, value(L), kept, work, n);
            };
            (step(constant<I>{}), ...);
        }(indices{});
    }

    void backward(Mode mode, const T* x, const T* y, const T* saved, const T* dy, T* dx, Chain& gradient, T* scratch,
                  std::size_t n) const
    {
        backward_all<true>(false, mode, x, y, saved, dy, dx, gradient, scratch, n);
    }

    void backward_from_logits(Mode mode, const T* x, const T* y, const T* saved, const T* dz, T* dx, Chain& gradient, T* scratch,
                              std::size_t n) const
        requires(takes_logits)
    {
        backward_all<true>(true, mode, x, y, saved, dz, dx, gradient, scratch, n);
    }

    /// Both of them where the gradient of the input is not wanted: what computes it is not even compiled.
    void backward_parameters(bool from_logits, Mode mode, const T* x, const T* y, const T* saved, const T* dy, Chain& gradient,
                             T* scratch, std::size_t n) const
    {
        backward_all<false>(from_logits, mode, x, y, saved, dy, nullptr, gradient, scratch, n);
    }

    [[gnu::always_inline]] auto operator()(const auto& x) const { return call(*this, x); }

    /// The free functions of the same names.
    auto predict(const auto& x) const { return lamina::predict(*this, x); }
    auto predict_classes(const auto& x) const { return lamina::predict_classes(*this, x); }
    std::string summary() const { return lamina::summary(*this); }

private:
    static constexpr std::array<std::size_t, count> sizes{Blocks::output.size()...};
    static constexpr std::array<bool, count> hands_on = [] {
        std::array<bool, count> views{is_view<Blocks>...};
        views[count - 1] = false; // the last layer writes where the caller wants
        return views;
    }();
    static constexpr std::array<bool, count> joins = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<bool, count>{(I + 1 < count && joined_at<I>::exists)...};
    }(indices{});

    /// Whether a layer writes an output of its own, and whether it was computed together with the one before it.
    static constexpr bool writes(std::size_t i) { return !hands_on[i] && !joins[i]; }
    static constexpr bool done_before(std::size_t i) { return i > 0 && joins[i - 1]; }

    /// The layer whose output a layer reads, past those that hand theirs on; `outside` is the model's input.
    static constexpr std::array<std::size_t, count> source = [] {
        std::array<std::size_t, count> from{};
        std::size_t last = outside;
        for (std::size_t i = 0; i < count; ++i) {
            from[i] = done_before(i) ? from[i - 1] : last;
            if (writes(i)) last = i;
        }
        return from;
    }();

    /// The how many-th layer that writes an output of its own: even and odd ones take turns in two buffers.
    static constexpr std::array<std::size_t, count> ordinal = [] {
        std::array<std::size_t, count> number{};
        std::size_t next = 0;
        for (std::size_t i = 0; i < count; ++i) number[i] = writes(i) ? next++ : next;
        return number;
    }();

    /// Where outputs between layers and what layers keep lie in `saved`, for a chunk of n.
    struct places {
        std::array<std::size_t, count> output{}, kept{};
        std::size_t end = 0;
    };
    static constexpr places layout(std::size_t n)
    {
        places p;
        const auto keeps = [n]<std::size_t... I>(std::index_sequence<I...>) {
            return std::array<std::size_t, count>{padded<T>(kept_by<I>(n))...};
        }(indices{});
        for (std::size_t i = 0; i < count; ++i) {
            p.output[i] = p.end;
            if (writes(i) && i + 1 < count) p.end += padded<T>(n * sizes[i]);
            p.kept[i] = p.end;
            p.end += keeps[i];
        }
        return p;
    }
    static constexpr std::size_t ping(std::size_t n, std::size_t which)
    {
        std::size_t widest = 0;
        for (std::size_t i = 0; i + 1 < count; ++i)
            if (writes(i) && ordinal[i] % 2 == which) widest = std::max(widest, sizes[i]);
        return padded<T>(n * widest);
    }
    static constexpr std::size_t inner_scratch(std::size_t n)
    {
        return [n]<std::size_t... I>(std::index_sequence<I...>) { return std::max({padded<T>(used_by<I>(n))...}); }(indices{});
    }

    /// What layer I keeps and works in; nothing where the layer before it does that for both.
    template <std::size_t I>
    static constexpr std::size_t kept_by(std::size_t n)
    {
        if constexpr (joins[I]) return joined_at<I>::saved(n);
        else return done_before(I) ? 0 : saved_of<block_at<I>>(n);
    }
    template <std::size_t I>
    static constexpr std::size_t used_by(std::size_t n)
    {
        if constexpr (joins[I]) return joined_at<I>::scratch(n);
        else return done_before(I) ? 0 : scratch_of<block_at<I>>(n);
    }

    template <bool WantsInput>
    [[gnu::noinline]] void backward_all([[maybe_unused]] bool from_logits, Mode mode, const T* x, const T* y, const T* saved,
                                        const T* dy, [[maybe_unused]] T* dx, Chain& gradient, T* scratch, std::size_t n) const
    {
        [&]<std::size_t... R>(std::index_sequence<R...>) {
            const places at = layout(n);
            T* const room[2] = {scratch, scratch + ping(n, 0)};
            T* const work = room[1] + ping(n, 1);
            const auto step = [&]<std::size_t I>(constant<I>) {
                if constexpr (writes(I)) {
                    constexpr std::size_t from = source[I];
                    const T* const in = from == outside ? x : saved + at.output[from == outside ? 0 : from];
                    const T* const out = I + 1 == count ? y : saved + at.output[I];
                    const T* const dout = I + 1 == count ? dy : room[ordinal[I] % 2];
                    T* const din = from != outside ? room[ordinal[from == outside ? 0 : from] % 2] : WantsInput ? dx : nullptr;
                    if constexpr (done_before(I))
                        joined_at<I - 1>::backward(inner::get<I - 1>(this->blocks), inner::get<I>(this->blocks), in, out,
                                                   saved + at.kept[I - 1], dout, din, inner::get<I - 1>(gradient.blocks),
                                                   inner::get<I>(gradient.blocks), work, n);
                    else {
                        if constexpr (takes_logits && I + 1 == count)
                            if (from_logits) {
                                inner::get<I>(this->blocks)
                                    .backward_from_logits(mode.inside(I), in, out, saved + at.kept[I], dout, din,
                                                          inner::get<I>(gradient.blocks), work, n);
                                return;
                            }
                        inner::get<I>(this->blocks)
                            .backward(mode.inside(I), in, out, saved + at.kept[I], dout, din, inner::get<I>(gradient.blocks),
                                      work, n);
                    }
                }
            };
            (step(constant<count - 1 - R>{}), ...);
        }(indices{});
    }

public:
    /// Bytes that inference of one sample works in, besides the parameters.
    static constexpr std::size_t workspace_bytes = sizeof(T) * scratch(1);
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
