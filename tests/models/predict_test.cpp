// Inference: what may be given to a model, batches of any size, workspaces, classes. Results agree to the bit.
#include "catch.hpp"

#include <numeric>

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/summary.hpp>

#if __has_include(<xtensor/views/xview.hpp>)
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xview.hpp>
#endif

#include <cmath>
#include <limits>
#include <span>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Net = Sequential<Input<7, 5, 3>, Conv2D<5, Same, Tanh>, Conv2D<9, Kernel<2>, Relu>, AveragePooling2D<2>, Flatten,
                       Dense<17, Gelu>, Dense<3, Softmax>>;

struct Residual {
    Dense<5, Tanh>::on<3> first;
    Dense<5>::on<5> mixed;
    Dense<2>::on<5> last;

    auto operator()(const auto& x) const
    {
        const auto h = first(x);
        return last(h + mixed(h));
    }
};

/// Gives a sum, whose parts are gone when the function has returned.
struct Sum {
    Dense<5, Tanh>::on<3> first;
    Dense<5>::on<5> mixed;

    auto operator()(const auto& x) const
    {
        const auto h = first(x);
        return h + mixed(h);
    }
};

template <class T = float> xt::xtensor<T, 4> images(std::size_t n)
{
    xt::xtensor<T, 4> x({n, 7, 5, 3});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<T>(std::sin(double(i) * 0.37));
    return x;
}

template <class A, class B> bool same_bits(const A& a, const B& b)
{
    return a.size() == b.size() && std::equal(a.data(), a.data() + a.size(), b.data());
}

template <class M> void check_batch(const M& model, std::size_t n)
{
    INFO(n << " samples");
    const auto x = images(n);
    const auto y = predict(model, x);
    REQUIRE(y.shape()[0] == n);
    REQUIRE(y.shape()[1] == 3);
    CHECK(same_bits(model(x), y));

    Workspace<M> workspace(model);
    xt::xtensor<float, 2> into({n, 3}, std::numeric_limits<float>::quiet_NaN());
    predict(model, x, into, workspace);
    CHECK(same_bits(into, y));

    bool each = true;
    for (std::size_t i = 0; i < n; ++i) {
        FixedTensor<float, Shape{7, 5, 3}> sample;
        std::copy_n(x.data() + i * 105, 105, sample.data());
        const auto one = model(sample);
        each = each && std::equal(one.data(), one.data() + 3, y.data() + i * 3);
    }
    CHECK(each);
}

} // namespace

TEST_CASE("A batch of any size is its samples one by one, to the bit", "[models][predict]")
{
    const auto model = build<Net>(Seed{1});
    for (const std::size_t n : {0u, 1u, 2u, 31u, 32u, 33u, 64u, 100u}) check_batch(model, n);
}

TEST_CASE("A sample may come as an array, a span, a tensor or an expression", "[models][predict]")
{
    const auto model = build<Sequential<Input<3>, Dense<4, Tanh>, Dense<2>>>(Seed{1});
    const std::array a{0.1f, -0.2f, 0.3f};
    const auto y = model(a);
    static_assert(std::is_base_of_v<FixedTensor<float, Shape{2}>, decltype(y)>);

    const FixedTensor<float, Shape{3}> fixed{0.1f, -0.2f, 0.3f}, half{0.05f, -0.1f, 0.15f};
    const xt::xtensor<float, 1> tensor{0.1f, -0.2f, 0.3f};
    std::vector<float> numbers(a.begin(), a.end());
    CHECK(same_bits(model(std::span<const float, 3>(a)), y));
    CHECK(same_bits(model(std::span<float, 3>(numbers.data(), 3)), y));
    CHECK(same_bits(model(fixed), y));
    CHECK(same_bits(model(half + half), y));
    CHECK(same_bits(model(tensor), y));
    CHECK(same_bits(model(xt::adapt(numbers.data(), 3, xt::no_ownership(), std::array<std::size_t, 1>{3})), y));
    CHECK(same_bits(model(xt::xtensor<float, 2>{{0.1f, -0.2f, 0.3f}}), y));
}

TEST_CASE("An image may come as its numbers in one row", "[models][predict]")
{
    const auto model = build<Net>(Seed{1});
    std::array<float, 105> row{};
    FixedTensor<float, Shape{7, 5, 3}> image;
    for (std::size_t i = 0; i < 105; ++i) row[i] = image.data()[i] = float(i % 7);
    CHECK(same_bits(model(row), model(image)));
}

TEST_CASE("A view is read where it begins", "[models][predict]")
{
    const auto model = build<Net>(Seed{1});
    const auto x = images(40);
    const auto y = predict(model, x);
    const auto part = predict(model, xt::view(x, xt::range(35, 40)));
    CHECK(part.shape()[0] == 5);
    CHECK(std::equal(part.data(), part.data() + 15, y.data() + 35 * 3));
    const auto one = model(xt::view(x, 37));
    CHECK(std::equal(one.data(), one.data() + 3, y.data() + 37 * 3));

    Workspace<Net> workspace(model);
    xt::xtensor<float, 2> into({40, 3}, 0.f);
    auto window = xt::view(into, xt::range(10, 15));
    predict(model, xt::view(x, xt::range(35, 40)), window, workspace);
    CHECK(std::equal(part.data(), part.data() + 15, into.data() + 30));
    CHECK(into(9, 0) == 0);
    CHECK(into(15, 0) == 0);
}

TEST_CASE("Numbers of another type are converted", "[models][predict]")
{
    const auto model = build<Net>(Seed{1});
    xt::xtensor<std::uint8_t, 4> bytes({33, 7, 5, 3});
    xt::xtensor<float, 4> same({33, 7, 5, 3});
    for (std::size_t i = 0; i < bytes.size(); ++i) same.data()[i] = float(bytes.data()[i] = std::uint8_t(i * 7));
    CHECK(same_bits(predict(model, bytes), predict(model, same)));
}

TEST_CASE("A struct with a residual connection infers", "[models][predict]")
{
    const auto model = build<Residual>(Seed{1});
    xt::xtensor<float, 2> x({33, 3});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = std::cos(float(i));
    const auto y = predict(model, x);
    for (std::size_t i = 0; i < 33; ++i) {
        const auto one = model(std::array{x(i, 0), x(i, 1), x(i, 2)});
        CHECK(one(0) == y(i, 0));
        CHECK(one(1) == y(i, 1));
    }
    CHECK(predict(model, xt::xtensor<float, 2>({0, 3})).size() == 0);
    Workspace<Residual> workspace(model);
    xt::xtensor<float, 2> into({33, 2});
    predict(model, x, into, workspace);
    CHECK(same_bits(into, y));
}

TEST_CASE("A struct may give a sum of its own values", "[models][predict]")
{
    const auto model = build<Sum>(Seed{1});
    xt::xtensor<float, 2> x({33, 3});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = std::cos(float(i));
    const auto y = predict(model, x), z = xt::xtensor<float, 2>(model(x));
    CHECK(same_bits(z, y));
    for (std::size_t i = 0; i < 33; ++i) {
        const auto one = model(std::array{x(i, 0), x(i, 1), x(i, 2)});
        for (std::size_t k = 0; k < 5; ++k) CHECK(one(k) == y(i, k));
    }
    CHECK_THROWS_WITH(model.first(x) + model.first(xt::xtensor<float, 2>({3, 3}, 0.f)),
                      "add: one value has 33 samples and another 3; both need the same samples");
}

TEST_CASE("A model of double takes and gives double", "[models][predict]")
{
    const auto model = build<Net::as<double>>(Seed{1});
    const auto y = predict(model, images<double>(33));
    static_assert(std::is_same_v<std::remove_const_t<decltype(y)>, xt::xtensor<double, 2>>);
    const auto narrow = predict(build<Net>(Seed{1}), images(33));
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(y.data()[i] == Approx(narrow.data()[i]).epsilon(2e-5));
    CHECK(same_bits(predict(model, images<double>(1)), model(xt::eval(xt::view(images<double>(1), 0)))));
}

TEST_CASE("Classes are those of the largest output, or whether one is above a half", "[models][predict]")
{
    auto identity = build<Dense<3, NoBias>::on<3>>(Seed{1});
    std::size_t i = 0;
    identity.kernel.storage()->for_each<float>([&](float& e) { e = i++ % 4 == 0 ? 1.f : 0.f; });
    const auto classes = predict_classes(identity, xt::xtensor<float, 2>{{1, 2, 3}, {3, 3, 1}, {-5, -4, -9}});
    static_assert(std::is_same_v<std::remove_const_t<decltype(classes)>, xt::xtensor<std::int32_t, 1>>);
    CHECK(std::vector<int>(classes.begin(), classes.end()) == std::vector<int>{2, 0, 1});

    const auto one = build<Dense<1, NoBias, Ones>::on<1>>(Seed{1});
    const auto yes = predict_classes(one, xt::xtensor<float, 2>{{0.2f}, {0.5f}, {0.51f}, {-3}});
    CHECK(std::vector<int>(yes.begin(), yes.end()) == std::vector<int>{0, 0, 1, 0});
    CHECK(predict_classes(one, xt::xtensor<float, 2>({0, 1})).size() == 0);
}

TEST_CASE("What does not fit is refused with a sentence", "[models][predict]")
{
    const auto model = build<Net>(Seed{1});
    using Catch::Contains;
    CHECK_THROWS_WITH(predict(model, xt::xtensor<float, 4>({2, 5, 7, 3})),
                      Contains("predict") && Contains("[5, 7, 3]") && Contains("[7, 5, 3]"));
    CHECK_THROWS_WITH(predict(model, xt::xtensor<float, 4>({0, 5, 7, 3})), Contains("[5, 7, 3]"));
    CHECK_THROWS_WITH(model(xt::xtensor<float, 3>({5, 7, 3})), Contains("[5, 7, 3]") && Contains("[7, 5, 3]"));
    CHECK_THROWS_AS(model(xt::xtensor<float, 4>({2, 5, 7, 3})), error);

    Workspace<Net> workspace(model);
    const auto x = images(4);
    xt::xtensor<float, 2> small({3, 3}), narrow({4, 2});
    CHECK_THROWS_WITH(predict(model, x, small, workspace), Contains("4 samples") && Contains("holds 3"));
    CHECK_THROWS_WITH(predict(model, x, narrow, workspace), Contains("[3]") && Contains("[2]"));
    const auto other = build<Net>(Seed{2});
    xt::xtensor<float, 2> into({4, 3});
    CHECK_THROWS_WITH(predict(other, x, into, workspace), Contains("workspace") && Contains("another model"));
}

TEST_CASE("A Sequential has the common functions as members", "[models][predict]")
{
    const auto model = build<Sequential<Input<4>, Dense<3, Softmax>>>(Seed{1});
    xt::xtensor<float, 2> x = xt::xtensor<float, 2>::from_shape({5, 4});
    std::iota(x.begin(), x.end(), -7.f);
    CHECK(bool(model.predict(x) == predict(model, x)));
    CHECK(bool(model.predict_classes(x) == predict_classes(model, x)));
    CHECK(model.summary() == summary(model));
}
