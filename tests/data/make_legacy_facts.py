"""Ask tf-keras, the last of the Keras 2 line, for the numbers of the layers that Keras 3 left behind.

    python tests/data/make_legacy_facts.py        (with tf-keras; writes legacy_keras2.json.gz)

For each layer its configuration, an input, the weights as they were set, and the output.
"""

import gzip
import json
import pathlib

import numpy as np
import tf_keras

CASES = [
    ("LocallyConnected1D", {"filters": 3, "kernel_size": 3}, (2, 7, 4)),
    ("LocallyConnected1D", {"filters": 3, "kernel_size": 2, "strides": 2, "use_bias": False}, (2, 8, 2)),
    ("LocallyConnected1D", {"filters": 2, "kernel_size": 3, "data_format": "channels_first"}, (2, 4, 7)),
    ("LocallyConnected1D", {"filters": 2, "kernel_size": 3, "padding": "same", "strides": 2, "implementation": 2},
     (2, 6, 3)),
    ("LocallyConnected1D", {"filters": 2, "kernel_size": 3, "data_format": "channels_first", "implementation": 2},
     (2, 3, 6)),
    ("LocallyConnected1D", {"filters": 2, "kernel_size": 4, "padding": "same", "strides": 3, "implementation": 3},
     (2, 7, 3)),
    ("LocallyConnected2D", {"filters": 3, "kernel_size": [2, 3], "activation": "relu"}, (2, 5, 6, 2)),
    ("LocallyConnected2D", {"filters": 3, "kernel_size": 3, "strides": [1, 2]}, (2, 5, 7, 2)),
    ("LocallyConnected2D", {"filters": 2, "kernel_size": [3, 2], "data_format": "channels_first"}, (2, 3, 5, 4)),
    ("LocallyConnected2D", {"filters": 2, "kernel_size": 3, "padding": "same", "implementation": 2}, (2, 4, 5, 2)),
    ("LocallyConnected2D", {"filters": 2, "kernel_size": 3, "data_format": "channels_first", "implementation": 2},
     (2, 2, 5, 4)),
    ("LocallyConnected2D", {"filters": 2, "kernel_size": [2, 3], "padding": "same", "strides": 2,
                            "implementation": 3}, (2, 5, 4, 2)),
]  # fmt: skip


def main():
    rng = np.random.default_rng(0)
    facts = []
    for kind, config, shape in CASES:
        layer = getattr(tf_keras.layers, kind)(**config)
        x = rng.standard_normal(shape).round(2).astype("float32")
        layer.build(shape)
        weights = [rng.standard_normal(w.shape).round(2).astype("float32") for w in layer.get_weights()]
        layer.set_weights(weights)
        y = np.asarray(layer(x))
        facts.append({"kind": kind, "config": config, "x": x.tolist(), "weights": [w.tolist() for w in weights],
                      "y": y.tolist()})  # fmt: skip
    path = pathlib.Path(__file__).parent / "legacy_keras2.json.gz"
    path.write_bytes(gzip.compress(json.dumps(facts).encode(), mtime=0))


if __name__ == "__main__":
    main()
