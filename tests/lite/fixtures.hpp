// Files of TensorFlow's converter, with the numbers that go in and what came out.
#pragma once

#include "catch.hpp"

#include <lamina/formats/npy.hpp>
#include <lamina/lite/interpreter.hpp>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace fixtures {

using namespace lamina;

inline const std::filesystem::path shared = LAMINA_SHARED;
inline const std::filesystem::path folder = shared / "reference" / "lite";

struct Reference {
    std::vector<std::size_t> shape;
    std::vector<float> numbers;
    std::size_t width() const { return numbers.size() / shape[0]; }
};

inline Reference read(const std::filesystem::path& path)
{
    const auto array = npy::read(path.string());
    Reference read{array.shape, {}};
    if (array.type == dtype::int32)
        for (const auto n : array.as<std::int32_t>()) read.numbers.push_back(static_cast<float>(n));
    else
        for (const auto n : array.as<float>()) read.numbers.push_back(n);
    return read;
}

/// The numbers of a row of the inputs, as the tensor wants them.
inline void give(lite::Interpreter& interpreter, const lite::TensorDetails& input, const float* row, std::size_t n)
{
    if (input.dtype == dtype::float32) {
        const auto to = interpreter.tensor<float>(input.index);
        if (to.size() != n) throw std::logic_error("a row of another size"); // no assertion: threads call this
        std::copy_n(row, n, to.data());
    }
    else if (input.dtype == dtype::int32) {
        const auto to = interpreter.tensor<std::int32_t>(input.index);
        for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<std::int32_t>(row[i]);
    }
    else {
        xt::xarray<float> x = xt::zeros<float>(input.shape);
        std::copy_n(row, n, x.data());
        interpreter.set_tensor_quantized(input.index, x);
    }
}

inline void take(const lite::Interpreter& interpreter, const lite::TensorDetails& output, std::vector<float>& to)
{
    if (output.dtype == dtype::float32) {
        const auto y = interpreter.get_tensor(output.index);
        to.insert(to.end(), y.begin(), y.end());
    }
    else {
        const auto y = interpreter.get_tensor_dequantized(output.index);
        to.insert(to.end(), y.begin(), y.end());
    }
}

/// All outputs side by side, sample by sample, as the reference has them.
inline std::vector<float> run(lite::Interpreter& interpreter, const Reference& x)
{
    interpreter.allocate_tensors();
    std::vector<float> y;
    for (std::size_t i = 0; i < x.shape[0]; ++i) {
        interpreter.reset_variables();
        give(interpreter, interpreter.input_details()[0], x.numbers.data() + i * x.width(), x.width());
        interpreter.invoke();
        for (const auto& output : interpreter.output_details()) take(interpreter, output, y);
    }
    return y;
}

/// All files of a kind: their folders. Says so where there are none.
inline std::vector<std::filesystem::path> models_of(const std::string& kind)
{
    std::vector<std::filesystem::path> models;
    if (!exists(folder)) {
        WARN("skipped: ../shared is not there");
        return models;
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (exists(entry.path() / ("model." + kind + ".tflite")) && exists(entry.path() / "input.npy"))
            models.push_back(entry.path());
    std::sort(models.begin(), models.end());
    return models;
}

} // namespace fixtures
