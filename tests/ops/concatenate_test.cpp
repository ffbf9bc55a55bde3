// concatenate: symbols, samples and batches side by side in the last axis; what cannot be joined.
#include "catch.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/ops/functions.hpp>

#include <array>
#include <cmath>
#include <span>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// Three images beside each other in the channels, one of them twice.
struct Channels {
    Conv2D<2, Kernel<3>, Same, Tanh>::on<4, 3, 1> first;
    Conv2D<5, Kernel<1>>::on<4, 3, 1> second;

    auto operator()(const auto& x) const
    {
        const auto a = first(x);
        return concatenate(a, second(x), a);
    }
};

template <std::size_t Units> using Copy = typename Dense<Units, NoBias, Ones>::template on<1>;

} // namespace

TEST_CASE("Channels are joined pixel by pixel", "[ops][concatenate]")
{
    static_assert(output_of<Channels> == Shape{4, 3, 9});
    const auto model = build<Channels>(Seed{1});
    xt::xtensor<float, 4> x({33, 4, 3, 1});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = std::sin(float(i));
    const auto y = predict(model, x);
    const auto a = predict(model.first, x), b = predict(model.second, x);
    bool same = true;
    for (std::size_t pixel = 0; pixel < 33 * 12; ++pixel) {
        same = same && std::equal(a.data() + pixel * 2, a.data() + pixel * 2 + 2, y.data() + pixel * 9);
        same = same && std::equal(b.data() + pixel * 5, b.data() + pixel * 5 + 5, y.data() + pixel * 9 + 2);
        same = same && std::equal(a.data() + pixel * 2, a.data() + pixel * 2 + 2, y.data() + pixel * 9 + 7);
    }
    CHECK(same);
    CHECK(bool(xt::xtensor<float, 4>(model(x)) == y));
    FixedTensor<float, Shape{4, 3, 1}> one;
    std::copy_n(x.data() + 12, 12, one.data());
    const auto of_one = model(one);
    static_assert(std::is_base_of_v<FixedTensor<float, Shape{4, 3, 9}>, decltype(of_one)>);
    CHECK(std::equal(of_one.data(), of_one.data() + 108, y.data() + 108));
}

TEST_CASE("Results are joined with what the model was given", "[ops][concatenate]")
{
    const auto two = build<Copy<2>>(Seed{1});
    const std::array<float, 3> array{1, 2, 3};
    const FixedTensor<float, Shape{1}> four{4.f};
    std::vector<float> five{5};
    const auto y = concatenate(two(std::array{7.f}), array, four, std::span<const float, 1>(five));
    static_assert(std::is_base_of_v<FixedTensor<float, Shape{7}>, decltype(y)>);
    CHECK(std::vector<float>(y.begin(), y.end()) == std::vector<float>{7, 7, 1, 2, 3, 4, 5});

    const xt::xtensor<float, 1> loose{8, 9}; // a sample whose shape is known at run time
    const auto z = concatenate(two(std::array{7.f}), loose);
    CHECK(std::vector<float>(z.begin(), z.end()) == std::vector<float>{7, 7, 8, 9});

    const xt::xtensor<float, 2> batch{{1}, {2}};
    const auto rows = concatenate(batch, two(batch));
    static_assert(is_result<std::remove_const_t<decltype(rows)>>);
    CHECK(std::vector<float>(rows.begin(), rows.end()) == std::vector<float>{1, 1, 1, 2, 2, 2});
}

TEST_CASE("Batches of different numbers of samples are not joined", "[ops][concatenate]")
{
    const xt::xtensor<float, 2> three({3, 2}, 0.f), four({4, 2}, 0.f);
    CHECK_THROWS_WITH(concatenate(three, four), Catch::Contains("3 samples") && Catch::Contains("another 4"));
}
