#!/usr/bin/env python3
"""Asks PyTorch about the files that tests/interop/exchange/torch.cpp wrote: python tools/exchange/ask_torch.py FOLDER, with torch 1.13 or newer.

Of each model: module.pt opens, prints, and gives output.npy for input.npy within 1e-5; state.pt opens with weights_only=True and has the
module's numbers; a training step runs; and both are saved again (module_again.pt, module_state.pt, state_again.pt), for lamina to read.
"""
import pathlib
import struct
import sys
import warnings

warnings.filterwarnings("ignore")
import torch


def read_npy(path):  # without NumPy, whose version may be another than PyTorch was built with
    data = path.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    header = eval(data[10:10 + length].decode())  # a dictionary that lamina wrote
    assert header["descr"] == "<f4" and not header["fortran_order"]
    return torch.frombuffer(bytearray(data[10 + length:]), dtype=torch.float32).reshape(header["shape"]).clone()


def load(path, **how):
    try:
        return torch.load(path, **how)
    except TypeError:  # before 1.13
        return torch.load(path)


class Reads(torch.nn.Module):
    """The struct of the same name."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv1d(3, 4, 3, padding=1)
        self.lstm = torch.nn.LSTM(4, 5, batch_first=True)
        self.gru = torch.nn.GRU(5, 3, batch_first=True, bidirectional=True)
        self.head = torch.nn.Linear(6, 2)

    def forward(self, x):
        h = self.lstm(self.conv(x).transpose(1, 2))[0]
        last = self.gru(h)[1]  # of both directions
        return self.head(torch.cat([last[0], last[1]], 1))


def main():
    problems = 0
    for folder in sorted(p for p in pathlib.Path(sys.argv[1]).iterdir() if p.is_dir()):
        x, expected = read_npy(folder / "input.npy"), read_npy(folder / "output.npy")
        if x.dim() > 2:
            x = x.movedim(-1, 1)
        state = load(folder / "state.pt", weights_only=True)
        whole = (folder / "module.pt").exists()
        if whole:
            model = torch.load(folder / "module.pt", **({"weights_only": False} if "weights_only" in torch.load.__code__.co_varnames else {}))
            str(model)
            own = [v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")]
            if len(own) != len(state) or not all(torch.equal(a, b) for a, b in zip(own, state.values())):
                print(f"{folder.name}: state.pt and module.pt differ")
                problems += 1
        else:
            model = Reads()
            model.load_state_dict(state)
        model.eval()
        given = x.long() if folder.name == "words" else x
        with torch.no_grad():
            output = model(given)
        if output.dim() > 2:
            output = output.movedim(1, -1)
        difference = (output - expected).abs().max().item() if output.shape == expected.shape else float("inf")
        print(f"{folder.name}: outputs differ by {difference:.1e}")
        problems += difference > 1e-5
        if whole:
            torch.save(model, folder / "module_again.pt")
            torch.save(model.state_dict(), folder / "module_state.pt")
        torch.save(state, folder / "state_again.pt")
        model.train()
        optimizer = torch.optim.Adam(model.parameters())
        model(given).pow(2).sum().backward()
        optimizer.step()
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
