#!/usr/bin/env python3
"""Opens the graph that tests/interop/exchange/graph.cpp wrote: python tools/exchange/ask_graph.py FOLDER.

The reader is safetensors' own. The variables are tensors, the nodes are JSON in the metadata, in the order in which they run.
"""
import json
import sys

import numpy as np
from safetensors import safe_open

with safe_open(f"{sys.argv[1]}/digits.safetensors", framework="np") as file:
    tensors = {name: file.get_tensor(name) for name in file.keys()}
    nodes = json.loads(file.metadata()["lamina.graph"])


def is_fine(what, holds):
    if not holds:
        sys.exit(f"{what} is not as it has to be")


is_fine("a kernel", tensors["net/0/kernel"].shape == (4, 3) and tensors["net/0/kernel"].dtype == np.float32)
seen = set()
for name, node in nodes.items():
    is_fine(f"what {name} reads", all(one in seen for one in node.get("inputs", [])))
    is_fine(f"what {name} keeps", all(one in tensors for one in node.get("changes", []) + node.get("keeps", [])))
    seen.add(name)
    if node["op"] == "ReadVariableOp":
        kept = tensors[node["variable"]]
        is_fine(name, list(kept.shape) == node["shape"] and str(kept.dtype) == node["type"])
    if node["op"] == "Const" and "tensor" in node:
        is_fine(name, list(tensors[node["tensor"]].shape) == node["shape"])
few = [node["value"] for node in nodes.values() if node["op"] == "Const" and len(node.get("value", [])) == 4]
numbers = np.array([float(one) for one in few[0]], np.float32)
is_fine("a constant", numbers.tobytes() == np.array([np.float32(1) / np.float32(3), -0.0, np.inf, 1e-40], np.float32).tobytes())
is_fine("the placeholder", nodes["digits/x"] == {"op": "Placeholder", "type": "float32", "shape": [None, 4]})
is_fine("the large constant", any("tensor" in node for node in nodes.values()))
is_fine("the step", any(node["op"] == "Adam" and len(node["changes"]) == 4 for node in nodes.values()))
print(f"graph: {len(nodes)} nodes and {len(tensors)} tensors are read")
