"""Writes small files of Keras's forms for the fuzzer: python tools/hdf5/make_seeds.py tests/fuzz/corpus/keras_file

They hold the weights of a Sequential of Dense(2), BatchNormalization and a Sequential of Dense(1), for two features; HDF5's newer forms are smaller.
"""

import json
import pathlib
import sys
import zipfile

import h5py
import numpy as np

folder = pathlib.Path(sys.argv[1])
dense, norm, inner = [(2, 2), (2,)], [(2,)] * 4, [(2, 1), (1,)]


def number(k, shape):
    return np.full(shape, k + 1, "f4")


def weights(path):
    with h5py.File(path, "w", libver="latest") as f:
        for group, shapes in ("dense", dense), ("batch_normalization", norm), ("sequential/layers/dense", inner):
            vars = f.create_group(f"layers/{group}/vars")
            for k, shape in enumerate(shapes):
                vars[str(k)] = number(k, shape)
        f.create_group("optimizer/vars")["0"] = np.int64(3)
    return path.read_bytes()


def whole(path, config):
    with h5py.File(path, "w", libver="latest") as f:
        f.attrs["model_config"] = np.bytes_(config)
        group = f.create_group("model_weights")
        group.attrs["layer_names"] = np.array([b"dense", b"norm", b"inner"])
        for name, shapes in ("dense", dense), ("norm", norm), ("inner", inner):
            layer = group.create_group(name)
            layer.attrs["weight_names"] = np.array([f"{name}/{k}".encode() for k in range(len(shapes))])
            for k, shape in enumerate(shapes):
                layer[f"{name}/{k}"] = number(k, shape)


def archive(path, config, content):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as f:
        for name, text in ("metadata.json", '{"keras_version": "3.15.1"}'), ("config.json", config), ("model.weights.h5", content):
            f.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)


def layer(kind, name, **config):
    return {"class_name": kind, "config": {"name": name, **config}}


layers = [layer("Dense", "dense", units=2, activation="relu"), layer("BatchNormalization", "norm")]
layers.append(layer("Sequential", "inner", layers=[layer("Dense", "last", units=1)]))
config = json.dumps(layer("Sequential", "model", layers=[layer("InputLayer", "x", batch_shape=[None, 2]), *layers]))
content = weights(folder / "weights")
whole(folder / "whole", config)
archive(folder / "archive", config, content)
archive(folder / "no_config", "[]", content)
(folder / "cut_off").write_bytes(content[:1500])
