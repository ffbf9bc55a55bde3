// resize: images in other sizes, and their gradients, against pixel by pixel in double.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/reference/resize.hpp>
#include <lamina/kernels/resize.hpp>

using namespace lamina;
using namespace lamina::internals;
using namespace lamina::internals::kernels;

namespace {

constexpr std::size_t counts[] = {0, 1, 3}, widths[] = {1, 3, 7, 8, 17};

} // namespace

TEMPLATE_TEST_CASE("images are resized as pixel by pixel", "[kernels][resize]", float, double)
{
    using T = TestType;
    const double epsilon = std::numeric_limits<T>::epsilon();
    for (const std::size_t channels : widths)
        for (const bool bilinear : {false, true})
            for (const resize_sizes& s : {resize_sizes{5, 7, channels, 0, 0, 5, 7, 10, 14, bilinear},
                                          {5, 7, channels, 0, 0, 5, 7, 3, 4, bilinear},
                                          {5, 7, channels, 0, 0, 5, 7, 5, 7, bilinear},
                                          {6, 9, channels, 1, 2, 4, 5, 7, 3, bilinear},
                                          {1, 2, channels, 0, 0, 1, 2, 4, 1, bilinear},
                                          {5, 7, channels, 0, 0, 5, 7, 8, 3, bilinear, resize_places::edges},
                                          {5, 7, channels, 0, 0, 5, 7, 9, 1, bilinear, resize_places::corners},
                                          {5, 7, channels, 0, 0, 5, 7, 4, 11, bilinear, resize_places::middles_of_corners}})
                for (const std::size_t n : counts) {
                    const std::size_t in = n * s.height * s.width * channels, out = n * s.out_height * s.out_width * channels;
                    const auto x = Buffer<T>(in, 1).random(1), dy = Buffer<T>(out, 3).random(2);
                    Buffer<T> y(out, 5, T(NAN)), dx(in, 7, T(NAN)), scratch(resize_scratch(s), 0, T(NAN)), y_expected(out),
                        dx_expected(in);
                    resize_forward(x.data(), y.data(), scratch.data(), n, s);
                    resize_backward(dy.data(), dx.data(), scratch.data(), n, s);
                    kernels::reference::resize_forward(x.data(), y_expected.data(), n, s);
                    kernels::reference::resize_backward(dy.data(), dx_expected.data(), n, s);
                    INFO(s.height << 'x' << s.width << 'x' << channels << " to " << s.out_height << 'x' << s.out_width << ", "
                                  << n << " samples");
                    CHECK((y.guarded() && dx.guarded() && scratch.guarded()));
                    for (std::size_t i = 0; i < out; ++i) // all numbers are below 1
                        REQUIRE(std::fabs(double(y[i]) - double(y_expected[i])) <= (bilinear ? 8 * epsilon : 0));
                    for (std::size_t i = 0; i < in; ++i)
                        REQUIRE(std::fabs(double(dx[i]) - double(dx_expected[i])) <= 60 * epsilon);
                }
}

TEST_CASE("nearest keeps infinities and NaN to themselves", "[kernels][resize]")
{
    const float x[] = {1, INFINITY, 2, NAN};
    float y[8], scratch[4];
    resize_forward(x, y, scratch, 1, {1, 4, 1, 0, 0, 1, 4, 1, 8, false});
    CHECK((y[0] == 1 && y[1] == 1 && std::isinf(y[2]) && std::isinf(y[3]) && y[4] == 2 && y[5] == 2 && std::isnan(y[6])));
}
