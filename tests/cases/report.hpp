// Runs a case inside a Catch2 test: each difference is a failure, and so is an array that is absent.
#pragma once

#include "catch.hpp"

#include <exception>
#include <string>

namespace cases {

template <class Run> void report(Run run)
{
    bool same = false;
    try {
        const auto differences = run();
        for (const std::string& difference : differences) FAIL_CHECK(difference);
        same = differences.empty();
    }
    catch (const std::exception& problem) {
        FAIL_CHECK(problem.what());
    }
    CHECK(same);
}

/// A case in which Keras is wrong, as `why` says: it has to differ.
template <class Run> void report_difference(Run run, const std::string& why)
{
    INFO("lamina computes what Keras did: is it true no more that " << why << '?');
    bool differs = false;
    CHECK_NOTHROW(differs = !run().empty());
    CHECK(differs);
}

} // namespace cases
