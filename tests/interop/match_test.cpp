// Arrays are put into a model all or not at all, and what does not fit is told in one sentence.
#include "catch.hpp"

#include <lamina/interop/match.hpp>
#include <lamina/lamina.hpp>

#include <sstream>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Model = Sequential<Input<3>, Dense<2>, Dense<1>>;

template <class T> protocols::file_tensor array(std::string name, std::vector<std::size_t> shape, const std::vector<T>& numbers)
{
    const auto owner = keep_bytes(std::string(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof numbers[0]));
    return {std::move(name), dtype_of<T>, std::move(shape), owner->text, owner};
}

/// Arrays of PyTorch, in the order of the model's.
Matching match(const Model& model, const std::vector<protocols::file_tensor>& arrays)
{
    Matching made;
    std::size_t at = 0;
    for (const LayerView& layer : layers(model))
        for (const ForeignArray& to : torch_arrays_of(layer).arrays) {
            if (at < arrays.size()) made.add(arrays[at++], to);
            else made.report.missing.push_back(to.variable.path);
        }
    return made;
}

std::string what_is_said(Matching matching)
{
    try {
        matching.fill("x.pt", false);
    }
    catch (const error& e) {
        return e.what();
    }
    return "";
}

} // namespace

TEST_CASE("Arrays are turned, converted and put into the variables")
{
    const std::vector arrays{array<float>("0.weight", {2, 3}, {1, 2, 3, 4, 5, 6}), array<float>("0.bias", {2}, {7, 8}),
                             array<double>("1.weight", {1, 2}, {9, 10}), array<std::int32_t>("1.bias", {1}, {11})};
    Model model;
    const LoadReport report = match(model, arrays).fill("x.pt", false);
    CHECK(report.loaded == std::vector<std::string>{"0/kernel", "0/bias", "1/kernel", "1/bias"});
    CHECK(report.complete());
    const std::vector<float> kernel{1, 4, 2, 5, 3, 6};
    std::size_t i = 0;
    for (const float number : state(model)[0].variable.view<float>()) CHECK(number == kernel[i++]);
    CHECK(state(model)[2].variable.view<float>()(1, 0) == 10);
    CHECK(state(model)[3].variable.view<float>()(0) == 11);
}

TEST_CASE("What does not fit is told, and nothing is loaded")
{
    Model model;
    CHECK(what_is_said(match(model, {array<float>("0.weight", {3, 2}, {1, 2, 3, 4, 5, 6}), array<float>("0.bias", {2}, {7, 8}),
                                     array<float>("1.weight", {1, 2}, {9, 10})})) ==
          "x.pt: 0.weight is [3, 2], the model's 0/kernel [3, 2] needs [2, 3]; \"1/bias\" is missing; was it saved from "
          "another model?");
    CHECK(what_is_said(match(model, {array<std::int32_t>("0.weight", {2, 3}, {1, 2, 3, 4, 5, 16777217}),
                                     array<float>("0.bias", {2}, {7, 8}), array<float>("1.weight", {1, 2}, {9, 10}),
                                     array<float>("1.bias", {1}, {11})})) ==
          "x.pt: \"0.weight\" holds 16777217, which float32 does not hold exactly; use a model of doubles, or change it before "
          "it is "
          "saved");
    for (const auto& [path, variable] : variables_of(model)) CHECK_FALSE(variable->bound());
}

TEST_CASE("A part is loaded where that is asked for, and the report says which")
{
    Model model;
    const std::vector arrays{array<float>("0.weight", {3, 2}, {1, 2, 3, 4, 5, 6}), array<float>("0.bias", {2}, {7, 8})};
    auto matching = match(model, arrays);
    matching.report.unexpected.push_back("2.weight");
    std::ostringstream text;
    text << matching.fill("x.pt", true);
    CHECK(text.str() == "1 variables loaded, by name\n  missing in the file: 1/kernel\n  missing in the file: 1/bias\n"
                        "  not in the model: 2.weight\n  of another shape: 0.weight is [3, 2], 0/kernel [3, 2] needs [2, 3]\n");
}
