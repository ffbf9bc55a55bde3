// A transformer's block: attention of 8 heads and a dense pair on 64 steps of width 64, each with its residual, then ten classes.
#include "classifier.hpp"

namespace {

using namespace lamina;

using Transformer =
    Sequential<Input<64, 64>, Residual<MultiHeadAttention<8, 8>>, LayerNormalization<>,
               Residual<Dense<256, Relu, EachRow>, Dense<64, EachRow>>, LayerNormalization<>, Flatten, Dense<10, Softmax>>;

const bool registered = (bench::inference<Transformer>("transformer"), bench::training<Transformer>("transformer"), true);

} // namespace
