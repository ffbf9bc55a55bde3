// Files of tensors: what a reader must refuse, thousands of damaged files, and what the writer writes.
#include "catch.hpp"

#include "data/temporary.hpp"
#include "graph/safetensors_bytes.hpp"

#include <lamina/core/random.hpp>
#include <lamina/formats/safetensors.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// Refused with this in its sentence.
void check_refused(const std::string& bytes, std::string_view why)
{
    const auto text = refusal_of([&] { safetensors::parse(bytes, "x.safetensors"); });
    INFO(bytes.substr(std::min<std::size_t>(8, bytes.size())) << "\nrefused with: " << text);
    CHECK(text.starts_with("x.safetensors: "));
    CHECK(text.find(why) != text.npos);
    CHECK(text.find('\n') == text.npos);
}

void check_refused(std::string_view header, std::size_t data_bytes, std::string_view why)
{
    check_refused(file_of(header, data_bytes), why);
}

const std::string small =
    file_of(R"({"__metadata__":{"format":"lamina"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
            R"("b":{"dtype":"I64","shape":[],"data_offsets":[24,32]}})",
            32);

} // namespace

TEST_CASE("a small file is read", "[graph][safetensors]")
{
    auto bytes = small;
    for (std::size_t i = 0; i < 32; ++i) bytes[bytes.size() - 32 + i] = static_cast<char>(i);
    const auto file = safetensors::parse(bytes, "x.safetensors");
    REQUIRE(file.tensors.size() == 2);
    CHECK(*find(file.metadata, "format") == "lamina");
    CHECK(find(file.metadata, "forma") == nullptr);
    CHECK(file.tensors[0].name == "a");
    CHECK(file.tensors[0].has_type(dtype::float32));
    CHECK(file.tensors[0].shape == std::vector<std::size_t>{2, 3});
    CHECK(file.tensors[0].bytes.size() == 24);
    CHECK(file.tensors[0].bytes[5] == 5);
    CHECK(file.tensors[1].shape.empty());
    CHECK(file.tensors[1].bytes.size() == 8);
    CHECK(file.tensors[1].bytes[0] == 24);
    CHECK(file.tensors[1].type == dtype::int64);
    CHECK(file.name == "x.safetensors");
}

TEST_CASE("what other writers write is read", "[graph][safetensors]")
{
    const auto count = [](std::string_view header, std::size_t bytes) {
        return safetensors::parse(file_of(header, bytes), "x").tensors.size();
    };
    CHECK(count("{}", 0) == 0);
    CHECK(count("{}      ", 0) == 0);
    CHECK(count(R"({"__metadata__":{}})", 0) == 0);
    CHECK(count("{ \"a\" : {\n\"shape\" : [ 1 , 2 ], \"data_offsets\":[0,4], \"dtype\":\"F16\" } }", 4) == 1);
    // Not in the order of their places, and empty tensors anywhere between.
    CHECK(count(R"({"b":{"dtype":"U8","shape":[3],"data_offsets":[2,5]},"e":{"dtype":"F32","shape":[0,7],"data_offsets":[2,2]},)"
                R"("a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]},"f":{"dtype":"F64","shape":[0],"data_offsets":[5,5]}})",
                5) == 4);
    CHECK(count(R"({"a":{"dtype":"F4","shape":[3,2],"data_offsets":[0,3]}})", 3) == 1);
    std::size_t known = 0;
    for (const auto& [type, bits] : safetensors::types) {
        const auto file = safetensors::parse(file_of("{\"a\":{\"dtype\":\"" + std::string(type) +
                                                         "\",\"shape\":[8],\"data_offsets\":[0," + std::to_string(bits) + "]}}",
                                                     bits),
                                             "x");
        REQUIRE(file.tensors.size() == 1);
        CHECK(file.tensors[0].bytes.size() == bits);
        const bool of_lamina = known++ < dtype_count;
        CHECK(file.tensors[0].foreign == (of_lamina ? std::string_view() : type));
        if (of_lamina) CHECK(file.tensors[0].size() == 8);
    }
}

TEST_CASE("bad files are refused in one sentence", "[graph][safetensors]")
{
    const auto length_of = [](std::uint64_t n, std::string rest) {
        std::string bytes(8, '\0');
        std::memcpy(bytes.data(), &n, 8);
        return bytes + rest;
    };
    const auto before = peak_memory();
    check_refused(length_of(3, "{}"), "claims a header of 3 bytes and has 2");
    check_refused(length_of(100'000'000, "{}"), "claims a header of 100000000 bytes and has 2");
    check_refused(length_of(100'000'001, "{}"), "at most 100000000");
    check_refused(length_of(~std::uint64_t{0}, "{}"), "at most 100000000");
    check_refused(length_of(std::uint64_t{1} << 63, "{}"), "at most 100000000");
    check_refused(length_of(0, ""), "does not start with a brace");
    check_refused(length_of(0, "{}"), "does not start with a brace");
    check_refused(" {}", 0, "does not start with a brace");
    check_refused("\xEF\xBB\xBF{}", 0, "does not start with a brace");
    check_refused("[]", 0, "does not start with a brace");
    check_refused("{}x", 0, "goes on");
    check_refused(std::string_view("{}\0", 3), 0, "goes on");
    check_refused("{}{}", 0, "goes on");
    check_refused("{}", 1, "describes 0 bytes where 1 follow");

    const auto tensor = [](std::string_view type, std::string_view shape, std::string_view offsets) {
        std::string entry = "{\"a\":{\"dtype\":";
        return entry.append(type).append(",\"shape\":").append(shape).append(",\"data_offsets\":").append(offsets).append("}}");
    };
    CHECK(safetensors::parse(file_of(tensor("\"F32\"", "[2]", "[0,8]"), 8), "x").tensors.size() == 1);
    check_refused(tensor("\"F32\"", "[2]", "[0,8]"), 7, "at bytes 0 to 8 of 7");
    check_refused(tensor("\"F32\"", "[2]", "[0,8]"), 9, "describes 8 bytes where 9 follow");
    check_refused(tensor("\"F32\"", "[2]", "[0,7]"), 8, "7 bytes where its type and shape need 8");
    check_refused(tensor("\"F32\"", "[2]", "[1,9]"), 9, "leaves a hole");
    check_refused(tensor("\"F32\"", "[2]", "[8,0]"), 8, "at bytes 8 to 0");
    check_refused(tensor("\"F32\"", "[2]", "[-8,0]"), 8, "not made of sizes");
    check_refused(tensor("\"F32\"", "[-2]", "[0,8]"), 8, "not made of sizes");
    check_refused(tensor("\"F32\"", "[2.0]", "[0,8]"), 8, "lacks a ']'");
    check_refused(tensor("\"F32\"", "[2e0]", "[0,8]"), 8, "lacks a ']'");
    check_refused(tensor("\"F32\"", "[02]", "[0,8]"), 8, "not made of sizes");
    check_refused(tensor("\"F32\"", "2", "[0,8]"), 8, "lacks a '['");
    check_refused(tensor("\"F32\"", "[[2]]", "[0,8]"), 8, "not made of sizes");
    check_refused(tensor("\"F32\"", "[2]", "[0]"), 8, "1 offsets where 2 are needed");
    check_refused(tensor("\"F32\"", "[2]", "[]"), 8, "0 offsets where 2 are needed");
    check_refused(tensor("\"F32\"", "[2]", "[0,8,8]"), 8, "3 offsets where 2 are needed");
    check_refused(tensor("\"F32\"", "[2]", "[0,18446744073709551615]"), 8, "to 18446744073709551615 of 8");
    check_refused(tensor("\"F32\"", "[2]", "[0,18446744073709551616]"), 8, "not made of sizes");
    check_refused(tensor("\"F32\"", "[2]", "[18446744073709551615,7]"), 8, "at bytes 18446744073709551615 to 7");
    check_refused(tensor("\"F32\"", "[4611686018427387905]", "[0,8]"), 8, "more elements than can be counted");
    check_refused(tensor("\"F32\"", "[576460752303423489]", "[0,8]"), 8, "more elements than can be counted"); // 2^64 + 32 bits
    check_refused(tensor("\"F32\"", "[4294967296,4294967296]", "[0,0]"), 0, "more elements than can be counted");
    check_refused(tensor("\"F32\"", "[18446744073709551615,18446744073709551615,0]", "[0,0]"), 0,
                  "more elements than can be counted");
    check_refused(tensor("\"F4\"", "[3]", "[0,1]"), 1, "need 1"); // twelve bits are one byte and a half
    check_refused(tensor("\"F16\"", "[0]", "[0,8]"), 8, "8 bytes where its type and shape need 0");
    check_refused(tensor("\"f32\"", "[2]", "[0,8]"), 8, "unknown type \"f32\"");
    check_refused(tensor("\"F128\"", "[2]", "[0,8]"), 8, "unknown type");
    check_refused(tensor("\"\"", "[2]", "[0,8]"), 8, "unknown type \"\"");
    check_refused(tensor("32", "[2]", "[0,8]"), 8, "lacks a '\"'");
    check_refused(tensor("null", "[2]", "[0,8]"), 8, "lacks a '\"'");
    check_refused(tensor("\"F32\"", "null", "[0,8]"), 8, "lacks a '['");
    check_refused(tensor("\"F32\"", "{}", "[0,8]"), 8, "lacks a '['");
    check_refused(tensor("\"F\\n32\"", "[2]", "[0,8]"), 8, "unknown type \"F\\u000a32\"");

    check_refused(R"({"a":{"dtype":"F32","shape":[2]}})", 8, "lacks dtype, shape or data_offsets of \"a\"");
    check_refused(R"({"a":{}})", 0, "lacks dtype, shape or data_offsets of \"a\"");
    check_refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}})", 8, "unknown key \"x\"");
    check_refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"dtype":"F32"}})", 8, "names \"dtype\" twice");
    check_refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                  2, "names \"a\" twice");
    check_refused(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                  3, "overlap");
    check_refused(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})",
                  2, "overlap");
    check_refused(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
                  3, "hole");
    check_refused(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"e":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}})",
                  4, "overlap");
    check_refused(R"({"a":{"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}})", 1, "unknown key \"b\"");
    check_refused(R"({"a":[]})", 0, "lacks a '{'");
    check_refused(R"({"a":null})", 0, "lacks a '{'");
    check_refused(R"({"__metadata__":{"a":1}})", 0, "lacks a '\"'");
    check_refused(R"({"__metadata__":{"a":{"b":"c"}}})", 0, "lacks a '\"'");
    check_refused(R"({"__metadata__":{"a":"1","a":"2"}})", 0, "names \"a\" twice");
    check_refused(R"({"__metadata__":{},"__metadata__":{}})", 0, "names \"__metadata__\" twice");
    check_refused("{\"\xFF\":{}}", 0, "not UTF-8");
    check_refused(R"({"a)", 0, "text without end");

    // Depth costs nothing: nothing recurses.
    std::string deep;
    for (int i = 0; i < 50'000; ++i) deep += "{\"a\":";
    check_refused(file_of(deep), "unknown key \"a\" at \"a\"");
    check_refused(file_of(std::string(50'000, '{')), "lacks a '\"'");
    check_refused(file_of("{\"a\":" + std::string(50'000, '[')), "lacks a '{'");
    CHECK(peak_memory() < before + 64); // MiB; one of the headers claims 100 MB
}

TEST_CASE("a file cut off anywhere is refused", "[graph][safetensors]")
{
    CHECK(refusal_of([] { safetensors::parse(small, "x.safetensors"); }).empty());
    for (std::size_t n = 0; n < small.size(); ++n) check_refused(small.substr(0, n), n < 8 ? "starts with 8" : "");
    check_refused(small + '\0', "describes 32 bytes where 33 follow");
}

TEST_CASE("damaged files are read or refused, and nothing else", "[graph][safetensors]")
{
    constexpr std::string_view alphabet = "{}[]\",:0123456789\\u-.eE abdtF32_\x80\xC3\xED\xFF\n";
    Random random(Seed{11});
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random.below(n)); };
    std::size_t refused = 0, read = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto bytes = small;
        for (std::size_t change = 0, changes = 1 + below(4); change < changes; ++change) {
            const auto at = below(bytes.size());
            switch (below(6)) {
            case 0: bytes[at] = static_cast<char>(random.bits()); break;
            case 1: bytes[at] = alphabet[below(alphabet.size())]; break;
            case 2: bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8))); break;
            case 3: bytes.erase(at, 1 + below(9)); break;
            case 4: bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(20))); break;
            default: bytes.insert(at, 1, alphabet[below(alphabet.size())]); break;
            }
            if (bytes.empty()) bytes = "x";
        }
        // Most changes alter the header's length; half of the files get one that fits again, so that the parser is reached.
        if (bytes.size() > 40 && below(2) == 0) {
            const std::uint64_t length = bytes.size() - 40;
            std::memcpy(bytes.data(), &length, 8);
        }
        const auto size = bytes.size();
        const auto why = refusal_of([&] {
            const auto file = safetensors::parse(std::move(bytes), "x.safetensors");
            std::size_t covered = 0;
            for (const auto& tensor : file.tensors) covered += tensor.bytes.size();
            if (covered > size || (covered > 0 && size - covered < 8)) throw std::logic_error("read, but not covered");
        });
        ++(why.empty() ? read : refused);
    }
    CAPTURE(read, refused);
    CHECK(read > 200); // damage to data, names and shapes' order goes unseen
    CHECK(refused > 10'000);
}

TEST_CASE("a written file is what the format says", "[graph][safetensors]")
{
    const Temporary folder("safetensors");
    const auto path = folder.path / "x.safetensors";
    const auto a = std::make_shared<record>("", Shape{2, 3}, dtype::float32);
    const auto b = std::make_shared<record>("", Shape{}, dtype::float64);
    float value = 0;
    a->for_each<float>([&](float& element) { element = value++; });
    *b->data<double>() = -0.0;
    safetensors::write(path, {{"a \"quoted\"", a}, {"b/ä", b}}, {{"note", "by\nhand"}});

    const auto bytes = read_file(path);
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    CHECK(length % 8 == 0);
    CHECK(bytes.size() == 8 + length + 24 + 8);
    const std::string header = R"({"__metadata__":{"format":"lamina","note":"by\u000ahand","version":"1"},)"
                               R"("b/ä":{"dtype":"F64","shape":[],"data_offsets":[0,8]},)"
                               R"("a \"quoted\"":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}})";
    CHECK(bytes.substr(8, header.size()) == header);
    CHECK(bytes.substr(8 + header.size(), length - header.size()) == std::string(length - header.size(), ' '));
    CHECK(numbers_of<float>(bytes, R"(a \"quoted\")", "2,3") == std::vector<float>{0, 1, 2, 3, 4, 5});
    CHECK(std::signbit(numbers_of<double>(bytes, "b/ä", "").at(0)));

    const auto file = safetensors::read(path);
    CHECK(*find(file.metadata, "note") == "by\nhand");
    CHECK(file.tensors.at(1).name == "a \"quoted\"");
    const auto again = std::make_shared<record>("", Shape{2, 3}, dtype::float32);
    copy(file.tensors[1], *again);
    CHECK(again->data<float>()[2] == 2);
    CHECK(again->data<float>()[16] == 3); // the second row, behind its padding
}

TEST_CASE("a file with nothing in it is one", "[graph][safetensors]")
{
    const Temporary folder("safetensors-empty");
    safetensors::write(folder.path / "x", named_records{});
    CHECK(safetensors::read(folder.path / "x").tensors.empty());
}

TEST_CASE("arrays of every type are written again as they were read", "[graph][safetensors]")
{
    const Temporary folder("safetensors-arrays");
    const auto raw = [](std::size_t n, char first) {
        std::string bytes(n, '\0');
        for (auto& byte : bytes) byte = first++;
        return bytes;
    };
    tensor_file made{"made by hand", {}, {{"format", "pt"}, {"by", "hand"}}};
    for (std::size_t i = 0; i < dtype_count; ++i) {
        const auto type = static_cast<dtype>(i);
        const auto owner = keep_bytes(raw(6 * bytes_of(type), static_cast<char>(i)));
        made.tensors.push_back({std::string(name_of(type)), type, {2, 3}, owner->text, owner});
    }
    const auto bits = keep_bytes("\x21\x43\x65");
    made.tensors.push_back({"foreign", {}, {3, 2}, bits->text, bits, "F4"});
    const auto path = folder.path / "x";
    safetensors::write(path, made);
    const auto file = safetensors::read(path);
    CHECK(*find(file.metadata, "by") == "hand");
    CHECK(*find(file.metadata, "format") == "pt");
    REQUIRE(file.tensors.size() == made.tensors.size());
    const char* const start = file.tensors[0].owner->text.data();
    std::size_t widest = 8;
    for (const auto& read : file.tensors) {
        const auto same =
            std::find_if(made.tensors.begin(), made.tensors.end(), [&](const auto& t) { return t.name == read.name; });
        REQUIRE(same != made.tensors.end());
        CHECK(read.bytes == same->bytes);
        CHECK(read.shape == same->shape);
        CHECK(read.type_name() == same->type_name());
        if (!read.foreign.empty()) continue;
        CHECK(bytes_of(read.type) <= widest);
        widest = bytes_of(read.type);
        CHECK(static_cast<std::size_t>(read.bytes.data() - start) % widest == 0);
    }
    // A copy keeps the bytes when the file is gone.
    const auto kept = [&] { return safetensors::read(path).tensors.at(0); }();
    CHECK(kept.bytes == file.tensors[0].bytes);

    const auto why = [&](file_tensor tensor) {
        return refusal_of([&] { safetensors::write(path, tensor_file{"", {std::move(tensor)}, {}}); });
    };
    CHECK(says(why({"z", {}, {1}, bits->text, bits, "complex256"}), "\"z\" is complex256 [1], which the format has not"));
    CHECK(says(why({"z", dtype::int16, {1}, bits->text, bits}), "\"z\" is int16 [1] and has 3 bytes"));
    CHECK(says(why({"z", {}, {3}, bits->text, bits, "F4"}), "is F4 [3], which the format has not"));
    CHECK(safetensors::read(path).tensors.size() == made.tensors.size());
}

TEST_CASE("names that the format cannot hold are refused before a file is made", "[graph][safetensors]")
{
    const Temporary folder("safetensors-names");
    const auto a = std::make_shared<record>("", Shape{2}, dtype::float32);
    const auto why = [&](safetensors::named_records tensors) {
        return refusal_of([&] { safetensors::write(folder.path / "x", tensors); });
    };
    CHECK(why({{"a", a}, {"a", a}}).find("two tensors would have the name \"a\"") != std::string::npos);
    CHECK(why({{"__metadata__", a}}).find("two tensors would have the name \"__metadata__\"") != std::string::npos);
    CHECK(why({{"\xFF", a}}).find("not UTF-8") != std::string::npos);
    CHECK(refusal_of([&] {
              safetensors::write(folder.path / "x", {}, {{"by", "a"}, {"by", "a"}});
          }).find("two texts would have the name \"by\"") != std::string::npos);
    CHECK(std::filesystem::is_empty(folder.path));
}
