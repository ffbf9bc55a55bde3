// Lists of options: every layer says what it is set to in Keras's words, once, for whoever asks.
#include "catch.hpp"

#include <lamina/blocks/option_list.hpp>
#include <lamina/blocks/orthogonal.hpp>
#include <lamina/layers/attention/multi_head_attention.hpp>
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/convolution/depthwise_conv2d.hpp>
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/core/embedding.hpp>
#include <lamina/layers/normalization/batch_normalization.hpp>
#include <lamina/layers/pooling/max_pooling2d.hpp>
#include <lamina/layers/recurrent/lstm.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/schedules/cosine_decay.hpp>

#include <string>

using namespace lamina;
using namespace lamina::protocols;

namespace {

/// The options that are required or not at their defaults, or all.
std::string text(const std::vector<Option>& options, bool all = false)
{
    std::string to;
    for (const Option& option : options)
        if (all || option.required || !(option.value == option.usual))
            internals::append(to, {to.empty() ? "" : " ", option.name, '=', option.value});
    return to;
}
template <class L> std::string text() { return text(options_of<L>()); }

struct Half { // an initializer of one's own that does not say its name
    using family = protocols::family::initializer;
    static double draw(Random&, fans) { return 0.5; }
};

struct Unlisted {}; // as a layer of one's own may be

} // namespace

TEST_CASE("A layer lists what differs from Keras's defaults", "[blocks][options]")
{
    CHECK(text<Dense<5>>() == "units=5");
    CHECK(text<Dense<5, Relu, NoBias, HeNormal, KernelRegularizer<L2<0.001>>, BiasConstraint<NonNegative>>>() ==
          "units=5 activation=relu kernel_initializer=HeNormal use_bias=false kernel_regularizer=L2(l2=0.001) "
          "bias_constraint=NonNeg");
    CHECK(text<Dense<5, Bias<Constant<0.5>>, BiasRegularizer<L1L2<>>, KernelConstraint<MaxNorm<3>>>>() ==
          "units=5 bias_initializer=Constant(value=0.5) bias_regularizer=L1L2(l1=0.01, l2=0.01) "
          "kernel_constraint=MaxNorm(max_value=3, axis=(0))");
    CHECK(text<Conv2D<1000000>>() == "filters=1000000 kernel_size=(3, 3)");
    CHECK(text<Conv2D<6, Kernel<5, 3>, Strides<2, 1>, Same, Tanh>>() ==
          "filters=6 kernel_size=(5, 3) strides=(2, 1) padding=same activation=tanh");
    CHECK(text<DepthwiseConv2D<DepthMultiplier<2>, Dilation<2>, KernelRegularizer<L1<>>>>() ==
          "kernel_size=(3, 3) dilation_rate=(2, 2) depth_multiplier=2 depthwise_regularizer=L1(l1=0.01)");
    CHECK(text<MaxPooling2D<2>>().empty());
    CHECK(text<MaxPooling2D<Window{3, 2}>>() == "pool_size=(3, 2)"); // strides follow the window
    CHECK(text<MaxPooling2D<3, Strides<2>>>() == "pool_size=(3, 3) strides=(2, 2)");
    CHECK(text<BatchNormalization<Momentum<0.9>, Epsilon<1e-5>, NoScale>>() == "momentum=0.9 epsilon=1e-05 scale=false");
    CHECK(text<Embedding<10, 4, MaskZero>>() == "input_dim=10 output_dim=4 mask_zero=true");
    CHECK(text<Embedding<10, 4, RandomUniform<-0.1, 0.1>>>() ==
          "input_dim=10 output_dim=4 embeddings_initializer=RandomUniform(minval=-0.1, maxval=0.1)");
    CHECK(text<LSTM<3>>() == "units=3");
    CHECK(text<LSTM<3, ReturnSequences, RecurrentActivation<Tanh>, RecurrentInitializer<Orthogonal<2>>>>() ==
          "units=3 recurrent_activation=tanh recurrent_initializer=Orthogonal(gain=2) return_sequences=true");
    CHECK(text<MultiHeadAttention<2, 8>>() == "num_heads=2 key_dim=8");
    CHECK(text<MultiHeadAttention<2, 8, CausalMask, ValueDim<4>, OutputDim<7>, DropoutRate<0.1>>>() ==
          "num_heads=2 key_dim=8 value_dim=4 dropout=0.1 output_shape=(7) use_causal_mask=true");
    CHECK(text<Dropout<0.5>>() == "rate=0.5");
    CHECK(text<Reshape<4, 6>>() == "target_shape=(4, 6)");
    CHECK(text<Activation<HardSilu>>() == "activation=hard_silu");
    CHECK(text<Flatten>().empty());
}

TEST_CASE("A list holds all options, in order, with what Keras takes where none is given", "[blocks][options]")
{
    const auto options = options_of<Dense<5, Relu>>();
    CHECK(text(options, true) == "units=5 activation=relu kernel_initializer=GlorotUniform use_bias=true bias_initializer=Zeros "
                                 "kernel_regularizer=none bias_regularizer=none kernel_constraint=none bias_constraint=none");
    CHECK(options[0].required);
    CHECK(options[0].value.kind == value_is::whole);
    CHECK_FALSE(options[1].required);
    CHECK(options[1].value.kind == value_is::text);
    CHECK(options[1].usual.text == "linear");
    CHECK(options[2].value.kind == value_is::object);
    CHECK(options[3].value.kind == value_is::boolean);
    CHECK(options[5].value.kind == value_is::nothing);
    CHECK(class_name_of<Dense<5>>() == "Dense");
    CHECK(class_name_of<SparseCategoricalCrossentropy>() == "SparseCategoricalCrossentropy");
}

TEST_CASE("Values differ by kind, number, text and parts", "[blocks][options]")
{
    CHECK(option_value(1) == option_value(1));
    CHECK_FALSE(option_value(1) == option_value(2));
    CHECK_FALSE(option_value(1) == option_value(true));
    CHECK_FALSE(option_value(0.5f) == option_value(0.5));
    CHECK_FALSE(option_value("a") == option_value("b"));
    CHECK_FALSE(option_value(Shape{1, 2}) == option_value(Shape{1, 3}));
    CHECK_FALSE(option_value(Shape{1}) == option_value(Shape{1, 1}));
    CHECK_FALSE(option_value(RandomNormal<0.1>{}) == option_value(RandomNormal<>{}));
    CHECK_FALSE(option_value(HeNormal{}) == option_value(HeUniform{}));
    CHECK(option_value(nullptr) == OptionValue{});
}

TEST_CASE("Who says nothing of himself is custom, and a layer without a list has no options", "[blocks][options]")
{
    CHECK(text<Dense<5, Half>>() == "units=5 kernel_initializer=custom");
    CHECK(options_of<Unlisted>().empty());
    CHECK(options_of(Unlisted{}).empty());
    CHECK(class_name_of<Unlisted>() == "custom");
}

TEST_CASE("Losses and optimizers list their values, a learning rate its schedule", "[blocks][options]")
{
    CHECK(text(options_of(SparseCategoricalCrossentropy{.from_logits = true}), true) ==
          "from_logits=true ignore_class=none reduction=sum_over_batch_size");
    CHECK(text(options_of(Adam{})).empty());
    CHECK(text(options_of(Adam{.learning_rate = 0.5, .beta_1 = 0.8, .clipnorm = 2})) ==
          "learning_rate=0.5 beta_1=0.8 clipnorm=2");
    CHECK(text(options_of(Adam{.learning_rate = CosineDecay{.initial_learning_rate = 0.1f, .decay_steps = 9}})) ==
          "learning_rate=CosineDecay(initial_learning_rate=0.1, decay_steps=9, alpha=0, warmup_target=none, warmup_steps=0)");
    CHECK(text(options_of(Adam{.learning_rate = [](std::size_t) { return 0.1; }})) == "learning_rate=custom");
}

TEST_CASE("A list goes to whoever takes names and values", "[blocks][options]")
{
    std::string names;
    auto take = [&](std::string_view name, const auto&, const auto&...) { names += std::string(name) + ' '; };
    Dropout<0.5>::list_options(take);
    Adam{}.list_options(take);
    CHECK(names == "rate learning_rate beta_1 beta_2 epsilon amsgrad weight_decay clipnorm clipvalue global_clipnorm use_ema "
                   "ema_momentum ema_overwrite_frequency gradient_accumulation_steps ");
}
