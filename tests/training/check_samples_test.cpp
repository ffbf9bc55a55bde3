// Data checked before training: where, what was found, what was needed.
#include "catch.hpp"

#include <lamina/training/check_samples.hpp>
#include <lamina/training/losses/binary_crossentropy.hpp>
#include <lamina/training/losses/categorical_crossentropy.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>

#include <cstdint>
#include <limits>

using namespace lamina;
using namespace lamina::internals;
using Catch::Contains;

namespace {

constexpr float no_number = std::numeric_limits<float>::quiet_NaN(), infinite = std::numeric_limits<float>::infinity();

const SparseCategoricalCrossentropy sparse;
const CategoricalCrossentropy dense;
const MeanSquaredError squares;

template <class L, class X, class Y> void require(const L& loss, const X& x, const Y& y, const Shape& input, const Shape& output)
{
    require_samples_of<float>(x, &input, "here");
    require_labels(loss, y, x.shape()[0], output, "here");
}

} // namespace

TEST_CASE("Good data passes", "[training][targets]")
{
    xt::xtensor<float, 2> x({3, 2}, std::numeric_limits<float>::max());
    CHECK_NOTHROW(require(sparse, x, xt::xtensor<int, 1>{0, 3, 1}, Shape{2}, Shape{4}));
    CHECK_NOTHROW(require(sparse, x, xt::xtensor<std::uint8_t, 2>{{0}, {3}, {1}}, Shape{2}, Shape{4}));
    CHECK_NOTHROW(require(sparse, x, xt::xtensor<std::int64_t, 2>{{0, 1}, {3, 3}, {1, 2}}, Shape{2}, Shape{2, 4}));
    CHECK_NOTHROW(require(squares, x, xt::xtensor<float, 1>{-5, 1e30f, 0}, Shape{2}, Shape{1}));
    CHECK_NOTHROW(require(squares, x, xt::xtensor<float, 2>({3, 8}, 0.f), Shape{2}, Shape{2, 4}));
    CHECK_NOTHROW(require(squares, x, xt::xtensor<float, 4>({3, 2, 1, 4}, 0.f), Shape{2}, Shape{2, 4}));
    CHECK_NOTHROW(require(dense, x, xt::xtensor<int, 2>{{0, 1}, {1, 0}, {1, 1}}, Shape{2}, Shape{2}));
    CHECK_NOTHROW(
        require(squares, xt::xtensor<std::uint8_t, 2>({3, 2}, 255), xt::xtensor<float, 1>{-5, 1, 0}, Shape{2}, Shape{1}));
}

TEST_CASE("Shapes that do not fit are named", "[training][targets]")
{
    const xt::xtensor<float, 2> x({3, 2}, 0.f);
    CHECK_THROWS_WITH(require(sparse, xt::xtensor<float, 2>({0, 2}), xt::xtensor<int, 1>::from_shape({0}), Shape{2}, Shape{4}),
                      Contains("here") && Contains("no samples") && Contains("at least one"));
    CHECK_THROWS_WITH(require(sparse, x, xt::xtensor<int, 1>{0, 1, 2}, Shape{5}, Shape{4}),
                      Contains("here") && Contains("[2]") && Contains("[5]"));
    CHECK_THROWS_WITH(require(sparse, x, xt::xtensor<int, 1>{0, 1}, Shape{2}, Shape{4}),
                      Contains("here") && Contains("3 samples and 2 labels"));
    CHECK_THROWS_WITH(require(sparse, x, xt::xtensor<int, 2>({3, 4}, 0), Shape{2}, Shape{4}),
                      Contains("[4]") && Contains("1 number a sample"));
    CHECK_THROWS_WITH(require(squares, x, xt::xtensor<float, 2>({3, 5}, 0.f), Shape{2}, Shape{4}),
                      Contains("[5]") && Contains("[4]") && Contains("mean_squared_error"));
    CHECK_THROWS_WITH(require(squares, x, xt::xtensor<float, 1>({3}, 0.f), Shape{2}, Shape{4}), Contains("4 numbers a sample"));
    CHECK_THROWS_WITH(require(squares, x, xt::xtensor<float, 3>({3, 4, 2}, 0.f), Shape{2}, Shape{2, 4}),
                      Contains("[4, 2]") && Contains("[2, 4]"));
    CHECK_THROWS_WITH(require(sparse, x, xt::xtensor<int, 3>({3, 3, 2}, 0), Shape{2}, Shape{2, 3, 5}),
                      Contains("[3, 2]") && Contains("[2, 3]"));
}

TEST_CASE("Labels that a loss cannot take are named with their place", "[training][targets]")
{
    const xt::xtensor<float, 2> x({3, 2}, 0.f);
    CHECK_THROWS_WITH(require(sparse, x, xt::xtensor<int, 1>{0, 4, 1}, Shape{2}, Shape{4}),
                      Contains("here: y[1] is 4") && Contains("a class in [0, 4)"));
    CHECK_THROWS_WITH(require(sparse, x, xt::xtensor<int, 1>{0, 1, -1}, Shape{2}, Shape{4}),
                      Contains("y[2] is -1") && Contains("[0, 4)"));
    CHECK_THROWS_WITH(require(sparse, x, xt::xtensor<std::int64_t, 2>{{0, 1}, {3, 4294967296}, {1, 2}}, Shape{2}, Shape{2, 4}),
                      Contains("y[1, 1] is 4294967296"));
    CHECK_THROWS_WITH(
        require(sparse, x, xt::xtensor<std::uint64_t, 1>{0, std::numeric_limits<std::uint64_t>::max(), 1}, Shape{2}, Shape{4}),
        Contains("y[1] is 18446744073709551615"));
    CHECK_THROWS_WITH(require(squares, x, xt::xtensor<float, 1>{0, no_number, 1}, Shape{2}, Shape{1}),
                      Contains("y[1] is nan") && Contains("finite"));
    CHECK_THROWS_WITH(
        require(squares, x, xt::xtensor<double, 1>{0, 1, -std::numeric_limits<double>::infinity()}, Shape{2}, Shape{1}),
        Contains("y[2") && Contains("-inf"));
    CHECK_THROWS_WITH(require(dense, x, xt::xtensor<float, 2>{{0, 1}, {1, 0}, {1.5f, 0}}, Shape{2}, Shape{2}),
                      Contains("y[2, 0]") && Contains("1.5") && Contains("[0, 1]"));
    CHECK_THROWS_WITH(require(BinaryCrossentropy{}, x, xt::xtensor<int, 1>{0, 1, 2}, Shape{2}, Shape{1}),
                      Contains("y[2] is 2") && Contains("[0, 1]"));
}

TEST_CASE("Numbers that are not finite are found wherever they stand", "[training][targets]")
{
    const xt::xtensor<float, 1> y({1000}, 0.f);
    for (const std::size_t at : {0u, 1u, 4095u, 4096u, 4097u, 8999u}) {
        xt::xtensor<float, 3> x({1000, 3, 3}, 0.f);
        x.data()[at] = at % 2 ? no_number : -infinite;
        const auto place = "x[" + std::to_string(at / 9) + ", " + std::to_string(at / 3 % 3) + ", " + std::to_string(at % 3) +
                           "] is " + (at % 2 ? "nan" : "-inf");
        CHECK_THROWS_WITH(require(squares, x, y, Shape{3, 3}, Shape{1}), Contains(place) && Contains("finite numbers"));
    }
    xt::xtensor<double, 2> wide({1000, 2}, 0.0);
    wide(999, 1) = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH(require(squares, wide, y, Shape{2}, Shape{1}), Contains("x[999, 1] is inf"));
    wide(999, 1) = 1e300; // not finite as a float
    CHECK_THROWS_WITH(require(squares, wide, y, Shape{2}, Shape{1}), Contains("x[999, 1] is 1e+300"));
    const Shape input{2};
    CHECK_NOTHROW(require_samples_of<double>(wide, &input, "here"));
}
