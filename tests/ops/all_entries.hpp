// Every entry of an op on tensors, with the number of its inputs: for tests, and for them alone.
#pragma once

#include <lamina/autodiff.hpp>
#include <lamina/blocks/activations/activations.hpp>
#include <lamina/ops/convolution.hpp>
#include <lamina/ops/per_sample.hpp>
#include <lamina/ops/pooling.hpp>
#include <lamina/ops/resizing.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace table {

struct Listed {
    const lamina::internals::tensors::OpEntry* op;
    std::size_t inputs;                  ///< 0: any number
    std::vector<lamina::Shape> shapes{}; ///< and attributes that fit, of an op that finds few among those that are drawn
    std::vector<std::int32_t> ints{};
    std::size_t more = 0; ///< inputs that may follow
};

template <class... F> void add_formulas(std::vector<Listed>& to, std::size_t inputs)
{
    using namespace lamina::internals::tensors;
    (to.push_back({&EntryOf<lamina::internals::ops::elementwise<F>>::entry, inputs}), ...);
}

inline std::vector<Listed> all_entries()
{
    using namespace lamina;
    using namespace lamina::internals;
    using namespace lamina::internals::tensors;
    std::vector<Listed> all;
    add_formulas<ops::Plus, ops::Minus, ops::Times, ops::Over, ops::Larger, ops::Smaller>(all, 2);
    add_formulas<ops::Negative, ops::AbsoluteValue, ops::SquareRoot, ops::Square, ops::Logarithm, ops::LogarithmOfOneMore,
                 ops::ExponentialLessOne, ops::ReciprocalRoot, ops::ErrorFunction, ops::Sign, ops::Sine, ops::Cosine,
                 ops::Tangent, ops::HyperbolicSine, ops::HyperbolicCosine, ops::InverseSine, ops::InverseCosine,
                 ops::InverseTangent, ops::InverseHyperbolicSine, ops::InverseHyperbolicCosine, ops::InverseHyperbolicTangent>(
        all, 1);
    add_formulas<HardSilu, Silu, Mish, Gelu, GeluTanh, Linear, Relu, Relu6, LeakyRelu<0.2>, Elu<>, Celu<>, Selu, HardSigmoid<>,
                 HardTanh, Softmax, LogSoftmax, Sparsemax, Glu, HardShrink<>, SoftShrink<>, TanhShrink, Sigmoid, Tanh,
                 Exponential, Softplus, LogSigmoid, Softsign, Squareplus<>, SparsePlus>(all, 1);
    for (const OpEntry* op : {&cast_entry,
                              &LogicalNot::entry,
                              &OneHot::entry,
                              &power_entry,
                              &Round<Rounds::down>::entry,
                              &Round<Rounds::up>::entry,
                              &Round<Rounds::to_nearest>::entry,
                              &SumOver<false>::entry,
                              &SumOver<true>::entry,
                              &ExtremeOver<true>::entry,
                              &ExtremeOver<false>::entry,
                              &TruthOver<true>::entry,
                              &TruthOver<false>::entry,
                              &ExtremeAt<true>::entry,
                              &ExtremeAt<false>::entry,
                              &reshape_entry,
                              &expand_dims_entry,
                              &squeeze_entry,
                              &slice_entry,
                              &pad_entry,
                              &tile_entry,
                              &broadcast_to_entry,
                              &transpose_entry,
                              &reverse_entry,
                              &cumsum_entry,
                              &resize_entry<true>,
                              &resize_entry<false>})
        all.push_back({op, 1});
    for (const OpEntry* op : {&Compare<Less, false>::entry,
                              &Compare<LessOrEqual, false>::entry,
                              &Compare<IsEqual, false>::entry,
                              &Compare<LogicalAnd, true>::entry,
                              &Compare<LogicalOr, true>::entry,
                              &Division<true>::entry,
                              &Division<false>::entry,
                              &PlainBinary<PowerOfTensors>::entry,
                              &PlainBinary<Angle>::entry,
                              &SpreadOver<false>::entry,
                              &SpreadOver<true>::entry,
                              &sum_to_like_entry,
                              &broadcast_like_entry,
                              &reshape_like_entry,
                              &sum_tiles_entry,
                              &tile_like_entry,
                              &gather_entry,
                              &SparseSoftmaxCrossEntropy<>::entry,
                              &MatrixProduct<>::entry,
                              &resize_grad_entry<true>,
                              &resize_grad_entry<false>})
        all.push_back({op, 2});
    for (const OpEntry* op : {&select_entry, &scatter_add_like_entry}) all.push_back({op, 3});
    all.push_back({&concat_entry, 0});
    all.push_back({&FillSamples::entry, 1});
    all.push_back({&DrawSamples::entry, 2, {Shape{3, 2}, Shape{}}, {1, 7, 0, 5, 0, 3, 2}});
    for (const OpEntry* op : {&part_like_entry, &place_like_entry}) all.push_back({op, 2, {}, {}, 3});

    const Shape images{2, 5, 4, 2}, kernel{3, 2, 2, 4}, filtered{2, 5, 4, 4}, pooled{2, 2, 2, 2};
    const std::vector<std::int32_t> convolution{1, 1, 1, 1, -1, -1, -1, -1, 1, 5, 4}, pooling{2, 2, 2, 2, 0, 0, 0, 0, 1, 1, 0};
    all.push_back({&conv2d_entry, 2, {images, kernel}, convolution});
    all.push_back({&conv2d_data_entry, 3, {filtered, kernel, images}, convolution});
    all.push_back({&conv2d_weights_entry, 3, {images, filtered, kernel}, convolution});
    all.push_back({&avg_pool_entry, 1, {images}, pooling});
    all.push_back({&max_pool_entry, 1, {images}, pooling});
    all.push_back({&avg_pool_grad_entry, 2, {pooled, images}, pooling});
    all.push_back({&max_pool_grad_entry, 2, {pooled, images}, pooling});
    all.push_back({&max_pool_grad_grad_entry, 2, {images, images}, pooling});
    return all;
}

/// How many entries, or templates of them, the headers of ops hold, each of which is listed above. A header that is not here holds none.
inline constexpr struct {
    std::string_view header;
    int entries;
} entries_in[] = {
    {"cast", 1},
    {"comparison", 3},
    {"concat", 1},
    {"convolution_ops", 3},
    {"cross_entropies", 1},
    {"cumulative", 1},
    {"extremes", 3},
    {"gathering", 3},
    {"matmul", 1},
    {"on_tensors", 1},
    {"per_sample", 2},
    {"pooling_ops", 5},
    {"powers_of_tensors", 2},
    {"resizing", 2},
    {"rounding", 2},
    {"shaping", 4},
    {"slicing", 4},
    {"spreading", 2},
    {"sums_of_tensors", 2},
    {"tiling", 4},
    {"transpose", 2},
};

} // namespace table
