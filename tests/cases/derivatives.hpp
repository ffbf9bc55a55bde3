// Runs a function on a reference case: its value and its first four derivatives, in double, within 1e-9 of each number.
#pragma once

#include "cases/case.hpp"
#include "cases/report.hpp"

#include <lamina/autodiff.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace cases {

template <class F> std::vector<std::string> derivatives(const char* folder, const F& f)
{
    constexpr int orders = 5;
    Case c(folder);
    const auto x = c.array("x").as<double>(), reference = c.array("derivatives").as<double>();
    if (x.empty() || reference.size() != orders * x.size()) {
        c.differ("the arrays do not fit together");
        return c.differences();
    }
    const lamina::AnyTensor at = lamina::constant(x.data(), lamina::Shape{x.size()});
    const auto check = [&]<int Order>(std::integral_constant<int, Order>) {
        const lamina::AnyTensor got = lamina::nth_derivative<Order>(f)(at);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double wanted = reference[Order * x.size() + i];
            if (std::abs(got.item(i) - wanted) <= 1e-9 * std::abs(wanted)) continue;
            c.differ("derivative " + std::to_string(Order) + " at " + std::to_string(x[i]) + " is " +
                     std::to_string(got.item(i)) + ", it should be " + std::to_string(wanted));
        }
    };
    [&]<int... Order>(std::integer_sequence<int, Order...>) {
        (check(std::integral_constant<int, Order>{}), ...);
    }(std::make_integer_sequence<int, orders>{});
    return c.differences();
}

} // namespace cases
