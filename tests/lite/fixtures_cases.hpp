// Files that TensorFlow's converter wrote, run here, against what its interpreter computed. Part of interpreter_test.cpp: the interpreter
// is compiled once for all of its tests.
#pragma once

#include "catch.hpp"
#include "lite/fixtures.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

using namespace lamina;
using namespace fixtures;

namespace {

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
    std::size_t count = 0;
    const auto models = models_of(kind);
    for (const auto& model : models) {
        const auto file = model / ("model." + kind + ".tflite");
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
    if (!models.empty()) CHECK(count >= (kind == "int8" ? 14 : kind == "float16" ? 18 : 19));
}

} // namespace

TEST_CASE("Files of float32 give what TensorFlow's interpreter gives") { check_kind("float32"); }
TEST_CASE("Files of float16") { check_kind("float16"); }
TEST_CASE("Files of dynamic range") { check_kind("dynamic"); }
TEST_CASE("Files of int8") { check_kind("int8"); }
