// sums, products and tables of bytes: against plain loops, to the bit.
#include "catch.hpp"
#include "quantized_bytes.hpp"

#include <lamina/kernels/quantized/binary.hpp>
#include <lamina/kernels/quantized/table.hpp>
#include <lamina/kernels/reference/quantized_binary.hpp>

#include <algorithm>
#include <numeric>

using namespace lamina;
using namespace lamina::internals;
using kernels::byte_operation;
namespace reference = internals::kernels::reference;

namespace {

void check(const byte_operation& op, std::size_t n)
{
    const auto a = extreme_bytes(n, 1), b = extreme_bytes(n, 2);
    for (const auto& [a_goes_on, b_goes_on] : {std::pair{true, true}, std::pair{true, false}, std::pair{false, true}}) {
        std::vector<std::int8_t> y(n + 32, 99);
        kernels::operate(op, a.data(), a_goes_on, b.data(), b_goes_on, y.data(), n);
        for (std::size_t i = 0; i < n; ++i)
            REQUIRE(int(y[i]) == int(reference::operate(op, a[a_goes_on ? i : 0], b[b_goes_on ? i : 0])));
        for (std::size_t i = n; i < y.size(); ++i) REQUIRE(y[i] == 99);
    }
}

} // namespace

TEST_CASE("sums and products of bytes are those of plain loops", "[kernels][quantized]")
{
    for (const std::size_t n : std::initializer_list<std::size_t>{1, 3, 4, 7, 8, 15, 16, 17, 33, 1000}) {
        for (const auto& [first, second] : {std::pair{0.5f, 0.5f}, std::pair{0.3f, -0.77f}, std::pair{1.9f, 0.001f},
                                            std::pair{1e-4f, -1e-4f}, std::pair{200.f, 1.f}}) {
            byte_operation op{3, -128, -7, -128, 127};
            kernels::set_sum(op, first, second);
            check(op, n);
        }
        for (const float scale : {0.5f, 0.01f, 1e-4f, 3.f}) {
            byte_operation op{-5, 127, 4, 4, 100};
            op.product = true, op.scale = scale;
            check(op, n);
        }
    }
}

TEST_CASE("a sum has the multipliers that XNNPACK computes", "[kernels][quantized]")
{
    byte_operation op{};
    kernels::set_sum(op, 0.5f, -0.25f);
    CHECK(op.shift == 21);
    CHECK(op.a_times == 1 << 20);
    CHECK(op.b_times == -(1 << 19));
    kernels::set_sum(op, 0.02f / 0.06f, 0.05f / 0.06f);
    CHECK(op.shift == 21);
    CHECK(op.a_times == 699051);
    CHECK(op.b_times == 1747627);
}

TEST_CASE("bytes are looked up in tables", "[kernels][quantized]")
{
    kernels::byte_table table;
    for (int i = -128; i < 128; ++i) table[i] = static_cast<std::int8_t>(i * 37 + 11);
    std::vector<std::int8_t> x(256 + 77);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::int8_t>(i);
    for (const std::size_t n : std::initializer_list<std::size_t>{0, 1, 5, 63, 64, 65, 127, 128, 200, 256, 333}) {
        std::vector<std::int8_t> y(n + 70, 99);
        kernels::look_up(table, x.data(), y.data(), n);
        for (std::size_t i = 0; i < n; ++i) REQUIRE(y[i] == static_cast<std::int8_t>(x[i] * 37 + 11));
        for (std::size_t i = n; i < y.size(); ++i) REQUIRE(y[i] == 99);
        std::copy_n(x.begin(), n, y.begin());
        kernels::look_up(table, y.data(), y.data(), n); // in place
        for (std::size_t i = 0; i < n; ++i) REQUIRE(y[i] == static_cast<std::int8_t>(x[i] * 37 + 11));
    }
}
