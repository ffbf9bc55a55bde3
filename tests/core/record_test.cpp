// The stored side of a variable: where elements lie, in which order they are visited, and that padding is zero.
#include "catch.hpp"

#include <lamina/core/record.hpp>

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

static_assert(placement({10}, dtype::float32).size == 16);
static_assert(placement({16}, dtype::float32).size == 16);
static_assert(placement({17}, dtype::float32).size == 32);
static_assert(placement({10}, dtype::float64).size == 16);
static_assert(placement({8}, dtype::float64).size == 8);
static_assert(placement({}, dtype::float32).size == 16, "a single number takes a row");
static_assert(placement({5, 5, 6, 16}, dtype::float32).size == 5 * 5 * 6 * 16);
static_assert(placement({5, 5, 1, 6}, dtype::float32).size == 5 * 5 * 16);
static_assert(placement({84, 10}, dtype::float32).size == 84 * 16);
static_assert(placement({84, 10}, dtype::float32).strides == std::array<std::size_t, 6>{16, 1});
static_assert(placement({84, 1}, dtype::float32).size == 96, "a column is one row");
static_assert(placement({84, 1}, dtype::float32).strides == std::array<std::size_t, 6>{1, 1});
static_assert(placement({84, 1, 1}, dtype::float32).size == 84 * 16);
static_assert(placement({3, 4, 5, 2}, dtype::float32).strides == std::array<std::size_t, 6>{320, 80, 16, 1});
static_assert(placement({3, 4, 5, 2}, dtype::float64).strides == std::array<std::size_t, 6>{160, 40, 8, 1});

TEST_CASE("elements are visited in order, each once, and padding is not", "[core][record]")
{
    for (const Shape& extents :
         {Shape{}, Shape{1}, Shape{17}, Shape{3, 5}, Shape{5, 1}, Shape{1, 33}, Shape{2, 3, 4}, Shape{2, 1, 3, 2, 2, 5}}) {
        INFO(extents);
        record numbers("n", extents, dtype::float32);
        std::set<float*> places;
        float next = 0;
        numbers.for_each<float>([&](float& element) {
            places.insert(&element);
            element = ++next;
        });
        CHECK(next == static_cast<float>(extents.size()));
        CHECK(places.size() == extents.size());
        CHECK(*places.begin() == numbers.data<float>());
        CHECK(*places.rbegin() < numbers.data<float>() + numbers.stored_size());

        // The index by hand: the element at [i, j, …] counts the last axis fastest.
        float expected = 0;
        std::vector<std::size_t> at(extents.rank);
        for (std::size_t n = 0; n < extents.size(); ++n) {
            std::size_t rest = n, offset = 0;
            for (std::size_t axis = extents.rank; axis-- > 0; rest /= extents[axis])
                offset += rest % extents[axis] * numbers.places().strides[axis];
            CHECK(numbers.data<float>()[offset] == ++expected);
        }
        std::size_t zeros = 0;
        for (std::size_t i = 0; i < numbers.stored_size(); ++i) zeros += numbers.data<float>()[i] == 0;
        CHECK(zeros == numbers.stored_size() - extents.size());
    }
}

TEST_CASE("numbers start on 64 bytes, are zero, and go when they are released", "[core][record]")
{
    record numbers("body/kernel", {3, 5}, dtype::float64);
    CHECK(numbers.name == "body/kernel");
    CHECK(numbers.trainable);
    CHECK(numbers.type() == dtype::float64);
    CHECK(reinterpret_cast<std::uintptr_t>(numbers.data<double>()) % 64 == 0);
    for (std::size_t i = 0; i < numbers.stored_size(); ++i) CHECK(numbers.data<double>()[i] == 0);
    CHECK(numbers.alive());
    CHECK(std::as_const(numbers).data<double>() == numbers.data<double>());
    numbers.release();
    CHECK_FALSE(numbers.alive());
    CHECK(numbers.data<double>() == nullptr);
    numbers.release();
}
