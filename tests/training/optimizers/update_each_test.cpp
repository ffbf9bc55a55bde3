// update_each: every element is met once, slots are written back, and one that is not there is neither read nor written.
#include "catch.hpp"

#include <lamina/training/optimizers/update_each.hpp>

#include <cstddef>

using namespace lamina;
using namespace lamina::internals;

TEMPLATE_TEST_CASE("a formula is applied to each element", "[training][optimizers]", float, double)
{
    using T = TestType;
    constexpr std::size_t n = 192 / sizeof(T); // three times 64 bytes, as `update` is given them
    alignas(64) T w[n], g[n], m[n], v[n];
    const auto rule = []<class V>(V& value, const V& gradient, V& first, V& second) {
        second = second + first;
        first = first - gradient;
        value = value + first + second;
    };
    for (const bool there : {false, true}) {
        for (std::size_t i = 0; i < n; ++i) {
            w[i] = static_cast<T>(i);
            g[i] = 2;
            m[i] = 5;
            v[i] = 100;
        }
        update_each(n, rule, w, g, OptionalSlot{there ? m : nullptr}, v);
        for (std::size_t i = 0; i < n; ++i) {
            CHECK(w[i] == static_cast<T>(i) + (there ? 3 + 105 : -2 + 100));
            CHECK(g[i] == 2);
            CHECK(m[i] == (there ? 3 : 5));
            CHECK(v[i] == (there ? 105 : 100));
        }
    }
}
