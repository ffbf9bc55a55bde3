"""Poolings with the options that only PyTorch has: python tools/cases/torch_poolings.py, with torch installed.

The config is in Keras's words where it has one, in PyTorch's elsewhere."""
import numpy as np
import torch
from torch.nn import functional as F

from case import drawn, write


def pooling(name, kind, shape, size, strides, padding=0, dilation=1, ceil_mode=False, count_include_pad=False):
    steps = len(shape) == 3
    x = torch.tensor(np.moveaxis(drawn(*shape), -1, 1).copy(), requires_grad=True)
    if kind == "Max":
        run = F.max_pool1d if steps else F.max_pool2d
        y = run(x, size, strides, padding, dilation, ceil_mode)
    else:
        run = F.avg_pool1d if steps else F.avg_pool2d
        y = run(x, size, strides, padding, ceil_mode, count_include_pad)
    dy = torch.tensor(drawn(*y.shape))
    (y * dy).sum().backward()
    pair = lambda value: list(value) if isinstance(value, tuple) else [value] * (1 if steps else 2)
    config = {"pool_size": pair(size), "strides": pair(strides), "padding": pair(padding), "ceil_mode": ceil_mode}
    config |= {"dilation": pair(dilation)} if kind == "Max" else {"count_include_pad": count_include_pad}
    last = lambda array: np.moveaxis(array.detach().numpy(), 1, -1)
    arrays = {"input": last(x), "output": last(y), "output_gradient": last(dy), "input_gradient": last(x.grad)}
    case = {"class": f"{kind}Pooling{1 if steps else 2}D", "config": config, "training": False, "input_shape": list(shape),
            "output_shape": list(arrays["output"].shape), "weights": []}
    write("layers", "torch_" + name, case, arrays)


pooling("max_pool2d_padding", "Max", (2, 7, 6, 3), 3, 2, padding=1)
pooling("max_pool2d_dilation", "Max", (2, 9, 8, 2), (3, 2), (1, 2), padding=(1, 0), dilation=(2, 3))
pooling("max_pool2d_ceil", "Max", (2, 8, 7, 2), 3, 2, ceil_mode=True)
pooling("max_pool2d_ceil_padding", "Max", (2, 6, 9, 2), (2, 3), (3, 2), padding=1, ceil_mode=True)
pooling("max_pool1d_all", "Max", (2, 11, 3), 3, 2, padding=1, dilation=2, ceil_mode=True)
pooling("average_pool2d_padding", "Average", (2, 7, 6, 3), 3, 2, padding=1)
pooling("average_pool2d_counted", "Average", (2, 7, 6, 3), 3, 2, padding=1, count_include_pad=True)
pooling("average_pool2d_counted_ceil", "Average", (2, 6, 8, 2), (3, 2), (2, 3), padding=1, ceil_mode=True, count_include_pad=True)
pooling("average_pool2d_ceil", "Average", (2, 6, 8, 2), 3, 2, padding=(0, 1), ceil_mode=True)
pooling("average_pool1d_counted_ceil", "Average", (2, 9, 3), 4, 3, padding=2, ceil_mode=True, count_include_pad=True)
