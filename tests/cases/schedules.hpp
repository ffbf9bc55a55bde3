// Runs a schedule on a reference case: its rates from the first step on.
#pragma once

#include "cases/case.hpp"
#include "cases/report.hpp"

#include <span>
#include <string>
#include <vector>

namespace cases {

template <class Schedule> std::vector<std::string> schedule(const char* folder, const Schedule& schedule)
{
    Case c(folder);
    const auto reference = c.array("values").as<double>();
    std::vector<float> rates;
    for (std::size_t step = 0; step < reference.size(); ++step) rates.push_back(schedule(step));
    if (rates.empty()) c.differ("the case has no step");
    c.compare("the rates", std::span<const float>(rates), reference);
    return c.differences();
}

} // namespace cases
