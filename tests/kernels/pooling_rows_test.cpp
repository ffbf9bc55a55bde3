// pooling_rows: equality with the plain loops over windows, strides and paddings, in parts; NaN, infinities, the clamp.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/pooling_rows.hpp>
#include <lamina/kernels/reference/pooling_rows.hpp>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::pooling_sizes;
namespace reference = internals::kernels::reference;

namespace {

constexpr std::size_t register_room = 16;

template <class T> bool same_values(const Buffer<T>& a, const Buffer<T>& b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])))) return false;
    return true;
}

template <class T> void compare(const pooling_sizes& s, std::size_t parts)
{
    CAPTURE(s.height, s.width, s.channels, s.window_height, s.window_width, s.stride_height, s.stride_width, s.pad_top,
            s.pad_left, s.out_height, s.out_width, parts, sizeof(T));
    const T nan = std::numeric_limits<T>::quiet_NaN(), infinity = std::numeric_limits<T>::infinity();
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.channels;
    auto x = Buffer<T>(in + register_room, 1).random(1);
    std::fill_n(x.data() + in, register_room, nan); // read, but of no effect
    Buffer<T> scratch(kernels::pooling_rows_scratch<T>(s), 0, nan);
    const auto run = [&](const auto& pool, const Buffer<T>& from, Buffer<T>& to, kernels::clamp_bounds<T> within) {
        for (std::size_t part = 0; part < parts; ++part)
            pool(from.data(), to.data(), scratch.data(), s, s.out_height * part / parts, s.out_height * (part + 1) / parts,
                 within);
    };
    const auto average = [](auto... a) { kernels::average_pooling_rows(a...); };
    const auto largest = [](auto... a) { kernels::max_pooling_rows(a...); };
    const kernels::clamp_bounds<T> all{-infinity, infinity}, some{T(0), T(0.5)};

    Buffer<T> y(out, 1, nan), expected(out), magnitude(out), cut(out, 1, nan);
    T* const none = nullptr;
    const auto abs_x = x.magnitudes();
    run(average, x, y, all);
    run(average, x, cut, some);
    reference::average_pooling_rows(x.data(), expected.data(), none, s, 0, s.out_height, all);
    reference::average_pooling_rows(abs_x.data(), magnitude.data(), none, s, 0, s.out_height, all);
    CHECK(worst(y, expected, magnitude) <= 2 + double(s.window_height * s.window_width));
    CHECK((y.guarded() && cut.guarded() && scratch.guarded()));
    for (std::size_t i = 0; i < out; ++i) y[i] = std::min(std::max(y[i], T(0)), T(0.5));
    CHECK(same_values(cut, y));

    const T values[] = {0, 1, -1, -T(0), infinity, -infinity, 1, 0, 1, nan};
    std::mt19937 generator(3);
    auto special = x;
    for (std::size_t i = 0; i < in; ++i) special[i] = values[generator() % std::size(values)];
    for (const auto* from : {&x, &special})
        for (const auto& within : {all, some}) {
            run(largest, *from, y, within);
            reference::max_pooling_rows(from->data(), expected.data(), none, s, 0, s.out_height, within);
            CHECK(same_values(y, expected));
        }
    CHECK((y.guarded() && scratch.guarded()));
}

} // namespace

TEMPLATE_TEST_CASE("poolings by rows equal plain loops", "[kernels][pooling]", float, double)
{
    constexpr std::size_t lanes = internals::simd::lanes<TestType>;
    for (const std::size_t channels : {std::size_t(1), std::size_t(3), lanes, lanes + 1, 2 * lanes + 3})
        for (std::size_t window = 1; window <= 4; ++window)
            for (std::size_t stride = 1; stride <= 3; ++stride)
                for (std::size_t pad = 0; pad <= window / 2; ++pad) {
                    const auto outputs = [&](std::size_t size) { return (size + 2 * pad - window) / stride + 1; };
                    compare<TestType>({7, 5, channels, window, window, stride, stride, pad, pad, outputs(7), outputs(5)},
                                      1 + pad);
                }
    compare<TestType>({2, 3, 5, 2, 2, 1, 1, 3, 3, 6, 7}, 2); // windows without a cell
    compare<TestType>({28, 28, 6, 2, 2, 2, 2, 0, 0, 14, 14}, 3);
    compare<TestType>({7, 7, 33, 7, 7, 1, 1, 0, 0, 1, 1}, 1);
}
