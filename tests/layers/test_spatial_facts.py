"""Forward passes of the spatial and normalizing layers against what Keras 3 answered (see data/make_spatial_facts.py)."""

import gzip
import importlib.util
import json
import pathlib

import numpy as np
import pytest

import shapecheck

DATA = pathlib.Path(__file__).parent.parent / "data"
with gzip.open(DATA / "spatial_keras3.json.gz", "rt", encoding="utf-8") as file:
    FACTS = [json.loads(line) for line in file]

spec = importlib.util.spec_from_file_location("make_spatial_facts", DATA / "make_spatial_facts.py")
maker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(maker)


@pytest.mark.parametrize("kind", sorted(maker.KINDS))
def test_forward_passes_are_those_of_keras(kind):
    rows = [row for row in FACTS if row["kind"] == kind and "y" in row]
    assert len(rows) > 3
    for row in rows:
        layer = shapecheck.layer(kind, keras=3, **row["config"])
        result = layer.infer(tuple(row["shape"]))
        assert result.outputs == [tuple(row["output"])], row
        weights = {path: maker.start(path, shape, place) for place, (path, shape) in enumerate(result.weights.items())}
        mask = maker.mask_of(row["shape"], row["config"].get("data_format")) if row["masked"] else None
        run = layer.run(maker.values(row["shape"], 0), weights=weights, mask=mask, training=row["training"])
        assert run.outputs[0].shape == tuple(row["output"])
        assert run.outputs[0].dtype.name == row["dtype"]
        assert np.allclose(run.outputs[0].ravel(), row["y"], rtol=1e-3, atol=2e-4, equal_nan=True), row


@pytest.mark.parametrize("row", [row for row in FACTS if "error" in row], ids=lambda row: f"{row['kind']} {row['shape']}")
def test_what_keras_refuses_is_refused(row):
    with pytest.raises(shapecheck.ShapecheckError):
        shapecheck.layer(row["kind"], keras=3, **row["config"]).infer(tuple(row["shape"]))
