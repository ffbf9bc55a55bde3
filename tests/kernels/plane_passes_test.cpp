// Passes in planes: equality with the plain loops of convolution and pooling, one after another, over even and odd extents.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/plane_passes.hpp>
#include <lamina/kernels/reference/convolution.hpp>
#include <lamina/kernels/reference/pooling.hpp>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::convolution_sizes, internals::kernels::pooling_sizes;
namespace reference = internals::kernels::reference;

namespace {

constexpr convolution_sizes same(std::size_t h, std::size_t w, std::size_t c, std::size_t f, std::size_t kh, std::size_t kw)
{
    return {h, w, c, f, kh, kw, 1, 1, 1, 1, (kh - 1) / 2, (kw - 1) / 2, h, w};
}

constexpr convolution_sizes valid(std::size_t h, std::size_t w, std::size_t c, std::size_t f, std::size_t kh, std::size_t kw)
{
    return {h, w, c, f, kh, kw, 1, 1, 1, 1, 0, 0, h - kh + 1, w - kw + 1};
}

/// The square as an activation, and its derivative from the output's sign of growth: simple, and not linear.
struct Square {
    template <class V> V operator()(const V& z) const { return z * z; }
};
struct SquareSlope {
    template <class V> V operator()(const V& y, const V& dy) const { return y * dy; }
};

template <class T, convolution_sizes Sizes> void compare(std::size_t n)
{
    constexpr fixed<Sizes> sizes{};
    constexpr convolution_sizes s = Sizes;
    constexpr pooling_sizes p{s.out_height, s.out_width, s.filters, 2, 2, 2, 2, 0, 0, s.out_height / 2, s.out_width / 2};
    CAPTURE(n, s.height, s.width, s.channels, s.filters, s.kernel_height, s.kernel_width, sizeof(T));
    constexpr std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.filters;
    constexpr std::size_t pooled = p.out_height * p.out_width * s.filters, taps = s.kernel_height * s.kernel_width * s.channels;
    const double forward_bound = 3 * sum_bound(taps + 1) + sum_bound(4);

    const auto x = Buffer<T>(n * in, 1).random(1), dz = Buffer<T>(n * out, 3).random(2), dy = Buffer<T>(n * pooled, 5).random(6);
    const auto bias = Buffer<T>(s.filters, 1).random(3);
    const auto w = padded_rows<T>(taps, s.filters, 4);
    const auto abs_x = x.magnitudes(), abs_dz = dz.magnitudes(), abs_bias = bias.magnitudes(), abs_w = w.magnitudes();
    const std::size_t room = internals::kernels::plane_scratch<T>(s) + internals::kernels::plane_average_data_scratch<T>(s);
    Buffer<T> scratch(room, 0, std::numeric_limits<T>::quiet_NaN());
    T* const none = nullptr;

    // Alone.
    Buffer<T> z(n * out, 1), z_expected(n * out), z_magnitude(n * out);
    internals::kernels::plane_convolution_forward(x.data(), w.data(), bias.data(), z.data(), scratch.data(), n, sizes,
                                                  std::identity{});
    reference::convolution_forward(x.data(), w.data(), bias.data(), z_expected.data(), none, n, s);
    reference::convolution_forward(abs_x.data(), abs_w.data(), abs_bias.data(), z_magnitude.data(), none, n, s);
    CHECK(worst(z, z_expected, z_magnitude) <= sum_bound(taps + 1));

    const auto weights = [&](const Buffer<T>& d, const Buffer<T>& abs_d, const auto& gradient, std::size_t terms) {
        Buffer<T> dw(w.size(), 0, T(0.5)), db(s.filters, 0, T(0.5)), dw_expected(w.size(), 0, T(0.5)),
            db_expected(s.filters, 0, T(0.5));
        Buffer<T> dw_magnitude(w.size(), 0, T(0.5)), db_magnitude(s.filters, 0, T(0.5));
        gradient(dw, db);
        reference::convolution_backward_weights(x.data(), d.data(), dw_expected.data(), db_expected.data(), none, n, s);
        reference::convolution_backward_weights(abs_x.data(), abs_d.data(), dw_magnitude.data(), db_magnitude.data(), none, n, s);
        CHECK(worst(dw, dw_expected, dw_magnitude) <= sum_bound(terms + 1));
        CHECK(worst(db, db_expected, db_magnitude) <= sum_bound(terms + 1));
        CHECK((dw.guarded() && db.guarded()));
    };
    weights(
        dz, abs_dz,
        [&](Buffer<T>& dw, Buffer<T>& db) {
            internals::kernels::plane_convolution_backward_weights(x.data(), dz.data(), dw.data(), db.data(), scratch.data(), n,
                                                                   sizes);
        },
        n * s.out_height * s.out_width);

    // With the square and the averages behind it, for inference and for training.
    Buffer<T> y(n * pooled, 1), again(n * pooled, 2), y_expected(n * pooled), y_magnitude(n * pooled);
    Buffer<T> saved(internals::kernels::plane_average_saved<T>(s, n), 0, std::numeric_limits<T>::quiet_NaN());
    internals::kernels::plane_average_forward(x.data(), w.data(), bias.data(), y.data(), none, scratch.data(), n, sizes,
                                              Square{});
    internals::kernels::plane_average_forward(x.data(), w.data(), bias.data(), again.data(), saved.data(), scratch.data(), n,
                                              sizes, Square{});
    auto squares = z_expected, square_magnitudes = z_magnitude;
    for (std::size_t i = 0; i < squares.size(); ++i) squares[i] *= squares[i], square_magnitudes[i] *= square_magnitudes[i];
    reference::average_pooling_forward(squares.data(), y_expected.data(), n, p);
    reference::average_pooling_forward(square_magnitudes.data(), y_magnitude.data(), n, p);
    CHECK(worst(y, y_expected, y_magnitude) <= forward_bound);
    CHECK(std::equal(y.data(), y.data() + y.size(), again.data()));

    Buffer<T> spread(n * out), d_expected(n * out), d_magnitude(n * out), dx(n * in, 1), dx_expected(n * in),
        dx_magnitude(n * in);
    reference::average_pooling_backward(dy.data(), spread.data(), n, p);
    for (std::size_t i = 0; i < spread.size(); ++i) {
        const T at = z[i] * z[i];
        d_expected[i] = at * spread[i];
        d_magnitude[i] = std::abs(d_expected[i]);
    }
    weights(
        d_expected, d_magnitude,
        [&](Buffer<T>& dw, Buffer<T>& db) {
            internals::kernels::plane_average_backward(x.data(), w.data(), saved.data(), dy.data(), dx.data(), dw.data(),
                                                       db.data(), scratch.data(), n, sizes, SquareSlope{});
        },
        4 * n * s.out_height * s.out_width);
    reference::convolution_backward_data(d_expected.data(), w.data(), dx_expected.data(), none, n, s);
    reference::convolution_backward_data(d_magnitude.data(), abs_w.data(), dx_magnitude.data(), none, n, s);
    CHECK(worst(dx, dx_expected, dx_magnitude) <= 4 + sum_bound(s.kernel_height * s.kernel_width * s.filters));
    CHECK((z.guarded() && y.guarded() && again.guarded() && saved.guarded() && dx.guarded() && scratch.guarded()));
}

} // namespace

TEMPLATE_TEST_CASE("passes in planes", "[kernels][convolution]", float, double)
{
    using T = TestType;
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
        compare<T, same(28, 28, 1, 6, 5, 5)>(n);
        compare<T, valid(9, 37, 2, 3, 2, 4)>(n);
        compare<T, same(7, 13, 3, 2, 3, 3)>(n);
        compare<T, same(5, 67, 1, 7, 3, 2)>(n);
        compare<T, valid(2, 2, 4, 1, 1, 1)>(n);
    }
}
