// Runs a regularizer on a reference case: its penalty and the derivative of that, in float and in double.
#pragma once

#include "cases/case.hpp"
#include "cases/report.hpp"

#include <string>
#include <vector>

namespace cases {

template <class T, class Regularizer> void run_regularizer(Case& c)
{
    const auto weights = c.array("x"), gradient = c.array("gradient");
    if (!c.expect("the gradient", gradient, weights.shape)) return;
    double sum = 0;
    std::vector<T> slopes;
    if constexpr (requires { &Regularizer::of_whole; }) {
        std::vector<double> exact(weights.as<T>().size());
        sum = Regularizer::of_whole(weights.as<double>(), shape_of(weights.shape), exact);
        for (const double slope : exact) slopes.push_back(static_cast<T>(slope));
    }
    else
        for (const T weight : weights.as<T>()) {
            sum += Regularizer::value(static_cast<double>(weight));
            slopes.push_back(static_cast<T>(Regularizer::slope(static_cast<double>(weight))));
        }
    c.compare<T>("the penalty", std::vector<T>{static_cast<T>(sum)}, c.array("value").template as<double>());
    c.compare<T>("the gradient", slopes, gradient.as<double>());
}

template <class Regularizer> std::vector<std::string> regularizer(const char* folder)
{
    Case c(folder);
    run_regularizer<float, Regularizer>(c);
    run_regularizer<double, Regularizer>(c);
    return c.differences();
}

} // namespace cases
