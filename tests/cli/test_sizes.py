"""`shapecheck sizes`: conditions, the smallest sizes, ranges, and what is asked about."""

import json

import pytest

UNET = """layers:
  - Input: {name: image, shape: [H, W, 1]}
  - Conv2D: {filters: 4, kernel_size: 3, padding: same, name: enc}
  - MaxPooling2D: {pool_size: 4, name: pool}
  - UpSampling2D: {size: 4, name: up}
  - Concatenate: {inputs: [up, enc], name: skip}
"""


@pytest.fixture
def unet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unet.yaml").write_text(UNET)
    return "unet.yaml"


def test_the_conditions_and_the_layers_behind_them(shapecheck, unet):
    done = shapecheck("sizes", unet)
    assert done.code == 0
    assert "H % 4 == 0   for skip; it comes of pool" in done.out
    assert "the smallest: H = 4, W = 4" in done.out


def test_sizes_that_are_asked_about(shapecheck, unet):
    wrong = shapecheck("sizes", unet, "--at", "H=30")
    assert wrong.code == 1
    assert "H = 30: not valid; the nearest: H = 28 or 32" in wrong.out
    assert shapecheck("sizes", unet, "--at", "H=32,W=8,B=1").code == 0
    assert shapecheck("sizes", unet, "--at", "Q=1").code == 2
    assert shapecheck("sizes", unet, "--range", "H=9..1").code == 2


def test_ranges_and_json(shapecheck, unet):
    done = shapecheck("sizes", unet, "--range", "H=1..20", "--at", "W=7", "--output-format", "json")
    data = json.loads(done.out)
    assert data["values"] == {"H": []}  # no H is valid beside W = 7
    assert data["at"] == {"sizes": {"W": 7}, "valid": False, "nearest": {"W": [4, 8]}}
    assert data["smallest"] == {"H": 4, "W": 4}
    first = data["conditions"][0]
    assert first["text"] == "H % 4 == 0"
    assert first["demanded_by"] == ["skip"]
    assert first["caused_by"] == ["pool"]
    assert first["lines"] == [6]


def test_an_assert_from_the_command_line(shapecheck, unet):
    assert shapecheck("sizes", unet, "--assert", "up == [B, H, W, 4]").code == 0
    refuted = shapecheck("sizes", unet, "--assert", "up == [B, H + 1, W, 4]")
    assert refuted.code == 1
    assert "SC603" in refuted.out


def test_a_model_that_no_size_can_save(shapecheck, unet, tmp_path):
    (tmp_path / "bad.yaml").write_text(UNET.replace("[H, W, 1]", "[30, 30, 1]"))
    done = shapecheck("sizes", "bad.yaml")
    assert done.code == 1
    assert "valid only when H % 4 == 0 and W % 4 == 0" in done.out
    assert "no size makes this definition valid as it stands" in done.out
