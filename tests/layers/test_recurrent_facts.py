"""Forward passes of recurrent layers and wrappers against what Keras 3 answered (see data/make_recurrent_facts.py)."""

import gzip
import importlib.util
import json
import pathlib

import numpy as np
import pytest

import shapecheck

DATA = pathlib.Path(__file__).parent.parent / "data"
with gzip.open(DATA / "recurrent_keras3.json.gz", "rt", encoding="utf-8") as file:
    FACTS = [json.loads(line) for line in file]

spec = importlib.util.spec_from_file_location("make_recurrent_facts", DATA / "make_recurrent_facts.py")
maker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(maker)


def numbered(path):
    """Keras counts the names that it makes through the whole process; here they are counted in each layer."""
    return [part.rstrip("0123456789").rstrip("_") for part in path.split("/")]


@pytest.mark.parametrize("kind", sorted(maker.KINDS))
def test_forward_passes_are_those_of_keras(kind):
    rows = [row for row in FACTS if row["kind"] == kind and "y" in row]
    assert len(rows) > 8
    for row in rows:
        layer = shapecheck.layer(kind, keras=3, **row["config"])
        result = layer.infer(*map(tuple, row["shapes"]))
        assert result.outputs == [tuple(shape) for shape in row["outputs"]], row
        got = [(numbered(path), list(shape)) for path, shape in result.weights.items()]
        assert got == [(numbered(path), shape) for path, shape in row["weights"]], row
        inputs = [maker.values(shape, 3 * place) for place, shape in enumerate(row["shapes"])]
        weights = [maker.start(shape, place) for place, shape in enumerate(result.weights.values())]
        run = layer.run(*inputs, weights=weights, mask=maker.mask_of(row["shapes"][0]) if row["masked"] else None)
        y = np.concatenate([y.ravel() for y in run.outputs])
        assert [list(y.shape) for y in run.outputs] == row["outputs"]
        assert np.allclose(y, row["y"], rtol=1e-3, atol=2e-5), row
        assert np.isclose(float(sum(run.losses)), row["loss"], rtol=1e-3), row


@pytest.mark.parametrize(
    "row", [row for row in FACTS if "error" in row], ids=lambda row: f"{row['kind']} {row['config']}"
)
def test_what_keras_refuses_is_refused(row):
    with pytest.raises(shapecheck.ShapecheckError):
        shapecheck.layer(row["kind"], keras=3, **row["config"]).infer(*map(tuple, row["shapes"]))
