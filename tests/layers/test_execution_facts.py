"""What the core layers do when they run, against Keras's own execution: merges with masks of different tensors, dtypes,
penalties. data/make_execution_facts.py says how Keras was asked."""

import gzip
import json
import pathlib

import numpy as np
import pytest

from shapecheck import ShapecheckError, layer

with gzip.open(pathlib.Path(__file__).parent.parent / "data" / "execution_keras3.json.gz", "rt") as file:
    ROWS = json.load(file)

MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot")


def values(shape, dtype, shift):
    x = np.sin(1.7 * np.arange(int(np.prod(shape))) + shift).reshape(shape)
    return x.astype(dtype) if dtype.startswith("float") else np.abs(4 * x).astype("int64").astype(dtype)


def mask_values(shape, shift):
    return values(shape, "float32", 3 * shift + 1) > -0.2


def starts(made, kind, config, arrays):
    """The weights of a Dense as the script set them; None where Keras started them alike."""
    if kind != "Dense" or "kernel_initializer" in config:
        return None
    shapes = made.infer(arrays[0].shape).weights.values()
    return [values(shape, "float32", 5 + place) for place, shape in enumerate(shapes)]


def differing(row):
    kind, config, inputs, answer = row
    arrays = [values(shape, dtype, place) for place, (shape, dtype, _) in enumerate(inputs)]
    masks = [None if steps is None else mask_values(steps, place) for place, (_, _, steps) in enumerate(inputs)]
    many = kind in MERGES
    try:
        made = layer(kind, keras=3, **config)
        run = made.run(arrays if many else arrays[0], mask=masks if many else masks[0],
                       weights=starts(made, kind, config, arrays))  # fmt: skip
        dtypes = [x.dtype for x in arrays]
        shapes = [x.shape for x in arrays]
        inferred = made.infer(shapes if many else shapes[0], dtype=dtypes if many else dtypes[0])
    except ShapecheckError as error:
        return None if answer is None else f"refused: {error}"
    if answer is None:
        return "accepted"
    if answer["dtypes"] != inferred.dtypes or answer["dtypes"] != [y.dtype.name for y in run.outputs]:
        return f"dtypes {inferred.dtypes}, {[y.dtype.name for y in run.outputs]}, not {answer['dtypes']}"
    precision = 1e-2 if "float16" in answer["dtypes"] else 1e-4
    for want, got, shape in zip(answer["outputs"], run.outputs, inferred.outputs, strict=True):
        if np.shape(want) != got.shape or got.shape != shape:
            return f"shape {got.shape}, inferred {shape}, not {np.shape(want)}"
        if not np.allclose(np.asarray(want, "float64"), got, rtol=precision, atol=precision):
            return f"values {got.tolist()}, not {want}"
    for want, got in zip(answer["masks"], run.masks, strict=True):
        if (want is None) != (got is None) or (want is not None and not np.array_equal(want, got)):
            return f"mask {None if got is None else got.tolist()}, not {want}"
    if not np.isclose(sum(run.losses), answer["loss"], rtol=precision, atol=1e-5):
        return f"loss {run.losses}, not {answer['loss']}"
    return None


def usual(row):
    """Whether every mask has one axis less than its tensor, as those have that layers emit."""
    return all(steps is None or len(steps) == len(shape) - 1 for shape, _, steps in row[2])


@pytest.mark.parametrize("kind", sorted({row[0] for row in ROWS}))
def test_what_keras_does_when_it_runs(kind):
    """Where a mask is of another rank, Keras's own inference and execution disagree on the mask that comes out."""
    rows = [row for row in ROWS if row[0] == kind and usual(row)]
    assert {str(row[:3]): words for row in rows if (words := differing(row)) is not None} == {}


def test_the_facts_hold_what_they_are_for():
    merged = [row for row in ROWS if row[0] in MERGES and any(steps for _, _, steps in row[2])]
    assert len(merged) > 200
    assert sum(len({len(shape) for shape, _, _ in row[2]}) > 1 for row in merged) > 50  # tensors of different ranks
    assert sum(row[3] is None for row in ROWS) > 30
