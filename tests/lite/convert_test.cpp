// TensorFlow Lite: LeNet-5 in four forms, files made smaller, layers of one's own, what is refused, and the report.
#include "data/temporary.hpp"
#include "lite/networks.hpp"
#include "lite/written.hpp"

#include <lamina/data/mnist.hpp>
#include <lamina/keras.hpp>
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/normalization/batch_normalization.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/recurrent/lstm.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/lite/draw_report.hpp>
#include <lamina/lite/report.hpp>

#include <cstring>
#include <iostream>
#include <limits>
#include <set>

using namespace written;
using internals::tflite::code;

namespace {

using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;

const std::filesystem::path reference = std::filesystem::path(LAMINA_SHARED) / "reference" / "lenet5",
                            digits_folder = std::filesystem::path(LAMINA_SHARED) / "mnist";

bool is_missing()
{
    if (std::filesystem::exists(reference) && std::filesystem::exists(digits_folder)) return false;
    std::cout << "skipped: there is no " << reference.string() << '\n';
    return true;
}

internals::tflite::Network network_of_file(const std::vector<std::byte>& bytes)
{
    return internals::tflite::read_network(std::make_shared<const std::vector<std::byte>>(bytes), "a file", std::size_t(1) << 32);
}
std::vector<std::byte> bytes_of(const std::filesystem::path& path)
{
    const std::string text = internals::read_file(path.string());
    const auto* const first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}
xt::xtensor<float, 4> first_of(const xt::xtensor<float, 4>& images, std::size_t count)
{
    auto made = xt::xtensor<float, 4>::from_shape({count, images.shape(1), images.shape(2), images.shape(3)});
    std::copy_n(images.data(), made.size(), made.data());
    return made;
}
std::size_t same_classes(const xt::xarray<float>& a, const xt::xarray<float>& b)
{
    std::size_t same = 0;
    for (std::size_t row = 0; row < a.shape(0); ++row) {
        const float *const x = a.data() + row * a.shape(1), *const y = b.data() + row * b.shape(1);
        same += std::max_element(x, x + a.shape(1)) - x == std::max_element(y, y + b.shape(1)) - y;
    }
    return same;
}

/// A layer that only a program knows: three times its input.
struct Tripled : protocols::layer_base<Tripled, protocols::families<>> {
    static constexpr std::string_view kind = "Tripled";
    static constexpr protocols::verdict accept(Shape in) { return protocols::accepts(in); }
    template <class T, Shape In> struct block : protocols::block_base<Tripled, T, In> {
        void forward(protocols::Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size(); ++i) y[i] = 3 * x[i];
        }
        void backward(protocols::Mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * In.size() && dx; ++i) dx[i] = 3 * dy[i];
        }
    };
};

} // namespace

TEST_CASE("lite: LeNet-5 in four forms is as small as TensorFlow's and gives the model's classes", "[lite]")
{
    if (is_missing()) return;
    LeNet5 model;
    keras::load(model, reference / "lenet5-mnist.h5");
    const auto data = mnist::load(digits_folder);
    const bool all = std::getenv("LAMINA_LITE_FILES");
    const auto x = first_of(data.test.x, all ? 10000 : 200), some = first_of(data.train.x, 300);
    const xt::xarray<float> y = predict(model, x);
    struct Form {
        const char* name;
        lite::Optimize how;
        std::size_t bytes, same_of_10000;
        double accuracy, tolerance;
    };
    for (const Form& form : {Form{"float32", lite::Optimize::none, 252208, 10000, 0.988, 1e-5},
                             Form{"float16", lite::Optimize::float16, 130356, 10000, 0.988, 1e-2},
                             Form{"dynamic", lite::Optimize::dynamic_range, 73528, 9990, 0.988, 0.1},
                             Form{"int8", lite::Optimize::full_integer, 74512, 9990, 0.986, 0.3}}) {
        INFO(form.name);
        const auto file = lite::convert(model, {.optimizations = form.how, .representative = some});
        CHECK(file.size() <= form.bytes);
        const auto found = run(file, {xt::xarray<float>(x)});
        CHECK(largest_difference(found[0], y) <= form.tolerance);
        CHECK(10000 * (x.shape(0) - same_classes(found[0], y)) <= x.shape(0) * (10000 - form.same_of_10000) + (all ? 0 : 10000));
        const std::string name = std::string("lenet5-") + form.name;
        leave(name, file, {xt::xarray<float>(x)}, {y});
        if (!all) continue;
        const std::filesystem::path place(std::getenv("LAMINA_LITE_FILES"));
        npy::write(place / (name + ".labels.npy"), data.test.y);
        npy::write(place / (name + ".least.npy"), xt::xtensor<double, 1>{form.accuracy, double(form.same_of_10000)});
        std::ofstream(place / (name + ".tolerance")) << form.tolerance;
    }
}

TEST_CASE("lite: weights of 8 bits are those of TensorFlow's converter, to the bit", "[lite]")
{
    if (is_missing()) return;
    const auto made =
        lite::convert(bytes_of(reference / "lenet5-mnist.float32.tflite"), {.optimizations = lite::Optimize::dynamic_range});
    const auto ours = network_of_file(made), theirs = network_of_file(bytes_of(reference / "lenet5-mnist.dynamic.tflite"));
    std::size_t weights = 0;
    for (const auto& tensor : theirs.subgraphs[0].tensors) {
        if (!tensor.is_constant || tensor.type != dtype::int8) continue;
        bool found = false;
        for (const auto& other : ours.subgraphs[0].tensors) found = found || internals::tflite::same_constant(tensor, other);
        CHECK(found);
        weights += tensor.size();
    }
    CHECK(weights == 60480);
}

TEST_CASE("lite: ranges of whole numbers", "[lite]")
{
    using Model = Sequential<Input<4, 4, 1>, Conv2D<3, Kernel<3>, Same>, Activation<Tanh>, Flatten, Dense<2, Softmax>>;
    auto model = build<Model>(Seed{3});
    fill(model);
    auto x = xt::xtensor<float, 4>::from_shape({40, 4, 4, 1});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i % 256);
    const xt::xarray<float> y = predict(model, x);
    for (const bool border : {false, true}) {
        const auto file = lite::convert(
            model, {.optimizations = lite::Optimize::full_integer, .representative = x, .integer_input_output = border});
        lite::Interpreter interpreter(file);
        const auto input = interpreter.input_details()[0], output = interpreter.output_details()[0];
        CHECK(input.dtype == (border ? dtype::int8 : dtype::float32));
        interpreter.resize_tensor_input(input.index, {40, 4, 4, 1});
        interpreter.allocate_tensors();
        if (border) interpreter.set_tensor_quantized(input.index, x);
        else interpreter.set_tensor(input.index, x);
        interpreter.invoke();
        const xt::xarray<float> found =
            border ? interpreter.get_tensor_dequantized(output.index) : interpreter.get_tensor(output.index);
        CHECK(largest_difference(found, y) < 0.1);
        std::set<code> operators;
        const auto network = network_of_file(file);
        for (const auto& op : network.subgraphs[0].operators) operators.insert(op.op);
        CHECK(operators.count(code::quantize) == (border ? 0 : 1));
        CHECK(operators.count(code::dequantize) == (border ? 0 : 1));
        bool saw_input = false, saw_tanh = false;
        for (const auto& tensor : network.subgraphs[0].tensors) {
            if (tensor.type != dtype::int8 || tensor.quantization.scale.size() != 1) continue;
            saw_input = saw_input || (tensor.quantization.scale[0] == 1.f && tensor.quantization.zero_point[0] == -128);
            saw_tanh = saw_tanh || (tensor.quantization.scale[0] == 1.f / 128 && tensor.quantization.zero_point[0] == 0);
        }
        CHECK(saw_input);
        CHECK(saw_tanh);
    }
    CHECK(refusal_of([&] {
              lite::convert(model, {.optimizations = lite::Optimize::full_integer});
          }).find("needs representative samples") != std::string::npos);
    auto wrong = xt::xtensor<float, 2>::from_shape({3, 4});
    CHECK(refusal_of([&] {
              lite::convert(model, {.optimizations = lite::Optimize::full_integer, .representative = wrong});
          }).find("samples of shape [3, 4] for \"") != std::string::npos);
    const auto half = lite::convert(model, {.optimizations = lite::Optimize::float16});
    CHECK(refusal_of([&] {
              lite::convert(half, {.optimizations = lite::Optimize::dynamic_range});
          }).find("as float16 already; give the file in float32") != std::string::npos);
}

TEST_CASE("lite: layers of one's own, and those that cannot be written, in one sentence", "[lite]")
{
    using Model = Sequential<Input<5>, Tripled, Dense<3>, Tripled>;
    auto model = build<Model>(Seed{3});
    fill(model);
    const std::string refusal = refusal_of([&] { lite::convert(model); });
    CHECK(refusal.find("layer \"0\" (Tripled) has no form in the format") != std::string::npos);
    CHECK(refusal.find("layer \"2\" (Tripled)") != std::string::npos);
    const lite::OwnLayer own[] = {{"Tripled", [](lite::GraphBuilder& to, const lite::LayerCall& call) {
                                       return to.binary(lite::Operation::mul, call.inputs[0], to.number(3));
                                   }}};
    const auto x = samples({5});
    check_file("own_layer", lite::convert(model, {.layers = own}), {x}, {xt::xarray<float>(predict(model, x))});
    const Model unbound{};
    CHECK(refusal_of([&] { lite::convert(unbound, {.layers = own}); }).find("is bound to no stored variable") !=
          std::string::npos);
    const auto long_one = build<Sequential<Input<600, 2>, LSTM<3>>>(Seed{3});
    CHECK(refusal_of([&] { lite::convert(long_one); }).find("has 600 steps") != std::string::npos);
}

TEST_CASE("lite: a model of double becomes a file of float", "[lite]")
{
    using Model = Sequential<Input<5>, Dense<3, Tanh>>::as<double>;
    const auto model = build<Model>(Seed{3});
    const auto x = samples({5});
    const xt::xarray<float> y = xt::cast<float>(predict(model, xt::xtensor<double, 2>(x)));
    check_file("of_double", lite::convert(model), {x}, {y});
}

TEST_CASE("lite: what a file holds", "[lite]")
{
    using Model = Sequential<Input<6, 6, 2>, Conv2D<4, Kernel<3>, NoBias>, BatchNormalization<>, Activation<Relu>, Flatten,
                             Dense<40, Name<"wide">>, Dense<40>, Dense<2, Name<"answer">>>;
    auto model = build<Model>(Seed{3});
    fill(model);
    const auto network = network_of_file(lite::convert(model, {.description = "a test", .signature = "run"}));
    const auto& graph = network.subgraphs[0];
    REQUIRE(graph.operators.size() == 5); // the normalization and relu are in the convolution
    CHECK(graph.operators[0].op == code::conv_2d);
    CHECK(graph.operators[0].options.activation == internals::tflite::fused::relu);
    CHECK(graph.operators[1].op == code::reshape);
    CHECK(network.description == "a test");
    REQUIRE(network.signatures.size() == 1);
    CHECK(network.signatures[0].key == "run");
    CHECK(network.signatures[0].outputs[0].first == "answer");
    CHECK(graph.tensors[graph.inputs[0]].signature == std::vector<std::ptrdiff_t>{-1, 6, 6, 2});
    std::set<std::string> names;
    for (const auto& tensor : graph.tensors) names.insert(tensor.name);
    CHECK(names.count("0/kernel") == 1);
    CHECK(names.count("wide/kernel") == 1);

    const auto smaller = network_of_file(lite::convert(model, {.optimizations = lite::Optimize::dynamic_range}));
    std::size_t per_channel = 0;
    for (const auto& op : smaller.subgraphs[0].operators) per_channel += op.op == code::fully_connected && op.version == 12;
    CHECK(per_channel == 2); // 64 · 40 and 40 · 40 numbers, not 40 · 2
    const auto older =
        network_of_file(lite::convert(model, {.optimizations = lite::Optimize::dynamic_range, .dense_per_channel = false}));
    std::size_t per_tensor = 0;
    for (const auto& op : older.subgraphs[0].operators) per_tensor += op.op == code::fully_connected && op.version == 9;
    CHECK(per_tensor == 2);
}

TEST_CASE("lite: the report's last layer differs by what the outputs differ by", "[lite]")
{
    using Model = Sequential<Input<6, 6, 2>, Conv2D<8, Kernel<3>, Tanh>, Flatten, Dense<20, Tanh>, Dense<3>>;
    auto model = build<Model>(Seed{3});
    fill(model);
    const auto x = samples({6, 6, 2});
    const auto file = lite::convert(model, {.optimizations = lite::Optimize::dynamic_range});
    const lite::Report report = lite::compare(model, file, x);
    const double differs = largest_difference(run(file, {x})[0], run(lite::convert(model), {x})[0]);
    REQUIRE(report.rows.size() == 4);
    CHECK(report.samples == 3);
    CHECK(report.rows[3].largest == Approx(differs).margin(1e-6));
    CHECK(report.largest == report.rows[3].largest);
    CHECK(report.rows[0].largest == 0);
    CHECK(report.rows[2].bytes_before == 4 * (128 * 20 + 20));
    CHECK(report.rows[2].bytes_after == 128 * 20 + 4 * 20);
    CHECK(report.bytes_after == file.size());
    std::string text;
    lite::print(text, report);
    CHECK(text.find("<- worst") != std::string::npos);
    CHECK(lite::draw_report(report).str().find("<svg") == 0);
}

TEST_CASE("lite: weights that are not finite are refused where they would become whole numbers", "[lite]")
{
    auto network = networks::image_network();
    auto weights = networks::ramp(24);
    weights[5] = std::numeric_limits<float>::quiet_NaN();
    network.subgraphs[0].tensors[7].data = internals::tflite::constant_of(weights);
    const auto file = internals::tflite::write_network(network);
    const auto converted = [&](lite::Optimize how) {
        return networks::refusal(
            [&] { lite::convert(std::span<const std::byte>(file), {.optimizations = how, .quantize_from = 1}); });
    };
    CHECK(converted(lite::Optimize::none) == "");
    CHECK(converted(lite::Optimize::float16) == "");
    CHECK(converted(lite::Optimize::dynamic_range) == "lite::convert: \"weights\" holds NaN or infinity, which whole numbers "
                                                      "cannot stand for; convert it in float32, or train the "
                                                      "model again");
    weights[5] = 1e-44f; // too small for a scale of its own
    for (std::size_t i = 0; i < 8; ++i) weights[i] = i == 5 ? 1e-44f : 0;
    network.subgraphs[0].tensors[7].data = internals::tflite::constant_of(weights);
    const auto small = internals::tflite::write_network(network);
    const auto made = networks::read(
        lite::convert(std::span<const std::byte>(small), {.optimizations = lite::Optimize::dynamic_range, .quantize_from = 1}));
    for (const float scale : made.subgraphs[0].tensors[7].quantization.scale) CHECK(scale > 0);
}
