// twice.hpp: 62 numbers of a model, written by lamina's export_header. Not to be edited.
// clang-format off
#pragma once

#include "models.hpp"

#include <lamina/models/constant_model.hpp>

namespace twice {

using Model = firmware::Twice;

namespace weights { // rows are padded with zeros, as kernels read them

// first/kernel, [3, 5]
alignas(64) inline constexpr float array_0[]{
    -0.375f, -0.0859375f, 0.203125f, -0.296875f, -0.0078125f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.28125f, -0.21875f,
    0.0703125f, 0.359375f, -0.140625f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.1484375f, -0.3515625f, -0.0625f, 0.2265625f,
    -0.2734375f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
// first/bias, [5]
alignas(64) inline constexpr float array_1[]{
    0.015625f, 0.3046875f, -0.1953125f, 0.09375f, 0.3828125f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
// mixed/kernel, [5, 5]
alignas(64) inline constexpr float array_2[]{
    -0.1171875f, 0.171875f, -0.328125f, -0.0390625f, 0.25f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.25f, 0.0390625f,
    0.328125f, -0.171875f, 0.1171875f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.40625f, -0.09375f, 0.1953125f, -0.3046875f,
    -0.015625f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.2734375f, -0.2265625f, 0.0625f, 0.3515625f, -0.1484375f, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0.140625f, -0.359375f, -0.0703125f, 0.21875f, -0.28125f, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0};
// mixed/bias, [5]
alignas(64) inline constexpr float array_3[]{
    0.0078125f, 0.296875f, -0.203125f, 0.0859375f, 0.375f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
// last/kernel, [5, 2]
alignas(64) inline constexpr float array_4[]{
    -0.125f, 0.1640625f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.3359375f, -0.046875f, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0.2421875f, -0.2578125f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.03125f, 0.3203125f,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.1796875f, 0.109375f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
// last/bias, [2]
alignas(64) inline constexpr float array_5[]{
    0.3984375f, -0.1015625f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

} // namespace weights

/// The model with these weights. Nothing is allocated.
inline const Model& model()
{
    static const lamina::ConstantModel<Model, 6> made(weights::array_0, weights::array_1, weights::array_2, weights::array_3, weights::array_4,
        weights::array_5);
    return made.get();
}

/// The outputs of one sample: 3 numbers in, 2 out. One thread at a time.
inline void predict(const float* x, float* y) { lamina::predict_sample(model(), x, y); }

} // namespace twice
