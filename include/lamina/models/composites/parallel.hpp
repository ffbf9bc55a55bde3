// lamina/models/composites/parallel.hpp: branches that read the same input, and whose outputs are concatenated or added.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/models/composites/branch.hpp>
#include <lamina/models/composites/merge.hpp>

#include <initializer_list>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// The blocks of a Parallel `P`, and its passes.
template <class P, class T, Shape In, class... Blocks> class Branched : public BlockRow<Blocks...> {
    static constexpr std::size_t count = sizeof...(Blocks);
    using indices = std::index_sequence_for<Blocks...>;

public:
    using value_type = T;
    template <class U> using as = typename P::template block<U, In>;
    using specification = P;
    static constexpr std::string_view kind = P::kind, name = P::name;
    Branched() = default;
    Branched(Branched&&) noexcept = default;
    Branched& operator=(Branched&&) noexcept = default;

    static constexpr Shape input = In, output = output_at<P, In>;
    static constexpr bool across_batch = (false || ... || across_batch_of<Blocks>());
    static constexpr bool penalizes_activity = (false || ... || penalizes_activity_of<Blocks>());
    static constexpr std::size_t saved(std::size_t n) { return layout(n).end; }
    static constexpr std::size_t scratch(std::size_t n) { return room(n) + aside(n) + widest({scratch_of<Blocks>(n)...}); }

    void forward(Mode mode, const T* x, T* y, T* saved, T* scratch, extent auto samples) const
    {
        const auto n = as_extent(samples);
        const places at = saved ? layout(n) : places{};
        T* const work = scratch + room(n) + aside(n);
        const auto step = [&]<std::size_t At>(fixed<At>, const auto& branch) {
            const T* out = x;
            if constexpr (!hands_on[At]) {
                T* const to = saved ? saved + at.output[At] : scratch;
                branch.forward(mode.inside(At), x, to, saved ? saved + at.kept[At] : nullptr, work, n);
                out = to;
            }
            P::merge::put(out, y, n * rows, first[At], widths[At], output.back());
        };
        [&]<std::size_t... At>(std::index_sequence<At...>) { (step(fixed<At>{}, get<At>(this->blocks)), ...); }(indices{});
    }

    void backward(Mode mode, const T* x, const T*, const T* saved, const T* dy, T* dx, Branched& gradient, T* scratch,
                  std::size_t n) const
    {
        const places at = layout(n);
        T* const beside = scratch + room(n);
        T* const work = beside + aside(n);
        const auto step = [&]<std::size_t At>(fixed<At>, const auto& branch, auto& of_branch) {
            const T* const dout = P::merge::take(dy, scratch, n * rows, first[At], widths[At], output.back());
            T* const din = !dx || At == 0 ? dx : beside; // further branches are added to the first one's
            branch.backward(mode.inside(At), x, hands_on[At] ? x : saved + at.output[At], saved + at.kept[At], dout, din,
                            of_branch, work, n);
            if (At > 0 && dx) internals::kernels::add(din, dx, n * In.size());
        };
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (step(fixed<At>{}, get<At>(this->blocks), get<At>(gradient.blocks)), ...);
        }(indices{});
    }

    template <class X, class With> X compose(const With& with, const X& x) const
    {
        return [&]<std::size_t... At>(std::index_sequence<At...>) -> X {
            const std::vector<X> outputs{composed(get<At>(this->blocks), with.inside(At), x)...};
            if constexpr (requires { P::merge::compose(outputs); }) return P::merge::compose(outputs);
            else refuse_form_in_ops("the merge of a Parallel");
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
template <class Layers> struct branches;
template <class... Layers> struct branches<pack<Layers...>> {
    static constexpr std::size_t count = sizeof...(Layers);

    struct answers {
        std::array<Shape, count> outputs{};
        refusing by{};
    };

    static constexpr answers ask(const Shape& in)
    {
        return collect([&]<class L>(std::type_identity<L>) { return internals::ask<L>(in); });
    }
    template <Shape In> static constexpr answers ask_at()
    {
        return collect([]<class L>(std::type_identity<L>) { return internals::ask_at<L, In>(); });
    }
    static constexpr answers collect(const auto& asked)
    {
        answers a;
        [[maybe_unused]] const auto step = [&](const verdict& v) {
            a.by.reason = v.answer;
            if (v.answer == misfit::none) a.outputs[a.by.at++] = v.output;
            return v.answer == misfit::none;
        };
        if ((step(asked(std::type_identity<Layers>{})) && ...)) a.by = judge_names<Layers...>();
        return a;
    }

    static constexpr bool asks_with_constants = (false || ... || internals::asks_with_constants<Layers>);
    template <class Given> static constexpr refusing by = ask_at<Given::value>().by;
    template <class Place, class Given>
    struct refusal : refusal_of_one<Place, by<Given>.at, by<Given>.reason, Given, Layers...> {};
};

template <class P, class T, Shape In, class... Layers>
auto branched(pack<Layers...>) -> Branched<P, T, In, typename Layers::template block<T, In>...>;

template <class Merge>
concept merges = requires(const std::array<Shape, 1>& outputs) { Merge::merge(outputs); };

} // namespace internals

/// Branches beside each other: `Parallel<Concat, Conv2D<4, Kernel<1>>, Branch<Conv2D<2, Kernel<1>, Relu>, Conv2D<4, Same>>>`.
/// A branch is a layer, or `Branch<…>` of several; `Branch<>` gives the input itself.
///
/// Shapes   `Concat`: [a, b, c] -> [d, e, f1], [d, e, f2], … -> [d, e, f1 + f2 + …]. `Add`: every branch gives the same shape.
/// Options  Name, anywhere among the branches.
/// Learns   what its branches learn, by their positions or names: `1/0/kernel`, of a Branch `1/0/0/kernel`.
/// Refuses  branches whose outputs cannot be merged, and what its branches refuse.
/// Example  Sequential<Input<8, 8, 3>, Parallel<Add, Conv2D<4, Kernel<1>>, Conv2D<4, Same>>> model;
template <class Merge, class... Parts> struct Parallel {
    using options = internals::check_names<Parts...>;
    static constexpr std::string_view kind = "Parallel";
    static constexpr std::string_view name = protocols::chosen<protocols::family::name, Name<"">, Parts...>::value;
    using merge = Merge;
    using layers = internals::layers_among<Parts...>;
    using branches = internals::branches<layers>;

    static constexpr protocols::verdict accept(Shape in)
    {
        if constexpr (branches::count == 0 || !internals::merges<Merge>) return judge(in, in);
        else return judge(in, branches::ask(in));
    }
    static constexpr bool asks_with_constants = branches::asks_with_constants;
    template <Shape In> static constexpr protocols::verdict accept_at()
    {
        if constexpr (branches::count == 0 || !internals::merges<Merge>) return judge(In, In);
        else return judge(In, branches::template ask_at<In>());
    }
    static constexpr protocols::verdict judge(const Shape& in, [[maybe_unused]] const auto& asked)
    {
        if constexpr (branches::count == 0 || !internals::merges<Merge>)
            return refuses(protocols::misfit::a_Parallel_needs_Concat_or_Add_and_then_branches);
        else {
            if (in.size() == 0) return refuses(protocols::misfit::an_extent_is_zero);
            if (asked.by.reason != protocols::misfit::none) return refuses(asked.by.reason);
            return Merge::merge(asked.outputs);
        }
    }

    template <class Place, class Given>
        requires(internals::merges<Merge> && branches::template by<Given>.reason != protocols::misfit::none)
    using refusal_inside = typename branches::template refusal<Place, Given>::type;

    template <class T, Shape In> using block = decltype(internals::branched<Parallel, T, In>(layers{}));

    template <auto... In> using on = protocols::bound<Parallel, float, Input<In...>>;
};

}} // namespace lamina
