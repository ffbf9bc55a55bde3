// keras: what is saved comes back to the bit in all forms, lies where Keras has it, and is refused where Keras has no word for it.
// With LAMINA_KERAS_FILES=FOLDER the models are left there, with what they compute, for tools/exchange/ask_keras.py: `tools/dev exchange`.
#include <lamina/inspect.hpp>
#include <lamina/keras.hpp>

#include <lamina/lamina.hpp>

#include "../../catch.hpp"
#include "../../data/temporary.hpp"

#include <lamina/formats/npz.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;
using Images =
    Sequential<Input<12, 12, 3>, Conv2D<8, Kernel<3>, Same, NoBias, Strides<2>>, BatchNormalization<>, Activation<Relu>,
               DepthwiseConv2D<Kernel<3>>, SeparableConv2D<4>, LeakyReLU<0.1>, Residual<Conv2D<4, Kernel<3>, Same>>,
               MaxPooling2D<2>, Dropout<0.25>, Conv2DTranspose<2>, PReLU<>, Flatten, Dense<7, Softmax>>;
using Steps =
    Sequential<Input<10>, Embedding<50, 8, MaskZero>, Bidirectional<LSTM<6, ReturnSequences>>, TimeDistributed<Dense<4, Tanh>>,
               GRU<5>, Sequential<Input<5>, Dense<3>, BatchNormalization<>, Dense<4>, BatchNormalization<>>, Reshape<4, 1>>;

using Signals = Sequential<Input<20, 6>, Conv1D<8, Causal, Dilation<2>>, SpatialDropout1D<0.2>, Cropping1D<Sides{1, 3}>,
                           MaxPooling1D<3, Strides<2>>, UpSampling1D<2>, ZeroPadding1D<Sides{2, 0}>, AveragePooling1D<2>,
                           RMSNormalization<>, LayerNormalization<Epsilon<1e-5>>, Permute<2, 1>, Flatten,
                           Dense<4, Elu<>, HeNormal>, GaussianNoise<0.1>, Parallel<Concat, Dense<3>, Dense<2, Tanh>>>;
using Pictures =
    Sequential<Input<32, 32, 3>, CenterCrop<28, 28>, Rescaling<1 / 127.5, -1>, Conv2D<6, Groups<3>>, Cropping2D<Border{2, 4}>,
               UpSampling2D<2, Bilinear>, ZeroPadding2D<Border{{1, 2}, {1, 2}}>, Conv2D<6, Strides<2>>,
               MaxPooling2D<Window{3, 2}, Strides<2>, Same>, BatchNormalization<Momentum<0.9>>, GroupNormalization<3>,
               PReLU<SharedAxes<1, 2>>, ReLU<6>, GlobalAveragePooling2D<>>;
using Prepared =
    Sequential<Input<8>, Normalization<>, Dense<6, Relu>, UnitNormalization<>, RepeatVector<3>, SimpleRNN<4>, Dense<1>>;

/// Two layers are called twice, values go several ways, and fields do not lie in the order of the computation.
struct Ways {
    using input = Input<10, 8>;
    Dense<3>::on<8> last;
    LayerNormalization<>::on<10, 8> normal;
    MultiHeadAttention<2, 4>::on_inputs<Input<10, 8>, Input<10, 8>> look;
    Dense<8>::on<3> back;
    GlobalAveragePooling1D<>::on<10, 8> mean;
    Dense<3>::on<8> other;

    auto operator()(const auto& x) const
    {
        auto steps = normal(x);
        auto y = last(mean(x + look(steps, steps)));
        auto z = last(back(y));
        return concatenate(y * z, maximum(other(back(z)), y));
    }
};

/// Functions that are layers in Keras, and attention that sees no later steps.
struct Backward {
    using input = Input<6, 4>;
    MultiHeadAttention<2, 3, CausalMask>::on_inputs<Input<6, 4>, Input<6, 4>> look;
    Dense<4>::on<4> each;
    GlobalAveragePooling1D<>::on<6, 4> mean;

    auto operator()(const auto& x) const
    {
        auto h = tanh(look(x, x));
        return gelu(each(mean(relu(h + x))));
    }
};

struct Root {
    using input = Input<3>;
    Dense<3>::on<3> first;
    auto operator()(const auto& x) const { return sqrt(first(x)); }
};

/// In Keras an activation as a layer has the usual numbers.
struct HalfElu {
    using input = Input<3>;
    Dense<3>::on<3> first;
    auto operator()(const auto& x) const { return elu<0.5>(first(x)); }
};

const Temporary folder("keras-save");

/// Where the models are saved.
std::filesystem::path place()
{
    const char* const kept = std::getenv("LAMINA_KERAS_FILES");
    if (!kept) return folder.path;
    std::filesystem::create_directories(kept);
    return kept;
}

template <class Model>
void comes_back(const std::string& name, std::vector<std::size_t> shape, bool whole = false, const std::string& frozen = "")
{
    auto model = build<Model>(Seed{7});
    if (!frozen.empty()) freeze(model, frozen);
    xt::xarray<float> x(shape);
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = whole ? float(i % 7 + 1) : std::sin(float(i));
    const auto y = predict(model, x);
    npz::write(place() / (name + ".npz"), {{"x", x}, {"y", y}});
    for (const auto* form : {".keras", ".h5", ".weights.h5"}) {
        const auto file = place() / (name + form);
        INFO(file);
        keras::save(model, file);
        auto other = build<Model>(Seed{8});
        CHECK(keras::load(other, file).complete());
        CHECK((predict(other, x) == y));
        if (!frozen.empty()) freeze(other, frozen);
        keras::save(other, place() / (std::string("again-") + name + form));
        CHECK((read_file(place() / (std::string("again-") + name + form)) == read_file(file)));
    }
}

/// Keras opened each file and saved it again: the numbers have the same bits.
template <class Model> void comes_back_from_keras(const std::string& name)
{
    const auto model = build<Model>(Seed{7});
    for (const auto* form : {".keras", ".h5", ".weights.h5"}) {
        const auto file = place() / ("keras-" + name + form);
        INFO(file);
        Model again;
        CHECK(keras::load(again, file).complete());
        CHECK(diff(model, again).same());
    }
}

/// Loads weights of Keras and saves them again: each array lies where it lay, to the bit.
template <class Model> void lies_as_in_keras(const std::filesystem::path& from)
{
    INFO(from);
    auto model = build<Model>(Seed{1});
    keras::load(model, from);
    keras::save(model, folder.path / "own.weights.h5");
    const auto own = hdf5::read(folder.path / "own.weights.h5"), theirs = hdf5::read(from);
    std::size_t arrays = 0;
    for (const auto& object : theirs.objects)
        if (object.is_dataset && object.path.starts_with("layers/")) {
            INFO(object.path);
            const auto* const same = own.find(object.path);
            REQUIRE(same);
            CHECK(own.tensor(*same).bytes == theirs.tensor(object).bytes);
            ++arrays;
        }
    CHECK(arrays > 2);
    for (const auto& object : own.objects)
        if (object.is_dataset) CHECK(theirs.find(object.path));
}

} // namespace

TEST_CASE("keras: models come back from their files", "[interop][keras]")
{
    comes_back<LeNet5>("lenet", {3, 28, 28, 1});
    comes_back<Images>("images", {3, 12, 12, 3});
    comes_back<Steps>("steps", {3, 10}, true);
    comes_back<Steps>("frozen", {3, 10}, true, "4/0/*");
    comes_back<Ways>("ways", {3, 10, 8});
    comes_back<Signals>("signals", {3, 20, 6});
    comes_back<Pictures>("pictures", {3, 32, 32, 3});
    comes_back<Prepared>("prepared", {3, 8});
    comes_back<Backward>("causal", {3, 6, 4});
}

TEST_CASE("keras: what Keras saved again has the same bits", "[interop][keras]")
{
    if (!std::getenv("LAMINA_KERAS_FILES") || !std::filesystem::exists(place() / "keras-lenet.keras")) {
        SUCCEED(
            "skipped: tools/dev exchange asks Keras to save them first"); // a test without an assertion fails where the shared data is
        return;
    }
    comes_back_from_keras<LeNet5>("lenet");
    comes_back_from_keras<Images>("images");
    comes_back_from_keras<Steps>("steps");
    comes_back_from_keras<Ways>("ways");
    comes_back_from_keras<Signals>("signals");
    comes_back_from_keras<Pictures>("pictures");
    comes_back_from_keras<Prepared>("prepared");
    comes_back_from_keras<Backward>("causal");
}

TEST_CASE("keras: variables lie where Keras has them", "[interop][keras]")
{
    const std::filesystem::path reference = std::filesystem::path(LAMINA_SHARED) / "reference";
    if (!std::filesystem::exists(reference)) {
        std::cout << "skipped: there is no " << reference.string() << '\n';
        return;
    }
    using Both = Sequential<Input<9, 4>, Bidirectional<LSTM<6, ReturnSequences>>, Bidirectional<GRU<5>>, Dense<2>>;
    using Nested = Sequential<Input<14>, Sequential<Input<14>, Dense<9, Relu>, Dense<7>>, PReLU<>, Dense<3, Softmax>>;
    lies_as_in_keras<LeNet5>(reference / "lenet5" / "lenet5-mnist.weights.h5");
    lies_as_in_keras<Both>(reference / "more_models" / "bidirectional" / "model.weights.h5");
    lies_as_in_keras<Nested>(reference / "more_models" / "nested" / "model.weights.h5");
}

TEST_CASE("keras: what Keras has not is refused", "[interop][keras]")
{
    const auto model = build<Root>(Seed{1});
    const auto file = folder.path / "a.keras";
    CHECK(
        says(refusal_of([&] { keras::save(model, file); }), "is the function sqrt, which Keras has not; save the weights alone"));
    CHECK_FALSE(std::filesystem::exists(file));
    keras::save(model, folder.path / "a.weights.h5");
    CHECK(says(refusal_of([&] { keras::save(model, folder.path / "a.safetensors"); }),
               "ends in none of .keras, .h5 and .weights.h5"));
    CHECK(says(refusal_of([&] { keras::save(model, file, {.name = "a/b"}); }), "has a slash"));
    const auto by_tanh = build<Sequential<Input<3>, Dense<2, GeluTanh>>>(Seed{1});
    CHECK(says(refusal_of([&] { keras::save(by_tanh, file); }),
               "Dense has gelu_tanh for activation, which a file of Keras cannot say"));
    CHECK(says(refusal_of([&] { keras::save(build<HalfElu>(Seed{1}), file); }),
               "is the function elu with 0.5 for alpha, which Keras has not"));
    const LeNet5 unbound{};
    CHECK(says(refusal_of([&] { keras::save(unbound, file); }), "is bound to no stored variable"));
}
