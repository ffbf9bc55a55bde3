"""Writes a reference case as tests/cases reads it: a folder with case.json and the arrays that Keras computed."""
import json
import pathlib

import numpy as np

MADE = pathlib.Path(__file__).resolve().parents[2] / "tests" / "cases" / "made"


def write_layer(name, layer, x, mask=None, training=False, seed=0, call=None):
    """Weights are drawn, the gradient of the output as well; a mask is [n, steps], true where a step is there.

    A layer of several inputs is given lists of both: its arrays are input_0, input_1, …. `call` are further arguments of the call, which
    the case keeps in its config.
    """
    import tensorflow as tf

    rng, call, several = np.random.default_rng(seed), call or {}, isinstance(x, list)
    named = {f"_{i}": each for i, each in enumerate(x)} if several else {"": x}
    masks = dict(zip(named, mask if several and mask is not None else [mask] * len(named)))
    inputs = [tf.constant(each) for each in named.values()]
    given = dict(call)
    if mask is not None:
        constants = [None if m is None else tf.constant(m) for m in masks.values()]
        given["mask"] = constants if several else constants[0]
    layer(inputs if several else inputs[0])
    layer.set_weights([rng.uniform(-0.6, 0.6, w.shape).astype(np.float32) for w in layer.get_weights()])
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = tf.cast(layer(inputs if several else inputs[0], training=training, **given), tf.float32)
        dy = rng.uniform(-1, 1, y.shape).astype(np.float32)
        loss = tf.reduce_sum(y * dy)
    gradients = tape.gradient(loss, [*inputs, *[v.value for v in layer.trainable_weights]])
    arrays = {"output": y.numpy(), "output_gradient": dy}
    for (at, each), gradient in zip(named.items(), gradients):
        arrays |= {f"input{at}": each, f"input{at}_gradient": np.zeros_like(each) if gradient is None else gradient.numpy()}
        if masks[at] is not None:
            arrays[f"mask{at}"] = masks[at].astype(np.uint8)
    for i, (weight, gradient) in enumerate(zip(layer.get_weights(), gradients[len(inputs):])):
        arrays |= {f"weight_{i}": weight, f"weight_{i}_gradient": tf.convert_to_tensor(gradient).numpy()}

    shape = [list(each.shape) for each in x] if several else list(x.shape)
    case = {"class": type(layer).__name__, "config": layer.get_config() | call, "training": training, "input_shape": shape,
            "output_shape": list(y.shape), "weights": [v.path for v in layer.weights]}
    write("layers", name, case, arrays)


def write(kind, name, case, arrays):
    folder = MADE / kind / name
    folder.mkdir(parents=True, exist_ok=True)
    for key, array in arrays.items():
        np.save(folder / f"{key}.npy", np.asarray(array, order="C"))  # a single number stays one
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")


def drawn(*shape, low=-1.0, high=1.0):
    """Numbers for an input, the same ones for the same shape."""
    return np.random.default_rng(sum(shape)).uniform(low, high, shape).astype(np.float32)
