"""The networks that lamina and its peers are compared on, and the files that the peers run.

`prepare(folder)` writes them once: Keras makes the networks, its converter the .tflite files, and the .onnx files are put
together from the same weights. What Keras predicts for the inputs is kept, so that a peer that computes something else is found.
"""
import pathlib

import numpy as np

BATCHES = {"lenet5": (1, 32, 256), "mlp_784_128_10": (1, 32, 256), "dense_1_8_8_1": (1,), "lstm_64_50x16": (1, 32),
           "depthwise_112x112x32": (1,), "depthwise_14x14x512": (1,)}
SHAPES = {"lenet5": (28, 28, 1), "mlp_784_128_10": (784,), "dense_1_8_8_1": (1,), "lstm_64_50x16": (50, 16),
          "depthwise_112x112x32": (112, 112, 32), "depthwise_14x14x512": (14, 14, 512)}
KERAS_ALONE = ("lstm_64_50x16", "depthwise_112x112x32", "depthwise_14x14x512")  # Keras and its converter have them, the others are not asked
TENSORFLOW_ALONE = {"transformer": (64, 64), "residual": (32, 32, 3)}  # these have no files
NOT_EVERYWHERE = (*KERAS_ALONE, *TENSORFLOW_ALONE)


def keras_model(name):
    import keras
    from keras import layers as L

    keras.utils.set_random_seed(1)
    if name == "transformer":
        return transformer(keras, L)
    if name == "residual":
        return residual(keras, L)
    layers = {
        "lenet5": lambda: [
            L.Conv2D(6, 5, padding="same", activation="tanh"), L.AveragePooling2D(2),
            L.Conv2D(16, 5, activation="tanh"), L.AveragePooling2D(2),
            L.Conv2D(120, 5, activation="tanh"), L.Flatten(),
            L.Dense(84, activation="tanh"), L.Dense(10, activation="softmax")],
        "mlp_784_128_10": lambda: [L.Dense(128, activation="relu"), L.Dense(10, activation="softmax")],
        "lstm_64_50x16": lambda: [L.LSTM(64)],
        "depthwise_112x112x32": lambda: [L.DepthwiseConv2D(3, padding="same")],
        "depthwise_14x14x512": lambda: [L.DepthwiseConv2D(3, padding="same")],
        "dense_1_8_8_1": lambda: [L.Dense(8, activation="tanh"), L.Dense(8, activation="tanh"), L.Dense(1)],
    }[name]()
    return keras.Sequential([keras.Input(SHAPES[name]), *layers])


def transformer(keras, L):
    x = given = keras.Input(TENSORFLOW_ALONE["transformer"])
    x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(8, 8)(x, x)]))
    x = L.LayerNormalization()(L.Add()([x, L.Dense(64)(L.Dense(256, activation="relu")(x))]))
    return keras.Model(given, L.Dense(10, activation="softmax")(L.Flatten()(x)))


def residual(keras, L):
    def convolution(x, filters, strides=1):
        x = L.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
        return L.BatchNormalization()(x)

    x = given = keras.Input(TENSORFLOW_ALONE["residual"])
    for filters, strides in ((32, 1), (64, 2), (128, 2)):
        x = L.ReLU()(convolution(x, filters, strides))
        inner = L.ReLU()(convolution(x, filters))
        x = L.ReLU()(L.Add()([x, convolution(inner, filters)]))
    return keras.Model(given, L.Dense(10, activation="softmax")(L.GlobalAveragePooling2D()(x)))


def inputs(name, count):
    return np.random.default_rng(0).random((count, *(SHAPES | TENSORFLOW_ALONE)[name]), dtype=np.float32)


def weights(folder, name):
    with np.load(folder / f"{name}.npz") as file:
        return [file[key] for key in file.files]


def expected(folder, name, count):
    return np.load(folder / f"{name}.npy")[:count]


def prepare(folder):
    """Writes every file into `folder`, unless that was done before."""
    folder = pathlib.Path(folder)
    if (folder / "complete").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHAPES:
        model = keras_model(name)
        np.savez(folder / f"{name}.npz", *[np.asarray(w) for w in model.get_weights()])
        np.save(folder / f"{name}.npy", model.predict(inputs(name, max(BATCHES[name])), verbose=0))
        write_tflite(folder, name, model)
        if name not in KERAS_ALONE:
            write_onnx(folder, name)
    (folder / "complete").write_text("")


def write_tflite(folder, name, model):
    """A file for each batch size: with an unknown one the runtime does not take its optimized kernels."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    for batch in BATCHES[name]:
        signature = tf.TensorSpec((batch, *SHAPES[name]), tf.float32)
        frozen = convert_variables_to_constants_v2(tf.function(lambda x: model(x)).get_concrete_function(signature))
        for kind in ("float32", "int8"):
            converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
            if kind == "int8":
                converter.optimizations = [tf.lite.Optimize.DEFAULT]
            (folder / f"{name}.{kind}.{batch}.tflite").write_bytes(converter.convert())


def write_onnx(folder, name):
    """Channels first, as ONNX has it; dense layers' weights are the same."""
    from onnx import TensorProto, checker, helper, numpy_helper, save

    stored = iter(weights(folder, name))
    constants, nodes = [], []

    def constant(values):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(values), f"c{len(constants)}"))
        return constants[-1].name

    def node(kind, *given, **attributes):
        nodes.append(helper.make_node(kind, list(given), [f"n{len(nodes)}"], **attributes))
        return nodes[-1].output[0]

    def convolution(x, pad):
        x = node("Conv", x, constant(next(stored).transpose(3, 2, 0, 1)), constant(next(stored)), pads=[pad] * 4)
        return node("Tanh", x)

    def average(x):
        return node("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])

    def dense(x, activation=None):
        x = node("Gemm", x, constant(next(stored)), constant(next(stored)))
        return node(activation, x) if activation else x

    if name == "lenet5":
        x = average(convolution(average(convolution("x", 2)), 0))
        y = dense(dense(node("Flatten", convolution(x, 0)), "Tanh"), "Softmax")
        shape = ["n", 1, 28, 28]
    elif name == "mlp_784_128_10":
        y, shape = dense(dense("x", "Relu"), "Softmax"), ["n", 784]
    else:
        y, shape = dense(dense(dense("x", "Tanh"), "Tanh")), ["n", 1]
    one = TensorProto.FLOAT
    graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info("x", one, shape)],
                              [helper.make_tensor_value_info(y, one, ["n", "m"])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    save(model, folder / f"{name}.onnx")


def write_onnx_kernel(path, kind, weight, **attributes):
    """A graph of one node with its weights and no bias: a matrix product or a convolution."""
    from onnx import TensorProto, helper, numpy_helper, save

    one = TensorProto.FLOAT
    graph = helper.make_graph([helper.make_node(kind, ["x", "w"], ["y"], **attributes)], kind,
                              [helper.make_tensor_value_info("x", one, None)],
                              [helper.make_tensor_value_info("y", one, None)], [numpy_helper.from_array(weight, "w")])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
