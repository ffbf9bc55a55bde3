// Variable: unbound, made, bound to a record of another, refused, and left behind by its graph.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/core/variable.hpp>

#include <memory>
#include <type_traits>
#include <utility>

using namespace lamina;
using Kernel = Variable<float, shape{3, 5}>;

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
    CHECK(kernel.storage()->extents() == shape{3, 5});
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
    const auto refused = [&](const shape& extents, number type) {
        auto why = refusal([&] { kernel.bind(std::make_shared<record>("new", extents, type)); });
        CHECK(kernel.storage()->name == "old");
        return why;
    };
    CHECK(refused({3, 4}, number::float32) == "\"new\" is float32 [3, 4], the variable needs float32 [3, 5]");
    CHECK(refused({3, 5, 1}, number::float32) == "\"new\" is float32 [3, 5, 1], the variable needs float32 [3, 5]");
    CHECK(refused({3, 5}, number::float64) == "\"new\" is float64 [3, 5], the variable needs float32 [3, 5]");
}
