// Cutting an axis into tiles, and what is loaded and stored at its end.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/tile.hpp>

#include <cstddef>
#include <functional>
#include <set>
#include <utility>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// What tiles of an axis were asked for: how often each place was covered, and the kinds of tile.
struct Cover {
    explicit Cover(std::size_t n) : times(n) {}

    void operator()(std::size_t start, std::size_t tile)
    {
        kinds.insert(tile);
        for (std::size_t i = start; i < start + tile; ++i) ++times.at(i);
    }
    bool once() const
    {
        for (const int count : times)
            if (count != 1) return false;
        return true;
    }
    bool at_least_once() const
    {
        for (const int count : times)
            if (count < 1) return false;
        return true;
    }

    std::vector<int> times;
    std::set<std::size_t> kinds;
};

template <std::size_t N> void check_axis()
{
    CAPTURE(N);
    Cover known(N), counted(N), overlapping(N);
    internals::kernels::tiles<4>(fixed<N>{}, [&]<std::size_t Tile>(std::size_t i, fixed<Tile>) { known(i, Tile); });
    internals::kernels::tiles<4>(N, [&]<std::size_t Tile>(std::size_t i, fixed<Tile>) { counted(i, Tile); });
    internals::kernels::overlapping_tiles<4>(fixed<N>{},
                                             [&]<std::size_t Tile>(std::size_t i, fixed<Tile>) { overlapping(i, Tile); });
    CHECK(known.once());
    CHECK(known.kinds.size() <= 2);
    CHECK(counted.once());
    CHECK(overlapping.at_least_once());
    int work = 0;
    for (const int count : overlapping.times) work += count;
    CHECK(16 * (work - int(N)) <= int(N));
}

} // namespace

TEST_CASE("tiles cover an axis once, overlapping ones with little work more", "[kernels][tile]")
{
    [&]<std::size_t... N>(std::index_sequence<N...>) { (check_axis<N>(), ...); }(std::make_index_sequence<70>{});
    Cover planes(53);
    internals::kernels::overlapping_tiles<4>(fixed<std::size_t{53}>{},
                                             [&]<std::size_t Tile>(std::size_t i, fixed<Tile>) { planes(i, Tile); });
    CHECK(planes.at_least_once());
    CHECK(planes.kinds == std::set<std::size_t>{4});
}

TEMPLATE_TEST_CASE("the end of an axis is loaded and stored alone", "[kernels][tile]", float, double)
{
    constexpr std::size_t lanes = internals::simd::lanes<TestType>;
    for (std::size_t n = 1; n <= 2 * lanes; ++n)
        for (std::size_t i = 0; i < n; i += lanes) {
            CAPTURE(n, i);
            const auto x = Buffer<TestType>(n).random(1);
            Buffer<TestType> y(n);
            for (std::size_t k = 0; k < n; ++k) y[k] = TestType(-7);
            const auto loaded = internals::kernels::load_before(x.data() + i, i, n);
            const auto within = internals::kernels::load_within(x.data() + i, i, n, x.data() + n);
            internals::kernels::store_before(loaded, y.data() + i, i, n);
            alignas(alignment) TestType values[lanes], others[lanes];
            loaded.store_aligned(values);
            within.store_aligned(others);
            for (std::size_t k = 0; k < n; ++k) CHECK(y[k] == (k >= i && k < i + lanes ? x[k] : TestType(-7)));
            for (std::size_t k = 0; k < lanes; ++k) {
                CHECK(values[k] == (i + k < n ? x[i + k] : TestType(0)));
                if (i + k < n) CHECK(others[k] == x[i + k]);
            }
            CHECK(y.guarded());
        }
}

TEMPLATE_TEST_CASE("every accumulator of a tile is finished once", "[kernels][tile]", float, double)
{
    using lanes = internals::simd::batch<TestType>;
    lanes sums[2][3];
    LAMINA_UNROLL (i, 6) sums[i / 3][i % 3] = internals::kernels::broadcast<1>(TestType(i));
    const auto check = [&](const auto& finish, auto expected) {
        int times[2][3]{};
        internals::kernels::finish_each(finish, sums, [&](std::size_t r, std::size_t v, const lanes& value) {
            ++times[r][v];
            CHECK(value.get(0) == expected(TestType(3 * r + v)));
        });
        for (const auto& row : times)
            for (const int count : row) CHECK(count == 1);
    };
    check(std::identity{}, [](TestType x) { return x; });
    check([](const lanes& x) { return x * x + lanes(TestType(1)); }, [](TestType x) { return x * x + TestType(1); });
}
