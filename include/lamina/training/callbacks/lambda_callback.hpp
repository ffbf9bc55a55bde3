// lamina/training/callbacks/lambda_callback.hpp: a callback made of functions.
#pragma once

#include <lamina/training/callback.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

namespace lamina {

/// Calls functions of one's own: `LambdaCallback{.on_epoch_end = [](Training& t) { std::cout << t.logs << '\n'; }}`.
/// What is left out, null or an empty `std::function` is not called.
struct LambdaCallback {
    /// A function of `Training&`, or nothing.
    class Function {
    public:
        Function() = default;
        Function(std::nullptr_t) {}

        template <class F>
            requires(!std::same_as<std::remove_cvref_t<F>, Function> && std::invocable<std::decay_t<F>&, Training&>)
        Function(F&& f) : kept(std::forward<F>(f))
        {}

        void operator()(Training& t) const
        {
            if (kept) kept(t);
        }

    private:
        std::function<void(Training&)> kept;
    };

    Function on_train_begin{}, on_epoch_begin{}, on_batch_end{}, on_epoch_end{}, on_train_end{};
};

} // namespace lamina
