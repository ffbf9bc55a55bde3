// chunks: repeated, summed and transposed as plain loops do it.
#include "catch.hpp"

#include <lamina/core/chunks.hpp>

#include <cmath>
#include <limits>

using namespace lamina;
using namespace lamina::internals;

TEMPLATE_TEST_CASE("chunks equal plain loops", "[core][chunks]", float, double)
{
    using T = TestType;
    using lanes = internals::simd::batch<T>;
    constexpr std::size_t n = lanes::size, chunk = internals::simd::chunk_size<T>, count = internals::simd::chunk_count<T>;
    static_assert(chunk * count == n);

    alignas(alignment) T in[4][n], out[4][n];
    for (std::size_t r = 0; r < 4; ++r)
        for (std::size_t i = 0; i < n; ++i) in[r][i] = T(100 * r + i);
    const auto load = [&](lanes* rows, std::size_t size) {
        for (std::size_t r = 0; r < size; ++r) rows[r] = lanes::load_aligned(in[r]);
    };

    lanes rows[4];
    internals::simd::repeat_chunk(&in[0][0] + 1)
        .store_aligned(out[0]); // off the alignment; a chunk of a whole register ends in row 1
    for (std::size_t i = 0; i < n; ++i) CHECK(out[0][i] == in[(1 + i % chunk) / n][(1 + i % chunk) % n]);

    load(rows, chunk);
    internals::simd::sum_chunks<T>(rows).store_aligned(out[0]);
    for (std::size_t c = 0; c < count; ++c)
        for (std::size_t k = 0; k < chunk; ++k) {
            T sum = 0;
            for (std::size_t i = 0; i < chunk; ++i) sum += in[k][c * chunk + i];
            CHECK(out[0][c * chunk + k] == sum);
        }

    load(rows, count);
    internals::simd::transpose_chunks<T>(rows);
    for (std::size_t r = 0; r < count; ++r) rows[r].store_aligned(out[r]);
    for (std::size_t r = 0; r < count; ++r)
        for (std::size_t i = 0; i < n; ++i) CHECK(out[r][i] == in[i / chunk][r * chunk + i % chunk]);

    // NaN in one chunk reaches its own sum and no other.
    in[0][0] = std::numeric_limits<T>::quiet_NaN();
    load(rows, chunk);
    internals::simd::sum_chunks<T>(rows).store_aligned(out[0]);
    for (std::size_t i = 0; i < n; ++i) CHECK(std::isnan(out[0][i]) == (i == 0));
}
