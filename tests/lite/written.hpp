// A model written as a file of TensorFlow Lite, run again and compared with the model. With LAMINA_LITE_FILES=FOLDER files, inputs and outputs
// are left there for tools/exchange/ask_lite.py: `tools/dev exchange`.
#pragma once

#include "catch.hpp"

#include <lamina/core/aligned.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/formats/npy_writer.hpp>
#include <lamina/lite/convert.hpp>
#include <lamina/lite/interpreter.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>

#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <tuple>
#include <vector>

namespace written {

using namespace lamina;

/// Numbers for all variables: a layer whose bias or mean is 0 would hide mistakes.
template <class M> void fill(M& model)
{
    std::mt19937 random(11);
    for (const auto& found : internals::variables_of(model)) {
        const bool positive = found.path.ends_with("variance");
        const std::size_t count = found.variable->needs().extents.size();
        std::uniform_real_distribution<float> numbers(positive ? 0.5f : -0.5f, positive ? 1.5f : 0.5f);
        std::vector<float> made(count);
        for (float& number : made) number = numbers(random);
        internals::copy_in(made.data(), *found.variable->storage());
    }
}

/// Three samples: numbers around 0, or whole ones from 0 on.
inline xt::xarray<float> samples(std::vector<std::size_t> shape, std::size_t whole_below = 0, unsigned seed = 5)
{
    shape.insert(shape.begin(), 3);
    xt::xarray<float> made(std::vector<std::size_t>(shape.begin(), shape.end()));
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> numbers(-2.f, 2.f);
    for (float& number : made) number = whole_below > 0 ? static_cast<float>(random() % whole_below) : numbers(random);
    return made;
}

inline std::vector<std::size_t> extents_of(const auto& array) { return {array.shape().begin(), array.shape().end()}; }

inline void leave(const std::string& name, const std::vector<std::byte>& file, const std::vector<xt::xarray<float>>& inputs,
                  const std::vector<xt::xarray<float>>& outputs)
{
    const char* const folder = std::getenv("LAMINA_LITE_FILES");
    if (!folder) return;
    const std::filesystem::path place(folder);
    std::filesystem::create_directories(place);
    std::ofstream(place / (name + ".tflite"), std::ios::binary)
        .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
    for (std::size_t i = 0; i < inputs.size(); ++i)
        npy::write(place / (name + ".input_" + std::to_string(i) + ".npy"), inputs[i]);
    for (std::size_t i = 0; i < outputs.size(); ++i)
        npy::write(place / (name + ".output_" + std::to_string(i) + ".npy"), outputs[i]);
}

/// What lamina's interpreter makes of a file.
inline std::vector<xt::xarray<float>> run(const std::vector<std::byte>& file, const std::vector<xt::xarray<float>>& inputs)
{
    lite::Interpreter interpreter(file);
    for (std::size_t i = 0; i < inputs.size(); ++i)
        interpreter.resize_tensor_input(interpreter.input_details()[i].index, extents_of(inputs[i]));
    interpreter.allocate_tensors();
    for (std::size_t i = 0; i < inputs.size(); ++i) interpreter.set_tensor(interpreter.input_details()[i].index, inputs[i]);
    interpreter.invoke();
    std::vector<xt::xarray<float>> made;
    for (const auto& output : interpreter.output_details()) made.push_back(interpreter.get_tensor(output.index));
    return made;
}

inline double largest_difference(const xt::xarray<float>& a, const xt::xarray<float>& b)
{
    if (extents_of(a) != extents_of(b)) return 1e9;
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double difference = std::abs(double(a.data()[i]) - double(b.data()[i]));
        most = difference <= most ? most : difference; // NaN is found
    }
    return most;
}

/// The file of a model computes what the model does, within 1e-5 of numbers of its size.
inline void check_file(const std::string& name, const std::vector<std::byte>& file, const std::vector<xt::xarray<float>>& inputs,
                       const std::vector<xt::xarray<float>>& outputs)
{
    INFO(name);
    leave(name, file, inputs, outputs);
    const auto found = run(file, inputs);
    REQUIRE(found.size() == outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        double size = 1;
        for (const float number : outputs[i]) size = std::max(size, std::abs(double(number)));
        CHECK(largest_difference(found[i], outputs[i]) <= 1e-5 * size);
    }
}

/// A model, by `predict`.
template <class M> void check(const std::string& name, std::size_t whole_below = 0)
{
    auto model = build<M>(Seed{3});
    fill(model);
    const auto x = samples({M::input.extents, M::input.extents + M::input.rank}, whole_below);
    check_file(name, lite::convert(model), {x}, {xt::xarray<float>(predict(model, x))});
}

/// A layer alone, by its own pass: it compiles several times as fast as a model does.
template <class In, class L> void check_layer(const std::string& name, std::size_t whole_below = 0)
{
    using Block = typename L::template block<float, In::value>;
    Block block;
    internals::make_records(internals::variables_of(block));
    fill(block);
    const auto x = samples({In::value.extents, In::value.extents + In::value.rank}, whole_below);
    std::vector<std::size_t> shape{3};
    for (std::size_t axis = 0; axis < Block::output.rank; ++axis) shape.push_back(Block::output[axis]);
    xt::xarray<float> y(std::vector<std::size_t>(shape.begin(), shape.end()));
    const auto scratch = internals::allocate_aligned(sizeof(float) * internals::scratch_of<Block>(3) + 64);
    block.forward(protocols::Mode{}, x.data(), y.data(), nullptr, reinterpret_cast<float*>(scratch.get()), 3);
    check_file(name, lite::convert(block), {x}, {y});
}

} // namespace written
