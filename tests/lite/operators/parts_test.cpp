// SLICE, STRIDED_SLICE, TRANSPOSE, REVERSE_V2, TILE, BROADCAST_TO, FILL, PAD, PADV2, MIRROR_PAD: against loops over all places.
#include "catch.hpp"

#include "../run_operator.hpp"

#include <lamina/lite/operators/pad.hpp>
#include <lamina/lite/operators/slice.hpp>
#include <lamina/lite/operators/strided_slice.hpp>
#include <lamina/lite/operators/tile.hpp>
#include <lamina/lite/operators/transpose.hpp>

#include <cstdint>
#include <limits>

using namespace lite_test;
using Catch::Matchers::Contains;

namespace {

using Ints = std::vector<std::int32_t>;

std::size_t place_of(const Extents& shape, const Extents& at)
{
    std::size_t place = 0;
    for (std::size_t axis = 0; axis < shape.rank; ++axis) place = place * shape[axis] + at[axis];
    return place;
}
/// f(at) for each place of a shape, in order.
template <class F> void each_place(const Extents& shape, const F& f)
{
    for (std::size_t i = 0; i < shape.size(); ++i) {
        Extents at = shape;
        std::size_t rest = i;
        for (std::size_t axis = shape.rank; axis-- > 0; rest /= shape[axis]) at[axis] = rest % shape[axis];
        f(at);
    }
}
/// Whether number `at` of y is number `from(at)` of x.
template <class T, class From>
bool comes_from(const Extents& y_shape, const std::vector<T>& y, const std::vector<T>& x, const From& from)
{
    bool equal = y.size() == y_shape.size();
    each_place(y_shape, [&](const Extents& at) { equal = equal && y[place_of(y_shape, at)] == x[from(at)]; });
    return equal;
}
std::string text(const Extents& shape) { return lamina::internals::text_of({shape}); }

std::string sliced(const Extents& shape, Ints begin, Ints size, bool known = true)
{
    OneOperator op(slice_rules, code::slice);
    const auto x = counted<float>(shape.size());
    op.input(shape, x);
    op.input(Extents{begin.size()}, begin, known);
    op.input(Extents{size.size()}, size, known);
    op.output(dtype::float32);
    const std::string refusal = op.refusal();
    if (!refusal.empty()) return refusal;
    CHECK(comes_from(op.shape(), op.result<float>(), x, [&](Extents at) {
        for (std::size_t axis = 0; axis < at.rank; ++axis) at[axis] += static_cast<std::size_t>(begin[axis]);
        return place_of(shape, at);
    }));
    return text(op.shape());
}

} // namespace

TEST_CASE("SLICE takes a part, whose place and size may be computed while it runs")
{
    for (const bool known : {true, false}) {
        CHECK(sliced({3, 4, 5}, {1, 0, 2}, {2, -1, 3}, known) == "[2, 4, 3]");
        CHECK(sliced({3, 4, 5}, {0, 0, 0}, {-1, -1, -1}, known) == "[3, 4, 5]");
        CHECK(sliced({3, 4}, {3, 1}, {-1, 3}, known) == "[0, 3]");
        CHECK(sliced({7}, {6}, {1}, known) == "[1]");
        CHECK(sliced({}, {}, {}, known) == "[]");
        CHECK_THAT(sliced({3, 4}, {2, 0}, {2, 4}, known), Contains("2 from position 2 on of axis 0 of [3, 4]"));
        CHECK_THAT(sliced({3, 4}, {-1, 0}, {1, 4}, known), Contains("from position -1 on"));
        CHECK_THAT(sliced({3, 4}, {4, 0}, {-1, 4}, known), Contains("from position 4 on"));
        CHECK_THAT(sliced({3, 4}, {0, 0}, {-2, 4}, known), Contains("size -2 of axis 0"));
        CHECK_THAT(sliced({3, 4}, {0, 0}, {std::numeric_limits<int>::max(), 4}, known), Contains("size 2147483647"));
        CHECK_THAT(sliced({3, 4}, {0}, {1}, known), Contains("1 positions or sizes of a tensor of shape [3, 4]"));
    }
    OneOperator op(slice_rules, code::slice); // a size that is known, at a place that is not: nothing varies
    op.input(Extents{4}, counted<float>(4));
    Value& begin = op.input(Extents{1}, std::vector<std::int64_t>{1}, false);
    op.input(Extents{1}, Ints{2});
    op.output(dtype::float32);
    op.infer();
    CHECK_FALSE(op.step.y().varies);
    op.prepare();
    op.run();
    CHECK(op.result<float>() == std::vector<float>{1, 2});
    *begin.numbers<std::int64_t>() = 3;
    CHECK_THROWS_WITH(op.run(), Contains("2 from position 3 on of axis 0 of [4]"));
    *begin.numbers<std::int64_t>() = std::numeric_limits<std::int64_t>::max();
    CHECK_THROWS_WITH(op.run(), Contains("from position 9223372036854775807"));
}

namespace {

struct Masks {
    int begin = 0, end = 0, ellipsis = 0, new_axis = 0, shrink = 0;
};
/// The shape of the part, and its numbers behind a colon.
std::string strided(const Extents& shape, std::vector<std::int64_t> begin, std::vector<std::int64_t> end,
                    std::vector<std::int64_t> stride, Masks masks = {}, bool known = true, bool offset = false)
{
    OneOperator op(strided_slice_rules, code::strided_slice);
    op.input(shape, counted<std::int16_t>(shape.size()));
    op.input(Extents{begin.size()}, begin, known);
    op.input(Extents{end.size()}, end, known);
    op.input(Extents{stride.size()}, stride, known);
    op.output(dtype::int16);
    op.options.begin_mask = masks.begin;
    op.options.end_mask = masks.end;
    op.options.ellipsis_mask = masks.ellipsis;
    op.options.new_axis_mask = masks.new_axis;
    op.options.shrink_axis_mask = masks.shrink;
    op.options.offset = offset;
    std::string told = op.refusal();
    if (!told.empty()) return told;
    told = text(op.shape()) + ":";
    for (const std::int16_t number : op.result<std::int16_t>()) told += ' ' + std::to_string(number);
    return told;
}

} // namespace

TEST_CASE("STRIDED_SLICE with its masks")
{
    for (const bool known : {true, false}) {
        CHECK(strided({6}, {1}, {5}, {2}, {}, known) == "[2]: 1 3");
        CHECK(strided({6}, {-1}, {-7}, {-2}, {}, known) == "[3]: 5 3 1");
        CHECK(strided({6}, {4}, {1}, {1}, {}, known) == "[0]:");
        CHECK(strided({6}, {-100}, {100}, {5}, {}, known) == "[2]: 0 5");
        CHECK(strided({6}, {3}, {0}, {1}, {.begin = 1, .end = 1}, known) == "[6]: 0 1 2 3 4 5");
        CHECK(strided({6}, {0}, {3}, {-1}, {.begin = 1, .end = 1}, known) == "[6]: 5 4 3 2 1 0");
        CHECK(strided({6}, {-2}, {0}, {1}, {.shrink = 1}, known) == "[]: 4");
        CHECK(strided({2, 3}, {1, 0}, {2, 3}, {1, 2}, {.shrink = 1}, known) == "[2]: 3 5");
        CHECK(strided({2, 3}, {0, 0, 1}, {0, 0, 3}, {1, 1, 1}, {.ellipsis = 1, .new_axis = 2}, known) == "[2, 1, 2]: 1 2 4 5");
        CHECK(strided({2, 3}, {0, 1}, {0, 2}, {1, 1}, {.ellipsis = 1, .shrink = 2}, known) == "[2]: 1 4");
        CHECK(strided({2, 2, 2}, {0, 0, 0}, {0, 0, 1}, {1, 1, 1}, {.ellipsis = 2, .shrink = 5}, known) == "[2]: 0 2");
        CHECK(strided({2, 3}, {1}, {2}, {1}, {}, known) == "[1, 3]: 3 4 5");
        CHECK(strided({6}, {2}, {3}, {1}, {}, known, true) == "[3]: 2 3 4");
        CHECK(strided({6}, {std::numeric_limits<std::int64_t>::min()}, {std::numeric_limits<std::int64_t>::max()},
                      {std::numeric_limits<std::int64_t>::max()}, {}, known) == "[1]: 0");
        CHECK(strided({6}, {std::numeric_limits<std::int64_t>::max()}, {std::numeric_limits<std::int64_t>::min()},
                      {std::numeric_limits<std::int64_t>::min()}, {}, known) == "[1]: 5");
        CHECK(strided({0, 3}, {0, 0}, {1, 3}, {-1, 1}, {}, known) == "[0, 3]:");
        CHECK_THAT(strided({6}, {0}, {6}, {0}, {}, known), Contains("a stride of 0 on axis 0"));
        CHECK_THAT(strided({6}, {6}, {7}, {1}, {.shrink = 1}, known), Contains("position 6 of axis 0 of [6]"));
        CHECK_THAT(strided({6}, {-7}, {7}, {1}, {.shrink = 1}, known), Contains("position -7 of axis 0 of [6]"));
        CHECK_THAT(strided({6}, {0, 0}, {1, 1}, {1, 1}, {}, known), Contains("2 axes of a tensor of shape [6]"));
        CHECK_THAT(strided({6}, {0}, {1, 1}, {1}, {}, known), Contains("1 begins, 2 ends and 1 strides"));
        CHECK_THAT(strided({6}, {0, 0}, {1, 1}, {1, 1}, {.ellipsis = 3}, known), Contains("two ellipses"));
        CHECK_THAT(
            strided({6}, {0, 0, 0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1}, {.new_axis = 255}, known),
            Contains("more than 8 axes"));
    }
}

TEST_CASE("TRANSPOSE against loops, in every size of a number")
{
    const auto check = [](const Extents& shape, Ints order, auto number) {
        using T = decltype(number);
        OneOperator op(transpose_rules, code::transpose);
        const auto x = counted<T>(shape.size());
        op.input(shape, x);
        op.input(Extents{order.size()}, order);
        op.output(lamina::stored_types::dtype_of<T>);
        op();
        return comes_from(op.shape(), op.result<T>(), x, [&](const Extents& at) {
            Extents from = shape;
            for (std::size_t axis = 0; axis < at.rank; ++axis) {
                CHECK(op.shape()[axis] == shape[static_cast<std::size_t>(order[axis])]);
                from[static_cast<std::size_t>(order[axis])] = at[axis];
            }
            return place_of(shape, from);
        });
    };
    const auto in_every_size = [&](const Extents& shape, const Ints& order) {
        CHECK(check(shape, order, float{}));
        CHECK(check(shape, order, std::int8_t{}));
        CHECK(check(shape, order, std::int16_t{}));
        CHECK(check(shape, order, std::int64_t{}));
    };
    in_every_size({17, 33}, {1, 0});
    in_every_size({3, 5, 7}, {2, 0, 1});
    in_every_size({3, 5, 7}, {2, 1, 0});
    in_every_size({2, 3, 5, 4}, {0, 2, 1, 3});
    in_every_size({2, 3, 1, 4}, {0, 3, 1, 2});
    in_every_size({2, 19, 18, 3}, {0, 3, 1, 2});
    in_every_size({2, 3, 2, 2, 3, 2}, {5, 3, 4, 0, 2, 1});
    in_every_size({0, 3}, {1, 0});
    in_every_size({5}, {0});

    const auto refusal = [](Ints order) {
        OneOperator op(transpose_rules, code::transpose);
        op.input(Extents{2, 3}, counted<float>(6));
        op.input(Extents{order.size()}, order);
        op.output(dtype::float32);
        return op.refusal();
    };
    CHECK_THAT(refusal({0, 0}), Contains("axis 0 twice"));
    CHECK_THAT(refusal({0, 2}), Contains("axis 2 of a tensor of 2 axes"));
    CHECK_THAT(refusal({0}), Contains("an order of 1 axes"));
}

TEST_CASE("REVERSE_V2")
{
    const Extents shape{3, 4, 5};
    const auto x = counted<std::int8_t>(60);
    for (const Ints& axes : {Ints{}, Ints{0}, Ints{-1}, Ints{0, 2}, Ints{1, 0, 2}}) {
        OneOperator op(transpose_rules, code::reverse_v2);
        op.input(shape, x);
        op.input(Extents{axes.size()}, axes, false);
        op.output(dtype::int8);
        op();
        CHECK(comes_from(shape, op.result<std::int8_t>(), x, [&](Extents at) {
            for (const int axis : axes) {
                const auto a = static_cast<std::size_t>(axis < 0 ? axis + 3 : axis);
                at[a] = shape[a] - 1 - at[a];
            }
            return place_of(shape, at);
        }));
    }
    OneOperator op(transpose_rules, code::reverse_v2);
    op.input(shape, x);
    op.input(Extents{1}, Ints{3}, false);
    op.output(dtype::int8);
    CHECK_THAT(op.refusal(), Contains("axis 3 of a tensor of 3 axes"));
}

TEST_CASE("TILE, BROADCAST_TO and FILL")
{
    const auto tiled = [](const Extents& shape, Ints times) {
        OneOperator op(tile_rules, code::tile);
        const auto x = counted<float>(shape.size());
        op.input(shape, x);
        op.input(Extents{times.size()}, times);
        op.output(dtype::float32);
        const std::string refusal = op.refusal();
        if (!refusal.empty()) return refusal;
        CHECK(comes_from(op.shape(), op.result<float>(), x, [&](Extents at) {
            for (std::size_t axis = 0; axis < at.rank; ++axis) at[axis] %= shape[axis];
            return place_of(shape, at);
        }));
        return text(op.shape());
    };
    CHECK(tiled({2, 3}, {2, 3}) == "[4, 9]");
    CHECK(tiled({2, 1, 3}, {1, 5, 2}) == "[2, 5, 6]");
    CHECK(tiled({2, 2, 2, 2, 2, 2, 2, 2}, {2, 2, 2, 2, 2, 2, 2, 2}) == "[4, 4, 4, 4, 4, 4, 4, 4]");
    CHECK(tiled({2, 3}, {0, 3}) == "[0, 9]");
    CHECK_THAT(tiled({2, 3}, {-1, 3}), Contains("axis 0 of [2, 3] -1 times"));
    CHECK_THAT(tiled({2, 3}, {2}), Contains("1 repeats"));
    CHECK_THAT(tiled({2, 3}, {2147483647, 2147483647}), Contains("larger than any memory"));

    const auto broadcast = [](const Extents& shape, Ints to) {
        OneOperator op(tile_rules, code::broadcast_to);
        const auto x = counted<std::int64_t>(shape.size());
        op.input(shape, x);
        op.input(Extents{to.size()}, to);
        op.output(dtype::int64);
        const std::string refusal = op.refusal();
        if (!refusal.empty()) return refusal;
        CHECK(comes_from(op.shape(), op.result<std::int64_t>(), x, [&](const Extents& at) {
            Extents from = shape;
            for (std::size_t axis = 0; axis < shape.rank; ++axis)
                from[axis] = shape[axis] == 1 ? 0 : at[axis + at.rank - shape.rank];
            return place_of(shape, from);
        }));
        return text(op.shape());
    };
    CHECK(broadcast({3, 1}, {2, 3, 4}) == "[2, 3, 4]");
    CHECK(broadcast({}, {2, 3}) == "[2, 3]");
    CHECK(broadcast({1, 4}, {3, 4}) == "[3, 4]");
    CHECK_THAT(broadcast({2, 1}, {3, 4}), Contains("[2, 1] does not become [3, 4]"));
    CHECK_THAT(broadcast({2, 3}, {3}), Contains("does not become"));
    CHECK_THAT(broadcast({1}, {-3}), Contains("an extent of -3"));
    CHECK_THAT(broadcast({1}, {1, 1, 1, 1, 1, 1, 1, 1, 1}), Contains("more than 8 axes"));

    OneOperator fill(tile_rules, code::fill);
    fill.input(Extents{2}, Ints{2, 3});
    fill.input(Extents{}, std::vector<float>{2.5f}, false);
    fill.output(dtype::float32);
    fill();
    CHECK(fill.shape() == Extents{2, 3});
    CHECK(fill.result<float>() == std::vector<float>(6, 2.5f));

    OneOperator unknown(tile_rules, code::fill);
    unknown.input(Extents{2}, Ints{2, 3}, false);
    unknown.input(Extents{}, std::vector<float>{2.5f});
    unknown.output(dtype::float32);
    CHECK_THAT(unknown.refusal(), Contains("the shape has to be known before anything runs"));
}

namespace {

std::string padded(code which, const Extents& shape, Ints paddings, int mirror = 0)
{
    OneOperator op(pad_rules, which);
    const auto x = counted<std::int8_t>(shape.size());
    Value& in = op.input(shape, x);
    op.input(Extents{paddings.size() / 2, 2}, paddings);
    if (which == code::padv2) op.input(Extents{}, std::vector<std::int8_t>{-77});
    Value& out = op.output(dtype::int8);
    in.scale = out.scale = 0.5f;
    in.zero = out.zero = -3;
    op.options.mirror_mode = mirror;
    const std::string refusal = op.refusal();
    if (!refusal.empty()) return refusal;
    const std::int8_t border = which == code::padv2 ? -77 : -3;
    const auto y = op.result<std::int8_t>();
    std::size_t wrong = 0;
    each_place(op.shape(), [&](const Extents& at) {
        Extents from = shape;
        bool inside = true;
        for (std::size_t axis = 0; axis < shape.rank; ++axis) {
            const auto extent = static_cast<std::ptrdiff_t>(shape[axis]);
            std::ptrdiff_t i = static_cast<std::ptrdiff_t>(at[axis]) - paddings[2 * axis];
            inside = inside && i >= 0 && i < extent;
            if (which == code::mirror_pad && i < 0) i = mirror == 0 ? -i : -1 - i;
            if (which == code::mirror_pad && i >= extent) i = mirror == 0 ? 2 * extent - 2 - i : 2 * extent - 1 - i;
            from[axis] = static_cast<std::size_t>(i);
        }
        const bool of_x = inside || which == code::mirror_pad;
        wrong += y[place_of(op.shape(), at)] != (of_x ? x[place_of(shape, from)] : border);
    });
    CHECK(wrong == 0);
    return text(op.shape());
}

} // namespace

TEST_CASE("PAD, PADV2 and MIRROR_PAD")
{
    for (const code which : {code::pad, code::padv2, code::mirror_pad}) {
        CHECK(padded(which, {3, 4}, {1, 2, 3, 0}) == "[6, 7]");
        CHECK(padded(which, {2, 3, 4, 2}, {0, 0, 1, 1, 2, 1, 0, 0}) == "[2, 5, 7, 2]");
        CHECK(padded(which, {5}, {0, 0}) == "[5]");
        CHECK_THAT(padded(which, {3, 4}, {1, -2, 3, 0}), Contains("an extent of -2"));
        CHECK_THAT(padded(which, {3, 4}, {1, 2}), Contains("2 paddings of a tensor of shape [3, 4]"));
    }
    CHECK(padded(code::pad, {0, 2}, {1, 1, 0, 0}) == "[2, 2]");
    CHECK(padded(code::mirror_pad, {3, 4}, {3, 3, 4, 1}, 1) == "[9, 9]");
    CHECK_THAT(padded(code::mirror_pad, {3, 4}, {3, 0, 0, 0}), Contains("a mirror of 3 and 0 of axis 0 of [3, 4]"));
    CHECK_THAT(padded(code::mirror_pad, {3, 4}, {4, 0, 0, 0}, 1), Contains("a mirror of 4 and 0"));
    CHECK_THAT(padded(code::mirror_pad, {3, 4}, {0, 0, 0, 0}, 2), Contains("mirror mode 2"));
    CHECK_THAT(padded(code::pad, {3, 4}, {2147483647, 2147483647, 2147483647, 2147483647}), Contains("larger than any memory"));
}
