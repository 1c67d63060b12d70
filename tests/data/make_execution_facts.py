"""Asks Keras 3 (3.15.1 with JAX 0.10.2 on a CPU made the file beside this one) what its core layers do when they run.

KERAS_BACKEND=jax python make_execution_facts.py     # writes execution_keras3.json.gz; needs keras, which the tests do not

A row is [class, configuration, inputs, answer]. An input is [shape, dtype, shape of its mask or null]; several come as
one list. The answer is null where Keras refuses, else the outputs, their dtypes, their masks and the sum of the losses.
Inputs, masks and weights are not written down: both sides make them with `values` and `mask_values`.
"""

import gzip
import json
import pathlib
import random

import numpy as np

MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")
DTYPES = ("float32", "float16", "int32", "int8", "uint8", "bool")
L1L2 = {"class_name": "L1L2", "config": {"l1": 0.1, "l2": 0.2}}

rng = random.Random(11)


def values(shape, dtype, shift):
    """Numbers without a pattern, the same on every machine."""
    x = np.sin(1.7 * np.arange(int(np.prod(shape))) + shift).reshape(shape)
    return x.astype(dtype) if dtype.startswith("float") else np.abs(4 * x).astype("int64").astype(dtype)


def mask_values(shape, shift):
    return values(shape, "float32", 3 * shift + 1) > -0.2


def chance(p):
    return rng.random() < p


def masked_merges(count):
    """Merges of tensors whose ranks, sizes and masks differ. One tensor alone may come out as itself, mask and all."""
    for _ in range(count):
        kind = rng.choice(MERGES)
        base = [rng.choice((1, 2, 3)) for _ in range(rng.choice((1, 2, 2, 3)))]
        inputs = []
        for _ in range(2 if kind in ("Subtract", "Dot") else rng.choice((2, 2, 3))):
            shape = [size if chance(0.85) else 1 for size in base]
            shape = [2, *(shape[rng.randrange(len(shape)) :] if chance(0.2) else shape)]
            steps = shape[: max(len(shape) - 1, 1)] if chance(0.9) else shape[:2]
            inputs.append([shape, "float32", steps if chance(0.7) else None])
        config = {}
        if kind == "Concatenate":
            config = {"axis": rng.choice((-1, 1, 0, 2))}
        if kind == "Dot":
            config = {"axes": rng.choice((1, -1, 2, [1, 2], [2, 1], [-1, -2], 3, 0)), "normalize": chance(0.4)}
        yield kind, config, inputs


def mixed_dtypes():
    for kind in MERGES:
        for a in DTYPES:
            for b in DTYPES:
                if not (kind == "Subtract" and a == b == "bool"):
                    yield kind, {"axes": 1} if kind == "Dot" else {}, [[[2, 3], a, None], [[2, 3], b, None]]
    for dtype in ("float16", "int32", "int8"):
        for name in ("linear", "relu", "relu6", "tanh", "hard_tanh", "softplus", "gelu", "exponential", "elu"):
            yield "Activation", {"activation": name}, [[[2, 3], dtype, None]]
        for policy in ("float32", "float16", "mixed_float16", "int32"):
            for activation in (None, "relu", "tanh"):
                config = {"units": 2, "dtype": policy, "activation": activation, "kernel_initializer": "ones"}
                yield "Dense", config, [[[2, 3], dtype, None]]


def penalties():
    for kernel in (None, "l2", L1L2, "orthogonal_regularizer"):
        for activity in (None, L1L2):
            for more in ({}, {"trainable": False}, {"lora_rank": 2}, {"lora_rank": 2, "lora_alpha": 3}):
                config = {"units": 3, "kernel_regularizer": kernel, "bias_regularizer": "l1", **more,
                          "activity_regularizer": activity, "activation": "tanh"}  # fmt: skip
                yield "Dense", config, [[[2, 3, 4], "float32", [2, 3]]]
    yield "ActivityRegularization", {"l1": 0.1, "l2": 0.3}, [[[3, 4], "float32", [3]]]
    yield "Dropout", {"rate": 0.5, "activity_regularizer": L1L2}, [[[3, 4], "float32", None]]


def asked(kind, config, inputs):
    import keras
    from keras import ops
    from keras.src.backend import get_keras_mask, set_keras_mask

    try:
        layer = getattr(keras.layers, kind)(**config)
        tensors = []
        for place, (shape, dtype, steps) in enumerate(inputs):
            tensors.append(ops.convert_to_tensor(values(shape, dtype, place), dtype=dtype))
            if steps is not None:
                set_keras_mask(tensors[-1], ops.convert_to_tensor(mask_values(steps, place), dtype="bool"))
        given = tensors if kind in MERGES else tensors[0]
        if kind == "Dense" and "kernel_initializer" not in config:
            layer.build(tensors[0].shape)
            for place, weight in enumerate(layer.weights):
                weight.assign(values(weight.shape, "float32", 5 + place))
        outputs = layer(given)
    except Exception:
        return None
    outputs = outputs if isinstance(outputs, list) else [outputs]
    masks = [get_keras_mask(y) for y in outputs]
    return {
        "outputs": [np.asarray(y.astype("float32")).round(5).tolist() for y in outputs],
        "dtypes": [y.dtype.name for y in outputs],
        "masks": [None if mask is None else np.asarray(mask).tolist() for mask in masks],
        "loss": round(sum(float(loss) for loss in layer.losses), 5),
    }


if __name__ == "__main__":
    cases = [*masked_merges(400), *mixed_dtypes(), *penalties()]
    rows = [[*case, asked(*case)] for case in cases]
    text = json.dumps(rows, separators=(",", ":"))
    with gzip.GzipFile(pathlib.Path(__file__).with_name("execution_keras3.json.gz"), "wb", mtime=0) as file:
        file.write(text.encode())
