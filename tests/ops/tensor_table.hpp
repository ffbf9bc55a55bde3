// What the tests of ops on tensors share: a row for an op, and the judge of rows: values against plain loops, derivatives of first and second order
// against differences, over shapes that are drawn.
#pragma once

#include "catch.hpp"
#include "graph/traced/traced_twin.hpp"

#include <lamina/autodiff.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace table {

using namespace lamina;
using List = std::vector<AnyTensor>;

/// Numbers in a row with a shape, and the plain way to a number: by the place in each axis.
struct Plain {
    Shape shape;
    std::vector<double> numbers;

    Plain() = default;
    explicit Plain(const AnyTensor& t) : shape(t.shape())
    {
        for (std::size_t i = 0; i < t.size(); ++i) numbers.push_back(t.item(i));
    }
    /// Made of a function of the place.
    template <class F> Plain(const Shape& s, const F& f) : shape(s)
    {
        std::size_t at[Shape::max_rank]{};
        for (std::size_t i = 0; i < s.size(); ++i) {
            std::size_t rest = i;
            for (std::size_t axis = s.rank; axis-- > 0; rest /= s[axis]) at[axis] = rest % s[axis];
            numbers.push_back(f(static_cast<const std::size_t*>(at)));
        }
    }
    /// The number at a place of as many axes; those in front of its own are left out, and where it has extent 1 the first is taken.
    double operator()(const std::size_t* at, std::size_t rank) const
    {
        std::size_t i = 0;
        for (std::size_t axis = 0; axis < shape.rank; ++axis)
            i = i * shape[axis] + (shape[axis] == 1 ? 0 : at[axis + rank - shape.rank]);
        return numbers[i];
    }
    double operator()(std::initializer_list<std::size_t> at) const { return (*this)(at.begin(), at.size()); }
};

/// An op. Its shapes are as they stand, or are drawn where `broadcasts` is the number of inputs.
struct Row {
    std::string name;
    std::vector<Shape> shapes;
    double low, high; ///< of the numbers, which are apart from each other and from multiples of 1/2
    std::function<AnyTensor(const List&)> call;
    std::function<Plain(const std::vector<Plain>&)> plain;
    int order = 2; ///< of the derivatives that are judged; 0 where there are none
    double tolerance = 1e-7;
    std::string refused_open = ""; ///< how it is refused where no first extent is known, if it is
};

class Draw {
public:
    explicit Draw(unsigned seed) : engine(seed) {}
    std::size_t below(std::size_t n) { return engine() % n; }

    /// Numbers of a grid, no two alike and none near a multiple of 1/2, where functions have corners.
    List numbers(const std::vector<Shape>& shapes, double low, double high)
    {
        std::vector<double> grid;
        for (double x = low + 0.0051; x < high; x += 0.0137)
            if (std::fabs(2 * x - std::nearbyint(2 * x)) > 0.02) grid.push_back(x);
        std::shuffle(grid.begin(), grid.end(), engine);
        List all;
        std::size_t used = 0;
        for (const Shape& s : shapes) {
            std::vector<double> mine;
            for (std::size_t i = 0; i < s.size(); ++i) mine.push_back(grid[used++ % grid.size()]);
            all.push_back(constant(mine.data(), s));
        }
        return all;
    }

    /// Shapes that broadcast: axes in front left out, extents of 1.
    std::vector<Shape> broadcasting(std::size_t inputs)
    {
        Shape all;
        for (std::size_t rank = below(4); all.rank < rank;) all.push_back(1 + below(3));
        std::vector<Shape> shapes(inputs);
        const std::size_t whole = below(inputs);
        for (std::size_t i = 0; i < inputs; ++i) {
            const std::size_t left_out = i == whole ? 0 : below(all.rank + 1);
            for (std::size_t axis = left_out; axis < all.rank; ++axis)
                shapes[i].push_back(i != whole && below(3) == 0 ? 1 : all[axis]);
        }
        return shapes;
    }

private:
    std::mt19937 engine;
};

inline std::string difference(const Plain& got, const Plain& needed)
{
    std::string text;
    if (got.shape != needed.shape) internals::append(text, {"gave shape ", got.shape, ", needed is ", needed.shape});
    for (std::size_t i = 0; text.empty() && i < got.numbers.size(); ++i)
        if (!(std::fabs(got.numbers[i] - needed.numbers[i]) <= 1e-12 * std::max(1.0, std::fabs(needed.numbers[i]))))
            internals::append(text, {"number ", i, " is ", got.numbers[i], ", needed is ", needed.numbers[i]});
    return text;
}

/// The op in a trace in which the first extents, the second ones, or none of all is known, on the numbers at hand and on some with another
/// first extent. It has to be traced without the first ones; others may be refused.
inline std::string judge_traced(const Row& row, const List& x, Draw& draw)
{
    std::vector<List> runs{x};
    std::vector<Shape> longer;
    for (const AnyTensor& one : x) {
        longer.push_back(one.shape());
        if (one.rank() > 0) longer.back().extents[0] *= 3;
    }
    try {
        const List more = draw.numbers(longer, row.low, row.high);
        static_cast<void>(traced::with_gradients(row.call, more, row.order > 0));
        runs.push_back(more);
    }
    catch (const error&) {
        // it counts on the extent
    }
    for (const std::uint32_t axes : {1u, 2u, ~0u}) {
        try {
            const std::string wrong = traced::judge(row.call, (axes & 1) != 0 ? runs : std::vector<List>{x},
                                                    traced::opened(x, axes), row.order > 0, 1e-12);
            if (!wrong.empty()) return "traced, " + wrong;
            if (axes == 1 && !row.refused_open.empty()) return "traced, it should be refused";
        }
        catch (const error& refusal) {
            const std::string text = refusal.what();
            if (axes != 1 ? text.size() < 10 : row.refused_open.empty() || text.find(row.refused_open) == std::string::npos)
                return "traced, it is refused: " + text;
        }
    }
    return {};
}

/// What is wrong with an op, in a sentence; empty where nothing is.
inline std::string judge(const Row& row, unsigned draws = 6)
{
    for (unsigned seed = 1; seed <= draws; ++seed) {
        Draw draw(seed);
        const std::vector<Shape> shapes = row.shapes.empty() ? std::vector<Shape>{draw.broadcasting(1)} : row.shapes;
        const List x = draw.numbers(shapes, row.low, row.high);
        std::string shapes_text = row.name + " of";
        for (const Shape& s : shapes) internals::append(shapes_text, {" ", s});
        std::vector<Plain> plain;
        for (const AnyTensor& one : x) plain.emplace_back(one);
        if (const std::string wrong = difference(Plain(row.call(x)), row.plain(plain)); !wrong.empty())
            return shapes_text + ": " + wrong;
        if (const std::string wrong = judge_traced(row, x, draw); !wrong.empty()) return shapes_text + ": " + wrong;
        if (row.order > 0) {
            const auto check = internals::check_listed([&](const List& at) { return List{row.call(at)}; }, x,
                                                       {.order = row.order, .tolerance = row.tolerance});
            if (!check) return shapes_text + ": " + check.worst;
        }
    }
    return {};
}

/// A row for a function of one number, over shapes that are drawn.
inline Row each(std::string name, double low, double high, AnyTensor (*call)(const AnyTensor&), double (*plain)(double))
{
    return {std::move(name),
            {},
            low,
            high,
            [call](const List& x) { return call(x[0]); },
            [plain](const std::vector<Plain>& x) {
                return Plain(x[0].shape, [&](const std::size_t* at) { return plain(x[0](at, x[0].shape.rank)); });
            }};
}

/// Rows for a function of two numbers, over shapes that broadcast.
inline std::vector<Row> both(const std::string& name, double low, double high,
                             AnyTensor (*call)(const AnyTensor&, const AnyTensor&), double (*plain)(double, double),
                             int order = 2)
{
    std::vector<Row> rows;
    for (unsigned seed = 1; seed <= 8; ++seed) {
        Draw draw(seed * 77);
        rows.push_back({name, draw.broadcasting(2), low, high, [call](const List& x) { return call(x[0], x[1]); },
                        [plain](const std::vector<Plain>& x) {
                            const Shape out = internals::ops::broadcast({x[0].shape, x[1].shape}).output;
                            return Plain(out,
                                         [&](const std::size_t* at) { return plain(x[0](at, out.rank), x[1](at, out.rank)); });
                        },
                        order});
    }
    return rows;
}

/// All rows are right.
inline void judge_all(const std::vector<Row>& rows)
{
    for (const Row& row : rows) {
        const std::string wrong = judge(row);
        INFO(wrong);
        CHECK(wrong.empty());
    }
}

} // namespace table
