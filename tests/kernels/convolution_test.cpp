// convolution: equality with the plain loops over paddings, strides, dilations, channels; writes inside the outputs only.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/convolution.hpp>
#include <lamina/kernels/reference/convolution.hpp>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::convolution_sizes;
namespace reference = internals::kernels::reference;

namespace {

/// What a test says of a convolution; the rest follows.
struct description {
    std::size_t height, width, channels, filters, kernel_height, kernel_width;
    bool same = false;
    std::size_t stride_height = 1, stride_width = 1, dilation_height = 1, dilation_width = 1;

    constexpr convolution_sizes sizes() const
    {
        const auto out = [&](std::size_t n, std::size_t k, std::size_t s, std::size_t d) {
            return same ? (n + s - 1) / s : (n - (k - 1) * d - 1) / s + 1;
        };
        const auto pad = [&](std::size_t n, std::size_t k, std::size_t s, std::size_t d) {
            const std::size_t reach = (out(n, k, s, d) - 1) * s + (k - 1) * d + 1;
            return same && reach > n ? (reach - n) / 2 : 0;
        };
        return {height,
                width,
                channels,
                filters,
                kernel_height,
                kernel_width,
                stride_height,
                stride_width,
                dilation_height,
                dilation_width,
                pad(height, kernel_height, stride_height, dilation_height),
                pad(width, kernel_width, stride_width, dilation_width),
                out(height, kernel_height, stride_height, dilation_height),
                out(width, kernel_width, stride_width, dilation_width)};
    }
};

/// Runs the three kernels on `n` images and compares each with its twin.
template <class T, class S> void compare(std::size_t n, S sizes)
{
    const convolution_sizes s = sizes;
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.filters;
    const std::size_t taps = s.kernel_height * s.kernel_width * s.channels / s.groups;
    CAPTURE(n, s.height, s.width, s.channels, s.filters, s.kernel_height, s.kernel_width, s.stride_height, s.stride_width);
    CAPTURE(s.dilation_height, s.dilation_width, s.pad_top, s.pad_left, s.out_height, s.out_width, s.groups, sizeof(T),
            is_fixed<S>);

    const auto x = Buffer<T>(n * in, 1).random(1), dz = Buffer<T>(n * out, 3).random(2);
    const auto bias = Buffer<T>(s.filters, 1).random(3);
    const auto w = padded_rows<T>(taps, s.filters, 4);
    const auto abs_x = x.magnitudes(), abs_dz = dz.magnitudes(), abs_bias = bias.magnitudes(), abs_w = w.magnitudes();
    Buffer<T> scratch(internals::kernels::convolution_scratch<T>(s), 0, std::numeric_limits<T>::quiet_NaN());
    T* none = nullptr;

    for (const bool biased : {true, false}) {
        Buffer<T> y(n * out, 1), expected(n * out), magnitude(n * out);
        internals::kernels::convolution_forward(x.data(), w.data(), biased ? bias.data() : nullptr, y.data(), scratch.data(), n,
                                                sizes);
        reference::convolution_forward(x.data(), w.data(), biased ? bias.data() : nullptr, expected.data(), none, n, s);
        reference::convolution_forward(abs_x.data(), abs_w.data(), biased ? abs_bias.data() : nullptr, magnitude.data(), none, n,
                                       s);
        CHECK(worst(y, expected, magnitude) <= sum_bound(taps + 1));
        CHECK(y.guarded());
    }

    {
        const auto start = Buffer<T>(s.channels, 1).random(7), abs_start = start.magnitudes();
        Buffer<T> y(n * in, 1, T(7)), expected(n * in), magnitude(n * in);
        internals::kernels::convolution_transposed(dz.data(), w.data(), start.data(), y.data(), scratch.data(), n, sizes,
                                                   [](const auto& v) { return v + v; });
        reference::convolution_transposed(dz.data(), w.data(), start.data(), expected.data(), none, n, s);
        reference::convolution_transposed(abs_dz.data(), abs_w.data(), abs_start.data(), magnitude.data(), none, n, s);
        for (std::size_t i = 0; i < expected.size(); ++i) expected[i] *= 2, magnitude[i] *= 2;
        CHECK(worst(y, expected, magnitude) <= sum_bound(s.kernel_height * s.kernel_width * s.filters + 1));
        CHECK(y.guarded());
    }
    Buffer<T> dx(n * in, 1, T(7)), dx_expected(n * in), dx_magnitude(n * in);
    internals::kernels::convolution_backward_data(dz.data(), w.data(), dx.data(), scratch.data(), n, sizes);
    reference::convolution_backward_data(dz.data(), w.data(), dx_expected.data(), none, n, s);
    reference::convolution_backward_data(abs_dz.data(), abs_w.data(), dx_magnitude.data(), none, n, s);
    CHECK(worst(dx, dx_expected, dx_magnitude) <= sum_bound(s.kernel_height * s.kernel_width * s.filters));
    CHECK(dx.guarded());

    auto dw = padded_rows<T>(taps, s.filters, 5), dw_expected = dw, dw_magnitude = dw.magnitudes();
    auto db = Buffer<T>(s.filters, 1).random(6), db_expected = db, db_magnitude = db.magnitudes();
    internals::kernels::convolution_backward_weights(x.data(), dz.data(), dw.data(), db.data(), scratch.data(), n, sizes);
    reference::convolution_backward_weights(x.data(), dz.data(), dw_expected.data(), db_expected.data(), none, n, s);
    reference::convolution_backward_weights(abs_x.data(), abs_dz.data(), dw_magnitude.data(), db_magnitude.data(), none, n, s);
    CHECK(worst(dw, dw_expected, dw_magnitude) <= sum_bound(n * s.out_height * s.out_width + 1));
    CHECK(worst(db, db_expected, db_magnitude) <= sum_bound(n * s.out_height * s.out_width + 1));
    CHECK(padding_is_zero(dw, s.filters));
    CHECK((dw.guarded() && db.guarded() && scratch.guarded()));
}

} // namespace

TEMPLATE_TEST_CASE("convolution equals plain loops at run-time sizes", "[kernels][convolution]", float, double)
{
    constexpr std::size_t lanes = internals::simd::lanes<TestType>;
    const std::size_t odd[] = {1, 2, lanes - 1, lanes, lanes + 1, 3 * lanes + 1};
    for (const std::size_t channels : odd)
        for (const std::size_t filters : odd)
            for (const bool same : {false, true}) {
                compare<TestType>(2, description{6, 7, channels, filters, 3, 2, same}.sizes());
                compare<TestType>(1, description{5, 9, channels, filters, 2, 3, same, 2, 1, 1, 2}.sizes());
            }
    for (const std::size_t n : sample_counts) compare<TestType>(n, description{14, 14, 6, 16, 5, 5}.sizes());
}

TEMPLATE_TEST_CASE("convolution equals plain loops for random geometry", "[kernels][convolution]", float, double)
{
    std::mt19937 generator(7);
    const auto up_to = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(1, most)(generator); };
    for (int i = 0; i < 120; ++i) {
        const std::size_t many = i % 3 == 0 ? 15 : 0; // channels, from which on images are read where they lie
        description d{0, 0, many + up_to(9), up_to(20), up_to(4), up_to(4), i % 2 == 0, up_to(3), up_to(3), up_to(3), up_to(3)};
        d.height = (d.same ? 0 : (d.kernel_height - 1) * d.dilation_height) + up_to(9);
        d.width = (d.same ? 0 : (d.kernel_width - 1) * d.dilation_width) + up_to(19);
        compare<TestType>(up_to(3), d.sizes());
    }
}

TEST_CASE("edges are the outputs whose windows reach over the image", "[kernels][convolution]")
{
    using namespace internals::kernels::detail;
    const auto is = [](range found, std::size_t first, std::size_t last) { return found.first == first && found.last == last; };
    CHECK(is(whole_outputs(1, 32, 2, 1, 32), 1, 31));
    CHECK(is(whole_outputs(0, 32, 2, 2, 16), 0, 15)); // the last window reaches over the right edge alone
    CHECK(is(whole_outputs(3, 9, 4, 2, 5), 2, 4));
    CHECK(is(whole_outputs(2, 3, 4, 1, 3), 2, 2)); // none
    CHECK(is(whole_outputs(0, 9, 2, 3, 2), 0, 2)); // what no window reaches does not matter
    CHECK(is(taps_within(0, 2, 9, 5, 1), 2, 5));
    CHECK(is(taps_within(8, 2, 9, 5, 1), 0, 3));
    CHECK(is(taps_within(0, 3, 9, 3, 2), 2, 3));
    CHECK(is(taps_within(9, 1, 4, 3, 1), 0, 0)); // behind it all
    static_assert(!widens({32, 32, 64, 64, 3, 3, 1, 1, 1, 1, 1, 1, 32, 32}) &&
                  !widens({4, 4, 8, 8, 3, 3, 1, 1, 1, 1, 0, 0, 2, 2}));
    static_assert(as_read({4, 4, 64, 64, 3, 3, 1, 1, 1, 1, 1, 1, 4, 4}).width == 6);
}

TEST_CASE("convolution equals plain loops where padding and rest are unequal", "[kernels][convolution]")
{
    compare<float>(2, convolution_sizes{5, 4, 3, 5, 3, 3, 1, 1, 1, 1, 3, 2, 8, 6}); // whole windows of padding
    compare<float>(2, convolution_sizes{9, 8, 3, 5, 2, 2, 3, 3, 1, 1, 0, 0, 2, 2}); // rows and columns that no window reaches
    compare<float>(2, convolution_sizes{9, 8, 3, 5, 2, 2, 3, 3, 1, 1, 1, 1, 2, 2});
    compare<float>(2, convolution_sizes{5, 9, 16, 3, 3, 3, 2, 3, 2, 2, 3, 5, 4, 5});    // strides, dilation and both
    compare<float>(1, convolution_sizes{3, 3, 128, 255, 1, 2, 1, 1, 1, 1, 0, 0, 3, 2}); // rows of weights are further apart
    compare<float>(1, convolution_sizes{3, 3, 2, 4, 1, 1, 4, 4, 1, 1, 0, 0, 1, 1});
}

TEMPLATE_TEST_CASE("convolution in groups equals plain loops", "[kernels][convolution]", float, double)
{
    using T = TestType;
    constexpr std::size_t lanes = internals::simd::lanes<T>;
    for (const std::size_t channels : {std::size_t(1), std::size_t(3), std::size_t(16)}) // of a group
        for (const std::size_t filters : {std::size_t(1), std::size_t(2), lanes + 1})
            for (const std::size_t groups : {std::size_t(2), std::size_t(3)}) {
                const auto grouped = [&](convolution_sizes s) { return s.groups = groups, s; };
                compare<T>(2, grouped(description{6, 7, groups * channels, groups * filters, 3, 2, true}.sizes()));
                compare<T>(1, grouped(description{5, 9, groups * channels, groups * filters, 2, 3, false, 2, 1, 1, 2}.sizes()));
            }
    compare<float>(2, fixed<convolution_sizes{5, 9, 6, 8, 3, 3, 1, 1, 1, 1, 1, 1, 5, 9, 2}>{}); // sliding
    compare<T>(2, fixed<convolution_sizes{5, 9, 32, 40, 3, 3, 1, 2, 2, 1, 3, 1, 7, 5, 2}>{});
    compare<float>(0, fixed<convolution_sizes{4, 4, 4, 4, 1, 1, 1, 1, 1, 1, 0, 0, 4, 4, 4}>{});
}

TEST_CASE("convolution equals plain loops at constant sizes", "[kernels][convolution]")
{
    for (const std::size_t n : sample_counts) {
        compare<float>(n, fixed<description{28, 28, 1, 6, 5, 5, true}.sizes()>{});
        compare<float>(n, fixed<description{14, 14, 6, 16, 5, 5}.sizes()>{});
        compare<float>(n, fixed<description{5, 5, 16, 12, 5, 5}.sizes()>{});
    }
#ifndef LAMINA_TEST_SANITIZED // ten seconds there
    compare<float>(1, fixed<description{32, 32, 64, 64, 3, 3, true}.sizes()>{});
#endif
    compare<float>(3, fixed<description{11, 13, 5, 37, 3, 4, true, 2, 3, 2, 1}.sizes()>{});
    compare<float>(2, fixed<convolution_sizes{5, 9, 20, 18, 3, 3, 2, 3, 2, 2, 3, 5, 4, 5}>{}); // whole windows of padding
    compare<float>(2, fixed<convolution_sizes{5, 4, 3, 5, 3, 3, 1, 1, 1, 1, 3, 4, 9, 10}>{});
    compare<double>(3, fixed<description{14, 14, 6, 16, 5, 5}.sizes()>{});
    compare<double>(2, fixed<description{9, 7, 3, 5, 2, 3, true, 1, 2, 1, 2}.sizes()>{});
}

TEST_CASE("an infinite gradient leaves the padding of a convolution's gradient zero", "[kernels][convolution]")
{
    const auto sizes = description{3, 3, 2, 5, 2, 2}.sizes();
    const Buffer<float> x(3 * 3 * 2, 0, 1.f), dz(2 * 2 * 5, 0, std::numeric_limits<float>::infinity());
    Buffer<float> dw(2 * 2 * 2 * row_stride<float>(5)), scratch(internals::kernels::convolution_scratch<float>(sizes));
    internals::kernels::convolution_backward_weights<float>(x.data(), dz.data(), dw.data(), nullptr, scratch.data(), 1, sizes);
    CHECK(dw[0] == std::numeric_limits<float>::infinity());
    CHECK(padding_is_zero(dw, 5));
}

TEST_CASE("an empty batch of a convolution needs no memory", "[kernels][convolution]")
{
    const float* nothing = nullptr;
    float* nowhere = nullptr;
    for (const bool same : {false, true}) {
        const auto sizes = description{6, 6, 2, 5, 3, 3, same}.sizes();
        const auto w = padded_rows<float>(3 * 3 * 2, 5, 2);
        auto dw = w;
        Buffer<float> bias(5);
        internals::kernels::convolution_forward(nothing, w.data(), bias.data(), nowhere, nowhere, 0, sizes);
        internals::kernels::convolution_backward_data(nothing, w.data(), nowhere, nowhere, 0, sizes);
        internals::kernels::convolution_backward_weights(nothing, nothing, dw.data(), bias.data(), nowhere, 0, sizes);
        CHECK(std::memcmp(dw.data(), w.data(), w.size() * sizeof(float)) == 0);
    }
}
