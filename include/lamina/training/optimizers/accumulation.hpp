// lamina/training/optimizers/accumulation.hpp: the mean of several batches' gradients, for one update.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/record.hpp>
#include <lamina/training/optimizers/ranges.hpp>
#include <lamina/training/optimizers/update_each.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::optimizers {

/// An optimizer with Keras's option: every `gradient_accumulation_steps` batches there is one update, by the mean of their gradients.
/// Clipping and weight decay are a part of the update; moving means and averages of weights take a step with every batch.
template <class O>
concept Accumulating = requires(const O& o) {
    { o.gradient_accumulation_steps } -> std::convertible_to<std::optional<std::size_t>>;
};

/// The batches for one update.
template <class O> std::size_t batches_of(const O& o)
{
    if constexpr (Accumulating<O>) return std::optional<std::size_t>(o.gradient_accumulation_steps).value_or(1);
    else return 1;
}

[[gnu::cold]] inline void check_accumulation(std::string_view optimizer, std::optional<std::size_t> batches)
{
    if (batches && *batches < 2)
        fail({optimizer, ": gradient_accumulation_steps is ", *batches,
              ", it has to be 2 or more; leave it out for an update each batch"});
}

/// Adds gradients to the sums; for an `update` they become the mean of `batches`, and the sums zeros.
template <class Numbers = void>
[[gnu::cold]] void accumulate(std::span<const std::shared_ptr<record>> parameters,
                              std::span<const std::shared_ptr<record>> gradients, std::span<const std::shared_ptr<record>> sums,
                              std::size_t batches, bool update, std::size_t threads)
{
    for_each_range(parameters, threads, [&](std::size_t index, std::size_t first, std::size_t count) {
        if (!parameters[index]->learned()) return;
        with_numbers<Numbers>(*gradients[index], [&]<class T>(T* gradient) {
            const T each = static_cast<T>(batches);
            protocols::update_each(
                count,
                [=]<class V>(V& g, const V&, V& sum) {
                    sum = sum + g;
                    if (update) g = sum / V(each), sum = V(T(0));
                },
                gradient + first, gradient + first, sums[index]->template data<T>() + first);
        });
    });
}

}}} // namespace lamina::internals::optimizers
