// Layers over sequences but for recurrent ones, wherever a layer may stand.
#include "layers/everywhere.hpp"

#include <lamina/layers/convolution/conv1d.hpp>
#include <lamina/layers/convolution/conv1d_transpose.hpp>
#include <lamina/layers/convolution/depthwise_conv1d.hpp>
#include <lamina/layers/convolution/separable_conv1d.hpp>
#include <lamina/layers/normalization/batch_normalization.hpp>
#include <lamina/layers/pooling/adaptive_average_pooling1d.hpp>
#include <lamina/layers/pooling/adaptive_max_pooling1d.hpp>
#include <lamina/layers/pooling/average_pooling1d.hpp>
#include <lamina/layers/pooling/global_average_pooling1d.hpp>
#include <lamina/layers/pooling/global_max_pooling1d.hpp>
#include <lamina/layers/pooling/max_pooling1d.hpp>
#include <lamina/layers/regularization/spatial_dropout1d.hpp>
#include <lamina/layers/reshaping/cropping1d.hpp>
#include <lamina/layers/reshaping/repeat_vector.hpp>
#include <lamina/layers/reshaping/up_sampling1d.hpp>
#include <lamina/layers/reshaping/zero_padding1d.hpp>
#include <lamina/models/composites/time_distributed.hpp>

using namespace everywhere;

namespace {

struct OverSequences {
    using input = Input<6, 3>;
    using rows = std::tuple<Row<Conv1D<3, Same, Tanh>>, Row<Conv1DTranspose<3, Same>>, Row<DepthwiseConv1D<Same>>,
                            Row<SeparableConv1D<3, Same>>, Row<MaxPooling1D<2>, UpSampling1D<2>>,
                            Row<AveragePooling1D<2>, UpSampling1D<2>>, Row<UpSampling1D<2>, MaxPooling1D<2>>,
                            Row<AdaptiveAveragePooling1D<3>, UpSampling1D<2>>, Row<AdaptiveMaxPooling1D<3>, UpSampling1D<2>>,
                            Row<GlobalAveragePooling1D<>, RepeatVector<6>>, Row<GlobalMaxPooling1D<>, RepeatVector<6>>,
                            Row<ZeroPadding1D<1>, Cropping1D<1>>, Row<Cropping1D<1>, ZeroPadding1D<1>>,
                            Row<SpatialDropout1D<0.3>>, Row<TimeDistributed<Dense<3>>>>;
};

struct OverBatches { // what looks at a batch at once: one such layer, and a model is trained in one chunk
    using input = Input<6, 3>;
    using rows = std::tuple<Row<BatchNormalization<>>>;
};

} // namespace

TEST_CASE("Layers over sequences are right wherever they stand", "[layers][everywhere]") { check<Table<OverSequences>>(); }

TEST_CASE("A BatchNormalization is right wherever it stands", "[layers][everywhere]")
{
    check<Table<OverBatches>>(false); // a frozen one normalizes with what it has seen
}
