"""Forward passes of layers of features against what Keras 3 answered (see data/make_feature_facts.py)."""

import gzip
import importlib.util
import json
import pathlib

import numpy as np
import pytest

import shapecheck
from shapecheck import layers
from shapecheck.contract import input_names

DATA = pathlib.Path(__file__).parent.parent / "data"
with gzip.open(DATA / "feature_keras3.json.gz", "rt", encoding="utf-8") as file:
    FACTS = [json.loads(line) for line in file]

spec = importlib.util.spec_from_file_location("make_feature_facts", DATA / "make_feature_facts.py")
maker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(maker)


@pytest.mark.parametrize("kind", sorted({row["kind"] for row in FACTS}))
def test_forward_passes_are_those_of_keras(kind):
    for row in (row for row in FACTS if row["kind"] == kind):
        layer = shapecheck.layer(kind, keras=3, **row["config"])
        arrays = maker.given(row)
        masks = [maker.mask_of(shape) for shape in row.get("masks", [])]
        mask = [*masks, *[None] * (len(arrays) - len(masks))] if len(arrays) > 1 else masks[0] if masks else None
        shapes = [tuple(shape) for shape in row["shapes"]]
        form, call = ([shapes], [arrays]) if row.get("listed") else (shapes, arrays)
        names = input_names(layers.find(kind))[0]
        named = dict(zip(names, call, strict=False)) if len(call) > 1 else {}
        call = [] if named else call
        result = layer.infer(*form, **row.get("call", {}))
        assert result.outputs == [tuple(shape) for shape in row["output"]], row
        weights = {path: maker.weight(path, shape, place) for place, (path, shape) in enumerate(result.weights.items())}
        run = layer.run(*call, **named, weights=weights, mask=mask, training=bool(row.get("training")), **row.get("call", {}))
        for y, expected, shape in zip(run.outputs, row["y"], row["output"], strict=True):
            assert y.shape == tuple(shape), row
            assert np.allclose(y.ravel(), expected, rtol=1e-3, atol=2e-4, equal_nan=True), (row, y.ravel(), expected)
