// TensorFlow Lite: layers of sequences, attention, structs and nested models as files, against the models themselves.
#include "lite/written.hpp"

#include <lamina/lamina.hpp>

using namespace written;

namespace {

template <class In, class... L> void layer(const std::string& name, std::size_t whole_below = 0)
{
    check<Sequential<In, L...>>(name, whole_below);
}

using Steps = Input<6, 4>;
using Words = Input<6>;

template <class L> struct OfTwo {
    using inputs = Inputs<Input<5, 4>, Input<7, 4>>;
    L look;
    auto operator()(const auto& x, const auto& y) const { return look(x, y); }
};
template <class L> struct OfThree {
    using inputs = Inputs<Input<5, 4>, Input<7, 3>, Input<7, 4>>;
    L look;
    auto operator()(const auto& x, const auto& y, const auto& z) const { return look(x, y, z); }
};

/// A layer called twice, values that go several ways, two outputs.
struct Ways {
    using inputs = Inputs<Input<4>, Input<4>>;
    Dense<4, Relu>::on<4> first;
    Dense<3>::on<8> last;
    Dense<2, Softmax>::on<4> other;
    auto operator()(const auto& x, const auto& y) const
    {
        const auto a = first(x), b = first(y);
        return std::tuple{last(concatenate(a * b + x, maximum(a, b) - y)), other(0.5 * a + relu(b))};
    }
};

/// Functions on values.
struct Functions {
    using input = Input<3, 4>;
    Dense<4, EachRow>::on<3, 4> rows;
    auto operator()(const auto& x) const
    {
        const auto h = rows(x);
        const auto a = sqrt(abs(h) + 1) * exp(-square(h)) / (2 + tanh(h)), b = minimum(log1p(square(h)), 1 - sigmoid(h));
        return std::tuple{sum<0>(a) + mean<0>(b), max<-1>(a - b, KeepDims{}) * a, pow(a, 3) + expm1(b) + rsqrt(1 + square(a)),
                          leaky_relu<0.1>(h) + elu<0.5>(h) - min<1>(b, KeepDims{}), matmul(h, transposed(h))};
    }
    static auto transposed(const auto& h) { return reshape<4, 3>(h); }
};

template <class M, class... X> void check_struct(const std::string& name, const X&... x)
{
    auto model = build<M>(Seed{3});
    fill(model);
    const auto y = predict(model, std::tuple{x...});
    std::vector<xt::xarray<float>> outputs;
    if constexpr (requires { std::tuple_size<std::remove_cvref_t<decltype(y)>>::value; })
        std::apply([&](const auto&... each) { (outputs.emplace_back(each), ...); }, y);
    else outputs.emplace_back(y);
    check_file(name, lite::convert(model), {xt::xarray<float>(x)...}, outputs);
}
template <std::size_t... Extents> xt::xtensor<float, sizeof...(Extents) + 1> values(unsigned seed)
{
    return samples({Extents...}, 0, seed);
}

} // namespace

TEST_CASE("lite: recurrent layers", "[lite]")
{
    layer<Steps, LSTM<5>>("lstm");
    layer<Steps, LSTM<5, ReturnSequences, Backwards, Relu, RecurrentActivation<HardSigmoid<>>>>("lstm_options");
    layer<Steps, GRU<5, ReturnSequences>, GRU<3, NoBias>>("gru");
    layer<Steps, GRU<5, ResetBefore, Backwards>>("gru_reset_before");
    layer<Steps, SimpleRNN<5, ReturnSequences>, SimpleRNN<3, NoBias>>("simple_rnn");
    layer<Steps, Bidirectional<LSTM<3, ReturnSequences>>, Bidirectional<GRU<4>, MergeSum>>("bidirectional");
    layer<Steps, Bidirectional<SimpleRNN<3, ReturnSequences>, MergeMul>, Bidirectional<GRU<4>, MergeAve>>("bidirectional_merges");
    layer<Steps, TimeDistributed<Dense<3, Tanh>>, TimeDistributed<BatchNormalization<>>>("time_distributed");
    layer<Input<3, 6, 6, 2>, TimeDistributed<Conv2D<3>>, TimeDistributed<Flatten>, LSTM<4>>("time_distributed_images");
}

TEST_CASE("lite: masks", "[lite]")
{
    layer<Words, Embedding<4, 5, MaskZero>, LSTM<5, ReturnSequences>, GRU<3>>("masked", 4);
    layer<Words, Embedding<4, 5, MaskZero>, Dropout<0.1>, Bidirectional<LSTM<3, ReturnSequences>>, GlobalAveragePooling1D<>>(
        "masked_bidirectional", 4);
    layer<Words, Embedding<4, 5, MaskZero>, GlobalAveragePooling1D<>>("masked_mean", 4);
    layer<Words, Embedding<4, 4, MaskZero>, MultiHeadAttention<2, 3>, GRU<3, ZeroOutputForMask>>("masked_attention", 4);
    layer<Words, Embedding<4, 4, MaskZero>, Attention<UseScale>, SimpleRNN<3>>("masked_scores", 4);
    layer<Words, Reshape<3, 2>, Masking<0>, LSTM<3>>("masking", 2);
}

TEST_CASE("lite: attention", "[lite]")
{
    layer<Steps, MultiHeadAttention<2, 3>>("multi_head");
    layer<Steps, MultiHeadAttention<2, 3, CausalMask, ValueDim<5>, OutputDim<7>, NoBias>>("multi_head_options");
    layer<Steps, Attention<UseScale, CausalMask>>("attention");
    layer<Steps, Attention<ConcatScore, UseScale>>("attention_concat");
    layer<Steps, AdditiveAttention<>>("additive");
    layer<Steps, AdditiveAttention<NoScale, CausalMask>>("additive_plain");
    using To = std::pair<Input<5, 4>, Input<7, 4>>;
    check_struct<OfTwo<MultiHeadAttention<2, 3>::on_inputs<To::first_type, To::second_type>>>("multi_head_two", values<5, 4>(1),
                                                                                              values<7, 4>(2));
    check_struct<OfTwo<Attention<>::on_inputs<To::first_type, To::second_type>>>("attention_two", values<5, 4>(1),
                                                                                 values<7, 4>(2));
    check_struct<OfThree<AdditiveAttention<>::on_inputs<Input<5, 4>, Input<7, 3>, Input<7, 4>>>>(
        "additive_three", values<5, 4>(1), values<7, 3>(2), values<7, 4>(3));
}

TEST_CASE("lite: composites, structs and functions on values", "[lite]")
{
    layer<Input<6, 6, 4>, Residual<Conv2D<4, Kernel<3>, Same, Relu>>, Activation<Relu>,
          Parallel<Concat, Conv2D<2>, MaxPooling2D<3, Strides<1>>>, Flatten, Dense<3>>("residual");
    layer<Input<5>, Sequential<Input<5>, Dense<3>, BatchNormalization<>, Dense<4>>, BatchNormalization<>,
          Parallel<Add, Branch<>, Dense<4>>>("nested");
    check_struct<Ways>("ways", values<4>(1), values<4>(2));
    auto model = build<Functions>(Seed{3});
    fill(model);
    const auto x = values<3, 4>(4);
    const auto y = predict(model, x);
    std::vector<xt::xarray<float>> outputs;
    std::apply([&](const auto&... each) { (outputs.emplace_back(each), ...); }, y);
    check_file("functions", lite::convert(model), {xt::xarray<float>(x)}, outputs);
}
