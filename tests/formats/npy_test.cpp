// npy: every type and version, both orders, every refusal, mutated files, and the reference arrays.
#include <lamina/formats/npy.hpp>

#include <lamina/core/random.hpp>

#include "catch.hpp"
#include "data/temporary.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// An .npy file as NumPy writes it, the header padded to a multiple of 64 bytes.
std::string file(const std::string& dictionary, const std::string& data, char version = 1)
{
    std::string header = dictionary;
    const std::size_t before = version == 1 ? 10 : 12;
    while ((before + header.size() + 1) % 64 != 0) header += ' ';
    header += '\n';
    std::string result = "\x93NUMPY";
    result += {version, '\0'};
    for (std::size_t i = 0; i < before - 8; ++i) result += static_cast<char>(header.size() >> (8 * i) & 255);
    return result + header + data;
}

std::string header(const std::string& type, const std::string& shape, const std::string& order = "False")
{
    return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

/// The shape of a vector as Python writes it.
std::string length(std::size_t n) { return std::string("(").append(std::to_string(n)).append(",)"); }

template <class T> std::string raw(const std::vector<T>& values)
{
    std::string result(values.size() * sizeof(T), '\0');
    if (!values.empty()) std::memcpy(result.data(), values.data(), result.size());
    return result;
}

std::string refused(const std::string& content)
{
    return refusal_of([&] { npy::parse(content, "a.npy"); });
}

/// A file of `values` is read as `T` again, value by value.
template <class T> void round_trip(const std::string& descr, dtype type, const std::vector<T>& values)
{
    for (const char version : {'\1', '\2', '\3'}) {
        const auto read = npy::parse(file(header(descr, length(values.size())), raw(values), version), "a.npy");
        CHECK(read.type == type);
        CHECK(read.shape == std::vector<std::size_t>{values.size()});
        CHECK(read.size() == values.size());
        CHECK(read.template as<T>() == values);
    }
}

template <class T>
const std::vector<T> extremes{std::numeric_limits<T>::lowest(), T(-1), T(0), T(1), std::numeric_limits<T>::max()};

} // namespace

TEST_CASE("npy reads every type in every version", "[data][npy]")
{
    round_trip<float>("<f4", dtype::float32, extremes<float>);
    round_trip<double>("<f8", dtype::float64, extremes<double>);
    round_trip<std::int8_t>("|i1", dtype::int8, extremes<std::int8_t>);
    round_trip<std::int16_t>("<i2", dtype::int16, extremes<std::int16_t>);
    round_trip<std::int32_t>("<i4", dtype::int32, extremes<std::int32_t>);
    round_trip<std::int64_t>("<i8", dtype::int64, extremes<std::int64_t>);
    round_trip<std::uint8_t>("|u1", dtype::uint8, extremes<std::uint8_t>);
    round_trip<std::uint16_t>("<u2", dtype::uint16, extremes<std::uint16_t>);
    round_trip<std::uint32_t>("<u4", dtype::uint32, extremes<std::uint32_t>);
    round_trip<std::uint64_t>("<u8", dtype::uint64, extremes<std::uint64_t>);

    const auto flags = npy::parse(file(header("|b1", "(3,)"), std::string("\0\1\2", 3)), "a.npy");
    CHECK(flags.type == dtype::boolean);
    CHECK(flags.as<int>() == std::vector{0, 1, 1});
}

TEST_CASE("npy reads types as other programs write them", "[data][npy]")
{
    const auto values = [](const std::string& type, const std::string& data) {
        const auto read = npy::parse(file(header(type, "(2,)"), data), "a.npy");
        CHECK(read.size() == 2);
        return read.as<double>();
    };
    using two = std::vector<double>;
    // One byte has no order, and cnpy gives it one.
    for (const char* order : {"<", ">", "=", "|", ""}) {
        CAPTURE(order);
        CHECK(values(std::string(order) + "i1", "\x80\x7f") == two{-128, 127});
        CHECK(values(std::string(order) + "u1", "\x80\x7f") == two{128, 127});
        CHECK(values(std::string(order) + "b1", std::string("\0\1", 2)) == two{0, 1});
        CHECK(values(std::string(order) + "?", std::string("\0\1", 2)) == two{0, 1});
    }
    for (const char* native : {"<", "=", "|", ""}) {
        CAPTURE(native);
        CHECK(values(std::string(native) + "f4", raw<float>({1.5, -2})) == two{1.5, -2});
        CHECK(values(std::string(native) + "i8", raw<std::int64_t>({1, -2})) == two{1, -2});
        CHECK(values(std::string(native) + "f2", raw<std::uint16_t>({0x3e00, 0xc000})) == two{1.5, -2});
    }
    CHECK(values("float64", raw<double>({1.5, -2})) == two{1.5, -2});
    CHECK(values("<f", raw<float>({1.5, -2})) == two{1.5, -2});
    CHECK(values("bool", std::string("\0\1", 2)) == two{0, 1});

    const auto turned = [](const auto& numbers) {
        std::string bytes = raw(numbers);
        for (std::size_t i = 0; i < bytes.size(); i += sizeof numbers[0])
            std::reverse(bytes.begin() + std::ptrdiff_t(i), bytes.begin() + std::ptrdiff_t(i + sizeof numbers[0]));
        return bytes;
    };
    CHECK(values(">f4", turned(std::vector<float>{1.5, -2})) == two{1.5, -2});
    CHECK(values(">f8", turned(std::vector<double>{0.1, -2})) == two{0.1, -2});
    CHECK(values(">f2", turned(std::vector<std::uint16_t>{0x3e00, 0xc000})) == two{1.5, -2});
    CHECK(values(">i2", turned(std::vector<std::int16_t>{1, -2})) == two{1, -2});
    CHECK(values(">i4", turned(std::vector<std::int32_t>{70000, -2})) == two{70000, -2});
    CHECK(values(">i8", turned(std::vector<std::int64_t>{1, -2})) == two{1, -2});
    CHECK(values(">u2", turned(std::vector<std::uint16_t>{1, 65535})) == two{1, 65535});
    CHECK(values(">u4", turned(std::vector<std::uint32_t>{1, 4294967295u})) == two{1, 4294967295.0});
    CHECK(values(">u8", turned(std::vector<std::uint64_t>{1, 1u << 31})) == two{1, 2147483648.0});

    const auto halves = npy::parse(
        file(header(">f2", "(2, 3)", "True"), turned(std::vector<std::uint16_t>{0x3c00, 0x4000, 0x4200, 0x4400, 0x0001, 0x7c00})),
        "a.npy");
    CHECK(halves.type == dtype::float16);
    CHECK(halves.as<float>() == std::vector<float>{1, 3, 0x1p-24f, 2, 4, std::numeric_limits<float>::infinity()});
}

TEST_CASE("npy reads headers as other programs write them", "[data][npy]")
{
    const std::string data = raw<float>({1, 2, 3, 4, 5, 6});
    const char* headers[] = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", // NumPy, xtensor, ndarray-npy, NPZ.jl
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,3,), }", // libnpy
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,3), }",  // cnpy
        "{'descr':'<f4','fortran_order':False,'shape':(2,3)}",         // no spaces
        "{ \"shape\" : ( 2 , 3 ) , \"fortran_order\" : False , \"descr\" : \"<f4\" }",
        "{'shape': (2L, 3L), 'descr': '<f4', 'fortran_order': False}", // Python 2
        "\t{'descr': '<f4',\r\n 'fortran_order': False,\r\n 'shape': (2, 3)}\r",
    };
    for (const std::string text : headers)
        for (const char version : {'\1', '\2', '\3'}) {
            CAPTURE(text);
            const auto read = npy::parse(file(text, data, version), "a.npy");
            CHECK(read.shape == std::vector<std::size_t>{2, 3});
            CHECK(read.as<int>() == std::vector{1, 2, 3, 4, 5, 6});
        }
    // Neither padded nor ended by a line.
    const std::string bare = headers[3];
    std::string bytes = "\x93NUMPY";
    bytes += {'\1', '\0', static_cast<char>(bare.size()), '\0'};
    CHECK(npy::parse(bytes + bare + data, "a.npy").as<int>()[5] == 6);
    CHECK(npy::parse(file("{'descr': '<f4', 'fortran_order': False, 'shape': (6), }", data), "a.npy").shape.size() == 1);
}

TEST_CASE("npy reads shapes of every rank and both orders", "[data][npy]")
{
    const auto number = npy::parse(file(header("<f8", "()"), raw<double>({2.5})), "a.npy");
    CHECK(number.shape.empty());
    CHECK(number.as<double>() == std::vector{2.5});

    const auto none = npy::parse(file(header("<f4", "(3, 0, 18446744073709551615)"), ""), "a.npy");
    CHECK(none.shape == std::vector<std::size_t>{3, 0, 18446744073709551615u});
    CHECK(none.as<float>().empty());

    const auto c = npy::parse(file(header("<i4", "(2, 3)"), raw<std::int32_t>({1, 2, 3, 4, 5, 6})), "a.npy");
    const auto fortran = npy::parse(file(header("<i4", "(2, 3)", "True"), raw<std::int32_t>({1, 4, 2, 5, 3, 6})), "a.npy");
    CHECK(c.as<int>() == std::vector{1, 2, 3, 4, 5, 6});
    CHECK(fortran.as<int>() == c.as<int>());
    CHECK(fortran.shape == c.shape);

    // Element [i, j, k] of shape [2, 3, 4] is 100 i + 10 j + k.
    std::vector<double> turned, straight;
    for (int k = 0; k < 4; ++k)
        for (int j = 0; j < 3; ++j)
            for (int i = 0; i < 2; ++i) turned.push_back(100 * i + 10 * j + k);
    for (int i = 0; i < 2; ++i)
        for (int j = 0; j < 3; ++j)
            for (int k = 0; k < 4; ++k) straight.push_back(100 * i + 10 * j + k);
    CHECK(npy::parse(file(header("<f8", "(2, 3, 4)", "True"), raw(turned)), "a.npy").as<double>() == straight);

    // Keys in another order, double quotes, no comma at the end: all are Python.
    const auto other =
        npy::parse(file("{\"shape\":(2,),\"descr\":\"<f4\",\"fortran_order\":False}", raw<float>({7, 8})), "a.npy");
    CHECK(other.as<float>() == std::vector{7.f, 8.f});
}

TEST_CASE("npy converts values or refuses", "[data][npy]")
{
    const auto array = [](const std::vector<double>& values) {
        return npy::parse(file(header("<f8", length(values.size())), raw(values)), "a.npy");
    };
    CHECK(array({0.1, -3, 1e300}).as<float>() == std::vector{0.1f, -3.f, std::numeric_limits<float>::infinity()});
    CHECK(std::isnan(array({std::nan("")}).as<float>()[0]));
    CHECK(array({-128, 127}).as<std::int8_t>() == std::vector<std::int8_t>{-128, 127});
    CHECK(array({18446744073709549568.0}).as<std::uint64_t>() == std::vector<std::uint64_t>{18446744073709549568u});
    CHECK(array({-9223372036854775808.0}).as<std::int64_t>() == std::vector{std::numeric_limits<std::int64_t>::min()});

    const auto refuses = [&](double value, auto integer) {
        return refusal_of([&] { array({0, value}).as<decltype(integer)>(); });
    };
    CHECK(says(refuses(0.5, 0), "npy: element 1 is 0.5, which the integer type asked for cannot hold"));
    CHECK(says(refuses(std::nan(""), 0), "element 1 is nan"));
    CHECK(says(refuses(HUGE_VAL, 0), "element 1 is inf"));
    CHECK(says(refuses(2147483648.0, 0), "cannot hold"));
    CHECK(says(refuses(128, std::int8_t{}), "cannot hold"));
    CHECK(says(refuses(-1, 0u), "cannot hold"));
    CHECK(says(refuses(9223372036854775808.0, std::int64_t{}), "cannot hold"));
    CHECK(says(refuses(18446744073709551616.0, std::uint64_t{}), "cannot hold"));

    const auto wide = npy::parse(file(header("<i8", "(1,)"), raw<std::int64_t>({-5})), "a.npy");
    CHECK(wide.as<float>() == std::vector{-5.f});
    CHECK(says(refusal_of([&] { wide.as<std::uint8_t>(); }), "element 0 is -5"));
}

TEST_CASE("npy says in a sentence what is wrong with a file", "[data][npy]")
{
    const std::string four = raw<float>({1, 2, 3, 4}), good = file(header("<f4", "(4,)"), four);
    REQUIRE(refused(good).empty());

    CHECK(refused("") == "a.npy: does not start with NumPy's magic, an .npy file was needed; write it with numpy.save");
    CHECK(says(refused("PK\3\4 an npz file"), "does not start with NumPy's magic but as an archive (.npz)"));
    CHECK(says(refused(good.substr(0, 9)), "ends within its first 10 bytes"));
    CHECK(says(refused(file(header("<f4", "(4,)"), four, 2).substr(0, 11)), "ends within its first 12 bytes"));
    CHECK(says(refused(file(header("<f4", "(4,)"), four, 4)), "has format version 4.0, lamina reads 1.0, 2.0 and 3.0"));
    CHECK(says(refused(good.substr(0, 60)), "claims a header of 118 bytes and has 50"));
    CHECK(says(refused(std::string("\x93NUMPY\2\0\xff\xff\xff\xff{}", 14)), "claims a header of 4294967295 bytes and has 2"));

    CHECK(says(refused(good.substr(0, good.size() - 1)), "claims more elements than the 15 bytes after it hold"));
    CHECK(says(refused(good + '\0'), "has 17 bytes of elements where the header claims 16"));
    CHECK(says(refused(file(header("<f4", "(4, 4611686018427387904)"), four)), "claims more elements"));
    CHECK(says(refused(file(header("<f4", "(9223372036854775807, 9223372036854775807)"), four)), "claims more elements"));
    CHECK(says(refused(file(header("<f4", "(0,)"), four)), "where the header claims 0"));

    const auto dictionary = [&](const std::string& text) { return refused(file(text, four)); };
    CHECK(dictionary("[]") == "a.npy: the header is not a dictionary of descr, fortran_order and shape ('{' is missing); write "
                              "the array again with numpy.save");
    CHECK(says(dictionary(""), "'{' is missing"));
    CHECK(says(dictionary("{"), "''' is missing"));
    CHECK(says(dictionary("{'descr' '<f4'}"), "':' is missing"));
    CHECK(says(dictionary("{'descr': '<f4' 'shape': (4,)}"), "'}' is missing"));
    CHECK(says(dictionary("{'descr"), "has a text without end"));
    CHECK(says(dictionary("{'color': 1}"), "has the unknown key \"color\""));
    CHECK(says(dictionary("{'descr': '<f4', 'descr': '<f4'}"), "names \"descr\" twice"));
    CHECK(says(dictionary("{'descr': '<f4', 'shape': (4,)}"), "lacks one of descr, fortran_order and shape"));
    CHECK(says(dictionary(header("<f4", "(4,)") + "x"), "goes on after its closing brace"));
    CHECK(says(dictionary(header("<f4", "(4,)", "false")), "says neither True nor False"));
    CHECK(says(dictionary(header("<f4", "(-4,)")), "has a shape that is not made of sizes"));
    CHECK(says(dictionary(header("<f4", "(99999999999999999999,)")), "not made of sizes"));
    CHECK(says(dictionary(header("<f4", "(2 2)")), "')' is missing"));
    CHECK(says(dictionary(header("<f4", "4")), "'(' is missing"));
    CHECK(says(dictionary(header("<c8", "(4,)")),
               "holds elements of type <c8, which is none that lamina reads; these are complex, so "
               "save array.real and array.imag"));
    for (const auto* text : {"<U5", "|S5", "|S0", "|T16"}) {
        const auto why = dictionary(header(text, "(4,)"));
        CHECK(says(why, "these are texts, so save the number of each instead, numpy.unique(array, return_inverse=True)[1]"));
        CHECK(why.find("astype") == why.npos);
    }
    const auto objects = dictionary(header("|O", "(4,)"));
    CHECK(says(objects,
               "type |O, which is none that lamina reads; these are Python's objects, so make one array of numbers of them"));
    CHECK(objects.find("astype") == objects.npos);
    CHECK(says(dictionary(header("<M8[D]", "(4,)")), "these are times, so save array.astype('<i8')"));
    CHECK(says(dictionary(header("|V2", "(4,)")), "bytes without a meaning"));
    CHECK(says(dictionary(header("<f16", "(4,)")),
               "type <f16, which is none that lamina reads; save array.astype('<f8')")); // long double
    for (const auto* unknown : {"", "<", "<f3", "<f44", "i16", "x4", "<b2", "<?1", "<<f4"})
        CHECK(says(dictionary(header(unknown, "(4,)")), "which is none that lamina reads"));
    CHECK(says(dictionary("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (4,)}"), "holds records"));

    const Temporary folder("npy");
    CHECK(says(refusal_of([&] { npy::read(folder.path / "none.npy"); }), "none.npy: cannot be opened"));
    CHECK(says(refusal_of([&] { npy::read(folder.path); }), "is a folder"));
    CHECK(npy::read(folder.write("good.npy", good)).as<int>() == std::vector{1, 2, 3, 4});
}

TEST_CASE("npy survives any change to a file", "[data][npy]")
{
    const std::string seeds[] = {file(header("<f4", "(4, 3)"), std::string(48, 'x')),
                                 file(header("<i8", "(2, 3)", "True"), std::string(48, 'y'), 2),
                                 file(header("|b1", "()"), "z", 3)};
    const std::string words[] = {"(", ")", "'", "{", "}", ",", "9999999999", "True", "<f8", ">", "[", "descr", "\xff", "0"};
    Random random(Seed{7});
    int read = 0, refusals = 0;
    for (int i = 0; i < 20000; ++i) {
        std::string bytes = seeds[random.below(3)];
        for (auto changes = 1 + random.below(3); changes > 0; --changes) {
            const auto at = random.below(2) ? random.below(bytes.size()) : random.below(std::min<std::size_t>(bytes.size(), 80));
            const auto kind = random.below(12);
            if (kind > 3) bytes[at] = static_cast<char>(random.bits());
            else if (kind == 1) bytes.resize(at + 1);
            else if (kind == 2) bytes.insert(at, words[random.below(std::size(words))]);
            else bytes.erase(at, 1 + random.below(3));
            if (bytes.empty()) break;
        }
        if (refusal_of([&] { npy::parse(bytes, "a.npy").as<double>(); }).empty()) ++read;
        else ++refusals;
    }
    CHECK(read > 300);
    CHECK(refusals > 10000);
}

TEST_CASE("npy does not allocate what a header claims", "[data][npy]")
{
    const long before = peak_memory();
    for (const char* order : {"True", "False"})
        CHECK(says(refused(file(header("<f4", "(512, 1048576)", order), "few")),
                   "claims more elements than the 3 bytes after it hold"));
    CHECK(peak_memory() < before + 256);
}

TEST_CASE("npy reads the reference arrays", "[data][npy]")
{
    const std::filesystem::path reference = std::filesystem::path(LAMINA_SHARED) / "reference";
    if (!std::filesystem::exists(reference)) {
        std::cout << "skipped: there is no " << reference.string() << '\n';
        return;
    }
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(reference)) {
        if (entry.path().extension() != ".npy") continue;
        const auto array = npy::read(entry.path());
        std::size_t size = 1;
        for (const auto extent : array.shape) size *= extent;
        if (array.as<double>().size() != size) FAIL(entry.path());
        ++files;
    }
    CHECK(files >= 600);

    const auto predicted = npy::read(reference / "lenet5" / "keras-predict-test.npy");
    CHECK(predicted.shape == std::vector<std::size_t>{10000, 10});
    const auto p = predicted.as<double>();
    for (std::size_t row = 0; row < 10000; row += 999) {
        double sum = 0;
        for (std::size_t i = 0; i < 10; ++i) sum += p[row * 10 + i];
        CHECK(sum == Approx(1).epsilon(1e-6));
    }

    const auto folder = reference / "cases" / "derivatives" / "sigmoid_cubed";
    const auto x = npy::read(folder / "x.npy").as<double>(), y = npy::read(folder / "derivatives.npy").as<double>();
    REQUIRE(x.size() == 8);
    REQUIRE(y.size() == 40);
    for (std::size_t i = 0; i < 8; ++i) CHECK(y[i] == Approx(std::pow(1 / (1 + std::exp(-x[i])), 3)).epsilon(1e-12));
}
