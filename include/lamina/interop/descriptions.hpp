// lamina/interop/descriptions.hpp: what each layer of the library is, in the first sentence of its docstring, which a test compares.
#pragma once

#include <lamina/core/architecture.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

inline constexpr struct {
    std::string_view kind, sentence;
} layer_descriptions[] = {
    {"Activation", "y = A(x), of any shape; Softmax, LogSoftmax, Sparsemax and Glu work over the last axis"},
    {"ActivityRegularization", "y = x, and One · Σ |x| + Two · Σ x² is added to the loss of a batch, divided by its samples"},
    {"AdaptiveAveragePooling1D", "The mean of each of `Size` nearly equal parts of a sequence"},
    {"AdaptiveAveragePooling2D", "The mean of each of `Size` nearly equal parts of an image"},
    {"AdaptiveMaxPooling1D", "The largest value of each of `Size` nearly equal parts of a sequence"},
    {"AdaptiveMaxPooling2D", "The largest value of each of `Size` nearly equal parts of an image"},
    {"AdditiveAttention",
     "softmax(scores) · v, where the score of a query and a key is the sum of scale · tanh(q + k) over the features"},
    {"AlphaDropout", "While training each element becomes what Selu tends to for small numbers, with probability `Rate`; then "
                     "all are scaled and moved so that mean 0 and variance 1 stay"},
    {"Attention", "softmax(scale · q · kᵀ) · v"},
    {"AveragePooling1D",
     "The mean of every window of `Size` steps; padding is left out of it, as in Keras, unless it is asked for"},
    {"AveragePooling2D", "The mean of every window; padding is left out of it, as in Keras, unless it is asked for"},
    {"BatchNormalization",
     "y = gamma · (x - mean) / sqrt(variance + epsilon) + beta, for each channel, the last axis, over all others"},
    {"Bidirectional", "A recurrent layer, and another of the same options that begins with the last step, side by side"},
    {"CategoryEncoding", "Whole numbers from 0 to Tokens - 1 as zeros and ones"},
    {"CenterCrop", "The middle of an image, Height × Width pixels of it"},
    {"Conv1D", "A convolution of `Filters` output channels over steps"},
    {"Conv1DTranspose", "Every input adds its window to the output"},
    {"Conv2D", "A convolution of `Filters` output channels over height and width"},
    {"Conv2DTranspose", "Every input adds its window to the output"},
    {"Cropping1D", "A sequence without some of its first and of its last steps"},
    {"Cropping2D", "An image without what lies at its sides"},
    {"Dense", "A fully connected layer of `Units` outputs"},
    {"DepthwiseConv1D", "Every channel under windows of its own, `DepthMultiplier` outputs for each"},
    {"DepthwiseConv2D", "Every channel under windows of its own, `DepthMultiplier` outputs for each"},
    {"Discretization", "The number of boundaries that are not above x"},
    {"Dropout", "While training each element is 0 with probability `Rate` and x / (1 − Rate) else; in inference y = x"},
    {"ELU", "y = x above 0, Alpha · (exp(x) − 1) below"},
    {"Embedding", "Row x of a table of `Rows` rows of `Width`, for every number x of the input"},
    {"Flatten", "Any shape as one axis, in the order of Keras"},
    {"GRU", "A gated recurrent unit of `Units`"},
    {"GaussianDropout", "While training y = x times a normal number of mean 1 and deviation sqrt(Rate / (1 − Rate)), that of a "
                        "Dropout; in inference y = x"},
    {"GaussianNoise", "While training y = x + a normal number of mean 0 and deviation `Deviation`; in inference y = x"},
    {"GlobalAveragePooling1D", "The mean of every feature over the steps of a sequence"},
    {"GlobalAveragePooling2D", "The mean of every channel over height and width"},
    {"GlobalMaxPooling1D", "The largest value of every feature over the steps of a sequence"},
    {"GlobalMaxPooling2D", "The largest value of every channel over height and width"},
    {"GroupNormalization", "y = gamma · (x - mean) / sqrt(variance + epsilon) + beta, with mean and (biased) variance of each of "
                           "`Groups` groups of channels of each sample"},
    {"Identity", "y = x"},
    {"LSTM", "A long short-term memory of `Units`"},
    {"LayerNormalization", "y = gamma · (x - mean) / sqrt(variance + epsilon) + beta, with mean and (biased) variance over the "
                           "last axis of each sample, or over its last `Axes`"},
    {"LeakyReLU", "y = x above 0, NegativeSlope · x below"},
    {"LocalResponseNormalization",
     "y = x / (K + Alpha / Size · Σ x²)^Beta, the sum over the `Size` channels around each, of which Size / 2 lie before it"},
    {"Masking", "A step of which every feature is `Value` is masked, and zeros from here on; all others stay"},
    {"MaxPooling1D", "The largest value of every window of `Size` steps"},
    {"MaxPooling2D", "The largest value of every window"},
    {"MultiHeadAttention", "Every head compares each step of the query with each step of the keys, and gives the mean of the "
                           "values, weighted by how alike they are"},
    {"Normalization", "y = (x - mean) / sqrt(variance) for each feature, the last axis"},
    {"PReLU", "y = x above 0, alpha · x below, with an alpha for each element of a sample, or for each place along the axes that "
              "are not shared"},
    {"Permute", "The axes of a sample in another order"},
    {"RMSNormalization",
     "y = scale · x / sqrt(mean of x² + epsilon), over the last axis of each sample, or over its last `Axes`"},
    {"RNN", "A cell of one's own, at every step of a sequence"},
    {"ReLU", "y = min(x, MaxValue) above From, NegativeSlope · (x − From) below"},
    {"RepeatVector", "The same features as `Count` steps of a sequence"},
    {"Rescaling", "y = Scale · x + Offset"},
    {"Reshape", "The same numbers under the shape [To…], in the order of Keras"},
    {"Resizing", "An image in the size Height × Width"},
    {"SeparableConv1D",
     "A depthwise convolution, without bias and activation, and behind it one of `Filters` outputs whose kernel is one step"},
    {"SeparableConv2D",
     "A depthwise convolution, without bias and activation, and behind it one of `Filters` outputs whose kernel is 1×1"},
    {"SimpleRNN", "A simple recurrent layer of `Units`"},
    {"SpatialDropout1D", "While training each feature of a sequence is 0 with probability `Rate`, at all of its steps, and x / "
                         "(1 − Rate) else; in inference y = x"},
    {"SpatialDropout2D", "While training each channel of an image is 0 with probability `Rate`, at all of its pixels, and x / (1 "
                         "− Rate) else; in inference y = x"},
    {"TimeDistributed", "A layer, or a model, that is run on every step of a sequence by itself"},
    {"UnitNormalization", "y = x / sqrt(sum of x²), over the last axis of each sample, over its last `Axes`, or over any"},
    {"UpSampling1D", "Every step of a sequence `Size` times"},
    {"UpSampling2D", "An image in which each pixel has become `Size` pixels"},
    {"ZeroPadding1D", "A sequence with zeros before it and behind it"},
    {"ZeroPadding2D", "An image with zeros around it"},
};

/// The sentence of a class, without its full stop; nothing of a layer that is not the library's.
constexpr std::string_view description_of(std::string_view kind)
{
    for (const auto& row : layer_descriptions)
        if (row.kind == kind) return row.sentence;
    return {};
}

}}} // namespace lamina::internals
