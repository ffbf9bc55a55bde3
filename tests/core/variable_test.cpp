// Variable: unbound, made, bound to a record of another, refused, and left behind by its graph.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/core/variable.hpp>

#include <memory>
#include <type_traits>
#include <utility>

using namespace lamina;
using namespace lamina::internals;
using Kernel = Variable<float, Shape{3, 5}>;

static_assert(std::is_nothrow_move_constructible_v<Kernel> && std::is_nothrow_move_assignable_v<Kernel>);
static_assert(!std::is_copy_constructible_v<Kernel> && !std::is_copy_assignable_v<Kernel>);
static_assert(Kernel::size == 15 && Kernel::places.size == 48);
static_assert(is_variable<Kernel> && !is_variable<const Kernel&> && !is_variable<Absent<float>>);
static_assert(Absent<float>::size == 0 && Absent<float>::data() == nullptr);

TEST_CASE("a variable is unbound until it is given a record", "[core][variable]")
{
    Kernel kernel;
    CHECK_FALSE(kernel.bound());
    CHECK(kernel.data() == nullptr);
    CHECK(std::as_const(kernel).data() == nullptr);
    CHECK(kernel.storage() == nullptr);
    kernel.make("body/kernel");
    CHECK(kernel.bound());
    CHECK(kernel.storage()->name == "body/kernel");
    CHECK(kernel.storage()->extents() == Shape{3, 5});
    CHECK(kernel.data()[47] == 0);

    Kernel other = std::move(kernel);
    CHECK(other.bound());
    CHECK_FALSE(kernel.bound()); // NOLINT: a variable that was moved from is unbound

    other.release();
    CHECK_FALSE(other.bound());
    CHECK(other.data() == nullptr);
}

TEST_CASE("two variables share a record where they are bound to it", "[core][variable]")
{
    Kernel first, second;
    first.make("kernel");
    second.bind(first.storage());
    first.data()[4] = 7;
    CHECK(second.data()[4] == 7);
    first.storage()->release();
    CHECK_FALSE(second.bound());
    CHECK(second.data() == nullptr);
}

TEST_CASE("a record of another shape or type is refused and changes nothing", "[core][variable]")
{
    Kernel kernel;
    kernel.make("old");
    const auto refused = [&](const Shape& extents, dtype type) {
        auto why = refusal_of([&] { kernel.bind(std::make_shared<record>("new", extents, type)); });
        CHECK(kernel.storage()->name == "old");
        return why;
    };
    CHECK(refused({3, 4}, dtype::float32) == "\"new\" is float32 [3, 4], the variable needs float32 [3, 5]");
    CHECK(refused({3, 5, 1}, dtype::float32) == "\"new\" is float32 [3, 5, 1], the variable needs float32 [3, 5]");
    CHECK(refused({3, 5}, dtype::float64) == "\"new\" is float64 [3, 5], the variable needs float32 [3, 5]");
}

namespace {

using Taps = Variable<float, Shape{2, 3, 5}>;
using Rows = Variable<float, Shape{2, 3, 5}, storage_kind{.in_row = 2}>;
using Mean = Observed<float, Shape{2, 3, 5}>;

} // namespace

TEST_CASE("a record takes the kind of the first variable that is bound to it", "[core][variable]")
{
    const auto from_a_file = std::make_shared<record>("taps", Shape{2, 3, 5}, dtype::float32);
    float next = 0;
    from_a_file->for_each<float>([&](float& v) { v = ++next; });
    Rows rows;
    rows.bind(from_a_file);
    CHECK(from_a_file->stored_size() == Rows::places.size);
    CHECK(Rows::places.row == 15);
    for (std::size_t i = 0; i < 30; ++i) CHECK(rows.data()[i / 15 * Rows::places.step + i % 15] == float(i + 1));
    next = 0;
    from_a_file->for_each<float>([&](float& v) { CHECK(v == ++next); });

    Rows again;
    again.bind(from_a_file); // the same kind
    Taps taps;
    CHECK(refusal_of([&] { taps.bind(from_a_file); }) == "\"taps\" is bound to a variable of another kind (learned, rows of 2 "
                                                         "axes), this one is learned, rows of 1 axes; give each "
                                                         "a record of its own");
    CHECK_FALSE(taps.bound());
}

TEST_CASE("a record that a variable made stays of its kind", "[core][variable]")
{
    Taps taps;
    taps.make("taps");
    taps.data()[Taps::places.step] = 7;
    Rows rows;
    Mean mean;
    CHECK_THROWS_AS(rows.bind(taps.storage()), error);
    CHECK_THROWS_AS(mean.bind(taps.storage()), error);
    CHECK(taps.storage()->stored_size() == Taps::places.size);
    CHECK((taps.data()[Taps::places.step] == 7 && taps.storage()->learned()));

    mean.make("mean");
    CHECK((mean.storage()->as().observed && mean.storage()->trainable && !mean.storage()->learned()));
}
