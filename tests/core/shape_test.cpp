// shape: rank, size, equality, printing, and its way into types and back.
#include "catch.hpp"

#include <lamina/core/shape.hpp>

#include <sstream>
#include <type_traits>

using namespace lamina;
using namespace lamina::internals;

namespace {

template <Shape S> struct Of {
    static constexpr Shape value = S;
};

} // namespace

static_assert(Shape{10}.rank == 1 && Shape{10}.size() == 10 && Shape{10}.back() == 10);
static_assert(Shape{28, 28, 1}.rank == 3 && Shape{28, 28, 1}.size() == 784 && Shape{28, 28, 1}[2] == 1);
static_assert(Shape{}.rank == 0 && Shape{}.size() == 1 && Shape{}.back() == 1);
static_assert(Shape{1, 2, 3, 4, 5, 6}.rank == Shape::max_rank && Shape{1, 2, 3, 4, 5, 6}.size() == 720);
static_assert(!std::is_constructible_v<Shape, int, int, int, int, int, int, int>, "seven extents are too many");
static_assert(Shape{3, 0}.size() == 0);
static_assert(Shape{2, 3} == Shape{2, 3} && Shape{2, 3} != Shape{3, 2} && Shape{2} != Shape{2, 1} && Shape{} != Shape{1});
static_assert(Shape{2u, 3ul} == Shape{2, 3});
static_assert(std::is_same_v<Of<Shape{2, 3}>, Of<Shape{2, 3}>> && !std::is_same_v<Of<Shape{2}>, Of<Shape{2, 1}>>);
static_assert(Input<28, 28>::value == Shape{28, 28} && Input<Shape{28, 28}>::value == Shape{28, 28} &&
              Input<7>::value == Shape{7});
static_assert(std::is_same_v<as_shape<Shape{28, 28}>, Extents<28, 28>> && std::is_same_v<as_shape<Shape{}>, Extents<>>);
static_assert(Extents<4, 5>::value == Shape{4, 5} && Extents<>::value == Shape{});
static_assert([] {
    Shape s;
    s.push_back(4);
    s.push_back(5);
    return s;
}() == Shape{4, 5});

TEST_CASE("a shape prints as it is written", "[core][shape]")
{
    std::ostringstream text;
    text << Shape{28, 28, 1} << Shape{10} << Shape{};
    CHECK(text.str() == "[28, 28, 1][10][]");
}
