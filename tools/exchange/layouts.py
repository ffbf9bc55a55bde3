#!/usr/bin/env python3
"""Computes layers in Keras and in PyTorch, with the same weights in the layout of each, for tests/interop/layout_test.cpp.

Usage: python tools/exchange/layouts.py FOLDER, with keras, tensorflow-cpu, safetensors and torch installed. Writes FOLDER/<layer>.safetensors:
`input`, `keras/…` (the variables in Keras's order and names), `torch/…` (the state_dict), `keras_output`, `torch_output`. The weights are
moved by the rules that are written here, apart from lamina's.
"""
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import torch
from keras import layers
from safetensors.numpy import save_file

rng = np.random.default_rng(20261130)


def to_torch(array):
    array = np.ascontiguousarray(array)
    kind = {"float32": torch.float32, "int32": torch.int32}[str(array.dtype)]
    return torch.frombuffer(bytearray(array.tobytes()), dtype=kind).reshape(array.shape).clone()


def from_torch(tensor):
    return np.array(tensor.detach().tolist(), "f4").reshape(tuple(tensor.shape))


def first_channels(x):  # [n, places…, channels] -> [n, channels, places…]
    return np.moveaxis(x, -1, 1)


def last_channels(x):
    return np.moveaxis(x, 1, -1)


def images(module, x):
    return last_channels(from_torch(module(to_torch(first_channels(x)))))


def plain(module, x):
    return from_torch(module(to_torch(x)))


def sequence(module, x):
    return from_torch(module(to_torch(x))[0])


def swapped(kernel):  # GRU: z, r, h -> r, z, n
    z, r, h = np.split(kernel, 3, axis=-1)
    return np.concatenate([r, z, h], axis=-1)


def recurrent(weights, gru=False, end=""):
    turn = swapped if gru else lambda a: a
    kernel, again, bias = weights
    two = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])
    return {f"weight_ih_l0{end}": turn(kernel).T, f"weight_hh_l0{end}": turn(again).T,
            f"bias_ih_l0{end}": turn(two[0]), f"bias_hh_l0{end}": turn(two[1])}


def both_ways(weights, gru=False):
    half = len(weights) // 2
    return {**recurrent(weights[:half], gru), **recurrent(weights[half:], gru, "_reverse")}


def norm(w):
    return dict(zip(("weight", "bias", "running_mean", "running_var"), w))


class AfterFlatten(torch.nn.Module):  # as its dense layer is kept: the module of a Flatten has no arrays
    def __init__(self):
        super().__init__()
        self.dense = torch.nn.Linear(24, 5)

    def forward(self, x):
        return self.dense(torch.flatten(x, 1))


nn = torch.nn
T2 = (3, 2, 0, 1)
ROWS = {
    "dense": (layers.Dense(5), (3, 7), nn.Linear(7, 5), plain, lambda w: {"weight": w[0].T, "bias": w[1]}),
    "conv2d": (layers.Conv2D(6, (3, 2), groups=2, dilation_rate=(2, 1)), (2, 9, 8, 4),
               nn.Conv2d(4, 6, (3, 2), groups=2, dilation=(2, 1)), images,
               lambda w: {"weight": w[0].transpose(T2), "bias": w[1]}),
    "conv1d": (layers.Conv1D(5, 3), (2, 9, 4), nn.Conv1d(4, 5, 3), images,
               lambda w: {"weight": w[0].transpose(2, 1, 0), "bias": w[1]}),
    "depthwise_conv2d": (layers.DepthwiseConv2D(3, depth_multiplier=2), (2, 7, 6, 3), nn.Conv2d(3, 6, 3, groups=3), images,
                         lambda w: {"weight": w[0].transpose(2, 3, 0, 1).reshape(6, 1, 3, 3), "bias": w[1]}),
    "separable_conv2d": (layers.SeparableConv2D(5, 3, depth_multiplier=2), (2, 7, 6, 3),
                         nn.Sequential(nn.Conv2d(3, 6, 3, groups=3, bias=False), nn.Conv2d(6, 5, 1)), images,
                         lambda w: {"0.weight": w[0].transpose(2, 3, 0, 1).reshape(6, 1, 3, 3),
                                    "1.weight": w[1].transpose(T2), "1.bias": w[2]}),
    "conv2d_transpose": (layers.Conv2DTranspose(5, 3), (2, 4, 3, 2), nn.ConvTranspose2d(2, 5, 3), images,
                         lambda w: {"weight": w[0].transpose(T2), "bias": w[1]}),
    "conv1d_transpose": (layers.Conv1DTranspose(5, 3), (2, 4, 3), nn.ConvTranspose1d(3, 5, 3), images,
                         lambda w: {"weight": w[0].transpose(2, 1, 0), "bias": w[1]}),
    "batch_normalization": (layers.BatchNormalization(), (2, 4, 3, 5), nn.BatchNorm2d(5, eps=1e-3, momentum=0.01), images, norm),
    "layer_normalization": (layers.LayerNormalization(), (2, 4, 5), nn.LayerNorm(5, eps=1e-3), plain, norm),
    "embedding": (layers.Embedding(7, 3), (2, 5), nn.Embedding(7, 3), plain, lambda w: {"weight": w[0]}),
    "simple_rnn": (layers.SimpleRNN(4, return_sequences=True), (2, 5, 3), nn.RNN(3, 4, batch_first=True), sequence, recurrent),
    "lstm": (layers.LSTM(4, return_sequences=True), (2, 5, 3), nn.LSTM(3, 4, batch_first=True), sequence, recurrent),
    "gru": (layers.GRU(4, return_sequences=True), (2, 5, 3), nn.GRU(3, 4, batch_first=True), sequence,
            lambda w: recurrent(w, gru=True)),
    "bidirectional_lstm": (layers.Bidirectional(layers.LSTM(4, return_sequences=True)), (2, 5, 3),
                           nn.LSTM(3, 4, batch_first=True, bidirectional=True), sequence, both_ways),
    "bidirectional_gru": (layers.Bidirectional(layers.GRU(4, return_sequences=True)), (2, 5, 3),
                          nn.GRU(3, 4, batch_first=True, bidirectional=True), sequence, lambda w: both_ways(w, gru=True)),
    "prelu": (layers.PReLU(shared_axes=[1, 2]), (2, 4, 3, 5), nn.PReLU(5), images, lambda w: {"weight": w[0].reshape(5)}),
    "flatten_dense": (keras.Sequential([layers.Flatten(), layers.Dense(5)]), (2, 3, 4, 2), AfterFlatten(),
                      lambda module, x: from_torch(module(to_torch(first_channels(x)))),
                      lambda w: {"dense.weight": w[0].reshape(3, 4, 2, 5).transpose(3, 2, 0, 1).reshape(5, 24), "dense.bias": w[1]}),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (layer, shape, module, run, move) in ROWS.items():
        x = rng.normal(size=shape).astype("f4")
        if name == "embedding":
            x = rng.integers(0, 7, size=shape).astype("i4")
        layer.build(shape)
        layer.set_weights([(np.abs if "variance" in v.path else np.asarray)(rng.normal(size=v.shape, scale=0.5)).astype("f4")
                           for v in layer.weights])
        keras_output = np.asarray(layer(x, training=False))
        arrays = {key: np.ascontiguousarray(a) for key, a in move(layer.get_weights()).items()}
        module.load_state_dict({key: to_torch(a) for key, a in arrays.items()}, strict=False)
        module.eval()
        torch_output = run(module, x)
        print(f"{name}: {np.max(np.abs(torch_output - keras_output)):.1e}")
        kept = {"input": x.astype("f4"), "keras_output": keras_output, "torch_output": np.ascontiguousarray(torch_output)}
        kept |= {f"keras/{i:02d}.{v.path.split('/')[-1]}": a for i, (v, a) in enumerate(zip(layer.weights, layer.get_weights()))}
        kept |= {f"torch/{key}": a for key, a in arrays.items()}
        save_file({key: np.ascontiguousarray(a) for key, a in kept.items()}, folder / f"{name}.safetensors")


if __name__ == "__main__":
    main()
