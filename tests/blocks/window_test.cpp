// The geometry of windows: output extents and padding against counting by hand, as TensorFlow defines them.
#include "catch.hpp"

#include <lamina/blocks/window.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(place_rows<Valid>(28, 5, 1).out == 24 && place_rows<Valid>(28, 5, 1).pad == 0);
static_assert(place_rows<Valid>(4, 5, 1).out == 0);
static_assert(place_rows<Same>(28, 5, 1).out == 28 && place_rows<Same>(28, 5, 1).pad == 2);
static_assert(place_rows<Same>(3, 2, 1).pad == 0); // the odd rest goes to the end
static_assert(place_rows<Same>(1, 5, 1).out == 1 && place_rows<Same>(1, 5, 1).pad == 2);
// PyTorch's padding is alike on both sides, of rows and of columns.
static_assert(place_rows<Padding<2, 1>>(5, 3, 2).out == 4 && place_rows<Padding<2, 1>>(5, 3, 2).pad == 2);
static_assert(place_columns<Padding<2, 1>>(5, 3, 2).out == 3 && place_columns<Padding<2, 1>>(5, 3, 2).pad == 1);
static_assert(place_columns<Causal>(5, 3, 2).out == 3 && place_columns<Causal>(5, 3, 2).pad == 2);

TEST_CASE("Windows lie where TensorFlow puts them", "[layers][window]")
{
    for (std::size_t size = 1; size < 20; ++size)
        for (std::size_t reach = 1; reach < 8; ++reach)
            for (std::size_t stride = 1; stride < 6; ++stride) {
                INFO(size << ' ' << reach << ' ' << stride);
                std::size_t whole = 0;
                for (std::size_t start = 0; start + reach <= size; start += stride) ++whole;
                CHECK(place_rows<Valid>(size, reach, stride).out == whole);
                CHECK(place_rows<Valid>(size, reach, stride).pad == 0);

                // "SAME": pad_total = max((out - 1) * stride + reach - size, 0), the smaller half before.
                const long out = long((size + stride - 1) / stride),
                           total = std::max(0L, (out - 1) * long(stride) + long(reach) - long(size));
                CHECK(long(place_rows<Same>(size, reach, stride).out) == out);
                CHECK(long(place_rows<Same>(size, reach, stride).pad) == total / 2);
            }
}
