// keras: models of Keras in all three forms of files compute in lamina what they did in Keras; what does not fit is told and changes nothing.
#include <lamina/keras.hpp>

#include <lamina/lamina.hpp>

#include "../../catch.hpp"
#include "../../data/temporary.hpp"

#include <lamina/formats/npz.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

const std::filesystem::path reference = std::filesystem::path(LAMINA_SHARED) / "reference";

bool has_reference()
{
    if (std::filesystem::exists(reference)) return true;
    std::cout << "skipped: there is no " << reference.string() << '\n';
    return false;
}

/// The largest difference of what a model computes to what Keras did; of fewer samples than Keras's where there are fewer.
template <class Model> double difference(const Model& model, const file_tensor& input, const std::filesystem::path& expected)
{
    const auto numbers = input.as<float>();
    const xt::xarray<float> x = xt::adapt(numbers, input.shape);
    const auto output = predict(model, x);
    const auto computed = npy::read(expected).as<float>();
    REQUIRE(output.size() <= computed.size());
    REQUIRE(output.size() > 0);
    double worst = 0;
    for (std::size_t i = 0; i < output.size(); ++i)
        worst = std::max(worst, std::fabs(double(output.data()[i]) - double(computed[i])));
    return worst;
}

/// Loads each file of a folder into a model that was built otherwise before.
template <class Model> void same_as_keras(const std::string& name, const std::string& matched = "")
{
    const auto folder = reference / name;
    std::size_t files = 0;
    for (const auto* file : {"model.h5", "model.weights.h5", "model.keras"}) {
        if (!std::filesystem::exists(folder / file)) continue;
        INFO(folder / file);
        auto model = build<Model>(Seed{3});
        const auto report = keras::load(model, folder / file);
        CHECK(report.complete());
        if (!matched.empty()) CHECK(report.matched == matched);
        CHECK(difference(model, npy::read(folder / "input.npy"), folder / "output.npy") < 1e-5);
        ++files;
    }
    CHECK(files >= 2);
}

using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;
using ConvolutionAndGRU =
    Sequential<Input<24, 2>, Conv1D<6, Kernel<5>, Causal, Relu>, GRU<7, ReturnSequences>, GRU<4>, Dense<1, Sigmoid>>;
using Text = Sequential<Input<10>, Embedding<50, 8>, LSTM<12>, Dense<2, Softmax>>;
using Both = Sequential<Input<9, 4>, Bidirectional<LSTM<6, ReturnSequences>>, Bidirectional<GRU<5>>, Dense<2>>;
using Nested = Sequential<Input<14>, Sequential<Input<14>, Dense<9, Relu>, Dense<7>>, PReLU<>, Dense<3, Softmax>>;

struct Looking {
    using input = Input<10, 8>;
    LayerNormalization<>::on<10, 8> layer_normalization;
    MultiHeadAttention<2, 4>::on_inputs<Input<10, 8>, Input<10, 8>> multi_head_attention;
    LayerNormalization<>::on<10, 8> layer_normalization_1;
    TimeDistributed<Dense<16, Gelu>>::on<10, 8> dense_3;
    TimeDistributed<Dense<8>>::on<10, 16> dense_4;
    GlobalAveragePooling1D<>::on<10, 8> pooled;
    Dense<3>::on<8> dense_5;

    auto operator()(const auto& x) const
    {
        auto normal = layer_normalization(x);
        auto seen = x + multi_head_attention(normal, normal);
        return dense_5(pooled(seen + dense_4(dense_3(layer_normalization_1(seen)))));
    }
};

} // namespace

TEST_CASE("keras: LeNet-5 predicts as in Keras from all forms of files", "[interop][keras]")
{
    if (!has_reference()) return;
    const auto digits = npz::read(reference / "lenet5" / "mnist-test-64.npz");
    for (const auto* ending : {"h5", "weights.h5", "keras"}) {
        auto model = build<LeNet5>(Seed{1});
        const auto file = reference / "lenet5" / (std::string("lenet5-mnist.") + ending);
        const auto report = keras::load(model, file);
        CHECK(report.loaded.size() == 10);
        CHECK(report.complete());
        const double worst = difference(model, digits["X"], reference / "lenet5" / "keras-predict-test.npy");
        std::cout << file.filename().string() << ": " << report << "  differs by " << worst << '\n';
        CHECK(worst < 1e-5);
    }
}

TEST_CASE("keras: models of Keras compute the same", "[interop][keras]")
{
    if (!has_reference()) return;
    same_as_keras<ConvolutionAndGRU>("models/conv1d_gru");
    same_as_keras<Text>("models/text_lstm");
    same_as_keras<Both>("more_models/bidirectional");
    same_as_keras<Nested>("more_models/nested");
    same_as_keras<Looking>("more_models/attention", "by name");
}

TEST_CASE("keras: what does not fit is told and changes nothing", "[interop][keras]")
{
    if (!has_reference()) return;
    using Other = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<12, Kernel<5>, Tanh>,
                             AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;
    const auto file = reference / "lenet5" / "lenet5-mnist.h5";
    auto other = build<Other>(Seed{1});
    const auto same = build<Other>(Seed{1});
    CHECK(says(refusal_of([&] { keras::load(other, file); }),
               "lenet5-mnist.h5: layer 3 \"conv2d_1\": filters is 16 in the file and 12 in the model; nothing was loaded"));
    const auto why = refusal_of([&] { keras::load(other, file, {.architecture = false}); });
    CHECK(says(why, "lenet5-mnist.h5: "));
    CHECK(says(why, "sequential/conv2d_1/kernel is [5, 5, 6, 16], the model's 2/kernel needs [5, 5, 6, 12]"));
    const xt::xtensor<float, 4> x = 0.5f * xt::ones<float>({2, 28, 28, 1});
    CHECK((predict(other, x) == predict(same, x)));

    const auto report = keras::load(other, file, {.partial = true});
    CHECK(report.loaded.size() == 7);
    CHECK(report.different.size() == 3);

    using Fewer = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, Flatten, Dense<10>>;
    auto fewer = build<Fewer>(Seed{1});
    CHECK(says(refusal_of([&] { keras::load(fewer, file, {.architecture = false}); }), "is no variable of the model"));
    CHECK(says(refusal_of([&] { keras::load(fewer, reference / "lenet5" / "lenet5.npz"); }), "has no \"config.json\""));
    CHECK(
        says(refusal_of([&] { keras::load(fewer, reference / "lenet5" / "torch.json"); }), "is neither HDF5 nor a zip archive"));
}
