// TensorFlow Lite: each activation as operators, against the activation itself.
#include "lite/written.hpp"

#include <lamina/lamina.hpp>

using namespace written;

namespace {

template <class A> void activation(const std::string& name) { check_layer<Input<5, 8>, Activation<A>>(name); }
template <class L> void layer(const std::string& name) { check_layer<Input<5, 8>, L>(name); }

} // namespace

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
    layer<ReLU<1.0, 0.25, 0.5>>("relu_layer");
    layer<LeakyReLU<>>("leaky_relu_layer");
    layer<ELU<0.5>>("elu_layer");
    check_layer<Input<2, 3, 2, 2, 4>, Activation<Softmax>>("softmax_of_many_axes");
}
