// lamina/data/drawn_digits.hpp: handwritten digits that are drawn, not collected, in the form of MNIST.
//
// A digit is a few strokes through control points. Each one drawn shakes the points, lays a smooth curve through them,
// slants, turns, stretches and shifts it, draws it with a pen of some width and adds noise. The arithmetic is + - * / and
// sqrt in double, and pixels are rounded to whole numbers, so that machines agree on them.
//
// How hard they are: trained on 8,000, tested on 2,000, one nearest neighbor on pixels gets 0.87 right, a perceptron with
// one hidden layer of 128 units 0.93, LeNet-5 0.93 after one epoch and 0.97 to 0.98 after ten.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/random.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/tensor.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// How a digit is drawn.
namespace strokes {

struct Point {
    double x, y;

    constexpr bool operator==(const Point&) const = default;
};

/// Between two strokes the pen is lifted.
inline constexpr Point lift{-1, -1};

/// One way to write a digit: the pen's path in a box of 1 by 1, y downwards. A point written twice is a corner.
struct Glyph {
    std::int32_t digit;
    std::size_t length;
    std::array<Point, 16> points;

    template <std::size_t N> constexpr Glyph(std::int32_t d, const Point (&path)[N]) : digit(d), length(N), points{}
    {
        for (std::size_t i = 0; i < N; ++i) points[i] = path[i]; // std::copy_n is not constant with g++'s _GLIBCXX_DEBUG
    }
};

/// Two ways to write each digit, in order.
// clang-format off: a row a glyph
inline constexpr Glyph glyphs[] = {
    {0, {{.55, 0}, {.20, .12}, {.02, .50}, {.18, .88}, {.50, 1}, {.84, .88}, {.98, .50}, {.82, .12}, {.50, 0}}},
    {0, {{.78, .06}, {.40, .02}, {.08, .30}, {.06, .72}, {.35, .99}, {.75, .88}, {.95, .50}, {.85, .16}, {.55, .02}, {.30, .10}}},
    {1, {{.50, 0}, {.50, .50}, {.50, 1}}},
    {1, {{.28, .24}, {.55, 0}, {.55, 0}, {.55, .50}, {.55, 1}}},
    {2, {{.08, .25}, {.25, .04}, {.60, 0}, {.88, .20}, {.75, .50}, {.40, .78}, {.05, 1}, {.05, 1}, {.50, .97}, {.98, 1}}},
    {2, {{.10, .18}, {.40, 0}, {.80, .12}, {.80, .40}, {.50, .75}, {.18, .96}, {.08, .84}, {.25, .78}, {.60, .94}, {1, .92}}},
    {3, {{.10, .12}, {.45, 0}, {.85, .15}, {.75, .40}, {.40, .48}, {.40, .48}, {.80, .55}, {.95, .78}, {.60, 1}, {.20, .98},
         {.05, .85}}},
    {3, {{.10, .02}, {.50, 0}, {.90, 0}, {.90, 0}, {.45, .40}, {.45, .40}, {.85, .50}, {.95, .78}, {.55, 1}, {.10, .90}}},
    {4, {{.20, 0}, {.10, .55}, {.10, .55}, {.50, .56}, {.95, .54}, lift, {.75, .12}, {.74, .55}, {.70, 1}}},
    {4, {{.70, 1}, {.70, .50}, {.72, 0}, {.72, 0}, {.35, .35}, {0, .68}, {0, .68}, {.50, .68}, {1, .68}}},
    {5, {{.90, 0}, {.25, .02}, {.25, .02}, {.15, .45}, {.15, .45}, {.50, .38}, {.90, .55}, {.85, .88}, {.45, 1}, {.05, .90}}},
    {5, {{.85, .03}, {.45, .02}, {.20, .20}, {.35, .42}, {.75, .56}, {.82, .84}, {.45, 1}, {.10, .90}}},
    {6, {{.75, 0}, {.35, .20}, {.08, .60}, {.25, .95}, {.60, 1}, {.90, .80}, {.75, .55}, {.40, .55}, {.12, .75}}},
    {6, {{.50, 0}, {.25, .35}, {.10, .70}, {.30, 1}, {.70, .97}, {.86, .76}, {.60, .58}, {.22, .70}}},
    {7, {{.05, .05}, {.50, .02}, {.95, 0}, {.95, 0}, {.65, .40}, {.40, 1}}},
    {7, {{.06, .22}, {.10, .04}, {.10, .04}, {.92, .02}, {.92, .02}, {.62, .45}, {.45, 1}, lift, {.30, .50}, {.86, .48}}},
    {8, {{.80, .12}, {.45, 0}, {.15, .20}, {.40, .45}, {.82, .68}, {.85, .88}, {.50, 1}, {.12, .85}, {.22, .62}, {.60, .42},
         {.85, .22}, {.74, .04}, {.45, 0}}},
    {8, {{.50, 0}, {.20, .10}, {.20, .35}, {.50, .46}, {.80, .35}, {.80, .10}, {.50, 0}, lift, {.50, .46}, {.10, .60},
         {.10, .90}, {.50, 1}, {.90, .90}, {.90, .60}, {.50, .46}}},
    {9, {{.88, .20}, {.60, 0}, {.20, .10}, {.10, .38}, {.40, .52}, {.75, .40}, {.90, .12}, {.90, .12}, {.85, .55}, {.75, 1}}},
    {9, {{.85, .15}, {.55, 0}, {.15, .15}, {.15, .40}, {.45, .52}, {.80, .36}, {.88, .10}, {.88, .10}, {.92, .60}, {.70, .94},
         {.25, .95}}},
};
// clang-format on

/// Near to normal with mean 0 and deviation 1: the sum of four bytes. Never beyond 3.5.
constexpr double bell(Random& random)
{
    const std::uint32_t bits = random.bits();
    const std::uint32_t sum = (bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24);
    return (static_cast<double>(sum) - 510) / 147.8;
}

/// Where the points of the unit box fall on the image: y = m · (p - 1/2) + center.
struct Placement {
    double xx, xy, yx, yy;
    Point center;

    constexpr Point operator()(Point p) const
    {
        const double x = p.x - 0.5, y = p.y - 0.5;
        return {center.x + xx * x + xy * y, center.y + yx * x + yy * y};
    }
};

constexpr Placement placement(Random& random)
{
    const double height = random.uniform(14, 21), width = height * random.uniform(0.45, 0.9);
    const double slant = 0.22 * bell(random), tangent = 0.075 * bell(random);
    // The turn by an angle whose half has this tangent: no sine or cosine, which differ between machines.
    const double scale = 1 / (1 + tangent * tangent), cosine = (1 - tangent * tangent) * scale, sine = 2 * tangent * scale;
    return {width * cosine,
            -height * (cosine * slant + sine),
            width * sine,
            height * (cosine - sine * slant),
            {14 + 1.3 * bell(random), 14 + 1.3 * bell(random)}};
}

/// A point of the curve by Catmull and Rom (1974) between b and c, t in [0, 1].
constexpr Point between(Point a, Point b, Point c, Point d, double t)
{
    const auto blend = [t](double p, double q, double r, double s) {
        return q + 0.5 * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
    };
    return {blend(a.x, b.x, c.x, d.x), blend(a.y, b.y, c.y, d.y)};
}

/// The image of one digit while it is drawn: how much of each pixel is ink, 0 to 1.
struct Paper {
    static constexpr std::size_t side = 28;
    std::array<double, side * side> ink{};

    /// Draws a straight line with a round pen, its edge softened over one pixel.
    void line(Point from, Point to, double radius)
    {
        const double reach = radius + 0.5, dx = to.x - from.x, dy = to.y - from.y, length2 = dx * dx + dy * dy;
        const auto on_paper = [](double place) { return static_cast<std::size_t>(std::clamp(place, 0.0, double{side})); };
        const std::size_t top = on_paper(std::min(from.y, to.y) - reach), bottom = on_paper(std::max(from.y, to.y) + reach + 1);
        const std::size_t left = on_paper(std::min(from.x, to.x) - reach), right = on_paper(std::max(from.x, to.x) + reach + 1);

        for (std::size_t row = top; row < bottom; ++row)
            for (std::size_t column = left; column < right; ++column) {
                const double px = static_cast<double>(column) + 0.5 - from.x, py = static_cast<double>(row) + 0.5 - from.y;
                const double along = length2 > 0 ? std::clamp((px * dx + py * dy) / length2, 0.0, 1.0) : 0;
                const double x = px - along * dx, y = py - along * dy;
                double& here = ink[row * side + column];
                here = std::max(here, std::clamp(reach - std::sqrt(x * x + y * y), 0.0, 1.0));
            }
    }

    /// Draws one stroke as a curve through its points.
    void stroke(std::span<const Point> points, double radius)
    {
        constexpr int steps = 6;
        for (std::size_t i = 0; i + 1 < points.size(); ++i) {
            const Point a = points[i > 0 ? i - 1 : 0], b = points[i], c = points[i + 1];
            const Point d = points[std::min(i + 2, points.size() - 1)];
            Point from = b;
            for (int step = 1; step <= steps; ++step) {
                const Point to = between(a, b, c, d, static_cast<double>(step) / steps);
                line(from, to, radius);
                from = to;
            }
        }
    }
};

/// Draws one digit into 28 by 28 pixels and says which it is.
inline std::int32_t draw(Random random, float* pixels)
{
    const Glyph& glyph = glyphs[random.below(std::size(glyphs))];
    const Placement place = placement(random);
    const double radius = random.uniform(0.6, 1.6), shaking = random.uniform(0.02, 0.07);
    const double darkness = random.uniform(150, 255), grain = random.uniform(0, 24);

    Paper paper;
    std::vector<Point> stroke;
    Point shake{};
    for (std::size_t i = 0; i <= glyph.length; ++i) {
        if (i == glyph.length || glyph.points[i] == lift) {
            paper.stroke(stroke, radius);
            stroke.clear();
            continue;
        }
        const Point point = glyph.points[i];
        if (i == 0 || glyph.points[i - 1] != point) shake = {shaking * bell(random), shaking * bell(random)};
        stroke.push_back(place({point.x + shake.x, point.y + shake.y}));
    }
    for (const double ink : paper.ink) {
        const double pixel = std::clamp(darkness * ink + grain * bell(random), 0.0, 255.0);
        *pixels++ = static_cast<float>(std::round(pixel));
    }
    return glyph.digit;
}

} // namespace strokes

} // namespace internals

/// `count` drawn digits, pixels of 0 (paper) to 255 (ink), and their classes 0 to 9. Digit i is a function of the seed
/// and of i: more digits of a seed begin with the same ones. Draw those for testing from another seed.
///
/// Shapes    x [count, 28, 28, 1], y [count].
/// Numerics  pixels are whole numbers.
inline auto drawn_digits(std::size_t count, Seed seed)
{
    Samples result{internals::row_major<float, 4>::from_shape({count, 28, 28, 1}),
                   internals::row_major<std::int32_t, 1>::from_shape({count})};
    for (std::size_t i = 0; i < count; ++i)
        result.y(i) = internals::strokes::draw(Random(seed, i), result.x.data() + i * 28 * 28);
    return result;
}

}} // namespace lamina
