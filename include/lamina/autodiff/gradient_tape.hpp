// lamina/autodiff/gradient_tape.hpp: a tape follows tensors and gives the derivatives of what was computed from them.
#pragma once

#include <lamina/autodiff/way_back.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/journal.hpp>
#include <lamina/ops/tracing.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// What a gradient may be by, besides a tensor: a variable, a list of tensors or variables.
template <class X>
concept SourcesOfGradient = requires(const X& x) { record_of(x); } || requires(const X& x) { x.data() + x.size(); };

/// Never true: its argument is the error message.
template <class X> inline constexpr bool gradient_is_by_this = false;

} // namespace internals

/// What a tape gives for a source that the target does not depend on: an empty tensor, or zeros.
enum class Unconnected { none, zeros };

/// How a tape works.
struct TapeOptions {
    bool persistent = false;              ///< it may be asked for several gradients, and keeps what it needs until it ends
    bool watch_accessed_variables = true; ///< it follows every trainable variable that is read while it listens
};

/// The tapes that it was made of listen to nothing while it lives.
///
/// Example    GradientTape tape; auto pause = tape.stop_recording();
class StopRecording {
public:
    explicit StopRecording(std::uint32_t tapes) : before(internals::tensors::recording)
    {
        internals::tensors::recording &= ~tapes;
    }
    ~StopRecording() { internals::tensors::recording = before; }
    StopRecording(const StopRecording&) = delete;
    StopRecording& operator=(const StopRecording&) = delete;

private:
    std::uint32_t before;
};

/// Follows tensors, and gives the derivatives of what was computed from them while it lived.
///
/// It listens from its first moment to its last, in its thread. What it watches are trainable variables by themselves and tensors by
/// `watch`. Tapes may be nested, up to 32 a thread: an outer one follows the way back of an inner one, which gives derivatives of any order.
/// A tape is spent by its first gradient unless it is persistent.
///
/// Errors     a spent tape, integers that are watched, a cotangent of another shape, a variable that was changed meanwhile.
/// Source     Baydin et al., Automatic differentiation in machine learning: a survey (2018); the semantics are those of TensorFlow's
///            GradientTape.
/// Example    auto x = constant(0.5); GradientTape tape; tape.watch(x); auto dx = tape.gradient(tanh(x), x);
class GradientTape {
public:
    [[gnu::noinline]] explicit GradientTape(const TapeOptions& options = {}) : persistent(options.persistent)
    {
        auto& journal = internals::tensors::journal();
        if (~journal.living == 0) internals::fail({"GradientTape: 32 tapes live in this thread already; end one of them first"});
        bit = 1u << std::countr_one(journal.living);
        begin = born() = journal.steps.size();
        journal.living |= bit;
        internals::tensors::recording |= bit;
        if (options.watch_accessed_variables) internals::tensors::following_variables |= bit;
    }
    ~GradientTape() { finish(); }
    GradientTape(const GradientTape&) = delete;
    GradientTape& operator=(const GradientTape&) = delete;

    /// From here on this handle and its copies are followed; copies that were made before are not.
    template <TensorLike... X> void watch(X&... x) { (watch_one(x), ...); }

    /// This tape follows nothing while what is returned lives.
    [[nodiscard]] StopRecording stop_recording() const { return StopRecording(bit); }

    /// Forgets what it followed, and begins here.
    void reset()
    {
        require_living("reset");
        auto& journal = internals::tensors::journal();
        journal.leave(bit, std::min(begin, born()));
        begin = born() = journal.steps.size();
    }

    /// The gradient of a target by a source, which may be a tensor that is watched or one that was computed on the way. A target that is not
    /// one number is summed, or weighted by `dy`, which has its shape.
    template <TensorLike X>
    X gradient(const AnyTensor& target, const X& source, const AnyTensor& dy = {}, Unconnected unconnected = Unconnected::none)
    {
        const AnyTensor* const sources[]{&source};
        AnyTensor result;
        gradients({&target, 1}, {&dy, 1}, sources, {&result, 1}, unconnected);
        return X(std::move(result));
    }

    /// The gradients by several sources.
    std::vector<AnyTensor> gradient(const AnyTensor& target, const std::vector<AnyTensor>& sources, const AnyTensor& dy = {},
                                    Unconnected unconnected = Unconnected::none)
    {
        return gradient(std::vector<AnyTensor>{target}, sources, std::vector<AnyTensor>{dy}, unconnected);
    }

    /// The gradients of several targets, summed; `dy` has one for each target, or none at all.
    std::vector<AnyTensor> gradient(const std::vector<AnyTensor>& targets, const std::vector<AnyTensor>& sources,
                                    std::vector<AnyTensor> dy = {}, Unconnected unconnected = Unconnected::none)
    {
        std::vector<const AnyTensor*> at;
        for (const AnyTensor& source : sources) at.push_back(&source);
        std::vector<AnyTensor> result(sources.size());
        if (dy.empty()) dy.resize(targets.size());
        if (dy.size() != targets.size())
            internals::fail(
                {"GradientTape: ", targets.size(), " targets and ", dy.size(), " cotangents; give one for each target"});
        gradients(targets, dy, at, result, unconnected);
        return result;
    }

    /// The gradients by variables, in their order: `variables(model)`. By one variable, in its shape.
    template <class V>
        requires requires(const V& v) { internals::record_of(v); }
    std::vector<AnyTensor> gradient(const AnyTensor& target, const std::vector<V>& variables,
                                    Unconnected unconnected = Unconnected::none)
    {
        std::vector<AnyTensor> sources;
        for (const V& v : variables) sources.push_back(internals::form_of(internals::record_of(v), 0));
        return gradient(target, sources, {}, unconnected);
    }
    template <class V>
        requires requires(const V& v) { internals::record_of(v); }
    AnyTensor gradient(const AnyTensor& target, const V& variable, Unconnected unconnected = Unconnected::none)
    {
        return gradient(target, internals::form_of(internals::record_of(variable), 0), {}, unconnected);
    }

    /// Whatever else stands in the place of a source is refused.
    template <class X>
        requires(!TensorLike<X> && !internals::SourcesOfGradient<X>)
    AnyTensor gradient(const AnyTensor&, const X&, const auto&...)
    {
        static_assert(internals::gradient_is_by_this<X>,
                      "lamina: a gradient is by a tensor, a variable, or a list of such: tape.gradient(loss, variables(model))");
        return {};
    }

private:
    std::size_t& born() const { return internals::tensors::journal().born[static_cast<std::size_t>(std::countr_zero(bit))]; }
    void require_living(const char* what) const
    {
        if (bit == 0)
            internals::fail({"GradientTape: ", what,
                             " of a tape that has given its gradient and let go of what it kept; make it with "
                             "{.persistent = true} to ask again"});
    }

    void watch_one(AnyTensor& x)
    {
        require_living("watch");
        if (!internals::is_of_variables(x.dtype()))
            internals::fail({"GradientTape: watch of ", internals::name_of(x.dtype()),
                             " numbers, which have no derivatives; cast them to float or double first"});
        auto& journal = internals::tensors::journal();
        internals::tensors::Step* const known = journal.find(x);
        if (known && x.trail().index < begin) begin = x.trail().index;
        (known ? *known : journal.add_leaf(x)).tapes |= bit;
    }

    [[gnu::noinline]] void gradients(std::span<const AnyTensor> targets, std::span<const AnyTensor> dy,
                                     std::span<const AnyTensor* const> sources, std::span<AnyTensor> result,
                                     Unconnected unconnected)
    {
        require_living("gradient");
        {
            const StopRecording pause(bit); // a tape never follows its own way back
            const internals::tensors::ScopeOfNames scope("gradients");
            internals::way_back(bit, persistent, targets, dy, sources, result);
        }
        if (unconnected == Unconnected::zeros)
            for (std::size_t i = 0; i < sources.size(); ++i)
                if (!result[i]) result[i] = zeros_like(*sources[i]);
        if (!persistent) finish();
    }

    void finish()
    {
        if (bit == 0) return;
        internals::tensors::recording &= ~bit;
        internals::tensors::following_variables &= ~bit;
        internals::tensors::journal().end(bit, std::min(begin, born()));
        bit = 0;
    }

    bool persistent;
    std::uint32_t bit = 0;
    std::size_t begin = 0; ///< the first step that may be its own
};

}} // namespace lamina
