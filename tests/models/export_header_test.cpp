// A model's weights as C++. That the headers compile and run without heap is a program: tests/programs/firmware.cpp.
#include "catch.hpp"

#include "../programs/firmware/eye.hpp"
#include "../programs/firmware/models.hpp"
#include "../programs/firmware/twice.hpp"

#include <lamina/core/file.hpp>
#include <lamina/models/export_header.hpp>
#include <lamina/models/predict.hpp>

#include <filesystem>
#include <limits>
#include <string>

using namespace lamina;
using Catch::Matchers::Contains;

namespace {

const std::filesystem::path folder = std::filesystem::temp_directory_path() / "lamina-export-header";
const std::filesystem::path kept = std::filesystem::path(LAMINA_TESTS) / "programs" / "firmware";

HeaderOptions options(const char* type, const char* name) { return {.type = type, .include = "models.hpp", .name = name}; }

} // namespace

TEST_CASE("the headers of tests/programs/firmware are what is written today")
{
    std::filesystem::create_directories(folder);
    export_header(firmware::filled<firmware::Eye>(), folder / "eye.hpp", options("firmware::Eye", "eye"));
    export_header(firmware::filled<firmware::Twice>(), folder / "twice.hpp", options("firmware::Twice", "twice"));
    for (const char* const name : {"eye.hpp", "twice.hpp"})
        CHECK(internals::read_file(folder / name) == internals::read_file(kept / name));
}

TEST_CASE("the constant model predicts as the model does")
{
    const auto eye = firmware::filled<firmware::Eye>();
    xt::xtensor<float, 4> x = xt::xtensor<float, 4>::from_shape({3, 8, 8, 1});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<float>(i % 23) / 11 - 1;
    CHECK((predict(eye::model(), x) == predict(eye, x)));
    CHECK(&eye::model() == &eye::model());
    const auto twice = firmware::filled<firmware::Twice>();
    float numbers[3]{0.5f, -1, 2}, y[2], expected[2];
    twice::predict(numbers, y);
    predict_sample(twice, numbers, expected);
    CHECK(y[0] == expected[0]);
    CHECK(y[1] == expected[1]);
}

TEST_CASE("numbers keep their bits, and those that are none are refused")
{
    std::filesystem::create_directories(folder);
    auto twice = firmware::filled<firmware::Twice>();
    const auto written = [&](float number) {
        twice.last.bias.data()[0] = number;
        export_header(twice, folder / "number.hpp", options("Twice", "twice"));
        const std::string text = internals::read_file(folder / "number.hpp");
        const std::size_t from = text.find("array_5[]{\n    ") + 15;
        return text.substr(from, text.find(',', from) - from);
    };
    CHECK(written(0) == "0");
    CHECK(written(-0.0f) == "-0.0f");
    CHECK(written(1) == "1.0f");
    CHECK(written(0.1f) == "0.100000001f");
    CHECK(written(1e-45f) == "1.40129846e-45f");
    CHECK(written(-std::numeric_limits<float>::max()) == "-3.40282347e+38f");
    CHECK_THROWS_WITH(written(std::numeric_limits<float>::quiet_NaN()), Contains("\"last/bias\" holds nan"));
}

TEST_CASE("what cannot be written is refused, and there is no file")
{
    std::filesystem::create_directories(folder);
    const auto path = folder / "refused.hpp";
    std::filesystem::remove(path);
    auto twice = firmware::filled<firmware::Twice>();
    CHECK_THROWS_WITH(export_header(twice, path, options("Twice", "not a name")), Contains("\"not a name\" is no name"));
    CHECK_THROWS_WITH(export_header(twice, path, options("", "twice")), Contains("say the model's type as C++"));
    CHECK_THROWS_WITH(export_header(twice, path, {.type = "Twice", .include = "a\"b", .name = "twice"}),
                      Contains("each in one line"));
    twice.mixed.kernel.release();
    CHECK_THROWS_WITH(export_header(twice, path, options("Twice", "twice")),
                      Contains("\"mixed/kernel\" is bound to no stored variable"));
    CHECK_FALSE(std::filesystem::exists(path));

    static constexpr float few[16]{};
    CHECK_THROWS_WITH((ConstantModel<firmware::Twice, 1>(few)), Contains("array 0 does not fit"));
}
