// lamina/lite/as_predictor.hpp: an interpreter in the place of a model.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/lite/interpreter.hpp>
#include <lamina/models/predictor.hpp>
#include <lamina/models/readable.hpp>
#include <lamina/trace/inputs.hpp>
#include <lamina/trace/trace.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
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

/// An interpreter that is fed samples: as many together as its file allows. Row i of every input belongs to sample i.
class SampleRunner {
public:
    [[gnu::cold]] SampleRunner(lite::Interpreter& of, std::size_t outputs) : interpreter(&of)
    {
        if (of.input_details().empty() || of.output_details().size() != outputs)
            fail({"as_predictor: the file has ", of.input_details().size(), " inputs and ", of.output_details().size(),
                  " outputs, ", outputs, outputs == 1 ? " output is" : " outputs are",
                  " needed; as_predictor<Model> takes and gives several, and so do set_tensor and get_tensor"});
        of.allocate_tensors();
        for (const auto* const all : {&of.input_details(), &of.output_details()})
            for (const lite::TensorDetails& one : *all)
                if (one.shape.empty()) fail({"as_predictor: \"", one.name, "\" is a single number, and has no axis of samples"});
    }

    std::size_t inputs() const { return interpreter->input_details().size(); }
    const lite::TensorDetails& input(std::size_t i) const { return interpreter->input_details()[i]; }
    const lite::TensorDetails& output(std::size_t i) const { return interpreter->output_details()[i]; }

    /// Whether the file leaves open how many samples go together.
    bool takes_any() const
    {
        bool any = true;
        for (const lite::TensorDetails& one : interpreter->input_details()) any = any && one.shape_signature[0] < 0;
        return any;
    }
    std::size_t together() const { return input(0).shape[0]; }

    /// Makes ready for samples of these extents, of each input, and says how many go together.
    [[gnu::cold]] std::size_t prepare(std::size_t count, const Shape* samples)
    {
        std::size_t rows = std::clamp<std::size_t>(count, 1, chunk);
        for (std::size_t i = 0; i < inputs(); ++i)
            if (input(i).shape_signature[0] >= 0) rows = input(i).shape[0];
        std::vector<std::vector<std::size_t>> wanted;
        bool ready = interpreter->is_allocated(); // not after shapes that were refused
        for (std::size_t i = 0; i < inputs(); ++i) {
            wanted.push_back(wanted_shape(input(i), samples[i], rows));
            ready = ready && wanted[i] == input(i).shape;
        }
        if (!ready) {
            for (std::size_t i = 0; i < inputs(); ++i) interpreter->resize_tensor_input(input(i).index, wanted[i]);
            interpreter->allocate_tensors();
        }
        for (const lite::TensorDetails& one : interpreter->output_details())
            if (one.shape.empty() || one.shape[0] != rows)
                fail({"as_predictor: ", rows, " samples give an output of shape ", shape_text(one.shape),
                      "; a row for each is needed"});
        return rows;
    }

    /// n samples in, at most as many as go together, and as many results out. Each call begins as the first: states are zeros.
    void run(const float* const* x, std::size_t n, float* const* y)
    {
        for (std::size_t i = 0; i < inputs(); ++i) {
            const float* from = x[i];
            const std::size_t each = size_of(input(i));
            Aligned<float> filled;
            if (n < together()) { // of a file that takes so many and no fewer
                filled.reserve(together() * each);
                std::fill(std::copy_n(from, n * each, filled.data()), filled.data() + together() * each, 0.0f);
                from = filled.data();
            }
            set(input(i), from, together() * each);
        }
        interpreter->reset_variables();
        interpreter->invoke();
        for (std::size_t i = 0; i < interpreter->output_details().size(); ++i) get(output(i), y[i], n * results(i));
    }

    /// How many numbers output i has for a sample.
    std::size_t results(std::size_t i) const { return size_of(output(i)); }

private:
    lite::Interpreter* interpreter;

    [[gnu::cold]] static std::vector<std::size_t> wanted_shape(const lite::TensorDetails& of, const Shape& sample,
                                                               std::size_t rows)
    {
        std::vector<std::size_t> wanted = of.shape;
        const std::vector<std::ptrdiff_t>& signature = of.shape_signature;
        bool fits = sample.rank + 1 == wanted.size();
        for (std::size_t axis = 1; fits && axis < wanted.size(); ++axis) {
            fits = wanted[axis] == sample[axis - 1] || signature[axis] < 0;
            wanted[axis] = sample[axis - 1];
        }
        if (!fits)
            fail({"as_predictor: samples of shape ", sample, " were given, the input \"", of.name, "\" takes ",
                  shape_text(signature), ", the first of which is that of the samples"});
        if (rows == 0) fail({"as_predictor: the input \"", of.name, "\" takes no samples"});
        if (signature[0] >= 0 && wanted[0] != rows)
            fail({"as_predictor: the input \"", of.name, "\" takes ", wanted[0], " samples at a time, another one takes ", rows});
        wanted[0] = rows;
        return wanted;
    }
    static std::size_t size_of(const lite::TensorDetails& of)
    {
        std::size_t n = 1;
        for (std::size_t axis = 1; axis < of.shape.size(); ++axis) n *= of.shape[axis];
        return n;
    }

    void set(const lite::TensorDetails& in, const float* x, std::size_t n)
    {
        if (in.dtype == dtype::float32) std::copy_n(x, n, interpreter->tensor<float>(in.index).data());
        else if (!in.quantization.scale.empty()) interpreter->set_tensor_quantized(in.index, FloatRows{x, in.shape});
        else if (in.dtype == dtype::int32) set_whole(in.name, x, interpreter->tensor<std::int32_t>(in.index));
        else if (in.dtype == dtype::int64) set_whole(in.name, x, interpreter->tensor<std::int64_t>(in.index));
        else fail({"as_predictor: the input \"", in.name, "\" holds ", name_of(in.dtype), ", which set_tensor takes"});
    }
    template <class T> static void set_whole(std::string_view name, const float* x, std::span<T> to)
    {
        for (std::size_t i = 0; i < to.size(); ++i) {
            if (!is_finite(x[i]) || !(x[i] > -2147483648.0f && x[i] < 2147483648.0f))
                fail({"as_predictor: ", double(x[i]), " was given where \"", name, "\" takes whole numbers"});
            to[i] = static_cast<T>(x[i]);
        }
    }
    void get(const lite::TensorDetails& out, float* y, std::size_t n)
    {
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

/// Some samples of a batch as floats: where they lie, or in `room`.
template <DenseTensor X>
const float* floats_of(const X& x, std::size_t first, std::size_t n, [[maybe_unused]] Aligned<float>& room)
{
    const std::size_t each = sample_shape(x).size();
    const auto* const from = start_of(x) + first * each;
    if constexpr (std::is_same_v<element<X>, float>) return from;
    else {
        room.reserve(n * each);
        std::transform(from, from + n * each, room.data(), [](auto v) { return static_cast<float>(v); });
        return room.data();
    }
}

/// The predictions for a batch of numbers of any type, or for a std::tuple of such. `make(count, runner)` gives their place, one or a tuple.
template <DenseTensors X, class Make> auto predict_through(SampleRunner run, const X& x, const Make& make)
{
    constexpr std::size_t inputs = tensor_count<X>;
    if (inputs != run.inputs())
        fail({"as_predictor: ", inputs, inputs == 1 ? " batch was" : " batches were", " given, the file has ", run.inputs(),
              " inputs; several batches are a std::tuple"});
    return [&]<std::size_t... In>(std::index_sequence<In...>) {
        const Shape samples[]{sample_shape(tensor_at<In>(x))...};
        const std::size_t count = tensor_at<0>(x).shape()[0];
        (require_rows(tensor_at<In>(x).shape()[0], count, In, "as_predictor"), ...);
        const std::size_t together = run.prepare(count, samples);
        auto y = make(count, run);
        Aligned<float> in[inputs];
        [&]<std::size_t... Out>(std::index_sequence<Out...>) {
            Aligned<float> out[sizeof...(Out)];
            for (std::size_t first = 0; first < count; first += together) {
                // What is left of a file that takes any number of samples is a smaller batch.
                const std::size_t n = std::min(together, count - first), as_given = run.takes_any() ? n : together;
                if (as_given != run.together()) run.prepare(as_given, samples);
                const float* const from[]{floats_of(tensor_at<In>(x), first, n, in[In])...};
                const auto place_for = [&](auto& result, std::size_t i) -> float* {
                    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(*result.data())>, float>)
                        return result.data() + first * run.results(i);
                    else {
                        out[i].reserve(n * run.results(i));
                        return out[i].data();
                    }
                };
                float* const to[]{place_for(tensor_at<Out>(y), Out)...};
                run.run(from, n, to);
                const auto widen = [&](auto& result, std::size_t i) {
                    if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(*result.data())>, float>)
                        std::copy_n(out[i].data(), n * run.results(i), result.data() + first * run.results(i));
                };
                (widen(tensor_at<Out>(y), Out), ...);
            }
        }(std::make_index_sequence<tensor_count<decltype(y)>>{});
        return y;
    }(std::make_index_sequence<inputs>{});
}

} // namespace internals::tflite

namespace lite {

/// An interpreter as a Predictor; made by `as_predictor`. It refers to the interpreter, and resizes its input.
class StandIn {
public:
    explicit StandIn(Interpreter& of) : runner(of, 1) {}

    /// [n, …] of a batch [n, …] of any numbers; of several inputs a std::tuple of batches, in the order of the file.
    template <class X> xt::xarray<float, xt::layout_type::row_major> predict(const X& x) const
    {
        static_assert(internals::Readable<X>, "lamina: a stand-in takes a batch of numbers, or a std::tuple of such");
        Shape samples[internals::tensor_count<X>]{};
        for (std::size_t i = 0; i < std::min(internals::tensor_count<X>, runner.inputs()); ++i)
            for (std::size_t axis = 1; axis < std::min<std::size_t>(runner.input(i).shape.size(), Shape::max_rank); ++axis)
                samples[i].push_back(runner.input(i).shape[axis]);
        const auto& numbers = internals::as_tensors(x, samples, "predict");
        using internals::tflite::SampleRunner;
        return internals::tflite::predict_through(runner, numbers, [](std::size_t count, const SampleRunner& of) {
            std::vector<std::size_t> extents = of.output(0).shape;
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
    static_assert(internals::can_be_called<M> && internals::declares_inputs<M>,
                  "lamina: as_predictor<Model> stands for a model that declares the shapes of its inputs");

public:
    [[gnu::cold]] explicit StandInFor(Interpreter& of) : runner(of, internals::output_count<M>)
    {
        constexpr std::size_t inputs = internals::input_count<M>;
        if (runner.inputs() != inputs)
            internals::fail(
                {"as_predictor: the file has ", runner.inputs(), " inputs, the model ", inputs, "; is it a file of this model?"});
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (require("input", runner.input(At), internals::declared_input<M, At>), ...);
        }(std::make_index_sequence<inputs>{});
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (require("output", runner.output(At), internals::output_of<M, At>), ...);
        }(std::make_index_sequence<internals::output_count<M>>{});
    }

    /// The model's outputs, of the model's number type: a tensor, or a std::tuple of such.
    template <class X> auto predict(const X& x) const
    {
        static_assert(internals::Readable<X> && internals::one_batch_an_input<M, X>,
                      "lamina: a stand-in for a model takes what the model does: a batch of numbers for each input, several in a "
                      "std::tuple");
        const auto samples = []<std::size_t... At>(std::index_sequence<At...>) {
            return std::array<Shape, sizeof...(At)>{internals::declared_input<M, At>...};
        }(std::make_index_sequence<internals::input_count<M>>{});
        const auto& numbers = internals::as_tensors(x, samples.data(), "predict");
        return internals::tflite::predict_through(runner, numbers, [](std::size_t count, const internals::tflite::SampleRunner&) {
            return internals::result_for<M>(count);
        });
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
/// group of samples. A file of several inputs takes a std::tuple of batches, in its order.
///
/// Refuses  a file of several outputs, for which there is `as_predictor<Model>`; samples of another shape than the file's; numbers of types that only set_tensor takes.
/// Example  auto right = [](lite::Interpreter& of, const auto& test) { return evaluate(as_predictor(of), test, Accuracy{}); };
[[gnu::cold]] inline lite::StandIn as_predictor(lite::Interpreter& interpreter) { return lite::StandIn(interpreter); }

/// The same for a model of type M, whose inputs and outputs are compared with the file's once, here: `predict` takes and gives what the
/// model's does, xtensors of its number type and rank, a std::tuple of them where there are several. `lite::convert` keeps their order.
///
/// Refuses  also a file whose inputs or outputs are others, or of other shapes, than the model's.
template <class M> lite::StandInFor<M> as_predictor(lite::Interpreter& interpreter) { return lite::StandInFor<M>(interpreter); }

}} // namespace lamina
