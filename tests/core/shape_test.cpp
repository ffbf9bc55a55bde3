// shape: rank, size, equality, printing, and its way into types and back.
#include "catch.hpp"

#include <lamina/core/shape.hpp>

#include <sstream>
#include <type_traits>

using namespace lamina;

namespace {

template <shape S>
struct Of {
    static constexpr shape value = S;
};

} // namespace

static_assert(shape{10}.rank == 1 && shape{10}.size() == 10 && shape{10}.back() == 10);
static_assert(shape{28, 28, 1}.rank == 3 && shape{28, 28, 1}.size() == 784 && shape{28, 28, 1}[2] == 1);
static_assert(shape{}.rank == 0 && shape{}.size() == 1 && shape{}.back() == 1);
static_assert(shape{1, 2, 3, 4, 5, 6}.rank == shape::max_rank && shape{1, 2, 3, 4, 5, 6}.size() == 720);
static_assert(!std::is_constructible_v<shape, int, int, int, int, int, int, int>, "seven extents are too many");
static_assert(shape{3, 0}.size() == 0);
static_assert(shape{2, 3} == shape{2, 3} && shape{2, 3} != shape{3, 2} && shape{2} != shape{2, 1} && shape{} != shape{1});
static_assert(shape{2u, 3ul} == shape{2, 3});
static_assert(std::is_same_v<Of<shape{2, 3}>, Of<shape{2, 3}>> && !std::is_same_v<Of<shape{2}>, Of<shape{2, 1}>>);
static_assert(Input<28, 28>::value == shape{28, 28} && Input<shape{28, 28}>::value == shape{28, 28} &&
              Input<7>::value == shape{7});
static_assert(std::is_same_v<as_shape<shape{28, 28}>, Shape<28, 28>> && std::is_same_v<as_shape<shape{}>, Shape<>>);
static_assert(Shape<4, 5>::value == shape{4, 5} && Shape<>::value == shape{});
static_assert([] {
    shape s;
    s.push_back(4);
    s.push_back(5);
    return s;
}() == shape{4, 5});

TEST_CASE("a shape prints as it is written", "[core][shape]")
{
    std::ostringstream text;
    text << shape{28, 28, 1} << shape{10} << shape{};
    CHECK(text.str() == "[28, 28, 1][10][]");
}
