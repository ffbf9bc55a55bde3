// Who wins a row: the first of the largest, nobody where a value is NaN; the top k as TensorFlow counts them.
#include "catch.hpp"

#include <lamina/training/metrics/ranking.hpp>

#include <cstdint>
#include <limits>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("The winner is the first of the largest", "[training][metrics]")
{
    const float scores[]{-3, 2, -1, 2};
    const std::uint8_t bytes[]{7, 0, 200, 200};

    CHECK(internals::metrics::winner(scores, 4) == 1);
    CHECK(internals::metrics::winner(scores, 1) == 0);
    CHECK(internals::metrics::winner(bytes, 4) == 2);
    CHECK(internals::metrics::winner(scores, 0) == 0); // of none: n
}

TEST_CASE("Nobody wins a row with NaN", "[training][metrics]")
{
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double first[]{nan, 1, 2}, last[]{1, 2, nan}, endless[]{1, std::numeric_limits<double>::infinity(), 2};

    CHECK(internals::metrics::winner(first, 3) == 3);
    CHECK(internals::metrics::winner(last, 3) == 3);
    CHECK(internals::metrics::winner(endless, 3) == 1);
}

TEST_CASE("The top k hold ties, and nothing of a row that is not finite", "[training][metrics]")
{
    const float scores[]{0.1f, 0.4f, 0.2f, 0.2f, 0.1f};

    CHECK(internals::metrics::in_top_k(scores, 1, 5, 1));
    CHECK_FALSE(internals::metrics::in_top_k(scores, 2, 5, 1));
    CHECK(internals::metrics::in_top_k(scores, 2, 5, 2)); // both of the tie that straddles
    CHECK(internals::metrics::in_top_k(scores, 3, 5, 2));
    CHECK_FALSE(internals::metrics::in_top_k(scores, 0, 5, 3));
    CHECK(internals::metrics::in_top_k(scores, 0, 5, 4));
    CHECK(internals::metrics::in_top_k(scores, 0, 5, 99));
    CHECK_FALSE(internals::metrics::in_top_k(scores, 1, 5, 0));
    CHECK_FALSE(internals::metrics::in_top_k(scores, 5, 5, 5)); // no class

    const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    const float endless[]{infinity, 1, 0}, broken[]{1, 0, nan};
    CHECK_FALSE(internals::metrics::in_top_k(endless, 0, 3, 3));
    CHECK_FALSE(internals::metrics::in_top_k(endless, 1, 3, 3));
    CHECK_FALSE(internals::metrics::in_top_k(broken, 0, 3, 3));
}
