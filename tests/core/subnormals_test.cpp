// FlushSubnormals: what it does while it lives, and that it leaves no trace.
#include "catch.hpp"

#include <lamina/core/subnormals.hpp>

#include <limits>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// A function of its own, since compilers move a product across the change of mode.
[[gnu::noinline]] float product(float a, float b)
{
    volatile float first = a;
    return first * b;
}

} // namespace

TEST_CASE("Subnormal numbers count as zero while it lives, and afterwards as before", "[core][subnormals]")
{
    const float least = std::numeric_limits<float>::min();
    CHECK(product(least, 0.5f) > 0);
    {
        const FlushSubnormals flush;
#if defined(__SSE2__)
        CHECK(product(least, 0.5f) == 0);
        CHECK(product(std::numeric_limits<float>::denorm_min(), 1e30f) == 0);
#endif
        CHECK(product(least, 1.5f) == 1.5f * least);
        {
            const FlushSubnormals again;
        }
#if defined(__SSE2__)
        CHECK(product(least, 0.5f) == 0);
#endif
    }
    CHECK(product(least, 0.5f) > 0);
}
