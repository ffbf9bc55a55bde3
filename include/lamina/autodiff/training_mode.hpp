// lamina/autodiff/training_mode.hpp: a scope in which models that are called with tensors train: dropout draws, batches are normalized by
// their own statistics.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/random.hpp>

#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// What calls of models on tensors are for in this thread, and how many there were in this mode.
struct CallMode {
    bool training;
    std::uint64_t seed, step, calls;
};
inline constinit thread_local CallMode call_mode{};

/// While it lives, calls are made as in another mode.
class CallsAs {
public:
    explicit CallsAs(const CallMode& mode) : before(call_mode) { call_mode = mode; }
    ~CallsAs() { call_mode = before; }
    CallsAs(const CallsAs&) = delete;
    CallsAs& operator=(const CallsAs&) = delete;

private:
    CallMode before;
};

/// The mode of the next call, on a batch of n samples.
inline Mode mode_of_call(std::size_t n)
{
    Mode mode;
    mode.batch = n;
    mode.penalties = false; // a call gives its result alone
    if (call_mode.training) {
        mode.training = true;
        mode.seed = call_mode.seed;
        mode.step = call_mode.step;
        mode = mode.inside(call_mode.calls++);
    }
    return mode;
}

} // namespace internals

/// While it lives, models that are called with tensors train: Dropout draws anew for every seed and step, and each call in it; batch
/// normalization takes the statistics of the batch, and moves its own on the way back. Without it a call predicts, as Keras's `model(x)`.
///
/// Example    auto model = build<Sequential<Input<3>, Dense<1>>>(Seed{1}); TrainingMode training{Seed{1}, 7}; auto loss = reduce_mean(square(model(ones({2, 3}))));
class TrainingMode {
public:
    explicit TrainingMode(Seed seed, std::uint64_t step = 0) : before(internals::call_mode)
    {
        internals::call_mode = {true, seed.value, step, 0};
    }
    ~TrainingMode() { internals::call_mode = before; }
    TrainingMode(const TrainingMode&) = delete;
    TrainingMode& operator=(const TrainingMode&) = delete;

private:
    internals::CallMode before;
};

}} // namespace lamina
