// LSTM: gradients of every option against differences, masks, and a training of masked sequences that ends where Keras ends.
#include "catch.hpp"
#include "layers/gradient_check.hpp"

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/core/embedding.hpp>
#include <lamina/layers/recurrent/lstm.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/state.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;
using namespace lamina::protocols;

namespace {

static_assert(LSTM<5>::on<3, 2>::output == Shape{5} && LSTM<5, ReturnSequences>::on<3, 2>::output == Shape{3, 5});
static_assert(LSTM<5, ReturnSequences>::on<3, 2>::passes_mask && !LSTM<5>::on<3, 2>::passes_mask);
static_assert(LSTM<5>::accept(Shape{3}).answer == misfit::needs_rank_2__steps_features);
static_assert(LSTM<0>::accept(Shape{3, 2}).answer == misfit::an_extent_is_zero);

} // namespace

TEST_CASE("the gradients of LSTM agree with differences", "[layers][recurrent]")
{
    check_gradients_of_each<LSTM<3>::on<4, 2>::as<double>, LSTM<1, ReturnSequences>::on<1, 1>::as<double>,
                            LSTM<9, ReturnSequences, NoBias>::on<3, 5>::as<double>,
                            LSTM<17, Sigmoid, RecurrentActivation<Tanh>>::on<2, 3>::as<double>,
                            LSTM<5, Gelu, RecurrentActivation<Silu>>::on<3, 2>::as<double>,
                            LSTM<3, ReturnSequences, Mish, RecurrentActivation<Softsign>>::on<4, 2>::as<double>>(
        {.tolerance = 3e-6});
}

TEST_CASE("the forget gate begins open, and the recurrent kernel is orthogonal", "[layers][recurrent]")
{
    const auto block = build<LSTM<4>::on<3, 2>>(Seed{3});
    for (std::size_t i = 0; i < 16; ++i) CHECK(block.bias.data()[i] == (i / 4 == 1 ? 1 : 0));
    std::vector<std::vector<double>> rows(4);
    std::size_t at = 0;
    block.recurrent_kernel.storage()->for_each<float>([&](float& v) { rows[at++ / 16].push_back(v); });
    for (std::size_t a = 0; a < 4; ++a)
        for (std::size_t b = 0; b < 4; ++b) {
            double product = 0;
            for (std::size_t i = 0; i < 16; ++i) product += rows[a][i] * rows[b][i];
            CHECK(product == Approx(a == b).margin(1e-6));
        }
}

namespace {

using Model = Sequential<Input<5>, Embedding<7, 3, MaskZero>, LSTM<3, ReturnSequences>, LSTM<2>, Dense<1>>;

struct Reader { // the same as a struct: the mask goes with the values
    Embedding<7, 3, MaskZero>::on<5> words;
    LSTM<3, ReturnSequences>::on<5, 3> first;
    LSTM<2>::on<5, 3> second;
    Dense<1>::on<2> head;
    auto operator()(const auto& x) const { return head(second(first(words(x)))); }
};

struct Split { // the mask of a Sequential that is a part of a struct
    Sequential<Input<5>, Embedding<7, 3, MaskZero>, LSTM<3, ReturnSequences>> body;
    Sequential<Input<5, 3>, LSTM<2>, Dense<1>> head;
    auto operator()(const auto& x) const { return head(body(x)); }
};

/// Numbers, words and wishes as the Python below draws them.
struct Drawn {
    std::size_t drawn = 0;
    float operator()() { return static_cast<float>(static_cast<double>(drawn++ * 7919 % 1013) / 506.5 - 1); }
};
auto words()
{
    auto x = xt::xtensor<int, 2>::from_shape({12, 5});
    for (int s = 0; s < 12; ++s)
        for (int t = 0; t < 5; ++t) x(s, t) = t < 1 + s % 5 ? (s * s + 3 * t * s + t) % 7 : 0;
    return x;
}

} // namespace

TEMPLATE_TEST_CASE("masked sequences train as in Keras", "[layers][recurrent]", Model, Reader, Split)
{
    // keras 3.15.1: Embedding(7, 3, mask_zero=True), LSTM(3, return_sequences=True), LSTM(2), Dense(1); SGD(0.5), "mse", fit(x, y,
    // epochs=3, batch_size=5, shuffle=False).
    auto model = build<TestType>(Seed{1});
    Drawn draw;
    for (const auto& [name, variable] : state(model)) variable.storage()->template for_each<float>([&](float& v) { v = draw(); });
    const auto x = words();
    auto y = xt::xtensor<float, 2>::from_shape({12, 1});
    for (float& value : y) value = draw();

    const std::vector<float> outputs{0.385982245f, 0.298250377f, 0.295338243f, 0.303463697f, 0.301120162f, 0.314326108f,
                                     0.29237318f,  0.294116288f, 0.300787896f, 0.303373426f, 0.315997303f, 0.295589268f};
    const auto found = predict(model, x);
    for (std::size_t i = 0; i < 12; ++i) {
        CHECK(found(i, 0) == Approx(outputs[i]).margin(1e-6));
        std::array<int, 5> one{};
        for (std::size_t t = 0; t < 5; ++t) one[t] = x(i, t);
        if constexpr (Block<TestType>) CHECK(model(one)(0) == found(i, 0));
    }

    compile(model, SGD{.learning_rate = 0.5f}, MeanSquaredError{}).fit(x, y, {.epochs = 3, .batch_size = 5, .shuffle = false});
    const std::vector<float> wanted{
        -1.f,           0.63474828f,    0.26949653f,    -0.0953778028f, -0.463974088f,  -0.826944947f,  0.8035115f,
        0.452473521f,   0.0806383342f,  -0.287265539f,  -0.652517259f,  0.982231021f,   0.612741172f,   0.256965697f,
        -0.115234956f,  -0.476471633f,  -0.842608988f,  0.792481184f,   0.430937529f,   0.0501105264f,  -0.301055074f,
        -0.667539358f,  0.964291811f,   0.599689305f,   0.232139304f,   -0.130500197f,  -0.496492237f,  -0.85628891f,
        0.771759927f,   0.415920556f,   0.0430497192f,  -0.321616799f,  -0.687165976f,  0.949714303f,   0.581248581f,
        0.216305062f,   -0.151248947f,  -0.512779057f,  -0.879638612f,  0.760077596f,   0.387865812f,   0.034540046f,
        -0.339605749f,  -0.705008507f,  0.929041266f,   0.563997865f,   0.198210165f,   -0.164923802f,  -0.533381045f,
        -0.898112178f,  0.737021923f,   0.375288993f,   0.00774742197f, -0.353292584f,  -0.724766374f,  0.910278022f,
        0.547374845f,   0.180648759f,   -0.184575766f,  -0.549824417f,  -0.915030301f,  0.71952647f,    0.354461133f,
        -0.0105644418f, -0.376397133f,  -0.741363764f,  0.893336236f,   0.528267264f,   0.162892342f,   -0.201649055f,
        -0.567541838f,  -0.932815015f,  0.702278137f,   0.336265743f,   -0.0284724943f, -0.392042518f,  -0.760010183f,
        0.876544178f,   0.51049751f,    0.145472914f,   -0.220036164f,  -0.58520633f,   -0.950614691f,  0.684134364f,
        0.318996757f,   -0.0465454161f, -0.411595464f,  -0.776320517f,  0.857603848f,   0.492745757f,   0.127335191f,
        -0.237783685f,  -0.603137732f,  -0.969410717f,  0.666439116f,   0.301991671f,   -0.0632630959f, -0.43140018f,
        -0.794362307f,  0.841035008f,   0.477331519f,   0.104567565f,   -0.256831318f,  -0.619724751f,  -0.984295249f,
        0.648988962f,   0.283133894f,   -0.0809754282f, -0.44711557f,   -0.810586214f,  0.821770906f,   0.458586812f,
        0.0908920765f,  -0.276983082f,  -0.63755542f,   0.997432888f,   0.631150544f,   0.256974041f,   -0.0892460197f,
        -0.467167169f,  -0.830414116f,  0.803470969f,   0.439574033f,   0.0746932328f,  -0.291067988f,  -0.658917785f,
        0.981212735f,   0.612548411f,   0.247589067f,   -0.114258297f,  -0.483622074f,  -0.847045183f,  0.787289679f,
        0.431369662f,   0.0523480512f,  -0.30299747f,   -0.676422298f,  0.960802495f,   0.595238984f,   0.22978127f,
        -0.134847432f,  -0.499723524f,  -0.865201175f,  0.769838274f,   0.403609335f,   0.0397960395f,  -0.331262589f,
        -0.679637611f,  0.944072306f,   0.594494224f,   0.189880535f,   -0.150022954f,  -0.523678482f,  -0.891141772f,
        0.741412342f,   0.297496557f};
    std::size_t i = 0;
    for (const auto& [name, variable] : state(model))
        variable.storage()->template for_each<float>([&](float& v) { CHECK(v == Approx(wanted.at(i++)).margin(2e-6)); });
    CHECK(i == wanted.size());
}

TEST_CASE("an index that names no row is refused before the first step", "[layers][recurrent]")
{
    auto model = build<Reader>(Seed{1});
    auto trainer = compile(model, SGD{}, MeanSquaredError{});
    auto x = words();
    auto y = xt::xtensor<float, 2>::from_shape({12, 1});
    y.fill(0);
    x(7, 2) = 7;
    CHECK_THROWS_WITH(trainer.fit(x, y), "fit: x[7, 2] is 7, the model takes it for an index: a whole number from 0 to 6");
    CHECK_THROWS_WITH(predict(model, x), "Embedding: an index is 7, it has to be a whole number from 0 to 6");
}
