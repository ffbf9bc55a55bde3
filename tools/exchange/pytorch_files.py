#!/usr/bin/env python3
"""Writes small files with torch.save, and what PyTorch reads from them: tests/interop/pytorch/files, tests/fuzz/corpus/torch and .../pickle.

Run with PyTorch 1.13 (Debian 12: python3-torch). Each FILE.read has a line a tensor: name, type, shape, the sum of i · number i.
"""
import collections
import io
import os
import pathlib
import pickle
import warnings
import zipfile

import torch
from torch import nn

root = pathlib.Path(__file__).resolve().parents[2] / "tests"
files, torch_corpus, pickle_corpus = root / "interop/pytorch/files", root / "fuzz/corpus/torch", root / "fuzz/corpus/pickle"


def write(name, value, tensors, **how):
    torch.save(value, files / name, **how)
    lines = []
    for key, tensor in tensors.items():
        numbers = tensor.detach().double().reshape(-1)
        total = float((numbers * torch.arange(1, numbers.numel() + 1)).sum())
        lines.append(f"{key} {str(tensor.dtype)[6:]} {list(tensor.shape)} {total!r}\n")
    (files / (name + ".read")).write_text("".join(lines))


def main():
    for folder in (files, torch_corpus, pickle_corpus):
        folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    warnings.simplefilter("ignore")
    torch.serialization.get_source_lines_and_file = no_source
    types = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8,
             torch.bool]
    numbers = collections.OrderedDict((str(t)[6:].replace("bool", "truth"), (torch.arange(6) % 3).reshape(2, 3).to(t)) for t in types)
    cube = torch.arange(24.0).reshape(2, 3, 4)
    numbers.update(turned=cube.permute(2, 0, 1), part=cube[1, :, 1:3], repeated=torch.ones(1, 3).expand(4, 3), empty=torch.zeros(0, 3),
                   single=torch.tensor(3.5), parameter=nn.Parameter(torch.ones(2)), shared=cube)
    old = {"_use_new_zipfile_serialization": False}
    write("types.pt", numbers, numbers)
    write("types_protocol_5.pt", numbers, numbers, pickle_protocol=5)
    write("types_old.pt", numbers, numbers, **old)
    write("types_old_protocol_4.pt", numbers, numbers, pickle_protocol=4, **old)

    model = nn.Sequential(nn.Conv2d(2, 3, 2, bias=False), nn.BatchNorm2d(3), nn.Sequential(nn.Flatten(), nn.Linear(3, 2)), nn.Softmax(dim=1))
    write("module.pt", model, model.state_dict())
    write("module_old.pt", model, model.state_dict(), **old)
    linear = nn.Linear(2, 2)
    optimizer = torch.optim.Adam(linear.parameters())
    linear(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    state = optimizer.state_dict()
    tensors = {f"model.{k}": v for k, v in linear.state_dict().items()}
    tensors.update((f"optimizer.state.{i}.{k}", v) for i, slots in state["state"].items() for k, v in slots.items())
    write("checkpoint.pt", {"model": linear.state_dict(), "optimizer": state, "epoch": 3, "device": torch.device("cpu")}, tensors)

    def seed(name, value, **how):
        torch.save(value, torch_corpus / name, **how)

    seed("state_dict", linear.state_dict())
    seed("state_dict_old", linear.state_dict(), **old)
    seed("strided", {"t": cube.permute(2, 0, 1), "e": torch.ones(1, 3).expand(4, 3)})
    seed("strided_old", {"t": cube.permute(2, 0, 1), "e": torch.ones(1, 3).expand(4, 3)}, **old)
    seed("module", nn.Linear(1, 1))
    seed("module_old", nn.Linear(1, 1), **old)
    seed("refused_complex_old", {"c": torch.ones(2, dtype=torch.complex64)}, **old)
    seed("complex", {"c": torch.ones(2, dtype=torch.complex64)})

    for name, value in (("parts", linear.state_dict()), ("parts_strided", {"t": cube.permute(2, 0, 1), "e": torch.ones(1, 3).expand(4, 3)}),
                        ("parts_module", nn.Linear(1, 1)), ("parts_optimizer", {"model": linear.state_dict(), "epoch": 3})):
        (torch_corpus / name).write_bytes(b"+" + b"\xff\xfe\xfd".join([data_of(value), *storages_of(value)]))

    class Runs:
        def __reduce__(self):
            return os.system, ("touch never",)

    seed("refused_system", {"a": Runs()})
    seed("refused_system_old", {"a": Runs()}, **old)

    itself = {}
    itself["a"] = itself
    shared = [1, 2.5, None, True, "text", (1, 2, 3, 4), -5, 70000, 1 << 40]
    for protocol in (2, 4, 5):
        for name, value in (("plain", shared), ("shared", [shared] * 3), ("set", {1, 2}), ("bytes", {"b": b"x", "o": collections.OrderedDict(a=1)})):
            (pickle_corpus / f"{name}_{protocol}").write_bytes(pickle.dumps(value, protocol))
    (pickle_corpus / "itself").write_bytes(pickle.dumps(itself, 2))
    (pickle_corpus / "state_dict").write_bytes(data_of(linear.state_dict()))
    (pickle_corpus / "module").write_bytes(data_of(nn.Linear(1, 1)))
    (pickle_corpus / "refused_system").write_bytes(pickle.dumps(Runs(), 2))
    (pickle_corpus / "refused_protocol_0").write_bytes(pickle.dumps(shared, 0))


def no_source(*_):
    """Old files of modules hold PyTorch's source where it is found; it does not belong here."""
    raise OSError


def data_of(value):
    """The pickle inside of a file."""
    return archive_of(value).read("archive/data.pkl")


def storages_of(value):
    archive = archive_of(value)
    return [archive.read(name) for name in archive.namelist() if "/data/" in name]


def archive_of(value):
    stream = io.BytesIO()
    torch.save(value, stream)
    return zipfile.ZipFile(stream)


if __name__ == "__main__":
    main()
