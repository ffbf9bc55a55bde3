// convolution_list: equality with the plain loops over paddings, strides, dilations, groups and odd sizes, in parts; the clamp; its own twin.
#include "buffer.hpp"
#include "catch.hpp"

#include <lamina/kernels/convolution_list.hpp>
#include <lamina/kernels/reference/convolution.hpp>
#include <lamina/kernels/reference/convolution_list.hpp>

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::convolution_sizes;
using internals::kernels::pixel_list;
namespace reference = internals::kernels::reference;

namespace {

constexpr std::size_t register_room = 16;

/// The weights of each group by themselves.
template <class T> std::vector<Buffer<T>> by_groups(const Buffer<T>& w, const convolution_sizes& s)
{
    const std::size_t filters = s.filters / s.groups, taps = s.kernel_height * s.kernel_width * s.channels / s.groups;
    std::vector<Buffer<T>> result;
    for (std::size_t g = 0; g < s.groups; ++g) {
        result.emplace_back(taps * row_stride<T>(filters));
        for (std::size_t t = 0; t < taps; ++t)
            for (std::size_t f = 0; f < filters; ++f)
                result.back()[t * row_stride<T>(filters) + f] = w[t * row_stride<T>(s.filters) + g * filters + f];
    }
    return result;
}

template <class T> void compare(const convolution_sizes& s, std::size_t parts = 1)
{
    CAPTURE(s.height, s.width, s.channels, s.filters, s.kernel_height, s.kernel_width, s.stride_height, s.stride_width);
    CAPTURE(s.dilation_height, s.dilation_width, s.pad_top, s.pad_left, s.out_height, s.out_width, s.groups, parts, sizeof(T));
    const std::size_t in = s.height * s.width * s.channels, pixels = s.out_height * s.out_width;
    const std::size_t taps = s.kernel_height * s.kernel_width * s.channels / s.groups, filters = s.filters / s.groups;
    const T nan = std::numeric_limits<T>::quiet_NaN(), infinity = std::numeric_limits<T>::infinity();
    const auto x = Buffer<T>(in, 1).random(1), w = padded_rows<T>(taps, s.filters, 2);
    auto bias = Buffer<T>(s.filters + register_room, 1).random(3);
    const auto groups = by_groups(w, s);

    pixel_list list = internals::kernels::list_of(s);
    std::vector<std::uint32_t> places(pixels + internals::kernels::list_room);
    internals::kernels::list_places(s, places.data());
    list.from = places.data();
    Buffer<T> field(internals::kernels::field_size(s), 0, nan);
    if (field.size() > 0) internals::kernels::pad_image(x.data(), field.data(), s);
    const T* const read = field.size() > 0 ? field.data() : x.data();

    Buffer<T> y(pixels * s.filters, 1, nan), twin(y.size()), expected(y.size()), magnitude(y.size());
    const auto run = [&](const auto& forward, Buffer<T>& to, T low, T high) {
        for (std::size_t g = s.groups; g-- > 0;)
            for (std::size_t part = 0; part < parts; ++part)
                forward(read + g * s.channels / s.groups, groups[g].data(), bias.data() + g * filters, to.data() + g * filters,
                        list, pixels * part / parts, pixels * (part + 1) / parts, internals::kernels::clamp_bounds<T>{low, high});
    };
    const auto forward = [](auto... arguments) { internals::kernels::list_forward(arguments...); };
    const auto plainly = [](auto... arguments) { reference::list_forward(arguments...); };
    run(forward, y, -infinity, infinity);
    run(plainly, twin, -infinity, infinity);
    T* const none = nullptr;
    const auto abs_x = x.magnitudes(), abs_w = w.magnitudes(), abs_bias = bias.magnitudes();
    reference::convolution_forward(x.data(), w.data(), bias.data(), expected.data(), none, 1, s);
    reference::convolution_forward(abs_x.data(), abs_w.data(), abs_bias.data(), magnitude.data(), none, 1, s);
    CHECK(worst(twin, expected, magnitude) <= sum_bound(taps + 1));
    CHECK(worst(y, expected, magnitude) <= sum_bound(taps + 1));
    CHECK((y.guarded() && field.guarded()));

    Buffer<T> cut(y.size(), 1, nan);
    run(forward, cut, T(0), T(0.5));
    bool same = true;
    for (std::size_t i = 0; i < y.size(); ++i) same = same && cut[i] == std::min(std::max(y[i], T(0)), T(0.5));
    CHECK(same);
}

} // namespace

TEMPLATE_TEST_CASE("a convolution over a list of pixels equals plain loops", "[kernels][convolution]", float, double)
{
    constexpr std::size_t lanes = internals::simd::lanes<TestType>;
    for (const std::size_t filters :
         {std::size_t(1), lanes - 1, lanes, lanes + 1, 2 * lanes + 1, 3 * lanes, 5 * lanes - 1, 7 * lanes})
        for (const std::size_t channels : {1u, 3u, 16u}) {
            compare<TestType>({6, 7, channels, filters, 3, 2, 1, 1, 1, 1, 1, 0, 6, 7});
            compare<TestType>({5, 9, channels, filters, 2, 3, 2, 1, 1, 2, 0, 0, 2, 5}, 3);
            compare<TestType>({4, 5, channels, filters, 1, 1, 1, 1, 1, 1, 0, 0, 4, 5}, 2);
        }
    compare<TestType>({14, 14, 6, 16, 5, 5, 1, 1, 1, 1, 0, 0, 10, 10}, 7);
    compare<TestType>({1, 1, 3, 2, 3, 3, 1, 1, 1, 1, 4, 4, 7, 7}); // windows that meet nothing but padding
    compare<TestType>({1, 1, 3, 2, 3, 3, 1, 1, 1, 1, 4, 4, 1, 1});
    compare<TestType>({1, 40, 3, 5, 1, 4, 1, 3, 1, 2, 0, 6, 1, 14});
}

TEMPLATE_TEST_CASE("a convolution over a list of pixels equals plain loops in groups and for random geometry",
                   "[kernels][convolution]", float, double)
{
    std::mt19937 generator(7);
    const auto up_to = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(1, most)(generator); };
    for (int i = 0; i < 200; ++i) {
        const std::size_t groups = i % 2 == 0 ? 1 : up_to(4), channels = groups * up_to(5);
        convolution_sizes s{up_to(9), up_to(12), channels, groups * up_to(19), up_to(4), up_to(4),
                            up_to(3), up_to(3),  up_to(3), up_to(3),           0,        0,
                            0,        0,         groups};
        const std::size_t reach_height = (s.kernel_height - 1) * s.dilation_height + 1;
        const std::size_t reach_width = (s.kernel_width - 1) * s.dilation_width + 1;
        s.pad_top = up_to(4) - 1, s.pad_left = up_to(4) - 1;
        const std::size_t height = std::max(s.height + s.pad_top + up_to(4) - 1, reach_height);
        const std::size_t width = std::max(s.width + s.pad_left + up_to(4) - 1, reach_width);
        s.out_height = (height - reach_height) / s.stride_height + 1;
        s.out_width = (width - reach_width) / s.stride_width + 1;
        compare<TestType>(s, up_to(3));
    }
}

#if defined(LAMINA_REORDERS_SUMS)
constexpr bool reorders = true; // there is no NaN then
#else
constexpr bool reorders = false;
#endif

TEST_CASE("a list of pixels may write anywhere, and keeps NaN", "[kernels][convolution]")
{
    const convolution_sizes s{1, 3, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 3};
    pixel_list list = internals::kernels::list_of(s);
    std::vector<std::uint32_t> from(3 + internals::kernels::list_room), to{4, 0, 2};
    internals::kernels::list_places(s, from.data());
    to.resize(from.size());
    list.from = from.data(), list.to = to.data();
    const float x[] = {1, std::numeric_limits<float>::quiet_NaN(), 3}, bias[register_room]{10};
    Buffer<float> w(row_stride<float>(1)), y(5, 1, -1);
    w[0] = 2;
    internals::kernels::list_forward(x, w.data(), bias, y.data(), list, 0, 3, {0.f, 15.f});
    CHECK((y[4] == 12 && (y[0] != y[0] || reorders) && y[2] == 15 && y[1] == -1 && y[3] == -1 && y.guarded()));
}
