// Sequential: constants, names, layers by position and name, and that it is its blocks one after another, to the bit.
#include "catch.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/state.hpp>
#include <lamina/models/summary.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Net = Sequential<Input<9, 7, 3>, Conv2D<5, Name<"stem">, Tanh>, AveragePooling2D<2>, Flatten, Dropout<0.5>, Dense<7, Gelu>,
                       Dense<3, Softmax, Name<"head">>>;

template <class M> std::vector<std::string> paths_of(const M& model)
{
    std::vector<std::string> paths;
    for_each_named_variable(model, [&](const std::string& path, const auto&) { paths.push_back(path); });
    return paths;
}

template <class T, std::size_t N> FixedTensor<T, Shape{N}> wave()
{
    FixedTensor<T, Shape{N}> x;
    for (std::size_t i = 0; i < N; ++i) x(i) = static_cast<T>(std::sin(double(i) * 0.7));
    return x;
}

} // namespace

static_assert(Block<Net> && TakesLogits<Net>);
static_assert(Net::input == Shape{9, 7, 3} && Net::output == Shape{3} && Net::layer_count == 6);
static_assert(Net::parameter_count == (27 * 5 + 5) + (30 * 7 + 7) + (7 * 3 + 3)); // pooled: [3, 2, 5]
static_assert(Net::multiply_adds == 7 * 5 * 5 * 27 + 30 * 7 + 7 * 3);
static_assert(Net::workspace_bytes == sizeof(float) * Net::scratch(1) && Net::workspace_bytes >= sizeof(float) * (175 + 30));
static_assert(std::is_same_v<Net::as<double>::value_type, double> && Net::as<double>::parameter_count == Net::parameter_count);
static_assert(std::is_same_v<Net::as<double>::as<float>, Net>);
static_assert(!TakesLogits<Sequential<Input<3>, Dense<3, Softmax>, Dense<2>>>);
static_assert(!TakesLogits<Sequential<Input<4>, Dense<4, Softmax>, Reshape<2, 2>>>);
static_assert(Sequential<Input<Net::output>, Dense<2>>::input == Shape{3});
static_assert(Sequential<Input<5>, Flatten>::output == Shape{5});

TEST_CASE("Layers are named by their option or their position", "[models][sequential]")
{
    const auto model = build<Net>(Seed{1});
    CHECK(paths_of(model) ==
          std::vector<std::string>{"stem/kernel", "stem/bias", "4/kernel", "4/bias", "head/kernel", "head/bias"});
    CHECK(model.layer<"stem">().kernel.data() == model.layer<0>().kernel.data());
    CHECK(model.layer<"head">().kernel.data() == model.layer<5>().kernel.data());
    CHECK(model.layer<0>().kernel.storage()->name == "stem/kernel");
    std::vector<std::string> layers;
    model.for_each_layer([&](std::string_view name, const auto&) { layers.emplace_back(name); });
    CHECK(layers == std::vector<std::string>{"stem", "1", "2", "3", "4", "head"});
}

TEST_CASE("A Sequential is its blocks one after another", "[models][sequential]")
{
    const auto model = build<Net>(Seed{4});
    const auto flat = wave<float, 189>();
    FixedTensor<float, Shape{9, 7, 3}> x;
    std::copy_n(flat.data(), 189, x.data());
    const auto by_hand =
        model.layer<5>()(model.layer<4>()(model.layer<3>()(model.layer<2>()(model.layer<1>()(model.layer<0>()(x))))));
    const auto whole = model(x);
    for (std::size_t i = 0; i < 3; ++i) CHECK(whole(i) == by_hand(i));
    CHECK(whole(0) + whole(1) + whole(2) == Approx(1));
}

TEST_CASE("Layers that only reshape may stand anywhere", "[models][sequential]")
{
    using Many = Sequential<Input<2, 3>, Flatten, Reshape<3, 2>, Reshape<6>, Dense<4, Tanh>, Reshape<2, 2>, Flatten, Dense<6>,
                            Reshape<3, 2>, Reshape<2, 3>>;
    const auto model = build<Many>(Seed{2});
    const auto x = wave<float, 6>();
    const auto y = model(x);
    static_assert(std::is_base_of_v<FixedTensor<float, Shape{2, 3}>, decltype(y)>);
    const auto by_hand = model.layer<6>()(model.layer<3>()(x));
    for (std::size_t i = 0; i < 6; ++i) CHECK(y.data()[i] == by_hand.data()[i]);

    const Sequential<Input<6>, Reshape<2, 3>> one{};
    const Sequential<Input<6>, Reshape<2, 3>, Flatten, Reshape<3, 2>> three{};
    for (std::size_t i = 0; i < 6; ++i) {
        CHECK(one(x).data()[i] == x(i));
        CHECK(three(x).data()[i] == x(i));
    }
}

TEST_CASE("A Sequential of one layer is that layer", "[models][sequential]")
{
    const auto model = build<Sequential<Input<5>, Dense<3, Sigmoid>>>(Seed{3});
    const auto alone = build<Dense<3, Sigmoid>::on<5>>(Seed{3});
    const auto x = wave<float, 5>();
    for (std::size_t i = 0; i < 3; ++i) CHECK(model(x)(i) == alone(x)(i));
}

TEST_CASE("A model may be larger than the stack's share", "[models][sequential]")
{
    using Wide = Sequential<Input<3>, Dense<20'000, Tanh>, Dense<2, NoBias>>;
    static_assert(Wide::workspace_bytes > 64 * 1024);
    const auto model = build<Wide>(Seed{3});
    const auto x = wave<float, 3>();
    const auto whole = model(x), by_hand = model.layer<1>()(model.layer<0>()(x));
    CHECK(whole(0) == by_hand(0));
    CHECK(whole(1) == by_hand(1));
}

TEST_CASE("A model of double is the model of float, more exactly", "[models][sequential]")
{
    const auto narrow = build<Net>(Seed{6});
    const auto wide = build<Net::as<double>>(Seed{6});
    const auto y = narrow(wave<float, 189>());
    const auto z = wide(wave<double, 189>());
    for (std::size_t i = 0; i < 3; ++i) CHECK(double(y(i)) == Approx(z(i)).epsilon(1e-5));
}

TEST_CASE("A model that was not built says so and names the variable", "[models][sequential]")
{
    const Net model{};
    const auto x = wave<float, 189>();
    CHECK_THROWS_WITH(model(x), Catch::Contains("\"stem/kernel\"") && Catch::Contains("bound to no stored variable") &&
                                    Catch::Contains("build"));
    CHECK_THROWS_WITH(predict(model, xt::xtensor<float, 4>({2, 9, 7, 3}, 0.f)), Catch::Contains("\"stem/kernel\""));

    auto built = build<Net>(Seed{1});
    built.layer<4>().bias = {};
    CHECK_THROWS_WITH(built(x), Catch::Contains("\"4/bias\""));
}

namespace {

using Encoder = Sequential<Input<6>, Dense<4, Relu>, Dense<6, Tanh>>;
using Nested = Sequential<Input<2, 3>, Flatten, Encoder, Residual<Encoder>, Dense<2>>;
using Flat = Sequential<Input<2, 3>, Flatten, Dense<4, Relu>, Dense<6, Tanh>, Residual<Dense<4, Relu>, Dense<6, Tanh>>, Dense<2>>;
static_assert(Nested::output == Shape{2} && Nested::parameter_count == Flat::parameter_count && Nested::layer_count == 4);

} // namespace

TEST_CASE("a Sequential is a layer of another", "[models][sequential]")
{
    auto nested = build<Nested>(Seed{1});
    auto flat = build<Flat>(Seed{2});
    const auto from = state(nested), to = state(flat);
    REQUIRE(from.size() == to.size());
    CHECK(from[0].name == "1/0/kernel");
    CHECK(from[4].name == "2/0/0/kernel");
    for (std::size_t i = 0; i < from.size(); ++i)
        std::copy_n(from[i].variable.storage()->data<float>(), from[i].variable.storage()->stored_size(),
                    to[i].variable.storage()->data<float>());
    xt::xtensor<float, 3> x = xt::ones<float>({3, 2, 3});
    CHECK((predict(nested, x) == predict(flat, x)));
    CHECK(nested.layer<1>().layer<0>().kernel.extents == Shape{6, 4});
}
