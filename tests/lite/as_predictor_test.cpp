// An interpreter in the place of a model.
#include "catch.hpp"

#include <lamina/data/mnist.hpp>
#include <lamina/lamina.hpp>
#include <lamina/lite/as_predictor.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

using namespace lamina;
using Catch::Matchers::Contains;

namespace {

using Batch = xt::xtensor<float, 2>;

/// A file by hand: one operator on an input and a constant.
internals::tflite::Network network_of(internals::tflite::code op, internals::tflite::Tensor input,
                                      internals::tflite::Tensor constant, internals::tflite::Tensor output)
{
    internals::tflite::Network network;
    network.source = "\"by_hand.tflite\"";
    internals::tflite::Subgraph graph;
    const bool second = op == internals::tflite::code::mul;
    graph.tensors = {std::move(input), std::move(constant), std::move(output)};
    graph.inputs = {0};
    graph.outputs = {2};
    internals::tflite::Operator one;
    one.op = op;
    if (second) one.inputs = {0, 1};
    else one.inputs = {1, 0}; // a table, and its rows
    one.outputs = {2};
    graph.operators.push_back(one);
    network.subgraphs.push_back(graph);
    return network;
}

internals::tflite::Tensor tensor_of(const char* name, dtype type, std::vector<std::size_t> shape,
                                    std::vector<std::ptrdiff_t> signature = {})
{
    internals::tflite::Tensor tensor;
    tensor.name = name;
    tensor.type = type;
    tensor.shape = std::move(shape);
    tensor.signature = std::move(signature);
    return tensor;
}
internals::tflite::Tensor constant_tensor(std::vector<std::size_t> shape, const std::vector<float>& numbers)
{
    auto tensor = tensor_of("constant", dtype::float32, std::move(shape));
    tensor.is_constant = true;
    tensor.data = internals::tflite::constant_of(numbers);
    return tensor;
}

/// y = x · [1, 2, -4], for as many samples as a file says; 0 leaves that open.
lite::Interpreter times(std::size_t samples)
{
    const std::vector<std::ptrdiff_t> open = samples == 0 ? std::vector<std::ptrdiff_t>{-1, 3} : std::vector<std::ptrdiff_t>{};
    const std::vector<std::size_t> shape{samples == 0 ? 1 : samples, 3};
    return lite::Interpreter(network_of(internals::tflite::code::mul, tensor_of("x", dtype::float32, shape, open),
                                        constant_tensor({3}, {1, 2, -4}), tensor_of("y", dtype::float32, shape, open)));
}

Batch batch(std::size_t n)
{
    Batch x = Batch::from_shape({n, 3});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i % 17) - 8;
    return x;
}

/// What has the shapes of `times`.
using Three = Sequential<Input<3>, Dense<3>>;
using Four = Sequential<Input<3>, Dense<4>>;
using Image = Sequential<Input<3, 1>, Flatten, Dense<3>>;

/// Two inputs, two outputs.
struct TwoWays {
    using inputs = Inputs<Input<3>, Input<3>>;
    Dense<3>::on<3> first;
    auto operator()(const auto& x, const auto& y) const { return std::tuple{first(x) + y, x * y}; }
};

} // namespace

TEST_CASE("a stand-in predicts any number of samples, whatever number its file takes together")
{
    for (const std::size_t takes : {0u, 1u, 5u, 32u})
        for (const std::size_t n : {1u, 5u, 31u, 32u, 33u, 70u, 0u}) {
            lite::Interpreter interpreter = times(takes);
            const auto stand_in = as_predictor(interpreter);
            const Batch x = batch(n);
            const auto y = predict(stand_in, x);
            STATIC_REQUIRE(std::is_same_v<decltype(y), const xt::xarray<float>>);
            REQUIRE(y.dimension() == 2);
            REQUIRE(y.shape()[0] == n);
            REQUIRE(y.shape()[1] == 3);
            bool equal = true;
            for (std::size_t i = 0; i < n; ++i)
                equal = equal && y(i, 0) == x(i, 0) && y(i, 1) == 2 * x(i, 1) && y(i, 2) == -4 * x(i, 2);
            CHECK(equal);

            const auto typed = as_predictor<Three>(interpreter);
            const auto z = predict(typed, xt::xarray<double>(x));
            STATIC_REQUIRE(std::is_same_v<decltype(z), decltype(predict(std::declval<const Three&>(), x)) const>);
            CHECK(std::equal(y.begin(), y.end(), z.begin(), z.end()));
        }
}

TEST_CASE("programs for predictors take stand-ins")
{
    lite::Interpreter interpreter = times(0);
    auto stand_in = as_predictor(interpreter);
    const Batch x = batch(40);
    xt::xtensor<int, 1> largest = xt::xtensor<int, 1>::from_shape({40});
    for (std::size_t i = 0; i < 40; ++i) {
        const float y[] = {x(i, 0), 2 * x(i, 1), -4 * x(i, 2)};
        largest(i) = static_cast<int>(std::max_element(y, y + 3) - y);
    }
    CHECK(std::equal(largest.begin(), largest.end(), predict_classes(stand_in, x).begin()));
    CHECK(std::equal(largest.begin(), largest.end(), predict_classes(as_predictor<Three>(interpreter), x).begin()));
    CHECK(evaluate(stand_in, Samples{x, largest}, SparseCategoricalAccuracy{})["sparse_categorical_accuracy"] == 1);
    CHECK(evaluate(as_predictor(interpreter), Samples{x, largest}, ConfusionMatrix{})["confusion_matrix_1"] == 0);
    const AnyPredictor any(stand_in), of_a_type(as_predictor<Three>(interpreter));
    const auto y = predict(any, x), z = predict(of_a_type, x);
    CHECK(std::equal(y.begin(), y.end(), z.begin(), z.end()));
    CHECK(y(39, 2) == -4 * x(39, 2));
}

TEST_CASE("a stand-in quantizes what goes in, and takes whole numbers where the file does")
{
    auto x = tensor_of("x", dtype::int8, {1, 3}), y = tensor_of("y", dtype::int8, {1, 3});
    auto constant = tensor_of("two", dtype::int8, {1});
    x.quantization = y.quantization = {{0.5f}, {-3}};
    constant.quantization = {{2.0f}, {0}};
    constant.is_constant = true;
    constant.data = internals::tflite::constant_of(std::vector<std::int8_t>{1});
    lite::Interpreter bytes(network_of(internals::tflite::code::mul, x, constant, y));
    const auto doubled = predict(as_predictor(bytes), Batch{{0.5f, 1.1f, 1000}, {-2, -1000, 0}});
    CHECK((doubled == xt::xarray<float>{{1, 2, 65}, {-4, -62.5f, 0}}));

    lite::Interpreter table(network_of(internals::tflite::code::gather, tensor_of("rows", dtype::int32, {1, 2}, {-1, 2}),
                                       constant_tensor({3, 2}, {0, 1, 10, 11, 20, 21}),
                                       tensor_of("y", dtype::float32, {1, 2, 2}, {-1, 2, 2})));
    const auto rows = predict(as_predictor(table), xt::xtensor<int, 2>{{2, 0}, {1, 1}});
    CHECK((rows == xt::xarray<float>{{{20, 21}, {0, 1}}, {{10, 11}, {10, 11}}}));
    CHECK_THROWS_WITH(predict(as_predictor(table), xt::xtensor<int, 2>{{2, 3}}), Contains("index 3 of axis 0, which has 3"));
    CHECK_THROWS_WITH(predict(as_predictor(table), Batch{{2, 1e30f}}), Contains("takes whole numbers"));
}

TEST_CASE("what does not fit is refused")
{
    lite::Interpreter open = times(0), two = times(2);
    CHECK_THROWS_WITH(predict(as_predictor(open), Batch{{1, 2}}),
                      Contains("samples of shape [2] were given, the input \"x\" takes [-1, 3]"));
    CHECK_THROWS_WITH(as_predictor<Four>(open), Contains("the file's output \"y\" is [-1, 3], the model's is [4] a sample"));
    CHECK_THROWS_WITH(as_predictor<Image>(two), Contains("the file's input \"x\" is [2, 3], the model's is [3, 1] a sample"));
}

TEST_CASE("a stand-in takes and gives several batches as the model does")
{
    internals::tflite::Network network;
    network.source = "\"by_hand.tflite\"";
    network.subgraphs.resize(1);
    internals::tflite::Subgraph& graph = network.subgraphs[0];
    for (const char* const name : {"a", "b", "sum", "product"})
        graph.tensors.push_back(tensor_of(name, dtype::float32, {1, 3}, {-1, 3}));
    graph.inputs = {0, 1};
    graph.outputs = {2, 3};
    for (const std::size_t output : {2u, 3u}) {
        internals::tflite::Operator& op = graph.operators.emplace_back();
        op.op = output == 2 ? internals::tflite::code::add : internals::tflite::code::mul;
        op.inputs = {0, 1};
        op.outputs = {output};
    }
    lite::Interpreter interpreter(network);
    const auto stand_in = as_predictor<TwoWays>(interpreter);
    const Batch x = batch(40);
    const auto [sum, product] = predict(stand_in, std::tuple{x, xt::xarray<double>(x)});
    STATIC_REQUIRE(std::is_same_v<std::remove_cvref_t<decltype(sum)>, Batch>);
    CHECK(std::equal(x.begin(), x.end(), sum.begin(), sum.end(), [](float a, float b) { return b == 2 * a; }));
    CHECK(std::equal(x.begin(), x.end(), product.begin(), product.end(), [](float a, float b) { return b == a * a; }));
    CHECK_THROWS_WITH(predict(stand_in, std::tuple{x, batch(39)}), Contains("input 2 has 39 samples and input 1 has 40"));
    CHECK_THROWS_WITH(as_predictor(interpreter), Contains("2 inputs and 2 outputs, 1 output is needed; as_predictor<Model>"));
    CHECK_THROWS_WITH(as_predictor<Three>(interpreter), Contains("2 inputs and 2 outputs, 1 output is needed"));

    graph.outputs = {2};
    graph.operators.pop_back();
    graph.tensors.pop_back();
    lite::Interpreter of_one(network);
    const auto any = as_predictor(of_one);
    const auto y = predict(any, std::tuple{x, x});
    CHECK(std::equal(sum.begin(), sum.end(), y.begin(), y.end()));
    CHECK_THROWS_WITH(predict(any, x), Contains("1 batch was given, the file has 2 inputs; several batches are a std::tuple"));
    CHECK_THROWS_WITH(as_predictor<Three>(of_one), Contains("the file has 2 inputs, the model 1"));
}

TEST_CASE("A stand-in goes on after samples that were refused")
{
    auto image = tensor_of("x", dtype::float32, {1, 3}, {-1, -1}), result = tensor_of("y", dtype::float32, {1, 3}, {-1, -1});
    lite::Interpreter any(network_of(internals::tflite::code::mul, image, constant_tensor({3}, {1, 2, -4}), result));
    const auto stand_in = as_predictor(any);
    CHECK(predict(stand_in, Batch{{1, 1, 1}})(0, 2) == -4);
    CHECK_THROWS_WITH(predict(stand_in, Batch{{1, 1}}), Contains("do not broadcast"));
    CHECK(predict(stand_in, Batch{{1, 1, 1}})(0, 1) == 2);
}

TEST_CASE("LeNet-5 of TensorFlow's converter in the place of lamina's")
{
    using LeNet5 =
        Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                   AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;
    const std::filesystem::path shared = LAMINA_SHARED, folder = shared / "reference" / "lenet5";
    if (!exists(folder)) {
        WARN("skipped: ../shared is not there");
        return;
    }
    const auto digits = mnist::load(shared / "mnist");
    Samples test{xt::xtensor<float, 4>::from_shape({500, 28, 28, 1}), xt::xtensor<int, 1>::from_shape({500})};
    std::copy_n(digits.test.x.data(), test.x.size(), test.x.data());
    std::copy_n(digits.test.y.data(), test.y.size(), test.y.data());
    for (const char* const kind : {"float32", "fp16", "dynamic"}) {
        lite::Interpreter interpreter{folder / ("lenet5-mnist." + std::string(kind) + ".tflite")};
        const auto stand_in = as_predictor<LeNet5>(interpreter);
        const auto classes = predict_classes(stand_in, test.x);
        std::size_t right = 0;
        for (std::size_t i = 0; i < 500; ++i) right += classes(i) == test.y(i);
        CHECK(right >= 490);
        CHECK(evaluate(stand_in, test, Accuracy{})["accuracy"] == Approx(static_cast<double>(right) / 500));
    }
}
