// Runs a constraint on a reference case: the weights after it, in float and in double.
#pragma once

#include "cases/case.hpp"
#include "cases/report.hpp"

#include <lamina/core/record.hpp>

#include <string>
#include <vector>

namespace cases {

template <class T, class Constraint> void run_constraint(Case& c)
{
    const auto before = c.array("before"), after = c.array("after");
    if (before.shape.size() > lamina::Shape::max_rank || !c.expect("after", after, before.shape)) return;
    lamina::stored_types::record weights("weights", shape_of(before.shape), lamina::stored_types::dtype_of<T>);
    fill<T>(weights, before.as<T>());
    Constraint::template project<T>(weights);
    c.compare<T>("the weights", values<T>(weights), after.as<double>());
}

template <class Constraint> std::vector<std::string> constraint(const char* folder)
{
    Case c(folder);
    run_constraint<float, Constraint>(c);
    run_constraint<double, Constraint>(c);
    return c.differences();
}

} // namespace cases
