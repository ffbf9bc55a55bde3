// Runs an optimizer on a reference case: the parameters after every step, in float and in double, in both stored orders.
#pragma once

#include "cases/case.hpp"
#include "cases/report.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/models/state.hpp>
#include <lamina/training/optimizers/optimizer.hpp>

#include <memory>
#include <string>
#include <vector>

namespace cases {

/// One parameter: its record, its gradient's, and what both are at every step.
template <class T> struct Parameter {
    std::shared_ptr<lamina::stored_types::record> value, gradient;
    std::vector<T> gradients;
    std::vector<double> trajectory;
    std::size_t steps = 0, size = 0;
    std::string name;
};

/// The parameters of a case: `initial`, and `initial_1` and so on where they exist. None where the arrays do not fit together
/// or hold no step.
template <class T> std::vector<Parameter<T>> parameters(Case& c)
{
    std::vector<Parameter<T>> all;
    for (std::string end; end.empty() || c.has("initial" + end); end = '_' + std::to_string(all.size())) {
        const auto initial = c.array("initial" + end), gradients = c.array("gradients" + end),
                   trajectory = c.array("trajectory" + end);
        auto with_steps = initial.shape;
        with_steps.insert(with_steps.begin(), trajectory.shape.empty() ? 0 : trajectory.shape[0]);
        bool fits = c.expect("trajectory" + end, trajectory, with_steps);
        fits &= c.expect("gradients" + end, gradients, with_steps);
        if (initial.shape.size() > lamina::Shape::max_rank || with_steps[0] == 0 || !fits) return {};
        const lamina::Shape shape = shape_of(initial.shape);
        const auto make = [&](const std::string& name) {
            return std::make_shared<lamina::stored_types::record>(name + end, shape, lamina::stored_types::dtype_of<T>);
        };
        all.push_back({make("value"), make("gradient"), gradients.as<T>(), trajectory.as<double>(), with_steps[0], shape.size(),
                       "parameter" + end});
        fill<T>(*all.back().value, initial.as<T>());
    }
    return all;
}

template <class T, class Optimizer> void run(Optimizer optimizer, Case& c)
{
    const auto all = parameters<T>(c);
    if (all.empty()) return c.differ("the arrays do not fit together, or hold no step");
    std::vector<std::shared_ptr<lamina::stored_types::record>> values_of, gradients_of;
    for (const auto& p : all) {
        values_of.push_back(p.value);
        gradients_of.push_back(p.gradient);
    }
    lamina::internals::prepare(optimizer, values_of);
    for (std::size_t step = 0; step < all.front().steps; ++step) {
        for (const auto& p : all) fill<T>(*p.gradient, std::span(p.gradients).subspan(step * p.size, p.size));
        lamina::apply_gradients(optimizer, values_of, gradients_of, 1 + step % 2);
        for (const auto& p : all)
            c.compare<T>(p.name + " after step " + std::to_string(step + 1), values<T>(*p.value),
                         std::span(p.trajectory).subspan(step * p.size, p.size));
    }
}

/// The same by `minimize`: the gradient of sum(g · w) is g.
template <class T, class Optimizer> void run_minimize(Optimizer optimizer, Case& c)
{
    const auto all = parameters<T>(c);
    if (all.empty()) return; // said before
    std::vector<lamina::VariableView> variables;
    for (const auto& p : all) variables.emplace_back(p.value);
    for (std::size_t step = 0; step < all.front().steps; ++step) {
        const auto loss = [&] {
            lamina::AnyTensor sum = lamina::constant(T(0));
            for (std::size_t i = 0; i < all.size(); ++i) {
                const auto g = lamina::constant(all[i].gradients.data() + step * all[i].size, all[i].value->extents());
                sum = sum + lamina::reduce_sum(g * lamina::read(variables[i]));
            }
            return sum;
        };
        if constexpr (requires { optimizer.minimize(loss, variables); }) optimizer.minimize(loss, variables);
        else lamina::minimize_loss(optimizer, loss, variables); // an optimizer of a program's own
        for (const auto& p : all)
            c.compare<T>(p.name + " after minimize " + std::to_string(step + 1), values<T>(*p.value),
                         std::span(p.trajectory).subspan(step * p.size, p.size));
    }
}

template <class Optimizer> std::vector<std::string> optimizer(const char* folder, const Optimizer& optimizer)
{
    Case c(folder);
    run<float>(optimizer, c);
    run<double>(optimizer, c);
    run_minimize<float>(optimizer, c);
    run_minimize<double>(optimizer, c);
    return c.differences();
}

} // namespace cases
