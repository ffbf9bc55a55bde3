// RESHAPE, SQUEEZE, EXPAND_DIMS, SHAPE, PACK, UNPACK, CONCATENATION, SPLIT and SPLIT_V.
#include "catch.hpp"

#include "../run_operator.hpp"

#include <lamina/lite/operators/concatenation.hpp>
#include <lamina/lite/operators/pack.hpp>
#include <lamina/lite/operators/reshape.hpp>
#include <lamina/lite/operators/shape_of.hpp>
#include <lamina/lite/operators/split.hpp>

#include <cstdint>
#include <limits>

using namespace lite_test;
using Catch::Matchers::Contains;

namespace {

/// The shape that RESHAPE gives 24 numbers, or the text of its refusal.
std::string reshaped(std::vector<std::int32_t> to)
{
    OneOperator op(reshape_rules, code::reshape);
    op.input(Extents{2, 3, 4}, counted<float>(24));
    op.input(Extents{to.size()}, to);
    op.output(dtype::float32);
    const std::string refusal = op.refusal();
    if (!refusal.empty()) return refusal;
    REQUIRE(op.result<float>() == counted<float>(24));
    return lamina::internals::text_of({op.shape()});
}

} // namespace

TEST_CASE("RESHAPE takes one open extent and refuses what does not fit")
{
    CHECK(reshaped({4, 6}) == "[4, 6]");
    CHECK(reshaped({-1}) == "[24]");
    CHECK(reshaped({2, -1, 2, 1}) == "[2, 6, 2, 1]");
    CHECK_THAT(reshaped({5, -1}),
               Contains("operator 7 (RESHAPE) of \"y\": 24 numbers of shape [2, 3, 4] do not fit into [5, -1]"));
    CHECK_THAT(reshaped({-1, -1}), Contains("two extents of -1"));
    CHECK_THAT(reshaped({0, -1}), Contains("do not fit"));
    CHECK_THAT(reshaped({}), Contains("do not fit"));
    CHECK_THAT(reshaped({-2, 12}), Contains("an extent of -2"));
    CHECK_THAT(reshaped({2147483647, 2147483647, 2147483647, 2147483647}), Contains("do not fit"));
    CHECK_THAT(reshaped({1, 1, 1, 1, 1, 1, 1, 1, 24}), Contains("9 axes"));
}

TEST_CASE("RESHAPE by its options, by a shape of the run, and of nothing")
{
    SECTION("options")
    {
        OneOperator op(reshape_rules, code::reshape);
        op.input(Extents{6}, counted<std::int8_t>(6));
        op.output(dtype::int8);
        op.options.new_shape = {-1, 2};
        op();
        CHECK(op.shape() == Extents{3, 2});
    }
    SECTION("a single number of an old file")
    {
        OneOperator op(reshape_rules, code::reshape);
        op.input(Extents{1}, counted<float>(1));
        op.output(dtype::float32);
        op.options.new_shape = {0};
        op();
        CHECK(op.shape().rank == 0);
    }
    SECTION("known while it runs")
    {
        OneOperator op(reshape_rules, code::reshape);
        op.input(Extents{2, 3}, counted<float>(6));
        op.input(Extents{2}, std::vector<std::int64_t>{3, -1}, false);
        Value& y = op.output(dtype::float32);
        op.said_of(y).signature = {-1, 2};
        op.infer();
        CHECK(y.varies);
        CHECK(op.shape() == Extents{3, 2});
        op.prepare();
        op.run();
        CHECK(op.shape() == Extents{3, 2});
    }
    SECTION("known while it runs, and the file says nothing")
    {
        OneOperator op(reshape_rules, code::reshape);
        op.input(Extents{2, 3}, counted<float>(6));
        op.input(Extents{2}, std::vector<std::int32_t>{1, 5}, false);
        op.output(dtype::float32);
        op.infer();
        CHECK(op.shape().size() == 6);
        op.prepare();
        CHECK_THROWS_WITH(op.run(), Contains("do not fit into [1, 5]"));
    }
    SECTION("nothing")
    {
        OneOperator op(reshape_rules, code::reshape);
        op.input(Extents{0, 3}, std::vector<float>{});
        op.input(Extents{2}, std::vector<std::int32_t>{3, -1});
        op.output(dtype::float32);
        op();
        CHECK(op.shape() == Extents{3, 0});
    }
    SECTION("another type")
    {
        OneOperator op(reshape_rules, code::reshape);
        op.input(Extents{2}, counted<float>(2));
        op.input(Extents{1}, std::vector<std::int32_t>{2});
        op.output(dtype::int64);
        CHECK_THAT(op.refusal(), Contains("numbers of float32 would become int64"));
    }
}

TEST_CASE("SQUEEZE and EXPAND_DIMS")
{
    const auto squeezed = [](std::vector<std::int32_t> axes) {
        OneOperator op(reshape_rules, code::squeeze);
        op.input(Extents{1, 3, 1, 2}, counted<float>(6));
        op.output(dtype::float32);
        op.options.squeeze_dims = axes;
        const std::string refusal = op.refusal();
        return refusal.empty() ? lamina::internals::text_of({op.shape()}) : refusal;
    };
    CHECK(squeezed({}) == "[3, 2]");
    CHECK(squeezed({-2}) == "[1, 3, 2]");
    CHECK(squeezed({0, 0}) == "[3, 1, 2]");
    CHECK_THAT(squeezed({1}), Contains("axis 1 of [1, 3, 1, 2] cannot be left out"));
    CHECK_THAT(squeezed({4}), Contains("axis 4 of a tensor of 4 axes"));
    CHECK_THAT(squeezed({std::numeric_limits<std::int32_t>::min()}), Contains("axis -2147483648"));

    const auto expanded = [](std::int32_t axis, std::size_t rank = 2) {
        OneOperator op(reshape_rules, code::expand_dims);
        Extents shape;
        for (std::size_t i = 0; i < rank; ++i) shape.push_back(i == 0 ? 3 : 1);
        op.input(shape, counted<std::int16_t>(3));
        op.input(Extents{}, std::vector<std::int32_t>{axis});
        op.output(dtype::int16);
        const std::string refusal = op.refusal();
        return refusal.empty() ? lamina::internals::text_of({op.shape()}) : refusal;
    };
    CHECK(expanded(0) == "[1, 3, 1]");
    CHECK(expanded(1) == "[3, 1, 1]");
    CHECK(expanded(-1) == "[3, 1, 1]");
    CHECK_THAT(expanded(3), Contains("axis 3 of a tensor of 3 axes"));
    CHECK_THAT(expanded(0, 8), Contains("more than 8 axes"));

    OneOperator op(reshape_rules, code::expand_dims);
    op.input(Extents{2}, counted<float>(2));
    op.input(Extents{}, std::vector<std::int32_t>{0}, false);
    op.output(dtype::float32);
    CHECK_THAT(op.refusal(), Contains("the axis has to be known before anything runs"));
}

TEST_CASE("SHAPE gives int32 or int64")
{
    OneOperator op(shape_of_rules, code::shape);
    op.input(Extents{2, 0, 5}, std::vector<float>{});
    SECTION("int32")
    {
        op.output(dtype::int32);
        op();
        CHECK(op.result<std::int32_t>() == std::vector<std::int32_t>{2, 0, 5});
    }
    SECTION("int64")
    {
        op.output(dtype::int64);
        op();
        CHECK(op.result<std::int64_t>() == std::vector<std::int64_t>{2, 0, 5});
    }
    SECTION("no other type")
    {
        op.output(dtype::float32);
        CHECK_THAT(op.refusal(), Contains("extents as float32"));
    }
}

TEST_CASE("PACK and UNPACK put tensors along a new axis and take them apart")
{
    const std::size_t count = 3, rows = 2, columns = 5;
    for (const std::int32_t axis : {0, 1, 2, -1, -3}) {
        OneOperator pack(pack_rules, code::pack);
        for (std::size_t k = 0; k < count; ++k) {
            std::vector<float> x(rows * columns);
            for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(100 * k + i);
            pack.input(Extents{rows, columns}, x);
        }
        pack.options.axis = axis;
        pack.output(dtype::float32);
        pack();
        const auto y = pack.result<float>();
        const std::size_t at = static_cast<std::size_t>(axis < 0 ? axis + 3 : axis);
        bool equal = true;
        for (std::size_t k = 0; k < count; ++k)
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t c = 0; c < columns; ++c) {
                    const std::size_t place = at == 0   ? (k * rows + r) * columns + c
                                              : at == 1 ? (r * count + k) * columns + c
                                                        : (r * columns + c) * count + k;
                    equal = equal && y[place] == static_cast<float>(100 * k + r * columns + c);
                }
        CHECK(equal);

        OneOperator unpack(pack_rules, code::unpack);
        unpack.input(pack.shape(), y);
        unpack.options.axis = axis;
        for (std::size_t k = 0; k < count; ++k) unpack.output(dtype::float32);
        unpack();
        for (std::size_t k = 0; k < count; ++k) {
            CHECK(unpack.shape(k) == Extents{rows, columns});
            CHECK(unpack.result<float>(k).back() == static_cast<float>(100 * k + 9));
            CHECK(unpack.result<float>(k).front() == static_cast<float>(100 * k));
        }
    }
}

TEST_CASE("PACK and UNPACK refuse")
{
    OneOperator pack(pack_rules, code::pack);
    pack.input(Extents{2}, counted<float>(2));
    pack.input(Extents{3}, counted<float>(3));
    pack.output(dtype::float32);
    CHECK_THAT(pack.refusal(), Contains("input 1 of shape [3] beside [2]"));

    OneOperator types(pack_rules, code::pack);
    types.input(Extents{2}, counted<float>(2));
    types.input(Extents{2}, counted<std::int8_t>(2));
    types.output(dtype::float32);
    CHECK_THAT(types.refusal(), Contains("numbers of int8 would become float32"));

    OneOperator axis(pack_rules, code::pack);
    axis.input(Extents{2}, counted<float>(2));
    axis.options.axis = -3;
    axis.output(dtype::float32);
    CHECK_THAT(axis.refusal(), Contains("axis -3"));

    OneOperator unpack(pack_rules, code::unpack);
    unpack.input(Extents{3, 2}, counted<float>(6));
    unpack.output(dtype::float32);
    unpack.output(dtype::float32);
    CHECK_THAT(unpack.refusal(), Contains("2 outputs of axis 0 of [3, 2]"));
}

TEST_CASE("CONCATENATION along each axis")
{
    for (const std::int32_t axis : {0, 1, 2, -1}) {
        const std::size_t at = static_cast<std::size_t>(axis < 0 ? axis + 3 : axis), lengths[] = {3, 0, 1, 4};
        OneOperator op(concatenation_rules, code::concatenation);
        std::size_t whole = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            Extents shape{2, 3, 5};
            shape[at] = lengths[k];
            std::vector<std::uint8_t> x(shape.size());
            for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::uint8_t>(50 * k + i % 50);
            op.input(shape, x);
            whole += lengths[k];
        }
        op.options.axis = axis;
        op.output(dtype::uint8);
        op();
        Extents expected{2, 3, 5};
        expected[at] = whole;
        REQUIRE(op.shape() == expected);
        const auto y = op.result<std::uint8_t>();
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < expected[0]; ++i)
            for (std::size_t j = 0; j < expected[1]; ++j)
                for (std::size_t k = 0; k < expected[2]; ++k) {
                    std::size_t place[] = {i, j, k}, of = 0;
                    while (place[at] >= lengths[of]) place[at] -= lengths[of++];
                    Extents shape{2, 3, 5};
                    shape[at] = lengths[of];
                    const std::size_t from = (place[0] * shape[1] + place[1]) * shape[2] + place[2];
                    wrong += y[(i * expected[1] + j) * expected[2] + k] != static_cast<std::uint8_t>(50 * of + from % 50);
                }
        CHECK(wrong == 0);
    }
}

TEST_CASE("CONCATENATION refuses other shapes, scales and a fused activation")
{
    OneOperator op(concatenation_rules, code::concatenation);
    Value& x = op.input(Extents{1, 2}, counted<std::int8_t>(2));
    op.input(Extents{1, 3}, counted<std::int8_t>(3));
    Value& y = op.output(dtype::int8);
    SECTION("shapes") { CHECK_THAT(op.refusal(), Contains("input 1 of shape [1, 3] beside [1, 2] along axis 0")); }
    SECTION("scales")
    {
        op.options.axis = 1;
        x.scale = 0.5f;
        y.scale = 0.25f;
        CHECK_THAT(op.refusal(), Contains("scale 0.5 and zero point 0, the output 0.25"));
    }
    SECTION("an activation")
    {
        op.options.axis = 1;
        op.options.activation = fused::relu;
        CHECK_THAT(op.refusal(), Contains("fused activation"));
    }
    SECTION("an axis")
    {
        op.options.axis = -9;
        CHECK_THAT(op.refusal(), Contains("axis -9"));
    }
}

TEST_CASE("SPLIT and SPLIT_V")
{
    OneOperator equal(split_rules, code::split);
    equal.input(Extents{}, std::vector<std::int32_t>{-1});
    equal.input(Extents{2, 6}, counted<float>(12));
    for (int i = 0; i < 3; ++i) equal.output(dtype::float32);
    equal();
    CHECK(equal.shape(2) == Extents{2, 2});
    CHECK(equal.result<float>(0) == std::vector<float>{0, 1, 6, 7});
    CHECK(equal.result<float>(2) == std::vector<float>{4, 5, 10, 11});

    const auto lengths = [](std::vector<std::int64_t> of, std::vector<std::vector<std::int16_t>>* results = nullptr) {
        OneOperator op(split_rules, code::split_v);
        op.input(Extents{5, 2}, counted<std::int16_t>(10));
        op.input(Extents{of.size()}, of);
        op.input(Extents{1}, std::vector<std::int32_t>{0});
        for (int i = 0; i < 3; ++i) op.output(dtype::int16);
        const std::string refusal = op.refusal();
        for (std::size_t i = 0; results && i < 3; ++i) results->push_back(op.result<std::int16_t>(i));
        return refusal;
    };
    std::vector<std::vector<std::int16_t>> parts;
    CHECK(lengths({1, -1, 0}, &parts).empty());
    CHECK(parts == std::vector<std::vector<std::int16_t>>{{0, 1}, {2, 3, 4, 5, 6, 7, 8, 9}, {}});
    CHECK_THAT(lengths({1, 1, 1}), Contains("2 of axis 0 of [5, 2] are in no piece"));
    CHECK_THAT(lengths({4, 4, 0}), Contains("a piece of length 4 where 1 of axis 0"));
    CHECK_THAT(lengths({-1, -1, 1}), Contains("length -1"));
    CHECK_THAT(lengths({std::numeric_limits<std::int64_t>::min(), 5, 0}), Contains("a piece of length -9223372036854775808"));
    CHECK_THAT(lengths({5, 0}), Contains("2 lengths of 3 pieces"));

    OneOperator uneven(split_rules, code::split);
    uneven.input(Extents{}, std::vector<std::int32_t>{0});
    uneven.input(Extents{5}, counted<float>(5));
    uneven.output(dtype::float32);
    uneven.output(dtype::float32);
    CHECK_THAT(uneven.refusal(), Contains("axis 0 of [5] in 2 equal pieces"));
}
