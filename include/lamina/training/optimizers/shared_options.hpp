// lamina/training/optimizers/shared_options.hpp: the options that every optimizer has, in lists and checks.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/optimizers/accumulation.hpp>
#include <lamina/training/optimizers/averages.hpp>
#include <lamina/training/optimizers/clipping.hpp>
#include <lamina/training/optimizers/weight_decay.hpp>

#include <cstddef>
#include <optional>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// What the list of an optimizer's options says of those that all have. `decay` is Keras's default of weight_decay.
template <class O, class To, class Decay = std::nullptr_t> void list_shared(const O& o, To& to, Decay decay = {})
{
    to("weight_decay", o.weight_decay, decay);
    to("clipnorm", o.clipnorm, nullptr);
    to("clipvalue", o.clipvalue, nullptr);
    to("global_clipnorm", o.global_clipnorm, nullptr);
    to("use_ema", o.use_ema, false);
    to("ema_momentum", o.ema_momentum, 0.99);
    to("ema_overwrite_frequency", o.ema_overwrite_frequency, nullptr);
    to("gradient_accumulation_steps", o.gradient_accumulation_steps, nullptr);
}

} // namespace protocols

namespace internals::optimizers {

template <class O> [[gnu::cold]] void check_shared([[maybe_unused]] const O& o)
{
    if constexpr (Clipping<O>) check_clipping(o);
    if constexpr (Decaying<O>) check_decay(O::name, "weight_decay", o.weight_decay);
    if constexpr (Accumulating<O>) check_accumulation(O::name, o.gradient_accumulation_steps);
    if constexpr (Averaging<O>) check_averages(o);
}

} // namespace internals::optimizers

}} // namespace lamina
