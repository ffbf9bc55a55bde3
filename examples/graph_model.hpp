// What examples/graph_restore.cpp and graph_run.cpp share: a convolutional network for digits as a plain struct, and a look at it.
#pragma once

#include <lamina/lamina.hpp>

#include <bit>
#include <cstdint>
#include <iostream>

// A plain struct: no base class, no macro, no registration. Its fields' names are the paths of its variables: body/0/kernel, head/bias.
struct MnistModel {
    lamina::Sequential<lamina::Input<28, 28, 1>, lamina::Conv2D<8, lamina::Relu>, lamina::MaxPooling2D<2>,
                       lamina::Conv2D<16, lamina::Relu>, lamina::MaxPooling2D<2>, lamina::Flatten>
        body;
    lamina::Dense<64, lamina::Relu>::on<400> hidden;
    lamina::Dense<10, lamina::Softmax>::on<64> head;

    auto operator()(const auto& x) const { return head(hidden(body(x))); }
};

/// Prints a number that changes with any bit of any prediction, and the accuracy.
inline void look(const MnistModel& model, const lamina::mnist::Digits& test)
{
    const auto classes = lamina::predict(model, test.x);
    std::uint64_t fingerprint = 0;
    for (const float p : classes) fingerprint = lamina::internals::mix(fingerprint, std::bit_cast<std::uint32_t>(p));

    std::size_t right = 0;
    const auto read = lamina::predict_classes(model, test.x);
    for (std::size_t i = 0; i < test.size(); ++i) right += read(i) == static_cast<std::int64_t>(test.y(i)) ? 1 : 0;
    std::cout << "Fingerprint of all predictions: " << std::hex << fingerprint << std::dec << '\n'
              << "accuracy " << static_cast<double>(right) / static_cast<double>(test.size()) << '\n';
}

/// Says what a model answers that has nothing to compute with.
inline void show_unbound(const MnistModel& model, const lamina::mnist::Digits& test)
{
    try {
        look(model, test);
    }
    catch (const lamina::error& problem) {
        std::cout << "The model says: " << problem.what() << '\n';
    }
}
