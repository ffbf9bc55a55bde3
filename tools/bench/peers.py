"""One library in a process of its own: `peers.py NAME FOLDER THREADS` reads tasks from its input, a JSON object a line, and
answers each with a JSON object of microseconds a call. It only sleeps in between, so that tasks of several libraries take turns.

Tasks: {"kind": "infer", "model": …, "batch": …}, {"kind": "train", "model": …, "batch": …}, {"kind": "matmul", "inputs": …,
"outputs": …, "batch": …}, {"kind": "convolution", …}, {"kind": "eager", "what": …}, {"kind": "traced", "what": …, "batch": …}; each with "seconds". A task that the library has no way for gets {}.
"""
import functools
import itertools
import json
import os
import pathlib
import sys
import time

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", GLOG_minloglevel="3", CUDA_VISIBLE_DEVICES="")
import numpy as np  # noqa: E402

import graphs  # noqa: E402
import models  # noqa: E402
import pipelines  # noqa: E402

TOLERANCE = {"float32": 1e-4, "int8": 0.1}


def median_time(call, seconds):
    """Microseconds a call: the median over samples of at least 0.2 ms."""
    call()
    begun = time.perf_counter()
    call()
    once = time.perf_counter() - begun
    turns = max(1, int(2e-4 / max(once, 1e-7)))
    samples, end = [], time.perf_counter() + seconds
    while len(samples) < 5 or time.perf_counter() < end:
        begun = time.perf_counter()
        for _ in range(turns):
            call()
        samples.append((time.perf_counter() - begun) / turns)
    return 1e6 * sorted(samples)[len(samples) // 2]


def same(found, folder, model, kind="float32"):
    needed = models.expected(folder, model, len(found))
    worst = abs(np.asarray(found).reshape(needed.shape) - needed).max()
    if not worst <= TOLERANCE[kind]:
        raise RuntimeError(f"{model}: differs from Keras by {worst}")


def images_and_kernel(task):
    """The input and the weights of the 3×3 convolution of 64 channels to 64, channels last."""
    rng = np.random.default_rng(0)
    x = rng.random((task["batch"], 32, 32, 64), dtype=np.float32)
    return x, rng.random((3, 3, 64, 64), dtype=np.float32)


def matrices(task):
    rng = np.random.default_rng(0)
    return (rng.random((task["batch"], task["inputs"]), dtype=np.float32),
            rng.random((task["inputs"], task["outputs"]), dtype=np.float32))


def eager_model(what, with_model=True):
    """A Keras model that ends in numbers, a batch, its targets, and the loss, for training steps by hand."""
    rng = np.random.default_rng(0)
    if what == "lenet5":
        x, y, loss = models.inputs("lenet5", 32), rng.integers(0, 10, 32), "classes"
    else:
        x = np.linspace(-1, 1, 32, dtype=np.float32).reshape(-1, 1)
        y, loss = np.sin(3 * x), "squares"
    if not with_model:
        return None, x, y, loss
    import keras
    if what == "lenet5":
        model = models.keras_model("lenet5")
        model.layers[-1].activation = keras.activations.linear
    else:
        layers = keras.layers
        model = keras.Sequential([keras.Input((1,)), layers.Dense(64, "tanh"), layers.Dense(64, "tanh"), layers.Dense(1)])
    return model, x, y, loss


class LiteRT:
    def __init__(self, folder, threads):
        from ai_edge_litert.interpreter import Interpreter
        self.folder, self.make = folder, functools.partial(Interpreter, num_threads=threads)

    @functools.lru_cache(maxsize=None)
    def ready(self, model, kind, batch):
        it = self.make(str(self.folder / f"{model}.{kind}.{batch}.tflite"))
        it.allocate_tensors()
        it.set_tensor(it.get_input_details()[0]["index"], models.inputs(model, batch))
        it.invoke()
        same(it.get_tensor(it.get_output_details()[0]["index"]), self.folder, model, kind)
        return it.invoke

    @functools.lru_cache(maxsize=None)
    def file(self, name):
        """A file that lamina wrote, with an input and what lamina computed of it."""
        path = self.folder / "lite" / name
        it = self.make(str(path.with_suffix(".tflite")))
        it.allocate_tensors()
        x, y = it.get_input_details()[0], it.get_output_details()[0]
        it.set_tensor(x["index"], np.fromfile(path.with_suffix(".input"), x["dtype"]).reshape(x["shape"]))
        it.invoke()
        found, needed = it.get_tensor(y["index"]).ravel(), np.fromfile(path.with_suffix(".output"), y["dtype"])
        worst = abs(found.astype(float) - needed.astype(float)).max()
        if not worst <= (1 if y["dtype"] == np.int8 else 2e-2 if "dynamic" in name else 1e-4):
            raise RuntimeError(f"{name}: differs from lamina by {worst}")
        return it.invoke

    def run(self, task, seconds):
        if task["kind"] == "lite":
            return {"LiteRT": median_time(self.file(task["file"]), seconds)}
        if task["kind"] != "infer" or task["model"] in models.TENSORFLOW_ALONE:
            return {}
        kinds = {"LiteRT": "float32", "LiteRT int8": "int8"}
        if task["model"] != "lenet5":
            kinds.pop("LiteRT int8")
        return {name: median_time(self.ready(task["model"], kind, task["batch"]), seconds) for name, kind in kinds.items()}


class ONNXRuntime:
    def __init__(self, folder, threads):
        import onnxruntime
        self.folder, self.library, self.options = folder, onnxruntime, onnxruntime.SessionOptions()
        self.options.intra_op_num_threads, self.options.inter_op_num_threads = threads, 1
        self.options.log_severity_level = 3

    @functools.lru_cache(maxsize=None)
    def ready(self, key):
        task = dict(key)
        if task["kind"] == "infer":
            path, x = self.folder / f"{task['model']}.onnx", models.inputs(task["model"], task["batch"])
            if x.ndim == 4:
                x = x.transpose(0, 3, 1, 2)
        else:
            path = self.folder / f"{'-'.join(str(v) for v in task.values())}.onnx"
            if task["kind"] == "matmul":
                x, w = matrices(task)
                models.write_onnx_kernel(path, "MatMul", w)
            else:
                x, w = images_and_kernel(task)
                x = x.transpose(0, 3, 1, 2)
                models.write_onnx_kernel(path, "Conv", np.ascontiguousarray(w.transpose(3, 2, 0, 1)), pads=[1] * 4)
        session = self.library.InferenceSession(str(path), self.options, providers=["CPUExecutionProvider"])
        x = np.ascontiguousarray(x)
        if task["kind"] == "infer":
            same(session.run(None, {"x": x})[0], self.folder, task["model"])
        bound = session.io_binding()
        bound.bind_cpu_input("x", x)
        bound.bind_output(session.get_outputs()[0].name)
        return lambda: session.run_with_iobinding(bound)

    def run(self, task, seconds):
        if task["kind"] in ("train", "eager") or task.get("model") in models.NOT_EVERYWHERE:
            return {}
        return {"ONNX Runtime": median_time(self.ready(tuple(task.items())), seconds)}


class TensorFlow:
    def __init__(self, folder, threads):
        import tensorflow as tf
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        self.folder, self.tf = folder, tf

    @functools.lru_cache(maxsize=None)
    def ready(self, key):
        task, tf = dict(key), self.tf
        if task["kind"] == "infer":
            model, x = models.keras_model(task["model"]), tf.constant(models.inputs(task["model"], task["batch"]))
            call = tf.function(lambda given: model(given, training=False))
            if task["model"] in models.SHAPES:
                model.set_weights(models.weights(self.folder, task["model"]))
                same(call(x).numpy(), self.folder, task["model"])
            return lambda: call(x).numpy()
        if task["kind"] == "matmul":
            x, w = map(tf.constant, matrices(task))
            call = tf.function(tf.matmul)
        else:
            x, w = map(tf.constant, images_and_kernel(task))
            call = tf.function(lambda x, w: tf.nn.conv2d(x, w, 1, "SAME"))
        return lambda: call(x, w)

    @functools.lru_cache(maxsize=None)
    def training(self, name, batch):
        import keras
        tf, steps = self.tf, 5 if name in models.TENSORFLOW_ALONE else 50
        x = models.inputs(name, batch * steps)
        y = np.random.default_rng(1).integers(0, 10, batch * steps)
        model, compiled = models.keras_model(name), models.keras_model(name)
        optimizer, loss = keras.optimizers.Adam(), keras.losses.SparseCategoricalCrossentropy()
        optimizer.build(model.trainable_variables)
        compiled.compile(keras.optimizers.Adam(), loss, jit_compile=False)

        @tf.function(jit_compile=False)
        def step(images, labels):
            with tf.GradientTape() as tape:
                value = loss(labels, model(images, training=True))
            optimizer.apply_gradients(zip(tape.gradient(value, model.trainable_variables), model.trainable_variables))
            return value

        batches = [(tf.constant(x[i:i + batch]), tf.constant(y[i:i + batch])) for i in range(0, len(x), batch)]
        turns = itertools.cycle(batches)
        return lambda: float(step(*next(turns))), lambda: compiled.fit(x, y, batch_size=batch, verbose=0), steps

    @functools.lru_cache(maxsize=None)
    def eager(self, what):
        import keras
        tf = self.tf
        if what.startswith("scalar"):
            x, c = tf.constant(1.0), tf.constant(1.0001)
            if what == "scalar":
                return lambda: [x * c for _ in range(1000)]

            def gradient():
                with tf.GradientTape() as tape:
                    tape.watch(x)
                    y = x
                    for _ in range(100):
                        y = y * c
                return tape.gradient(y, x)

            return gradient
        model, x, y, loss = eager_model(what)
        optimizer = keras.optimizers.Adam()
        x, y = tf.constant(x), tf.constant(y)

        def step():
            with tf.GradientTape() as tape:
                found = model(x, training=True)
                value = (tf.reduce_mean(tf.square(found - y)) if loss == "squares" else
                         tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, found)))
            optimizer.apply_gradients(zip(tape.gradient(value, model.trainable_variables), model.trainable_variables))

        return step

    @functools.lru_cache(maxsize=None)
    def pipeline(self, what):
        return pipelines.passes(self.tf, self.folder / "data", what)

    @functools.lru_cache(maxsize=None)
    def traced(self, what, batch):
        return graphs.call(self.tf, what, batch)

    def run(self, task, seconds):
        if task["kind"] == "traced":
            return {"tf.function": median_time(self.traced(task["what"], task["batch"]), seconds)}
        if task["kind"] == "data":
            read, counted = self.pipeline(task["what"])
            return {"tf.data": median_time(read, seconds), "tf.data in a graph": median_time(counted, seconds)}
        if task["kind"] == "eager":
            return {"TensorFlow": median_time(self.eager(task["what"]), seconds)}
        if task["kind"] != "train":
            return {"TensorFlow": median_time(self.ready(tuple(task.items())), seconds)}
        step, epoch, steps = self.training(task["model"], task["batch"])
        return {"tf.function": median_time(step, seconds), "Keras fit": median_time(epoch, seconds) / steps}


class PyTorch:
    def __init__(self, folder, threads):
        import torch
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)
        self.folder, self.torch = folder, torch

    def module(self, name, softmax):
        nn, torch = self.torch.nn, self.torch
        layers = {
            "lenet5": lambda: [nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(),
                               nn.AvgPool2d(2), nn.Conv2d(16, 120, 5), nn.Tanh(), nn.Flatten(), nn.Linear(120, 84), nn.Tanh(),
                               nn.Linear(84, 10)],
            "mlp_784_128_10": lambda: [nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10)],
            "dense_1_8_8_1": lambda: [nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1)],
        }[name]()
        if softmax and name != "dense_1_8_8_1":
            layers.append(nn.Softmax(1))
        stored = iter(models.weights(self.folder, name))
        with torch.no_grad():
            for layer in layers:
                if hasattr(layer, "weight"):
                    weight = torch.from_numpy(next(stored))
                    layer.weight.copy_(weight.permute(3, 2, 0, 1) if weight.ndim == 4 else weight.T)
                    layer.bias.copy_(torch.from_numpy(next(stored)))
        return nn.Sequential(*layers)

    @functools.lru_cache(maxsize=None)
    def ready(self, key):
        task, torch = dict(key), self.torch
        if task["kind"] == "infer":
            x = models.inputs(task["model"], task["batch"])
            x = torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2) if x.ndim == 4 else x))
            call = torch.jit.freeze(torch.jit.trace(self.module(task["model"], True).eval(), x))
            call = torch.jit.optimize_for_inference(call)
            for _ in range(5):
                same(call(x).numpy(), self.folder, task["model"])
            return lambda: call(x)
        if task["kind"] == "matmul":
            x, w = matrices(task)
            x, w = torch.from_numpy(x), torch.from_numpy(np.ascontiguousarray(w.T))
            return lambda: torch.nn.functional.linear(x, w)
        x, w = images_and_kernel(task)
        x = torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2)))
        w = torch.from_numpy(np.ascontiguousarray(w.transpose(3, 2, 0, 1)))
        return lambda: torch.nn.functional.conv2d(x, w, padding=1)

    @functools.lru_cache(maxsize=None)
    def training(self, name, batch, compiled):
        torch, module = self.torch, self.module(name, False).train()
        loss, fused = torch.nn.CrossEntropyLoss(), {"fused": True} if compiled else {}
        optimizer = torch.optim.Adam(module.parameters(), lr=1e-3, **fused)
        x = models.inputs(name, batch)
        x = torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2) if x.ndim == 4 else x))
        y = torch.randint(0, 10, (batch,))
        forward = (lambda: loss(module(x), y))
        if compiled:
            forward = torch.compile(forward)

        def step():
            optimizer.zero_grad(set_to_none=True)
            forward().backward()
            optimizer.step()

        return step

    @functools.lru_cache(maxsize=None)
    def eager(self, what):
        torch = self.torch
        if what.startswith("scalar"):
            x, c = torch.tensor(1.0), torch.tensor(1.0001)
            if what == "scalar":
                return lambda: [x * c for _ in range(1000)]
            x.requires_grad_()

            def gradient():
                y = x
                for _ in range(100):
                    y = y * c
                return torch.autograd.grad(y, x)

            return gradient
        nn = torch.nn
        if what == "lenet5":
            module = self.module("lenet5", False).train()
        else:
            module = nn.Sequential(nn.Linear(1, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1))
        _, x, y, loss = eager_model(what, with_model=False)
        x = torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2) if x.ndim == 4 else x))
        y = torch.from_numpy(y)
        loss = nn.MSELoss() if loss == "squares" else nn.CrossEntropyLoss()
        optimizer = torch.optim.Adam(module.parameters(), lr=1e-3)

        def step():
            optimizer.zero_grad(set_to_none=True)
            loss(module(x), y).backward()
            optimizer.step()

        return step

    def run(self, task, seconds):
        torch = self.torch
        if task["kind"] == "eager":
            return {"PyTorch": median_time(self.eager(task["what"]), seconds)}
        if task.get("model") in models.NOT_EVERYWHERE:
            return {}
        if task["kind"] != "train":
            with torch.no_grad():
                return {"PyTorch": median_time(self.ready(tuple(task.items())), seconds)}
        result = {"PyTorch": median_time(self.training(task["model"], task["batch"], False), seconds)}
        if hasattr(torch, "compile"):
            result["torch.compile"] = median_time(self.training(task["model"], task["batch"], True), seconds)
        return result


PEERS = {"litert": LiteRT, "onnxruntime": ONNXRuntime, "tensorflow": TensorFlow, "torch": PyTorch}


def main():
    name, folder, threads = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    peer = PEERS[name](folder, threads)
    print(json.dumps({"ready": name}), file=answers, flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        seconds = task.pop("seconds")
        alone = {"lite": "litert", "data": "tensorflow", "traced": "tensorflow"}.get(task["kind"], name) != name  # the others have nothing of the kind
        print(json.dumps({} if alone else peer.run(task, seconds)), file=answers, flush=True)


if __name__ == "__main__":
    main()
