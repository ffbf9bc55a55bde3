// The forms of poolings and layers that move numbers in functions on tensors.
#include "autodiff/composed.hpp"

#include <lamina/lamina.hpp>

using namespace lamina;
using composed::check;

TEST_CASE("Poolings in functions on tensors", "[autodiff]")
{
    check<AveragePooling2D<2>::on<4, 5, 2>>("AveragePooling2D");
    check<AveragePooling2D<3, Same, Strides<2>>::on<4, 5, 2>>("AveragePooling2D, same");
    check<AveragePooling2D<Window{3, 2}, Padding<1>, CountIncludePad, CeilMode, Strides<2>>::on<4, 5, 1>>(
        "AveragePooling2D, ceil");
    check<AveragePooling2D<3, Same, Strides<2>, CountIncludePad>::on<4, 5, 1>>("AveragePooling2D, same, counted");
    check<AveragePooling1D<2, CeilMode>::on<5, 2>>("AveragePooling1D");
    check<AveragePooling1D<3, Strides<1>, Padding<1>, CountIncludePad>::on<5, 2>>("AveragePooling1D, padded");
    check<MaxPooling2D<2, Same, Strides<1>>::on<4, 5, 2>>("MaxPooling2D");
    check<MaxPooling2D<2, Dilation<2>, Strides<1>, CeilMode>::on<5, 5, 1>>("MaxPooling2D, dilated");
    check<MaxPooling2D<3, Padding<1>, Strides<2>>::on<4, 5, 1>>("MaxPooling2D, padded");
    check<MaxPooling1D<2>::on<5, 2>>("MaxPooling1D");
    check<MaxPooling1D<3, Same, Strides<2>>::on<5, 2>>("MaxPooling1D, same");
    check<AdaptiveAveragePooling2D<Window{2, 3}>::on<5, 4, 2>>("AdaptiveAveragePooling2D");
    check<AdaptiveAveragePooling1D<2>::on<5, 2>>("AdaptiveAveragePooling1D");
    check<AdaptiveMaxPooling2D<2>::on<5, 4, 2>>("AdaptiveMaxPooling2D");
    check<AdaptiveMaxPooling1D<3>::on<5, 2>>("AdaptiveMaxPooling1D");
    check<GlobalAveragePooling2D<>::on<3, 4, 2>>("GlobalAveragePooling2D");
    check<GlobalAveragePooling2D<KeepDims>::on<3, 4, 2>>("GlobalAveragePooling2D, dimensions kept");
    check<GlobalAveragePooling1D<>::on<4, 3>>("GlobalAveragePooling1D");
    check<GlobalAveragePooling1D<>::on<4, 3>>("GlobalAveragePooling1D, masked", {.masked = 1});
    check<GlobalMaxPooling2D<>::on<3, 4, 2>>("GlobalMaxPooling2D");
    check<GlobalMaxPooling1D<KeepDims>::on<4, 3>>("GlobalMaxPooling1D");
}

TEST_CASE("Layers that move numbers in functions on tensors", "[autodiff]")
{
    check<Flatten::on<3, 4>>("Flatten");
    check<Reshape<2, 6>::on<3, 4>>("Reshape");
    check<Permute<2, 3, 1>::on<3, 4, 2>>("Permute");
    check<Cropping1D<Sides{1, 2}>::on<5, 2>>("Cropping1D");
    check<Cropping2D<Border{{1, 0}, {0, 2}}>::on<3, 4, 2>>("Cropping2D");
    check<ZeroPadding1D<Sides{1, 2}>::on<3, 2>>("ZeroPadding1D");
    check<ZeroPadding2D<Border{{1, 0}, {0, 2}}>::on<3, 4, 2>>("ZeroPadding2D");
    check<UpSampling1D<3>::on<4, 2>>("UpSampling1D");
    check<UpSampling2D<Window{2, 3}>::on<3, 2, 2>>("UpSampling2D");
    check<UpSampling2D<2, Bilinear>::on<3, 2, 2>>("UpSampling2D, bilinear");
    check<Resizing<5, 3>::on<3, 4, 2>>("Resizing");
    check<Resizing<2, 5, Nearest>::on<3, 4, 2>>("Resizing, nearest");
    check<Resizing<2, 2, CropToAspectRatio>::on<3, 5, 2>>("Resizing, cropped");
    check<CenterCrop<2, 3>::on<4, 5, 2>>("CenterCrop");
    check<CenterCrop<6, 3>::on<4, 5, 2>>("CenterCrop of a small image");
    check<RepeatVector<3>::on<4>>("RepeatVector");
}
