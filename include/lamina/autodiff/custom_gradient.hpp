// lamina/autodiff/custom_gradient.hpp: a function with a gradient of one's own.
#pragma once

#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/journal.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_custom(std::size_t given, std::size_t needed)
{
    fail({"custom_gradient: the gradient function gave ", given, " gradients for ", needed, " arguments; give one for each"});
}
[[gnu::cold, gnu::noinline]] inline void check_custom(const AnyTensor& gradient, const AnyTensor& argument, std::size_t at)
{
    if (gradient && (!tensors::may_equal(gradient.shape(), argument.shape()) || gradient.dtype() != argument.dtype()))
        fail({"custom_gradient: the gradient of argument ", at, " is ", name_of(gradient.dtype()), ' ', gradient.shape(),
              ", the argument is ", name_of(argument.dtype()), ' ', argument.shape()});
}

template <class G, std::size_t N> struct CustomStep : tensors::Extension {
    G function;
    explicit CustomStep(const G& with) : function(with) {}
    void gradient(const tensors::StepBack& step, AnyTensor* dx) override
    {
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            auto given = function(step.dy, step.in[At]...);
            if constexpr (TensorLike<decltype(given)>) {
                static_assert(sizeof...(At) == 1, "lamina: a gradient function of several arguments gives a list of gradients");
                dx[0] = std::move(given);
            }
            else {
                if (std::size(given) != N) refuse_custom(std::size(given), N);
                ((dx[At] = std::move(given[At])), ...);
            }
            (check_custom(dx[At], step.in[At], At), ...);
        }(std::make_index_sequence<N>{});
    }
};
inline constexpr tensors::OpEntry custom_entry{"custom_gradient", keeps::inputs, nullptr, nullptr, nullptr};

} // namespace internals

/// A function f(x…) whose gradient is g(dy, x…), written in functions on tensors, so that derivatives of higher order are right as well: one
/// tensor, or of several arguments a list with one for each. No tape follows f itself. As g gets the arguments and nothing that f computed
/// on its way, no order can silently miss a part.
///
/// Errors     a gradient function that gives another number or other shapes than the arguments'.
/// Example    auto clipped = custom_gradient([](auto x) { return x; }, [](auto dy, auto) { return clip_by_norm(dy, 1.f); });
template <class F, class G> auto custom_gradient(F f, G g)
{
    return [f = std::move(f), g = std::move(g)]<TensorLike... X>(const X&... x) {
        auto y = [&] {
            const StopRecording pause(~0u);
            return f(x...);
        }();
        y.set_trail({});
        if (internals::tensors::recording != 0) {
            auto& journal = internals::tensors::journal();
            const AnyTensor* const all[]{&x...};
            const internals::tensors::Inputs in(all, sizeof...(X));
            if (const auto tapes = journal.followed(in))
                journal.append(internals::custom_entry, in, y, {}, tapes).more =
                    std::make_unique<internals::CustomStep<G, sizeof...(X)>>(g);
        }
        return y;
    };
}

}} // namespace lamina
