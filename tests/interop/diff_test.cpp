// Where two models, two sets of arrays, and a model and a file differ.
#include "catch.hpp"

#include <lamina/interop/diff.hpp>
#include <lamina/lamina.hpp>

#include <filesystem>
#include <limits>
#include <sstream>

using namespace lamina;

namespace {

std::string text_of(const Diff& diff)
{
    std::ostringstream text;
    text << diff;
    return text.str();
}

} // namespace

TEST_CASE("Models that are the same, and models that are not")
{
    using Model = Sequential<Input<3>, Dense<2>, Dense<1>>;
    const auto model = build<Model>(Seed{1});
    auto other = clone(model);
    CHECK(text_of(diff(model, other)) == "4 arrays, all the same\n");
    other.layer<0>().kernel.data()[0] += 0.5f;
    other.layer<1>().bias.data()[0] = std::numeric_limits<float>::infinity();
    CHECK(text_of(diff(model, other)) == "0/kernel: 1 of 6 numbers differ, by at most 0.5\n"
                                         "1/bias: 1 of 1 numbers differ, by at most inf\n");
    const auto wider = build<Sequential<Input<3>, Dense<4>, Dense<1, NoBias>>>(Seed{1});
    CHECK(text_of(diff(model, wider)) == "0/kernel: float32 [3, 2], float32 [3, 4]\n0/bias: float32 [2], float32 [4]\n"
                                         "1/kernel: float32 [2, 1], float32 [4, 1]\n1/bias: only in the first\n");
    CHECK_THAT(text_of(diff(wider, model)), Catch::Contains("1/bias: only in the second\n"));
}

TEST_CASE("A model and the file that it was saved in")
{
    const auto path = std::filesystem::temp_directory_path() / "lamina_diff.safetensors";
    auto model = build<Sequential<Input<3>, Dense<2>>>(Seed{1});
    save(model, path);
    CHECK(diff(model, path.string().c_str()).same());
    model.layer<0>().bias.data()[1] = 2;
    CHECK(text_of(diff(model, path)) == "0/bias: 1 of 2 numbers differ, by at most 2\n");
    std::filesystem::remove(path);
}
