"""The cases of attention layers that ../shared/reference has not: KERAS_BACKEND=tensorflow python tools/cases/attention.py"""
import numpy as np
from keras import layers as L

from case import write_layer

CAUSAL = {"use_causal_mask": True}


def arrays(seed, *shapes):
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, (3, *shape)).astype(np.float32) for shape in shapes]


# Steps in the middle and the last ones are not there; of each sequence the first is, which each query sees.
QUERIES = np.array([[1, 0, 1, 1], [1, 1, 0, 0], [1, 1, 1, 1]], dtype=bool)
VALUES = np.array([[1, 0, 1, 1, 0], [1, 1, 1, 0, 0], [1, 0, 0, 0, 1]], dtype=bool)

write_layer("attention_two_inputs", L.Attention(), arrays(1, (4, 3), (5, 3)))
write_layer("attention_scale", L.Attention(use_scale=True), arrays(2, (4, 3), (5, 2), (5, 3)))
write_layer("attention_masked", L.Attention(use_scale=True), arrays(3, (4, 3), (5, 3)), [QUERIES, VALUES])
write_layer("attention_causal", L.Attention(), arrays(4, (4, 3), (5, 3)), call=CAUSAL)
write_layer("attention_concat", L.Attention(score_mode="concat"), arrays(5, (4, 3), (5, 3)))
write_layer("attention_concat_scale", L.Attention(score_mode="concat", use_scale=True), arrays(6, (4, 3), (5, 2), (5, 3)),
            [None, VALUES, None], call=CAUSAL)
write_layer("additive_attention", L.AdditiveAttention(), arrays(7, (4, 3), (5, 3)))
write_layer("additive_attention_key", L.AdditiveAttention(), arrays(8, (4, 17), (5, 2), (5, 17)))
write_layer("additive_attention_no_scale", L.AdditiveAttention(use_scale=False), arrays(9, (4, 3), (5, 3)))
write_layer("additive_attention_masked", L.AdditiveAttention(dropout=0.5), arrays(10, (4, 3), (5, 3)), [QUERIES, VALUES], call=CAUSAL)
