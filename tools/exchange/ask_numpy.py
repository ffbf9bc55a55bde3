#!/usr/bin/env python3
"""Asks NumPy about the files that tests/interop/exchange/numpy.cpp wrote: python tools/exchange/ask_numpy.py FOLDER.

Every array has its type, shape and numbers, alone and in both archives. Then arrays of all types, byte orders, orders and shapes are written
to FOLDER/read, with what lamina has to read of them.
"""
import pathlib
import sys

import numpy as np

TYPES = "float16 float32 float64 int8 uint8 int16 uint16 int32 uint32 int64 uint64 bool".split()


def main():
    folder = pathlib.Path(sys.argv[1])
    expected = {name: (np.arange(24) % 3).reshape(2, 3, 4).astype(name) for name in TYPES}
    expected["float16"] = np.arange(3, dtype="float16")
    expected.update(single=np.array(2.5), list=np.arange(3, dtype="int32"), empty=np.zeros((0, 3), "float32"))
    problems = 0
    archives = [np.load(folder / "stored.npz"), np.load(folder / "compressed.npz")]
    for name, array in expected.items():
        for found in [np.load(folder / f"{name}.npy")] + [archive[name] for archive in archives]:
            if found.dtype != array.dtype or found.shape != array.shape or not np.array_equal(found, array):
                print(f"{name}: NumPy reads {found.dtype} {found.shape}, {array.dtype} {array.shape} was written")
                problems += 1
    problems += sum(sorted(archive.files) != sorted(expected) for archive in archives)

    lines = []
    for kind in TYPES:
        for order in "<>":
            for layout in "CF":
                arrays = {}
                for shape in ((), (0, 3), (5,), (2, 3, 4)):
                    count = int(np.prod(shape))
                    array = np.array((np.arange(count) % 7 + 1).reshape(shape), np.dtype(kind).newbyteorder(order), order=layout)
                    total = float((array.astype("float64").ravel() * np.arange(1, count + 1)).sum())
                    name = f"rank{len(shape)}_of_{count}"
                    file = f"{kind}_{'little' if order == '<' else 'big'}_{layout}"
                    what = f"{kind} {total!r} {' '.join(map(str, shape))}"
                    np.save(folder / "read" / f"{file}_{name}.npy", array)
                    lines.append(f"{file}_{name}.npy - {what}\n")
                    lines += [f"{file}{ending}.npz {name} {what}\n" for ending in ("", "_compressed")]
                    arrays[name] = array
                np.savez(folder / "read" / f"{file}.npz", **arrays)
                np.savez_compressed(folder / "read" / f"{file}_compressed.npz", **arrays)
    (folder / "read" / "expected").write_text("".join(lines))
    print(f"numpy {np.__version__}: {3 * len(expected)} arrays asked for, {problems} wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
