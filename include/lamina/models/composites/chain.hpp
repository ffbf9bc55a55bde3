// lamina/models/composites/chain.hpp: blocks one after another: what a Sequential is once its shapes are known.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/fused.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/reshaping/view_block.hpp>
#include <lamina/models/composites/block_row.hpp>
#include <lamina/trace/symbol.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Where a member has the name of a free function, the free one is called from here. A header that declares it is included by whoever
/// calls the member: this one stands below all that computes with models.
auto predict_of(const auto& model, const auto& x) { return predict(model, x); }
auto predict_classes_of(const auto& model, const auto& x) { return predict_classes(model, x); }
auto summary_of(const auto& model) { return summary(model); }

/// The blocks of a Sequential, and its passes.
///
/// It is a block itself: it can be a part of a struct and is one node of a traced plan. What lies between two layers is
/// channels last, sample after sample; a layer that only reshapes hands its input on without a copy.
template <class T, class In, class... Blocks> class Chain : public BlockRow<Blocks...> {
    static constexpr std::size_t count = sizeof...(Blocks);
    static constexpr std::size_t outside = ~std::size_t{0};
    using indices = std::index_sequence_for<Blocks...>;

    using block_slots = flat_tuple<indices, Blocks...>;
    template <std::size_t At> using block_at = std::remove_cvref_t<decltype(get<At>(std::declval<block_slots&>()))>;

    /// Layer At and the one behind it, where they are computed in one pass.
    template <std::size_t At> using fused_at = Fused<block_at<At>, block_at<At + 1 < count ? At + 1 : At>>;

    /// The last layer that computes; what is behind it only reshapes.
    static constexpr std::size_t last_computing = [] {
        constexpr std::array<bool, count> views{is_view<Blocks>...};
        std::size_t last = count - 1;
        while (last > 0 && views[last]) --last;
        return last;
    }();

    /// What a block ends in; behind it the last axis, along which softmax works, must not change.
    template <class B> static constexpr output_activation end_of()
    {
        if constexpr (requires { B::ends_in; }) {
            const bool by_rows = B::ends_in == output_activation::softmax || B::ends_in == output_activation::log_softmax;
            return by_rows && B::output.back() != output.back() ? output_activation::none : B::ends_in;
        }
        else return output_activation::none;
    }

public:
    using value_type = T;
    Chain() = default;
    Chain(Chain&&) noexcept = default;
    Chain& operator=(Chain&&) noexcept = default;
    Chain(const Chain&) = delete; // clone(model) copies
    Chain& operator=(const Chain&) = delete;

    static constexpr Shape input = In::value;
    static constexpr Shape output = [] {
        Shape last = input;
        ((last = Blocks::output), ...);
        return last;
    }();
    static constexpr output_activation ends_in = end_of<block_at<last_computing>>();
    static constexpr bool takes_logits =
        TakesLogits<block_at<last_computing>> && (ends_in == output_activation::softmax || ends_in == output_activation::sigmoid);
    static constexpr std::size_t whole_below = [] {
        constexpr std::array<std::size_t, count> below{whole_below_of<Blocks>()...};
        constexpr std::array<bool, count> views{is_view<Blocks>...};
        std::size_t first = 0;
        while (first + 1 < count && views[first]) ++first;
        return below[first];
    }();
    static constexpr bool across_batch = (false || ... || across_batch_of<Blocks>());
    static constexpr bool penalizes_activity = (false || ... || penalizes_activity_of<Blocks>());
    template <class U> using as = Chain<U, In, with_number<Blocks, U>...>;

    static constexpr std::size_t saved(std::size_t n) { return layout(n).end; }
    static constexpr std::size_t scratch(std::size_t n)
    {
        return ping(n, 0) + ping(n, 1) + inner_scratch(n) + mask_place(count, n);
    }

    /// The steps of the mask that its output has, made by one of its layers; whether it hands on one that it is given.
    static constexpr std::size_t mask_steps = [] {
        std::size_t steps = 0;
        ((steps = mask_steps_of<Blocks>() > 0 ? mask_steps_of<Blocks>() : passes_mask_of<Blocks>() ? steps : 0), ...);
        return steps;
    }();
    static constexpr bool passes_mask = (true && ... && (passes_mask_of<Blocks>() && mask_steps_of<Blocks>() == 0));

    [[gnu::always_inline]] void forward(Mode mode, const T* x, T* y, T* saved, T* scratch, extent auto samples) const
    {
        pass(mode, x, y, nullptr, saved, scratch, as_extent(samples));
    }

    void forward_with_logits(Mode mode, const T* x, T* y, T* z, T* saved, T* scratch, std::size_t n) const
        requires(takes_logits)
    {
        pass(mode, x, y, z, saved, scratch, n);
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

    /// What it makes of a batch, in functions on tensors, and the mask of that.
    template <class X, class With> X compose(const With& with, const X& x) const { return composed_all(with, x).first; }
    template <class X, class With> X composed_mask(const With& with, const X& x) const { return composed_all(with, x).second; }

    [[gnu::always_inline]] auto operator()(const auto& x) const { return call(*this, x); }

    /// The free functions of the same names, of lamina/models/predict.hpp and lamina/models/summary.hpp.
    auto predict(const auto& x) const { return predict_of(*this, x); }
    auto predict_classes(const auto& x) const { return predict_classes_of(*this, x); }
    auto summary() const { return summary_of(*this); }

private:
    template <class X, class With> std::pair<X, X> composed_all(const With& with, const X& x) const
    {
        std::pair<X, X> now{x, with.mask(0)};
        const auto step = [&](const auto& layer, std::size_t at) {
            const auto inner = with.inside(at).masked(std::vector<X>{now.second});
            X mask = mask_behind(layer, inner, now.first);
            now = {composed(layer, inner, now.first), std::move(mask)};
        };
        [&]<std::size_t... At>(std::index_sequence<At...>) { (step(get<At>(this->blocks), At), ...); }(indices{});
        return now;
    }

    /// Forward; `z` is where the logits go, or null; as nullptr_t nothing of it is compiled.
    template <class Logits>
    [[gnu::always_inline]] void pass(Mode mode, const T* x, T* y, [[maybe_unused]] Logits z, T* saved, T* scratch,
                                     extent auto n) const
    {
        [&]<std::size_t... At>(std::index_sequence<At...>) __attribute__((always_inline)) {
            const places at = saved ? layout(n) : places{};
            T* const room[2] = {scratch, scratch + ping(n, 0)};
            T* const work = room[1] + ping(n, 1);
            T* const masks = saved ? saved + at.masks : work + inner_scratch(n);
            const auto value = [&](std::size_t k) {
                return k + 1 == count ? y : saved ? saved + at.output[k] : room[ordinal[k] % 2];
            };
            const auto step = [&]<std::size_t L>(fixed<L>) __attribute__((always_inline)) {
                if constexpr (mask_steps > 0 && L > mask_maker(count))
                    if (mode.only_masks) return;
                const T* const in = source[L] == outside ? x : value(source[L]);
                T* const kept = saved ? saved + at.kept[L] : nullptr;
                const std::uint8_t* mask = nullptr;
                const Mode inner = inside<L>(mode, masks, &mask, n);
                if constexpr (fuses[L])
                    fused_at<L>::forward(get<L>(this->blocks), get<L + 1>(this->blocks), in, value(L + 1), kept, work, n);
                else if constexpr (!std::is_null_pointer_v<Logits> && L == last_computing)
                    get<L>(this->blocks).forward_with_logits(inner, in, value(L), z, kept, work, n);
                else if constexpr (writes(L) && !done_before(L)) get<L>(this->blocks).forward(inner, in, value(L), kept, work, n);
            };
            (step(fixed<At>{}), ...);
            if constexpr (mask_steps > 0)
                if (mode.mask_out) std::memcpy(mode.mask_out, masks + mask_place(mask_maker(count), n), n * mask_steps);
        }(indices{});
    }

    static constexpr std::array<std::size_t, count> sizes{Blocks::output.size()...};
    static constexpr std::array<bool, count> hands_on = [] {
        std::array<bool, count> views{is_view<Blocks>...};
        views[count - 1] = false; // the last layer writes where the caller wants
        return views;
    }();
    static constexpr std::array<bool, count> fuses = []<std::size_t... At>(std::index_sequence<At...>) {
        return std::array<bool, count>{(At + 1 < count && fused_at<At>::exists)...};
    }(indices{});

    /// Whether a layer writes an output of its own, and whether it was computed together with the one before it.
    static constexpr bool writes(std::size_t i) { return !hands_on[i] && !fuses[i]; }
    static constexpr bool done_before(std::size_t i) { return i > 0 && fuses[i - 1]; }

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

    /// The index of a layer among those that write an output of their own: even and odd ones alternate between two buffers.
    static constexpr std::array<std::size_t, count> ordinal = [] {
        std::array<std::size_t, count> number{};
        std::size_t next = 0;
        for (std::size_t i = 0; i < count; ++i) number[i] = writes(i) ? next++ : next;
        return number;
    }();

    /// Where outputs between layers and what layers keep lie in `saved`, for a chunk of n.
    struct places {
        std::array<std::size_t, count> output{}, kept{};
        std::size_t masks = 0, end = 0;
    };
    static constexpr places layout(std::size_t n)
    {
        places p;
        const auto keeps = [n]<std::size_t... At>(std::index_sequence<At...>) {
            return std::array<std::size_t, count>{padded<T>(kept_by<At>(n))...};
        }(indices{});
        for (std::size_t i = 0; i < count; ++i) {
            p.output[i] = p.end;
            if (writes(i) && i + 1 < count) p.end += padded<T>(n * sizes[i]);
            p.kept[i] = p.end;
            p.end += keeps[i];
        }
        p.masks = p.end;
        p.end += mask_place(count, n);
        return p;
    }

    static constexpr std::array<std::size_t, count> steps_made{mask_steps_of<Blocks>()...};

    /// The place of the mask that layer `of` makes, among all of them.
    static constexpr std::size_t mask_place(std::size_t of, std::size_t n)
    {
        std::size_t at = 0;
        for (std::size_t i = 0; i < of; ++i) at += mask_size<T>(steps_made[i], n);
        return at;
    }
    /// The layer that made the mask that reaches the input of a layer; `outside` where it may be that of the whole, `count` where there is
    /// none.
    static constexpr std::size_t mask_maker(std::size_t of)
    {
        constexpr std::array<bool, count> passes{passes_mask_of<Blocks>()...};
        std::size_t maker = outside;
        for (std::size_t i = 0; i < of; ++i) maker = steps_made[i] > 0 ? i : passes[i] ? maker : count;
        return maker;
    }
    /// The mode of layer `At`, with its mask, and the place of the one that it makes.
    template <std::size_t At>
    static Mode inside(Mode mode, [[maybe_unused]] T* masks, [[maybe_unused]] const std::uint8_t** mask,
                       [[maybe_unused]] std::size_t n)
    {
        constexpr std::size_t maker = mask_maker(At);
        Mode inner = mode.inside(At);
        inner.mask_out = nullptr;
        if constexpr (mask_steps > 0) inner.only_masks = mode.only_masks && At == mask_maker(count); // what is before it is read
        if constexpr (steps_made[At] > 0) inner.mask_out = reinterpret_cast<std::uint8_t*>(masks + mask_place(At, n));
        if constexpr (maker == count) inner.masks = nullptr;
        else if constexpr (maker != outside) {
            *mask = reinterpret_cast<const std::uint8_t*>(masks + mask_place(maker, n));
            inner.masks = mask;
        }
        return inner;
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
        return [n]<std::size_t... At>(std::index_sequence<At...>) { return std::max({padded<T>(used_by<At>(n))...}); }(indices{});
    }

    /// What layer At keeps and works in; nothing where the layer before it does that for both.
    template <std::size_t At> static constexpr std::size_t kept_by(std::size_t n)
    {
        if constexpr (fuses[At]) return fused_at<At>::saved(n);
        else return done_before(At) ? 0 : saved_of<block_at<At>>(n);
    }
    template <std::size_t At> static constexpr std::size_t used_by(std::size_t n)
    {
        if constexpr (fuses[At]) return fused_at<At>::scratch(n);
        else return done_before(At) ? 0 : scratch_of<block_at<At>>(n);
    }

    std::array<bool, count> learned_layers() const
    {
        return [&]<std::size_t... At>(std::index_sequence<At...>) {
            return std::array<bool, count>{internals::learns(get<At>(this->blocks))...};
        }(indices{});
    }

    template <bool WantsInput>
    [[gnu::noinline]] void backward_all([[maybe_unused]] bool from_logits, Mode mode, const T* x, const T* y, const T* saved,
                                        const T* dy, [[maybe_unused]] T* dx, Chain& gradient, T* scratch, std::size_t n) const
    {
        [&]<std::size_t... R>(std::index_sequence<R...>) {
            const places at = layout(n);
            T* const room[2] = {scratch, scratch + ping(n, 0)};
            T* const work = room[1] + ping(n, 1);
            // Before the first layer that is learned no gradient is wanted, unless that of the input is.
            const std::array<bool, count> learned = learned_layers();
            std::size_t first = 0;
            if (!WantsInput || !dx)
                while (first < count && !learned[first]) ++first;
            const auto step = [&]<std::size_t At>(fixed<At>) {
                if constexpr (writes(At)) {
                    if (At < first) return;
                    constexpr std::size_t from = source[At];
                    const T* const in = from == outside ? x : saved + at.output[from == outside ? 0 : from];
                    const T* const out = At + 1 == count ? y : saved + at.output[At];
                    const T* const dout = At + 1 == count ? dy : room[ordinal[At] % 2];
                    T* const din = from == outside ? (WantsInput ? dx : nullptr)
                                   : from < first  ? nullptr
                                                   : room[ordinal[from == outside ? 0 : from] % 2];
                    const std::uint8_t* mask = nullptr;
                    Mode inner = inside<At>(mode, const_cast<T*>(saved) + at.masks, &mask, n);
                    inner.mask_out = nullptr;
                    inner.parameters =
                        learned[done_before(At) ? At - 1 : At]; // what stands second in a fused pair learns nothing
                    if constexpr (done_before(At))
                        fused_at<At - 1>::backward(inner, get<At - 1>(this->blocks), get<At>(this->blocks), in, out,
                                                   saved + at.kept[At - 1], dout, din, get<At - 1>(gradient.blocks),
                                                   get<At>(gradient.blocks), work, n);
                    else {
                        if constexpr (takes_logits && At == last_computing)
                            if (from_logits) {
                                get<At>(this->blocks)
                                    .backward_from_logits(inner, in, out, saved + at.kept[At], dout, din,
                                                          get<At>(gradient.blocks), work, n);
                                return;
                            }
                        get<At>(this->blocks)
                            .backward(inner, in, out, saved + at.kept[At], dout, din, get<At>(gradient.blocks), work, n);
                    }
                }
            };
            (step(fixed<count - 1 - R>{}), ...);
        }(indices{});
    }

public:
    /// Bytes that inference of one sample works in, besides the parameters.
    static constexpr std::size_t workspace_bytes = sizeof(T) * scratch(1);
};

}}} // namespace lamina::internals
