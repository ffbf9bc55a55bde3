// Recurrent layers and attention, wherever a layer may stand.
#include "layers/everywhere.hpp"
#include "layers/recurrent/leaky.hpp"

#include <lamina/layers/attention/additive_attention.hpp>
#include <lamina/layers/attention/attention.hpp>
#include <lamina/layers/attention/multi_head_attention.hpp>
#include <lamina/layers/core/masking.hpp>
#include <lamina/layers/recurrent/bidirectional.hpp>
#include <lamina/layers/recurrent/gru.hpp>
#include <lamina/layers/recurrent/lstm.hpp>
#include <lamina/layers/recurrent/rnn.hpp>
#include <lamina/layers/recurrent/simple_rnn.hpp>

using namespace everywhere;

namespace {

struct OverSteps {
    using input = Input<5, 4>;
    using rows = std::tuple<Row<SimpleRNN<4, ReturnSequences>>, Row<LSTM<4, ReturnSequences>>, Row<GRU<4, ReturnSequences>>,
                            Row<Bidirectional<GRU<2, ReturnSequences>>>, Row<RNN<Leaky<4>, ReturnSequences>>, Row<Masking<>>,
                            Row<MultiHeadAttention<2, 3>>, Row<Attention<UseScale>>, Row<AdditiveAttention<>>>;
};

} // namespace

TEST_CASE("Recurrent layers and attention are right wherever they stand", "[layers][everywhere]") { check<Table<OverSteps>>(); }
