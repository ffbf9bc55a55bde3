// Two trainings of LeNet-5 side by side, each on a device of one core, and one of them alone: an iteration is an epoch of each.
#include <lamina/lamina.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

namespace {

using namespace lamina;

using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;

auto trainer()
{
    auto model = build<LeNet5>(Seed{1});
    return compile(model, Adam{}, SparseCategoricalCrossentropy{});
}

auto samples()
{
    constexpr std::size_t n = 32 * 100;
    Samples made{xt::xtensor<float, 4>::from_shape({n, 28, 28, 1}), xt::xtensor<std::int32_t, 1>::from_shape({n})};
    Random random(Seed{2});
    for (auto& pixel : made.x) pixel = static_cast<float>(random.uniform());
    for (auto& label : made.y) label = static_cast<std::int32_t>(random.below(10));
    return made;
}

void trainings(benchmark::State& state)
{
    const auto cores = devices().front().cores; // where there is one, it is that of both
    const std::array names{add_cpu_device({.cores = {cores.front()}}), add_cpu_device({.cores = {cores.back()}})};
    std::array trainers{trainer(), trainer()};
    const std::array data{samples(), samples()};
    const auto epoch = [&](std::size_t i) {
        const Device on{names[i]};
        trainers[i].fit(data[i], {.batch_size = 32});
    };
    for (auto _ : state) {
        std::thread beside;
        if (state.range(0) == 2) beside = std::thread(epoch, 1);
        epoch(0);
        if (beside.joinable()) beside.join();
    }
}

BENCHMARK(trainings)->Name("devices/lenet5")->ArgName("trainings")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMicrosecond);

} // namespace
