// Numbers of other types: every half, bfloat16 by its definition, and integers up to what a double holds.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/formats/stored_numbers.hpp>
#include <lamina/graph/save.hpp>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

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

/// As float32, or as float64 where integers are long.
template <class Stored> std::shared_ptr<record> converted(dtype type, const std::vector<Stored>& values)
{
    auto to = make_record("to", {values.size()}, is_integer(type) && sizeof(Stored) > 2 ? dtype::float64 : dtype::float32);
    const std::string_view bytes{reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Stored)};
    copy_converted({"a", type, {values.size()}, bytes, {}}, *to, "file");
    return to;
}

} // namespace

TEST_CASE("every half is the float of the same value", "[graph]")
{
    std::vector<std::uint16_t> all(65536);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint16_t>(i);
    const auto to = converted(dtype::float16, all);
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
    CHECK(converted<std::uint16_t>(dtype::bfloat16, {0x3f80, 0xc000, 0x7f80})->data<float>()[1] == -2);
    CHECK(converted<std::uint16_t>(dtype::bfloat16, {0x3f80, 0xc000, 0x7f80})->data<float>()[2] ==
          std::numeric_limits<float>::infinity());
    CHECK(converted<std::int8_t>(dtype::int8, {-128, 127})->data<float>()[0] == -128);
    CHECK(converted<std::uint8_t>(dtype::uint8, {255})->data<float>()[0] == 255);
    CHECK(converted<std::uint8_t>(dtype::boolean, {0, 1})->data<float>()[1] == 1);
    CHECK(converted<std::int16_t>(dtype::int16, {-32768})->data<float>()[0] == -32768);
    CHECK(converted<std::uint16_t>(dtype::uint16, {65535})->data<float>()[0] == 65535);
    CHECK(converted<std::int32_t>(dtype::int32, {std::numeric_limits<std::int32_t>::min()})->data<double>()[0] == -2147483648.0);
    CHECK(converted<std::uint32_t>(dtype::uint32, {4294967295u})->data<double>()[0] == 4294967295.0);
    const std::int64_t most = std::int64_t{1} << 53;
    CHECK(converted<std::int64_t>(dtype::int64, {-most, most})->data<double>()[0] == -9007199254740992.0);
    CHECK(converted<std::uint64_t>(dtype::uint64, {std::uint64_t(most)})->data<double>()[0] == 9007199254740992.0);
    CHECK(says(refusal_of([&] { converted<std::int64_t>(dtype::int64, {1, most + 1}); }), "file holds 9007199254740993"));
    CHECK(says(refusal_of([&] { converted<std::int64_t>(dtype::int64, {std::numeric_limits<std::int64_t>::min()}); }),
               "-9223372036854775808"));
    CHECK(says(refusal_of([&] { converted<std::uint64_t>(dtype::uint64, {~std::uint64_t{0}}); }), "18446744073709551615"));
}

TEST_CASE("numbers of other types are converted when that is asked for, and the refusal says how", "[graph][save]")
{
    const Temporary folder("save-convert");
    const auto file = [&](std::string_view type, std::string_view bytes, std::size_t numbers) {
        std::string header = "{\"\":{\"dtype\":\"" + std::string(type) + "\",\"shape\":[" + std::to_string(numbers) +
                             "],\"data_offsets\":[0," + std::to_string(bytes.size()) + "]}}";
        std::string whole(8, '\0');
        const std::uint64_t length = header.size();
        std::memcpy(whole.data(), &length, sizeof length);
        return folder.write("m", (whole + header).append(bytes));
    };
    const auto raw = [](auto... values) {
        std::string bytes;
        (bytes.append(reinterpret_cast<const char*>(&values), sizeof values), ...);
        return bytes;
    };
    using Floats = Variable<float, Shape{2}>;
    using Doubles = Variable<double, Shape{2}>;
    const auto floats = [&](std::string_view type, const std::string& bytes) {
        const auto path = file(type, bytes, 2);
        const std::string called(safetensors::read(path).tensors.at(0).type_name());
        CHECK(says(refusal_of([&] { load<Floats>(path); }),
                   "\"\" is " + called + " [2], the model needs float32 [2]; the file holds " + called +
                       " where float32 is needed; load<Model>(path, {.convert = true}) converts"));
        CHECK_FALSE(refusal_of([&] { load<Floats>(path, {.convert = false}); }).empty());
        const auto one = load<Floats>(path, {.convert = true});
        return std::vector<float>(one.data(), one.data() + 2);
    };
    using values = std::vector<float>;
    CHECK(floats("F16", raw(std::uint16_t{0x3c00}, std::uint16_t{0xc100})) == values{1, -2.5f});
    CHECK(floats("BF16", raw(std::uint16_t{0x3f80}, std::uint16_t{0xc020})) == values{1, -2.5f});
    CHECK(floats("F64", raw(0.1, -1e38)) == values{0.1f, -1e38f});
    CHECK(floats("I8", raw(std::int8_t{-128}, std::int8_t{127})) == values{-128, 127});
    CHECK(floats("U8", raw(std::uint8_t{255}, std::uint8_t{0})) == values{255, 0});
    CHECK(floats("BOOL", raw(std::uint8_t{1}, std::uint8_t{0})) == values{1, 0});
    CHECK(floats("I16", raw(std::int16_t{-32768}, std::int16_t{3})) == values{-32768, 3});
    CHECK(floats("U16", raw(std::uint16_t{65535}, std::uint16_t{3})) == values{65535, 3});
    CHECK(floats("I32", raw(std::int32_t{-16777216}, std::int32_t{3})) == values{-16777216, 3});
    CHECK(floats("U32", raw(std::uint32_t{16777216}, std::uint32_t{3})) == values{16777216, 3});
    CHECK(floats("I64", raw(std::int64_t{-16777216}, std::int64_t{3})) == values{-16777216, 3});
    CHECK(floats("U64", raw(std::uint64_t{1} << 40, std::uint64_t{3})) == values{1099511627776.f, 3});

    const auto more = load<Doubles>(file("F32", raw(0.1f, -2.5f), 2), {.convert = true});
    CHECK(more.data()[0] == double(0.1f));
    CHECK(load<Doubles>(file("I64", raw(std::int64_t{1} << 53, std::int64_t{-1}), 2), {.convert = true}).data()[0] ==
          9007199254740992.0);
    CHECK(load<Floats>(file("F32", raw(1.f, 2.f), 2), {.convert = true}).data()[1] == 2); // nothing to convert

    // What does not fit changes nothing.
    Floats kept;
    kept.make("");
    kept.data()[0] = 7;
    const auto why = [&](std::string_view type, const std::string& bytes) {
        const auto path = file(type, bytes, 2);
        const auto text = refusal_of([&] { load(kept, path, {.convert = true}); });
        CHECK(kept.data()[0] == 7);
        return text;
    };
    CHECK(says(why("F64", raw(1.0, -1e39)), "m: \"\" holds -1e+39, which float32 does not hold; use a model of doubles"));
    CHECK(says(why("F64", raw(1.0, 3.4028235677973366e38)), "which float32 does not hold"));
    CHECK(says(why("I32", raw(std::int32_t{1}, std::int32_t{16777217})),
               "\"\" holds 16777217, which float32 does not hold exactly"));
    CHECK(says(why("I64", raw(std::int64_t{1}, (std::int64_t{1} << 53) + 1)), "\"\" holds 9007199254740993"));
    CHECK(says(why("C64", raw(1.f, 2.f, 3.f, 4.f)),
               "the file holds C64 where float32 is needed, and that is not converted; save it as float32"));
    const auto infinite = load<Floats>(file("F64", raw(-HUGE_VAL, std::nan("")), 2), {.convert = true});
    CHECK(infinite.data()[0] == -HUGE_VALF);
    CHECK(std::isnan(infinite.data()[1]));
}

TEST_CASE("a model of one type is filled from a file of another, in its own order", "[graph][save]")
{
    struct Wide {
        Variable<double, Shape{3, 3, 2, 300}> kernel; // rows that are longer than what is converted at once
        Variable<double, Shape{7, 1}> column;
        Variable<float, Shape{}> scale;
    };
    struct Narrow {
        Variable<float, Shape{3, 3, 2, 300}> kernel;
        Variable<float, Shape{7, 1}> column;
        Variable<double, Shape{}> scale;
    };
    const auto fill = [](auto& model) {
        double value = 0;
        for_each_named_variable(model, [&](const std::string& path, auto& variable) {
            using T = typename std::remove_cvref_t<decltype(variable)>::value_type;
            variable.make(path);
            variable.storage()->template for_each<T>([&](T& element) { element = static_cast<T>(value += 0.5); });
        });
    };
    const auto bytes = [](auto& model) {
        std::string all;
        for_each_variable(model, [&](auto& variable) {
            all.append(reinterpret_cast<const char*>(variable.data()),
                       variable.storage()->stored_size() * sizeof *variable.data());
        });
        return all;
    };
    const Temporary folder("convert-model");
    const auto path = folder.path / "m";
    Wide wide;
    Narrow narrow;
    fill(wide);
    fill(narrow);
    save(wide, path);
    CHECK(says(refusal_of([&] { load<Narrow>(path); }),
               "\"kernel\" is float64 [3, 3, 2, 300], the model needs float32 [3, 3, 2, 300]; "));
    auto read = load<Narrow>(path, {.convert = true});
    CHECK(bytes(read) == bytes(narrow));
    save(read, path);
    Wide again;
    load(again, path, {.convert = true});
    CHECK(bytes(again) == bytes(wide));
}
