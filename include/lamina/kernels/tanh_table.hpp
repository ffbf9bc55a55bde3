// lamina/kernels/tanh_table.hpp: tanh from polynomials that are looked up in registers, where these hold 16 floats.
//
// |x| up to 16 falls into 32 intervals, four for each power of two: the upper bits of its representation number them. Each has a
// polynomial of degree 5 about its middle; the first one reaches down to 0 and is odd. It takes fewer steps than a rational
// function, has no division, and an error of 1.5 ulp.
#pragma once

#include <lamina/core/shuffle.hpp>

#include <cstddef>

namespace lamina::inline LAMINA_ARCHITECTURE::kernels::math {

namespace detail {

// clang-format off: rows of eight intervals
/// The Taylor series of tanh about the middle of each interval, whose terms above degree 5 are economised (replaced by the Chebyshev
/// polynomial that is nearest to 0, without its leading term); tests/kernels/tanh_table_test.cpp computes them anew. An interval's
/// place is its lower end's three lowest bits of the exponent and two highest of the fraction: 2 comes first, 0.0625 is the twelfth.
inline constexpr std::size_t tanh_degree = 5, tanh_intervals = 32;
alignas(alignment) inline constexpr float tanh_middle[tanh_intervals]{
        2.25f, 2.75f, 3.25f, 3.75f, 4.5f, 5.5f, 6.5f, 7.5f,
        9.f, 11.f, 13.f, 15.f, 0.f, 0.0859375f, 0.1015625f, 0.1171875f,
        0.140625f, 0.171875f, 0.203125f, 0.234375f, 0.28125f, 0.34375f, 0.40625f, 0.46875f,
        0.5625f, 0.6875f, 0.8125f, 0.9375f, 1.125f, 1.375f, 1.625f, 1.875f};
alignas(alignment) inline constexpr float tanh_factor[tanh_degree + 1][tanh_intervals]{
    {
        0.978026092f, 0.991859734f, 0.996997654f, 0.998894453f, 0.999753177f, 0.999966621f, 0.99999547f, 0.999999404f,
        0.99999994f, 1.f, 1.f, 1.f, 0.f, 0.0857265666f, 0.101214729f, 0.116653986f,
        0.1397053f, 0.170202315f, 0.200376719f, 0.230175704f, 0.27406159f, 0.330821127f, 0.385283977f, 0.437188774f,
        0.509829998f, 0.596373558f, 0.670967102f, 0.734071493f, 0.809301078f, 0.879826725f, 0.925346255f, 0.954045236f}, {
        0.0434649177f, 0.0162142888f, 0.00599571643f, 0.00220989296f, 0.000493528205f, 6.68060602e-05f, 9.04147782e-06f, 1.22363576e-06f,
        6.10135942e-08f, 1.11750298e-09f, 2.04677438e-11f, 3.74942861e-13f, 1.f, 0.992650926f, 0.989755571f, 0.986391842f,
        0.980482399f, 0.971031189f, 0.959849179f, 0.94701916f, 0.92489022f, 0.890557408f, 0.851556242f, 0.808865964f,
        0.740073383f, 0.644338608f, 0.549803197f, 0.461138994f, 0.345031768f, 0.225904971f, 0.143734366f, 0.0897976384f}, {
        -0.0425082371f, -0.0160811003f, -0.00597717939f, -0.00220723939f, -0.000492609397f, -6.66951382e-05f, -9.02671309e-06f, -1.22164215e-06f,
        -5.92186318e-08f, -1.08462717e-09f, -1.98656022e-11f, -3.63912405e-13f, 0.f, -0.0850965604f, -0.100177847f, -0.115066543f,
        -0.136978596f, -0.165271744f, -0.192331418f, -0.217980802f, -0.253476858f, -0.294615149f, -0.328090936f, -0.353627086f,
        -0.377311289f, -0.384266406f, -0.368899912f, -0.338509142f, -0.279237121f, -0.198758736f, -0.133004621f, -0.0856711045f}, {
        0.0270877779f, 0.0105462614f, 0.00396098197f, 0.00146828825f, 0.00032842299f, 4.44845282e-05f, 6.02100999e-06f, 8.14867576e-07f,
        3.98719244e-08f, 7.30279781e-10f, 1.33755168e-11f, 2.45022346e-13f, -0.333331585f, -0.32358861f, -0.319779038f, -0.315374315f,
        -0.307690829f, -0.295547426f, -0.281410992f, -0.265499175f, -0.238828465f, -0.199387535f, -0.157443911f, -0.115020193f,
        -0.0543267801f, 0.0143864937f, 0.0642516986f, 0.0947767347f, 0.110974804f, 0.0995712727f, 0.0751639605f, 0.0518017337f}, {
        -0.0123903379f, -0.00515112979f, -0.00197949982f, -0.000739873329f, -0.000172551925f, -2.33986102e-05f, -3.16750516e-06f, -4.28690754e-07f,
        -2.47225174e-08f, -4.52808901e-10f, -8.29346921e-12f, -1.5192574e-13f, 0.f, 0.0561027937f, 0.065755628f, 0.0751413926f,
        0.0886279121f, 0.105372861f, 0.120475739f, 0.133746982f, 0.149840876f, 0.164061487f, 0.169927269f, 0.168078661f,
        0.153249413f, 0.119440995f, 0.0798982158f, 0.0433629714f, 0.00370056508f, -0.0210951585f, -0.025121225f, -0.0208489057f}, {
        0.00397682376f, 0.00191481737f, 0.000770491723f, 0.000292646582f, 6.83039834e-05f, 9.27973997e-06f, 1.25653276e-06f, 1.70065235e-07f,
        9.57312274e-09f, 1.75337994e-10f, 3.21142158e-12f, 5.88291351e-14f, 0.132758722f, 0.125106871f, 0.121926881f, 0.118273936f,
        0.111950979f, 0.102141924f, 0.0909773782f, 0.0787456408f, 0.0590557232f, 0.0319544785f, 0.00592831476f, -0.0171587411f,
        -0.0434775129f, -0.0615684427f, -0.0626686364f, -0.0530598164f, -0.0320384726f, -0.00951397698f, 0.00139498652f, 0.00460099103f}};
// clang-format on

} // namespace detail

/// tanh with its polynomials in registers: to be made before a loop.
template <class V>
class table_tanh {
    static constexpr std::size_t degree = detail::tanh_degree;
    simd::table<V> middle{detail::tanh_middle},
        factor[degree + 1]{detail::tanh_factor[0], detail::tanh_factor[1], detail::tanh_factor[2],
                           detail::tanh_factor[3], detail::tanh_factor[4], detail::tanh_factor[5]};

public:
    [[gnu::always_inline]] V operator()(const V& x) const
    {
        const V size = simd::at_most(xsimd::abs(x), V(10.f)); // where it gives 1
        const auto interval = simd::upper_bits<21>(simd::at_least(size, V(0.0625f)));
        const V d = size - middle[interval];
        V y = factor[degree][interval];
        LAMINA_UNROLL (n, degree) {
            V sum = factor[degree - 1 - n][interval];
            simd::add_product(sum, y, d);
            y = sum;
        }
        return simd::with_sign_of(x, y);
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE::kernels::math
