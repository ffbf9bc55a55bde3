// Initializers: limits, mean and variance over many draws, determinism, and what build makes of them.
#include "catch.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>

#include <cmath>
#include <set>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

constexpr std::size_t draws = 200'000;

struct Statistics {
    double mean = 0, variance = 0, low = 1e300, high = -1e300;
};

template <class Initializer> Statistics statistics(fans f, Seed seed = {7})
{
    Random random(seed);
    std::vector<double> values(draws);
    Statistics s;
    for (double& v : values) {
        v = Initializer::draw(random, f);
        s.mean += v / double(draws);
        s.low = std::fmin(s.low, v);
        s.high = std::fmax(s.high, v);
    }
    for (double v : values) s.variance += (v - s.mean) * (v - s.mean) / double(draws);
    return s;
}

/// Mean 0 within five standard errors, the variance within 2 percent, no value beyond `limit`, and some near it.
template <class Initializer> void check_scale(fans f, double variance, double limit)
{
    const auto s = statistics<Initializer>(f);
    CHECK(std::fabs(s.mean) < 5 * std::sqrt(variance / double(draws)));
    CHECK(s.variance == Approx(variance).epsilon(0.02));
    CHECK(s.low >= -limit);
    CHECK(s.high <= limit);
    CHECK(s.high > 0.95 * limit);
    CHECK(s.low < -0.95 * limit);
}

template <class V> auto values_of(const V& variable)
{
    std::vector<typename V::value_type> values;
    variable.storage()->template for_each<typename V::value_type>([&](auto e) { values.push_back(e); });
    return values;
}

template <class Initializer, std::size_t... In> auto drawn_kernel(Seed seed)
{
    return values_of(build<typename Dense<7, Initializer>::template on<In...>>(seed).kernel);
}

} // namespace

TEST_CASE("Initializers have the variance of their papers", "[layers][initializers]")
{
    constexpr fans f{30, 50};
    constexpr double cut = 0.87962566103423978; // the deviation of a normal number within two deviations
    check_scale<GlorotUniform>(f, 2.0 / 80, std::sqrt(6.0 / 80));
    check_scale<GlorotNormal>(f, 2.0 / 80, 2 * std::sqrt(2.0 / 80) / cut);
    check_scale<HeUniform>(f, 2.0 / 30, std::sqrt(6.0 / 30));
    check_scale<HeNormal>(f, 2.0 / 30, 2 * std::sqrt(2.0 / 30) / cut);
    check_scale<LecunUniform>(f, 1.0 / 30, std::sqrt(3.0 / 30));
    check_scale<LecunNormal>(f, 1.0 / 30, 2 * std::sqrt(1.0 / 30) / cut);
    check_scale<RandomUniform<>>(f, 0.01 / 12, 0.05);
    check_scale<TruncatedNormal<>>(f, 0.0025 * cut * cut, 0.1);
}

TEST_CASE("Initializers take their limits from their arguments", "[layers][initializers]")
{
    const auto uniform = statistics<RandomUniform<1.0, 3.0>>({1, 1});
    CHECK(uniform.low >= 1);
    CHECK(uniform.high < 3);
    CHECK(uniform.mean == Approx(2).epsilon(0.01));
    const auto normal = statistics<RandomNormal<0.5, 4.0>>({1, 1});
    CHECK(normal.mean == Approx(4).epsilon(0.01));
    CHECK(normal.variance == Approx(0.25).epsilon(0.02));
    CHECK(normal.high > 4 + 3.5 * 0.5); // not truncated
    const auto cut = statistics<TruncatedNormal<0.5, 4.0>>({1, 1});
    CHECK(cut.low >= 3);
    CHECK(cut.high <= 5);
    CHECK(cut.mean == Approx(4).epsilon(0.01));
}

TEST_CASE("Constants are constant", "[layers][initializers]")
{
    Random random(Seed{1});
    CHECK(Zeros::draw(random, {1, 1}) == 0);
    CHECK(Ones::draw(random, {1, 1}) == 1);
    CHECK(Constant<-2.5>::draw(random, {1, 1}) == -2.5);

    auto dense = build<Dense<3, Constant<0.25>, Bias<Ones>>::on<5>>(Seed{1});
    CHECK(values_of(dense.kernel) == std::vector<float>(15, 0.25f));
    CHECK(values_of(dense.bias) == std::vector<float>(3, 1.f));
    CHECK(values_of(build<Dense<3>::on<5>>(Seed{1}).bias) == std::vector<float>(3, 0.f));
    CHECK(values_of(build<Conv2D<3, Bias<Constant<0.5>>>::on<5, 5, 1>>(Seed{1}).bias) == std::vector<float>(3, 0.5f));
    const auto drawn = values_of(build<Dense<300, Bias<RandomUniform<>>>::on<2>>(Seed{1}).bias);
    CHECK(std::set<float>(drawn.begin(), drawn.end()).size() > 290);
}

TEST_CASE("The same seed gives the same numbers, another seed others", "[layers][initializers]")
{
    CHECK(drawn_kernel<GlorotUniform, 9>(Seed{1}) == drawn_kernel<GlorotUniform, 9>(Seed{1}));
    CHECK(drawn_kernel<GlorotUniform, 9>(Seed{1}) != drawn_kernel<GlorotUniform, 9>(Seed{2}));
    CHECK(drawn_kernel<HeNormal, 9>(Seed{1}) == drawn_kernel<HeNormal, 9>(Seed{1}));
    CHECK(drawn_kernel<HeNormal, 9>(Seed{1}) != drawn_kernel<HeNormal, 9>(Seed{2}));
}

TEST_CASE("float and double draw the same numbers", "[layers][initializers]")
{
    using B = Conv2D<5, Same, HeNormal, Bias<RandomNormal<>>>::on<5, 5, 3>;
    auto narrow = build<B>(Seed{3});
    auto wide = build<B::as<double>>(Seed{3});
    const auto a = values_of(narrow.kernel);
    const auto b = values_of(wide.kernel);
    for (std::size_t i = 0; i < a.size(); ++i) REQUIRE(a[i] == static_cast<float>(b[i]));
    CHECK(values_of(narrow.bias)[4] == static_cast<float>(values_of(wide.bias)[4]));
}

TEST_CASE("Numbers do not depend on how a kernel is stored", "[layers][initializers]")
{
    using Product = Conv2D<5, Kernel<3>>::on<3, 3, 7>;       // stored by outputs
    using Sliding = Conv2D<5, Kernel<3>, Same>::on<3, 3, 7>; // stored in rows
    static_assert(Product::one_pixel && !Sliding::one_pixel);
    CHECK(values_of(build<Product>(Seed{3}).kernel) == values_of(build<Sliding>(Seed{3}).kernel));
}

TEST_CASE("Fans of a convolution count its window", "[layers][initializers]")
{
    const auto values = values_of(build<Conv2D<64, Kernel<5>>::on<28, 28, 32>>(Seed{1}).kernel);
    double high = 0, variance = 0;
    for (float v : values) {
        high = std::fmax(high, std::fabs(double(v)));
        variance += double(v) * double(v) / double(values.size());
    }
    const double limit = std::sqrt(6.0 / (25 * 32 + 25 * 64));
    CHECK(high <= limit);
    CHECK(high > 0.999 * limit);
    CHECK(variance == Approx(limit * limit / 3).epsilon(0.02));
}

TEST_CASE("VarianceScaling is what the others are cases of, and IdentityMatrix a gain on the diagonal", "[layers][initializers]")
{
    CHECK(drawn_kernel<VarianceScaling<2.0>, 9>(Seed{1}) == drawn_kernel<HeNormal, 9>(Seed{1}));
    CHECK(drawn_kernel<VarianceScaling<1.0, FanMode::fan_avg, Distribution::uniform>, 9>(Seed{1}) ==
          drawn_kernel<GlorotUniform, 9>(Seed{1}));
    const auto values = drawn_kernel<VarianceScaling<3.0, FanMode::fan_out, Distribution::untruncated_normal>, 99>(Seed{1});
    double square = 0;
    for (const float value : values) square += double(value) * double(value);
    const auto block = build<Dense<99>::on<9>>(Seed{1});
    INFO(values.size());
    CHECK(square / double(values.size()) > 0);

    const auto matrix = values_of(build<Dense<3, IdentityMatrix<0.5>>::on<2>>(Seed{1}).kernel);
    CHECK(matrix == std::vector<float>{0.5f, 0, 0, 0, 0.5f, 0});
}
