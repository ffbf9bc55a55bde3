// The interpreter from outside: what it says of a file, batches, threads, clones, state, and what it refuses.
#include "catch.hpp"
#include "counted_new.hpp"
#include "lite/damage_cases.hpp"
#include "lite/fixtures.hpp"
#include "lite/fixtures_cases.hpp"
#include "lite/joins_cases.hpp"
#include "lite/lenet5_cases.hpp"
#include "lite/shared_tensors_cases.hpp"

#include <lamina/lite/interpreter.hpp>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

using namespace lamina;
using namespace lamina::internals::tflite;
using namespace fixtures;

namespace {

const char* const kinds[]{"float32", "float16", "dynamic", "int8"};

/// x [-1, 2] -> dense of 3 with relu -> [-1, 3, 1] -> tanh, and its sum over all.
Network small()
{
    Network network;
    network.source = "small.tflite";
    Subgraph graph;
    const auto tensor = [&](const char* name, dtype type, std::vector<std::size_t> shape) -> Tensor& {
        graph.tensors.push_back({});
        Tensor& made = graph.tensors.back();
        made.name = name;
        made.type = type;
        made.shape = std::move(shape);
        return made;
    };
    const auto constant = [&](const char* name, dtype type, std::vector<std::size_t> shape, auto numbers) {
        Tensor& made = tensor(name, type, std::move(shape));
        made.data = constant_of(numbers);
        made.is_constant = true;
    };
    tensor("x", dtype::float32, {1, 2}).signature = {-1, 2};
    constant("kernel", dtype::float32, {3, 2}, std::vector<float>{1, 2, 3, 4, -5, 6});
    constant("bias", dtype::float32, {3}, std::vector<float>{0.5f, 0, -1});
    tensor("h", dtype::float32, {1, 3});
    constant("shape", dtype::int32, {3}, std::vector<std::int32_t>{-1, 3, 1});
    tensor("rows", dtype::float32, {1, 3, 1});
    tensor("y", dtype::float32, {1, 3, 1});
    constant("axes", dtype::int32, {3}, std::vector<std::int32_t>{0, 1, 2});
    tensor("sum", dtype::float32, {});
    const auto add = [&](code op, std::vector<std::ptrdiff_t> inputs, std::size_t output) -> Options& {
        graph.operators.push_back({op, 0, 1, std::move(inputs), {output}, {}});
        return graph.operators.back().options;
    };
    add(code::fully_connected, {0, 1, 2}, 3).activation = fused::relu;
    add(code::reshape, {3, 4}, 5);
    add(code::tanh, {5}, 6);
    add(code::sum, {6, 7}, 8);
    graph.inputs = {0};
    graph.outputs = {6, 8};
    network.subgraphs.push_back(std::move(graph));
    network.signatures.push_back({"serving_default", {{"x", 0}}, {{"y", 6}, {"sum", 8}}, 0});
    return network;
}

std::string refusal(const auto& call)
{
    try {
        call();
    }
    catch (const error& what) {
        return what.what();
    }
    return "nothing was refused";
}

/// A fixture's outputs for rows [first, first + n) of its inputs, in one call.
std::vector<float> rows(lite::Interpreter& interpreter, const Reference& x, std::size_t n)
{
    std::vector<float> numbers;
    while (numbers.size() < n * x.width()) numbers.insert(numbers.end(), x.numbers.begin(), x.numbers.end());
    give(interpreter, interpreter.input_details()[0], numbers.data(), n * x.width());
    interpreter.invoke();
    std::vector<float> y;
    for (const auto& output : interpreter.output_details()) take(interpreter, output, y);
    return y;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

} // namespace

TEST_CASE("An interpreter says what its file holds, and computes it")
{
    lite::Interpreter interpreter(small());
    const auto& x = interpreter.input_details()[0];
    CHECK(x.name == "x");
    CHECK(x.index == 0);
    CHECK(x.shape == std::vector<std::size_t>{1, 2});
    CHECK(x.shape_signature == std::vector<std::ptrdiff_t>{-1, 2});
    CHECK(x.dtype == dtype::float32);
    CHECK(interpreter.output_details()[0].name == "y");
    CHECK(interpreter.tensor_details().size() == 9);
    CHECK(interpreter.signatures()[0].key == "serving_default");
    CHECK(interpreter.signatures()[0].outputs[1].first == "sum");
    CHECK(interpreter.signature().output("sum") == 8);
    const auto& signature = interpreter.signature("serving_default");
    CHECK(signature.input(signature.inputs[0].first) == 0);
    CHECK(refusal([&] { signature.output("total"); }).find("has no output \"total\", it has \"") != std::string::npos);
    CHECK(refusal([&] { interpreter.signature("train"); }) ==
          "small.tflite: has no signature \"train\", it has \"serving_default\"");
    interpreter.allocate_tensors();
    CHECK(interpreter.arena_bytes() > 0);
    interpreter.set_tensor(0, xt::xtensor<float, 2>{{1, 0.25f}});
    interpreter.invoke();
    const auto y = interpreter.get_tensor<float, 3>(6);
    const float h[]{2, 4, 0};
    for (std::size_t i = 0; i < 3; ++i) CHECK(y(0, i, 0) == Approx(std::tanh(h[i])).margin(1e-6));
    CHECK(interpreter.tensor<float>(8)[0] == Approx(std::tanh(2.) + std::tanh(4.)));
    interpreter.resize_tensor_input(0, {2, 2});
    interpreter.allocate_tensors();
    CHECK(interpreter.output_details()[0].shape == std::vector<std::size_t>{2, 3, 1});
    interpreter.tensor<float>(0)[2] = 1; // in place; all else is 0
    interpreter.invoke();
    CHECK(float(interpreter.get_tensor(6)(0, 0, 0)) == Approx(std::tanh(0.5)));
    CHECK(float(interpreter.get_tensor(6)(1, 1, 0)) == Approx(std::tanh(3.)));
}

TEST_CASE("Results without numbers take no time, however many pixels their shape has")
{
    Network network;
    network.source = "empty.tflite";
    Subgraph graph;
    graph.tensors.resize(2);
    graph.tensors[0].shape = graph.tensors[1].shape = {std::size_t{1} << 40, 2, 2, 0};
    Operator pool{code::max_pool_2d, 0, 1, {0}, {1}, {}};
    pool.options.filter_width = pool.options.filter_height = pool.options.stride_width = pool.options.stride_height = 1;
    graph.operators.push_back(pool);
    graph.inputs = {0};
    graph.outputs = {1};
    network.subgraphs.push_back(graph);
    lite::Interpreter interpreter(network);
    interpreter.allocate_tensors();
    interpreter.invoke();
    CHECK(interpreter.tensor<float>(1).empty());
}

TEST_CASE("Tensors in between can be read where they are kept")
{
    lite::Interpreter interpreter(small(), {.keep_tensors = true});
    interpreter.allocate_tensors();
    interpreter.set_tensor(0, xt::xtensor<float, 2>{{1, 1}});
    interpreter.invoke();
    const auto h = interpreter.get_tensor<float, 2>(3);
    CHECK((h(0, 0) == 3.5f && h(0, 1) == 7 && h(0, 2) == 0));
    CHECK(float(interpreter.get_tensor(2)(2)) == -1);
}

TEST_CASE("Wrong calls are refused with one sentence")
{
    lite::Interpreter one(small());
    CHECK(refusal([&] { one.invoke(); }) == "small.tflite: invoke() before allocate_tensors()");
    one.allocate_tensors();
    CHECK(refusal([&] { one.set_tensor(0, xt::xtensor<float, 2>{{1, 2, 3}}); }) ==
          "small.tflite: numbers of shape [1, 3] for \"x\", which has [1, 2]; resize_tensor_input and allocate_tensors give it "
          "another "
          "shape");
    CHECK(refusal([&] { one.set_tensor(0, xt::xtensor<double, 2>{{1, 2}}); }) ==
          "small.tflite: set_tensor() of float64 numbers for \"x\", which is float32; xt::cast gives numbers of that type");
    CHECK(
        refusal([&] { one.get_tensor<int>(6); }) ==
        "small.tflite: get_tensor() of int32 numbers for \"y\", which is float32; ask for that type, as get_tensor<std::int32_t> "
        "does");
    CHECK(refusal([&] { one.set_tensor(1, xt::xtensor<float, 2>{{1, 2}}); }) ==
          "small.tflite: set_tensor() of \"kernel\", which is no input; input_details() lists these");
    CHECK(refusal([&] { one.get_tensor(99); }) ==
          "small.tflite: get_tensor() of tensor 99, the file has 9 tensors; input_details() and output_details() say which");
    CHECK(refusal([&] { one.get_tensor(3); }) ==
          "small.tflite: get_tensor() of \"h\", which is no input or output and whose memory is used again; "
          "InterpreterOptions.keep_tensors keeps it");
    CHECK(refusal([&] { one.get_tensor<float, 2>(6); }) ==
          "small.tflite: \"y\" has shape [1, 3, 1], a tensor of rank 2 was asked for");
    CHECK(refusal([&] { one.get_tensor_dequantized(6); }) ==
          "small.tflite: \"y\" is not quantized, so that it has no real numbers beside its own");
    CHECK(refusal([&] { one.resize_tensor_input(6, {1, 2}); }) ==
          "small.tflite: tensor 6 is no input; input_details() lists these");
    one.resize_tensor_input(0, {1, 5});
    CHECK(refusal([&] { one.allocate_tensors(); }) ==
          "small.tflite: operator 0 (FULLY_CONNECTED) of \"h\": an input of shape [1, 5] for weights of shape [3, 2]");
    CHECK(refusal([&] { one.invoke(); }) == "small.tflite: invoke() before allocate_tensors()");
    CHECK_FALSE(one.is_allocated());
    one.resize_tensor_input(0, {std::size_t{1} << 30, 2});
    CHECK(refusal([&] { one.allocate_tensors(); }) ==
          "small.tflite: its tensors take more memory than InterpreterOptions.max_bytes allows; give more, or smaller inputs");
}

TEST_CASE("After allocate_tensors, invoke allocates nothing")
{
    for (const std::string kind : kinds)
        for (const auto& model : models_of(kind)) {
            INFO(model.filename() << ", " << kind);
            if (model.filename() == "fused_lstm" && kind == "int8") continue; // refused
            lite::Interpreter interpreter{(model / ("model." + kind + ".tflite")).string()};
            interpreter.allocate_tensors();
            const std::size_t before = counted_new::allocations;
            interpreter.invoke();
            interpreter.invoke();
            CHECK(counted_new::allocations - before == 0);
        }
}

TEST_CASE("Rows of a batch have the same bits in batches of 1, 3 and 32, with 1 and with 4 threads", "[threads]")
{
    std::size_t batched = 0;
    for (const std::string kind : kinds)
        for (const auto& model : models_of(kind)) {
            INFO(model.filename() << ", " << kind);
            if (model.filename() == "fused_lstm") continue; // the state of one sequence
            const Reference x = read(model / "input.npy");
            lite::Interpreter one{(model / ("model." + kind + ".tflite")).string()},
                four{(model / ("model." + kind + ".tflite")).string(), {.threads = 4}};
            const bool is_free = one.input_details()[0].shape_signature[0] == -1;
            std::vector<std::vector<float>> outputs;
            for (const std::size_t n : is_free ? std::vector<std::size_t>{1, 3, 32} : std::vector<std::size_t>{1}) {
                auto shape = one.input_details()[0].shape;
                shape[0] = n;
                for (auto* interpreter : {&one, &four}) {
                    interpreter->resize_tensor_input(interpreter->input_details()[0].index, shape);
                    interpreter->allocate_tensors();
                }
                outputs.push_back(rows(one, x, n));
                CHECK(same_bits(outputs.back(), rows(four, x, n)));
            }
            if (!is_free || one.output_details().size() != 1) continue;
            ++batched;
            const std::size_t width = outputs[0].size();
            for (const auto& output : outputs) {
                const std::size_t n = output.size() / width;
                for (std::size_t row = 0; row < n; ++row)
                    CHECK(same_bits(
                        {output.begin() + std::ptrdiff_t(row * width), output.begin() + std::ptrdiff_t((row + 1) * width)},
                        {outputs.back().begin() + std::ptrdiff_t(row * width),
                         outputs.back().begin() + std::ptrdiff_t((row + 1) * width)}));
            }
        }
    if (exists(folder)) CHECK(batched > 20);
}

TEST_CASE("Joined operators give the bits of those by themselves")
{
    for (const std::string kind : kinds)
        for (const auto& model : models_of(kind)) {
            INFO(model.filename() << ", " << kind);
            if (model.filename() == "fused_lstm" && kind == "int8") continue; // refused
            const std::string file = (model / ("model." + kind + ".tflite")).string();
            const Reference x = read(model / "input.npy");
            lite::Interpreter joined{file}, apart{file, {.keep_tensors = true}};
            CHECK(same_bits(run(joined, x), run(apart, x)));
        }
}

TEST_CASE("Clones share a file and run side by side", "[threads]")
{
    lite::Interpreter first(small());
    first.allocate_tensors();
    lite::Interpreter second = first.clone();
    const auto work = [](lite::Interpreter& interpreter, float x) {
        for (int i = 0; i < 200; ++i) {
            interpreter.set_tensor(0, xt::xtensor<float, 2>{{x, 0}});
            interpreter.invoke();
            if (interpreter.get_tensor(6)(0, 1, 0) != std::tanh(3 * x) &&
                std::abs(interpreter.get_tensor(6)(0, 1, 0) - std::tanh(3 * x)) > 1e-6f)
                return false;
        }
        return true;
    };
    bool ok_of_second = false;
    std::thread other([&] { ok_of_second = work(second, 0.5f); });
    CHECK(work(first, 0.25f));
    other.join();
    CHECK(ok_of_second);
}

TEST_CASE("Clones of a network with convolutions, in two threads", "[threads]")
{
    if (!exists(folder)) {
        WARN("skipped: ../shared is not there");
        return;
    }
    for (const char* const name : {"mobile_block", "cnn_bn", "lstm"}) {
        const auto model = folder / name;
        lite::Interpreter first{(model / "model.dynamic.tflite").string(), {.threads = 2}};
        first.allocate_tensors();
        const Reference x = read(model / "input.npy");
        const auto wanted = rows(first, x, 1);
        bool same = true;
        std::thread other([&, second = first.clone()]() mutable {
            for (int i = 0; i < 20; ++i) same = same && same_bits(rows(second, x, 1), wanted);
        });
        for (int i = 0; i < 20; ++i) CHECK(same_bits(rows(first, x, 1), wanted));
        other.join();
        CHECK(same);
    }
}

TEST_CASE("A file keeps its state between two calls, until it is reset")
{
    if (!exists(folder)) {
        WARN("skipped: ../shared is not there");
        return;
    }
    const auto model = folder / "fused_lstm";
    lite::Interpreter interpreter{(model / "model.float32.tflite").string()};
    const Reference x = read(model / "input.npy"), state = read(model / "state-output.npy"),
                    fresh = read(model / "float32-output.npy");
    interpreter.allocate_tensors();
    const auto run_all = [&](bool reset) {
        std::vector<float> y;
        interpreter.reset_variables();
        for (std::size_t i = 0; i < x.shape[0]; ++i) {
            if (reset) interpreter.reset_variables();
            give(interpreter, interpreter.input_details()[0], x.numbers.data() + i * x.width(), x.width());
            interpreter.invoke();
            take(interpreter, interpreter.output_details()[0], y);
        }
        return y;
    };
    const auto kept = run_all(false), reset = run_all(true);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        CHECK(kept[i] == Approx(state.numbers[i]).margin(1e-5));
        CHECK(reset[i] == Approx(fresh.numbers[i]).margin(1e-5));
    }
    CHECK_FALSE(same_bits(kept, reset));
}
