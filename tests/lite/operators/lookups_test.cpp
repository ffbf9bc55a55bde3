// GATHER, SELECT_V2, CAST, ARG_MAX, SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND.
#include "catch.hpp"

#include "../run_operator.hpp"

#include <lamina/lite/operators/arg_max.hpp>
#include <lamina/lite/operators/cast.hpp>
#include <lamina/lite/operators/gather.hpp>
#include <lamina/lite/operators/select.hpp>
#include <lamina/lite/operators/space.hpp>

#include <cstdint>
#include <limits>

using namespace lite_test;
using Catch::Matchers::Contains;

namespace {
using Ints = std::vector<std::int32_t>;
}

TEST_CASE("GATHER against loops")
{
    const Extents shape{2, 3, 4, 5};
    const auto x = counted<float>(120);
    const Ints at{1, 0, 2, 2, 1, 0};
    for (const std::int32_t axis : {1, -3}) {
        OneOperator op(gather_rules, code::gather);
        op.input(shape, x);
        op.input(Extents{2, 3}, at, false);
        op.output(dtype::float32);
        op.options.axis = axis;
        op();
        REQUIRE(op.shape() == Extents{2, 2, 3, 4, 5});
        std::size_t wrong = 0;
        for (std::size_t a = 0; a < 2; ++a)
            for (std::size_t i = 0; i < 6; ++i)
                for (std::size_t r = 0; r < 20; ++r)
                    wrong += op.result<float>()[(a * 6 + i) * 20 + r] != x[(a * 3 + static_cast<std::size_t>(at[i])) * 20 + r];
        CHECK(wrong == 0);
    }
    OneOperator op(gather_rules, code::gather); // each sample has indices of its own
    op.input(shape, x);
    op.input(Extents{2, 3}, std::vector<std::int64_t>{3, 0, 1, 2, 2, 0});
    op.output(dtype::float32);
    op.options.axis = 2;
    op.options.batch_dims = 1;
    op();
    REQUIRE(op.shape() == Extents{2, 3, 3, 5});
    const std::size_t of[] = {3, 0, 1, 2, 2, 0};
    std::size_t wrong = 0;
    for (std::size_t b = 0; b < 2; ++b)
        for (std::size_t o = 0; o < 3; ++o)
            for (std::size_t i = 0; i < 3; ++i)
                for (std::size_t r = 0; r < 5; ++r)
                    wrong += op.result<float>()[((b * 3 + o) * 3 + i) * 5 + r] != x[((b * 3 + o) * 4 + of[b * 3 + i]) * 5 + r];
    CHECK(wrong == 0);
}

TEST_CASE("GATHER refuses an index outside when it runs")
{
    OneOperator op(gather_rules, code::gather);
    op.input(Extents{3, 2}, counted<float>(6));
    Value& index = op.input(Extents{}, Ints{2}, false);
    op.output(dtype::float32);
    op();
    CHECK(op.result<float>() == std::vector<float>{4, 5});
    for (const std::int32_t bad : {3, -1, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()}) {
        *index.numbers<std::int32_t>() = bad;
        CHECK_THROWS_WITH(op.run(), Contains("operator 7 (GATHER)") && Contains("of axis 0, which has 3") &&
                                        Contains("index " + std::to_string(bad)));
    }
    const auto refusal = [](std::int32_t axis, std::int32_t batch) {
        OneOperator other(gather_rules, code::gather);
        other.input(Extents{3, 2}, counted<float>(6));
        other.input(Extents{2}, Ints{0, 0});
        other.output(dtype::float32);
        other.options.axis = axis;
        other.options.batch_dims = batch;
        return other.refusal();
    };
    CHECK_THAT(refusal(2, 0), Contains("axis 2 of a tensor of 2 axes"));
    CHECK_THAT(refusal(1, 1), Contains("1 common axes of [3, 2], of which axis 1 is looked up, and indices of [2]"));
    CHECK_THAT(refusal(0, 1), Contains("1 common axes"));
    CHECK_THAT(refusal(1, 5), Contains("5 common axes"));
    CHECK_THAT(refusal(1, -5), Contains("-5 common axes"));

    OneOperator floats(gather_rules, code::gather);
    floats.input(Extents{3}, counted<float>(3));
    floats.input(Extents{1}, std::vector<float>{0});
    floats.output(dtype::float32);
    CHECK_THAT(floats.refusal(), Contains("indices of float32"));
}

TEST_CASE("SELECT_V2 broadcasts its three inputs")
{
    const auto check = [](const Extents& c, const Extents& a, const Extents& b, const Extents& y, auto number) {
        using T = decltype(number);
        std::vector<std::uint8_t> condition(c.size());
        for (std::size_t i = 0; i < condition.size(); ++i) condition[i] = static_cast<std::uint8_t>(i % 3 == 1 ? 0 : i + 1);
        const auto yes = counted<T>(a.size());
        auto no = counted<T>(b.size());
        for (T& n : no) n = static_cast<T>(100 - n);
        OneOperator op(select_rules, code::select_v2);
        op.input_of_bools(c, condition);
        op.input(a, yes);
        op.input(b, no);
        op.output(lamina::stored_types::dtype_of<T>);
        op();
        if (!(op.shape() == y)) return false;
        const auto result = op.result<T>();
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            const auto place = [&](const Extents& own) {
                std::size_t rest = i, at = 0, step = 1;
                for (std::size_t back = 0; back < own.rank; ++back) {
                    const std::size_t extent = y[y.rank - 1 - back], here = own[own.rank - 1 - back];
                    if (here != 1) at += rest % extent * step;
                    step *= here;
                    rest /= extent;
                }
                return at;
            };
            wrong += result[i] != (condition[place(c)] ? yes[place(a)] : no[place(b)]);
        }
        return wrong == 0;
    };
    CHECK(check({3, 5}, {3, 5}, {3, 5}, {3, 5}, float{}));
    CHECK(check({3, 1}, {5}, {}, {3, 5}, float{}));
    CHECK(check({1}, {2, 3, 4}, {3, 1}, {2, 3, 4}, std::int8_t{}));
    CHECK(check({2, 1, 4}, {3, 1}, {2, 3, 1}, {2, 3, 4}, std::int64_t{}));
    CHECK(check({}, {}, {}, {}, std::int16_t{}));
    CHECK(check({0, 1}, {0, 3}, {3}, {0, 3}, float{}));

    OneOperator op(select_rules, code::select_v2);
    op.input_of_bools({2}, {0, 1});
    op.input(Extents{3}, counted<float>(3));
    op.input(Extents{}, counted<float>(1));
    op.output(dtype::float32);
    CHECK_THAT(op.refusal(), Contains("tensors of [2], [3] and [] do not broadcast"));
    OneOperator numbers(select_rules, code::select_v2);
    numbers.input(Extents{2}, counted<float>(2));
    numbers.input(Extents{2}, counted<float>(2));
    numbers.input(Extents{2}, counted<float>(2));
    numbers.output(dtype::float32);
    CHECK_THAT(numbers.refusal(), Contains("a condition of float32"));
}

namespace {

template <class To, class From> std::vector<To> cast(const std::vector<From>& x, dtype to = lamina::stored_types::dtype_of<To>)
{
    OneOperator op(cast_rules, code::cast);
    op.input(Extents{x.size()}, x);
    op.output(to);
    op();
    return op.result<To>();
}

} // namespace

TEST_CASE("CAST keeps what fits, and has a rule for what does not")
{
    constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    const std::vector<float> reals{0, 1.9f, -1.9f, 127.5f, 300, -300, 3e9f, -3e9f, 1e30f, -1e30f, infinity, -infinity, nan};
    CHECK(cast<std::int8_t>(reals) == std::vector<std::int8_t>{0, 1, -1, 127, 127, -128, 127, -128, 127, -128, 127, -128, 0});
    CHECK(cast<std::uint8_t>(reals) == std::vector<std::uint8_t>{0, 1, 0, 127, 255, 0, 255, 0, 255, 0, 255, 0, 0});
    constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min(), most = std::numeric_limits<std::int32_t>::max();
    CHECK(cast<std::int32_t>(reals) == Ints{0, 1, -1, 127, 300, -300, most, least, most, least, most, least, 0});
    constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min(), highest = std::numeric_limits<std::int64_t>::max();
    CHECK(cast<std::int64_t>(reals) ==
          std::vector<std::int64_t>{0, 1, -1, 127, 300, -300, 3000000000, -3000000000, highest, lowest, highest, lowest, 0});
    CHECK(cast<std::uint8_t>(std::vector<float>{0, 0.5f, -2}, dtype::boolean) == std::vector<std::uint8_t>{0, 1, 1});

    const Ints whole{0, 1, -1, 128, 257, -129, 16777217};
    CHECK(cast<std::int8_t>(whole) == std::vector<std::int8_t>{0, 1, -1, -128, 1, 127, 1});
    CHECK(cast<float>(whole) == std::vector<float>{0, 1, -1, 128, 257, -129, 16777216});
    CHECK(cast<std::int64_t>(whole) == std::vector<std::int64_t>{0, 1, -1, 128, 257, -129, 16777217});
    CHECK(cast<std::uint8_t>(whole, dtype::boolean) == std::vector<std::uint8_t>{0, 1, 1, 1, 1, 1, 1});
    CHECK(cast<float>(std::vector<std::uint8_t>{0, 200}) == std::vector<float>{0, 200});
    CHECK(cast<float>(counted<std::int16_t>(1000)) == counted<float>(1000));

    OneOperator op(cast_rules, code::cast);
    op.input_of_bools({3}, {0, 1, 7});
    op.output(dtype::float32);
    op();
    CHECK(op.result<float>() == std::vector<float>{0, 1, 1});

    OneOperator halves(cast_rules, code::cast);
    halves.input(Extents{1}, std::vector<float>{1});
    halves.output(dtype::bfloat16);
    CHECK_THAT(halves.refusal(), Contains("numbers of bfloat16 are not cast"));
}

TEST_CASE("ARG_MAX gives the first of the largest")
{
    const std::vector<float> x{1, 5, 5, -2, 9, 0, 3, 3, 3, 8, 8, 9};
    const auto largest = [&](std::int32_t axis) {
        OneOperator op(arg_max_rules, code::arg_max);
        op.input(Extents{2, 3, 2}, x);
        op.input(Extents{}, Ints{axis});
        op.output(dtype::int64);
        op();
        return op.result<std::int64_t>();
    };
    CHECK(largest(1) == std::vector<std::int64_t>{2, 0, 2, 2});
    CHECK(largest(-1) == std::vector<std::int64_t>{1, 0, 0, 0, 1, 1});
    CHECK(largest(0) == std::vector<std::int64_t>{1, 0, 0, 1, 0, 1});

    OneOperator op(arg_max_rules, code::arg_max);
    op.input(Extents{2, 0}, std::vector<float>{});
    op.input(Extents{}, Ints{1});
    op.output(dtype::int32);
    CHECK_THAT(op.refusal(), Contains("the largest of axis 1 of [2, 0], which has none"));
}

namespace {

/// To batches and back; what is cut again is what was padded.
void there_and_back(const Extents& shape, Ints block, Ints paddings)
{
    const auto x = counted<std::int8_t>(shape.size());
    OneOperator apart(space_rules, code::space_to_batch_nd);
    Value& in = apart.input(shape, x);
    apart.input(Extents{block.size()}, block);
    apart.input(Extents{block.size(), 2}, paddings);
    Value& out = apart.output(dtype::int8);
    in.scale = out.scale = 1;
    in.zero = out.zero = -5;
    apart();
    const auto y = apart.result<std::int8_t>();
    const Extents little = apart.shape();
    const std::size_t rest = shape.product(1 + block.size(), shape.rank), batch = shape[0];
    std::size_t wrong = 0, across[2]{1, 1}, blocks[2]{1, 1}, from[2]{0, 0}, large[2]{1, 1};
    for (std::size_t i = 0; i < block.size(); ++i) {
        across[i] = little[i + 1];
        blocks[i] = static_cast<std::size_t>(block[i]);
        from[i] = static_cast<std::size_t>(paddings[2 * i]);
        large[i] = shape[i + 1];
    }
    for (std::size_t b = 0; b < little[0]; ++b)
        for (std::size_t i = 0; i < across[0]; ++i)
            for (std::size_t j = 0; j < across[1]; ++j)
                for (std::size_t c = 0; c < rest; ++c) {
                    const std::size_t image = b / batch;
                    const std::size_t h = i * blocks[0] + image / blocks[1] - from[0],
                                      w = j * blocks[1] + image % blocks[1] - from[1];
                    const bool inside = h < large[0] && w < large[1]; // below zero they are huge
                    const std::int8_t expected =
                        inside ? x[((b % batch * large[0] + h) * large[1] + w) * rest + c] : std::int8_t{-5};
                    wrong += y[((b * across[0] + i) * across[1] + j) * rest + c] != expected;
                }
    CHECK(wrong == 0);

    OneOperator back(space_rules, code::batch_to_space_nd);
    back.input(little, y);
    back.input(Extents{block.size()}, block);
    back.input(Extents{block.size(), 2}, paddings);
    back.output(dtype::int8);
    back();
    CHECK(back.shape() == shape);
    CHECK(back.result<std::int8_t>() == x);
}

std::string refused(code which, const Extents& shape, Ints block, Ints paddings)
{
    OneOperator op(space_rules, which);
    op.input(shape, counted<float>(shape.size()));
    op.input(Extents{block.size()}, block);
    op.input(Extents{paddings.size() / 2, 2}, paddings);
    op.output(dtype::float32);
    return op.refusal();
}

} // namespace

TEST_CASE("SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND")
{
    there_and_back({2, 4, 6, 3}, {2, 3}, {0, 0, 0, 0});
    there_and_back({1, 5, 7, 2}, {2, 2}, {2, 3, 3, 2});
    there_and_back({3, 5, 2}, {3}, {3, 1});
    there_and_back({1, 3, 3}, {1, 1}, {0, 0, 0, 0});
    there_and_back({1, 2, 2, 1}, {5, 4}, {4, 4, 1, 1});

    const code apart = code::space_to_batch_nd, back = code::batch_to_space_nd;
    CHECK_THAT(refused(apart, {1, 5, 4, 1}, {2, 2}, {0, 0, 0, 0}), Contains("axis 1 of 5 with its padding in blocks of 2"));
    CHECK_THAT(refused(apart, {1, 4, 4, 1}, {0, 2}, {0, 0, 0, 0}), Contains("a block of 0"));
    CHECK_THAT(refused(apart, {1, 4, 4, 1}, {-2, 2}, {0, 0, 0, 0}), Contains("an extent of -2"));
    CHECK_THAT(refused(apart, {1, 4, 4, 1}, {2, 2}, {-2, 0, 0, 0}), Contains("an extent of -2"));
    CHECK_THAT(refused(apart, {1, 4, 4, 1}, {2, 2}, {0, 0}), Contains("2 paddings"));
    CHECK_THAT(refused(apart, {4}, {2}, {0, 0}), Contains("blocks of 1 axes"));
    CHECK_THAT(refused(apart, {1, 4, 4}, {2147483647, 2147483647}, {0, 0, 0, 0}), Contains("more than 2^32"));
    CHECK_THAT(refused(back, {6, 4, 4, 1}, {2, 2}, {0, 0, 0, 0}), Contains("6 images do not make images of 4 each"));
    CHECK_THAT(refused(back, {4, 2, 2, 1}, {2, 2}, {3, 2, 0, 0}), Contains("3 and 2 cut from axis 1 of 4"));
}
