// lamina/training/callbacks/lambda_callback.hpp: a callback made of functions.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/callback.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Calls functions of one's own: `LambdaCallback{.on_epoch_end = [](TrainingState& t) { std::cout << t.logs << '\n'; }}`.
/// What is left out, null or an empty `std::function` is not called.
///
/// Example  LambdaCallback watch{.on_epoch_end = [](TrainingState& state) { state.stop = state.logs["loss"] < 0.01; }};
struct LambdaCallback {
    /// A function of `TrainingState&`, or nothing.
    class Function {
    public:
        Function() = default;
        Function(std::nullptr_t) {}

        template <class F>
            requires(!std::same_as<std::remove_cvref_t<F>, Function> && std::invocable<std::decay_t<F>&, TrainingState&>)
        Function(F&& f) : kept(std::forward<F>(f))
        {}

        void operator()(TrainingState& t) const
        {
            if (kept) kept(t);
        }

    private:
        std::function<void(TrainingState&)> kept;
    };

    Function on_train_begin{}, on_epoch_begin{}, on_batch_begin{}, on_batch_end{}, on_epoch_end{}, on_train_end{};
};

}} // namespace lamina
