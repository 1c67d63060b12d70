"""Models that are known to be good: nothing is said of them but what is true."""

from __future__ import annotations

import gzip
import json
import pathlib

import pytest

import shapecheck

DATA = pathlib.Path(__file__).parent.parent / "data" / "known_models_keras3.json.gz"
MODELS = json.loads(gzip.decompress(DATA.read_bytes()))["models"]
TRUE = {
    "ResNet50": [("SC718", "conv1_conv", 53)],  # each convolution has a bias, and a BatchNormalization behind it
    "VGG16": [("SC716", "fc1", 1)],  # 102,760,448 of its 138,357,544 weights
    "NASNetMobile": [("SC705", "stem_conv1", 1)],  # (224 - 3) // 2 + 1 = 111 windows end at row 223
}
"""Model -> (code, layer, how many layers) of each finding."""


@pytest.mark.parametrize("name", MODELS)
def test_only_what_is_true_is_said_of_a_known_model(name):
    found = [d for d in shapecheck.check(text=json.dumps(MODELS[name])).diagnostics if d.code.startswith("SC7")]
    assert [(d.code, d.layer, 1 + len(d.facts.get("others", ()))) for d in found] == TRUE.get(name, [])


def test_what_a_model_does_throughout_is_said_once():
    layers = ["Input: {shape: [8]}", *["{Dense: {units: 8}}\n  - BatchNormalization\n  - ReLU"] * 11]
    text = "layers:\n" + "".join(f"  - {layer}\n" for layer in layers)
    (finding,) = shapecheck.check(text=text).diagnostics
    assert finding.code == "SC718" and len(finding.facts["others"]) == 10
    assert "so it is with 10 more layers of this model" in finding.notes
    fewer = "layers:\n" + "".join(f"  - {layer}\n" for layer in layers[:-1])
    assert [d.code for d in shapecheck.check(text=fewer).diagnostics] == ["SC718"] * 10
