// lamina/autodiff/layers.hpp: blocks on tensors: a call runs the block's own passes and is one step of the journal.
//
// The way back runs the block's own backward. Where a tape listens to the way back, so that there will be a derivative of higher order, the
// step is differentiated through the block's form in ops, `compose` (autodiff/composing.hpp).
#pragma once

#include <lamina/autodiff/composing.hpp>
#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/autodiff/training_mode.hpp>
#include <lamina/autodiff/variables.hpp>
#include <lamina/blocks/block.hpp>
#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/core/subnormals.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/tensors.hpp> // what forms of layers are written in
#include <lamina/trace/execution.hpp>
#include <lamina/trace/symbol.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// The inputs of a block, whether it has one or several.
template <class B> struct BlockInputs {
    static constexpr std::size_t count = 1;
    static constexpr Shape shape(std::size_t) { return B::input; }
};
template <JoiningBlock B> struct BlockInputs<B> {
    static constexpr std::size_t count = B::inputs::count;
    static constexpr Shape shape(std::size_t i) { return B::inputs::values[i]; }
};

/// Samples at a time: as the trainer cuts a batch, so that the same numbers come out.
template <class B> constexpr std::size_t samples_at_once(std::size_t n)
{
    if (across_batch_of<B>()) return n;
    return saved_of<B>(chunk) * sizeof(typename B::value_type) > 512 * 1024 ? chunk / 2 : chunk;
}

/// The passes of a block over a whole batch, chunk by chunk.
template <class B> struct BlockPasses {
    using T = typename B::value_type;
    using inputs = BlockInputs<B>;
    static constexpr std::size_t count = inputs::count;

    static std::size_t saved_size(std::size_t n)
    {
        const std::size_t step = samples_at_once<B>(n);
        return step == 0 ? 0 : (n + step - 1) / step * saved_of<B>(step);
    }

    static void forward(const B& block, Mode mode, const T* const* x, T* y, T* saved, std::size_t n)
    {
        const FlushSubnormals flush;
        const std::size_t step = samples_at_once<B>(n);
        const Borrowed<T> scratch(scratch_of<B>(step));
        for (std::size_t first = 0; first < n; first += step, saved = saved ? saved + saved_of<B>(step) : nullptr) {
            mode.first = first;
            const std::size_t here = std::min(step, n - first);
            const auto in = moved(x, first);
            T* const to = y + first * B::output.size();
            if constexpr (JoiningBlock<B>) block.forward(mode, in.data(), to, saved, scratch.data(), here);
            else block.forward(mode, in[0], to, saved, scratch.data(), here);
        }
    }

    static void backward(const B& block, Mode mode, const T* const* x, const T* y, const T* saved, const T* dy, T* const* dx,
                         B& gradient, std::size_t n)
    {
        const FlushSubnormals flush;
        const std::size_t step = samples_at_once<B>(n);
        const Borrowed<T> scratch(scratch_of<B>(step));
        for (std::size_t first = 0; first < n; first += step, saved += saved_of<B>(step)) {
            mode.first = first;
            const std::size_t here = std::min(step, n - first), out = first * B::output.size();
            const auto in = moved(x, first);
            const auto din = moved(dx, first);
            if constexpr (JoiningBlock<B>)
                block.backward(mode, in.data(), y + out, saved, dy + out, din.data(), gradient, scratch.data(), here);
            else block.backward(mode, in[0], y + out, saved, dy + out, din[0], gradient, scratch.data(), here);
        }
    }

private:
    template <class P> static std::array<P, count> moved(P const* at, std::size_t first)
    {
        std::array<P, count> there{};
        for (std::size_t i = 0; i < count; ++i) there[i] = at[i] ? at[i] + first * inputs::shape(i).size() : nullptr;
        return there;
    }
};

inline constexpr tensors::OpEntry block_entry{"layer", keeps::both, nullptr, nullptr, nullptr};

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_changed(const record& r)
{
    fail({"GradientTape: \"", r.name,
          "\" was changed between the call of its layer and the gradient; take the gradient before the optimizer's step"});
}
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_second_order(std::string_view layer)
{
    fail({layer,
          ": has no form in ops, so it has no derivative of second order; give its block a compose (docs/custom_layers.md)"});
}

template <class B> constexpr std::string_view layer_kind()
{
    if constexpr (requires { layer_of<B>::type::kind; }) return layer_of<B>::type::kind;
    else return "a layer";
}

/// A call of a block. It holds a block of its own, bound to the same records, since the model may move meanwhile.
template <class B> struct BlockStep : tensors::Extension {
    using T = typename B::value_type;
    static constexpr std::size_t count = BlockInputs<B>::count;

    B block;
    Mode mode;
    std::size_t n;
    AnyTensor saved;
    std::vector<std::shared_ptr<record>> records; ///< of the variables, in the order of the walk
    std::vector<std::uint64_t> versions;

    BlockStep(const B& of, const Mode& as, std::size_t samples) : block(sharing(of)), mode(as), n(samples)
    {
        for_each_any_variable(block, [&](const AnyVariable& v) {
            add_to(records, v.storage());
            versions.push_back(v.storage()->version());
        });
    }

    void gradient(const tensors::StepBack& step, AnyTensor* dx) override
    {
        for (std::size_t i = 0; i < records.size(); ++i)
            if (records[i]->version() != versions[i]) refuse_changed(*records[i]);
        auto& journal = tensors::journal();
        if (tensors::recording != 0 && (journal.followed(step.in) | (journal.tapes_of(step.dy) & tensors::recording)) != 0)
            return through_ops(step, dx);
        own_passes(step, dx);
    }

    void own_passes(const tensors::StepBack& step, AnyTensor* dx)
    {
        B gradient = zeros_like(block);
        std::array<const T*, count> x{};
        std::array<T*, count> din{};
        for (std::size_t i = 0; i < count; ++i) {
            x[i] = step.in[i].template numbers<T>();
            if (!step.wants(i)) continue;
            dx[i] = tensors::empty_tensor(step.in[i].dtype(), step.in[i].shape());
            din[i] = dx[i].numbers<T>();
        }
        BlockPasses<B>::backward(block, mode, x.data(), step.output.numbers<T>(), saved.numbers<T>(), step.dy.numbers<T>(),
                                 din.data(), gradient, n);
        std::size_t i = 0;
        for_each_any_variable(gradient, [&](const AnyVariable& v) {
            const record& made = *v.storage();
            if (records[i]->as().observed) take_step(*records[i], made);
            else if (step.wants(count + i)) {
                dx[count + i] = tensors::empty_tensor(made.type(), made.extents());
                copy_out(made, dx[count + i].body().data);
            }
            ++i;
        });
    }

    /// A moving statistic takes the step that `backward` found.
    void take_step(record& statistic, const record& by) const
    {
        if (mode.training && statistic.trainable)
            kernels::add(by.data<T>(), statistic.template data<T>(), statistic.stored_size());
    }

    /// A step of its own behind a tensor: one that is given twice, or that a variable of the block led to, would get the other's gradient too.
    static AnyTensor apart(const AnyTensor& x)
    {
        const AnyTensor* const in[]{&x, &x};
        return tensors::run_sharing(tensors::reshape_like_entry, {in, 2}, tensors::no_attributes);
    }

    void through_ops(const tensors::StepBack& step, AnyTensor* dx)
    {
        if constexpr (!composes<B, count>) refuse_second_order(layer_kind<B>());
        else {
            ComposedVariables with;
            std::vector<AnyTensor> sources;
            for (std::size_t i = 0; i < count; ++i) sources.push_back(apart(step.in[i]));
            for_each_any_variable(block, [&](const AnyVariable& v) {
                with.variables.push_back(&v);
                with.tensors.push_back(apart(read_record(v.storage())));
            });
            GradientTape tape({.watch_accessed_variables = false});
            for (AnyTensor& source : sources) tape.watch(source);
            for (AnyTensor& variable : with.tensors) tape.watch(variable);
            for (const AnyTensor& variable : with.tensors) sources.push_back(variable);
            const AnyTensor y = [&]<std::size_t... At>(std::index_sequence<At...>) {
                return block.compose(Composing(with, mode), sources[At]...);
            }(std::make_index_sequence<count>{});
            auto found = tape.gradient(y, sources, step.dy);
            std::move(found.begin(), found.end(), dx);
        }
    }
};

/// The shape of a batch of results.
constexpr Shape batch_shape(std::size_t n, const Shape& each)
{
    Shape s{n};
    for (std::size_t axis = 0; axis < each.rank; ++axis) s.push_back(each[axis]);
    return s;
}
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_input(std::string_view layer, const AnyTensor& x, dtype type,
                                                                const Shape& needed)
{
    fail({layer, ": was given ", name_of(x.dtype()), ' ', x.shape(), ", it needs ", name_of(type), ' ', needed,
          ", or a batch of such"});
}

/// How many samples a tensor holds for an input; `one` is set where it is a sample without a batch axis.
inline std::size_t samples_in(std::string_view layer, const AnyTensor& x, dtype type, const Shape& needed, bool& one)
{
    one = x.shape() == needed;
    if (x.dtype() == type && (one || (x.rank() == needed.rank + 1 && x.shape() == batch_shape(x.shape()[0], needed))))
        return one ? 1 : x.shape()[0];
    refuse_input(layer, x, type, needed);
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_trace_of(std::string_view layer)
{
    fail({layer, ": has no form in ops, so it cannot be traced; give its block a compose (docs/custom_layers.md)"});
}

/// A block as nodes of the graph that is traced: its form in ops, of a batch or of one sample.
template <class B, class... X> [[gnu::cold]] AnyTensor trace_block(const B& block, const Mode& mode, bool one, const X&... x)
{
    if constexpr (!composes<B, sizeof...(X)>) refuse_trace_of(layer_kind<B>());
    else {
        ComposedVariables with;
        for_each_any_variable(block, [&](const AnyVariable& v) {
            with.variables.push_back(&v);
            with.tensors.push_back(read_record(v.storage()));
        });
        if (!one) return block.compose(Composing(with, mode), static_cast<const AnyTensor&>(x)...);
        return lamina::squeeze(block.compose(Composing(with, mode), lamina::expand_dims(x, 0)...), 0);
    }
}

template <class B, TensorLike... X> AnyTensor call_block(const B& block, const X&... x)
{
    using T = typename B::value_type;
    using inputs = BlockInputs<B>;
    constexpr auto type = stored_types::dtype_of<T>;
    require_bound(block);
    const AnyTensor* const given[]{&x...};
    bool one = false;
    std::size_t n = 0;
    for (std::size_t i = 0; i < inputs::count; ++i) {
        bool single = false;
        const std::size_t samples = samples_in(layer_kind<B>(), *given[i], type, inputs::shape(i), single);
        if (i > 0 && (!tensors::may_equal(samples, n) || single != one))
            fail({layer_kind<B>(), ": its inputs have ", n, " and ", samples, " samples"});
        n = samples;
        one = single;
    }
    const Mode mode = mode_of_call(n);
    if (tensors::tracing) [[unlikely]]
        return trace_block(block, mode, one, x...);
    AnyTensor y = tensors::empty_tensor(type, one ? B::output : batch_shape(n, B::output));
    const T* const numbers[]{x.template numbers<T>()...};
    std::uint32_t tapes = 0;
    std::vector<AnyTensor> leaves;
    if (tensors::recording != 0) {
        auto& journal = tensors::journal();
        for (const AnyTensor* input : given) tapes |= journal.tapes_of(*input) & tensors::recording;
        for_each_any_variable(block, [&](const AnyVariable& v) {
            leaves.push_back(form_of(v.storage(), tapes_for(*v.storage())));
            tapes |= journal.tapes_of(leaves.back()) & tensors::recording;
        });
    }
    if (tapes == 0) {
        BlockPasses<B>::forward(block, mode, numbers, y.numbers<T>(), nullptr, n);
        return y;
    }
    auto step = std::make_unique<BlockStep<B>>(block, mode, n);
    step->saved = tensors::empty_tensor(type, Shape{BlockPasses<B>::saved_size(n)});
    BlockPasses<B>::forward(block, mode, numbers, y.numbers<T>(), step->saved.template numbers<T>(), n);
    std::vector<const AnyTensor*> in(given, given + inputs::count);
    for (const AnyTensor& leaf : leaves) in.push_back(&leaf);
    tensors::journal().append(block_entry, {in.data(), in.size()}, y, {}, tapes).more = std::move(step);
    return y;
}

/// The type of what a block makes of tensors: static where the first one is.
template <class B, class X> struct CallResult {
    using type = AnyTensor;
};
template <class B, StaticTensor X> struct CallResult<B, X> {
    static constexpr bool is_sample = X::extents.rank == BlockInputs<B>::shape(0).rank;
    static constexpr Shape extents = is_sample ? B::output : batch_shape(X::extents[0], B::output);
    using type = tensors::TensorOf<typename B::value_type, extents>;
};

/// Whether a static tensor is a sample or a batch for an input.
template <class X, class B, std::size_t At> consteval bool tensor_fits()
{
    if constexpr (!StaticTensor<X>) return true;
    else {
        const Shape needed = BlockInputs<B>::shape(At), given = X::extents;
        if (!std::is_same_v<typename X::value_type, typename B::value_type>) return false;
        if (given.rank != needed.rank && given.rank != needed.rank + 1) return false;
        for (std::size_t axis = 0; axis < needed.rank; ++axis) {
            const std::size_t extent = given[given.rank - needed.rank + axis];
            if (extent != tensors::unknown && extent != needed[axis]) return false;
        }
        return true;
    }
}

/// Where it is false its arguments are the error message.
template <class Layer, class Given, class Number, class Needed> inline constexpr bool tensor_is_an_input_of_the_layer = false;

} // namespace internals

/// A block on a tensor: a batch [n, …input], or one sample. Tapes that listen follow the input and the block's variables. What the block adds
/// to a loss itself, penalties of parameters and of activity, is not in the result.
///
/// Errors     a tensor of another type or shape; a model that is bound to nothing.
/// Example    auto model = build<Sequential<Input<3>, Dense<1>>>(Seed{1}); auto y = model(constant({{1.f, 2.f, 3.f}}));
template <protocols::Block B, TensorLike X> typename internals::CallResult<B, X>::type call(const B& block, const X& x)
{
    using result = typename internals::CallResult<B, X>::type;
    constexpr bool fits = internals::tensor_fits<X, B, 0>();
    static_assert(fits || internals::tensor_is_an_input_of_the_layer<typename internals::layer_of<B>::type, X,
                                                                     typename B::value_type, internals::as_shape<B::input>>,
                  "lamina: a layer gets a tensor of another shape or number type");
    if constexpr (fits) return result(internals::call_block(block, x));
    else return result();
}

/// A block of several inputs on tensors.
template <protocols::JoiningBlock B, TensorLike X, TensorLike... More>
    requires(1 + sizeof...(More) == B::inputs::count)
typename internals::CallResult<B, X>::type call(const B& block, const X& x, const More&... more)
{
    return typename internals::CallResult<B, X>::type(internals::call_block(block, x, more...));
}

}} // namespace lamina
