// Sizes as constants and as numbers, and rounding up to rows.
#include "catch.hpp"

#include <lamina/core/extent.hpp>

#include <cstddef>
#include <type_traits>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct sizes {
    std::size_t rows, columns;
    bool operator==(const sizes&) const = default;
};

template <extent_of<sizes> Sizes> constexpr std::size_t area(Sizes given)
{
    const sizes s = given;
    return s.rows * s.columns;
}

} // namespace

static_assert(fixed<5>{} == 5 && fixed<5>::value == 5 && is_fixed<fixed<5>> && !is_fixed<int>);
static_assert(extent<std::size_t> && extent<fixed<5>> && extent<int> && !extent<sizes>);
static_assert(extent_of<sizes, sizes> && extent_of<const sizes&, sizes> && extent_of<fixed<sizes{2, 3}>, sizes> &&
              !extent_of<int, sizes>);
static_assert(area(sizes{2, 3}) == 6 && area(fixed<sizes{2, 3}>{}) == 6);
static_assert(is_fixed<decltype(as_extent(fixed<std::size_t{5}>{}))> && std::is_same_v<decltype(as_extent(5)), std::size_t> &&
              as_extent(5) == 5);
static_assert(is_one<fixed<1>> && !is_one<fixed<2>> && !is_one<std::size_t>);
static_assert(can_be_one<fixed<1>> && !can_be_one<const fixed<2>> && can_be_one<std::size_t>);
static_assert(round_up(0, 16) == 0 && round_up(1, 16) == 16 && round_up(16, 16) == 16 && round_up(17, 16) == 32 &&
              round_up(5, 1) == 5);
static_assert(padded<float>(1) == 16 && padded<float>(16) == 16 && padded<double>(9) == 16 && padded<char>(65) == 128 &&
              padded<float>(0) == 0);
static_assert(row_stride<float>(0) == 0 && row_stride<float>(1) == 16 && row_stride<float>(240) == 240 &&
                  row_stride<float>(241) == 272 && row_stride<float>(512) == 528 && row_stride<double>(128) == 136 &&
                  row_stride<double>(120) == 120,
              "no rows a multiple of 1024 bytes apart");

TEST_CASE("a size gives the same answer as a constant and as a number", "[core][extent]")
{
    std::size_t rows = 7;
    CHECK(area(sizes{rows, 3}) == area(fixed<sizes{7, 3}>{}));
}
