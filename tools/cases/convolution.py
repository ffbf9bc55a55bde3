"""The cases of convolutions that ../shared/reference has not: KERAS_BACKEND=tensorflow python tools/cases/convolution.py"""
import numpy as np
import tensorflow as tf
from keras import layers as L

from case import write_layer


def numbers(seed, *shape):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(np.float32)


def padded(base, before, after, strides=None):
    """A class whose input gets zeros, and of whose outputs only every so many are kept: what Keras refuses (zeros on both sides, strides
    together with dilation) as what it takes. PyTorch's convolutions are defined like this."""

    class Padded(base):
        def call(self, x):
            y = super().call(tf.pad(x, [[0, 0], *zip(before, after), [0, 0]]))
            return y[(slice(None), *[slice(None, None, s) for s in strides])] if strides else y

        def get_config(self):
            padding = {"padding": list(before) if before == after else "causal"}
            return super().get_config() | padding | ({"strides": list(strides)} if strides else {})

    Padded.__name__ = base.__name__
    return Padded


def cropped(base, zeros):
    """A transposed convolution of whose output so much is cut off on both sides: PyTorch's padding."""

    class Cropped(base):
        def call(self, x):
            return super().call(x)[(slice(None), *[slice(z, -z if z else None) for z in zeros])]

        def get_config(self):
            return super().get_config() | {"padding": list(zeros)}

    Cropped.__name__ = base.__name__
    return Cropped


write_layer("conv1d_causal_strided", L.Conv1D(4, 4, strides=2, padding="causal", activation="tanh"), numbers(1, 2, 9, 3))
write_layer("conv1d_causal_groups", L.Conv1D(6, 3, dilation_rate=2, padding="causal", groups=3, use_bias=False), numbers(2, 2, 8, 6))
write_layer("conv1d_padded", padded(L.Conv1D, [2], [2])(3, 3, strides=2), numbers(3, 2, 7, 2))
write_layer("conv1d_rules", L.Conv1D(3, 2, kernel_regularizer="l1", bias_regularizer="l2", kernel_constraint="non_neg"),
            numbers(4, 2, 5, 2))
write_layer("conv2d_groups_strided", L.Conv2D(8, (3, 2), strides=2, groups=4, activation="sigmoid"), numbers(5, 2, 7, 6, 8))
write_layer("conv2d_padded", padded(L.Conv2D, [1, 3], [1, 3])(5, 3), numbers(6, 2, 5, 4, 3))
write_layer("conv2d_padded_strided", padded(L.Conv2D, [1, 1], [1, 1])(18, 3, strides=2, groups=2), numbers(7, 2, 7, 6, 4))
write_layer("conv2d_strided_dilated", padded(L.Conv2D, [2, 1], [2, 1], [2, 3])(4, 3, dilation_rate=2), numbers(8, 2, 9, 8, 2))

write_layer("conv1d_transpose_output_padding", L.Conv1DTranspose(3, 3, strides=3, output_padding=1), numbers(9, 2, 5, 2))
write_layer("conv1d_transpose_short", L.Conv1DTranspose(3, 2, strides=3, padding="same", activation="relu"), numbers(10, 2, 5, 2))
write_layer("conv1d_transpose_padded", cropped(L.Conv1DTranspose, [2])(3, 5, strides=2, output_padding=1), numbers(11, 2, 5, 2))
write_layer("conv2d_transpose_output_padding",
            L.Conv2DTranspose(4, (3, 2), strides=(2, 3), padding="same", output_padding=(0, 2)), numbers(12, 2, 4, 3, 3))
write_layer("conv2d_transpose_2x2", L.Conv2DTranspose(17, 2, strides=2, activation="softmax"), numbers(13, 2, 3, 4, 5))
write_layer("conv2d_transpose_padded", cropped(L.Conv2DTranspose, [1, 0])(3, 3, strides=2), numbers(14, 2, 3, 4, 2))

write_layer("depthwise_conv1d_multiplier", L.DepthwiseConv1D(3, strides=2, depth_multiplier=3, padding="same"), numbers(15, 2, 8, 3))
write_layer("depthwise_conv1d_causal", padded(L.DepthwiseConv1D, [4], [0])(3, dilation_rate=2), numbers(16, 2, 7, 5))
write_layer("depthwise_conv2d_multiplier_strided",
            L.DepthwiseConv2D((3, 4), strides=2, depth_multiplier=2, padding="same", activation="gelu", use_bias=False),
            numbers(17, 2, 7, 6, 9))
write_layer("depthwise_conv2d_padded", padded(L.DepthwiseConv2D, [1, 1], [1, 1])(3, strides=2), numbers(18, 2, 7, 6, 20))
write_layer("separable_conv1d_multiplier", L.SeparableConv1D(4, 3, padding="same", depth_multiplier=2, dilation_rate=2,
                                                             activation="tanh"), numbers(19, 2, 7, 3))
write_layer("separable_conv2d_rules", L.SeparableConv2D(4, 2, use_bias=False, depthwise_regularizer="l1", pointwise_regularizer="l2",
                                                        pointwise_constraint="non_neg"), numbers(20, 2, 4, 5, 3))


class LocalResponseNormalization(L.Layer):
    """TensorFlow's, in PyTorch's words: the mean of `size` squares, and so alpha / size for each."""

    def call(self, x):
        return tf.nn.local_response_normalization(x, depth_radius=2, bias=2.0, alpha=0.5 / 5, beta=0.75)

    def get_config(self):
        return super().get_config() | {"size": 5, "alpha": 0.5, "beta": 0.75, "k": 2.0}


write_layer("local_response_normalization", LocalResponseNormalization(), numbers(21, 2, 3, 2, 19))
