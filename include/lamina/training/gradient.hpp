// lamina/training/gradient.hpp: a gradient: a model of the same type.
#pragma once

#include <lamina/blocks/after_step.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/core/record.hpp>
#include <lamina/models/clone.hpp>
#include <lamina/trace/execution.hpp>
#include <lamina/trace/trace.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A gradient of the model, and where its blocks and records lie.
template <class M> struct Gradient {
    M model;
    std::vector<const void*> blocks;
    std::vector<std::shared_ptr<record>> records;

    [[gnu::cold]] explicit Gradient(const M& of) : model(zeros_like(of)), blocks(blocks_of(model)), records(records_of(model)) {}

    /// Zeros, but for what is frozen in the parameters `of`; records of another type than the model's have no gradient.
    void clear(std::span<const std::shared_ptr<record>> of)
    {
        using T = number_type<M>;
        for (std::size_t i = 0; i < records.size(); ++i)
            if (of[i]->trainable && of[i]->type() == dtype_of<T>)
                std::fill_n(records[i]->template data<T>(), records[i]->stored_size(), T(0));
    }
};

/// The penalties of the blocks of a model, each once; their derivatives are added to the blocks of a gradient, if there are any.
template <class M>
[[gnu::cold]] double penalty_of_model(const M& model, [[maybe_unused]] std::span<const void* const> gradient_blocks = {})
{
    double sum = 0;
    std::size_t at = 0;
    for_each_block(model, [&]<class B>(const B& block) {
        [[maybe_unused]] B* const gradient =
            gradient_blocks.empty() ? nullptr : static_cast<B*>(const_cast<void*>(gradient_blocks[at]));
        if constexpr (std::is_same_v<B, M>) sum += penalty_of(block, gradient);
        else if constexpr (has_penalty<B>) sum += penalty_of_place(block, gradient);
        ++at;
    });
    return sum;
}

/// Tells every block of a model that a step was taken.
template <class M> [[gnu::cold]] void tell_model_after_step(M& model)
{
    for_each_block(model, []<class B>(B& block) {
        if constexpr (has_after_step<B>) tell_after_step(block);
    });
}

/// The gradients of a batch of `count` samples, one for 32; large models have fewer, so that memory stays bounded. A model that looks at
/// a whole batch at once has one.
[[gnu::cold]] inline std::size_t gradients_for(std::span<const std::shared_ptr<record>> parameters, std::size_t count,
                                               bool across_batch)
{
    if (across_batch) return 1;
    constexpr std::size_t most = 8, most_bytes = std::size_t{256} << 20;
    std::size_t bytes = 1;
    for (const auto& parameter : parameters) bytes += parameter->stored_size() * bytes_of(parameter->type());
    return std::min(std::min((count + chunk - 1) / chunk, most), std::max<std::size_t>(most_bytes / bytes, 1));
}

}}} // namespace lamina::internals
