"""Operations held against 1,515 calls with random arguments, legal and not, that Keras 3 was asked about."""

import gzip
import json
import pathlib
import sys

import numpy as np
import pytest

from shapecheck import layers
from shapecheck.apply import apply
from shapecheck.contract import TensorSpec
from shapecheck.diagnostic import Refusal
from shapecheck.executors.numpy_layer import run_layer
from shapecheck.layers import _ops
from shapecheck.making import make
from shapecheck.modes import KERAS3
from shapecheck.spec import Ref

DATA = pathlib.Path(__file__).parent.parent / "data"
sys.path.insert(0, str(DATA))

from make_ops_facts import arguments, array  # noqa: E402

ROWS = json.loads(gzip.decompress((DATA / "ops_keras3.json.gz").read_bytes()))


def answer(row):
    """What is inferred of a call, and what it gives: (specs, arrays), or the code of the refusal."""
    tensors = []

    def ref(value, place):
        tensors.append((value, place))
        return Ref(f"t{place}")

    inputs, more = _ops.bind(f"ops.{row['op']}", arguments(row["args"], ref), {})
    of = {f"t{place}": (TensorSpec(tuple(value["shape"]), value["dtype"]), array(value, place)) for value, place in tensors}
    made, refusals = make(layers.find(f"ops.{row['op']}"), {**row["config"], **more}, KERAS3)
    if refusals:
        return refusals[0].code
    listed = isinstance(inputs, list)
    if isinstance(inputs, dict):
        specs, arrays = ({role: of[one.name][i] for role, one in inputs.items()} for i in (0, 1))
    else:
        several = inputs if listed else [inputs]
        specs, arrays = ([of[one.name][i] for one in several] for i in (0, 1))
    try:
        applied = apply(made, specs, listed, KERAS3)
    except Refusal as refusal:
        return refusal.code
    assert not applied.opaque
    run = run_layer(made, arrays, {}, masks=[None] * len(arrays), listed=listed, training=False, seed=[0], keras=KERAS3)
    return applied.outputs, run.outputs


def name_of(row):
    return f"{row['op']} {json.dumps(row['config'])} {json.dumps(row['args'])}"[:150]


@pytest.mark.parametrize("row", ROWS, ids=name_of)
def test_an_operation_answers_as_keras_does(row):
    spec, got = row["spec"], row["got"]
    found = answer(row)
    if "error" in got and "error" in spec:
        assert isinstance(found, str)
        return
    if "error" in got or "error" in spec:
        return  # Keras contradicts itself: what it says of shapes and what it does
    assert not isinstance(found, str), found
    outputs, arrays = found
    assert [list(one.shape) for one in outputs] == got["shapes"]
    assert [list(y.shape) for y in arrays] == got["shapes"]
    for one, said, given in zip(outputs, spec["dtypes"], got["dtypes"], strict=True):
        assert one.dtype in (said, given)
    if row["op"] in ("Inv", "Slogdet") and np.linalg.cond(array(row["args"][0], 0)).max() > 1e4:
        return  # all but singular: what is left is rounding
    for y, numbers in zip(arrays, got.get("numbers", ()), strict=False):
        near = 2e-2 if "float16" in got["dtypes"] else 2e-3
        if row["op"] == "Qr":  # the signs of vectors are free
            y, numbers = np.abs(y), np.abs(numbers)
        if row["op"] == "SVD" and y.ndim > 1:  # and so are vectors of which nothing comes
            continue
        np.testing.assert_allclose(y.astype("float64").ravel(), numbers, atol=near, rtol=near)
