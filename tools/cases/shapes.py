"""Cases of layers that move numbers and of poolings, made with Keras: KERAS_BACKEND=tensorflow python tools/cases/shapes.py"""
from keras import layers

from case import drawn, write_layer

write_layer("resizing_nearest", layers.Resizing(7, 4, interpolation="nearest"), drawn(2, 5, 6, 3))
write_layer("resizing_bilinear_crop", layers.Resizing(3, 5, crop_to_aspect_ratio=True), drawn(2, 6, 5, 2))
write_layer("resizing_nearest_crop", layers.Resizing(4, 2, "nearest", crop_to_aspect_ratio=True), drawn(2, 5, 7, 2))
write_layer("center_crop", layers.CenterCrop(3, 4), drawn(2, 6, 7, 2))
write_layer("center_crop_of_a_small_image", layers.CenterCrop(6, 4), drawn(2, 5, 7, 2))
write_layer("zero_padding2d_uneven", layers.ZeroPadding2D(((1, 2), (0, 3))), drawn(2, 3, 4, 2))
write_layer("cropping2d_symmetric", layers.Cropping2D((1, 2)), drawn(2, 5, 6, 3))
write_layer("up_sampling2d_uneven", layers.UpSampling2D((3, 1)), drawn(2, 3, 4, 5))
write_layer("permute_last", layers.Permute((3, 1, 2)), drawn(2, 3, 4, 5))
write_layer("adaptive_average_pool1d", layers.AdaptiveAveragePooling1D(3), drawn(2, 7, 4))
write_layer("adaptive_max_pool1d", layers.AdaptiveMaxPooling1D(3), drawn(2, 8, 4))
write_layer("adaptive_average_pool2d_growing", layers.AdaptiveAveragePooling2D((5, 2)), drawn(2, 3, 5, 2))
write_layer("max_pool1d_strides", layers.MaxPooling1D(3, strides=2), drawn(2, 9, 3))
write_layer("average_pool1d_strides", layers.AveragePooling1D(2, strides=3, padding="same"), drawn(2, 8, 3))
write_layer("global_average_pool1d_keepdims", layers.GlobalAveragePooling1D(keepdims=True), drawn(2, 5, 3))
write_layer("global_max_pool1d_keepdims", layers.GlobalMaxPooling1D(keepdims=True), drawn(2, 5, 3))
