// What it costs to train on a dataset: an iteration is an epoch of 4,000 digits in batches of 32, in one thread; `png` has another that decodes.
#include <lamina/data.hpp>
#include <lamina/images.hpp>
#include <lamina/lamina.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace lamina;

constexpr std::size_t count = 4000;

using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;
using Perceptron = Sequential<Input<28, 28, 1>, Flatten, Dense<128, Relu>, Dense<10, Softmax>>;

auto digits() { return drawn_digits(count, Seed{1}); }

/// Digits as PNG files in memory.
auto pictures()
{
    const auto drawn = digits();
    std::vector<std::string> files;
    Image image = Image::from_shape({28, 28, 1});
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t p = 0; p < image.size(); ++p) image.data()[p] = static_cast<std::uint8_t>(drawn.x.data()[i * 784 + p]);
        files.push_back(encode_png(image));
    }
    const auto decode = [files = std::make_shared<const std::vector<std::string>>(std::move(files)),
                         labels = drawn.y](std::int64_t i, std::pair<Image, std::int32_t>& to) {
        decode_png((*files)[static_cast<std::size_t>(i)], to.first, 1);
        to.second = labels(static_cast<std::size_t>(i));
    };
    return range(count) | map<std::pair<Image, std::int32_t>>(decode) | batch(32);
}

template <class Model, class Make> void train(const std::string& name, Make data, bool shuffled = false)
{
    benchmark::RegisterBenchmark(("training/" + name).c_str(),
                                 [data, shuffled](benchmark::State& state) {
                                     auto model = build<Model>(Seed{1});
                                     auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{});
                                     const auto given = data();
                                     for (auto _ : state)
                                         if constexpr (Dataset<decltype(data())>) trainer.fit(given);
                                         else trainer.fit(given, {.shuffle = shuffled});
                                 })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
}

template <class Model> void add(const std::string& model)
{
    train<Model>(model + "/samples", digits);
    train<Model>(model + "/slices", [] { return slices(digits()) | batch(32); });
    train<Model>(model + "/samples_shuffled", digits, true);
    train<Model>(model + "/slices_shuffled", [] { return slices(digits()) | shuffle(count, Seed{1}) | batch(32); });
}

const bool registered = [] {
    add<LeNet5>("lenet5");
    add<Perceptron>("784_128_10");
    train<LeNet5>("lenet5/png", [] { return pictures() | prefetch(4); });
    benchmark::RegisterBenchmark("training/png_alone",
                                 [](benchmark::State& state) {
                                     const auto batches = pictures();
                                     decltype(batches)::element batch{};
                                     for (auto _ : state) {
                                         auto cursor = batches.open(Pass{});
                                         while (cursor.next(batch)) benchmark::DoNotOptimize(batch);
                                     }
                                 })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
    return true;
}();

} // namespace
