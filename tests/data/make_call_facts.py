"""Asks Keras 3 (3.15.1 with TensorFlow 2.21 on a CPU made the file beside this one) for random calls of layers.

python make_call_facts.py     # writes calls_keras3.json.gz; needs keras, which the tests do not

Attention with named masks, penalties of activities in layers inside layers, normalization of whole numbers and under
masks, encodings with weights and ways back. A row is [class, configuration, inputs, training, answer]. An input is
[name or null, shape, dtype, shape of its mask or null]. The answer is null where Keras refuses, else the shapes of the
weights, the outputs, their dtypes, the shapes of their masks and the penalties. Inputs, masks and weights are not
written down: both sides make them with `values`, `mask_values` and `weight_values`.
"""

import gzip
import json
import pathlib
import random

import numpy as np

L1L2 = {"class_name": "L1L2", "config": {"l1": 0.1, "l2": 0.02}}

rng = random.Random(5)


def values(shape, dtype, shift):
    """Numbers without a pattern, the same on every machine."""
    x = 1.3 * np.sin(1.7 * np.arange(int(np.prod(shape))) + 0.77 * shift + 0.3).reshape(shape)
    if dtype == "bool":
        return x > 0
    return x.astype(dtype) if dtype.startswith("float") else np.abs(4 * x).astype("int64").astype(dtype)


def mask_values(shape, shift):
    return np.sin(1.1 * np.arange(int(np.prod(shape))) + shift).reshape(shape) > -0.3


def weight_values(path, shape, place):
    made = values(shape, "float32", 50 + place)
    return np.abs(made) + 0.5 if "variance" in path or "stddev" in path else made


def chance(p):
    return rng.random() < p


def some(p, **options):
    return {name: rng.choice(choice) for name, choice in options.items() if chance(p)}


def sizes(count, largest=4):
    return [rng.randint(1, largest) for _ in range(count)]


def attention():
    kind = rng.choice(("MultiHeadAttention", "GroupQueryAttention"))
    batch, q, s, d = rng.randint(1, 2), *sizes(2), rng.randint(2, 4)
    few = rng.randint(1, 2)
    config = {"num_heads": rng.randint(1, 3), "key_dim": rng.randint(2, 3)} | some(0.3, value_dim=[2, 5])
    if kind == "GroupQueryAttention":
        config = {"head_dim": rng.randint(2, 3), "num_query_heads": few * rng.randint(1, 2), "num_key_value_heads": few}
    config |= some(0.3, use_bias=[False], use_gate=[True], kernel_regularizer=["l2"])
    config |= some(0.5, activity_regularizer=["l1", L1L2])
    inputs = [["query", [batch, q, d], "float32", [batch, q] if chance(0.3) else None],
              ["value", [batch, s, d], "float32", [batch, s] if chance(0.3) else None]]  # fmt: skip
    if chance(0.5):
        inputs.append(["key", [batch, s, d], "float32", None])
    inputs += [[f"{name}_mask", shape[:2], "bool", None] for name, shape, *_ in [*inputs] if name != "query" and chance(0.3)]
    return kind, config, inputs


def wrapped():
    batch = rng.randint(1, 3)
    inner, shape, dtype = rng.choice([
        ("Dense", [3], "float32"), ("Dense", [2, 3], "float32"), ("Conv1D", [4, 2], "float32"),
        ("Embedding", [3], "int32"),
    ])  # fmt: skip
    config = {"Dense": {"units": 2}, "Conv1D": {"filters": 3, "kernel_size": 2},
              "Embedding": {"input_dim": 9, "output_dim": 2}}[inner] | some(0.6, activity_regularizer=["l2", L1L2])  # fmt: skip
    return "SpectralNormalization", {"layer": {"class_name": inner, "config": config}} | some(
        0.4, power_iterations=[2, 3]), [[None, [batch, *shape], dtype, None]]  # fmt: skip


def normalization():
    kind = rng.choice(("BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization"))
    shape = sizes(rng.randint(2, 4))
    config = some(0.3, epsilon=[0.01]) if kind == "RMSNormalization" else some(
        0.3, epsilon=[0.01], center=[False], scale=[False], gamma_regularizer=["l2"])  # fmt: skip
    if kind == "GroupNormalization":
        config["groups"] = rng.choice((-1, 1))
    if kind == "BatchNormalization":
        config |= some(0.3, renorm=[True], trainable=[False])
    dtype = rng.choice(("float32", "int32", "bool", "int8", "float16"))
    masked = shape[:-1] if kind == "BatchNormalization" and chance(0.5) else None
    return kind, config, [[None, shape, dtype, masked]]


def encoding():
    shape = sizes(rng.randint(1, 3), 3)
    kind = rng.choice(("CategoryEncoding", "IntegerLookup", "Hashing"))
    if kind == "CategoryEncoding":
        config = {"num_tokens": 6, "output_mode": rng.choice(("count", "count", "multi_hot"))}
        return kind, config, [["inputs", shape, "int32", None], ["count_weights", shape, "float32", None]]
    if kind == "Hashing":
        config = {"num_bins": 4, "salt": 5} | some(0.7, dtype=["int32", "int64", "float32"], output_mode=["int", "count"])
        return kind, config, [[None, shape, "int32", None]]
    config = {"vocabulary": [3, 1, 4], "num_oov_indices": rng.randint(1, 2)} | some(0.5, mask_token=[0])
    if chance(0.5):
        return kind, config | {"invert": True}, [[None, shape, "int64", None]]
    config |= {"output_mode": "tf_idf", "idf_weights": [0.5, 0.7, 0.2]}
    config |= {"pad_to_max_tokens": True, "max_tokens": 8} if chance(0.6) else {}
    return kind, config, [[None, shape, "int64", None]]


def asked(kind, config, inputs, training):
    import keras
    import tensorflow as tf
    from keras.src.backend import get_keras_mask, set_keras_mask

    def given():
        made = []
        for place, (_, shape, dtype, steps) in enumerate(inputs):
            made.append(tf.constant(values(shape, dtype, place)))
            if steps is not None:
                set_keras_mask(made[-1], tf.constant(mask_values(steps, place)))
        return (made, {}) if inputs[0][0] is None else ([], {name: x for (name, *_), x in zip(inputs, made, strict=True)})

    try:
        config = dict(config)
        if "layer" in config:
            config["layer"] = getattr(keras.layers, config["layer"]["class_name"])(**config["layer"]["config"])
        layer = getattr(keras.layers, kind)(**config)
        called = {"training": training} if kind in ("BatchNormalization", "SpectralNormalization") else {}
        args, named = given()
        layer(*args, **named)
        layer.set_weights([weight_values(w.path, tuple(w.shape), i) for i, w in enumerate(layer.weights)])
        args, named = given()
        y = layer(*args, **named, **called)
    except Exception:
        return None
    mask = get_keras_mask(y)
    return {
        "weights": [[w.path.rsplit("/", 1)[-1], list(w.shape)] for w in layer.weights],
        "output": np.asarray(tf.cast(y, "float32")).astype(float).round(5).tolist(),
        "dtype": y.dtype.name,
        "mask": None if mask is None else list(mask.shape),
        "losses": round(sum(float(loss) for loss in layer.losses), 5),
    }


if __name__ == "__main__":
    rows = []
    for make, count in ((attention, 90), (wrapped, 40), (normalization, 90), (encoding, 80)):
        for _ in range(count):
            case = [*make(), chance(0.5)]
            rows.append([*case, asked(*case)])
    text = json.dumps(rows, separators=(",", ":"))
    with gzip.GzipFile(pathlib.Path(__file__).with_name("calls_keras3.json.gz"), "wb", mtime=0) as file:
        file.write(text.encode())
