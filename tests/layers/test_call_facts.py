"""Random calls of layers, held against what Keras 3 answered (see `make_call_facts.py` beside the answers)."""

import gzip
import json
import sys
from pathlib import Path

import numpy as np
import pytest

import shapecheck

DATA = Path(__file__).parents[1] / "data"
sys.path.insert(0, str(DATA))

from make_call_facts import mask_values, values, weight_values  # noqa: E402

ROWS = json.loads(gzip.decompress((DATA / "calls_keras3.json.gz").read_bytes()))


def called(row):
    """(layer, what it is inferred on, what it is run on) for a row."""
    kind, config, inputs, _, _ = row
    layer = shapecheck.layer(kind, keras=3, **config)
    shapes = [tuple(shape) for _, shape, _, _ in inputs]
    arrays = [values(shape, dtype, place) for place, (_, shape, dtype, _) in enumerate(inputs)]
    steps = [steps for name, _, _, steps in inputs if name is None or not name.endswith("_mask")]
    dtypes = [dtype for name, _, dtype, _ in inputs if name is None or not name.endswith("_mask")]
    masks = [None if s is None else mask_values(s, place) for place, s in enumerate(steps)]
    if len(steps) == 1:
        steps, masks, dtypes = steps[0], masks[0], dtypes[0]
    if inputs[0][0] is None:
        return layer, (shapes, {"mask": steps, "dtype": dtypes}), (arrays, {"mask": masks})
    names = [name for name, *_ in inputs]
    return (
        layer, ([], {**dict(zip(names, shapes, strict=True)), "mask": steps, "dtype": dtypes}),
        ([], {**dict(zip(names, arrays, strict=True)), "mask": masks}),
    )  # fmt: skip


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{i}-{row[0]}") for i, row in enumerate(ROWS)])
def test_a_call_is_what_keras_says(row):
    *_, training, answer = row
    if answer is None:
        with pytest.raises(shapecheck.ShapecheckError):
            layer, (shapes, said), _ = called(row)
            layer.infer(*shapes, **said)
        return
    layer, (shapes, said), (arrays, given) = called(row)
    inferred = layer.infer(*shapes, **said)
    found = [[path.rsplit("/", 1)[-1], list(shape)] for path, shape in inferred.weights.items()]
    assert found == answer["weights"]
    weights = [weight_values(path, shape, place) for place, (path, shape) in enumerate(inferred.weights.items())]
    run = layer.run(*arrays, **given, weights=weights, training=training)
    expected = np.asarray(answer["output"])
    coarse = 2e-2 if any(dtype == "float16" for _, _, dtype, _ in row[2]) else 2e-4
    np.testing.assert_allclose(run.outputs[0].astype(float), expected, rtol=coarse, atol=coarse)
    assert inferred.outputs == [expected.shape]
    assert np.isclose(sum(run.losses), answer["losses"], rtol=1e-3, atol=1e-4)
    if row[0] in ("Hashing", "IntegerLookup", "CategoryEncoding"):
        assert inferred.dtypes == [answer["dtype"]]


def test_the_rows_hold_what_is_hard():
    answered = [row for row in ROWS if row[-1] is not None]
    assert len(answered) > 200 and len(ROWS) > len(answered)
    assert any(row[-1]["losses"] and row[0] == "GroupQueryAttention" for row in answered)
    assert any(row[0] == "SpectralNormalization" and row[-1]["losses"] for row in answered)
    assert any(name == "value_mask" for row in answered for name, *_ in row[2])
    assert any(row[1].get("invert") for row in answered) and any(row[1].get("max_tokens") for row in answered)
