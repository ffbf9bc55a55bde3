// LeNet-5 as TensorFlow's converter wrote it, in five forms, on test digits, against what its interpreter computed. Part of interpreter_test.cpp: the interpreter
// is compiled once for all of its tests.
#pragma once

#include "catch.hpp"
#include "lite/fixtures.hpp"

#include <lamina/data/mnist.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

using namespace lamina;
using namespace fixtures;

namespace {

struct File {
    const char *file, *outputs;
    double most;          ///< the largest difference of a probability
    double other_classes; ///< of 1,000 digits
    double accuracy;
};

} // namespace

TEST_CASE("LeNet-5 as TensorFlow's converter wrote it")
{
    if (!exists(shared / "mnist")) {
        WARN("skipped: ../shared is not there");
        return;
    }
    const auto test = mnist::load((shared / "mnist").string()).test;
    const auto path = shared / "reference";
    const File files[]{
        {"lenet5/lenet5-mnist.float32.tflite", "lenet5/tflite-float32-test.npy", 1e-5, 0, 0.988},
        {"lenet5/lenet5-mnist.fp16.tflite", "lenet5/tflite-fp16-test.npy", 1e-5, 0, 0.988},
        {"lenet5/lenet5-mnist.dynamic.tflite", "lenet5/tflite-dynamic-test.npy", 2e-2, 1, 0.988},
        {"lite/lenet5_int8/model.int8-float-io.tflite", "lite/lenet5_int8/int8-float-io-test.npy", 0.05, 1, 0.986},
        {"lite/lenet5_int8/model.int8.tflite", "lite/lenet5_int8/int8-test.npy", 0, 0, 0.986},
    };
    for (const File& one : files) {
        INFO(one.file);
        lite::Interpreter interpreter{(path / one.file).string()};
        interpreter.allocate_tensors();
        const auto input = interpreter.input_details()[0];
        const auto output = interpreter.output_details()[0];
        const auto wanted = npy::read((path / one.outputs).string());
        const std::size_t known = wanted.shape[0];
        std::vector<float> wanted_numbers;
        if (wanted.type == dtype::int8)
            for (const auto q : wanted.as<std::int8_t>())
                wanted_numbers.push_back(output.quantization.scale[0] * (float(q) - float(output.quantization.zero_point[0])));
        else wanted_numbers = wanted.as<float>();
        double most = 0;
        std::size_t right = 0, others = 0;
#if defined(LAMINA_TEST_SANITIZED)
        const std::size_t digits = 100; // each takes some hundred times as long
#else
        const std::size_t digits = test.size();
#endif
        for (std::size_t i = 0; i < digits; ++i) {
            std::vector<float> x(784), y;
            std::copy_n(test.x.data() + i * 784, 784, x.begin());
            give(interpreter, input, x.data(), x.size());
            interpreter.invoke();
            take(interpreter, output, y);
            const auto class_of = [](const auto& row) { return std::max_element(row.begin(), row.end()) - row.begin(); };
            right += class_of(y) == static_cast<std::ptrdiff_t>(test.y(i));
            if (i >= known) continue;
            std::vector<float> row(10);
            for (std::size_t k = 0; k < 10; ++k) row[k] = wanted_numbers[i * 10 + k];
            for (std::size_t k = 0; k < 10; ++k) most = std::max(most, std::abs(double(row[k]) - y[k]));
            others += class_of(y) != class_of(row);
        }
        const double accuracy = double(right) / double(digits);
        UNSCOPED_INFO("largest difference " << most << ", other classes " << others << " of " << known << ", accuracy "
                                            << accuracy);
        CHECK(most <= one.most);
        CHECK(double(others) <= one.other_classes * double(known) / 1000);
        CHECK(accuracy >= (digits == test.size() ? one.accuracy - 1e-9 : 0.95));
    }
}
