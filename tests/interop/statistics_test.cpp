// The numbers of a model's variables, as figures and as pictures.
#include "catch.hpp"

#include <lamina/interop/statistics.hpp>
#include <lamina/interop/weights.hpp>
#include <lamina/lamina.hpp>

#include <limits>
#include <sstream>

using namespace lamina;

TEST_CASE("Mean, deviation, extremes and what is not finite")
{
    Sequential<Input<2>, Dense<3>> model;
    set_weights(model,
                {xt::xarray<float>{{1, 2, 3}, {4, 5, std::numeric_limits<float>::quiet_NaN()}},
                 xt::xarray<float>{-1.0f, std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}});
    const Statistics all = statistics(model);
    REQUIRE(all.variables.size() == 2);
    const VariableStatistics& kernel = all.variables[0];
    CHECK(kernel.count == 5);
    CHECK(kernel.nan == 1);
    CHECK(kernel.mean == 3);
    CHECK(kernel.deviation == Approx(std::sqrt(2.0)));
    CHECK(kernel.least == 1);
    CHECK(kernel.most == 5);
    CHECK(kernel.histogram.counts[0] == 1);
    CHECK(all.variables[1].infinite == 2);
    CHECK(all.variables[1].count == 1);

    std::ostringstream text;
    text << all;
    CHECK(text.str() == "Variable  Shape   Mean  Deviation  Least  Most  Not finite\n"
                        "0/kernel  [2, 3]     3    1.41421      1     5  1 NaN, 0 infinite  █ █  █ █ █\n"
                        "0/bias    [3]       -1          0     -1    -1  0 NaN, 2 infinite           █\n");
    const std::string picture = all.svg().str();
    CHECK_THAT(picture, Catch::Contains("0/kernel"));
    CHECK_THAT(picture, Catch::Contains("2 not finite"));
}

TEST_CASE("Of nothing but numbers that are none there are no extremes")
{
    Sequential<Input<1>, Dense<1, NoBias>> model;
    set_weights(model, {xt::xarray<float>(xt::xarray<float>::shape_type{1, 1}, std::numeric_limits<float>::quiet_NaN())});
    const VariableStatistics only = statistics(model).variables[0];
    CHECK(only.count == 0);
    CHECK(only.mean == 0);
    CHECK_THROWS_WITH(statistics(Sequential<Input<1>, Dense<1>>{}), Catch::Contains("statistics: \"0/kernel\" is bound to no"));
}
