// lamina/models/parallel.hpp: branches that read the same input, and whose outputs are concatenated or added.
#pragma once

#include <lamina/models/branch.hpp>
#include <lamina/models/merge.hpp>

#include <initializer_list>

namespace lamina::inline LAMINA_ARCHITECTURE {

namespace inner {

/// The blocks of a Parallel `P`, and its passes.
template <class P, class T, shape In, class... Blocks>
class Branched : public BlockRow<Blocks...> {
    static constexpr std::size_t count = sizeof...(Blocks);
    using indices = std::index_sequence_for<Blocks...>;

public:
    using value_type = T;
    template <class U>
    using as = typename P::template block<U, In>;
    static constexpr std::string_view kind = P::kind, name = P::name;
    Branched() = default;
    Branched(Branched&&) noexcept = default;
    Branched& operator=(Branched&&) noexcept = default;

    static constexpr shape input = In, output = P::accept(In).output;
    static constexpr std::size_t saved(std::size_t n) { return layout(n).end; }
    static constexpr std::size_t scratch(std::size_t n) { return room(n) + aside(n) + widest({scratch_of<Blocks>(n)...}); }

    void forward(Mode mode, const T* x, T* y, T* saved, T* scratch, extent auto samples) const
    {
        const auto n = as_extent(samples);
        const places at = saved ? layout(n) : places{};
        T* const work = scratch + room(n) + aside(n);
        const auto step = [&]<std::size_t I>(constant<I>, const auto& branch) {
            const T* out = x;
            if constexpr (!hands_on[I]) {
                T* const to = saved ? saved + at.output[I] : scratch;
                branch.forward(mode.inside(I), x, to, saved ? saved + at.kept[I] : nullptr, work, n);
                out = to;
            }
            P::merge::put(out, y, n * rows, first[I], widths[I], output.back());
        };
        [&]<std::size_t... I>(std::index_sequence<I...>) { (step(constant<I>{}, inner::get<I>(this->blocks)), ...); }(indices{});
    }

    void backward(Mode mode, const T* x, const T*, const T* saved, const T* dy, T* dx, Branched& gradient, T* scratch,
                  std::size_t n) const
    {
        const places at = layout(n);
        T* const beside = scratch + room(n);
        T* const work = beside + aside(n);
        const auto step = [&]<std::size_t I>(constant<I>, const auto& branch, auto& of_branch) {
            const T* const dout = P::merge::take(dy, scratch, n * rows, first[I], widths[I], output.back());
            T* const din = !dx || I == 0 ? dx : beside; // further branches are added to the first one's
            branch.backward(mode.inside(I), x, hands_on[I] ? x : saved + at.output[I], saved + at.kept[I], dout, din, of_branch,
                            work, n);
            if (I > 0 && dx) kernels::add(din, dx, n * In.size());
        };
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (step(constant<I>{}, inner::get<I>(this->blocks), inner::get<I>(gradient.blocks)), ...);
        }(indices{});
    }

    auto operator()(const auto& x) const { return call(*this, x); }

private:
    static constexpr std::array<bool, count> hands_on{is_view<Blocks>...};
    static constexpr std::array<std::size_t, count> sizes{Blocks::output.size()...}, widths{Blocks::output.back()...};
    static constexpr std::size_t rows = sizes[0] / widths[0];

    /// The column of the output where a branch begins, before Add as well: its first branch is the one at 0.
    static constexpr std::array<std::size_t, count> first = [] {
        std::array<std::size_t, count> columns{};
        for (std::size_t i = 1; i < count; ++i) columns[i] = columns[i - 1] + widths[i - 1];
        return columns;
    }();

    /// Where outputs of branches and what branches keep lie in `saved`, for a chunk of n.
    struct places {
        std::array<std::size_t, count> output{}, kept{};
        std::size_t end = 0;
    };
    static constexpr places layout(std::size_t n)
    {
        const std::size_t keeps[]{saved_of<Blocks>(n)...};
        places p;
        for (std::size_t i = 0; i < count; ++i) {
            p.output[i] = p.end;
            if (!hands_on[i]) p.end += padded<T>(n * sizes[i]);
            p.kept[i] = p.end;
            p.end += padded<T>(keeps[i]);
        }
        return p;
    }

    static constexpr std::size_t widest(std::initializer_list<std::size_t> regions) { return padded<T>(std::max(regions)); }
    /// For a branch's output in inference, or the gradient of it.
    static constexpr std::size_t room(std::size_t n) { return widest({n * Blocks::output.size()...}); }
    /// For a branch's gradient of the input.
    static constexpr std::size_t aside(std::size_t n) { return count > 1 ? padded<T>(n * In.size()) : 0; }
};

/// What the layers of a Parallel answer to one input.
template <class Layers>
struct branches;
template <class... Layers>
struct branches<pack<Layers...>> {
    static constexpr std::size_t count = sizeof...(Layers);

    struct answers {
        std::array<shape, count> outputs{};
        refusing by{};
    };

    static constexpr answers ask(const shape& in)
    {
        answers a;
        [[maybe_unused]] const auto step = [&](const verdict& v) {
            a.by.reason = v.answer;
            if (v.answer == fit::yes) a.outputs[a.by.at++] = v.output;
            return v.answer == fit::yes;
        };
        if ((step(inner::ask<Layers>(in)) && ...)) a.by = judge_names<Layers...>();
        return a;
    }

    template <class Given>
    static constexpr refusing by = ask(Given::value).by;
    template <class Place, class Given>
    struct refusal : refusal_of_one<Place, by<Given>.at, by<Given>.reason, Given, Layers...> {};
};

template <class P, class T, shape In, class... Layers>
auto branched(pack<Layers...>) -> Branched<P, T, In, typename Layers::template block<T, In>...>;

template <class Merge>
concept merges = requires(const std::array<shape, 1>& outputs) { Merge::merge(outputs); };

} // namespace inner

/// Branches beside each other: `Parallel<Concat, Conv2D<4, Kernel<1>>, Branch<Conv2D<2, Kernel<1>, Relu>, Conv2D<4, Same>>>`.
/// A branch is a layer, or `Branch<…>` of several; `Branch<>` gives the input itself.
///
/// Shapes   `Concat`: [a, b, c] -> [d, e, f1], [d, e, f2], … -> [d, e, f1 + f2 + …]. `Add`: every branch gives the same shape.
/// Options  Name, anywhere among the branches.
/// Learns   what its branches learn, by their positions or names: `1/0/kernel`, of a Branch `1/0/0/kernel`.
/// Refuses  branches whose outputs cannot be merged, and what its branches refuse.
template <class Merge, class... Parts>
struct Parallel {
    using options = inner::check_names<Parts...>;
    static constexpr std::string_view kind = "Parallel";
    static constexpr std::string_view name = chosen<family::name, Name<"">, Parts...>::value;
    using merge = Merge;
    using layers = inner::layers_among<Parts...>;
    using branches = inner::branches<layers>;

    static constexpr verdict accept(shape in)
    {
        if constexpr (branches::count == 0 || !inner::merges<Merge>)
            return refuses(fit::a_Parallel_needs_Concat_or_Add_and_then_branches);
        else {
            const auto asked = branches::ask(in);
            if (in.size() == 0) return refuses(fit::an_extent_is_zero);
            if (asked.by.reason != fit::yes) return refuses(asked.by.reason);
            return Merge::merge(asked.outputs);
        }
    }

    template <class Place, class Given>
        requires(inner::merges<Merge> && branches::template by<Given>.reason != fit::yes)
    using refusal_inside = typename branches::template refusal<Place, Given>::type;

    template <class T, shape In>
    using block = decltype(inner::branched<Parallel, T, In>(layers{}));

    template <auto... In>
    using on = bound<Parallel, float, Input<In...>>;
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
