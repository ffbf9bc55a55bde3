// Two trainings side by side: each in a thread and on a device of its own, so that neither takes the other's cores.
#include <lamina/lamina.hpp>

#include <cmath>
#include <cstddef>
#include <iostream>
#include <thread>

using namespace lamina;

using Net = Sequential<Input<1>, Dense<32, Tanh>, Dense<1>>;

/// How far a network is from a sine after 200 epochs.
double train(float learning_rate)
{
    Samples samples{xt::xtensor<float, 2>::from_shape({512, 1}), xt::xtensor<float, 2>::from_shape({512, 1})};
    for (std::size_t i = 0; i < 512; ++i) {
        samples.x(i, 0) = static_cast<float>(i) / 64 - 4;
        samples.y(i, 0) = std::sin(samples.x(i, 0));
    }
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, Adam{.learning_rate = learning_rate}, MeanSquaredError{});
    trainer.fit(samples, {.epochs = 200});
    return trainer.evaluate(samples)["loss"];
}

int main()
{
    for (const auto& device : devices()) std::cout << "This build computes on " << device << '\n';

    const auto cores = devices().front().cores; // those that this process may use
    add_cpu_device({.cores = {cores.front()}}); // "/cpu:1"
    add_cpu_device({.cores = {cores.back()}});  // "/cpu:2": the same on a machine of one core

    double slow = 0, fast = 0;
    std::thread beside([&] {
        const Device on{"/cpu:1"};
        slow = train(1e-3f);
    });
    {
        const Device on{"/cpu:2"};
        fast = train(1e-2f);
    }
    beside.join();
    std::cout << "Off by " << slow << " with a rate of 0.001, by " << fast << " with 0.01\n";

    try {
        const Device on{"/gpu:0"};
    }
    catch (const error& what) {
        std::cout << what.what() << '\n';
    }
    const Device on{num_gpus() > 0 ? "/gpu:0" : "/cpu:0"};
    std::cout << "All the same on all cores: " << (train(1e-2f) == fast ? "yes" : "no") << '\n';
}
