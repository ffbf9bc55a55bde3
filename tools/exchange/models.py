#!/usr/bin/env python3
"""Makes models with Keras, their files and what they compute: python tools/exchange/models.py FOLDER, with keras and tensorflow-cpu installed.

Then -DLAMINA_MODELS=FOLDER and the target models_tests test all of them. tests/interop/models/made keeps those that ../shared/reference has
nothing like.
"""
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from keras import Input, layers as L

rng = np.random.default_rng(5)


def put(root, name, model, whole=()):
    """Random weights, four samples, all three files. `whole`: below which the whole numbers of an input are, or 0 for any numbers."""
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    for variable in model.weights:
        if "seed" not in variable.path:
            numbers = rng.normal(size=variable.shape, scale=0.3).astype("f4")
            variable.assign(np.abs(numbers) + 0.5 if "variance" in variable.path else numbers)
    inputs = []
    for i, tensor in enumerate(model.inputs):
        shape = (4, *tensor.shape[1:])
        below = whole[i] if i < len(whole) else 0
        inputs.append((rng.integers(1, below, size=shape) if below else rng.normal(size=shape)).astype("f4"))
    model.compile("adam", "mse")
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    for word, arrays in ("input", inputs), ("output", outputs if isinstance(outputs, (list, tuple)) else [outputs]):
        for i, array in enumerate(arrays):
            np.save(folder / (f"{word}_{i}.npy" if len(arrays) > 1 else f"{word}.npy"), array)
    model.save(folder / "model.keras")
    model.save(folder / "model.h5")
    model.save_weights(folder / "model.weights.h5")
    print(name)


def merges():
    a, b = Input((6,)), Input((6,))
    x, y = L.Dense(5)(a), L.Dense(5, activation="relu")(b)
    joined = [L.Average()([x, y]), L.Maximum()([x, y]), L.Minimum()([x, y]), L.Subtract()([x, y]), L.Multiply()([x, y]), L.Add()([x, y, x])]
    return keras.Model([a, b], L.Concatenate()(joined))


def nested_functional():
    a = Input((5,))
    h = L.Dense(4, activation="tanh")(a)
    inner = keras.Model(a, L.Add()([h, L.Dense(4)(h)]), name="inner")
    x, y = Input((5,)), Input((5,))
    return keras.Model([x, y], L.Dense(3)(L.Concatenate()([inner(x), inner(y)])))


def shared_sequential():
    encoder = keras.Sequential([Input((8, 8, 1)), L.Conv2D(4, 3, activation="relu"), L.MaxPooling2D(), L.Flatten(), L.Dense(5)], name="encoder")
    a, b = Input((8, 8, 1)), Input((8, 8, 1))
    return keras.Model([a, b], L.Dense(1, activation="sigmoid")(L.Subtract()([encoder(a), encoder(b)])))


def text():
    words, numbers = Input((6,), name="words"), Input((3,), name="numbers")
    h = L.GRU(5)(L.Embedding(30, 4, mask_zero=True)(words))
    return keras.Model([words, numbers], [L.Dense(2, name="x-y")(L.Concatenate()([h, numbers])), L.Dense(1, name="class")(h)])


def attention():
    q, v = Input((5, 4)), Input((6, 4))
    seen = L.Add()([L.Attention()([q, v]), L.AdditiveAttention()([q, v]), L.MultiHeadAttention(2, 3)(q, v)])
    return keras.Model([q, v], L.Dense(2)(L.GlobalAveragePooling1D()(seen)))


def dense_net():
    x = image = Input((8, 8, 3), name="my-image-1")
    for _ in range(3):
        x = L.Concatenate()([x, L.Conv2D(4, 3, padding="same", use_bias=False)(L.ReLU()(L.BatchNormalization()(x)))])
    return keras.Model(image, L.Dense(2)(L.GlobalAveragePooling2D()(x)))


def operations():
    x = Input((4,))
    h = L.Dense(4)(x)
    return keras.Model(x, L.Dense(1)(keras.ops.relu(h * 2.0 + x)))


def two_outputs():
    x = Input((4,))
    h = L.Dense(3, activation="leaky_relu")(x)
    return keras.Model(x, [h, L.Dense(2, activation="elu")(h)])


def dot():
    a, b = Input((5,)), Input((5,))
    return keras.Model([a, b], L.Dense(1)(L.Dot(axes=1)([L.Dense(3)(a), L.Dense(3)(b)])))


CHAINS = {
    "bidirectional": [Input((7, 3)), L.Bidirectional(L.LSTM(4, return_sequences=True), merge_mode="sum"),
                      L.Bidirectional(L.GRU(3, return_sequences=True), merge_mode="ave"),
                      L.Bidirectional(L.SimpleRNN(3), merge_mode="mul"), L.Dense(2)],
    "time_distributed": [Input((4, 8, 8, 1)), L.TimeDistributed(L.Conv2D(3, 3, activation="relu")), L.TimeDistributed(L.MaxPooling2D(2)),
                         L.TimeDistributed(L.Flatten()), L.LSTM(5), L.Dense(2)],
    "images": [Input((12, 12, 3)), L.SeparableConv2D(6, 3, padding="same", activation="relu"), L.PReLU(shared_axes=[1, 2]),
               L.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2), L.LayerNormalization(), L.GroupNormalization(4),
               L.ReLU(max_value=6), L.Dropout(0.3), L.UpSampling2D(2, interpolation="bilinear"), L.ZeroPadding2D(((1, 0), (2, 1))),
               L.Cropping2D(1), L.AveragePooling2D(3, strides=2, padding="same"), L.Conv2D(4, (3, 2), dilation_rate=2, groups=2),
               L.Activation("gelu"), L.GlobalMaxPooling2D(), L.Dense(3), L.Softmax()],
    "shapes": [Input((12,)), L.Dense(12), L.Reshape((4, 3)), L.Permute((2, 1)), L.Conv1D(3, 2, padding="causal"), L.Flatten(),
               L.RepeatVector(3), L.SimpleRNN(4, return_sequences=True), L.GlobalAveragePooling1D(), L.UnitNormalization(), L.Dense(2)],
    "rows": [Input((5, 4)), L.Dense(6, activation="silu"), L.Dense(3), L.Flatten(), L.Dense(2, activation="log_softmax")],
    "activations": [Input((6,)), L.Dense(6, activation="selu"), L.ELU(alpha=0.5), L.Dense(6), L.LeakyReLU(negative_slope=0.1),
                    L.Dense(5, activation="mish"), L.Dense(5, activation="hard_sigmoid"), L.Dense(5, activation="softplus"),
                    L.Dense(4, activation="exponential"), L.GaussianNoise(0.1), L.AlphaDropout(0.1)],
    "recurrent": [Input((6, 3)), L.LSTM(4, return_sequences=True, go_backwards=True, recurrent_activation="hard_sigmoid"),
                  L.GRU(3, reset_after=False, return_sequences=True), L.LSTM(2, use_bias=False, activation="relu")],
}


def main():
    root = pathlib.Path(sys.argv[1])
    for name, chain in CHAINS.items():
        put(root, name, keras.Sequential(chain))
    for make in merges, nested_functional, shared_sequential, attention, dense_net, operations, two_outputs, dot:
        put(root, make.__name__, make())
    put(root, "text", text(), whole=(30,))


if __name__ == "__main__":
    main()
