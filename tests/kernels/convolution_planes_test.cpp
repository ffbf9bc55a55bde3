// Convolution in planes: equality with the plain loops, over paddings, dilations, channels and widths beside a register's.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/convolution_planes.hpp>
#include <lamina/kernels/reference/convolution.hpp>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::convolution_sizes;
namespace reference = internals::kernels::reference;

namespace {

constexpr convolution_sizes valid(std::size_t h, std::size_t w, std::size_t c, std::size_t f, std::size_t kh, std::size_t kw,
                                  std::size_t dh = 1, std::size_t dw = 1)
{
    return {h, w, c, f, kh, kw, 1, 1, dh, dw, 0, 0, h - (kh - 1) * dh, w - (kw - 1) * dw};
}

constexpr convolution_sizes same(std::size_t h, std::size_t w, std::size_t c, std::size_t f, std::size_t kh, std::size_t kw)
{
    return {h, w, c, f, kh, kw, 1, 1, 1, 1, (kh - 1) / 2, (kw - 1) / 2, h, w};
}

template <class T, convolution_sizes Sizes> void compare()
{
    constexpr fixed<Sizes> sizes{};
    constexpr convolution_sizes s = Sizes;
    constexpr internals::kernels::plane_places<T> at(s);
    CAPTURE(s.height, s.width, s.channels, s.filters, s.kernel_height, s.kernel_width, s.dilation_width, s.pad_left, sizeof(T));
    constexpr std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.filters;
    constexpr std::size_t taps = s.kernel_height * s.kernel_width * s.channels, images = 3;

    const auto x = Buffer<T>(images * in, 1).random(1), dz = Buffer<T>(images * out, 3).random(2);
    const auto bias = Buffer<T>(s.filters, 1).random(3);
    const auto w = padded_rows<T>(taps, s.filters, 4);
    const auto abs_x = x.magnitudes(), abs_dz = dz.magnitudes(), abs_bias = bias.magnitudes(), abs_w = w.magnitudes();
    Buffer<T> field(at.fields), planes(at.planes), sums(internals::kernels::plane_sums<T>(s)), y(images * out),
        half(images * out);
    Buffer<T> dw(w.size(), 0, T(0.5)), dw_expected(w.size(), 0, T(0.5)), abs_dw(w.size(), 0, T(0.5));
    for (std::size_t image = 0; image < images; ++image) {
        internals::kernels::fill_field(x.data() + image * in, field.data(), sizes);
        const auto rows_of = [&](Buffer<T>& to) {
            for (std::size_t i = 0; i < out; ++i)
                to[image * out + i] =
                    planes[i % s.filters * at.plane + i / s.filters / s.out_width * at.pitch + i / s.filters % s.out_width];
        };
        internals::kernels::planes_forward(field.data(), w.data(), bias.data(), planes.data(), sizes);
        rows_of(y);
        internals::kernels::planes_forward(field.data(), w.data(), static_cast<const T*>(nullptr), planes.data(), sizes,
                                           [](const auto& v) { return v + v; });
        rows_of(half);

        Buffer<T> d(at.planes);
        for (std::size_t i = 0; i < out; ++i)
            d[i % s.filters * at.plane + i / s.filters / s.out_width * at.pitch + i / s.filters % s.out_width] =
                dz[image * out + i];
        internals::kernels::planes_backward_weights(field.data(), d.data(), sums.data(), sizes);
    }
    internals::kernels::add_plane_sums(sums.data(), dw.data(), sizes);
    CHECK((field.guarded() && planes.guarded() && sums.guarded() && dw.guarded()));

    Buffer<T> expected(images * out), magnitude(images * out);
    T* const none = nullptr;
    reference::convolution_forward(x.data(), w.data(), bias.data(), expected.data(), none, images, s);
    reference::convolution_forward(abs_x.data(), abs_w.data(), abs_bias.data(), magnitude.data(), none, images, s);
    CHECK(worst(y, expected, magnitude) <= sum_bound(taps + 1));
    reference::convolution_forward<T>(x.data(), w.data(), nullptr, expected.data(), none, images, s);
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] *= 2;
    CHECK(worst(half, expected, magnitude) <= 2 * sum_bound(taps));
    reference::convolution_backward_weights<T>(x.data(), dz.data(), dw_expected.data(), nullptr, none, images, s);
    reference::convolution_backward_weights<T>(abs_x.data(), abs_dz.data(), abs_dw.data(), nullptr, none, images, s);
    CHECK(worst(dw, dw_expected, abs_dw) <= sum_bound(images * s.out_height * s.out_width + 1));
    CHECK(padding_is_zero(dw, s.filters) == (s.filters == row_stride<T>(s.filters))); // 0.5 as it was: never written
}

} // namespace

TEMPLATE_TEST_CASE("convolution in planes", "[kernels][convolution]", float, double)
{
    using T = TestType;
    compare<T, same(28, 28, 1, 6, 5, 5)>();
    compare<T, valid(9, 17, 1, 1, 1, 1)>();
    compare<T, valid(9, 19, 2, 3, 3, 4)>();
    compare<T, same(5, 33, 3, 7, 3, 5)>();
    compare<T, same(7, 70, 1, 4, 2, 3)>();
    compare<T, valid(8, 23, 2, 5, 3, 3, 2, 3)>();
    compare<T, same(1, 1, 4, 8, 3, 3)>();
    compare<T, same(3, 15, 1, 2, 7, 7)>();
    compare<T, convolution_sizes{3, 15, 2, 3, 2, 3, 1, 1, 1, 2, 4, 5, 10, 21}>(); // whole windows of padding
}

TEST_CASE("The axis is the one that fills registers better", "[kernels][convolution]")
{
    using internals::kernels::axis_of, internals::kernels::convolution_axis;
    constexpr std::size_t lanes = internals::simd::lanes<float>;
    CHECK(axis_of<float>(same(8, 4 * lanes, 1, 1, 3, 3)) == convolution_axis::pixels);
    CHECK(axis_of<float>(same(8, 4 * lanes, 1, lanes, 3, 3)) == convolution_axis::filters);
    CHECK(axis_of<float>(same(8, 1, 1, lanes, 3, 3)) == convolution_axis::filters);
}
