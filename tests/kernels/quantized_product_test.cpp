// quantized products: tiles of every size against plain loops, to the bit, with the extremes of bytes; nothing is written behind results.
#include "buffer.hpp"
#include "catch.hpp"
#include "quantized_bytes.hpp"

#include <lamina/kernels/quantized/finish.hpp>
#include <lamina/kernels/quantized/product.hpp>
#include <lamina/kernels/quantized/rows.hpp>
#include <lamina/kernels/reference/quantized_product.hpp>

using namespace lamina;
using namespace lamina::internals;
using kernels::product_rows;
using kernels::product_sizes;
namespace reference = internals::kernels::reference;

namespace {

template <class T> using aligned_vector = std::vector<T, AlignedAllocator<T>>;

struct Weights {
    Weights(const std::vector<std::int8_t>& of, const product_sizes& s)
        : packed(s.bytes()), sums(s.padded_outputs()), scale(s.padded_outputs()), bias(s.padded_outputs()),
          start(s.padded_outputs())
    {
        any = kernels::pack_product(of.data(), s.runs * s.run, s, packed.data(), sums.data());
    }
    aligned_vector<std::int8_t> packed;
    aligned_vector<std::int32_t> sums;
    aligned_vector<float> scale, bias;
    aligned_vector<std::int32_t> start;
    bool any;
};

/// One product both ways: sums as floats of scale 1, and results of another scale.
void check(const product_sizes& s, std::size_t images, std::size_t pixels, int least, std::size_t threads = 1)
{
    INFO("outputs " << s.outputs << ", runs " << s.runs << " of " << s.run << ", " << images << " images of " << pixels
                    << " rows");
    const std::size_t image_bytes = pixels + s.runs * s.run * 2 + 5, rows = images * pixels;
    std::vector<std::uint32_t> at(pixels), runs_at(s.runs);
    for (std::size_t i = 0; i < pixels; ++i) at[i] = static_cast<std::uint32_t>(i % 7 * (pixels / 7));
    for (std::size_t i = 0; i < s.runs; ++i) runs_at[i] = static_cast<std::uint32_t>(i * (s.run + s.run / 2));
    const auto x = extreme_bytes(images * image_bytes + 3, 1, -128), w = extreme_bytes(s.outputs * s.runs * s.run, 2, least);
    std::vector<std::int8_t> stored(x.size());
    kernels::store_row(x.data(), x.size(), stored.data());
    Weights weights(w, s);
    CHECK(weights.any == (std::find(w.begin(), w.end(), -128) != w.end()));

    std::vector<std::int32_t> expected(rows * s.outputs);
    reference::multiply({x.data(), image_bytes, rows, pixels, at.data(), runs_at.data()}, w.data(), s, expected.data());

    const product_rows activations{stored.data(), image_bytes, rows, pixels, at.data(), runs_at.data()};
    std::vector<float> row_scale(images, 1.f);
    std::vector<std::int32_t> row_zero(images, simd::stored_offset);
    for (std::size_t o = 0; o < s.outputs; ++o) weights.scale[o] = 1;
    Buffer<float> y(rows * s.outputs, 1);
    const kernels::float_results floats{
        row_scale.data(), row_zero.data(), pixels, weights.scale.data(), weights.sums.data(), weights.bias.data(), -3e7f, 3e7f,
        y.data(),         s.outputs};
    kernels::multiply(activations, weights.packed.data(), s, weights.any, kernels::finish_of(floats), threads);
    REQUIRE(y.guarded());
    for (std::size_t i = 0; i < y.size(); ++i) REQUIRE(y[i] == static_cast<float>(expected[i]));

    const std::int32_t zero = 5;
    std::vector<std::int32_t> row_start(rows), times(s.padded_outputs(), 3);
    aligned_vector<std::int32_t> times_of(times.begin(), times.end());
    for (std::size_t r = 0; r < rows; ++r) row_start[r] = static_cast<std::int32_t>(r * 11);
    for (std::size_t o = 0; o < s.outputs; ++o) {
        weights.scale[o] = 0.5f / static_cast<float>(1 + s.run * (o % 5 + 1)); // halves come up as well
        weights.start[o] = static_cast<std::int32_t>(o * 100) - (zero + simd::stored_offset) * weights.sums[o];
    }
    for (const bool of_rows : {false, true}) {
        std::vector<std::int8_t> q(rows * s.outputs + 64, 99);
        const kernels::integer_results integers{weights.start.data(),
                                                of_rows ? row_start.data() : nullptr,
                                                times_of.data(),
                                                weights.scale.data(),
                                                -3,
                                                -100,
                                                127,
                                                q.data(),
                                                s.outputs};
        kernels::multiply(activations, weights.packed.data(), s, weights.any, kernels::finish_of(integers), threads);
        for (std::size_t i = 0; i < rows * s.outputs; ++i) {
            const std::size_t o = i % s.outputs;
            const std::int32_t sum = expected[i] + static_cast<std::int32_t>(o * 100) - zero * weights.sums[o] +
                                     (of_rows ? row_start[i / s.outputs] * 3 : 0);
            REQUIRE(int(q[i]) == int(reference::requantize(sum, weights.scale[o], -3, -100, 127)));
        }
        for (std::size_t i = rows * s.outputs; i < q.size(); ++i) REQUIRE(q[i] == 99);
    }
}

} // namespace

TEST_CASE("products of bytes are those of plain loops", "[kernels][quantized]")
{
    for (const int least : {-127, -128}) {
        for (const std::size_t outputs : std::initializer_list<std::size_t>{1, 3, 4, 7, 8, 16, 17, 33, 64, 65, 131})
            for (const std::size_t rows : std::initializer_list<std::size_t>{1, 2, 5, 6, 7, 13})
                check({outputs, 1, 37}, rows, 1, least);
        for (const std::size_t rows : std::initializer_list<std::size_t>{9, 25, 31, 49}) check({19, 3, 30}, 1, rows, least);
        check({5, 5, 1}, 2, 11, least);
        check({20, 4, 8}, 3, 12, least);
        check({16, 1, 4}, 1, 26, least);
    }
    check({3, 1, 5}, 0, 1, -127);
}

TEST_CASE("sums at their limits do not saturate", "[kernels][quantized]")
{
    const product_sizes s{17, 1, 64};
    for (const int weight : {-128, -127, 127})
        for (const int activation : {-128, 127}) {
            const std::vector<std::int8_t> w(17 * 64, static_cast<std::int8_t>(weight));
            std::vector<std::int8_t> x(5 * 64, static_cast<std::int8_t>(activation)), stored(x.size());
            kernels::store_row(x.data(), x.size(), stored.data());
            const Weights weights(w, s);
            const std::uint32_t none = 0;
            std::vector<float> scale(5, 1.f);
            std::vector<std::int32_t> zero(5, simd::stored_offset);
            aligned_vector<float> ones(s.padded_outputs(), 1.f);
            Buffer<float> y(5 * 17);
            const kernels::float_results floats{scale.data(),        zero.data(), 1,    ones.data(), weights.sums.data(),
                                                weights.bias.data(), -3e7f,       3e7f, y.data(),    17};
            kernels::multiply({stored.data(), 64, 5, 1, &none, &none}, weights.packed.data(), s, weights.any,
                              kernels::finish_of(floats));
            for (std::size_t i = 0; i < y.size(); ++i) REQUIRE(y[i] == static_cast<float>(64 * weight * activation));
        }
}

TEST_CASE("products do not depend on threads", "[kernels][quantized][threads]")
{
    check({131, 1, 129}, 101, 1, -127, 4);
    check({33, 3, 40}, 2, 330, -128, 3);
}

TEST_CASE("rows of floats are quantized as XNNPACK does it", "[kernels][quantized]")
{
    for (const std::size_t n : std::initializer_list<std::size_t>{1, 3, 8, 15, 16, 17, 31, 32, 33, 65, 200}) {
        const auto x = Buffer<float>(n, 1).random(7, -3, 2);
        float low, high, least = 0, most = 0;
        for (std::size_t i = 0; i < n; ++i) least = std::min(least, x[i]), most = std::max(most, x[i]);
        kernels::extremes_of(x.data(), n, low, high);
        REQUIRE(low == least);
        REQUIRE(high == most);
        const auto range = kernels::range_of(low, high);
        std::vector<std::int8_t> q(n + 16, 99), expected(n);
        kernels::quantize_row(x.data(), n, range, q.data());
        reference::quantize_row(x.data(), n, range, expected.data());
        for (std::size_t i = 0; i < n; ++i) REQUIRE(simd::stored(q[i]) == expected[i]);
        for (std::size_t i = n; i < q.size(); ++i) REQUIRE(q[i] == 99);
    }
    const auto full = kernels::range_of(-1, 1); // of saturated tanh: a half, which goes to even
    CHECK(full.zero == 0);
    CHECK(full.times == 127.5f);
    const auto positive = kernels::range_of(0, 2);
    CHECK(positive.zero == -128);
    CHECK(positive.scale == Approx(2 / 255.));
    const auto none = kernels::range_of(0, 0);
    CHECK((none.scale == 1 && none.zero == 0 && none.times == 0));

    const float worst[] = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -3e38f, 1.f};
    float low, high;
    kernels::extremes_of(worst, 4, low, high);
    std::int8_t q[4];
    kernels::quantize_row(worst, 4, kernels::range_of(low, high), q); // ends
}

TEST_CASE("an image is framed by its zero point", "[kernels][quantized]")
{
    const std::int8_t x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}; // 2 × 3 × 2
    const auto put = [](const std::int8_t* from, std::size_t n, std::int8_t* to) { std::copy_n(from, n, to); };
    std::vector<std::int8_t> to(4 * 6 * 2);
    kernels::frame_image(x, {2, 3, 2, 1, 1, 4, 6}, -5, to.data(), put);
    CHECK(to[0] == -5);
    CHECK(to[(1 * 6 + 1) * 2] == 1);
    CHECK(to[(2 * 6 + 3) * 2 + 1] == 12);
    CHECK(to[(2 * 6 + 4) * 2] == -5);
    kernels::frame_image(x, {2, 3, 2, 0, 0, 4, 6, 2, 2}, 9, to.data(), put);
    CHECK(to[(2 * 6 + 4) * 2] == 11);
    CHECK(to[(2 * 6 + 3) * 2] == 9);
    kernels::frame_image(x, {2, 3, 2, 0, 0, 2, 3}, 9, to.data(), put);
    CHECK(to[11] == 12);
}
