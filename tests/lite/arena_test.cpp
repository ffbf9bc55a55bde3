// Places in the memory of a plan: no two tensors that live at the same time overlap, and little is wasted.
#include "catch.hpp"

#include <lamina/lite/arena.hpp>

#include <algorithm>
#include <random>
#include <vector>

using namespace lamina::internals::tflite;

namespace {

std::size_t room(const Lodger& of) { return (of.bytes + behind_a_tensor + 63) / 64 * 64; }

/// The largest sum of what lives at one time.
std::size_t least(const std::vector<Lodger>& lodgers)
{
    std::size_t most = 0;
    for (std::size_t step = 0; step < 400; ++step) {
        std::size_t sum = 0;
        for (const Lodger& one : lodgers)
            if (one.first <= step && step <= one.last) sum += room(one);
        most = std::max(most, sum);
    }
    return most;
}

} // namespace

TEST_CASE("Tensors that live at the same time lie apart")
{
    for (unsigned seed = 0; seed < 50; ++seed) {
        std::mt19937 random(seed);
        std::vector<Lodger> lodgers;
        for (std::size_t i = 0; i < 3 + 5 * seed; ++i) {
            const std::size_t first = random() % 300;
            lodgers.push_back({random() % 5000, first, first + random() % (random() % 10 == 0 ? 100 : 4)});
        }
        const std::size_t all = place_lodgers(lodgers);
        for (const Lodger& a : lodgers) {
            CHECK(a.place % 64 == 0);
            CHECK(a.place + room(a) <= all);
            for (const Lodger& b : lodgers)
                if (&a != &b && a.first <= b.last && b.first <= a.last)
                    CHECK((a.place + room(a) <= b.place || b.place + room(b) <= a.place));
        }
        CHECK(double(all) <= 1.3 * double(least(lodgers)));
    }
}

TEST_CASE("A chain takes the memory of its two largest neighbors")
{
    std::vector<Lodger> lodgers{{1000, 0, 1}, {4000, 1, 2}, {2000, 2, 3}, {100, 3, 4}};
    CHECK(place_lodgers(lodgers) == room(lodgers[1]) + room(lodgers[2]));
    std::vector<Lodger> nobody;
    CHECK(place_lodgers(nobody) == 0);
}
