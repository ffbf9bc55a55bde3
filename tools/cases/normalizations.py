"""Cases of normalizations, made with Keras: KERAS_BACKEND=tensorflow python tools/cases/normalizations.py"""
from keras import layers

from case import drawn, write_layer

write_layer("layer_norm_two_axes_no_center", layers.LayerNormalization(axis=[-2, -1], center=False, epsilon=1e-5), drawn(3, 4, 5))
write_layer("layer_norm_wide", layers.LayerNormalization(), drawn(2, 3, 37))
write_layer("layer_norm_rules", layers.LayerNormalization(gamma_regularizer="l2", beta_constraint="non_neg"), drawn(2, 7))
write_layer("group_norm_sequence", layers.GroupNormalization(3, epsilon=1e-4, scale=False), drawn(2, 5, 6))
write_layer("group_norm_one", layers.GroupNormalization(1, center=False), drawn(2, 3, 2, 5))
write_layer("rms_norm_two_axes", layers.RMSNormalization(axis=[-2, -1], epsilon=1e-3), drawn(2, 3, 5))
write_layer("unit_norm_two_axes", layers.UnitNormalization(axis=[-2, -1]), drawn(2, 4, 5))
