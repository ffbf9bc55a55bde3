// lamina/training/optimizers/weight_decay.hpp: weights drawn towards zero before each update, besides what gradients do.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/record.hpp>
#include <lamina/training/optimizers/update_each.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::optimizers {

/// An optimizer with Keras's option: w −= w · weight_decay · learning_rate before each update, and after clipping. It is for all
/// parameters but those with a part of `exclude_from_weight_decay` in their names: `{"bias", "gamma"}`.
/// An optimizer that decays some parameters otherwise has `std::optional<float> decay_of(const record&) const` (Muon).
template <class O>
concept Decaying = requires(const O& o) {
    { o.weight_decay } -> std::convertible_to<std::optional<float>>;
    { o.exclude_from_weight_decay } -> std::convertible_to<const std::vector<std::string>&>;
};

[[gnu::cold]] inline void check_decay(std::string_view optimizer, std::string_view option, std::optional<float> decay)
{
    if (decay && (!is_finite(*decay) || *decay < 0))
        fail({optimizer, ": ", option, " is ", *decay, ", it has to be a finite number and not negative"});
}

/// By how much a parameter decays in a step; nothing for one that is left out.
template <class O> [[gnu::cold]] float decay_of([[maybe_unused]] const O& o, [[maybe_unused]] const record& parameter)
{
    if constexpr (!Decaying<O>) return 0;
    else {
        for (const std::string& part : o.exclude_from_weight_decay)
            if (parameter.name.find(part) != std::string::npos) return 0;
        if constexpr (requires { o.decay_of(parameter); }) return o.decay_of(parameter).value_or(0.f);
        else return std::optional<float>(o.weight_decay).value_or(0.f);
    }
}

template <class T> [[gnu::noinline]] void decay_range(T* value, std::size_t n, float decay, float rate)
{
    const T by = static_cast<T>(decay), speed = static_cast<T>(rate);
    protocols::update_each(n, [=]<class V>(V& w, const V&) { w = w - w * V(by) * V(speed); }, value, value);
}

}}} // namespace lamina::internals::optimizers
