"""The cases of recurrent layers that ../shared/reference has not: KERAS_BACKEND=tensorflow python tools/cases/recurrent.py"""
import numpy as np
from keras import layers as L

from case import write_layer


def sequences(seed, n=3, steps=5, features=3):
    return np.random.default_rng(seed).uniform(-1, 1, (n, steps, features)).astype(np.float32)


# A step in the middle, the last ones, and all of a sequence are not there.
MASK = np.array([[1, 0, 1, 1, 1], [1, 1, 1, 0, 0], [0, 0, 0, 0, 0]], dtype=bool)
LATE = np.array([[0, 0, 1, 1, 0], [1, 1, 1, 1, 1], [1, 0, 0, 1, 0]], dtype=bool)
ZERO = {"return_sequences": True, "zero_output_for_mask": True}

write_layer("simplernn_masked", L.SimpleRNN(4), sequences(1), MASK)
write_layer("simplernn_masked_sequence", L.SimpleRNN(4, return_sequences=True), sequences(2), MASK)
write_layer("simplernn_masked_zero", L.SimpleRNN(4, **ZERO), sequences(3), LATE)
write_layer("simplernn_masked_last_zero", L.SimpleRNN(4, zero_output_for_mask=True), sequences(4), MASK)
write_layer("simplernn_backwards_relu", L.SimpleRNN(5, activation="relu", go_backwards=True, return_sequences=True), sequences(5))
write_layer("simplernn_no_bias", L.SimpleRNN(3, use_bias=False), sequences(6))
write_layer("lstm_masked", L.LSTM(4), sequences(7), MASK)
write_layer("lstm_masked_sequence", L.LSTM(4, return_sequences=True), sequences(8), LATE)
write_layer("lstm_masked_zero", L.LSTM(4, **ZERO), sequences(9), MASK)
write_layer("lstm_masked_backwards", L.LSTM(4, go_backwards=True, return_sequences=True), sequences(10), LATE)
write_layer("gru_masked", L.GRU(4), sequences(11), MASK)
write_layer("gru_masked_sequence", L.GRU(4, return_sequences=True), sequences(12), LATE)
write_layer("gru_masked_zero", L.GRU(4, **ZERO), sequences(13), MASK)
write_layer("gru_backwards_sequence", L.GRU(4, go_backwards=True, return_sequences=True), sequences(14))
write_layer("gru_reset_before_sequence", L.GRU(5, reset_after=False, return_sequences=True), sequences(15))
write_layer("gru_reset_before_masked", L.GRU(4, reset_after=False), sequences(16), MASK)
write_layer("gru_reset_before_no_bias", L.GRU(4, reset_after=False, use_bias=False), sequences(17))
write_layer("gru_no_bias", L.GRU(4, use_bias=False, activation="softsign", recurrent_activation="hard_sigmoid"), sequences(18))
write_layer("lstm_rules", L.LSTM(3, unit_forget_bias=False, recurrent_regularizer="l2", kernel_regularizer="l1",
                                 recurrent_constraint="non_neg", bias_constraint="non_neg"), sequences(19))
write_layer("bidirectional_masked", L.Bidirectional(L.LSTM(3, return_sequences=True)), sequences(20), LATE)
write_layer("bidirectional_masked_last", L.Bidirectional(L.GRU(3)), sequences(21), MASK)
write_layer("bidirectional_mul", L.Bidirectional(L.GRU(3, return_sequences=True), merge_mode="mul"), sequences(22), MASK)
write_layer("bidirectional_mul_last", L.Bidirectional(L.SimpleRNN(3), merge_mode="mul"), sequences(23))
write_layer("time_distributed_dense", L.TimeDistributed(L.Dense(4, activation="tanh")), sequences(24), MASK)
images = np.random.default_rng(25).uniform(-1, 1, (2, 3, 5, 4, 2)).astype(np.float32)
write_layer("time_distributed_conv2d", L.TimeDistributed(L.Conv2D(3, 3, padding="same", activation="relu")), images)
write_layer("time_distributed_lstm", L.TimeDistributed(L.LSTM(3, return_sequences=True)), images[..., 0])
