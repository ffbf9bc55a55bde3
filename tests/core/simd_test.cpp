// Registers: loads and stores of a part at the edge of a page, sums, fma and masks, for every type of number.
#include "catch.hpp"

#include <lamina/core/simd.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

using namespace lamina;

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

template <class T>
std::vector<T> values_of(const simd::batch<T>& x)
{
    std::vector<T> values(simd::lanes<T>);
    x.store_unaligned(values.data());
    return values;
}

/// 1, 2, 3, … as one register, `scale` times.
template <class T>
simd::batch<T> counting(T scale = T(1))
{
    std::vector<T> values(simd::lanes<T>);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(static_cast<T>(i + 1) * scale);
    return simd::batch<T>::load_unaligned(values.data());
}

} // namespace

static_assert(simd::lanes<float> == 2 * simd::lanes<double>);
static_assert(simd::registers == 16 || simd::registers == 32);
#if defined(__AVX512F__)
static_assert(simd::lanes<float> == 16 && simd::registers == 32);
#elif defined(__AVX__)
static_assert(simd::lanes<float> == 8);
#elif defined(__SSE2__)
static_assert(simd::lanes<float> == 4);
#endif

TEMPLATE_TEST_CASE("part of a register is loaded and stored, and nothing beside it is touched", "[core][simd]", float, double,
                   std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t,
                   std::uint64_t)
{
    using T = TestType;
    const Page page;
    constexpr std::size_t lanes = simd::lanes<T>;
    for (std::size_t n = 0; n <= lanes; ++n) {
        INFO(n << " of " << lanes);
        T* const at_end = reinterpret_cast<T*>(page.begin + page.size) - n; // n = 0: a pointer that may not be read at all
        T* const at_begin = reinterpret_cast<T*>(page.begin);
        for (T* const p : {at_end, at_begin}) {
            for (std::size_t i = 0; i < n; ++i) p[i] = static_cast<T>(i + 3);
            std::vector<T> expected(lanes, T(0)), filled(lanes, T(9));
            for (std::size_t i = 0; i < n; ++i) filled[i] = expected[i] = static_cast<T>(i + 3);
            CHECK(values_of<T>(simd::load_partial<T>(p, n)) == expected);
            CHECK(values_of<T>(simd::load_partial<T>(p, n, T(9))) == filled);

            simd::store_partial(counting<T>(), p, n);
            bool stored = true;
            for (std::size_t i = 0; i < n; ++i) stored = stored && p[i] == static_cast<T>(i + 1);
            CHECK(stored);
        }
        // Neighbours on the same page.
        std::vector<T> room(3 * lanes, T(77));
        simd::store_partial(counting<T>(), room.data() + lanes, n);
        for (std::size_t i = 0; i < room.size(); ++i)
            CHECK(room[i] == (i < lanes || i >= lanes + n ? T(77) : static_cast<T>(i - lanes + 1)));
    }
}

TEMPLATE_TEST_CASE("a part keeps NaN, infinities and the sign of zero", "[core][simd]", float, double)
{
    using T = TestType;
    using limits = std::numeric_limits<T>;
    const std::vector<T> odd{-T(0),         limits::quiet_NaN(), limits::infinity(), -limits::infinity(), limits::denorm_min(),
                             limits::max(), limits::lowest()};
    for (std::size_t n = 0; n <= std::min(odd.size(), simd::lanes<T>); ++n) {
        std::vector<T> back(odd.size(), T(5));
        simd::store_partial(simd::load_partial<T>(odd.data(), n), back.data(), n);
        CHECK(std::memcmp(back.data(), odd.data(), n * sizeof(T)) == 0);
    }
}

TEMPLATE_TEST_CASE("reductions meet every lane", "[core][simd]", float, double, std::int32_t, std::int64_t)
{
    using T = TestType;
    constexpr std::size_t lanes = simd::lanes<T>;
    CHECK(simd::reduce_add(counting<T>()) == T(lanes * (lanes + 1) / 2)); // NOLINT(bugprone-integer-division): it is even
    CHECK(simd::reduce_max(counting<T>()) == static_cast<T>(lanes));
    for (std::size_t i = 0; i < lanes; ++i) {
        std::vector<T> values(lanes, T(-5));
        values[i] = T(-2);
        const auto x = simd::batch<T>::load_unaligned(values.data());
        CHECK(simd::reduce_max(x) == T(-2));
        CHECK(simd::reduce_add(x) == static_cast<T>(-5 * static_cast<int>(lanes) + 3));
    }
}

TEMPLATE_TEST_CASE("fma multiplies and adds, in one rounding where the hardware does", "[core][simd]", float, double)
{
    using T = TestType;
    const auto result = values_of<T>(simd::fma(counting<T>(), counting<T>(T(2)), counting<T>(T(-1))));
    for (std::size_t i = 0; i < result.size(); ++i) CHECK(result[i] == static_cast<T>((i + 1) * (i + 1) * 2 - (i + 1)));

    // (1 + e)² - 1 - 2e is e² in one rounding, 0 in two.
    const T e = std::numeric_limits<T>::epsilon();
    const simd::batch<T> a(1 + e), c(-(1 + 2 * e));
    const T exact = values_of<T>(simd::fma(a, a, c))[0];
#if defined(__FMA__) || defined(__AVX512F__) || defined(__aarch64__)
    CHECK(exact == e * e);
#else
    CHECK((exact == 0 || exact == e * e));
#endif
    CHECK(std::isnan(values_of<T>(simd::fma(simd::batch<T>(0), simd::batch<T>(std::numeric_limits<T>::infinity()), c))[0]));

    auto sum = c;
    simd::add_product(sum, a, a);
    CHECK(values_of<T>(sum) == values_of<T>(simd::fma(a, a, c)));
}

TEMPLATE_TEST_CASE("mask_xor is set where exactly one is", "[core][simd]", float, double, std::int32_t)
{
    using T = TestType;
    constexpr std::size_t lanes = simd::lanes<T>;
    const auto x = counting<T>();
    for (std::size_t low = 0; low <= lanes + 1; ++low)
        for (std::size_t high = 0; high <= lanes + 1; ++high) {
            const auto either = simd::mask_xor(x < simd::batch<T>(static_cast<T>(low)), x < simd::batch<T>(static_cast<T>(high)));
            const auto chosen = values_of<T>(xsimd::select(either, simd::batch<T>(T(1)), simd::batch<T>(T(0))));
            for (std::size_t i = 0; i < lanes; ++i) CHECK(chosen[i] == T((i + 1 < low) != (i + 1 < high)));
        }
}

TEMPLATE_TEST_CASE("keep changes nothing", "[core][simd]", float, double, std::int32_t)
{
    CHECK(values_of<TestType>(simd::keep(counting<TestType>(TestType(3)))) ==
          values_of<TestType>(counting<TestType>(TestType(3))));
}
