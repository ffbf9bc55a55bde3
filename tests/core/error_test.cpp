// Errors: their text is made of parts, each written as a stream prints it.
#include "catch.hpp"

#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>

#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>

using namespace lamina;
using namespace lamina::internals;

namespace {

template <class Part> bool as_a_stream_prints(const Part& part)
{
    std::ostringstream stream;
    stream << part;
    std::string text;
    append(text, {part});
    return text == stream.str();
}

} // namespace

TEST_CASE("parts of a sentence are written as a stream prints them", "[core][error]")
{
    const char* const pointer = "pointer";
    CHECK(as_a_stream_prints(pointer));
    CHECK(as_a_stream_prints("literal"));
    CHECK(as_a_stream_prints(std::string("text")));
    CHECK(as_a_stream_prints(std::string_view("a view of a text").substr(2, 4)));
    CHECK(as_a_stream_prints('c'));
    CHECK(as_a_stream_prints(true));
    CHECK(as_a_stream_prints(-17));
    CHECK(as_a_stream_prints(std::numeric_limits<std::uint64_t>::max()));
    CHECK(as_a_stream_prints(std::numeric_limits<std::int64_t>::min()));
    for (const double number :
         {0.0, -0.0, 1.0, 0.1, -1.5, 1e-7, 123456.0, 1234567.0, 1e300, std::numeric_limits<double>::infinity(),
          -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        CHECK(as_a_stream_prints(number));
        CHECK(as_a_stream_prints(static_cast<float>(number)));
    }
    CHECK(as_a_stream_prints(Shape{28, 28, 1}));
    CHECK(as_a_stream_prints(Shape{}));
}

TEST_CASE("fail throws its parts one after another", "[core][error]")
{
    const std::string file = "x.npy";
    try {
        fail({file, ": has ", std::size_t{3}, " of ", Shape{2, 2}, ' ', 0.5f});
        FAIL("nothing was thrown");
    }
    catch (const error& e) {
        CHECK(std::string(e.what()) == "x.npy: has 3 of [2, 2] 0.5");
    }
}
