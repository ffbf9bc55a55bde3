// lamina/training/optimizers/averages.hpp: moving averages of the weights, which take their place in the end.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/training/optimizers/ranges.hpp>
#include <lamina/training/optimizers/update_each.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::optimizers {

/// An optimizer with Keras's three options. With `use_ema` each batch ends in average = ema_momentum · average + (1 − ema_momentum) · w,
/// after the first step w itself. Every `ema_overwrite_frequency` updates, and at the end of `fit`, the weights become their averages.
template <class O>
concept Averaging = requires(const O& o) {
    { o.use_ema } -> std::convertible_to<bool>;
    { o.ema_momentum } -> std::convertible_to<double>;
    { o.ema_overwrite_frequency } -> std::convertible_to<std::optional<std::size_t>>;
};

template <class O> constexpr bool averages(const O& o)
{
    if constexpr (Averaging<O>) return o.use_ema;
    else return false;
}

template <Averaging O> [[gnu::cold]] void check_averages(const O& o)
{
    const std::optional<std::size_t> every = o.ema_overwrite_frequency;
    if (is_nan(o.ema_momentum) || o.ema_momentum < 0 || o.ema_momentum > 1)
        fail({O::name, ": ema_momentum is ", o.ema_momentum, ", it has to be in [0, 1]"});
    if (every && *every == 0) fail({O::name, ": ema_overwrite_frequency is 0, it has to be 1 or more, or left out"});
    if (every && !o.use_ema)
        fail({O::name, ": ema_overwrite_frequency is set, but not use_ema, and without it there are no averages"});
}

/// What one step does to averages: `kept` of the old one stays, and the weights are overwritten or not.
struct AverageStep {
    double kept = 0;
    bool overwrite = false;
};
template <Averaging O> AverageStep average_step(const O& o, std::uint64_t update)
{
    const std::optional<std::size_t> every = o.ema_overwrite_frequency;
    return {update == 1 ? 0.0 : static_cast<double>(o.ema_momentum), every && update % *every == 0};
}

template <class T> [[gnu::noinline]] void average_range(T* value, T* average, std::size_t n, AverageStep step)
{
    const T kept = static_cast<T>(step.kept), fresh = 1 - kept;
    protocols::update_each(
        n,
        [=, overwrite = step.overwrite]<class V>(V& w, const V&, V& a) {
            a = V(kept) * a + V(fresh) * w;
            if (overwrite) w = a;
        },
        value, value, average);
}

/// `f(parameter, average)` with the stored numbers of every parameter that is learned.
template <class F>
[[gnu::cold]] void for_each_average(std::span<const std::shared_ptr<record>> parameters,
                                    std::span<const std::shared_ptr<record>> averages, const F& f)
{
    for (std::size_t i = 0; i < averages.size(); ++i)
        if (parameters[i]->learned())
            with_numbers(*parameters[i], [&]<class T>(T* value) {
                f(std::span(value, parameters[i]->stored_size()),
                  std::span(averages[i]->data<T>(), parameters[i]->stored_size()));
            });
}

/// The weights become their averages.
[[gnu::cold]] inline void take_averages(std::span<const std::shared_ptr<record>> parameters,
                                        std::span<const std::shared_ptr<record>> averages)
{
    for_each_average(parameters, averages,
                     [](auto value, auto average) { std::copy(average.begin(), average.end(), value.begin()); });
}

/// What the end of `fit` does.
template <class O>
[[gnu::cold]] void finish([[maybe_unused]] const O& o, [[maybe_unused]] std::span<const std::shared_ptr<record>> parameters)
{
    if constexpr (Averaging<O>)
        if (o.use_ema) take_averages(parameters, span_of(o.state.averages));
}

}}} // namespace lamina::internals::optimizers
