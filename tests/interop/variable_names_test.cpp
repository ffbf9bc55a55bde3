// The names of variables in lamina, Keras and PyTorch, side by side.
#include "catch.hpp"

#include <lamina/interop/variable_names.hpp>
#include <lamina/lamina.hpp>

#include <sstream>

using namespace lamina;

namespace {

template <class Model> std::string table(const Model& model)
{
    std::ostringstream text;
    text << variable_names(model);
    return text.str();
}

} // namespace

TEST_CASE("Names and shapes side by side")
{
    const Sequential<Input<6, 6, 1>, Conv2D<2, Tanh>, Flatten, Dense<3>, Dense<3>> model;
    CHECK(table(model) == "lamina    Keras           shape         PyTorch   shape\n"
                          "0/kernel  conv2d/kernel   [3, 3, 1, 2]  0.weight  [2, 1, 3, 3]\n"
                          "0/bias    conv2d/bias     [2]           0.bias    [2]\n"
                          "2/kernel  dense/kernel    [32, 3]       2.weight  [3, 32]\n"
                          "2/bias    dense/bias      [3]           2.bias    [3]\n"
                          "3/kernel  dense_1/kernel  [3, 3]        3.weight  [3, 3]\n"
                          "3/bias    dense_1/bias    [3]           3.bias    [3]\n");
    CHECK_THAT(table(LSTM<2>::on<3, 4>{}),
               Catch::Contains("bias              lstm/bias              [8]     bias_ih_l0    [8]\n"
                               "                                                 bias_hh_l0    [8]\n"));
}

TEST_CASE("What PyTorch has not stays empty")
{
    const Sequential<Input<5, 2>, GRU<3, ResetBefore, NoBias>> model;
    CHECK_THAT(table(model), Catch::Contains("0/kernel            gru/kernel            [2, 9]  -\n"));
}
