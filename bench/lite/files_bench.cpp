// TensorFlow Lite files in lamina's interpreter, one thread: a network of each kind of number, and single operators.
//
// LAMINA_LITE_FILES names a folder into which the files are written, each with an input and what is computed of it, for tools/bench/peers.py.
#include "networks.hpp"

#include <lamina/lite/convert.hpp>
#include <lamina/lite/interpreter.hpp>
#include <lamina/lite/passes/calibrate.hpp>
#include <lamina/lite/write.hpp>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace lamina;
using Bytes = std::vector<std::byte>;

Bytes of_kind(const internals::tflite::Network& network, lite::Optimize kind)
{
    Bytes bytes = internals::tflite::write_network(network);
    if (kind == lite::Optimize::none) return bytes;
    const xt::xtensor<float, 4> samples = xt::ones<float>({4, 28, 28, 1}) * 0.5f;
    lite::ConvertOptions options;
    options.optimizations = kind;
    if (kind == lite::Optimize::full_integer) options.representative = samples, options.integer_input_output = true;
    return lite::convert(std::span<const std::byte>(bytes), options);
}

/// The first input's and output's bytes.
std::vector<char> bytes_of(lite::Interpreter& interpreter, const lite::TensorDetails& tensor)
{
    const auto copy = [](const auto& numbers) {
        const char* const first = reinterpret_cast<const char*>(numbers.data());
        return std::vector<char>(first, first + numbers.size_bytes());
    };
    return tensor.dtype == dtype::int8 ? copy(interpreter.tensor<std::int8_t>(tensor.index))
                                       : copy(interpreter.tensor<float>(tensor.index));
}

void fill(lite::Interpreter& interpreter)
{
    const auto& input = interpreter.input_details()[0];
    const auto put = [](const auto& to, auto of) {
        for (std::size_t i = 0; i < to.size(); ++i) to[i] = of(i);
    };
    if (input.dtype == dtype::int8)
        put(interpreter.tensor<std::int8_t>(input.index), [](std::size_t i) { return static_cast<std::int8_t>(i % 101); });
    else put(interpreter.tensor<float>(input.index), [](std::size_t i) { return static_cast<float>(i % 17) * 0.05f; });
}

void add(const char* name, const internals::tflite::Network& network, lite::Optimize kind = lite::Optimize::none)
{
    const Bytes bytes = of_kind(network, kind);
    if (const char* const folder = std::getenv("LAMINA_LITE_FILES")) {
        const auto write = [&](const char* ending, const char* from, std::size_t count) {
            std::ofstream(std::filesystem::path(folder) / (std::string(name) + ending), std::ios::binary)
                .write(from, static_cast<std::streamsize>(count));
        };
        lite::Interpreter interpreter(bytes);
        interpreter.allocate_tensors();
        fill(interpreter);
        const auto x = bytes_of(interpreter, interpreter.input_details()[0]);
        interpreter.invoke();
        const auto y = bytes_of(interpreter, interpreter.output_details()[0]);
        write(".tflite", reinterpret_cast<const char*>(bytes.data()), bytes.size());
        write(".input", x.data(), x.size());
        write(".output", y.data(), y.size());
    }
    benchmark::RegisterBenchmark((std::string("lite/") + name).c_str(), [bytes](benchmark::State& state) {
        lite::Interpreter interpreter(bytes);
        interpreter.allocate_tensors();
        fill(interpreter);
        for (auto _ : state) {
            interpreter.invoke();
            benchmark::ClobberMemory();
        }
    });
}

const bool registered = [] {
    add("lenet5_float32", bench::lenet5());
    add("lenet5_dynamic", bench::lenet5(), lite::Optimize::dynamic_range);
    add("lenet5_int8", bench::lenet5(), lite::Optimize::full_integer);
    add("mobile_block", bench::mobile_block());
    add("conv_14x14_64_64_1x1", bench::one_convolution(14, 64, 64, 1, 1));
    add("conv_16x16_24_96_1x1", bench::one_convolution(16, 24, 96, 1, 1));
    add("conv_28x28_32_32_3x3", bench::one_convolution(28, 32, 32, 3, 1));
    add("conv_8x8_128_128_3x3", bench::one_convolution(8, 128, 128, 3, 1));
    add("conv_10x10_16_32_3x3", bench::one_convolution(10, 16, 32, 3, 1));
    add("conv_32x32_3_16_3x3_2", bench::one_convolution(32, 3, 16, 3, 2));
    add("depthwise_14x14x96", bench::one_depthwise(14, 96, 1));
    add("depthwise_56x56x64_2", bench::one_depthwise(56, 64, 2));
    add("dense_512_1", bench::one_dense(1));
    add("dense_512_32", bench::one_dense(32));
    return true;
}();

} // namespace
