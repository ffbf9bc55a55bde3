// matmul: equality with the plain loops over odd sizes, writes inside the outputs only, padding that stays zero.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/matmul.hpp>
#include <lamina/kernels/reference/matmul.hpp>

#include <initializer_list>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::dense_sizes;
namespace reference = internals::kernels::reference;

namespace {

/// Random weights as they are stored: a row for each input, or one row.
template <class T> Buffer<T> weights(dense_sizes sizes, unsigned seed)
{
    return sizes.outputs == 1 ? padded_rows<T>(1, sizes.inputs, seed) : padded_rows<T>(sizes.inputs, sizes.outputs, seed);
}

/// Runs the three kernels on `n` samples and compares each with its twin.
template <class T, class S> void compare(std::size_t n, S sizes, std::size_t shift = 1)
{
    const dense_sizes plain = sizes;
    const auto [inputs, outputs] = plain;
    CAPTURE(n, inputs, outputs, sizeof(T), is_fixed<S>);

    const auto x = Buffer<T>(n * inputs, shift).random(1), dz = Buffer<T>(n * outputs, shift).random(2);
    const auto bias = Buffer<T>(outputs).random(3);
    const auto w = weights<T>(plain, 4);
    const auto abs_x = x.magnitudes(), abs_dz = dz.magnitudes(), abs_bias = bias.magnitudes(), abs_w = w.magnitudes();

    for (const bool biased : {true, false}) {
        Buffer<T> y(n * outputs, shift), expected(n * outputs), magnitude(n * outputs);
        internals::kernels::dense_forward(x.data(), w.data(), biased ? bias.data() : nullptr, y.data(), n, sizes);
        reference::dense_forward(x.data(), w.data(), biased ? bias.data() : nullptr, expected.data(), n, plain);
        reference::dense_forward(abs_x.data(), abs_w.data(), biased ? abs_bias.data() : nullptr, magnitude.data(), n, plain);
        CHECK(worst(y, expected, magnitude) <= sum_bound(inputs + 1));
        CHECK(y.guarded());
    }

    Buffer<T> dx(n * inputs, shift, T(7)), dx_expected(n * inputs), dx_magnitude(n * inputs);
    internals::kernels::dense_backward_data(dz.data(), w.data(), dx.data(), n, sizes);
    reference::dense_backward_data(dz.data(), w.data(), dx_expected.data(), n, plain);
    reference::dense_backward_data(abs_dz.data(), abs_w.data(), dx_magnitude.data(), n, plain);
    CHECK(worst(dx, dx_expected, dx_magnitude) <= sum_bound(outputs));
    CHECK(dx.guarded());

    auto dw = weights<T>(plain, 5), dw_expected = dw, dw_magnitude = dw.magnitudes();
    auto db = Buffer<T>(outputs, shift).random(6), db_expected = db, db_magnitude = db.magnitudes();
    internals::kernels::dense_backward_weights(x.data(), dz.data(), dw.data(), db.data(), n, sizes);
    reference::dense_backward_weights(x.data(), dz.data(), dw_expected.data(), db_expected.data(), n, plain);
    reference::dense_backward_weights(abs_x.data(), abs_dz.data(), dw_magnitude.data(), db_magnitude.data(), n, plain);
    CHECK(worst(dw, dw_expected, dw_magnitude) <= sum_bound(n + 1));
    CHECK(worst(db, db_expected, db_magnitude) <= sum_bound(n + 1));
    CHECK(padding_is_zero(dw, outputs == 1 ? inputs : outputs));
    CHECK((dw.guarded() && db.guarded()));

    auto fresh = weights<T>(plain, 7), fresh_expected = weights<T>(plain, 7);
    std::fill_n(fresh_expected.data(), fresh_expected.size(), T(0));
    internals::kernels::dense_weights(x.data(), dz.data(), fresh.data(), n, plain);
    reference::dense_backward_weights(x.data(), dz.data(), fresh_expected.data(), static_cast<T*>(nullptr), n, plain);
    CHECK(worst(fresh, fresh_expected, dw_magnitude) <= sum_bound(n + 1));
    CHECK(padding_is_zero(fresh, outputs == 1 ? inputs : outputs));
    CHECK(fresh.guarded());
}

template <class T, std::size_t Inputs, std::size_t Outputs> void compare_constant()
{
    for (const std::size_t n : sample_counts) compare<T>(n, fixed<dense_sizes{Inputs, Outputs}>{});
}

/// Stands for an activation: not linear, so that a sum that is finished twice, or before it is complete, is seen.
struct Bent {
    template <class V> V operator()(const V& z) const { return z * z + z; }
};

} // namespace

TEMPLATE_TEST_CASE("dense kernels equal plain loops at run-time sizes", "[kernels][matmul]", float, double)
{
    constexpr std::size_t lanes = internals::simd::lanes<TestType>;
    const std::size_t odd[] = {0, 1, 2, 3, lanes - 1, lanes, lanes + 1, 3 * lanes + 1, 7 * lanes - 1};
    for (const std::size_t inputs : odd)
        for (const std::size_t outputs : odd)
            for (const std::size_t n : sample_counts) compare<TestType>(n, dense_sizes{inputs, outputs});
    compare<TestType>(32, dense_sizes{400, 120}, 0);
}

TEMPLATE_TEST_CASE("dense kernels equal plain loops at every batch size around a tile", "[kernels][matmul]", float, double)
{
    for (std::size_t n = 1; n <= 40; n += sanitized ? 6 : 1) {
        compare<TestType>(n, dense_sizes{37, 11});
        compare<TestType>(n, dense_sizes{64, 20}, 0);
        compare<TestType>(n, fixed<dense_sizes{84, 10}>{});
    }
}

TEMPLATE_TEST_CASE("dense kernels equal plain loops at every number of outputs and of inputs", "[kernels][matmul]", float, double)
{
    for (std::size_t size = 1; size <= 70; size += sanitized ? 8 : 1)
        for (const std::size_t n : std::initializer_list<std::size_t>{1, 3, 21}) {
            compare<TestType>(n, dense_sizes{19, size});
            compare<TestType>(n, dense_sizes{size, 13});
        }
}

TEMPLATE_TEST_CASE("dense kernels equal plain loops where a panel does not hold all", "[kernels][matmul]", float, double)
{
    for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 5, 16, 33}) {
        if (sanitized && n > 5) continue;
        for (const std::size_t inputs : std::initializer_list<std::size_t>{511, 512, 513, 1300}) {
            compare<TestType>(n, dense_sizes{inputs, 3});
            compare<TestType>(n, dense_sizes{inputs, 18});
        }
        compare<TestType>(n, dense_sizes{9, 700});
        compare<TestType>(n, dense_sizes{3, 1});
        for (const std::size_t far : std::initializer_list<std::size_t>{250, 512}) { // rows are a cache line further apart
            compare<TestType>(n, dense_sizes{9, far});
            compare<TestType>(n, dense_sizes{far, 1});
        }
    }
    compare<TestType>(700, dense_sizes{9, 7});
    if (!sanitized) compare<TestType>(270, dense_sizes{2100, 55}); // more than a stretch, both of inputs and of samples
}

TEMPLATE_TEST_CASE("a sample's bits do not depend on its batch", "[kernels][matmul]", float, double)
{
    constexpr std::size_t most = 40;
    for (const auto [inputs, outputs] : {dense_sizes{400, 120}, {84, 10}, {3, 5}, {5, 2}, {37, 33}, {1100, 21}, {1100, 1}}) {
        const auto x = Buffer<TestType>(most * inputs, 1).random(1);
        const auto bias = Buffer<TestType>(outputs).random(3);
        const auto w = weights<TestType>({inputs, outputs}, 4);
        Buffer<TestType> one_by_one(most * outputs);
        const dense_sizes sizes{inputs, outputs};
        for (std::size_t s = 0; s < most; ++s)
            internals::kernels::dense_forward(x.data() + s * inputs, w.data(), bias.data(), one_by_one.data() + s * outputs, 1,
                                              sizes, Bent{});
        for (std::size_t n = 1; n <= most; n += sanitized ? 7 : 1) {
            CAPTURE(n, inputs, outputs);
            Buffer<TestType> y(n * outputs, 1);
            internals::kernels::dense_forward(x.data(), w.data(), bias.data(), y.data(), n, sizes, Bent{});
            CHECK(std::memcmp(y.data(), one_by_one.data(), y.size() * sizeof(TestType)) == 0);
        }
    }
}

TEMPLATE_TEST_CASE("finish is applied once to each finished sum", "[kernels][matmul]", float, double)
{
    for (const auto [inputs, outputs] : {dense_sizes{84, 10}, {0, 7}, {5, 3}, {17, 37}, {1100, 21}, {37, 1}})
        for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 3, 9, 16, 35})
            for (const bool biased : {true, false}) {
                CAPTURE(n, inputs, outputs, biased);
                const auto x = Buffer<TestType>(n * inputs, 1).random(1);
                const auto bias = Buffer<TestType>(outputs).random(3);
                const auto w = weights<TestType>({inputs, outputs}, 4);
                const TestType* const b = biased ? bias.data() : nullptr;
                Buffer<TestType> plain(n * outputs, 1), bent(n * outputs, 1);
                internals::kernels::dense_forward(x.data(), w.data(), b, plain.data(), n, dense_sizes{inputs, outputs});
                internals::kernels::dense_forward(x.data(), w.data(), b, bent.data(), n, dense_sizes{inputs, outputs}, Bent{});
                for (std::size_t i = 0; i < plain.size(); ++i)
                    CHECK(double(bent[i]) == Approx(double(plain[i] * plain[i] + plain[i])).margin(1e-5));
                CHECK(bent.guarded());
            }
}

TEST_CASE("dense kernels equal plain loops at constant sizes", "[kernels][matmul]")
{
    compare_constant<float, 400, 120>();
    compare_constant<float, 120, 84>();
    compare_constant<float, 84, 10>();
    compare_constant<float, 1, 1>();
    compare_constant<float, 16, 33>();
    compare_constant<double, 84, 10>();
    compare_constant<double, 17, 13>();
}

TEMPLATE_TEST_CASE("a dense gradient of infinity leaves the padding zero", "[kernels][matmul]", float, double)
{
    const dense_sizes sizes{5, 3};
    const Buffer<TestType> x(2 * 5, 0, TestType(1)), dz(2 * 3, 0, std::numeric_limits<TestType>::infinity());
    Buffer<TestType> dw(5 * row_stride<TestType>(3));
    internals::kernels::dense_backward_weights<TestType>(x.data(), dz.data(), dw.data(), nullptr, 2, sizes);
    CHECK(dw[0] == std::numeric_limits<TestType>::infinity());
    CHECK(padding_is_zero(dw, 3));
}

TEST_CASE("a dense layer's NaN stays in its sample", "[kernels][matmul]")
{
    auto x = Buffer<float>(3 * 21).random(1);
    const auto w = padded_rows<float>(21, 9, 2);
    x[21 + 20] = std::numeric_limits<float>::quiet_NaN();
    Buffer<float> y(3 * 9);
    internals::kernels::dense_forward<float>(x.data(), w.data(), nullptr, y.data(), 3, dense_sizes{21, 9});
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(std::isnan(y[i]) == (i / 9 == 1));
}

TEST_CASE("an empty batch of a dense layer needs no memory", "[kernels][matmul]")
{
    const auto w = padded_rows<float>(21, 9, 2);
    auto dw = w;
    Buffer<float> bias(9);
    const float* nothing = nullptr;
    float* nowhere = nullptr;
    internals::kernels::dense_forward(nothing, w.data(), bias.data(), nowhere, 0, dense_sizes{21, 9});
    internals::kernels::dense_backward_data(nothing, w.data(), nowhere, 0, dense_sizes{21, 9});
    internals::kernels::dense_backward_weights(nothing, nothing, dw.data(), bias.data(), 0, dense_sizes{21, 9});
    CHECK(std::memcmp(dw.data(), w.data(), w.size() * sizeof(float)) == 0);
}
