"""Answers that real Keras gave for the layers beyond the core, held against ours; test_oracle.py has the core.

The rows in tests/data were made by running Keras 3.15.1 (TensorFlow 2.21, CPU): each layer was constructed with the
`config`, called on tensors of the `input_shapes`, and what it answered was written down, or that it refused. Rows on
which Keras contradicts itself are left out. Where Keras says null, anything is right.
"""

import gzip
import json
import pathlib

import numpy as np

import shapecheck
from shapecheck import ShapecheckError

DATA = pathlib.Path(__file__).parent.parent / "data"

# Where we answer otherwise on purpose: Keras infers something that it cannot execute, or an answer that no one wants.
DELIBERATE = {
    "k3-0-2742": "a padding of -1 fails when it runs",
    "k3-0-2744": "a padding of -1 fails when it runs",
    "k3-0-2848": "a padding of -1 fails when it runs",
    "k3-0-4132": "the inner layer runs at no size of this rank",
    "k3-0-4245": "Keras infers that an axis is dropped; executed, it drops one of size 1 only",
    "k3-0-4440": "rank 5 fails when it runs",
    "k3-0-4520": "rank 5 fails when it runs",
    "k3-0-5090": "Keras's inference reverses the axes under ...; executed, they keep their order",
    "k3-0-5154": "executed, the scale of 9 stretches the last axis of 1",
    "k3-0-5327": "features of query and key that differ cannot be multiplied",
    "k3-0-5328": "features of query and key that differ cannot be added",
    "k3-0-5825": "features of query and key that differ cannot be multiplied",
    "k3-0-5884": "rank 4 fails when it runs",
    "k3-0-5885": "rank 4 fails when it runs",
    "k3-0-6157": "features of query and key that differ cannot be multiplied",
    "k3-0-6158": "features of query and key that differ cannot be added",
    "k3-0-6216": "rank 4 fails when it runs",
    "k3-0-6406": "features of query and key that differ cannot be multiplied",
    "k3-0-6407": "features of query and key that differ cannot be added",
    "k3-0-6418": "Keras's inference reverses the axes under ...; executed, they keep their order",
    "k3-0-6482": "executed, the scale of 0 makes an axis of 1 one of 0",
    "k3-0-6565": "the scale does not fit when it runs",
}


def rows(name):
    with gzip.open(DATA / f"{name}.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


def shaped(value):
    if isinstance(value, list) and any(isinstance(item, list) for item in value):
        return [shaped(item) for item in value]
    return tuple(value) if isinstance(value, list) else value


def configured(value):
    """Functions stand in the data as Python source: our own data, not a model file."""
    if isinstance(value, str) and value.lstrip().startswith("lambda"):
        return eval(value, {"np": np, "ops": np})
    if isinstance(value, dict):
        return {key: configured(item) for key, item in value.items()}
    return [configured(item) for item in value] if isinstance(value, list) else value


def called(row, key, convert):
    given = [convert(value) for value in row[key]]
    return {"single": given[:1], "list": [given], "args": given}.get(row["structure"], [])


def like(row, values):
    return values[0] if row["structure"] == "single" and values else values


def agree(want, got):
    return want is None or (
        got is not None and len(want) == len(got) and all(w is None or w == g for w, g in zip(want, got, strict=True))
    )


def judged(row):
    """What is wrong with our answer to a row; None where it agrees."""
    try:
        layer = shapecheck.layer(row["class_name"], keras=3, **configured(row["config"]))
        named = {key: shaped(value) for key, value in row.get("call_kwargs_shapes", {}).items()}
        if row.get("input_dtypes"):
            count = len(row["input_shapes"])
            named["dtype"] = like(row, [*row["input_dtypes"], *[None] * count][:count])
        result = layer.infer(*called(row, "input_shapes", shaped), **named)
    except ShapecheckError as error:
        return None if "error" in row else f"refused: {error}"
    if "error" in row:
        return f"accepted: {result.outputs}"
    if len(row["output_shapes"]) != len(result.outputs) or not all(map(agree, row["output_shapes"], result.outputs)):
        return f"shapes {result.outputs}, not {row['output_shapes']}"
    if "weights" in row:
        want = [(path.rsplit("/", 1)[-1].split(":")[0], tuple(shape)) for path, shape in row["weights"]]
        got = [(path.rsplit("/", 1)[-1], tuple(shape)) for path, shape in result.weights.items()]
        if want != got:
            return f"weights {got}, not {want}"
        for key in ("params", "trainable_params"):
            if key in row and row[key] != getattr(result, key):
                return f"{key} {getattr(result, key)}, not {row[key]}"
    if "output_dtypes" in row and result.dtypes != row["output_dtypes"]:
        return f"dtypes {result.dtypes}, not {row['output_dtypes']}"
    return masks_judged(row, layer, named)


def masks_judged(row, layer, named):
    shapes, wanted = row["input_shapes"], row.get("mask_out", [])
    if row["structure"] not in ("single", "list") or not any(mask is not None for mask in wanted):
        return None
    if not all(shape is not None and len(shape) >= 2 for shape in shapes):
        return None
    mask = like(row, [tuple(shape[:2]) for shape in shapes])
    masked = layer.infer(*called(row, "input_shapes", shaped), **named, mask=mask)
    for want, got in zip(wanted, masked.masks, strict=False):
        if (want is None) != (got is None) or not agree(want, got):
            return f"mask {got}, not {want}"
    return None


def test_answers_are_those_of_keras():
    wrong = {row["id"]: said for row in rows("answers_keras3") if (said := judged(row))}
    assert not {row: said for row, said in wrong.items() if row not in DELIBERATE}
    assert not set(DELIBERATE) - set(wrong), "these agree by now"


def numbers_judged(row):
    layer = shapecheck.layer(row["class_name"], keras=3, **configured(row["config"]))
    dtypes = iter(row["input_dtypes"])
    inputs = called(row, "inputs", lambda value: np.asarray(value, next(dtypes)))
    weights = [
        np.asarray(w[-1] if isinstance(w, list) and w and isinstance(w[0], str) else w, "float32") for w in row["weights"]
    ]
    mask = np.asarray(row["mask_in"], bool) if row.get("mask_in") else None
    run = layer.run(*inputs, weights=weights, mask=mask)
    for want, got in zip(row["outputs"], run.outputs, strict=True):
        want, got = np.asarray(want, "float64"), np.asarray(got, "float64")
        if want.shape != got.shape or not np.allclose(want, got, rtol=2e-4, atol=2e-5, equal_nan=True):
            return f"values differ: {got.ravel()[:4]}, not {want.ravel()[:4]}"
    for want, got in zip(row.get("masks_out") or [], run.masks, strict=False):
        if want is not None and (got is None or not np.array_equal(np.asarray(want, bool), np.asarray(got, bool))):
            return f"mask {got}, not {want}"
    if row.get("losses") and not np.isclose(sum(row["losses"]), float(sum(run.losses)), rtol=2e-4):
        return f"loss {sum(run.losses)}, not {sum(row['losses'])}"
    return None


def test_numbers_are_those_of_keras():
    assert not {row["id"]: said for row in rows("numbers_keras3") if (said := numbers_judged(row))}
