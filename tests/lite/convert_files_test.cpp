// TensorFlow Lite: files of TensorFlow's converter in float32, made smaller by lamina's: what is lost is about what TensorFlow's own files lose.
#include "lite/fixtures.hpp"

#include <lamina/lite/convert.hpp>
#include <lamina/lite/passes/calibrate.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

using namespace fixtures;

namespace {

double largest_error(const std::vector<float>& a, const std::vector<float>& b)
{
    if (a.size() != b.size()) return 1e9;
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double error = std::abs(double(a[i]) - double(b[i]));
        most = error <= most ? most : error;
    }
    return most;
}

void check(const std::string& name, const std::string& form, lite::Optimize how)
{
    INFO(name << ' ' << form);
    const auto place = folder / name;
    const std::string text = internals::read_file((place / "model.float32.tflite").string());
    const Reference x = fixtures::read(place / "input.npy"), exact = fixtures::read(place / "output.npy");
    xt::xarray<float> samples(std::vector<std::size_t>(x.shape.begin(), x.shape.end()));
    std::copy(x.numbers.begin(), x.numbers.end(), samples.data());
    const auto file = lite::convert({reinterpret_cast<const std::byte*>(text.data()), text.size()},
                                    {.optimizations = how, .representative = samples});
    const std::string theirs = "model." + form + ".tflite";
    if (how != lite::Optimize::full_integer && std::filesystem::exists(place / theirs)) // there LSTM operators stay in float
        CHECK(20 * file.size() <= 21 * std::filesystem::file_size(place / theirs) + 20 * 256);
    lite::Interpreter interpreter(file);
    double size = 1, allowed = how == lite::Optimize::full_integer ? 0.1 : 0.02;
    for (const float number : exact.numbers) size = std::max(size, std::abs(double(number)));
    if (std::filesystem::exists(place / (form + "-output.npy")))
        allowed =
            std::max(allowed, 1.5 * largest_error(fixtures::read(place / (form + "-output.npy")).numbers, exact.numbers) / size);
    const double error = largest_error(fixtures::run(interpreter, x), exact.numbers) / size;
    CHECK(error <= allowed);
}

} // namespace

TEST_CASE("lite: files of TensorFlow's converter become smaller", "[lite]")
{
    if (!std::filesystem::exists(folder)) {
        std::cout << "skipped: there is no " << folder.string() << '\n';
        return;
    }
    std::size_t models = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (!std::filesystem::exists(entry.path() / "model.float32.tflite")) continue;
        check(name, "float16", lite::Optimize::float16);
        check(name, "dynamic", lite::Optimize::dynamic_range);
        check(name, "int8", lite::Optimize::full_integer);
        ++models;
    }
    CHECK(models >= 19);
}

TEST_CASE("lite: the scales within an LSTM of int8 stay with it", "[lite]")
{
    if (!std::filesystem::exists(folder)) {
        WARN("skipped: ../shared is not there");
        return;
    }
    using namespace lamina::internals::tflite;
    const auto file = bytes_of_file((folder / "fused_lstm" / "model.int8.tflite").string());
    const auto written = std::make_shared<const std::vector<std::byte>>(lite::convert(*file, {}));
    const Network before = read_network(file, "before", std::size_t{1} << 30),
                  after = read_network(written, "after", std::size_t{1} << 30);
    const Subgraph &a = before.subgraphs[0], &b = after.subgraphs[0];
    REQUIRE(a.operators.size() == b.operators.size());
    std::size_t compared = 0;
    for (std::size_t op = 0; op < a.operators.size(); ++op)
        for (std::size_t i = 0; i < a.operators[op].intermediates.size(); ++i, ++compared) {
            const auto of_a = static_cast<std::size_t>(a.operators[op].intermediates[i]),
                       of_b = static_cast<std::size_t>(b.operators[op].intermediates[i]);
            CHECK(a.tensors[of_a].quantization.scale == b.tensors[of_b].quantization.scale);
        }
    CHECK(compared == 10);
}
