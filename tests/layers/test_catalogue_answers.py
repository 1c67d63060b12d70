"""Answers that real Keras gave for the layers beyond the core, held against ours; test_oracle.py has the core.

The rows in tests/data were made by running Keras 3.15.1 (TensorFlow 2.21, CPU): each layer was constructed with the
`config`, called on tensors of the `input_shapes`, and what it answered was written down, or that it refused. Rows on
which Keras contradicts itself are left out. Where Keras says null, anything is right.
"""

import numpy as np
from answers import call_of, differing, differing_masks, differing_numbers, mask_of, rows, weights_of, with_functions

import shapecheck
from shapecheck import ShapecheckError

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


def shaped(value):
    if isinstance(value, list) and any(isinstance(item, list) for item in value):
        return [shaped(item) for item in value]
    return tuple(value) if isinstance(value, list) else value


def judged(row):
    """What is wrong with our answer to a row; None where it agrees."""
    form, shapes = row["structure"], [shaped(shape) for shape in row["input_shapes"]]
    try:
        layer = shapecheck.layer(row["class_name"], keras=3, **with_functions(row["config"]))
        named = {key: shaped(value) for key, value in row.get("call_kwargs_shapes", {}).items()}
        if row.get("input_dtypes"):
            dtypes = [*row["input_dtypes"], *[None] * len(shapes)][: len(shapes)]
            named["dtype"] = dtypes[0] if form == "single" and dtypes else dtypes
        result = layer.infer(*call_of(form, shapes), **named)
    except ShapecheckError as error:
        return None if "error" in row else f"refused: {error}"
    if "error" in row:
        return f"accepted: {result.outputs}"
    if (said := differing(row, result)) or all(mask is None for mask in row.get("mask_out", [])):
        return said  # a mask that Keras does not tell is not looked at
    return differing_masks(row, layer, form, shapes, **named)


def test_answers_are_those_of_keras():
    wrong = {row["id"]: said for row in rows("answers_keras3.jsonl.gz") if (said := judged(row))}
    assert not {row: said for row, said in wrong.items() if row not in DELIBERATE}
    assert not set(DELIBERATE) - set(wrong), "these agree by now"


def numbers_judged(row):
    layer = shapecheck.layer(row["class_name"], keras=3, **with_functions(row["config"]))
    inputs = [np.asarray(x, dtype) for x, dtype in zip(row["inputs"], row["input_dtypes"], strict=True)]
    run = layer.run(*call_of(row["structure"], inputs), weights=weights_of(row), mask=mask_of(row))
    return differing_numbers(row, run)


def test_numbers_are_those_of_keras():
    assert not {row["id"]: said for row in rows("numbers_keras3.jsonl.gz") if (said := numbers_judged(row))}
