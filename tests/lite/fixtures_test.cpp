// Files that TensorFlow's converter wrote, run here, against what its interpreter computed.
#include "catch.hpp"

#include <lamina/formats/npy.hpp>
#include <lamina/lite/interpreter.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

using namespace lamina;

namespace {

const std::filesystem::path shared = LAMINA_SHARED;
const std::filesystem::path folder = shared / "reference" / "lite";

struct Reference {
    std::vector<std::size_t> shape;
    std::vector<float> numbers;
    std::size_t width() const { return numbers.size() / shape[0]; }
};

Reference read(const std::filesystem::path& path)
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
void give(lite::Interpreter& interpreter, const lite::TensorDetails& input, const float* row, std::size_t n)
{
    if (input.dtype == dtype::float32) {
        const auto to = interpreter.tensor<float>(input.index);
        REQUIRE(to.size() == n);
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

void take(const lite::Interpreter& interpreter, const lite::TensorDetails& output, std::vector<float>& to)
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
std::vector<float> run(lite::Interpreter& interpreter, const Reference& x)
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

struct Difference {
    double most = 0;
    bool same_classes = true;
};

Difference compare(const std::vector<float>& got, const Reference& wanted)
{
    REQUIRE(got.size() == wanted.numbers.size());
    Difference found;
    for (std::size_t i = 0; i < got.size(); ++i) {
        REQUIRE(std::isfinite(got[i]) == std::isfinite(wanted.numbers[i]));
        if (std::isfinite(got[i])) found.most = std::max(found.most, std::abs(double(got[i]) - wanted.numbers[i]));
    }
    const std::size_t width = wanted.width();
    for (std::size_t row = 0; row < got.size(); row += width) {
        const auto largest = [&](const auto& of) {
            return std::max_element(of + std::ptrdiff_t(row), of + std::ptrdiff_t(row + width)) - of;
        };
        found.same_classes = found.same_classes && largest(got.begin()) == largest(wanted.numbers.begin());
    }
    return found;
}

double largest(const Reference& of)
{
    double most = 0;
    for (const float number : of.numbers)
        if (std::isfinite(number)) most = std::max(most, std::abs(double(number)));
    return most;
}

double scale_of(const lite::Interpreter& interpreter)
{
    double scale = 0;
    for (const auto& output : interpreter.output_details())
        if (!output.quantization.scale.empty()) scale = std::max(scale, double(output.quantization.scale[0]));
    return scale;
}

/// How far from TensorFlow's numbers ours may be.
double bound(const std::string& kind, const std::filesystem::path& model, const Reference& wanted,
             const lite::Interpreter& interpreter)
{
    if (kind == "float32" || kind == "float16") return 1e-5 + 1e-5 * largest(wanted);
    if (kind == "dynamic") return 2e-2 * largest(wanted);
    double most = 1.01 * scale_of(interpreter); // one step of the output
    if (const auto plain = model / "int8-plain-output.npy"; exists(plain))
        most = std::max(most, compare(read(plain).numbers, wanted).most); // two interpreters of TensorFlow's differ so much
    return most;
}

void check_kind(const std::string& kind)
{
    if (!exists(folder)) {
        WARN("skipped: ../shared is not there");
        return;
    }
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto model = entry.path(), file = model / ("model." + kind + ".tflite");
        if (!exists(file) || !exists(model / "input.npy")) continue;
        const std::string name = model.filename().string();
        INFO(name << ", " << kind);
        if (name == "fused_lstm" && kind == "int8") continue; // refused by name, below
        try {
            lite::Interpreter interpreter{file.string()};
            const Reference x = read(model / "input.npy"), wanted = read(model / (kind + "-output.npy"));
            const std::vector<float> y = run(interpreter, x);
            const Difference found = compare(y, wanted);
            const double allowed = bound(kind, model, wanted, interpreter);
            UNSCOPED_INFO(name << ": " << found.most << " of " << allowed << ", scale " << scale_of(interpreter));
            CHECK(found.most <= allowed);
            if (kind == "dynamic") CHECK(found.same_classes);
            ++count;
        }
        catch (const error& what) {
            FAIL_CHECK(what.what());
        }
    }
    CHECK(count >= (kind == "int8" ? 14 : kind == "float16" ? 18 : 19));
}

} // namespace

TEST_CASE("Files of float32 give what TensorFlow's interpreter gives") { check_kind("float32"); }
TEST_CASE("Files of float16") { check_kind("float16"); }
TEST_CASE("Files of dynamic range") { check_kind("dynamic"); }
TEST_CASE("Files of int8") { check_kind("int8"); }
