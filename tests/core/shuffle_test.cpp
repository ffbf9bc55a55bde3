// Lanes that change places: every lane of every register lands where it is said to.
#include "catch.hpp"

#include <lamina/core/shuffle.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

template <class T> internals::simd::batch<T> counting(T start)
{
    alignas(alignment) T values[internals::simd::lanes<T>];
    for (T& value : values) value = start++;
    return internals::simd::batch<T>::load_aligned(values);
}

template <class T> T lane(const internals::simd::batch<T>& x, std::size_t i)
{
    alignas(alignment) T values[internals::simd::lanes<T>];
    x.store_aligned(values);
    return values[i];
}

template <class T, std::size_t Count> void there_and_back()
{
    constexpr std::size_t lanes = internals::simd::lanes<T>;
    for (std::size_t n = 0; n <= lanes; ++n) {
        CAPTURE(Count, n);
        internals::simd::batch<T> rows[Count];
        for (std::size_t c = 0; c < Count; ++c) rows[c] = counting(T(1 + 100 * c));
        std::vector<T> flat(n * Count + 3, T(-1));
        internals::simd::interleave<Count>(rows, flat.data(), n);
        for (std::size_t i = 0; i < n * Count; ++i) {
            const std::size_t place = i / Count;
            REQUIRE(flat[i] == T(1 + 100 * (i % Count) + place));
        }
        for (std::size_t i = n * Count; i < flat.size(); ++i) REQUIRE(flat[i] == T(-1));

        const std::vector<T> exact(flat.begin(), flat.begin() + std::ptrdiff_t(n * Count)); // a read behind it is an error
        internals::simd::deinterleave<Count>(exact.data(), rows, n);
        for (std::size_t c = 0; c < Count; ++c)
            for (std::size_t i = 0; i < lanes; ++i) REQUIRE(lane(rows[c], i) == (i < n ? T(1 + 100 * c + i) : T(0)));
    }
}

} // namespace

TEMPLATE_TEST_CASE("every second lane of two registers", "[core][shuffle]", float, double)
{
    using T = TestType;
    constexpr std::size_t lanes = internals::simd::lanes<T>;
    const auto a = counting(T(0)), b = counting(T(lanes));
    const auto even = internals::simd::even_lanes(a, b), odd = internals::simd::odd_lanes(a, b);
    for (std::size_t i = 0; i < lanes; ++i) {
        CHECK(lane(even, i) == T(2 * i));
        CHECK(lane(odd, i) == T(2 * i + 1));
    }
}

TEMPLATE_TEST_CASE("every lane twice", "[core][shuffle]", float, double)
{
    using T = TestType;
    constexpr std::size_t lanes = internals::simd::lanes<T>;
    const auto both = internals::simd::twice(counting(T(0)));
    for (std::size_t i = 0; i < 2 * lanes; ++i) {
        const std::size_t half = i / 2;
        CHECK(lane(i < lanes ? both.low : both.high, i % lanes) == T(half));
    }
}

TEMPLATE_TEST_CASE("interleaved registers", "[core][shuffle]", float, double)
{
    there_and_back<TestType, 1>();
    there_and_back<TestType, 2>();
    there_and_back<TestType, 3>();
    there_and_back<TestType, 6>();
    there_and_back<TestType, 7>();
    there_and_back<TestType, 8>();
}

TEMPLATE_TEST_CASE("bits of numbers without the lowest, and numbers with another's sign", "[core][shuffle]", float, double)
{
    using T = TestType;
    using whole = xsimd::as_unsigned_integer_t<T>;
    alignas(alignment) whole bits[internals::simd::lanes<T>];
    const auto upper = internals::simd::upper_bits<20>(counting(T(1)));
    std::memcpy(bits, &upper, sizeof bits);
    for (std::size_t i = 0; i < internals::simd::lanes<T>; ++i) CHECK(bits[i] == std::bit_cast<whole>(T(i + 1)) >> 20);

    const auto minus = internals::simd::with_sign_of(-counting(T(1)), counting(T(5))),
               plus = internals::simd::with_sign_of(counting(T(0)), counting(T(5)));
    for (std::size_t i = 0; i < internals::simd::lanes<T>; ++i) {
        CHECK(lane(minus, i) == -T(i + 5));
        CHECK(lane(plus, i) == T(i + 5));
    }
    CHECK(std::signbit(
        lane(internals::simd::with_sign_of(internals::simd::batch<T>(T(-0.0)), internals::simd::batch<T>(T(0))), 0)));
}
