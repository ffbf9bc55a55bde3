"""Opens with Keras what lamina saved, and compares what both compute: python tools/exchange/ask_keras.py FOLDER [NAME…]

The folder is what the test interop.keras.save leaves with LAMINA_KERAS_FILES; `tools/dev exchange` does all of it.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import pathlib
import sys

import keras
import numpy as np

folder = pathlib.Path(sys.argv[1])
names = sys.argv[2:] or sorted(path.stem for path in folder.glob("*.npz") if not path.stem.endswith("-again"))
worst, failed = 0, 0
for name in names:
    arrays = np.load(folder / f"{name}.npz")
    if name.startswith("trained-"):  # five more batches come to the same variables; lamina is given them, and five more after those
        model = keras.models.load_model(folder / f"{name}.keras")
        before = int(model.optimizer.iterations)
        train = lambda: model.fit(arrays["x"], arrays["labels"], epochs=5, batch_size=len(arrays["x"]), verbose=0)
        train()
        after = [arrays[key] for key in arrays.files if key.startswith("after/")]
        difference = max(float(np.abs(a - b).max()) for a, b in zip(model.get_weights(), after, strict=True))
        print(f"{name}.keras: {type(model.optimizer).__name__} from step {before}, variables after five more batches differ by {difference:.2g}")
        worst = max(worst, difference)
        again = folder / name.replace("trained-", "")
        model.save(f"{again}-again.keras")
        train()
        np.savez(f"{again}-again.npz", **{str(i): a for i, a in enumerate(model.get_weights())})
        continue
    model = None
    for form in ".keras", ".h5", ".weights.h5":
        file = folder / f"{name}{form}"
        try:
            if form == ".weights.h5":
                for variable in model.weights:
                    variable.assign(np.full(variable.shape, 0.5))
                model.load_weights(file)
            else:
                model = keras.models.load_model(file, compile=False)
            difference = float(np.abs(np.asarray(model.predict(arrays["x"], verbose=0)) - arrays["y"]).max())
        except Exception as problem:  # what Keras says is the finding
            print(f"{file.name}: refused: {str(problem)[-400:]}")
            failed += 1
            continue
        print(f"{file.name}: {type(model).__name__}, differs by {difference:.2g}")
        (model.save_weights if form == ".weights.h5" else model.save)(folder / f"keras-{name}{form}")
        worst = max(worst, difference)
print(f"Keras {keras.__version__}: {len(names)} models, the largest difference is {worst:.2g}, {failed} files refused")
sys.exit(failed > 0 or worst > 1e-5 or not names)
