// Parts of registers: loads and stores at the edge of a page, for every type of number.
#include "catch.hpp"
#include "core/registers.hpp"

#include <lamina/core/partial.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// A page of memory between two that may not be touched: what reads or writes outside ends the program.
struct Page {
    std::size_t size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* all = ::mmap(nullptr, 3 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char* begin = static_cast<char*>(all) + size;

    Page()
    {
        REQUIRE(all != MAP_FAILED);
        REQUIRE(::mprotect(begin, size, PROT_READ | PROT_WRITE) == 0);
    }
    Page(const Page&) = delete;
    Page& operator=(const Page&) = delete;
    ~Page() { ::munmap(all, 3 * size); }
};

} // namespace

TEMPLATE_TEST_CASE("part of a register is loaded and stored, and nothing beside it is touched", "[core][partial]", float, double,
                   std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t,
                   std::uint64_t)
{
    using T = TestType;
    const Page page;
    constexpr std::size_t lanes = internals::simd::lanes<T>;
    for (std::size_t n = 0; n <= lanes; ++n) {
        INFO(n << " of " << lanes);
        T* const at_end = reinterpret_cast<T*>(page.begin + page.size) - n; // n = 0: a pointer that may not be read at all
        T* const at_begin = reinterpret_cast<T*>(page.begin);
        for (T* const p : {at_end, at_begin}) {
            for (std::size_t i = 0; i < n; ++i) p[i] = static_cast<T>(i + 3);
            std::vector<T> expected(lanes, T(0)), filled(lanes, T(9));
            for (std::size_t i = 0; i < n; ++i) filled[i] = expected[i] = static_cast<T>(i + 3);
            CHECK(values_of<T>(internals::simd::load_partial<T>(p, n)) == expected);
            CHECK(values_of<T>(internals::simd::load_partial<T>(p, n, T(9))) == filled);

            internals::simd::store_partial(counting<T>(), p, n);
            bool stored = true;
            for (std::size_t i = 0; i < n; ++i) stored = stored && p[i] == static_cast<T>(i + 1);
            CHECK(stored);
        }
        // Neighbors on the same page.
        std::vector<T> room(3 * lanes, T(77));
        internals::simd::store_partial(counting<T>(), room.data() + lanes, n);
        for (std::size_t i = 0; i < room.size(); ++i)
            CHECK(room[i] == (i < lanes || i >= lanes + n ? T(77) : static_cast<T>(i - lanes + 1)));
    }
}

TEMPLATE_TEST_CASE("the first lanes are kept, the others are zeros, or those of another register", "[core][partial]", float,
                   double)
{
    using T = TestType;
    for (std::size_t n = 0; n <= internals::simd::lanes<T>; ++n) {
        std::vector<T> expected(internals::simd::lanes<T>, T(0));
        for (std::size_t i = 0; i < n; ++i) expected[i] = static_cast<T>(i + 1);
        CHECK(values_of<T>(internals::simd::first_lanes(counting<T>(), n)) == expected);
        for (std::size_t i = n; i < expected.size(); ++i) expected[i] = T(-3);
        const internals::simd::batch<T> others(T(-3));
        CHECK(values_of<T>(internals::simd::replace_first(others, counting<T>(), n)) == expected);
    }
}

TEMPLATE_TEST_CASE("a part keeps NaN, infinities and the sign of zero", "[core][partial]", float, double)
{
    using T = TestType;
    using limits = std::numeric_limits<T>;
    const std::vector<T> odd{-T(0),         limits::quiet_NaN(), limits::infinity(), -limits::infinity(), limits::denorm_min(),
                             limits::max(), limits::lowest()};
    for (std::size_t n = 0; n <= std::min(odd.size(), internals::simd::lanes<T>); ++n) {
        std::vector<T> back(odd.size(), T(5));
        internals::simd::store_partial(internals::simd::load_partial<T>(odd.data(), n), back.data(), n);
        CHECK(std::memcmp(back.data(), odd.data(), n * sizeof(T)) == 0);
    }
}
