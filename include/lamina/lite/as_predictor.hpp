// lamina/lite/as_predictor.hpp: an interpreter in the place of a model.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/lite/interpreter.hpp>
#include <lamina/models/predictor.hpp>
#include <lamina/models/readable.hpp>
#include <lamina/trace/trace.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tflite {

/// Float rows as `set_tensor_quantized` reads them.
struct FloatRows {
    using value_type = float;
    const float* first;
    const std::vector<std::size_t>& extents;

    const std::vector<std::size_t>& shape() const { return extents; }
    template <xt::layout_type> const float* begin() const { return first; }
};

/// An interpreter of one input and one output, that is fed samples: as many together as its file allows.
class SampleRunner {
public:
    [[gnu::cold]] explicit SampleRunner(lite::Interpreter& of) : interpreter(&of)
    {
        if (of.input_details().size() != 1 || of.output_details().size() != 1)
            fail({"as_predictor: the file has ", of.input_details().size(), " inputs and ", of.output_details().size(),
                  " outputs, one of each is needed; set_tensor and get_tensor take several"});
        of.allocate_tensors();
        if (input().shape.empty() || output().shape.empty())
            fail({"as_predictor: \"", (input().shape.empty() ? input() : output()).name,
                  "\" is a single number, and has no axis of samples"});
    }

    const lite::TensorDetails& input() const { return interpreter->input_details()[0]; }
    const lite::TensorDetails& output() const { return interpreter->output_details()[0]; }

    /// Makes ready for samples of these extents, and says how many go together.
    [[gnu::cold]] std::size_t prepare(std::size_t count, const Shape& sample)
    {
        const std::vector<std::ptrdiff_t>& signature = input().shape_signature;
        std::vector<std::size_t> wanted = input().shape;
        bool fits = sample.rank + 1 == wanted.size();
        for (std::size_t axis = 1; fits && axis < wanted.size(); ++axis) {
            fits = wanted[axis] == sample[axis - 1] || signature[axis] < 0;
            wanted[axis] = sample[axis - 1];
        }
        if (!fits)
            fail({"as_predictor: samples of shape ", sample, " were given, the input \"", input().name, "\" takes ",
                  shape_text(signature), ", the first of which is that of the samples"});
        if (signature[0] < 0) wanted[0] = std::clamp<std::size_t>(count, 1, chunk);
        if (wanted[0] == 0) fail({"as_predictor: the input \"", input().name, "\" takes no samples"});
        if (wanted != input().shape || !interpreter->is_allocated()) { // not after shapes that were refused
            interpreter->resize_tensor_input(input().index, wanted);
            interpreter->allocate_tensors();
        }
        if (output().shape[0] != wanted[0])
            fail({"as_predictor: ", wanted[0], " samples give an output of shape ", shape_text(output().shape),
                  "; a row for each is needed"});
        return wanted[0];
    }

    /// n samples in, at most as many as go together, and as many results out. Each call begins as the first: states are zeros.
    void run(const float* x, std::size_t n, float* y)
    {
        const std::size_t together = input().shape[0], each = size_of(input()), gives = size_of(output());
        Aligned<float> filled;
        if (n < together) { // of a file that takes so many and no fewer
            filled.reserve(together * each);
            std::fill(std::copy_n(x, n * each, filled.data()), filled.data() + together * each, 0.0f);
            x = filled.data();
        }
        set(x, together * each);
        interpreter->reset_variables();
        interpreter->invoke();
        get(y, n * gives);
    }

    std::size_t results() const { return size_of(output()); }

private:
    lite::Interpreter* interpreter;

    static std::size_t size_of(const lite::TensorDetails& of)
    {
        std::size_t n = 1;
        for (std::size_t axis = 1; axis < of.shape.size(); ++axis) n *= of.shape[axis];
        return n;
    }
    void set(const float* x, std::size_t n)
    {
        const lite::TensorDetails& in = input();
        if (in.dtype == dtype::float32) std::copy_n(x, n, interpreter->tensor<float>(in.index).data());
        else if (!in.quantization.scale.empty()) interpreter->set_tensor_quantized(in.index, FloatRows{x, in.shape});
        else if (in.dtype == dtype::int32) set_whole(x, interpreter->tensor<std::int32_t>(in.index));
        else if (in.dtype == dtype::int64) set_whole(x, interpreter->tensor<std::int64_t>(in.index));
        else fail({"as_predictor: the input \"", in.name, "\" holds ", name_of(in.dtype), ", which set_tensor takes"});
    }
    template <class T> void set_whole(const float* x, std::span<T> to)
    {
        for (std::size_t i = 0; i < to.size(); ++i) {
            if (!is_finite(x[i]) || !(x[i] > -2147483648.0f && x[i] < 2147483648.0f))
                fail({"as_predictor: ", double(x[i]), " was given where \"", input().name, "\" takes whole numbers"});
            to[i] = static_cast<T>(x[i]);
        }
    }
    void get(float* y, std::size_t n)
    {
        const lite::TensorDetails& out = output();
        const auto cast = [&](const auto& from) {
            for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<float>(from.data()[i]);
        };
        if (out.dtype == dtype::float32) std::copy_n(interpreter->tensor<float>(out.index).data(), n, y);
        else if (!out.quantization.scale.empty()) cast(interpreter->get_tensor_dequantized(out.index));
        else if (out.dtype == dtype::int32) cast(interpreter->tensor<std::int32_t>(out.index));
        else if (out.dtype == dtype::int64) cast(interpreter->tensor<std::int64_t>(out.index));
        else fail({"as_predictor: the output \"", out.name, "\" holds ", name_of(out.dtype), ", which get_tensor gives"});
    }
};

/// The predictions for a batch of numbers of any type. `make(count)` gives their place.
template <DenseTensor X, class Make> auto predict_through(SampleRunner run, const X& x, const Make& make)
{
    const std::size_t count = x.shape()[0], together = run.prepare(count, sample_shape(x)), each = sample_shape(x).size();
    auto y = make(count, run.output());
    using number = std::remove_cvref_t<decltype(*y.data())>;
    Aligned<float> in(std::is_same_v<element<X>, float> ? 0 : together * each);
    Aligned<float> out(std::is_same_v<number, float> ? 0 : together * run.results());
    for (std::size_t first = 0; first < count; first += together) {
        // What is left of a file that takes any number of samples is a smaller batch.
        const std::size_t n = std::min(together, count - first), as_given = run.input().shape_signature[0] < 0 ? n : together;
        if (as_given != run.input().shape[0]) run.prepare(as_given, sample_shape(x));
        const auto* const from = start_of(x) + first * each;
        const float* numbers = nullptr;
        if constexpr (std::is_same_v<element<X>, float>) numbers = from;
        else {
            std::transform(from, from + n * each, in.data(), [](auto v) { return static_cast<float>(v); });
            numbers = in.data();
        }
        auto* const to = y.data() + first * run.results();
        if constexpr (std::is_same_v<number, float>) run.run(numbers, n, to);
        else {
            run.run(numbers, n, out.data());
            std::copy_n(out.data(), n * run.results(), to);
        }
    }
    return y;
}

} // namespace internals::tflite

namespace lite {

/// An interpreter as a Predictor; made by `as_predictor`. It refers to the interpreter, and resizes its input.
class StandIn {
public:
    explicit StandIn(Interpreter& of) : runner(of) {}

    /// [n, …] of a batch [n, …] of any numbers.
    template <class X> xt::xarray<float, xt::layout_type::row_major> predict(const X& x) const
    {
        static_assert(internals::Readable<X> && !internals::is_tuple<X>, "lamina: a stand-in takes one batch of numbers");
        Shape sample;
        for (std::size_t axis = 1; axis < std::min<std::size_t>(runner.input().shape.size(), Shape::max_rank); ++axis)
            sample.push_back(runner.input().shape[axis]);
        const auto& numbers = internals::read_one(x, sample, "predict");
        return internals::tflite::predict_through(runner, numbers, [](std::size_t count, const TensorDetails& of) {
            std::vector<std::size_t> extents = of.shape;
            extents[0] = count;
            xt::xarray<float, xt::layout_type::row_major> y;
            y.resize(extents);
            return y;
        });
    }

private:
    internals::tflite::SampleRunner runner;
};

/// The same in the place of a model of type M: it takes and gives what the model does.
template <class M> class StandInFor {
    static_assert(internals::can_be_called<M> && internals::input_count<M> == 1 && !internals::gives_tuple<M> &&
                      internals::declares_inputs<M>,
                  "lamina: as_predictor<Model> stands for a model of one output and of one input, whose shape it declares");

public:
    [[gnu::cold]] explicit StandInFor(Interpreter& of) : runner(of)
    {
        require("input", runner.input(), internals::declared_input<M, 0>);
        require("output", runner.output(), internals::output_of<M, 0>);
    }

    /// The model's outputs, of the model's number type.
    template <class X> auto predict(const X& x) const
    {
        static_assert(internals::Readable<X> && !internals::is_tuple<X>, "lamina: a stand-in takes one batch of numbers");
        const auto& numbers = internals::read_one(x, internals::declared_input<M, 0>, "predict");
        return internals::tflite::predict_through(
            runner, numbers, [](std::size_t count, const TensorDetails&) { return internals::result_for<M>(count); });
    }

private:
    [[gnu::cold]] static void require(const char* what, const TensorDetails& found, const Shape& needed)
    {
        bool fits = found.shape.size() == needed.rank + 1;
        for (std::size_t axis = 0; fits && axis < needed.rank; ++axis)
            fits = found.shape[axis + 1] == needed[axis] || found.shape_signature[axis + 1] < 0;
        if (fits) return;
        internals::fail({"as_predictor: the file's ", what, " \"", found.name, "\" is ",
                         internals::tflite::shape_text(found.shape_signature), ", the model's is ", needed,
                         " a sample; is it a file of this model?"});
    }

    internals::tflite::SampleRunner runner;
};

} // namespace lite

/// The interpreter in the place of a model, for every program that is written for a Predictor: `predict(stand_in, batch)` gives an
/// xt::xarray<float>, quantized files included. It refers to the interpreter, whose input it resizes: 32 samples go together where the
/// file leaves the first extent open, else as many as it says. Numbers pass as float. A variable of the file is zero at the beginning of each
/// group of samples.
///
/// Refuses  a file of several inputs or outputs; samples of another shape than the file's; numbers of types that only set_tensor takes.
/// Example  auto right = [](lite::Interpreter& of, const auto& test) { return evaluate(as_predictor(of), test, Accuracy{}); };
[[gnu::cold]] inline lite::StandIn as_predictor(lite::Interpreter& interpreter) { return lite::StandIn(interpreter); }

/// The same for a model of type M, whose input and output are compared with the file's once, here: `predict` gives what the model's gives, an
/// xtensor of its number type and rank.
///
/// Refuses  also a file whose input or output has another shape than the model's.
template <class M> lite::StandInFor<M> as_predictor(lite::Interpreter& interpreter) { return lite::StandInFor<M>(interpreter); }

}} // namespace lamina
