// Execution: how many samples training takes at once, and that how a batch is cut does not show.
#include "catch.hpp"
#include "training/problems.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/trace/execution.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Small = Sequential<Input<4>, Dense<9, Tanh>, Dense<3, Softmax>>;
/// Keeps 32 KiB a sample.
using Large = Sequential<Input<32, 32, 1>, Conv2D<4, Kernel<3>, Same, Tanh>, Conv2D<4, Kernel<3>, Same, Tanh>,
                         AveragePooling2D<2>, Flatten, Dense<3, Softmax>>;

auto samples(std::size_t first, std::size_t n)
{
    Samples made{xt::xtensor<float, 4>::from_shape({n, 32, 32, 1}), xt::xtensor<std::int32_t, 1>::from_shape({n})};
    for (std::size_t i = 0; i < made.x.size(); ++i) made.x.data()[i] = std::sin(0.37f * float(first * 1024 + i));
    for (std::size_t i = 0; i < n; ++i) made.y(i) = std::int32_t((first + i) % 3);
    return made;
}

/// How a step on these samples changes the parameters.
std::vector<float> change(std::size_t first, std::size_t n)
{
    auto model = build<Large>(Seed{1});
    const std::vector<float> before = parameters_of(model);
    auto trainer = compile(model, SGD{.learning_rate = 1.f}, SparseCategoricalCrossentropy{});
    const auto some = samples(first, n);
    trainer.train_on_batch(some.x, some.y);
    std::vector<float> after = parameters_of(model);
    for (std::size_t i = 0; i < after.size(); ++i) after[i] -= before[i];
    return after;
}

} // namespace

TEST_CASE("Training takes fewer samples at once where much is kept of each", "[models][execution]")
{
    CHECK(training_chunk(trace(build<Small>(Seed{1}))) == chunk);
    CHECK(training_chunk(trace(build<Large>(Seed{1}))) == chunk / 2);
}

TEST_CASE("A batch that is cut has the mean of its parts' gradients", "[models][execution]")
{
    const auto whole = change(0, 43); // chunks of 16, 16 and 11 for two gradients
    std::vector<float> parts(whole.size());
    for (std::size_t first = 0; first < 43; first += 8) {
        const std::size_t n = std::min<std::size_t>(8, 43 - first);
        const auto part = change(first, n);
        for (std::size_t i = 0; i < parts.size(); ++i) parts[i] += part[i] * float(n) / 43;
    }
    float largest = 0, worst = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        largest = std::max(largest, std::abs(whole[i]));
        worst = std::max(worst, std::abs(whole[i] - parts[i]));
    }
    CHECK(worst <= 1e-5f * largest);
    CHECK(largest > 0);
}
