// lamina/kernels/tanh_table.hpp: tanh from polynomials that are looked up in registers, where these hold 16 floats.
//
// |x| + 0.625 below 10 falls into 32 intervals, eight for each power of two: the upper bits of its representation number them. Each
// has a polynomial of degree 4 about its middle, or about 0 in the first. It takes fewer steps than a rational function, has no
// division, and an error of 1.5 ulp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shuffle.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::math {

namespace detail {

// clang-format off: rows of eight intervals
/// The Taylor series of tanh about the middle of each interval, whose terms above degree 4 are economized (replaced by the Chebyshev
/// polynomial that is nearest to 0, without its leading term; in the first interval by the one that is x times a polynomial; the last
/// one's value is 1); tests/kernels/tanh_table_test.cpp computes them anew. An interval's place is its lower end's two lowest bits of
/// the exponent and three highest of the fraction: 2 comes first, 8 in the 17th and 0.625 in the 19th place.
inline constexpr std::size_t tanh_degree = 4, tanh_intervals = 32;
inline constexpr float tanh_begin = 0.625f;
alignas(alignment) inline constexpr float tanh_middle[tanh_intervals]{
        1.5f, 1.75f, 2.f, 2.25f, 2.5f, 2.75f, 3.f, 3.25f,
        3.625f, 4.125f, 4.625f, 5.125f, 5.625f, 6.125f, 6.625f, 7.125f,
        7.875f, 8.875f, 0.f, 0.09375f, 0.15625f, 0.21875f, 0.28125f, 0.34375f,
        0.4375f, 0.5625f, 0.6875f, 0.8125f, 0.9375f, 1.0625f, 1.1875f, 1.3125f};
alignas(alignment) inline constexpr float tanh_factor[tanh_degree + 1][tanh_intervals]{
    {
        0.90514827f, 0.94137555f, 0.9640276f, 0.9780261f, 0.9866143f, 0.99185973f, 0.9950548f, 0.99699765f,
        0.99858063f, 0.9994776f, 0.9998078f, 0.9999293f, 0.999974f, 0.9999904f, 0.9999965f, 0.9999987f,
        0.9999997f, 1.f, 0.f, 0.0934763f, 0.15499073f, 0.21532634f, 0.2740616f, 0.33082113f,
        0.41157004f, 0.50983f, 0.59637356f, 0.6709671f, 0.7340715f, 0.7866188f, 0.8298019f, 0.8649066f}, {
        0.18070684f, 0.11381181f, 0.07065046f, 0.043464616f, 0.026592009f, 0.016214142f, 0.009865944f, 0.0059956564f,
        0.0028362116f, 0.0010443183f, 0.00038430982f, 0.00014139681f, 5.2019303e-05f, 1.9137146e-05f, 7.0402048e-06f, 2.5899524e-06f,
        5.764358e-07f, 7.801212e-08f, 1.f, 0.99126214f, 0.97597784f, 0.95363456f, 0.9248902f, 0.8905574f,
        0.8306101f, 0.7400736f, 0.6443389f, 0.5498035f, 0.46113926f, 0.38123104f, 0.3114289f, 0.2519366f}, {
        -0.16356727f, -0.1071402f, -0.068109326f, -0.042509723f, -0.026236173f, -0.016082224f, -0.009817196f, -0.0059776804f,
        -0.0028323743f, -0.0010438417f, -0.00038426128f, -0.00014139613f, -5.2021373e-05f, -1.9138222e-05f, -7.040643e-06f, -2.5901195e-06f,
        -5.7706325e-07f, -7.809705e-08f, 5.9727663e-06f, -0.0926595f, -0.1512675f, -0.2053426f, -0.25347686f, -0.29461515f,
        -0.3418537f, -0.3773113f, -0.3842664f, -0.3688999f, -0.33850914f, -0.2998835f, -0.25842434f, -0.21790169f}, {
        0.08776299f, 0.0629931f, 0.042202182f, 0.027165277f, 0.017076837f, 0.010583828f, 0.006503858f, 0.0039761304f,
        0.0019121552f, 0.00070609554f, 0.0002601179f, 9.574076e-05f, 3.5227655e-05f, 1.2960423e-05f, 4.767994e-06f, 1.7540634e-06f,
        4.1002093e-07f, 5.5490368e-08f, -0.33391327f, -0.32160845f, -0.30175003f, -0.2735588f, -0.23875637f, -0.19934854f,
        -0.13620247f, -0.054539073f, 0.0140858665f, 0.063945696f, 0.094517656f, 0.108626015f, 0.11050788f, 0.104417756f}, {
        -0.024797883f, -0.023472719f, -0.017894678f, -0.012339481f, -0.008064589f, -0.005112781f, -0.0031842992f, -0.0019624075f,
        -0.00094753166f, -0.00035119348f, -0.00012955208f, -4.770768e-05f, -1.7557191e-05f, -6.4598116e-06f, -2.3765513e-06f, -8.743005e-07f,
        -2.0249978e-07f, -2.7405427e-08f, 0.016007232f, 0.060913697f, 0.09713455f, 0.12727866f, 0.14984088f, 0.16406149f,
        0.1696348f, 0.15324941f, 0.119440995f, 0.079898216f, 0.04336297f, 0.014476642f, -0.005560497f, -0.017659832f}};
// clang-format on

} // namespace detail

/// tanh with its polynomials in registers: to be made before a loop.
template <class V> class table_tanh {
    static constexpr std::size_t degree = detail::tanh_degree;
    simd::table<V> middle{detail::tanh_middle},
        factor[degree + 1]{detail::tanh_factor[0], detail::tanh_factor[1], detail::tanh_factor[2], detail::tanh_factor[3],
                           detail::tanh_factor[4]};

public:
    [[gnu::always_inline]] V operator()(const V& x) const
    {
        const V size = simd::at_most(xsimd::abs(x), V(9.3f)); // where it gives 1
        const auto interval = simd::upper_bits<20>(size + V(detail::tanh_begin));
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

}}} // namespace lamina::internals::kernels::math
