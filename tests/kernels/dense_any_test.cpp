// dense_any: equality with the plain loops over odd sizes and several blocks, in parts; the same bits in every part; the clamp.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/dense_any.hpp>
#include <lamina/kernels/reference/dense_any.hpp>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::dense_sizes;

namespace {

template <class T> void compare(std::size_t n, const dense_sizes& s, bool with_bias)
{
    CAPTURE(n, s.inputs, s.outputs, with_bias, sizeof(T));
    const T nan = std::numeric_limits<T>::quiet_NaN(), infinity = std::numeric_limits<T>::infinity();
    const auto x = Buffer<T>(n * s.inputs, 1).random(1), w = Buffer<T>(s.inputs * s.outputs, 1).random(2);
    const auto bias = Buffer<T>(s.outputs, 1).random(3);
    Buffer<T> packed(kernels::dense_packed_size<T>(s));
    kernels::pack_dense(w.data(), packed.data(), s);
    const T* const start = with_bias ? bias.data() : nullptr;
    const kernels::clamp_bounds<T> all{-infinity, infinity}, some{T(0), T(0.5)};

    Buffer<T> y(n * s.outputs, 1, nan), one_by_one(y.size(), 1, nan), cut(y.size(), 1, nan), expected(y.size()),
        magnitude(y.size());
    for (std::size_t b = kernels::dense_blocks(s); b-- > 0;) {
        kernels::dense_any_forward(x.data(), packed.data(), start, y.data(), s, 0, n, b, all);
        kernels::dense_any_forward(x.data(), packed.data(), start, cut.data(), s, 0, n, b, some);
        for (std::size_t i = 0; i < n; ++i)
            kernels::dense_any_forward(x.data(), packed.data(), start, one_by_one.data(), s, i, i + 1, b, all);
    }
    const auto abs_x = x.magnitudes(), abs_w = w.magnitudes(), abs_bias = bias.magnitudes();
    kernels::reference::dense_any_forward(x.data(), w.data(), start, expected.data(), s, 0, n, all);
    kernels::reference::dense_any_forward(abs_x.data(), abs_w.data(), start ? abs_bias.data() : nullptr, magnitude.data(), s, 0,
                                          n, all);
    CHECK(worst(y, expected, magnitude) <= sum_bound(s.inputs + 1));
    CHECK((y.guarded() && one_by_one.guarded() && cut.guarded()));
    bool same = true;
    for (std::size_t i = 0; i < y.size(); ++i)
        same = same && y[i] == one_by_one[i] && cut[i] == std::min(std::max(y[i], T(0)), T(0.5));
    CHECK(same);
}

} // namespace

TEMPLATE_TEST_CASE("a dense layer of run-time sizes equals plain loops", "[kernels][matmul]", float, double)
{
    constexpr std::size_t lanes = internals::simd::lanes<TestType>;
    for (const std::size_t n : {0u, 1u, 2u, 9u})
        for (const std::size_t inputs : {std::size_t(1), lanes - 1, lanes + 1, std::size_t(100)})
            for (const std::size_t outputs : {std::size_t(1), std::size_t(2), lanes - 1, lanes, 8 * lanes + 3}) {
                compare<TestType>(n, {inputs, outputs}, true);
                compare<TestType>(n, {inputs, outputs}, false);
            }
    for (const std::size_t outputs : {383u, 384u, 385u, 771u}) {
        compare<TestType>(1, {17, outputs}, true);
        compare<TestType>(5, {17, outputs}, true);
    }
    compare<TestType>(3, {1200, 70}, true); // several stretches of inputs
}
