// Small dense layers: equality with the plain loops writes inside the outputs only.
#undef LAMINA_PLAIN_LOOPS
#define LAMINA_PLAIN_LOOPS 0 // plain loops have no way of their own for small layers
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/matmul_small.hpp>
#include <lamina/kernels/reference/matmul.hpp>

#include <cmath>
#include <functional>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::dense_sizes;
namespace reference = internals::kernels::reference;

static_assert(internals::kernels::is_small({1, 8}) && internals::kernels::is_small({8, 1}) &&
              internals::kernels::is_small({16, 16}));
static_assert(!internals::kernels::is_small({84, 10}) && !internals::kernels::is_small({65, 1}) &&
              !internals::kernels::is_small({0, 1}) && !internals::kernels::is_small({1, 0}));

namespace {

/// Stands for an activation: not linear, so that a sum that is finished twice, or before it is complete, is seen. One product, since
/// a compiler may join a product and a sum in one place and not in another.
struct Bent {
    template <class V> V operator()(const V& z) const { return z * z; }
};

template <class T, std::size_t Inputs, std::size_t Outputs> void compare()
{
    constexpr dense_sizes sizes{Inputs, Outputs};
    constexpr std::size_t n = 5;
    CAPTURE(Inputs, Outputs, sizeof(T));
    const auto x = Buffer<T>(n * Inputs, 1).random(1), bias = Buffer<T>(Outputs).random(2);
    const auto w = Outputs == 1 ? padded_rows<T>(1, Inputs, 3) : padded_rows<T>(Inputs, Outputs, 3);

    for (const T* const b : {bias.data(), static_cast<const T*>(nullptr)}) {
        Buffer<T> y(n * Outputs, 1), bent(n * Outputs, 1), expected(n * Outputs), magnitude(n * Outputs);
        internals::kernels::small_forward(x.data(), w.data(), b, y.data(), n, fixed<sizes>{}, std::identity{});
        reference::dense_forward(x.data(), w.data(), b, expected.data(), n, sizes);
        reference::dense_forward(x.magnitudes().data(), w.magnitudes().data(), b ? bias.magnitudes().data() : nullptr,
                                 magnitude.data(), n, sizes);
        CHECK(worst(y, expected, magnitude) <= sum_bound(Inputs + 1));
        CHECK(y.guarded());

        internals::kernels::small_forward(x.data(), w.data(), b, bent.data(), n, fixed<sizes>{}, Bent{});
        for (std::size_t i = 0; i < y.size(); ++i) CHECK(double(bent[i]) == Approx(double(y[i] * y[i])).margin(1e-5));
        CHECK(bent.guarded());

        Buffer<T> one_by_one(n * Outputs, 1);
        for (std::size_t s = 0; s < n; ++s)
            internals::kernels::small_forward(x.data() + s * Inputs, w.data(), b, one_by_one.data() + s * Outputs, 1,
                                              fixed<sizes>{}, Bent{});
        CHECK(std::memcmp(one_by_one.data(), bent.data(), bent.size() * sizeof(T)) == 0);
    }
}

} // namespace

TEMPLATE_TEST_CASE("small dense layers equal plain loops", "[kernels][matmul]", float, double)
{
    compare<TestType, 1, 1>();
    compare<TestType, 8, 8>();
    compare<TestType, 8, 1>();
    compare<TestType, 5, 7>();
    compare<TestType, 13, 17>();
    compare<TestType, 1, 63>();
#ifndef LAMINA_TEST_SANITIZED // each takes seconds to compile there
    compare<TestType, 1, 8>();
    compare<TestType, 2, 3>();
    compare<TestType, 3, 5>();
    compare<TestType, 4, 4>();
    compare<TestType, 16, 16>();
    compare<TestType, 17, 2>();
    compare<TestType, 64, 4>();
    compare<TestType, 4, 64>();
    compare<TestType, 33, 3>();
    compare<TestType, 7, 33>();
    compare<TestType, 64, 1>();
    compare<TestType, 32, 8>();
#endif
}

TEMPLATE_TEST_CASE("a small dense layer's NaN and infinity stay in their sample and reach every output", "[kernels][matmul]",
                   float, double)
{
    const auto w = padded_rows<TestType>(5, 9, 1), column = padded_rows<TestType>(1, 5, 2);
    for (const TestType bad : {std::numeric_limits<TestType>::quiet_NaN(), std::numeric_limits<TestType>::infinity()}) {
        auto x = Buffer<TestType>(3 * 5).random(2);
        x[5 + 4] = bad;
        Buffer<TestType> many(3 * 9), one(3);
        const TestType* const none = nullptr;
        internals::kernels::small_forward(x.data(), w.data(), none, many.data(), 3, fixed<dense_sizes{5, 9}>{}, std::identity{});
        internals::kernels::small_forward(x.data(), column.data(), none, one.data(), 3, fixed<dense_sizes{5, 1}>{},
                                          std::identity{});
        for (std::size_t i = 0; i < many.size(); ++i) CHECK(std::isfinite(many[i]) == (i / 9 != 1));
        for (std::size_t i = 0; i < one.size(); ++i) CHECK(std::isfinite(one[i]) == (i != 1));
    }
}
