// Numbers of other types: every half, bfloat16 by its definition, and integers up to what a double holds.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/graph/stored_numbers.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace lamina;

namespace {

/// What IEEE 754 says that sixteen bits are: sign, 5 bits of exponent, 10 of mantissa.
double meaning_of_half(unsigned bits)
{
    const int exponent = int(bits >> 10 & 31), mantissa = int(bits & 1023);
    const double size = exponent == 31  ? (mantissa ? std::nan("") : INFINITY)
                        : exponent == 0 ? mantissa * std::pow(2, -24)
                                        : (1024 + mantissa) * std::pow(2, exponent - 25);
    return bits & 0x8000 ? -size : size;
}

template <class Stored>
std::shared_ptr<record> converted(std::string_view type, const std::vector<Stored>& values)
{
    auto to = make_record("to", {values.size()}, safetensors::number_for(type, "file"));
    safetensors::copy_converted(type, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Stored)}, *to,
                                "file");
    return to;
}

} // namespace

TEST_CASE("every half is the float of the same value", "[graph]")
{
    std::vector<std::uint16_t> all(65536);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint16_t>(i);
    const auto to = converted("F16", all);
    std::size_t wrong = 0;
    for (unsigned i = 0; i < 65536; ++i) {
        const double expected = meaning_of_half(i), got = double(to->data<float>()[i]);
        const bool same = std::isnan(expected) ? std::isnan(got) : expected == got && std::signbit(expected) == std::signbit(got);
        wrong += same ? 0 : 1;
    }
    CHECK(wrong == 0);
}

TEST_CASE("bfloat16 and integers keep their values", "[graph]")
{
    CHECK(converted<std::uint16_t>("BF16", {0x3f80, 0xc000, 0x7f80})->data<float>()[1] == -2);
    CHECK(converted<std::uint16_t>("BF16", {0x3f80, 0xc000, 0x7f80})->data<float>()[2] == std::numeric_limits<float>::infinity());
    CHECK(converted<std::int8_t>("I8", {-128, 127})->data<float>()[0] == -128);
    CHECK(converted<std::uint8_t>("U8", {255})->data<float>()[0] == 255);
    CHECK(converted<std::uint8_t>("BOOL", {0, 1})->data<float>()[1] == 1);
    CHECK(converted<std::int16_t>("I16", {-32768})->data<float>()[0] == -32768);
    CHECK(converted<std::uint16_t>("U16", {65535})->data<float>()[0] == 65535);
    CHECK(converted<std::int32_t>("I32", {std::numeric_limits<std::int32_t>::min()})->data<double>()[0] == -2147483648.0);
    CHECK(converted<std::uint32_t>("U32", {4294967295u})->data<double>()[0] == 4294967295.0);
    const std::int64_t most = std::int64_t{1} << 53;
    CHECK(converted<std::int64_t>("I64", {-most, most})->data<double>()[0] == -9007199254740992.0);
    CHECK(converted<std::uint64_t>("U64", {std::uint64_t(most)})->data<double>()[0] == 9007199254740992.0);
    CHECK(says(refusal([&] { converted<std::int64_t>("I64", {1, most + 1}); }), "file holds 9007199254740993"));
    CHECK(says(refusal([&] { converted<std::int64_t>("I64", {std::numeric_limits<std::int64_t>::min()}); }),
               "-9223372036854775808"));
    CHECK(says(refusal([&] { converted<std::uint64_t>("U64", {~std::uint64_t{0}}); }), "18446744073709551615"));
    CHECK(says(refusal([&] { safetensors::number_for("C64", "file"); }), "file is of type C64"));
}
