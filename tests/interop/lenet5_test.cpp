// LeNet-5 from every file that a real framework wrote predicts MNIST's 10,000 test digits as the framework did.
#include "catch.hpp"

#include <lamina/data/mnist.hpp>
#include <lamina/inspect.hpp>
#include <lamina/keras.hpp>
#include <lamina/lamina.hpp>
#include <lamina/numpy.hpp>
#include <lamina/pytorch.hpp>

#include <filesystem>
#include <iostream>

using namespace lamina;

namespace {

const std::filesystem::path shared = LAMINA_SHARED, files = shared / "reference" / "lenet5";

using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;

} // namespace

TEST_CASE("LeNet-5 of every file predicts 10,000 digits as its framework did")
{
    if (!std::filesystem::exists(files) || !std::filesystem::exists(shared / "mnist")) {
        WARN("skipped: there is no " << files.string() << " or no MNIST");
        return;
    }
    const std::size_t count = sanitized ? 500 : 10'000;
    const auto test = mnist::load(shared / "mnist").test;
    auto x = xt::xtensor<float, 4>::from_shape({count, 28, 28, 1});
    std::copy_n(test.x.data(), x.size(), x.data());
    const auto keras = npy::read(files / "keras-predict-test.npy").as<float>(),
               torch = npy::read(files / "torch-predict-test.npy").as<float>();

    const auto check = [&](const std::string& name, const std::vector<float>& expected, double bound, const auto& load_into) {
        INFO(name);
        LeNet5 model;
        const LoadReport report = load_into(model);
        CHECK(report.loaded.size() == 10);
        CHECK(report.complete());
        const auto y = predict(model, x);
        double worst = 0;
        for (std::size_t i = 0; i < y.size(); ++i) worst = std::max(worst, std::abs(double(y.data()[i]) - double(expected[i])));
        std::cout << name << ": " << count << " digits, at most " << worst << " from what the framework predicted\n";
        CHECK(worst < bound);
    };
    for (const std::string name : {"lenet5-mnist.h5", "lenet5-mnist.weights.h5", "lenet5-mnist.keras"})
        check(name, keras, 1e-5, [&](LeNet5& model) { return keras::load(model, files / name); });
    for (const std::string name :
         {"lenet5.pt", "lenet5-module.pt", "lenet5-legacy.pt", "lenet5-checkpoint.pt", "lenet5-half.pt", "lenet5-bfloat16.pt"}) {
        const pytorch::LoadOptions how{.part = name == "lenet5-checkpoint.pt" ? "model" : ""};
        // Weights of 11 and of 8 bits: how far these are from the others is tested below.
        const double bound = name == "lenet5-half.pt" ? 1e-2 : name == "lenet5-bfloat16.pt" ? 1e-1 : 1e-5;
        check(name, torch, bound, [&](LeNet5& model) { return pytorch::load(model, files / name, how); });
    }
    check("lenet5.npz", torch, 1e-5, [&](LeNet5& model) { return pytorch::load(model, npz::read(files / "lenet5.npz")); });
}

TEST_CASE("Numbers of half and of bfloat16 are those of float32, rounded")
{
    if (!std::filesystem::exists(files)) {
        WARN("skipped: there is no " << files.string());
        return;
    }
    LeNet5 whole;
    pytorch::load(whole, files / "lenet5.pt");
    for (const auto& [name, unit] : {std::pair{"lenet5-half.pt", 0x1p-11f}, std::pair{"lenet5-bfloat16.pt", 0x1p-8f}}) {
        INFO(name);
        LeNet5 rounded;
        pytorch::load(rounded, files / name);
        const auto a = get_weights(whole), b = get_weights(rounded);
        for (std::size_t i = 0; i < a.size(); ++i)
            for (std::size_t j = 0; j < a[i].size(); ++j)
                CHECK(std::abs(a[i].data()[j] - b[i].data()[j]) <= unit * std::abs(a[i].data()[j]) + 0x1p-25f);
    }
}
