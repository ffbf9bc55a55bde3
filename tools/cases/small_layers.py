"""Cases of small layers, made with Keras: KERAS_BACKEND=tensorflow python tools/cases/small_layers.py"""
import numpy as np
from keras import layers

from case import drawn, write_layer

steps = drawn(2, 5, 3)
steps[0, 1] = steps[1, 4] = -1
write_layer("masking_value", layers.Masking(-1), steps)
write_layer("prelu_one_axis", layers.PReLU(shared_axes=[2], alpha_regularizer="l2", alpha_constraint="non_neg"), drawn(2, 3, 4, 5))
write_layer("identity", layers.Identity(), drawn(2, 3, 4))
write_layer("rescaling_whole", layers.Rescaling(3, offset=0.5), drawn(2, 7))
write_layer("normalization_invert", layers.Normalization(mean=[0.5, -1, 2], variance=[1, 4, 0.25], invert=True), drawn(2, 4, 3))
write_layer("spatial_dropout1d_inference", layers.SpatialDropout1D(0.25), drawn(2, 4, 3))
write_layer("gaussian_dropout_inference", layers.GaussianDropout(0.25), drawn(2, 5))
whole = np.random.default_rng(5).integers(0, 6, (4, 5)).astype(np.float32)
write_layer("category_encoding_multi_hot", layers.CategoryEncoding(6), whole)
write_layer("category_encoding_count", layers.CategoryEncoding(6, "count"), whole)
write_layer("category_encoding_one_hot", layers.CategoryEncoding(7, "one_hot"), whole[:, :, None])
write_layer("discretization", layers.Discretization([-0.5, 0, 0.75]), drawn(3, 4))
