// Result: what blocks give in a model's operator() are numbers, and so are their sums, also when the function has returned.
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/predict.hpp>

#include "catch.hpp"

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Residual {
    Dense<6, Tanh>::on<6> first, second;

    auto operator()(const auto& x) const
    {
        auto h = first(x);
        return h + second(h); // refers to no local
    }
};

struct Outer {
    Residual body;
    Dense<3>::on<6> head;

    auto operator()(const auto& x) const { return head(body(x)); }
};

} // namespace

TEST_CASE("A sum of two results is computed at once", "[models][result]")
{
    const auto model = build<Outer>(Seed{3});
    const std::array<float, 6> sample{1, -2, 3, 0.5f, 0, 4};
    xt::xtensor<float, 2> batch = xt::xtensor<float, 2>::from_shape({2, 6});
    for (std::size_t row = 0; row < 2; ++row) std::copy(sample.begin(), sample.end(), batch.data() + row * 6);

    const auto one = model(sample);
    const auto two = model(batch);
    const auto planned = predict(model, batch);
    static_assert(is_result<std::remove_const_t<decltype(one)>> && is_result<std::remove_const_t<decltype(two)>>);

    REQUIRE(two.shape() == planned.shape());
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(one(i) == Approx(planned(0, i)).margin(1e-6));
        CHECK(two(1, i) == Approx(planned(1, i)).margin(1e-6));
    }
}

TEST_CASE("A result is an xtensor", "[models][result]")
{
    const auto dense = build<Dense<2, Ones>::on<2>>(Seed{1});
    const FixedTensor<float, Shape{2}> plain = dense(std::array{1.f, 2.f});
    CHECK(plain(0) == 3);
    const auto a = dense(std::array{1.f, 2.f});
    CHECK((a + dense(std::array{1.f, 1.f}))(1) == 5);
}
