// Where tensors come from: random numbers, numbers in a row, xtensor; and how they get back to xtensor.
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/ops/random_tensors.hpp>
#include <lamina/ops/xtensor.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

using namespace lamina;
using Catch::Matchers::Contains;

namespace {

template <class T> std::vector<T> all_of(const AnyTensor& t) { return std::vector<T>(t.data<T>(), t.data<T>() + t.size()); }

} // namespace

TEST_CASE("random tensors are functions of their seed")
{
    const AnyTensor x = random_normal(Seed{7}, {50, 40}, 2, 3, dtype::float64);
    CHECK(reduce_mean(x).item() == Approx(2).margin(0.3));
    CHECK(reduce_std(x).item() == Approx(3).margin(0.2));
    CHECK(all_of<double>(x) == all_of<double>(random_normal(Seed{7}, {50, 40}, 2, 3, dtype::float64)));
    CHECK(all_of<double>(x) != all_of<double>(random_normal(Seed{8}, {50, 40}, 2, 3, dtype::float64)));
    CHECK(all_of<float>(random_normal(Seed{7}, {50, 40}, 2, 3)) == all_of<float>(cast<float>(x)));

    const AnyTensor u = random_uniform(Seed{1}, {5000}, -1, 3);
    CHECK(reduce_min(u).item() >= -1);
    CHECK(reduce_max(u).item() < 3);
    CHECK(reduce_mean(u).item() == Approx(1).margin(0.1));
    CHECK(reduce_max(random_uniform(Seed{1}, {200}, 1, std::nextafter(1.f, 2.f))).item() == 1);

    const AnyTensor i = random_indices(Seed{3}, {1000}, 4);
    CHECK((i.dtype() == dtype::int64 && reduce_min(i).item() == 0 && reduce_max(i).item() == 3));

    CHECK_THROWS_WITH(random_normal(Seed{}, {1}, 0, -1), Contains("deviation of -1"));
    CHECK_THROWS_WITH(random_normal(Seed{}, {1}, 0, 1, dtype::int32), Contains("int32"));
    CHECK_THROWS_WITH(random_uniform(Seed{}, {1}, 1, 0), Contains("the first bound is the smaller"));
    CHECK_THROWS_WITH(random_indices(Seed{}, {1}, 0), Contains("of 0 there is none"));
    CHECK_THROWS_WITH(random_uniform(Seed{}, {1u << 30, 1u << 30}), Contains("more than 2^40"));
}

TEST_CASE("numbers in a row, and the identity")
{
    CHECK(all_of<int>(arange(4)) == std::vector{0, 1, 2, 3});
    CHECK(all_of<int>(arange(5, -1, -2)) == std::vector{5, 3, 1});
    CHECK(all_of<double>(arange(0., 1., 0.25)) == std::vector{0., 0.25, 0.5, 0.75});
    CHECK(arange(3, 3).shape() == Shape{0});
    CHECK(arange(5, 3).size() == 0);
    CHECK(all_of<std::int64_t>(arange(std::int64_t{2})) == std::vector<std::int64_t>{0, 1});
    CHECK_THROWS_WITH(arange(0, 3, 0), Contains("no number of steps"));
    CHECK_THROWS_WITH(arange(0., double(INFINITY), 1.), Contains("no number of steps"));
    CHECK_THROWS_WITH(arange(0., double(NAN), 1.), Contains("no number of steps"));

    CHECK(all_of<double>(linspace(-1, 1, 5, dtype::float64)) == std::vector{-1., -0.5, 0., 0.5, 1.});
    CHECK(linspace(0, 0.3, 4, dtype::float64).item(3) == 0.3);
    CHECK(all_of<float>(linspace(2, 9, 1)) == std::vector{2.f});
    CHECK(linspace(0, 1, 0).size() == 0);
    CHECK(all_of<float>(eye(2)) == std::vector{1.f, 0.f, 0.f, 1.f});
    CHECK(all_of<float>(eye(2, 3)) == std::vector{1.f, 0.f, 0.f, 0.f, 1.f, 0.f});
    CHECK(eye(0).size() == 0);
}

TEST_CASE("expressions of xtensor become tensors")
{
    const xt::xtensor<double, 2> a{{1, 2, 3}, {4, 5, 6}};
    const AnyTensor x = constant(2.0 * a + 1.0);
    CHECK(x.shape() == Shape{2, 3});
    CHECK(all_of<double>(x) == std::vector{3., 5., 7., 9., 11., 13.});
    CHECK(all_of<double>(constant(xt::transpose(a))) == std::vector{1., 4., 2., 5., 3., 6.});
    const xt::xtensor<float, 2, xt::layout_type::column_major> columns{{1, 2}, {3, 4}};
    CHECK(all_of<float>(constant(columns)) == std::vector{1.f, 2.f, 3.f, 4.f});
    CHECK(all_of<float>(constant(xt::xtensor<float, 2, xt::layout_type::column_major>(columns))) ==
          std::vector{1.f, 2.f, 3.f, 4.f});
    CHECK(constant(xt::xtensor<int, 1>{1, 2}).dtype() == dtype::int32);
    CHECK(all_of<bool>(constant(a > 2.0)) == std::vector{false, false, true, true, true, true});
    CHECK(constant(xt::xarray<float>(3.f)).shape() == Shape{});
    CHECK(constant(xt::xtensor<float, 2>::from_shape({0, 3})).shape() == Shape{0, 3});
    CHECK_THROWS_WITH(constant(xt::xarray<float>::from_shape({1, 1, 1, 1, 1, 1, 1})), Contains("at most six"));
}

TEST_CASE("an array that is given away is not copied, and lives as long as its tensor")
{
    xt::xtensor<float, 2> a({3, 40}, 1.f);
    const float* const first = a.data();
    const AnyTensor x = constant(std::move(a));
    CHECK(x.data<float>() == first);
    xt::xarray<double> b = xt::ones<double>({100});
    const double* const start = b.data();
    AnyTensor y = constant(std::move(b));
    CHECK(y.data<double>() == start);
    const AnyTensor part = reshape(y, {10, 10});
    y = {};
    CHECK(reduce_sum(part).item() == 100);
}

TEST_CASE("a tensor is seen by xtensor without a copy, and held")
{
    const AnyTensor x = constant({{1., 2., 3.}, {4., 5., 6.}});
    const auto seen = view<double, 2>(x);
    CHECK(seen.data() == x.data<double>());
    CHECK((seen.shape()[0] == 2 && seen.shape()[1] == 3 && seen(1, 2) == 6));
    static_assert(std::is_const_v<std::remove_reference_t<decltype(seen(0, 0))>>);
    const auto held = view<double, 2>(square(x));
    const xt::xtensor<double, 1> sums = xt::sum(held, {1});
    CHECK((sums(0) == 14 && sums(1) == 77));
    CHECK_THROWS_WITH((view<float, 2>(x)), Contains("it was asked for as float32 with 2 axes"));
    CHECK_THROWS_WITH((view<double, 1>(x)), Contains("with 1 axes"));
}
