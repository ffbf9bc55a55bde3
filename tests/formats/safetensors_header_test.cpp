// The reader of a safetensors header's JSON: what it takes, and what it refuses.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/formats/safetensors_header.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

using lamina::safetensors::detail::HeaderText;
using namespace std::string_view_literals;

namespace {

std::string text_of(std::string_view json)
{
    HeaderText header(json, "x.safetensors");
    auto read = header.string();
    header.expect_end();
    return read;
}

std::vector<std::size_t> sizes_of(std::string_view json)
{
    HeaderText header(json, "x.safetensors");
    auto read = header.sizes();
    header.expect_end();
    return read;
}

std::map<std::string, std::string> object_of(std::string_view json)
{
    HeaderText header(json, "x.safetensors");
    std::map<std::string, std::string> read;
    header.members([&](const std::string& key) { read[key] = header.string(); });
    header.expect_end();
    return read;
}

} // namespace

TEST_CASE("texts are read with all of JSON's escapes", "[graph][safetensors]")
{
    CHECK(text_of(R"("")").empty());
    CHECK(text_of(R"( "0/kernel" )") == "0/kernel");
    CHECK(text_of(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(text_of(R"("\u0041\u00e4\u20AC")") == "Aä€");
    CHECK(text_of(R"("\u007f\u0080\u07ff\u0800\uffff")") == "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF");
    CHECK(text_of(R"("\uD83D\uDE00 \ud800\udc00 \udbff\udfff")") == "😀 \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF");
    CHECK(text_of("\"Gewicht ä €\"") == "Gewicht ä €");
    CHECK(text_of(R"("\u0000")") == "\0"sv);
}

TEST_CASE("texts that are none are refused in a sentence", "[graph][safetensors]")
{
    const auto why = [](std::string_view json) { return refusal_of([&] { text_of(json); }); };
    CHECK(why(R"("abc)") == "x.safetensors: the header has a text without end; save the file again, or copy it again");
    for (const auto json : {"\"", "\"abc\\", "\"\xC3"}) CHECK_FALSE(why(json).empty());
    for (const auto json : {"\"\xFF\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\xE2\x82\""})
        CHECK(why(json).find("not UTF-8") != std::string::npos);
    for (const auto json : {"\"\n\""sv, "\"\x1F\""sv, "\"\0\""sv})
        CHECK(why(json).find("control character") != std::string::npos);
    for (const auto json :
         {R"("\x41")", R"("\u12")", R"("\u12g4")", R"("\u-123")", R"("\u 123")", R"("\U0041")", R"("\u123)", R"("\ud800\n")"})
        CHECK(why(json).find("unknown escape") != std::string::npos);
    for (const auto json : {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud83dx")", R"("\udbff\u0041")"})
        CHECK(why(json).find("half a surrogate") != std::string::npos);
    CHECK(why("abc").find("lacks a '\"'") != std::string::npos);
}

TEST_CASE("lists of sizes are read, and nothing that is no size", "[graph][safetensors]")
{
    CHECK(sizes_of("[]").empty());
    CHECK(sizes_of(" [ 0 , 1,28 ] ") == std::vector<std::size_t>{0, 1, 28});
    CHECK(sizes_of("[18446744073709551615]") == std::vector<std::size_t>{~std::size_t{0}});
    for (const auto json : {"[-1]", "[+1]", "[01]", "[00]", "[18446744073709551616]", "[99999999999999999999999]", "[a]",
                            "[\"1\"]", "[[1]]", "[,1]", "[1,]", "[null]", "[0x1]"})
        CHECK_FALSE(refusal_of([&] { sizes_of(json); }).empty());
    for (const auto json : {"[1.0]", "[1e3]", "[1", "[1 2]", "[", "", "1", "{}", "[1]]"})
        CHECK_FALSE(refusal_of([&] { sizes_of(json); }).empty());
}

TEST_CASE("objects are read, and no key twice", "[graph][safetensors]")
{
    CHECK(object_of("{}").empty());
    CHECK(object_of("{ \"a\" : \"1\" ,\n\t\"b\":\"2\" }\r\n   ") == std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}});
    CHECK(refusal_of([] { object_of(R"({"a":"1","a":"2"})"); }).find("names \"a\" twice") != std::string::npos);
    CHECK(refusal_of([] { object_of(R"({"a":"1","\u0061":"2"})"); }).find("names \"a\" twice") != std::string::npos);
    for (const auto json :
         {R"({"a":"1",})", R"({,"a":"1"})", R"({"a" "1"})", R"({"a":})", R"({"a"})", R"({"a":"1")", R"({"a":"1"}})",
          R"({"a":"1"} x)", "{'a':'1'}", R"({a:"1"})", R"({"a":1})", R"({"a":{}})", R"({"a":null})", "{", "", "[]"})
        CHECK_FALSE(refusal_of([&] { object_of(json); }).empty());
}
