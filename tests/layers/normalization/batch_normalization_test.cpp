// BatchNormalization: numbers by hand, gradients, moving statistics, the frozen form, and training across chunks and threads.
#include "catch.hpp"
#include "layers/gradient_check.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/core/embedding.hpp>
#include <lamina/layers/normalization/batch_normalization.hpp>
#include <lamina/layers/recurrent/lstm.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/state.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;
using namespace lamina::protocols;

namespace {

using Two = BatchNormalization<Epsilon<0.0>, Momentum<0.75>>::on<2>;
static_assert(Two::output == Shape{2} && Two::across_batch);
static_assert(BatchNormalization<NoScale, NoCenter>::on<3, 4>::output == Shape{3, 4});
static_assert(BatchNormalization<>::accept(Shape{}).answer == misfit::needs_at_least_rank_1);
static_assert(BatchNormalization<>::accept(Shape{0, 3}).answer == misfit::an_extent_is_zero);

template <class B> std::vector<float> values(B& variable)
{
    std::vector<float> found;
    variable.storage()->template for_each<float>([&](float& value) { found.push_back(value); });
    return found;
}

} // namespace

TEST_CASE("BatchNormalization takes mean and deviation out of a batch, and moves the moving ones", "[layers][normalization]")
{
    auto block = build<Two>(Seed{1});
    auto gradient = zeros_like(block);
    block.gamma.data()[1] = 3;
    block.beta.data()[1] = -1;
    const float x[] = {1, 0, 3, 8}, dy[] = {1, 2, 3, 5}; // means 2 and 4, variances 1 and 16
    float y[4], dx[4];
    std::vector<float> saved(Two::saved(2)), scratch(Two::scratch(2));
    block.forward({.training = true}, x, y, saved.data(), scratch.data(), 2);
    CHECK((y[0] == -1 && y[1] == -4 && y[2] == 1 && y[3] == 2));
    block.backward({.training = true}, x, y, saved.data(), dy, dx, gradient, scratch.data(), 2);
    CHECK(values(gradient.beta) == std::vector<float>{4, 7});
    CHECK(values(gradient.gamma) == std::vector<float>{2, 3});
    CHECK(values(gradient.moving_mean) == std::vector<float>{0.5f, 1});
    CHECK(values(gradient.moving_variance) == std::vector<float>{0, 3.75f});
    for (const float slope : dx) CHECK(slope == Approx(0).margin(1e-6)); // two samples have no freedom left

    block.forward({}, x, y, nullptr, scratch.data(), 2); // by the moving ones: mean 0, variance 1
    CHECK((y[0] == 1 && y[1] == -1 && y[2] == 3 && y[3] == 23));
}

TEST_CASE("the gradients of BatchNormalization agree with differences", "[layers][normalization]")
{
    check_gradients_of_each<BatchNormalization<>::on<3>::as<double>,
                            BatchNormalization<Epsilon<0.1>, Momentum<0.5>>::on<2, 3, 5>::as<double>,
                            BatchNormalization<NoScale>::on<4, 2>::as<double>, BatchNormalization<NoCenter>::on<17>::as<double>,
                            BatchNormalization<NoCenter, NoScale>::on<5, 16>::as<double>>(
        {.tolerance = 3e-6, .counts = {0, 2, 5, 33}});
    check_gradients<BatchNormalization<>::on<2, 3>::as<double>>({.mode = {}}); // the inference form
}

namespace {

using Net = Sequential<Input<6>, Dense<8>, BatchNormalization<Momentum<0.9>>,
                       Residual<Dense<8, NoBias>, BatchNormalization<NoScale>>, Dense<1>>;

struct Shared { // a normalization that is used twice takes both steps
    Dense<4>::on<6> in;
    BatchNormalization<>::on<4> norm;
    Dense<1>::on<4> out;
    auto operator()(const auto& x) const { return out(norm(norm(in(x)))); }
};

auto problem(std::size_t count)
{
    auto x = xt::xtensor<float, 2>::from_shape({count, 6}), y = xt::xtensor<float, 2>::from_shape({count, 1});
    Random random(Seed{3});
    for (float& value : x) value = static_cast<float>(random.uniform(-1, 1));
    for (std::size_t i = 0; i < count; ++i) y(i, 0) = x(i, 0) * x(i, 1) - x(i, 2);
    return Samples{x, y};
}

template <class M> std::vector<float> all_numbers(const M& model)
{
    std::vector<float> found;
    for (const auto& [name, variable] : state(model))
        variable.storage()->template for_each<float>([&](float& value) { found.push_back(value); });
    return found;
}

template <class M> std::vector<float> trained(std::size_t threads)
{
    auto model = build<M>(Seed{5});
    auto trainer = compile(model, SGD{.learning_rate = 0.05f}, MeanSquaredError{});
    const auto before = trainer.evaluate(problem(100))["loss"];
    const auto history = trainer.fit(problem(100), {.epochs = 8, .batch_size = 40, .threads = threads});
    CHECK(history.epochs.back()["loss"] < 0.7 * before);
    return all_numbers(model);
}

} // namespace

TEST_CASE("models with BatchNormalization train to the same bits on 1, 2 and 4 threads", "[layers][normalization]")
{
    const auto one = trained<Net>(1);
    CHECK(trained<Net>(2) == one);
    CHECK(trained<Net>(4) == one);
    CHECK(trained<Shared>(3) == trained<Shared>(1));
}

TEST_CASE("a frozen BatchNormalization is the inference form in training, and does not move", "[layers][normalization]")
{
    const bool statistics_alone = GENERATE(false, true);
    auto model = build<Net>(Seed{5});
    compile(model, SGD{.learning_rate = 0.05f}, MeanSquaredError{}).fit(problem(100), {.batch_size = 40});
    for (const auto& [name, variable] : state(model))
        if (name.starts_with("1/") && (name.starts_with("1/moving") == statistics_alone)) variable.set_trainable(false);
    const auto& norm = model.layer<1>();
    CHECK_FALSE(norm.learns());
    const auto moving = all_numbers(norm);
    compile(model, SGD{.learning_rate = 0.05f}, MeanSquaredError{}).fit(problem(100), {.batch_size = 40});
    const auto after = all_numbers(norm);
    for (std::size_t i = statistics_alone ? 16 : 0; i < after.size(); ++i) CHECK(after[i] == moving[i]);
    CHECK(variables(model).size() == (statistics_alone ? 8 : 6));
}

TEST_CASE("two epochs of batches of 40, 40 and 20 end where Keras ends", "[layers][normalization]")
{
    // keras 3.15.1 on TensorFlow 2.21: Dense(5), BatchNormalization(momentum=0.9), Dense(3), BatchNormalization(momentum=0.9,
    // scale=False), Dense(1); SGD(0.05), "mse", fit(x, y, epochs=2, batch_size=40, shuffle=False). All start with the numbers below.
    using Model = Sequential<Input<4>, Dense<5>, BatchNormalization<Momentum<0.9>>, Dense<3>,
                             BatchNormalization<Momentum<0.9>, NoScale>, Dense<1>>;
    std::size_t drawn = 0;
    const auto draw = [&] { return static_cast<float>(static_cast<double>(drawn++ * 7919 % 1013) / 506.5 - 1); };
    auto model = build<Model>(Seed{1});
    for (const auto& [name, variable] : state(model)) {
        const bool variance = name.ends_with("moving_variance");
        variable.storage()->template for_each<float>([&](float& v) { v = variance ? std::fabs(draw()) + 0.5f : draw(); });
    }
    auto x = xt::xtensor<float, 2>::from_shape({100, 4}), y = xt::xtensor<float, 2>::from_shape({100, 1});
    for (float& value : x) value = draw();
    for (std::size_t i = 0; i < 100; ++i) y(i, 0) = x(i, 0) * x(i, 1) - x(i, 2);

    compile(model, SGD{.learning_rate = 0.05f}, MeanSquaredError{}).fit(x, y, {.epochs = 2, .batch_size = 40, .shuffle = false});
    const std::vector<float> wanted{
        -1.00600171f,   0.660143375f,  0.247861654f,  -0.111578807f,  -0.442510009f,  -0.820572495f, 0.807430804f,
        0.500718415f,   0.190242946f,  -0.302371651f, -0.644572258f,  0.971434593f,   0.674180031f,  0.35561657f,
        -0.141144514f,  -0.486694068f, -0.838047504f, 0.714622617f,   0.303921252f,   0.0687930509f, -0.305034548f,
        -0.670286298f,  0.964461982f,  0.599210262f,  0.233958542f,   -0.0793253258f, -0.309523642f, -0.887112975f,
        0.845315397f,   0.418387651f,  0.0424481854f, -0.322803587f,  -0.688055277f,  0.946693003f,  0.581441283f,
        -0.0237645414f, -0.404059112f, 0.170896575f,  -0.191748142f,  0.511073887f,   0.701868176f,  0.834800363f,
        0.574782729f,   0.686712742f,  0.815888822f,  0.554126143f,   0.19682087f,    -0.165962905f, -0.447822809f,
        -0.862200201f,  0.72965616f,   0.423086852f,  -0.0256431662f, -0.363883168f,  -0.752756178f, 0.948339701f,
        0.549776971f,   0.211516142f,  -0.166193008f, -0.552952528f,  -0.915103674f,  0.719644606f,  0.354392886f,
        0.13271597f,    -0.324866205f, -0.752236605f, -0.276025057f,  1.12629735f,    0.347635537f,  0.778247893f,
        0.858153284f,   1.00053465f,   0.618320525f,  0.138581201f,   -0.0718337223f, -0.179406643f};
    const auto found = all_numbers(model);
    REQUIRE(found.size() == wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(wanted[i]).epsilon(1e-6).margin(1e-6));
}

TEST_CASE("what is masked is left out of mean and variance, as in Keras", "[layers][normalization]")
{
    // keras 3.15.1: Embedding(7, 3, mask_zero=True), BatchNormalization(momentum=0.9), LSTM(2); SGD(0.5), "mse", fit(x, y, epochs=2,
    // batch_size=7, shuffle=False).
    auto model = build<Sequential<Input<5>, Embedding<7, 3, MaskZero>, BatchNormalization<Momentum<0.9>>, LSTM<2>>>(Seed{1});
    std::size_t drawn = 0;
    const auto draw = [&] { return static_cast<float>(static_cast<double>(drawn++ * 7919 % 1013) / 506.5 - 1); };
    for (const auto& [name, variable] : state(model)) {
        const bool variance = name.ends_with("moving_variance");
        variable.storage()->template for_each<float>([&](float& v) { v = variance ? std::fabs(draw()) + 0.5f : draw(); });
    }
    auto x = xt::xtensor<int, 2>::from_shape({12, 5});
    for (int s = 0; s < 12; ++s)
        for (int t = 0; t < 5; ++t) x(s, t) = t < 1 + s % 5 ? (s * s + 3 * t * s + t) % 7 : 0;
    auto y = xt::xtensor<float, 2>::from_shape({12, 2});
    for (float& value : y) value = draw();

    const auto history = compile(model, SGD{.learning_rate = 0.5f}, MeanSquaredError{})
                             .fit(x, y, {.epochs = 2, .batch_size = 7, .shuffle = false});
    CHECK(history["loss"][0] == Approx(0.4656098187).margin(1e-6));
    CHECK(history["loss"][1] == Approx(0.4372169077).margin(1e-6));
    const std::vector<float> wanted{
        -1.f,           0.63474828f,   0.26949653f,   -0.150637522f, -0.489797235f,  -0.828306496f, 0.811503649f,
        0.450060904f,   0.0951518789f, -0.287265539f, -0.652517259f, 0.982231021f,   0.603347301f,  0.240811363f,
        -0.0807363987f, -0.447148591f, -0.826295257f, 0.777198136f,  0.459341764f,   0.0753682852f, -0.339417696f,
        -0.595033944f,  0.899070203f,  0.575002909f,  0.0960075408f, -0.0578190163f, -0.600127399f, -0.451239049f,
        0.496387929f,   0.219792277f,  0.423081607f,  0.606449366f,  0.859293163f,   0.93883872f,   0.561445415f,
        0.225374207f,   -0.15069142f,  -0.450441986f, -0.876210809f, 0.740557671f,   0.356252491f,  0.0314585604f,
        -0.315394193f,  -0.71750015f,  0.931664407f,  0.483392686f,  0.194928318f,   -0.155893579f, -0.488349795f,
        -0.89676851f,   0.751854956f,  0.384881109f,  0.0108657721f, -0.336370498f,  -0.662151873f, 0.984077394f,
        0.561117411f,   0.17770192f,   -0.189678967f, -0.548354149f, -0.914458632f,  0.724819601f,  0.352871001f,
        -0.0240518171f, -0.382453173f, -0.740702629f, 0.89160043f,   0.529680073f,   0.16270189f,   -0.195177764f,
        -0.567950904f,  -0.934112608f, 0.699508727f,  0.30952087f,   -0.0627060533f, -0.386533856f, -0.755795121f,
        0.929841518f,   0.500275671f,  0.0685999542f, -0.261699766f};
    const auto found = all_numbers(model);
    REQUIRE(found.size() == wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(wanted[i]).margin(2e-6));
}

TEST_CASE("the gradients of BatchNormalization with a mask agree with differences", "[layers][normalization]")
{
    const std::uint8_t there[] = {1, 0, 1, 1, 0, 0, 0, 1, 1, 0};
    const std::uint8_t* const masks = there;
    check_gradients<BatchNormalization<>::on<5, 3>::as<double>>(
        {.mode = {.training = true, .masks = &masks}, .tolerance = 3e-6, .counts = {2}});
}
