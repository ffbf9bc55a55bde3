"""What is compared: lamina's benchmark (program and name), what its peers are asked, and what is counted.

`flop` an iteration gives the share of the limit, `per` divides times (by the images of a batch, say), `unit` names another
counter than microseconds, `against` is a second benchmark of the same program to which the ratio is formed.
"""
LENET5_FLOP = 2 * 416_520  # an image, forward
LENET5_TRAINING_FLOP = 2 * 1_132_000  # and backward; the first layer needs no gradient of its input
LENET5, DENSE, MATMUL, MATH = "bench.models.lenet5", "bench.models.dense", "bench.kernels.matmul", "bench.kernels.math"
RECURRENT, TAPE, LITE = "bench.models.recurrent", "bench.autodiff.tape", "bench.lite.files"
DATA, TRACED = "bench.data.pipelines", "bench.graph.traced"


def infer(model, batch):
    return {"kind": "infer", "model": model, "batch": batch}


def train(model, batch):
    return {"kind": "train", "model": model, "batch": batch}


def eager(what):
    return {"kind": "eager", "what": what}


TASKS = []
for batch in (1, 32, 256):
    TASKS.append({
        "title": f"LeNet-5 inference, batch {batch}, an image", "program": LENET5, "name": f"lenet5/inference/batch/{batch}",
        "task": infer("lenet5", batch), "flop": LENET5_FLOP * batch, "per": batch,
        "picture": f"lenet5_inference_{batch}.svg"})
for batch in (1, 32, 256):
    TASKS.append({
        "title": f"LeNet-5 inference, built for AVX2, batch {batch}, an image", "program": LENET5 + ".avx2",
        "name": f"lenet5/inference/batch/{batch}", "task": infer("lenet5", batch), "per": batch})
TASKS.append({
    "title": "LeNet-5 training step of 32, Adam", "program": LENET5, "name": "lenet5/training/batch/32/threads:1/real_time",
    "task": train("lenet5", 32), "flop": LENET5_TRAINING_FLOP * 32, "picture": "lenet5_training_32.svg"})
for batch in (8, 15, 17, 31, 33):
    TASKS.append({
        "title": f"LeNet-5 training step of {batch}, Adam, an image", "program": LENET5, "per": batch,
        "name": f"lenet5/training/batch/{batch}/threads:1/real_time", "flop": LENET5_TRAINING_FLOP * batch})
for task, title in (("inference", "inference"), ("training", "training step")):
    TASKS.append({
        "title": f"LeNet-5 {title} of 256 on two threads", "program": LENET5, "threads": 2,
        "name": f"lenet5/{task}/batch/256/threads:2/real_time",
        "against": ("one thread", f"lenet5/{task}/batch/256/threads:1/real_time")})
for batch in (1, 32):
    TASKS.append({
        "title": f"dense 784-128-10 inference, batch {batch}", "program": DENSE, "name": f"mlp_784_128_10/inference/batch/{batch}",
        "task": infer("mlp_784_128_10", batch), "flop": 2 * 101_632 * batch})
TASKS.append({
    "title": "dense 784-128-10 training step of 32, Adam", "program": DENSE, "name": "mlp_784_128_10/training/batch/32",
    "task": train("mlp_784_128_10", 32), "flop": 2 * (3 * 101_632 - 784 * 128) * 32})
TASKS.append({
    "title": "dense 1-8-8-1, a sample", "program": DENSE, "name": "dense_1_8_8_1/sample", "task": infer("dense_1_8_8_1", 1)})
for name in ("sample", "chained"):
    TASKS.append({
        "title": f"dense 1-8-8-1, {name}, cycles", "program": DENSE, "name": f"dense_1_8_8_1/{name}", "unit": "cycles"})
for batch in (1, 32):
    TASKS.append({
        "title": f"LSTM 64 over 50 steps of 16, batch {batch}, a sequence", "program": RECURRENT, "per": batch,
        "name": f"lstm_64_50x16/inference/batch/{batch}", "task": infer("lstm_64_50x16", batch),
        "flop": 2 * 50 * 80 * 256 * batch})
for units in (8, 16, 32):
    for name in ("step", "chained"):
        TASKS.append({
            "title": f"LSTM {units} and a dense layer, {name}", "program": RECURRENT, "name": f"lstm_{units}/{name}", "unit": "ns",
            "per": 1e-3})
for model, title in (("transformer", "a transformer's block (8 heads, 64 steps, width 64)"),
                     ("residual", "a residual network with batch normalization (32, 64, 128 filters on 32×32×3)")):
    for task, what in ((infer, "inference"), (train, "training step")):
        TASKS.append({
            "title": f"{title}, {what} of 32", "program": f"bench.models.{model}",
            "name": f"{model}/{'inference' if task is infer else 'training'}/batch/32", "task": task(model, 32)})
for name, title, what in (("op", "a product of two scalars, eagerly", "scalar"), ("followed", "the same under a tape", None),
                          ("back", "its way back", None)):
    # Of a thousand ops, so that microseconds are nanoseconds an op.
    TASKS.append({"title": title, "program": TAPE, "name": f"tape/scalar/{name}" + ("" if what else "/manual_time"), "unit": "ns"}
                 | ({"task": eager(what)} if what else {}))
for name, title, what in (("scalar/gradient", "a tape, a hundred products of scalars, the gradient", "scalar_gradient"),
                          ("dense_1_64_64_1/step", "a step under a tape, dense 1-64-64-1, 32 samples, Adam", "dense_1_64_64_1"),
                          ("lenet5/step", "a step under a tape, LeNet-5, 32 images, Adam", "lenet5")):
    TASKS.append({"title": title, "program": TAPE, "name": f"tape/{name}", "task": eager(what)})
for what, title in (("loss", "the loss"), ("step", "a training step with Adam")):
    for batch in (1, 32):
        TASKS.append({
            "title": f"a traced graph, dense 784-128-10, {title}, batch {batch}", "program": TRACED,
            "name": f"traced/dense_784_128_10/{what}/{batch}", "task": {"kind": "traced", "what": what, "batch": batch}})
        TASKS.append({
            "title": f"the same, {title}, batch {batch}, beside eager layers", "program": TRACED,
            "name": f"traced/dense_784_128_10/{what}/{batch}",
            "against": ("eager", f"traced/dense_784_128_10/{what}_eager/{batch}")})
TASKS.append({
    "title": "a traced function of sixty ops on a scalar", "program": TRACED, "name": "traced/sixty_scalars/function", "unit": "ns",
    "per": 1e-3, "task": {"kind": "traced", "what": "sixty_scalars", "batch": 1}})
TASKS.append({
    "title": "a step under a tape, LeNet-5, beside the trainer's", "program": TAPE, "name": "tape/lenet5/step",
    "against": ("train_on_batch", "tape/lenet5/train_on_batch")})
for inputs, outputs in ((120, 84), (84, 10), (512, 512), (784, 128), (1024, 1024)):
    for batch in (1, 32, 256):
        TASKS.append({
            "title": f"matrix product {inputs}×{outputs}, batch {batch}", "program": MATMUL,
            "name": f"matmul/float/{inputs}x{outputs}/forward/{batch}", "flop": 2 * inputs * outputs * batch,
            "task": {"kind": "matmul", "inputs": inputs, "outputs": outputs, "batch": batch}})
TASKS.append({
    "title": "convolution 3×3, 64→64, 32×32, 32 images", "program": "bench.kernels.convolution",
    "name": "convolution/float/32x32x64_64_3x3_same/forward/32", "flop": 2 * 94 * 94 * 64 * 64 * 32,
    "task": {"kind": "convolution", "batch": 32}})
for size in ("112x112x32", "14x14x512"):
    TASKS.append({
        "title": f"depthwise 3×3 on {size.replace('x', '×')}", "program": "bench.kernels.depthwise",
        "name": f"depthwise/float/{size}/forward", "task": infer(f"depthwise_{size}", 1)})
for name in ("tanh", "exp", "sigmoid", "log", "erf", "gelu"):
    TASKS.append({
        "title": f"{name}, an element", "program": MATH, "name": f"math/float/{name}/4096", "per": 4.096, "unit": "ns",
        "against": ("xsimd's own", f"math/float/{name}/xsimd/4096")})
for name, title in (("lenet5_float32", "LeNet-5, float32"), ("lenet5_dynamic", "LeNet-5, dynamic range"), ("lenet5_int8", "LeNet-5, int8"),
                    ("mobile_block", "blocks of MobileNetV2, 18×18"), ("conv_14x14_64_64_1x1", "convolution 1×1, 64→64, 14×14"),
                    ("conv_16x16_24_96_1x1", "convolution 1×1, 24→96, 16×16"), ("conv_28x28_32_32_3x3", "convolution 3×3, 32→32, 28×28"),
                    ("conv_8x8_128_128_3x3", "convolution 3×3, 128→128, 8×8"), ("conv_10x10_16_32_3x3", "convolution 3×3, 16→32, 10×10"),
                    ("conv_32x32_3_16_3x3_2", "convolution 3×3, 3→16, 32×32, stride 2"), ("depthwise_14x14x96", "depthwise 3×3 on 14×14×96"),
                    ("depthwise_56x56x64_2", "depthwise 3×3 on 56×56×64, stride 2"), ("dense_512_1", "dense 512→512, batch 1"),
                    ("dense_512_32", "dense 512→512, batch 32")):
    # Files that lamina writes; a peer that runs such files is given the same.
    TASKS.append({"title": f"lite file: {title}", "program": LITE, "name": f"lite/{name}", "task": {"kind": "lite", "file": name}})
for name, title in (("range", "whole numbers"), ("slices", "slices of 28×28"), ("slices_shuffle", "slices of 28×28, shuffled by a buffer of all"),
                    ("scaled", "slices of 28×28, a map x / 255"), ("records", "TFRecord with checksums"),
                    ("examples", "TFRecord, tf.Example by its fields"), ("png", "TFRecord, tf.Example, PNG of 28×28")):
    TASKS.append({"title": f"pipeline: {title}, batch 32, an element", "program": DATA, "name": f"pipelines/{name}", "unit": "ns",
                  "per": 20, "task": {"kind": "data", "what": name}})
for model, title in (("lenet5", "LeNet-5"), ("784_128_10", "784-128-10")):
    for kind, what in (("", ""), ("_shuffled", ", shuffled")):
        TASKS.append({"title": f"training on a dataset: {title}{what}, an epoch of 4,000", "program": "bench.data.training",
                      "name": f"training/{model}/slices{kind}/real_time",
                      "against": ("fit(samples)", f"training/{model}/samples{kind}/real_time")})
for other, name in (("training alone", "lenet5/slices"), ("decoding alone", "png_alone")):
    TASKS.append({"title": f"training on a dataset: LeNet-5 on PNGs, beside {other}", "program": "bench.data.training", "threads": 2,
                  "name": "training/lenet5/png/real_time", "against": (other, f"training/{name}/real_time")})
TASKS.append({"title": "two trainings of LeNet-5 on two devices, side by side, an epoch of 3,200 each", "program": "bench.models.devices",
              "threads": 2, "name": "devices/lenet5/trainings:2/real_time",
              "against": ("one alone", "devices/lenet5/trainings:1/real_time")})
