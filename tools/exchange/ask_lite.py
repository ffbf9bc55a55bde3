"""Opens with TensorFlow Lite's own interpreter what lamina wrote, and compares what both compute: python tools/exchange/ask_lite.py FOLDER [NAME…]

The folder is what the tests of tests/lite leave with LAMINA_LITE_FILES; `tools/dev exchange` does all of it. Files in float32 have to agree
with the model within 1e-5 of numbers of its size; what is written with smaller weights says its bound in NAME.tolerance. A file whose name
ends in -digits is asked for the 10,000 digits that lie beside it.
"""

import pathlib
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def run(file, inputs):
    interpreter = Interpreter(str(file), num_threads=1)
    details = sorted(interpreter.get_input_details(), key=lambda each: each["index"])
    for given, detail in zip(inputs, details, strict=True):
        interpreter.resize_tensor_input(detail["index"], given.shape)
    interpreter.allocate_tensors()
    for given, detail in zip(inputs, details, strict=True):
        if detail["dtype"] == np.int8:
            scale, zero = detail["quantization"]
            given = np.clip(np.rint(given / scale) + zero, -128, 127).astype(np.int8)
        interpreter.set_tensor(detail["index"], given)
    interpreter.invoke()
    made = []
    for detail in interpreter.get_output_details():
        found = interpreter.get_tensor(detail["index"])
        if detail["dtype"] == np.int8:
            scale, zero = detail["quantization"]
            found = (found.astype(np.float32) - zero) * np.float32(scale)
        made.append(found)
    return made


def main():
    folder = pathlib.Path(sys.argv[1])
    names = sys.argv[2:] or sorted(path.stem for path in folder.glob("*.tflite"))
    worst, failed = 0.0, 0
    for name in names:
        arrays = lambda kind: [np.load(path) for path in sorted(folder.glob(f"{name}.{kind}_*.npy"))]
        limit = folder / f"{name}.tolerance"
        tolerance = float(limit.read_text()) if limit.exists() else 1e-5
        try:
            found = run(folder / f"{name}.tflite", arrays("input"))
            differences = [
                float(np.abs(a - b).max() / max(1.0, float(np.abs(b).max()))) if a.shape == b.shape else np.inf
                for a, b in zip(found, arrays("output"), strict=True)
            ]
        except Exception as problem:  # what the interpreter says is the finding
            print(f"{name}: refused: {str(problem)[-300:]}")
            failed += 1
            continue
        difference = max(differences)
        labels = folder / f"{name}.labels.npy"
        if labels.exists():
            wanted = np.load(labels)
            classes, same = found[0].argmax(1), int((found[0].argmax(1) == arrays("output")[0].argmax(1)).sum())
            accuracy, least = float((classes == wanted).mean()), np.load(folder / f"{name}.least.npy")
            print(f"{name}: accuracy {accuracy:.4f}, the model's class on {same} of {len(wanted)} digits, differs by {difference:.2g}")
            failed += accuracy < least[0] or same < least[1]
        if not difference <= tolerance:
            print(f"{name}: differs by {difference:.2g}, at most {tolerance:.2g} were expected")
            failed += 1
        if not limit.exists():
            worst = max(worst, difference)
    print(f"LiteRT: {len(names)} files, the largest difference in float32 is {worst:.2g}, {failed} are not as expected")
    return failed > 0 or not names


if __name__ == "__main__":
    sys.exit(main())
