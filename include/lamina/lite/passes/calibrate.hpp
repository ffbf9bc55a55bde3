// lamina/lite/passes/calibrate.hpp: the ranges of all tensors of a network over representative samples, by running it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/lite/convert_options.hpp>
#include <lamina/lite/interpreter.hpp>
#include <lamina/lite/network.hpp>
#include <lamina/lite/passes/integer_forms.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Some of the samples as an interpreter's input, of whatever type that is.
[[gnu::cold]] inline void give_samples(lite::Interpreter& to, const lite::TensorDetails& input, const lite::TensorView& samples,
                                       std::size_t first, std::size_t count)
{
    const std::size_t each = samples.size() / samples.samples();
    const float* const from = samples.data() + first * each;
    if (input.dtype == dtype::float32) std::copy_n(from, count * each, to.tensor<float>(input.index).data());
    else if (input.dtype == dtype::int32) {
        const std::span<std::int32_t> numbers = to.tensor<std::int32_t>(input.index);
        for (std::size_t i = 0; i < count * each; ++i) numbers[i] = static_cast<std::int32_t>(from[i]);
    }
    else {
        std::vector<std::size_t> shape = samples.shape();
        shape[0] = count;
        xt::xarray<float> x(std::vector<std::size_t>(shape.begin(), shape.end()));
        std::copy_n(from, count * each, x.data());
        to.set_tensor_quantized(input.index, x);
    }
}

/// Runs a network over samples, some at a time, or as many as its inputs have where that is not free, and calls `look(interpreter, first, count)`
/// after each run.
template <class Look>
[[gnu::cold]] void run_over(lite::Interpreter& interpreter, std::span<const lite::TensorView> inputs, const Look& look)
{
    const auto& details = interpreter.input_details();
    std::size_t at_a_time = 32;
    bool free = true;
    for (const auto& input : details)
        if (!input.shape_signature.empty() && input.shape_signature[0] >= 0) {
            free = false;
            at_a_time = static_cast<std::size_t>(input.shape_signature[0]);
        }
    const std::size_t all = inputs[0].samples();
    if (at_a_time == 0 || (!free && all < at_a_time))
        fail({"lite: ", all, " samples were given for inputs of ", at_a_time, " at a time"});
    std::size_t ready = 0;
    for (std::size_t first = 0; first < all; first += at_a_time) {
        const std::size_t count = std::min(at_a_time, all - first);
        if (!free && count < at_a_time) break; // a rest cannot be run
        if (count != ready) {
            for (std::size_t i = 0; i < inputs.size(); ++i) {
                std::vector<std::size_t> shape = inputs[i].shape();
                shape[0] = count;
                interpreter.resize_tensor_input(details[i].index, shape);
            }
            interpreter.allocate_tensors();
            ready = count;
        }
        for (std::size_t i = 0; i < inputs.size(); ++i) give_samples(interpreter, details[i], inputs[i], first, count);
        interpreter.invoke();
        look(interpreter, first, count);
    }
}

/// Refuses samples that are none of a network's inputs.
[[gnu::cold]] inline void require_samples(const lite::Interpreter& interpreter, std::span<const lite::TensorView> inputs,
                                          std::string_view where)
{
    const auto& details = interpreter.input_details();
    if (inputs.size() != details.size())
        fail({where, ": samples of ", inputs.size(), " inputs were given, the model has ", details.size()});
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i].empty()) fail({where, ": there are no samples for \"", details[i].name, "\", at least one is needed"});
        const std::vector<std::size_t>&given = inputs[i].shape(), &needed = details[i].shape;
        if (inputs[i].samples() != inputs[0].samples())
            fail({where, ": ", inputs[i].samples(), " samples for \"", details[i].name, "\" were given and ", inputs[0].samples(),
                  " for \"", details[0].name, "\", as many are needed"});
        if (given.size() != needed.size() || !std::equal(given.begin() + 1, given.end(), needed.begin() + 1))
            fail({where, ": samples of shape ", shape_text(given), " for \"", details[i].name, "\" were given, it takes ",
                  shape_text(details[i].shape_signature), ", the first of which is that of the samples"});
        if (details[i].dtype != dtype::float32 && details[i].dtype != dtype::int32)
            fail({where, ": \"", details[i].name, "\" holds ", name_of(details[i].dtype), ", float32 or int32 is needed"});
    }
}

[[gnu::cold]] inline std::vector<Range> ranges_by_running(const Network& network, std::span<const lite::TensorView> inputs)
{
    lite::InterpreterOptions with;
    with.keep_tensors = true;
    lite::Interpreter interpreter(Network(network), with);
    require_samples(interpreter, inputs, "lite::convert");
    const std::vector<Tensor>& tensors = network.subgraphs[0].tensors;
    std::vector<Range> ranges(tensors.size());
    run_over(interpreter, inputs, [&](lite::Interpreter& after, std::size_t, std::size_t) {
        for (std::size_t i = 0; i < tensors.size(); ++i)
            if (!tensors[i].is_constant && tensors[i].type == dtype::float32)
                for (const float number : after.tensor<float>(i)) ranges[i].take(number);
    });
    return ranges;
}

/// It is the calibration of `convert` in programs that include this.
inline const bool convert_can_calibrate = (calibration = ranges_by_running, true);

}}} // namespace lamina::internals::tflite
