// lamina/models/stream.hpp: a model of a sequence, one step at a time.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/models/composites/series.hpp>
#include <lamina/models/readable.hpp>
#include <lamina/models/sample.hpp>
#include <lamina/trace/result.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// A block that goes from step to step with a state of so many numbers, which are zero at first.
template <class B>
concept Streams = requires(const B& block, const typename B::value_type* x, typename B::value_type* y) {
    { B::state } -> std::convertible_to<std::size_t>;
    block.step(x, y, y, y);
};
template <class B> constexpr std::size_t state_of()
{
    if constexpr (Streams<B>) return padded<typename B::value_type>(B::state);
    else return 0;
}
/// What a block works in at a step.
template <class B> constexpr std::size_t step_scratch_of()
{
    if constexpr (!Streams<B>) return scratch_of<B>(1);
    else if constexpr (requires { B::step_scratch(); }) return B::step_scratch();
    else return 0;
}
/// Whether the output of a step depends on the input of that step alone (`each_step`).
template <class B> constexpr bool each_step_of()
{
    if constexpr (requires { B::each_step; }) return B::each_step;
    else return false;
}

/// A sequence's shape with one step.
constexpr Shape one_step(Shape of)
{
    if (of.rank > 0) of.extents[0] = 1;
    return of;
}

/// The blocks of a Sequential, for one step.
template <class B> struct step_by_step {
    static constexpr bool possible = false;
};
template <class T, class In, class... Blocks>
    requires(In::value.rank > 0 && (... && requires { typename Blocks::layer; }))
struct step_by_step<Chain<T, In, Blocks...>> {
    using layers = series<typename Blocks::layer...>;
    using one = as_shape<one_step(In::value)>;
    /// The first block that cannot go step by step; behind a layer that gives the last step alone each of them can.
    struct walked {
        std::size_t offender = 0;
        bool gives_sequences = true;
    };
    static constexpr walked walk = [] {
        constexpr std::array<bool, sizeof...(Blocks)> can{(Streams<Blocks> || each_step_of<Blocks>())...},
            ends{(Streams<Blocks> && Blocks::output.rank < Blocks::input.rank)...}, masks{(mask_steps_of<Blocks>() > 0)...};
        for (std::size_t i = 0; i < can.size(); ++i) {
            if (!can[i] || masks[i]) return walked{i, true};
            if (ends[i]) return walked{can.size(), false};
        }
        return walked{can.size(), true};
    }();
    static constexpr bool possible = walk.offender == sizeof...(Blocks) && layers::template from<one>.by.reason == misfit::none;
    using type = typename layers::template chain<T, one>;
};

/// Never true: its arguments are the error message.
template <class Model> inline constexpr bool model_can_be_streamed = false;

} // namespace internals

/// A Sequential over [steps, features], one step at a time: `Stream stream(model); auto y = stream(x);`.
///
/// It gives at each step what the model gives for the sequence so far, zeros before its first step: of a model that gives sequences
/// their last row. A model of any number of steps will do, as weights know none. It allocates nothing after it is made, and reads the
/// records that the model is bound to. Recurrent layers and causal convolutions go on from their states; layers that work on each step by itself are run
/// as in inference; behind a layer that gives the last step alone any layer may stand. One thread at a time may use it.
template <class M> class Stream {
    using T = typename M::value_type;
    using made = internals::step_by_step<M>;
    static_assert(
        made::possible || internals::model_can_be_streamed<M>,
        "lamina: a Stream takes a Sequential over [steps, ...] whose layers go step by step: recurrent ones that go forwards, "
        "causal convolutions, layers that work on each step by itself, without masks");
    using Chain = typename made::type;
    static constexpr std::size_t count = Chain::layer_count;
    template <std::size_t At> using block_at = std::remove_cvref_t<decltype(std::declval<Chain&>().template layer<At>())>;

    /// The shape of a step, of an input and of an output: without the axis of steps where there is one.
    static constexpr Shape step_of(const Shape& all, bool sequence)
    {
        Shape each;
        for (std::size_t axis = sequence ? 1 : 0; axis < all.rank; ++axis) each.push_back(all[axis]);
        return each;
    }

public:
    static constexpr Shape input = step_of(M::input, true), output = step_of(Chain::output, made::walk.gives_sequences);

    LAMINA_OUTLINED explicit Stream(const M& model)
    {
        const auto from = variables_of(model), to = variables_of(one);
        for (std::size_t i = 0; i < from.size(); ++i) {
            if (!from[i].variable->bound()) internals::refuse_unbound(*from[i].variable, from[i].path, "Stream: ");
            to[i].variable->bind(from[i].variable->storage());
        }
        reset();
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    /// The next sequence begins.
    void reset() { std::fill(std::begin(numbers), std::end(numbers), T(0)); }

    /// The output of the next step.
    template <class X> [[gnu::always_inline]] auto operator()(const X& x)
    {
        internals::Result<internals::FixedTensor<T, output>> y;
        if constexpr (std::is_arithmetic_v<X>) {
            static_assert(input.size() == 1, "lamina: a step of this model has several numbers");
            const T number = static_cast<T>(x);
            run(&number, y.data());
        }
        else if constexpr (internals::sample_fits<M, T, input, X>()) {
            internals::SampleRoom<X, T> room;
            run(internals::numbers_of_sample<input>(x, room), y.data());
        }
        return y;
    }

private:
    [[gnu::always_inline]] void run(const T* x, T* y)
    {
        [&]<std::size_t... At>(std::index_sequence<At...>) __attribute__((always_inline)) {
            const T* in = x;
            const auto step = [&]<std::size_t L>(internals::fixed<L>) __attribute__((always_inline)) {
                const auto& block = one.template layer<L>();
                T* const out = L + 1 == count ? y : numbers + rooms.output[L];
                T* const work = numbers + rooms.scratch;
                if constexpr (internals::Streams<block_at<L>>) block.step(in, out, numbers + rooms.state[L], work);
                else block.forward(protocols::Mode{}, in, out, nullptr, work, internals::fixed<std::size_t{1}>{});
                in = out;
            };
            (step(internals::fixed<At>{}), ...);
        }(std::make_index_sequence<count>{});
    }

    /// Where states, the outputs between layers and what layers work in lie.
    struct places {
        std::array<std::size_t, count> state{}, output{};
        std::size_t scratch = 0, end = 0;
    };
    static constexpr places rooms = []<std::size_t... At>(std::index_sequence<At...>) {
        const std::array<std::size_t, count> states{internals::state_of<block_at<At>>()...},
            sizes{block_at<At>::output.size()...}, works{internals::step_scratch_of<block_at<At>>()...};
        places p;
        for (std::size_t i = 0; i < count; ++i) {
            p.state[i] = p.end;
            p.output[i] = p.end += states[i];
            p.end += internals::padded<T>(sizes[i]);
        }
        p.scratch = p.end;
        p.end += *std::max_element(works.begin(), works.end()) + 1;
        return p;
    }(std::make_index_sequence<count>{});

    Chain one;
    alignas(internals::alignment) T numbers[rooms.end];
};

}} // namespace lamina
