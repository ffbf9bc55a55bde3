// Layers over images, wherever a layer may stand.
#include "layers/everywhere.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/convolution/conv2d_transpose.hpp>
#include <lamina/layers/convolution/depthwise_conv2d.hpp>
#include <lamina/layers/convolution/separable_conv2d.hpp>
#include <lamina/layers/normalization/group_normalization.hpp>
#include <lamina/layers/normalization/local_response_normalization.hpp>
#include <lamina/layers/pooling/adaptive_average_pooling2d.hpp>
#include <lamina/layers/pooling/adaptive_max_pooling2d.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/pooling/global_average_pooling2d.hpp>
#include <lamina/layers/pooling/global_max_pooling2d.hpp>
#include <lamina/layers/pooling/max_pooling2d.hpp>
#include <lamina/layers/regularization/spatial_dropout2d.hpp>
#include <lamina/layers/reshaping/center_crop.hpp>
#include <lamina/layers/reshaping/cropping2d.hpp>
#include <lamina/layers/reshaping/permute.hpp>
#include <lamina/layers/reshaping/repeat_vector.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/layers/reshaping/resizing.hpp>
#include <lamina/layers/reshaping/up_sampling2d.hpp>
#include <lamina/layers/reshaping/zero_padding2d.hpp>

using namespace everywhere;

namespace {

struct OverImages {
    using input = Input<4, 4, 3>;
    using rows = std::tuple<
        Row<Conv2D<3, Same, Tanh>>, Row<Conv2DTranspose<3, Same>>, Row<DepthwiseConv2D<Same>>, Row<SeparableConv2D<3, Same>>,
        Row<MaxPooling2D<2>, UpSampling2D<2>>, Row<AveragePooling2D<2>, UpSampling2D<2>>, Row<UpSampling2D<2>, MaxPooling2D<2>>,
        Row<AdaptiveAveragePooling2D<2>, UpSampling2D<2>>, Row<AdaptiveMaxPooling2D<2>, UpSampling2D<2>>,
        Row<GlobalAveragePooling2D<>, RepeatVector<16>, Reshape<4, 4, 3>>,
        Row<GlobalMaxPooling2D<>, RepeatVector<16>, Reshape<4, 4, 3>>, Row<ZeroPadding2D<1>, Cropping2D<1>>,
        Row<Cropping2D<1>, ZeroPadding2D<1>>, Row<Resizing<2, 2>, UpSampling2D<2>>, Row<CenterCrop<2, 2>, ZeroPadding2D<1>>,
        Row<SpatialDropout2D<0.3>>, Row<GroupNormalization<3>>, Row<LocalResponseNormalization<3>>, Row<Permute<2, 1, 3>>>;
};

} // namespace

TEST_CASE("Layers over images are right wherever they stand", "[layers][everywhere]") { check<Table<OverImages>>(); }
