// Texts as JSON writes them: UTF-8 and escapes.
#include "catch.hpp"

#include <lamina/core/error.hpp>
#include <lamina/formats/json_text.hpp>

#include <string>

using namespace std::string_view_literals;
using lamina::safetensors::detail::json_quoted;
using lamina::safetensors::detail::utf8_length;

namespace {

std::string quoted(std::string_view text)
{
    std::string printed;
    lamina::internals::append(printed, {json_quoted{text}});
    return printed;
}

} // namespace

static_assert(utf8_length("a") == 1 && utf8_length("\0"sv) == 1 && utf8_length("\x7F") == 1);
static_assert(utf8_length("") == 0);
static_assert(utf8_length("\xC2\x80") == 2 && utf8_length("\xDF\xBFz") == 2);
static_assert(utf8_length("\xE0\xA0\x80") == 3 && utf8_length("\xED\x9F\xBF") == 3 && utf8_length("\xEE\x80\x80") == 3);
static_assert(utf8_length("\xF0\x90\x80\x80") == 4 && utf8_length("\xF4\x8F\xBF\xBF") == 4);
static_assert(utf8_length("\x80") == 0 && utf8_length("\xBF") == 0, "a tail alone");
static_assert(utf8_length("\xC0\x80") == 0 && utf8_length("\xC1\xBF") == 0, "two bytes for one");
static_assert(utf8_length("\xE0\x9F\xBF") == 0 && utf8_length("\xF0\x8F\xBF\xBF") == 0, "longer than needed");
static_assert(utf8_length("\xED\xA0\x80") == 0 && utf8_length("\xED\xBF\xBF") == 0, "surrogates");
static_assert(utf8_length("\xF4\x90\x80\x80") == 0 && utf8_length("\xF5\x80\x80\x80") == 0 && utf8_length("\xFF") == 0,
              "above U+10FFFF");
static_assert(utf8_length("\xE2\x82"sv) == 0 && utf8_length("\xF0\x9F\x98"sv) == 0 && utf8_length("\xC3"sv) == 0, "cut off");
static_assert(utf8_length("\xE2(\xA1") == 0, "a tail that is none");

TEST_CASE("every character of Unicode is one character, and every other pair of bytes is none", "[graph][json_text]")
{
    std::size_t two = 0;
    for (int first = 0x80; first < 0x100; ++first)
        for (int second = 0; second < 0x100; ++second)
            two += utf8_length(std::string{static_cast<char>(first), static_cast<char>(second)}) == 2;
    CHECK(two == 0x800 - 0x80);
}

TEST_CASE("json_quoted escapes what JSON needs escaped and nothing else", "[graph][json_text]")
{
    CHECK(quoted("") == "\"\"");
    CHECK(quoted("body/0/kernel") == "\"body/0/kernel\"");
    CHECK(quoted("a\"b\\c") == R"("a\"b\\c")");
    CHECK(quoted("\n\x01\x1F"sv) == R"("\u000a\u0001\u001f")");
    CHECK(quoted("\0"sv) == R"("\u0000")");
    CHECK(quoted("Gewicht ä 😀") == "\"Gewicht ä 😀\"");
}
