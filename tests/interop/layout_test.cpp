// Every row of the table of layouts: Keras's and PyTorch's arrays read, their outputs computed, and PyTorch's arrays written again.
// tests/interop/layouts holds what both computed (tools/exchange/layouts.py).
#include "catch.hpp"

#include <lamina/interop/layout.hpp>
#include <lamina/interop/match.hpp>
#include <lamina/lamina.hpp>

using namespace lamina;
using namespace lamina::internals;

namespace {

const protocols::file_tensor& named(const protocols::tensor_file& file, const std::string& name)
{
    for (const auto& tensor : file.tensors)
        if (tensor.name == name) return tensor;
    FAIL(name << " is not in " << file.name);
    return file.tensors[0];
}

template <class Model> void computes(const Model& model, const protocols::tensor_file& file, const std::string& output)
{
    const auto x = named(file, "input").as<float>(), wanted = named(file, output).as<float>();
    std::array<std::size_t, Model::input.rank + 1> extents{named(file, "input").shape[0]};
    std::copy_n(Model::input.extents, Model::input.rank, extents.begin() + 1);
    REQUIRE(x.size() == extents[0] * Model::input.size());
    const auto y = predict(model, xt::adapt(x, extents));
    REQUIRE(wanted.size() == y.size());
    for (std::size_t i = 0; i < y.size(); ++i) CHECK(std::abs(y.data()[i] - wanted[i]) < 1e-5);
}

/// The arrays of all layers of a model; a Dense behind a Flatten is told its shape.
template <class Model> std::vector<ForeignArray> torch_arrays(const Model& model)
{
    std::vector<ForeignArray> all;
    Shape flattened;
    for (const LayerView& layer : layers(model)) {
        for (ForeignArray& array : torch_arrays_of(layer, flattened).arrays) all.push_back(std::move(array));
        flattened = layer.kind == "Flatten" ? layer.input : Shape{};
    }
    return all;
}

template <class Model> void row(const std::string& name, const std::string& prefix = "")
{
    INFO(name);
    const auto file = safetensors::read(std::string(LAMINA_TESTS) + "/interop/layouts/" + name + ".safetensors");

    Model from_keras;
    Matching keras;
    std::size_t at = 0;
    for (const FoundVariable& found : variables_of(from_keras)) {
        const std::string number{static_cast<char>('0' + at / 10), static_cast<char>('0' + at % 10)};
        const auto last = std::string(last_word(found.path));
        keras.add(named(file, "keras/" + number + '.' + last),
                  {last, found, arranged(extents_of(found.variable->needs().extents))});
        ++at;
    }
    CHECK(keras.fill(name, false).loaded.size() == at);
    computes(from_keras, file, "keras_output");

    Model from_torch;
    Matching torch;
    for (const ForeignArray& array : torch_arrays(from_torch)) torch.add(named(file, "torch/" + prefix + array.name), array);
    CHECK(torch.fill(name, false).loaded.size() == at);
    computes(from_torch, file, "torch_output");

    for (const ForeignArray& array : torch_arrays(from_keras)) {
        const auto& wanted = named(file, "torch/" + prefix + array.name);
        const auto made = written(array);
        CHECK(made.shape == wanted.shape);
        CHECK(made.bytes == wanted.bytes);
    }
}

} // namespace

TEST_CASE("Layers have Keras's and PyTorch's arrays, and compute what both do")
{
    row<Dense<5>::on<7>>("dense");
    row<Conv2D<6, Kernel<3, 2>, Groups<2>, Dilation<2, 1>>::on<9, 8, 4>>("conv2d");
    row<Conv1D<5, Kernel<3>>::on<9, 4>>("conv1d");
    row<DepthwiseConv2D<Kernel<3>, DepthMultiplier<2>>::on<7, 6, 3>>("depthwise_conv2d");
    row<SeparableConv2D<5, Kernel<3>, DepthMultiplier<2>>::on<7, 6, 3>>("separable_conv2d");
    row<Conv2DTranspose<5, Kernel<3>>::on<4, 3, 2>>("conv2d_transpose");
    row<Conv1DTranspose<5, Kernel<3>>::on<4, 3>>("conv1d_transpose");
    row<BatchNormalization<>::on<4, 3, 5>>("batch_normalization");
    row<LayerNormalization<>::on<4, 5>>("layer_normalization");
    row<Embedding<7, 3>::on<5>>("embedding");
    row<SimpleRNN<4, ReturnSequences>::on<5, 3>>("simple_rnn");
    row<LSTM<4, ReturnSequences>::on<5, 3>>("lstm");
    row<GRU<4, ReturnSequences>::on<5, 3>>("gru");
    row<Bidirectional<LSTM<4, ReturnSequences>>::on<5, 3>>("bidirectional_lstm");
    row<Bidirectional<GRU<4, ReturnSequences>>::on<5, 3>>("bidirectional_gru");
    row<PReLU<SharedAxes<1, 2>>::on<4, 3, 5>>("prelu");
    row<Sequential<Input<3, 4, 2>, Flatten, Dense<5>>>("flatten_dense", "dense.");
}

TEST_CASE("What PyTorch has no module for is said")
{
    CHECK_THAT(std::string(torch_arrays_of(layers(GRU<4, ResetBefore>::on<5, 3>{})[0]).refusal),
               Catch::Contains("resets before"));
    CHECK_THAT(std::string(torch_arrays_of(layers(PReLU<>::on<4, 5>{})[0]).refusal), Catch::Contains("every place"));
    CHECK_FALSE(torch_arrays_of(layers(MultiHeadAttention<2, 3>::on<5, 4>{})[0]).refusal.empty());
}
