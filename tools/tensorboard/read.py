"""Reads the event files of the test of the callback TensorBoard with TensorBoard's own reader, prints what its dashboards get, and checks it.

Usage: python tools/tensorboard/read.py FOLDER, with tensorboard installed. `tools/dev tensorboard` does all of it.
"""
import collections
import sys

from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.context import RequestContext
from tensorboard.data.provider import RunTagFilter

folder = sys.argv[1]
multiplexer = EventMultiplexer()
multiplexer.AddRunsFromDirectory(folder)
multiplexer.Reload()
provider, context = MultiplexerDataProvider(multiplexer, folder), RequestContext()
found = collections.defaultdict(dict)


def show(dashboard, listed, read):
    for run, tags in sorted(listed(context, experiment_id="", plugin_name=dashboard).items()):
        for tag in sorted(tags):
            series = read(context, experiment_id="", plugin_name=dashboard, downsample=1000, run_tag_filter=RunTagFilter([run], [tag]))
            found[run][tag] = [(point.step, point.value if dashboard == "scalars" else point.numpy) for point in series[run][tag]]
            if dashboard == "scalars":
                text = ", ".join(f"{step}: {value:.4g}" for step, value in found[run][tag])
            else:
                text = ", ".join(
                    f"{step}: {int(value[:, 2].sum())} numbers in {len(value)} buckets from {value[0, 0]:.3g} to {value[-1, 1]:.3g}"
                    for step, value in found[run][tag]
                )
            print(f"{dashboard:10} {run:10} {tag:36} {text}")


show("scalars", provider.list_scalars, provider.read_scalars)
show("histograms", provider.list_tensors, provider.read_tensors)

steps = {run: {tag: [step for step, _ in series] for tag, series in tags.items()} for run, tags in found.items()}
variables = {"0/kernel": 12, "0/bias": 4, "1/gamma": 4, "1/beta": 4, "1/moving_mean": 4, "1/moving_variance": 4, "2/kernel": 8, "2/bias": 2}
epochs = ["loss", "accuracy", "learning_rate", "steps_per_second"]
wanted = {
    "train": {f"epoch_{name}": [0, 1, 2] for name in epochs}
    | {f"batch_{name}": [3, 6, 9, 12] for name in ("loss", "accuracy", "steps_per_second")}
    | {f"{path}/histogram": [0, 2] for path in variables},
    "validation": {f"epoch_{name}": [0, 1, 2] for name in epochs[:2]}
    | {f"evaluation_{name}_vs_iterations": [4, 8, 12] for name in epochs[:2]},
}
assert steps == wanted, f"wanted {wanted}, found {steps}"
for path, size in variables.items():
    assert all(value[:, 2].sum() == size for _, value in found["train"][f"{path}/histogram"])
print("TensorBoard reads what was written.")
