// lamina/training/optimizers/optimizer_state.hpp: what an optimizer remembers from step to step.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// By it a function that steps an optimizer of the program knows that the optimizer is still there. A copy has its own.
class Lifeline {
public:
    Lifeline() = default;
    Lifeline(const Lifeline&) noexcept {}
    Lifeline(Lifeline&& other) noexcept { other.cut(); }
    Lifeline& operator=(const Lifeline&) noexcept { return *this; }
    ~Lifeline() { cut(); }

    std::shared_ptr<const bool> watch()
    {
        if (!there) there = std::make_shared<bool>(true);
        return there;
    }

private:
    void cut() noexcept
    {
        if (there) *there = false;
    }
    std::shared_ptr<bool> there{};
};

} // namespace internals

namespace protocols {

/// What an optimizer remembers. The slots of parameter i are `slot_records[i · slot_count]` and those behind it, each with the
/// parameter's shape and type unless the optimizer says otherwise, under the name "velocity/dense/kernel". Copies of an optimizer share
/// their slots.
struct OptimizerState {
    std::uint64_t step = 0; ///< steps done: batches, of which several make one update where gradients are accumulated
    std::vector<std::shared_ptr<stored_types::record>> slot_records;
    std::vector<std::shared_ptr<stored_types::record>> averages;  ///< of the weights, one for each parameter; with `use_ema`
    std::vector<std::shared_ptr<stored_types::record>> gradients; ///< their sums; with `gradient_accumulation_steps`
    internals::Lifeline lifeline{};

    /// The names in a checkpoint.
    template <class F> void for_each_state(F&& f)
    {
        f("step", step);
        f("slots", this->slot_records);
        f("averages", this->averages);
        f("gradients", this->gradients);
    }
};

} // namespace protocols

}} // namespace lamina
