// What the tests of structs share: the gradients of a traced struct against central differences in double.
#pragma once

#include "layers/gradient_check.hpp"

#include <lamina/trace/execution.hpp>
#include <lamina/trace/trace.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

/// Checks the gradients of Σ weights · output by every parameter.
template <class M> void check_plan(M& model, unsigned seed, const std::vector<std::size_t>& counts = {1, 2, 5, 32})
{
    randomize(model, seed);
    const auto plan = lamina::internals::trace(model);
    lamina::internals::Execution<double> execution(plan, true);
    const std::size_t in = plan.input_shape().size(), out = plan.output_shape().size();
    const lamina::protocols::Mode mode{.training = true, .seed = 3, .step = 5};
    for (const std::size_t n : counts) {
        INFO(n << " samples");
        Buffer<double> x(n * in, 1), y(n * out, 3), weights(n * out);
        x.random(seed + 1);
        weights.random(seed + 2);
        const double* const from = x.data();
        double* const to = y.data();
        const auto plain = lamina::protocols::output_activation::none;
        M gradient = lamina::zeros_like(model);
        const auto gradients = lamina::internals::blocks_of(gradient);

        const auto value = [&] {
            execution.forward(plan.blocks, mode, &from, &to, n);
            return y;
        };
        value();
        execution.forward(plan.blocks, mode, &from, nullptr, n);
        CHECK(std::equal(y.data(), y.data() + y.size(), execution.output()));
        std::copy_n(weights.data(), n * out, execution.output_gradient());
        execution.backward(plan.blocks, gradients, mode, &from, n, &plain);
        CHECK((x.guarded() && y.guarded()));

        const auto numbers = numbers_of(model), slopes = numbers_of(gradient);
        double largest = 0, off = 0;
        for (const double* slope : slopes) largest = std::fmax(largest, std::fabs(*slope));
        REQUIRE(largest > 0);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            constexpr double h = 1e-5;
            const double old = *numbers[i];
            *numbers[i] = old + h;
            const auto above = value();
            *numbers[i] = old - h;
            const auto below = value();
            *numbers[i] = old;
            double slope = 0;
            for (std::size_t k = 0; k < y.size(); ++k) slope += weights[k] * (above[k] - below[k]) / (2 * h);
            const double difference = std::fabs(*slopes[i] - slope);
            off = difference <= off ? off : difference;
        }
        INFO("off by " << off << ", the largest gradient is " << largest);
        CHECK(off <= 1e-6 * largest);
    }
}
