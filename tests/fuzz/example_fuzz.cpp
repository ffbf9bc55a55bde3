// Any bytes as a tf.Example, into a struct of all kinds of fields: clean errors, and what is read is written and read again.
#include "fuzz.hpp"

#include <lamina/data/example.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

using namespace lamina;

namespace {

struct Everything {
    std::optional<std::string> a;
    std::optional<std::int64_t> b;
    std::optional<std::uint8_t> c;
    std::optional<bool> d;
    std::optional<float> e;
    std::optional<double> f;
    std::optional<std::array<std::int32_t, 3>> g;
    std::optional<std::array<float, 2>> h;
    std::optional<std::vector<float>> i;
    std::optional<std::vector<std::string>> j;
    std::optional<std::vector<std::uint64_t>> k;
    std::optional<std::vector<std::uint8_t>> l;
    std::optional<std::array<std::string, 2>> m;
    std::optional<xt::xtensor_fixed<std::uint8_t, xt::xshape<2, 2>>> n;
};

struct Needed {
    std::string a;
    std::vector<std::int16_t> b;
};

} // namespace

void fuzz(std::string_view bytes)
{
    Everything one;
    try {
        one = parse_example<Everything>(bytes);
    }
    catch (const lamina::error&) {
        parse_example<Needed>(bytes);
        return;
    }
    const std::string written = to_example(one);
    Everything other;
    other.j.emplace(3, "before");
    parse_example(written, other);
    require(to_example(other) == written);
}
