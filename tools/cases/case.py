"""Writes a reference case as tests/cases reads it: a folder with case.json and the arrays that Keras computed."""
import json
import pathlib

import numpy as np

MADE = pathlib.Path(__file__).resolve().parents[2] / "tests" / "cases" / "made"


def write_layer(name, layer, x, mask=None, training=False, seed=0):
    """Weights are drawn, the gradient of the output as well; a mask is [n, steps], true where a step is there."""
    import tensorflow as tf

    rng = np.random.default_rng(seed)
    given = {} if mask is None else {"mask": tf.constant(mask)}
    layer(tf.constant(x))
    layer.set_weights([rng.uniform(-0.6, 0.6, w.shape).astype(np.float32) for w in layer.get_weights()])
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = tf.cast(layer(inputs, training=training, **given), tf.float32)
        dy = rng.uniform(-1, 1, y.shape).astype(np.float32)
        loss = tf.reduce_sum(y * dy)
    gradients = tape.gradient(loss, [inputs, *[v.value for v in layer.trainable_weights]])
    arrays = {"input": x, "output": y.numpy(), "output_gradient": dy, "input_gradient": gradients[0].numpy() if gradients[0] is not None else np.zeros_like(x)}
    if mask is not None:
        arrays["mask"] = mask.astype(np.uint8)
    for i, (weight, gradient) in enumerate(zip(layer.get_weights(), gradients[1:])):
        arrays |= {f"weight_{i}": weight, f"weight_{i}_gradient": tf.convert_to_tensor(gradient).numpy()}

    case = {"class": type(layer).__name__, "config": layer.get_config(), "training": training, "input_shape": list(x.shape),
            "output_shape": list(y.shape), "weights": [v.path for v in layer.weights]}
    write("layers", name, case, arrays)


def write(kind, name, case, arrays):
    folder = MADE / kind / name
    folder.mkdir(parents=True, exist_ok=True)
    for key, array in arrays.items():
        np.save(folder / f"{key}.npy", np.ascontiguousarray(array))
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")


def drawn(*shape, low=-1.0, high=1.0):
    """Numbers for an input, the same ones for the same shape."""
    return np.random.default_rng(sum(shape)).uniform(low, high, shape).astype(np.float32)
