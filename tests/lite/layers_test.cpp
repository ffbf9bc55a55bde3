// TensorFlow Lite: each layer and activation of the catalogue as a file, against the layer itself.
#include "lite/written.hpp"

#include <lamina/lamina.hpp>

using namespace written;

namespace {

template <class In, class L> void alone(const std::string& name, std::size_t whole_below = 0)
{
    check_layer<In, L>(name, whole_below);
}
template <class In, class... L> void layer(const std::string& name, std::size_t whole_below = 0)
{
    check<Sequential<In, L...>>(name, whole_below);
}

template <class A> void activation(const std::string& name) { check_layer<Input<5, 8>, Activation<A>>(name); }

using Row = Input<7>;
using Numbers = Input<5, 8>;
using Steps = Input<9, 4>;
using Image = Input<8, 10, 4>;

} // namespace

TEST_CASE("lite: dense layers and what stands beside them", "[lite]")
{
    alone<Row, Dense<5, Relu>>("dense_relu");
    alone<Row, Dense<5, NoBias, Tanh>>("dense_no_bias");
    alone<Steps, Dense<5, Sigmoid, EachRow>>("dense_rows");
    alone<Image, Dense<3, EachRow>>("dense_images");
    layer<Row, Dense<5>, BatchNormalization<>, Activation<Relu>, Dense<2>>("dense_folded");
    alone<Row, BatchNormalization<>>("batch_normalization");
    layer<Steps, Identity, PReLU<>>("prelu");
    alone<Image, PReLU<SharedAxes<1, 2>>>("prelu_shared");
    layer<Row, Dropout<0.5>, GaussianNoise<0.1>, GaussianDropout<0.1>, AlphaDropout<0.1>, Dense<3>>("noise");
    layer<Image, SpatialDropout2D<0.1>, Rescaling<0.5, -1>>("rescaling");
    layer<Image, Flatten, Dense<3>>("flatten");
    layer<Steps, Reshape<6, 6>, Permute<2, 1>, SpatialDropout1D<0.1>>("reshape");
    alone<Input<2, 3, 4>, Permute<3, 1, 2>>("permute");
    alone<Row, RepeatVector<4>>("repeat_vector");
    alone<Steps, Embedding<50, 3>>("embedding_rows", 50);
    layer<Input<6>, Embedding<50, 3>, Flatten, Dense<2>>("embedding", 50);
    alone<Row, CategoryEncoding<12, OneHot>>("one_hot", 12);
    alone<Input<1>, CategoryEncoding<12, OneHot>>("one_hot_of_one", 12);
    alone<Row, CategoryEncoding<12>>("multi_hot", 12);
    alone<Row, CategoryEncoding<12, Count>>("count", 12);
    alone<Steps, Discretization<-1.0, 0.0, 0.5>>("discretization");
    alone<Row, Normalization<>>("normalization");
    alone<Row, Normalization<GivenMean<0.5>, GivenVariance<4>, Invert>>("normalization_invert");
}

TEST_CASE("lite: convolutions", "[lite]")
{
    alone<Image, Conv2D<5, Kernel<3>>>("conv2d");
    alone<Image, Conv2D<5, Kernel<3>, Same, Strides<2>, Relu>>("conv2d_same");
    alone<Image, Conv2D<6, Kernel<3, 2>, Groups<2>, Relu6>>("conv2d_groups");
    alone<Image, Conv2D<5, Kernel<3>, Dilation<2>, Same, NoBias>>("conv2d_dilation");
    alone<Image, Conv2D<5, Kernel<3>, Padding<2, 1>, HardTanh>>("conv2d_padding");
    layer<Image, Conv2D<5, Kernel<3>, NoBias>, BatchNormalization<>, ReLU<6>>("conv2d_folded");
    alone<Image, Conv2D<5, Kernel<2>, Mish>>("conv2d_mish");
    alone<Steps, Conv1D<5, Kernel<3>, Tanh>>("conv1d");
    layer<Steps, Conv1D<5, Kernel<3>, Causal, Dilation<2>>, BatchNormalization<>, Activation<Relu>>("conv1d_causal");
    alone<Steps, Conv1D<6, Kernel<3>, Same, Strides<2>, Groups<2>>>("conv1d_same");
    alone<Steps, Conv1D<5, Kernel<3>, Padding<2>>>("conv1d_padding");
    layer<Image, DepthwiseConv2D<Kernel<3>, DepthMultiplier<2>, Same>, BatchNormalization<>>("depthwise");
    alone<Image, DepthwiseConv2D<Kernel<3>, Strides<2>, Relu>>("depthwise_strides");
    alone<Image, DepthwiseConv2D<Kernel<3>, Dilation<2>, NoBias>>("depthwise_dilation");
    alone<Steps, DepthwiseConv1D<Kernel<3>, Same>>("depthwise1d");
    alone<Image, SeparableConv2D<5, Kernel<3>, DepthMultiplier<2>, Same, Relu>>("separable");
    alone<Steps, SeparableConv1D<5, Kernel<3>>>("separable1d");
    alone<Image, Conv2DTranspose<3, Kernel<3>, Strides<2>>>("transposed");
    alone<Image, Conv2DTranspose<3, Kernel<4>, Strides<2>, Same, Relu>>("transposed_same");
    alone<Image, Conv2DTranspose<3, Kernel<3>, Strides<2>, Same, OutputPadding<1>>>("transposed_added");
    alone<Image, Conv2DTranspose<3, Kernel<2>, Strides<3>>>("transposed_gaps");
    layer<Image, Conv2DTranspose<3, Kernel<3>, Dilation<2>, NoBias>, BatchNormalization<>>("transposed_dilation");
    alone<Image, Conv2DTranspose<3, Kernel<3>, Strides<2>, Padding<1>>>("transposed_padding");
    alone<Steps, Conv1DTranspose<3, Kernel<3>, Strides<2>, Same>>("transposed1d");
}

TEST_CASE("lite: poolings", "[lite]")
{
    alone<Image, MaxPooling2D<2>>("max_pooling");
    alone<Image, MaxPooling2D<Window{3, 2}, Strides<2, 1>, Same>>("max_pooling_same");
    alone<Image, MaxPooling2D<3, Padding<1>, CeilMode>>("max_pooling_padding");
    alone<Image, MaxPooling2D<2, Dilation<2>, Strides<1>>>("max_pooling_dilation");
    alone<Steps, MaxPooling1D<3, Same>>("max_pooling1d");
    alone<Image, AveragePooling2D<3, Strides<2>, Same>>("average_same");
    alone<Image, AveragePooling2D<3, Strides<2>, Same, CountIncludePad>>("average_same_counts");
    alone<Image, AveragePooling2D<3, Padding<1>>>("average_padding");
    alone<Image, AveragePooling2D<3, Padding<1>, CountIncludePad, CeilMode>>("average_ceil");
    alone<Steps, AveragePooling1D<2>>("average1d");
    layer<Image, GlobalAveragePooling2D<>, Dense<2>>("global_average");
    alone<Image, GlobalMaxPooling2D<KeepDims>>("global_max");
    alone<Steps, GlobalAveragePooling1D<KeepDims>>("global_average1d");
    alone<Steps, GlobalMaxPooling1D<>>("global_max1d");
    alone<Image, AdaptiveAveragePooling2D<Window{4, 5}>>("adaptive_average");
    alone<Image, AdaptiveAveragePooling2D<Window{3, 4}>>("adaptive_average_uneven");
    alone<Image, AdaptiveMaxPooling2D<3>>("adaptive_max");
    alone<Steps, AdaptiveMaxPooling1D<4>>("adaptive_max1d");
    alone<Steps, AdaptiveAveragePooling1D<3>>("adaptive_average1d");
}

TEST_CASE("lite: normalizations", "[lite]")
{
    alone<Steps, LayerNormalization<>>("layer_normalization");
    alone<Steps, LayerNormalization<Axes<2>, NoCenter>>("layer_normalization_axes");
    alone<Steps, RMSNormalization<>>("rms_normalization");
    alone<Image, GroupNormalization<2>>("group_normalization");
    alone<Steps, UnitNormalization<>>("unit_normalization");
    alone<Steps, UnitNormalization<OverAxes<1>>>("unit_normalization_axes");
    alone<Image, LocalResponseNormalization<3, 0.1>>("local_response");
    alone<Image, LocalResponseNormalization<2>>("local_response_even");
}

TEST_CASE("lite: images in other sizes", "[lite]")
{
    alone<Image, ZeroPadding2D<Border{{1, 2}, {3, 0}}>>("zero_padding");
    alone<Steps, ZeroPadding1D<Sides{2, 0}>>("zero_padding1d");
    alone<Image, Cropping2D<Border{{1, 2}, {3, 0}}>>("cropping");
    alone<Steps, Cropping1D<Sides{1, 3}>>("cropping1d");
    alone<Image, UpSampling2D<Window{2, 3}>>("up_sampling");
    alone<Image, UpSampling2D<2, Bilinear>>("up_sampling_bilinear");
    alone<Steps, UpSampling1D<3>>("up_sampling1d");
    alone<Image, Resizing<5, 13>>("resizing");
    alone<Image, Resizing<5, 5, Nearest, CropToAspectRatio>>("resizing_nearest");
    alone<Image, CenterCrop<5, 6>>("center_crop");
    alone<Image, CenterCrop<9, 12>>("center_crop_of_less");
}

TEST_CASE("lite: activations", "[lite]")
{
    activation<Linear>("linear");
    activation<Relu>("relu");
    activation<Relu6>("relu6");
    activation<LeakyRelu<>>("leaky_relu");
    activation<GeneralRelu<0.1, 1.0, 0.5>>("general_relu");
    activation<GeneralRelu<0, 1.0, 0>>("general_relu_most");
    activation<Elu<>>("elu");
    activation<Elu<0.7>>("elu_alpha");
    activation<Celu<0.7>>("celu");
    activation<Selu>("selu");
    activation<Gelu>("gelu");
    activation<GeluTanh>("gelu_tanh");
    activation<Silu>("silu");
    activation<Mish>("mish");
    activation<Sigmoid>("sigmoid");
    activation<HardSilu>("hard_silu");
    activation<HardTanh>("hard_tanh");
    activation<Tanh>("tanh");
    activation<Softmax>("softmax");
    activation<LogSoftmax>("log_softmax");
    activation<Softplus>("softplus");
    activation<Softsign>("softsign");
    activation<Exponential>("exponential");
    activation<HardSigmoid<>>("hard_sigmoid");
    activation<HardSigmoid<0.2>>("hard_sigmoid_slope");
    activation<LogSigmoid>("log_sigmoid");
    activation<TanhShrink>("tanh_shrink");
    activation<HardShrink<0.3>>("hard_shrink");
    activation<SoftShrink<>>("soft_shrink");
    activation<Threshold<0.5, -1>>("threshold");
    activation<Clip<-0.5, 1.5>>("clip");
    activation<Glu>("glu");
    activation<Squareplus<>>("squareplus");
    activation<SparsePlus>("sparse_plus");
    activation<SparseSigmoid>("sparse_sigmoid");
    activation<Sparsemax>("sparsemax");
    alone<Numbers, ReLU<1.0, 0.25, 0.5>>("relu_layer");
    alone<Numbers, LeakyReLU<>>("leaky_relu_layer");
    alone<Numbers, ELU<0.5>>("elu_layer");
    alone<Input<2, 3, 2, 2, 4>, Activation<Softmax>>("softmax_of_many_axes");
}
