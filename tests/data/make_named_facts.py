"""Asks Keras 3 (3.15.1 with JAX 0.10.2 on a CPU made the file beside this one) what its named things answer.

KERAS_BACKEND=jax python make_named_facts.py     # writes named_keras3.json.gz; needs keras, which the tests do not
"""

import gzip
import json
import pathlib

import keras
import numpy as np


def floats(array):
    return np.asarray(array, "float64").round(10).tolist()


def accepted(get, values):
    """Of some identifiers, those that `get` takes."""
    taken = []
    for value in values:
        try:
            get(value)
        except Exception:
            continue
        taken.append(value)
    return taken


def activations():
    rng = np.random.default_rng(15)
    moderate = rng.normal(0, 3, (2, 3, 8)).astype("float32")
    wide = np.array([[-1e4, -200, -90, -30, -12, -6, -1, -1e-4, 0, 1e-4, 1, 3, 6, 30, 90, 1e4]], "float32")
    settings = [
        ("relu", {"negative_slope": 0.1, "max_value": 3.0, "threshold": 1.5}),
        ("relu", {"threshold": 2.0, "max_value": 1.0}),
        ("relu", {"negative_slope": 0.25}),
        ("leaky_relu", {"negative_slope": 0.4}),
        ("elu", {"alpha": 2.0}),
        ("celu", {"alpha": 0.5}),
        ("gelu", {"approximate": True}),
        ("glu", {"axis": 0}),
        ("softmax", {"axis": 1}),
        ("softmax", {"axis": [1, 2]}),
        ("log_softmax", {"axis": 0}),
        ("sparsemax", {"axis": 1}),
        ("hard_shrink", {"threshold": 2.0}),
        ("soft_shrink", {"threshold": 2.0}),
        ("squareplus", {"b": 9}),
        ("threshold", {"threshold": 1.0, "default_value": -7.0}),
    ]
    names = sorted(n for n in dir(keras.activations) if not n.startswith("_"))
    names = [n for n in names if n not in ("get", "serialize", "deserialize")]
    cases = [(name, {}) for name in names if name != "threshold"] + settings
    rows = []
    for name, config in cases:
        function = keras.activations.get(name)
        outputs = [floats(function(keras.ops.array(moderate), **config))]
        if config.get("axis", -1) == -1:
            outputs.append(floats(function(keras.ops.array(wide), **config)))
        rows.append([name, config, outputs])
    layers = []
    for name, config in [
        ("ReLU", {"negative_slope": 0.1, "max_value": 3.0, "threshold": 1.5}),
        ("LeakyReLU", {}),
        ("ELU", {"alpha": 2.0}),
        ("Softmax", {"axis": 1}),
    ]:
        layer = getattr(keras.layers, name)(**config)
        saved = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
        layers.append([saved, floats(layer(keras.ops.array(moderate)))])
    return {"names": names, "inputs": [floats(moderate), floats(wide)], "rows": rows, "layers": layers}


def initializers():
    shapes = [[], [50], [40, 60], [3, 40, 60], [3, 5, 10, 20], [2, 3, 4, 10, 20]]
    limits = []
    for shape in shapes:
        for mode in ("fan_in", "fan_out", "fan_avg"):
            draw = keras.initializers.VarianceScaling(1.0, mode, "uniform", seed=1)
            largest = float(np.abs(np.asarray(draw(shape))).max())
            limits.append([shape, mode, 3 / largest**2])
    axes = []
    for config in ({"input_axes": [0, 1], "output_axes": [2, 3]}, {"input_axes": [0], "output_axes": [3]}):
        draw = keras.initializers.VarianceScaling(1.0, "fan_in", "uniform", seed=1, **config)
        axes.append([config, 3 / float(np.abs(np.asarray(draw((3, 5, 10, 20)))).max()) ** 2])
    stft = []
    for config in (
        {},
        {"side": "imag"},
        {"window": None},
        {"scaling": "spectrum"},
        {"scaling": None, "periodic": True},
        {"window": "blackman", "scaling": None},
        {"window": "flattop"},
        {"window": [1.0, 2.0, 3.0, 2.0, 1.0, 0.5]},
    ):
        stft.append([config, floats(keras.initializers.STFT(**config)((6, 1, 5)))])
    return {"fans": limits, "axes": axes, "stft": stft}


def regularizers_and_constraints():
    w = np.array([[0.5, -2, 3, 0], [1, 1, 0.25, -4], [-1, 0.125, 2, 6]], "float32")
    penalties, projections = [], []
    for name, config in (
        ("L1", {}),
        ("L1", {"l1": 0.5}),
        ("L2", {}),
        ("L2", {"l2": 2}),
        ("L1L2", {}),
        ("L1L2", {"l1": 0.5, "l2": 0.25}),
        ("OrthogonalRegularizer", {}),
        ("OrthogonalRegularizer", {"factor": 2.0, "mode": "columns"}),
    ):
        made = getattr(keras.regularizers, name)(**config)
        penalties.append([name, config, float(made(keras.ops.array(w)))])
    for name, config in (
        ("MaxNorm", {}),
        ("MaxNorm", {"max_value": 0.5, "axis": 1}),
        ("MaxNorm", {"max_value": 3, "axis": [0, 1]}),
        ("MinMaxNorm", {}),
        ("MinMaxNorm", {"min_value": 4.0, "max_value": 5.0, "rate": 0.25}),
        ("NonNeg", {}),
        ("UnitNorm", {}),
        ("UnitNorm", {"axis": -1}),
    ):
        made = getattr(keras.constraints, name)(**config)
        projections.append([name, config, floats(made(keras.ops.array(w)))])
    return {"w": floats(w), "penalties": penalties, "projections": projections}


def identifiers():
    """What `get` of each family says to names in all their spellings, and to values."""
    found = {}
    for family in ("activations", "initializers", "regularizers", "constraints"):
        module = getattr(keras, family)
        words = [n for n in dir(module) if not n.startswith("_")]
        words += [n.lower() for n in words] + [n.upper() for n in words] + [n.replace("_", "") for n in words]
        words += [
            "zero",
            "one",
            "normal",
            "uniform",
            "l1l2",
            "L1_L2",
            "maxnorm",
            "nonneg",
            "nope",
            "",
            "xavier",
            "ReLU",
        ]
        base = family[:-1]  # the abstract class, which Keras takes by name and which does nothing
        words = sorted(set(words) - {base, base.capitalize()})
        found[family] = {"asked": words, "accepted": accepted(module.get, words)}
    return found


def penalty_values():
    asked = [-1, -0.5, None, "a", 0, 1, True, float("inf"), float("nan"), [1], "0.1", 0.25]
    return {name: [[v, bool(accepted(lambda v, n=name: getattr(keras.regularizers, n)(v), [v]))] for v in asked]
            for name in ("L1", "L2", "L1L2", "OrthogonalRegularizer")}  # fmt: skip


facts = {
    "keras": keras.__version__,
    "activations": activations(),
    "initializers": initializers(),
    "weights": regularizers_and_constraints(),
    "identifiers": identifiers(),
    "penalty_values": penalty_values(),
}
text = json.dumps(facts, separators=(",", ":")).encode()
with gzip.GzipFile(pathlib.Path(__file__).with_name("named_keras3.json.gz"), "wb", mtime=0) as file:
    file.write(text)
